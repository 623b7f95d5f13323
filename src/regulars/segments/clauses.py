"""Clauses over the columns of customers: which one divides best, and for whom it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regulars.features import FeatureTable

__all__ = ["Clause", "ClauseColumns", "are_whole", "encode_columns"]

_CUTS = 64
_MOST_LEVELS = 4
_LARGEST_WHOLE = 2.0**53


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that is said about one column.

    Attributes
    ----------
    column
        Its place.
    kind
        `from` a bound on, `below` one, one of some `levels`, or `missing`.
    bound
        Of `from` and `below`.
    levels
        Codes, in order; of `levels`.
    """

    column: int
    kind: Literal["from", "below", "levels", "missing"]
    bound: float | None = None
    levels: tuple[int, ...] = ()

    def move(self, bound: float) -> Clause:
        """The same with another bound."""
        return replace(self, bound=bound)


@dataclass(frozen=True, slots=True, eq=False)
class ClauseColumns:
    """Columns as numbers, and as the bins that bounds are looked for between.

    Attributes
    ----------
    names
        Of the columns.
    values
        Shape (n_customers, n_columns); levels as codes, NaN where missing.
    levels
        Of each column what its codes stand for; None for numbers.
    cuts
        Of each column of numbers the values a bound may have, in order.
    bins
        Shape (n_customers, n_columns): how many cuts are not above the value, or the code of the
        level; one more than there are for what is missing.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]
    levels: tuple[tuple[str | bool, ...] | None, ...]
    cuts: tuple[NDArray[np.float64], ...]
    bins: NDArray[np.int64]

    def name_of(self, column: int) -> str:
        """What the column is called."""
        return self.names[column]

    def read_levels(self, clause: Clause) -> tuple[str | bool, ...]:
        """What the codes of a clause stand for."""
        known = self.levels[clause.column] or ()
        return tuple(known[code] for code in clause.levels)

    def round_bound(self, clause: Clause, digits: int) -> float:
        """A bound with so many digits; of whole numbers a whole one."""
        bound = float(f"{clause.bound:.{digits - 1}e}")
        return float(np.ceil(bound)) if are_whole(self.values[:, clause.column]) else bound

    def hold(self, clauses: Sequence[Clause]) -> NDArray[np.bool_]:
        """For whom all clauses hold, shape (n_customers,)."""
        holds = np.ones(len(self.values), dtype=bool)
        for clause in clauses:
            holds &= self._hold(clause)
        return holds

    def _hold(self, clause: Clause) -> NDArray[np.bool_]:
        values = self.values[:, clause.column]
        if clause.kind == "missing":
            return np.isnan(values)
        if clause.kind == "levels":
            return np.isin(values, clause.levels)
        bound = np.float64(np.nan if clause.bound is None else clause.bound)
        with np.errstate(invalid="ignore"):
            return values >= bound if clause.kind == "from" else values < bound

    def propose(
        self, holds: NDArray[np.bool_], is_member: NDArray[np.bool_]
    ) -> Iterator[tuple[float, Clause]]:
        """Of each column the best clauses of each kind to add, with the F1 that the rule then has.

        Parameters
        ----------
        holds
            For whom the rule holds so far.
        is_member
            Who is in the segment.
        """
        members = int(is_member.sum())
        all_of, own_of = self.bins[holds], self.bins[holds & is_member]
        for column, cuts in enumerate(self.cuts):
            levels = self.levels[column]
            width = len(cuts) + 2 if levels is None else len(levels) + 1
            found = np.bincount(all_of[:, column], minlength=width)
            both = np.bincount(own_of[:, column], minlength=width)
            if found[-1]:
                missing = Clause(column, "missing")
                yield _measure(both[-1], found[-1], members), missing
            found, both = found[:-1], both[:-1]
            if levels is not None:
                yield from _propose_levels(column, found, both, members)
            elif len(cuts):
                yield from _propose_bounds(column, cuts, found, both, members)


def _propose_bounds(
    column: int,
    cuts: NDArray[np.float64],
    found: NDArray[np.int64],
    both: NDArray[np.int64],
    members: int,
) -> Iterator[tuple[float, Clause]]:
    below = 2 * both.cumsum()[:-1] / (found.cumsum()[:-1] + members)
    above = 2 * both[::-1].cumsum()[::-1][1:] / (found[::-1].cumsum()[::-1][1:] + members)
    place = int(below.argmax())
    yield float(below[place]), Clause(column, "below", float(cuts[place]))
    place = int(above.argmax())
    yield float(above[place]), Clause(column, "from", float(cuts[place]))


def _propose_levels(
    column: int, found: NDArray[np.int64], both: NDArray[np.int64], members: int
) -> Iterator[tuple[float, Clause]]:
    """The levels in which the segment is densest, one to four of them."""
    present = np.flatnonzero(both)
    order = present[np.argsort(-(both[present] / found[present]), kind="stable")]
    chosen = order[:_MOST_LEVELS]
    if not len(chosen):
        return
    scores = 2 * both[chosen].cumsum() / (found[chosen].cumsum() + members)
    size = int(scores.argmax()) + 1
    codes = tuple(sorted(int(code) for code in chosen[:size]))
    yield float(scores[size - 1]), Clause(column, "levels", levels=codes)


def _measure(both: np.int64, found: np.int64, members: int) -> float:
    return float(2 * both / (found + members))


def are_whole(values: NDArray[np.float64]) -> bool:
    """Whether all numbers that are known are whole ones."""
    known = values[~np.isnan(values)]
    return bool((known == np.floor(known)).all() and (np.abs(known) < _LARGEST_WHOLE).all())


def encode_columns(features: FeatureTable) -> ClauseColumns:
    """The columns of a feature table, each with at most 64 bounds to choose from."""
    encoded = [
        _encode(features, feature.name, is_number=feature.kind == "numeric")
        for feature in features.features
    ]
    values = np.stack([one[0] for one in encoded], axis=1)
    return ClauseColumns(
        names=features.names,
        values=values,
        levels=tuple(one[1] for one in encoded),
        cuts=tuple(one[2] for one in encoded),
        bins=np.stack([_bin(*one) for one in encoded], axis=1),
    )


_Encoded = tuple["NDArray[np.float64]", "tuple[str | bool, ...] | None", "NDArray[np.float64]"]


def _encode(features: FeatureTable, name: str, *, is_number: bool) -> _Encoded:
    import pyarrow as pa
    import pyarrow.compute as pc

    column = features.table.column(name).combine_chunks()
    if is_number:
        values = np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)
        values = np.where(np.isfinite(values), values, np.nan)
        return values, None, _choose_cuts(values[~np.isnan(values)])
    levels = pc.unique(column.drop_null()).sort()
    codes = pc.index_in(column, value_set=levels).cast(pa.float64())
    values = np.asarray(codes.to_numpy(zero_copy_only=False), np.float64)
    return values, tuple(levels.to_pylist()), np.empty(0)


def _choose_cuts(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values that divide the others, without the lowest: nothing is below it."""
    distinct = np.unique(values)
    if len(distinct) > _CUTS:
        shares = np.linspace(0, 1, _CUTS + 2)[1:-1]
        distinct = np.unique(np.quantile(values, shares, method="higher"))
        return distinct[distinct > values.min()]
    return distinct[1:]


def _bin(
    values: NDArray[np.float64],
    levels: tuple[str | bool, ...] | None,
    cuts: NDArray[np.float64],
) -> NDArray[np.int64]:
    is_missing = np.isnan(values)
    if levels is not None:
        return np.where(is_missing, len(levels), np.nan_to_num(values)).astype(np.int64)
    return np.where(is_missing, len(cuts) + 1, np.searchsorted(cuts, values, side="right"))
