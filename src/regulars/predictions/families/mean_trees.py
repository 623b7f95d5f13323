"""Regularised trees that predict a number: its mean among customers like this one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regulars.predictions.families.boosting import LevelCodes
from regulars.predictions.families.growing import grow_trees

if TYPE_CHECKING:
    from lightgbm import Booster
    from numpy.typing import NDArray

__all__ = ["MeanTrees", "fit_mean"]

# As those of churn, with larger leaves still: what is averaged here is mostly noise.
_STEP, _PENALTY, _COLUMN_SHARE, _ROW_SHARE = 0.05, 13.0, 0.5, 0.8
_LEAVES, _ROUNDS = 8, 100
_FEWEST_IN_LEAF, _LEAF_SHARE = 20, 0.01


@dataclass(frozen=True, slots=True, eq=False)
class MeanTrees:
    """A LightGBM booster of squared errors."""

    booster: Booster
    codes: LevelCodes

    def __call__(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """The mean for each row of codes and numbers, shape (n_customers,)."""
        return np.asarray(self.booster.predict(self.codes.transform(X)), np.float64)

    @property
    def gains(self) -> NDArray[np.float64]:
        """How much each column has lowered the error, shape (n_features,)."""
        return np.asarray(self.booster.feature_importance("gain"), np.float64)


def fit_mean(
    X: NDArray[np.float64], values: NDArray[np.float64], is_category: NDArray[np.bool_]
) -> MeanTrees:
    """The mean of numbers by 100 small trees.

    Parameters
    ----------
    X
        Codes and numbers, shape (n_customers, n_features).
    values
        What is averaged, shape (n_customers,).
    is_category
        Which columns hold codes, shape (n_features,).

    Examples
    --------
    >>> X = np.repeat([[0.0], [1.0]], 200, axis=0)
    >>> fit_mean(X, X[:, 0] * 10, np.array([False]))(np.array([[0.0], [1.0]])).round().tolist()
    [0.0, 10.0]
    """
    codes = LevelCodes.learn(X, is_category)
    settings = {
        "objective": "regression",
        "learning_rate": _STEP,
        "num_leaves": _LEAVES,
        "min_data_in_leaf": max(_FEWEST_IN_LEAF, int(_LEAF_SHARE * len(X))),
        "lambda_l2": _PENALTY,
        "feature_fraction": _COLUMN_SHARE,
        "bagging_fraction": _ROW_SHARE,
        "bagging_freq": 1,
        "max_cat_to_onehot": _LEAVES,
    }
    booster = grow_trees(
        codes.transform(X), values, settings, n_trees=_ROUNDS, categories=codes.columns
    )
    return MeanTrees(booster, codes)
