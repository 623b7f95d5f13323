"""Forests of LightGBM: trees that do not learn from each other, their shares averaged."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from regulars.predictions.families.boosting import LevelCodes
from regulars.predictions.families.growing import grow_trees
from regulars.predictions.families.rescaling import rescale_contributions, to_log_odds

if TYPE_CHECKING:
    from lightgbm import Booster

__all__ = ["ForestModel", "fit_extra_trees", "fit_random_forest"]

_TREES = 100
_LEVELS_ONE_BY_ONE = 8
_MOST_COLUMNS = 100
"""A tree looks at so many columns at most, each at others."""


_ROW_SHARE = 0.632
"""As many different rows as a sample with replacement would hold."""

_PENALTY = 1.0
"""Every leaf is drawn to the base rate by one customer, so that no share is 0 or 1."""


class ForestSize(NamedTuple):
    """How large trees grow, and the share of columns that a split may choose from."""

    leaves: int
    rows_in_leaf: int
    column_share: float


_FORESTS = (ForestSize(32, 10, 0.5), ForestSize(64, 5, 0.5))
_EXTRA = (ForestSize(32, 10, 0.8), ForestSize(64, 5, 0.8))
"""A threshold drawn by chance says less of a column, so more columns are looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class ForestModel:
    """A forest: the mean over its trees of the share of the outcome in the customer's leaf.

    Attributes
    ----------
    booster
        Predicts that mean.
    codes
        Of the categories.
    """

    booster: "Booster"
    codes: LevelCodes

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-odds of the mean share, shape (n_customers,)."""
        return to_log_odds(np.asarray(self.booster.predict(self.codes.transform(X)), np.float64))

    def contributions(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """SHAP values of the mean share, moved to its log-odds; shape (n_customers, n_features).

        On the share itself they are exact, by LightGBM's own algorithm; `rescale_contributions`
        says how they are moved.
        """
        told = self.booster.predict(self.codes.transform(X), pred_contrib=True)
        # LightGBM gives the mean of its trees as the prediction, and here their sum.
        told = np.asarray(told, np.float64).reshape(len(X), -1) / self.booster.num_trees()
        usual = float(told[0, -1]) if len(told) else 0.0
        return rescale_contributions(told[:, :-1], usual=usual, scale=to_log_odds)


@dataclass(frozen=True, slots=True, eq=False)
class ForestCandidates:
    """Forests of smaller and of larger trees."""

    models: tuple[ForestModel, ...]

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds by each candidate, shape (n_candidates, n_customers)."""
        return np.stack([model.log_odds(X) for model in self.models])

    def pick(self, position: int) -> ForestModel:
        """One of them."""
        # Of `only` one nothing else was fitted.
        return self.models[position if len(self.models) > 1 else 0]


def fit_random_forest(
    X: NDArray[np.float64],
    labels: NDArray[np.float64],
    is_category: NDArray[np.bool_],
    *,
    only: int | None = None,
    monotone: NDArray[np.int64] | None = None,
) -> ForestCandidates:
    """Random forests (Breiman 2001, doi:10.1023/A:1010933404324) of smaller and of larger trees."""
    return _fit(X, labels, is_category, _choose(_FORESTS, only), monotone, is_extra=False)


def fit_extra_trees(
    X: NDArray[np.float64],
    labels: NDArray[np.float64],
    is_category: NDArray[np.bool_],
    *,
    only: int | None = None,
    monotone: NDArray[np.int64] | None = None,
) -> ForestCandidates:
    """Extremely randomised trees (Geurts et al. 2006, doi:10.1007/s10994-006-6226-1), thresholds by chance."""
    return _fit(X, labels, is_category, _choose(_EXTRA, only), monotone, is_extra=True)


def _choose(sizes: tuple[ForestSize, ...], only: int | None) -> tuple[ForestSize, ...]:
    return sizes if only is None else (sizes[only],)


def _fit(
    X: NDArray[np.float64],
    labels: NDArray[np.float64],
    is_category: NDArray[np.bool_],
    sizes: tuple[ForestSize, ...],
    monotone: NDArray[np.int64] | None,
    *,
    is_extra: bool,
) -> ForestCandidates:
    codes = LevelCodes.learn(X, is_category)
    coded = codes.transform(X)
    return ForestCandidates(
        tuple(
            ForestModel(_grow(coded, labels, codes, size, monotone, is_extra=is_extra), codes)
            for size in sizes
        )
    )


def _grow(
    coded: NDArray[np.float64],
    labels: NDArray[np.float64],
    codes: LevelCodes,
    size: ForestSize,
    monotone: NDArray[np.int64] | None,
    *,
    is_extra: bool,
) -> "Booster":
    settings: dict[str, object] = {
        "boosting": "rf",
        # Leaves of the squared error are shares; those of the log-loss would be a step towards them.
        "objective": "regression",
        "num_leaves": size.leaves,
        "min_data_in_leaf": size.rows_in_leaf,
        "lambda_l2": _PENALTY,
        "bagging_fraction": _ROW_SHARE,
        "bagging_freq": 1,
        "feature_fraction": min(1.0, _MOST_COLUMNS / coded.shape[1]),
        "feature_fraction_bynode": size.column_share,
        "max_cat_to_onehot": _LEVELS_ONE_BY_ONE,
        "extra_trees": is_extra,
    }
    return grow_trees(
        coded, labels, settings, n_trees=_TREES, categories=codes.columns, monotone=monotone
    )
