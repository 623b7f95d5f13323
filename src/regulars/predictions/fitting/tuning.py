"""LightGBM whose settings are searched for, in a given time and on the rows that are learnt from only."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from regulars.predictions.families.boosting import (
    COLUMN_SHARE,
    ROW_SHARE,
    SMALL_TREES,
    STEP,
    LevelCodes,
    LightgbmModel,
    count_rows_in_leaf,
    list_rounds,
    predict_stages,
    weigh_penalty,
)
from regulars.predictions.families.growing import SEED, grow_trees
from regulars.predictions.families.many_levels import weigh_many_levels
from regulars.predictions.families.models import Trainer
from regulars.predictions.fitting.scorers import Fitted, fit_scorer, rehearse
from regulars.predictions.fitting.training import Lesson

if TYPE_CHECKING:
    from lightgbm import Booster
    from optuna import Trial

__all__ = ["fit_tuned"]

_ROUNDS = (50, 100, 200, 400)
_MOST_TRIALS = 200

Settings = dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class TunedRounds:
    """A booster looked at after several numbers of trees."""

    booster: "Booster"
    codes: LevelCodes

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds by each candidate, shape (n_candidates, n_customers)."""
        return predict_stages(self.booster, self.codes.transform(X), self._rounds())

    def pick(self, position: int) -> LightgbmModel:
        """The booster with one of the numbers of trees."""
        return LightgbmModel(self.booster, self.codes, self._rounds()[position])

    def _rounds(self) -> list[int]:
        return list_rounds(_ROUNDS, self.booster.num_trees())


def fit_tuned(lesson: Lesson) -> Fitted:
    """LightGBM with the settings that did best on the inner folds within `lesson.tuning_seconds`.

    Optuna's tree-structured Parzen estimator (Bergstra et al. 2011; Akiba et al. 2019,
    doi:10.1145/3292500.3330701) looks for them, the usual settings first, so that a search of no time
    is no worse than none. The last trial is finished whatever the time. How many fit into it depends
    on the machine: the one model whose numbers the same seed does not repeat.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=SEED))
    study.enqueue_trial(_usual(lesson))
    study.optimize(_judge(lesson), n_trials=_MOST_TRIALS, timeout=max(lesson.tuning_seconds, 0.001))
    return fit_scorer(lesson, _prepare(study.best_params))


def _usual(lesson: Lesson) -> Settings:
    """The settings of the family without a search, as far as they are searched for."""
    return {
        "learning_rate": STEP,
        "num_leaves": SMALL_TREES.leaves,
        "min_data_in_leaf": count_rows_in_leaf(len(lesson.labels), SMALL_TREES.rows_in_leaf),
        "lambda_l2": weigh_penalty(lesson.labels),
        "feature_fraction": COLUMN_SHARE,
        "bagging_fraction": ROW_SHARE,
    }


def _judge(lesson: Lesson) -> Callable[["Trial"], float]:
    def judge(trial: "Trial") -> float:
        settings: Settings = {
            "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.2, log=True),
            "num_leaves": trial.suggest_int("num_leaves", 4, 64, log=True),
            "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 5, 200, log=True),
            "lambda_l2": trial.suggest_float("lambda_l2", 0.1, 100.0, log=True),
            "feature_fraction": trial.suggest_float("feature_fraction", 0.2, 1.0),
            "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 1.0),
        }
        return min(rehearse(lesson, _prepare(settings)).losses)

    return judge


def _prepare(settings: Settings) -> Trainer:
    return weigh_many_levels(partial(_fit, settings=settings))


def _fit(
    X: NDArray[np.float64],
    labels: NDArray[np.float64],
    is_category: NDArray[np.bool_],
    *,
    settings: Settings,
    only: int | None = None,
    monotone: NDArray[np.int64] | None = None,
) -> TunedRounds:
    codes = LevelCodes.learn(X, is_category)
    fixed: dict[str, object] = {
        "objective": "binary",
        "bagging_freq": 1,
        "max_cat_to_onehot": SMALL_TREES.leaves,
    }
    booster = grow_trees(
        codes.transform(X),
        labels,
        fixed | settings,
        n_trees=_ROUNDS[-1 if only is None else only],
        categories=codes.columns,
        monotone=monotone,
    )
    return TunedRounds(booster, codes)
