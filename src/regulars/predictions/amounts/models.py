"""Four models of a number: the mean for everybody, ridge regression, boosting, and both together.

All of them aim at the mean, so that what they say of many customers adds up to what comes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.folds import deal_strata
from regulars.features.design import DesignMatrix
from regulars.predictions.families.boosting import LevelCodes
from regulars.predictions.families.growing import SEED, grow_trees
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from lightgbm import Booster

__all__ = ["AMOUNT_MODELS", "AmountFamily", "AmountModelName"]

AmountModelName = Literal["mean", "ridge", "lightgbm", "blend"]
"""Simplest first."""

Predict = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""A fitted model: from rows, shape (n_customers, n_features), to numbers, shape (n_customers,)."""

Fit = Callable[
    [NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64]], Predict
]
"""Of rows, their numbers, which columns hold codes, and which rows belong together."""

_PENALTIES = np.logspace(-1, 4, 11)
_ROUNDS = (50, 100, 200, 300)
_STEP = 0.05
_FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class AmountFamily:
    """One family: what people call it, and what fits it."""

    title: Wording
    fit: Fit


def _fit_mean(
    X: NDArray[np.float64],
    y: NDArray[np.float64],
    is_category: NDArray[np.bool_],
    groups: NDArray[np.int64],
) -> Predict:
    mean = float(y.mean())
    return lambda rows: np.full(len(rows), mean)


def _fit_ridge(
    X: NDArray[np.float64],
    y: NDArray[np.float64],
    is_category: NDArray[np.bool_],
    groups: NDArray[np.int64],
) -> Predict:
    """Least squares with an L2 penalty, chosen by leaving out one row (Golub et al. 1979).

    Where rows belong together whole groups are left out, a fifth of them at once.
    """
    from sklearn.linear_model import RidgeCV

    halves = (y > np.median(y)).astype(np.float64)
    design = DesignMatrix(is_category).fit(X, halves)
    low, high = float(y.min()), float(y.max())
    model = RidgeCV(alphas=_PENALTIES, cv=_split_groups(groups)).fit(design.transform(X), y)
    # Nobody is told a number beyond all that were seen.
    return lambda rows: np.clip(np.asarray(model.predict(design.transform(rows))), low, high)


def _split_groups(
    groups: NDArray[np.int64],
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]] | None:
    """Folds of whole groups; None where every row is by itself."""
    from sklearn.model_selection import GroupKFold

    n_groups = len(np.unique(groups))
    if n_groups == len(groups):
        return None
    folds = GroupKFold(min(_FOLDS, n_groups), shuffle=True, random_state=SEED)
    return list(folds.split(groups, groups=groups))


def _fit_lightgbm(
    X: NDArray[np.float64],
    y: NDArray[np.float64],
    is_category: NDArray[np.bool_],
    groups: NDArray[np.int64],
) -> Predict:
    """Small trees, as many as do best on a fifth of the rows that is held back."""
    codes = LevelCodes.learn(X, is_category)
    coded = codes.transform(X)
    settings = {
        "objective": "regression",
        "learning_rate": _STEP,
        "num_leaves": 8,
        "min_data_in_leaf": max(5, min(40, len(y) // 20)),
        "lambda_l2": 5.0,
        "feature_fraction": 0.5,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
    }

    def grow(rows: NDArray[np.bool_], n_trees: int) -> "Booster":
        return grow_trees(coded[rows], y[rows], settings, n_trees=n_trees, categories=codes.columns)

    halves = (y > np.median(y)).astype(np.float64)
    kept = deal_strata(halves, groups, n_folds=_FOLDS, random_state=SEED) == 0
    tried = grow(~kept, _ROUNDS[-1])
    errors = [
        float(((np.asarray(tried.predict(coded[kept], num_iteration=n)) - y[kept]) ** 2).mean())
        for n in _ROUNDS
    ]
    booster = grow(np.ones(len(y), dtype=bool), _ROUNDS[int(np.argmin(errors))])
    return lambda rows: np.asarray(booster.predict(codes.transform(rows)), np.float64)


def _fit_blend(
    X: NDArray[np.float64],
    y: NDArray[np.float64],
    is_category: NDArray[np.bool_],
    groups: NDArray[np.int64],
) -> Predict:
    ridge, trees = (fit(X, y, is_category, groups) for fit in (_fit_ridge, _fit_lightgbm))
    return lambda rows: (ridge(rows) + trees(rows)) / 2


AMOUNT_MODELS: Mapping[AmountModelName, AmountFamily] = {
    "mean": AmountFamily(Wording(en="Mean for everybody", ru="Среднее для всех"), _fit_mean),
    "ridge": AmountFamily(Wording(en="Ridge regression", ru="Гребневая регрессия"), _fit_ridge),
    "lightgbm": AmountFamily(
        Wording(en="Gradient boosting (LightGBM)", ru="Градиентный бустинг (LightGBM)"),
        _fit_lightgbm,
    ),
    "blend": AmountFamily(
        Wording(en="Blend of ridge and LightGBM", ru="Смесь гребневой регрессии и LightGBM"),
        _fit_blend,
    ),
}
"""Simplest first."""
