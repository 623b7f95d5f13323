"""Learners of what a contact changes for one customer, all on the same regularised trees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from regulars.predictions.families.boosting import fit_lightgbm
from regulars.predictions.families.mean_trees import fit_mean
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BASELINES", "LEARNERS", "TITLES", "Learner", "LearnerName", "UpliftLesson"]

LearnerName = Literal["random", "response", "s", "t", "x", "dr", "transformed"]

BASELINES: tuple[LearnerName, ...] = ("random", "response")

TITLES: dict[LearnerName, Wording] = {
    "random": Wording(en="At random", ru="Наугад"),
    "response": Wording(
        en="Response model: who has the outcome at all",
        ru="Модель отклика: у кого исход вообще есть",
    ),
    "s": Wording(en="S-learner: one model of all", ru="S-модель: одна на всех"),
    "t": Wording(en="T-learner: a model of each group", ru="T-модель: по одной на группу"),
    "x": Wording(
        en="X-learner: each group's model tells the other's effects",
        ru="X-модель: модель каждой группы говорит об эффекте в другой",
    ),
    "dr": Wording(
        en="DR-learner: doubly robust effects", ru="DR-модель: дважды устойчивые эффекты"
    ),
    "transformed": Wording(
        en="Transformed outcome: one model of the effect",
        ru="Преобразованный исход: модель эффекта",
    ),
}
"""The baselines, and the learners from the simplest on."""

_TREES = 1
"""Place among the candidates of `fit_lightgbm`: 100 small trees. Effects are small, and more learn noise."""

_SURELY = 0.05
"""Nobody is taken to be contacted less, or more, surely than this: weights stay finite."""


@dataclass(frozen=True, eq=False)
class UpliftLesson:
    """Customers of both groups to learn from.

    Attributes
    ----------
    X, is_category
        Codes and numbers, shape (n_customers, n_features), and which columns hold codes.
    treated
        Who was contacted, shape (n_customers,).
    outcomes
        1 and 0, shape (n_customers,).
    groups
        Rows of the same number belong together, shape (n_customers,).
    is_random
        Whether everybody was as likely to be contacted as anybody; else that is learnt, too.
    random_state
        Of the halves in which the doubly robust effects are made.
    """

    X: NDArray[np.float64]
    is_category: NDArray[np.bool_]
    treated: NDArray[np.bool_]
    outcomes: NDArray[np.float64]
    groups: NDArray[np.int64]
    is_random: bool
    random_state: int

    def take(self, chosen: NDArray[np.bool_]) -> UpliftLesson:
        """Only the customers where `chosen` holds."""
        return UpliftLesson(
            self.X[chosen],
            self.is_category,
            self.treated[chosen],
            self.outcomes[chosen],
            self.groups[chosen],
            self.is_random,
            self.random_state,
        )

    @cached_property
    def outcome_models(self) -> tuple[Learner, Learner]:
        """The probability of the outcome when contacted, and when not."""
        return self._fit_group(self.treated), self._fit_group(~self.treated)

    @cached_property
    def propensity(self) -> Learner:
        """The probability of being contacted."""
        if self.is_random:
            share = float(self.treated.mean())
            return lambda X: np.full(len(X), share)
        told = fit_probability(self.X, self.treated.astype(np.float64), self.is_category)
        return lambda X: np.clip(told(X), _SURELY, 1 - _SURELY)

    def _fit_group(self, group: NDArray[np.bool_]) -> Learner:
        return fit_probability(self.X[group], self.outcomes[group], self.is_category)


Learner = Callable[["NDArray[np.float64]"], "NDArray[np.float64]"]
"""Codes and numbers -> the effect of a contact on each customer, shape (n_customers,)."""


def fit_probability(
    X: NDArray[np.float64], labels: NDArray[np.float64], is_category: NDArray[np.bool_]
) -> Learner:
    """The probability of a label by 100 small trees."""
    from scipy.special import expit

    model = fit_lightgbm(X, labels, is_category, only=_TREES).pick(_TREES)
    return lambda rows: np.asarray(expit(model.log_odds(rows)), np.float64)


def fit_response(lesson: UpliftLesson) -> Learner:
    """Who has the outcome at all, contacted or not: what a response model ranks by."""
    return fit_probability(lesson.X, lesson.outcomes, lesson.is_category)


def fit_s_learner(lesson: UpliftLesson) -> Learner:
    """One model with the contact as a feature: with it less without it."""
    matrix = np.column_stack([lesson.X, lesson.treated])
    told = fit_probability(matrix, lesson.outcomes, np.append(lesson.is_category, [False]))

    def tell(X: NDArray[np.float64]) -> NDArray[np.float64]:
        with_, without = (np.full(len(X), value) for value in (1.0, 0.0))
        return told(np.column_stack([X, with_])) - told(np.column_stack([X, without]))

    return tell


def fit_t_learner(lesson: UpliftLesson) -> Learner:
    """A model of each group: the probability when contacted less that when not."""
    contacted, control = lesson.outcome_models
    return lambda X: contacted(X) - control(X)


def fit_x_learner(lesson: UpliftLesson) -> Learner:
    """Effects imputed in each group by the other's model (Künzel et al. 2019, doi:10.1073/pnas.1804597116).

    Both are weighed by who was how likely to be contacted (their eq. 9).
    """
    contacted, control = lesson.outcome_models
    X, y, treated = lesson.X, lesson.outcomes, lesson.treated
    of_contacted = fit_mean(X[treated], y[treated] - control(X[treated]), lesson.is_category)
    of_control = fit_mean(X[~treated], contacted(X[~treated]) - y[~treated], lesson.is_category)
    return lambda rows: (
        lesson.propensity(rows) * of_control(rows)
        + (1 - lesson.propensity(rows)) * of_contacted(rows)
    )


def fit_dr_learner(lesson: UpliftLesson) -> Learner:
    """Effects of single customers, right when either model is (Kennedy 2023, doi:10.1214/23-EJS2157).

    They are made in two halves of whole groups, each by the models of the other one, and then learnt.
    """
    _, group = np.unique(lesson.groups, return_inverse=True)
    drawn = np.random.default_rng(lesson.random_state).permutation(int(group.max()) + 1)
    half = drawn[group] % 2 == 0
    effects = np.empty(len(lesson.X))
    for own in (half, ~half):
        learnt = lesson.take(~own)
        effects[own] = make_effects(lesson.take(own), learnt.outcome_models, learnt.propensity)
    return fit_mean(lesson.X, effects, lesson.is_category)


def make_effects(
    lesson: UpliftLesson, models: tuple[Learner, Learner], propensity: Learner
) -> NDArray[np.float64]:
    """Doubly robust effects of single customers: noisy, and on average the effect of the contact.

    The augmented inverse probability weighting of Robins, Rotnitzky and Zhao (1994,
    doi:10.1080/01621459.1994.10476818).
    """
    contacted, control = models[0](lesson.X), models[1](lesson.X)
    return weigh_effects(lesson.outcomes, lesson.treated, contacted, control, propensity(lesson.X))


def weigh_effects(
    outcomes: NDArray[np.float64],
    treated: NDArray[np.bool_],
    contacted: NDArray[np.float64],
    control: NDArray[np.float64],
    propensity: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The same from probabilities: of the outcome when contacted, when not, and of being contacted."""
    weight = np.where(treated, 1 / propensity, -1 / (1 - propensity))
    expected = np.where(treated, contacted, control)
    return contacted - control + weight * (outcomes - expected)


def fit_transformed(lesson: UpliftLesson) -> Learner:
    """One model of an outcome whose mean is the effect (Jaskowski and Jaroszewicz 2012; Athey and Imbens 2016).

    The outcome over the probability of the contact that was, less than zero for the controls: of equal
    groups twice the outcome, plus or minus.
    """
    share = lesson.propensity(lesson.X)
    weight = (lesson.treated - share) / (share * (1 - share))
    return fit_mean(lesson.X, lesson.outcomes * weight, lesson.is_category)


LEARNERS: dict[LearnerName, Callable[[UpliftLesson], Learner]] = {
    "response": fit_response,
    "s": fit_s_learner,
    "t": fit_t_learner,
    "x": fit_x_learner,
    "dr": fit_dr_learner,
    "transformed": fit_transformed,
}
"""What is fitted, in the order of `TITLES`."""
