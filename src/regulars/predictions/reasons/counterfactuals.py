"""The nearest change that would bring a customer's risk below the threshold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from regulars.features.matrix import FeatureMatrix
from regulars.quality.column_tests import is_placeholder_word

__all__ = ["Change", "Grid", "NearestChange", "find_nearest_change", "raise_to_threshold"]

_QUANTILES = np.linspace(0.0, 1.0, 21)[1:-1]
_MOST_LEVELS = 12
_MOST_CHANGES = 3
_KEPT = 12
"""So many of the best sets of changes are tried with one more."""


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The values that a feature could have instead, and how far they are from each other.

    Attributes
    ----------
    values
        For each feature: of a number the quantiles 5 %, 10 %, … 95 % of all customers, each once; of a
        category the codes of its most frequent levels, without those that only say that it is not known.
    shares
        Of a category the share of customers with each of these levels; empty for a number.
    """

    values: tuple[NDArray[np.float64], ...]
    shares: tuple[NDArray[np.float64], ...]

    @classmethod
    def of(cls, matrix: FeatureMatrix, *, fewest: int = 20) -> "Grid":
        """What occurs among the customers of a matrix; levels of fewer than `fewest` are left out."""
        values, shares = [], []
        for column, levels in enumerate(matrix.levels):
            known = matrix.values[:, column]
            known = known[~np.isnan(known)]
            if levels is None:
                usual = np.quantile(known, _QUANTILES, method="nearest") if len(known) else known
                values.append(np.unique(usual))
                shares.append(np.empty(0))
                continue
            counts = np.bincount(known.astype(np.int64), minlength=len(levels))
            frequent = np.argsort(-counts, kind="stable")[:_MOST_LEVELS]
            frequent = frequent[counts[frequent] >= fewest]
            says = [not is_placeholder_word(levels[code]) for code in frequent]
            frequent = frequent[np.array(says, dtype=bool)]
            values.append(frequent.astype(np.float64))
            shares.append(counts[frequent] / max(len(known), 1))
        return cls(tuple(values), tuple(shares))

    def measure(self, column: int, before: float) -> NDArray[np.float64]:
        """How far each value of a feature is from what a customer has, 0 to 1.

        Of a number, the share of customers between the two; of a level, the share of customers who do
        not have it, so that usual ones are near.
        """
        values = self.values[column]
        if len(self.shares[column]):
            return 1.0 - self.shares[column]
        if np.isnan(before):
            return np.ones(len(values))
        places = np.arange(len(values))
        return np.abs(places - np.searchsorted(values, before)) / max(len(values), 1)


@dataclass(frozen=True, slots=True)
class Change:
    """One feature that would be otherwise.

    Attributes
    ----------
    column
        Its place in the matrix.
    before, after
        Numbers as the matrix has them: of a category codes of levels, NaN where not known.
    """

    column: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class NearestChange:
    """What would have to be otherwise.

    Attributes
    ----------
    changes
        The fewest that are enough, the one that lowers most first; empty where three are not enough.
    before, after
        Probability as it is and as it would be; of no changes the lowest that was reached.
    distance
        How far the changes are, a sum of shares of customers passed.
    """

    changes: tuple[Change, ...]
    before: float
    after: float
    distance: float


def find_nearest_change(
    score: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    row: NDArray[np.float64],
    grid: Grid,
    *,
    changeable: NDArray[np.bool_],
    threshold: float,
) -> NearestChange:
    """The nearest change that brings a customer's probability below the threshold.

    No part of it can be left out. Every single change is tried, then the best dozen with one more, and once more: few changes count
    before small ones (sparsity before proximity; Wachter et al. 2017, doi:10.2139/ssrn.3063289). Only
    values that customers have are proposed. It says what the model would say, not what would happen:
    whoever is given a lower price need not stay as those who had it all along.

    Parameters
    ----------
    score
        Gives the probabilities of rows, shape (n_rows,).
    row
        The customer, shape (n_features,).
    grid
        What values features could have.
    changeable
        Which features may be changed, shape (n_features,).
    threshold
        Below it a customer counts as not at risk.
    """
    own = float(score(row[None])[0])
    sets: list[tuple[Change, ...]] = [()]
    lowest = own
    for _ in range(_MOST_CHANGES):
        tried = [
            (*changes, one)
            for changes in sets
            for one in _list_changes(row, grid, changeable, {each.column for each in changes})
        ]
        if not tried:
            break
        said = score(np.stack([_apply(row, changes) for changes in tried]))
        lowest = min(lowest, float(said.min()))
        enough = np.flatnonzero(said < threshold)
        if len(enough):
            far = np.array([_sum_up(tried[place], grid) for place in enough])
            best = enough[np.lexsort((said[enough], far))[0]]
            changes = _drop_needless(score, row, tried[best], threshold)
            after = float(score(_apply(row, changes)[None])[0])
            return NearestChange(_arrange(score, row, changes), own, after, _sum_up(changes, grid))
        sets = [tried[place] for place in np.argsort(said, kind="stable")[:_KEPT]]
    return NearestChange((), own, lowest, 0.0)


def raise_to_threshold(
    score: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    row: NDArray[np.float64],
    grid: Grid,
    *,
    changeable: NDArray[np.bool_],
    threshold: float,
) -> NearestChange:
    """The same the other way: the nearest change that brings the probability up to the threshold.

    For outcomes that are wanted, such as an agreement. Parameters are those of `find_nearest_change`;
    of no changes `after` is the highest that was reached.
    """
    found = find_nearest_change(
        lambda rows: -score(rows),
        row,
        grid,
        changeable=changeable,
        # At the threshold is enough here, below it there.
        threshold=float(np.nextafter(-threshold, np.inf)),
    )
    return replace(found, before=-found.before, after=-found.after)


def _list_changes(
    row: NDArray[np.float64], grid: Grid, changeable: NDArray[np.bool_], taken: set[int]
) -> list[Change]:
    return [
        Change(column, float(row[column]), float(value))
        for column in np.flatnonzero(changeable).tolist()
        if column not in taken
        for value in grid.values[column]
        if value != row[column]
    ]


def _apply(row: NDArray[np.float64], changes: Sequence[Change]) -> NDArray[np.float64]:
    changed = row.copy()
    for one in changes:
        changed[one.column] = one.after
    return changed


def _sum_up(changes: Sequence[Change], grid: Grid) -> float:
    total = 0.0
    for one in changes:
        place = int(np.flatnonzero(grid.values[one.column] == one.after)[0])
        total += float(grid.measure(one.column, one.before)[place])
    return total


def _drop_needless(
    score: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    row: NDArray[np.float64],
    changes: tuple[Change, ...],
    threshold: float,
) -> tuple[Change, ...]:
    """The changes without those that the others do without.

    Not every pair was tried, so of three changes that are enough two may be enough.
    """
    for one in changes:
        others = tuple(other for other in changes if other is not one)
        if others and float(score(_apply(row, others)[None])[0]) < threshold:
            return _drop_needless(score, row, others, threshold)
    return changes


def _arrange(
    score: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    row: NDArray[np.float64],
    changes: tuple[Change, ...],
) -> tuple[Change, ...]:
    """The change that lowers most by itself first."""
    said = score(np.stack([_apply(row, [one]) for one in changes]))
    return tuple(changes[place] for place in np.argsort(said, kind="stable"))
