"""The rule that a manager would use without any model: one feature, and how often the outcome came."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.features.screening import find_edges
from regulars.predictions.families.rescaling import to_log_odds

__all__ = ["OneFeatureModel", "fit_one_feature"]

_MOST_STEPS = 10
_DRAWN = 10.0
"""With the customers of each step go so many of the mean of all."""


@dataclass(frozen=True, slots=True, eq=False)
class OneFeatureModel:
    """Log-odds of the outcome by steps of one number, only rising or only falling, or by level.

    Attributes
    ----------
    column
        The feature.
    edges
        Inner bounds of the steps of a number, closed on the right; for a category the codes seen.
    is_category
        Whether it is a category.
    steps
        Log-odds of each step or level, last those of the unknown: shape (n_steps + 1,).
    center
        Mean over the training rows.
    """

    column: int
    edges: NDArray[np.float64]
    is_category: bool
    steps: NDArray[np.float64]
    center: float

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds, shape (n_customers,)."""
        places = _place(X[:, self.column], self.edges, is_category=self.is_category)
        return np.asarray(self.steps[places])

    def contributions(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """All of it from one feature, against the mean; shape (n_customers, n_features)."""
        contributions = np.zeros(X.shape)
        contributions[:, self.column] = self.log_odds(X) - self.center
        return contributions


@dataclass(frozen=True, slots=True, eq=False)
class OneFeatureRules:
    """A rule for each column; which is best, rows that they have not seen will tell."""

    models: Sequence[OneFeatureModel]

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds by each candidate, shape (n_candidates, n_customers)."""
        return np.stack([model.log_odds(X) for model in self.models])

    def pick(self, position: int) -> OneFeatureModel:
        """The rule of one column."""
        return self.models[position if len(self.models) > 1 else 0]


def fit_one_feature(
    X: NDArray[np.float64],
    labels: NDArray[np.float64],
    is_category: NDArray[np.bool_],
    *,
    only: int | None = None,
    monotone: NDArray[np.int64] | None = None,
) -> OneFeatureRules:
    """For every column the rule that goes by it alone.

    A number is cut into at most ten steps at its quantiles, whose shares only rise or only fall
    (pool adjacent violators, Ayer et al. 1955, doi:10.1214/aoms/1177728423; the way that fits better).
    Every step, and every level of a category, is drawn to the mean by ten customers of it.
    """
    columns = range(X.shape[1]) if only is None else [only]
    ways = np.zeros(X.shape[1], np.int64) if monotone is None else monotone
    return OneFeatureRules(
        [
            _fit_rule(X[:, column], labels, column, bool(is_category[column]), int(ways[column]))
            for column in columns
        ]
    )


def _fit_rule(
    values: NDArray[np.float64],
    labels: NDArray[np.float64],
    column: int,
    is_category: bool,  # noqa: FBT001 - what kind of column it is
    way: int,
) -> OneFeatureModel:
    edges = np.unique(values[~np.isnan(values)]) if is_category else find_edges(values, _MOST_STEPS)
    n_steps = len(edges) + (0 if is_category else 1)
    places = _place(values, edges, is_category=is_category)
    counts = np.bincount(places, minlength=n_steps + 1).astype(np.float64)
    left = np.bincount(places, weights=labels, minlength=n_steps + 1)
    weights = counts + _DRAWN
    shares = (left + _DRAWN * labels.mean()) / weights
    if not is_category:
        shares[:-1] = _make_monotone(shares[:-1], weights[:-1], way)
    steps = to_log_odds(shares)
    return OneFeatureModel(column, edges, is_category, steps, float(steps[places].mean()))


def _place(
    values: NDArray[np.float64], edges: NDArray[np.float64], *, is_category: bool
) -> NDArray[np.int64]:
    """The step or level of each value; the unknown, and a level never seen, the last."""
    places = np.searchsorted(edges, values, side="left")
    is_unknown = np.isnan(values)
    if not is_category:
        return np.where(is_unknown, len(edges) + 1, places)
    found = np.minimum(places, max(len(edges) - 1, 0))
    is_unknown |= edges[found] != values if len(edges) else True
    return np.where(is_unknown, len(edges), found)


def _make_monotone(
    shares: NDArray[np.float64], weights: NDArray[np.float64], way: int
) -> NDArray[np.float64]:
    """The nearest steps that only rise (`way` 1), only fall (-1) or either (0)."""
    from scipy.optimize import isotonic_regression

    tried = (True, False) if way == 0 else (way > 0,)
    ways = [isotonic_regression(shares, weights=weights, increasing=up).x for up in tried]
    errors = [float(weights @ (way - shares) ** 2) for way in ways]
    return np.asarray(ways[int(np.argmin(errors))])
