"""Customers counted by every combination of a few fields, so that a reader can go into any of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from regulars.features.table import FeatureTable
from regulars.schema.wording import Wording
from regulars.segments.distributions import FEWEST_SHOWN, cut_fields

__all__ = ["Cell", "DrillDown", "DrillField", "drill_down"]

_MOST_FIELDS = 6
_DEEPEST = 3

Key = tuple[tuple[int, int], ...]
"""(number of the field, number of its level), by field."""


@dataclass(frozen=True, slots=True)
class DrillField:
    """One field to cross by.

    Attributes
    ----------
    feature
        Name of the feature; None for the segment itself.
    meaning
        The same in words; None for the segment.
    levels
        In words; of the segment none are given.
    """

    feature: str | None
    meaning: Wording | None
    levels: tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """The customers of one combination.

    Attributes
    ----------
    count
        How many they are.
    outcome_share
        Mean of the outcome among those of whom it is known; None for fewer than five.
    """

    count: int
    outcome_share: float | None


@dataclass(frozen=True, slots=True)
class DrillDown:
    """All combinations of up to three fields.

    Whatever is not shown beside the shown cells of one split is five customers together, or none:
    no subtraction leads to fewer.

    Attributes
    ----------
    fields
        The segment first.
    whole
        All customers.
    cells
        By combination.
    """

    fields: tuple[DrillField, ...]
    whole: Cell
    cells: Mapping[Key, Cell]


def drill_down(
    features: FeatureTable,
    segment: NDArray[np.int64],
    *,
    outcome: NDArray[np.float64] | None = None,
    fields: Sequence[str] | None = None,
    most: int = _MOST_FIELDS,
) -> DrillDown:
    """Counts of customers by segment and the fields in which segments differ most.

    Parameters
    ----------
    features
        One row per customer.
    segment
        Number of each customer's segment, from 1, shape (n_customers,).
    outcome
        1.0, 0.0 or a probability per customer, NaN where not known.
    fields
        Names of features to cross the segments with; those in which segments differ most when None.
    most
        At most so many of them.
    """
    cut = cut_fields(features, segment, fields=fields and fields[:most], most=most)
    codes = [segment - 1, *(field.codes for field in cut)]
    labels = np.full(len(segment), np.nan) if outcome is None else outcome
    known = (
        DrillField(None, None, ()),
        *(DrillField(field.feature, field.meaning, field.levels) for field in cut),
    )
    sizes = [int(segment.max()), *(len(field.levels) for field in cut)]
    cells = {
        key: cell
        for chosen in _choose(len(known))
        for key, cell in _count(chosen, codes, sizes, labels)
    }
    return DrillDown(known, _measure(labels), _hide(cells, len(segment), sizes))


def _choose(n_fields: int) -> Iterator[tuple[int, ...]]:
    for depth in range(1, _DEEPEST + 1):
        yield from combinations(range(n_fields), depth)


def _count(
    chosen: tuple[int, ...],
    codes: Sequence[NDArray[np.int64]],
    sizes: Sequence[int],
    labels: NDArray[np.float64],
) -> Iterator[tuple[Key, Cell]]:
    """The cells of one set of fields that hold anybody."""
    shape = tuple(sizes[place] for place in chosen)
    flat = np.ravel_multi_index([codes[place] for place in chosen], shape)
    is_known = ~np.isnan(labels)
    size = int(np.prod(shape))
    counts = np.bincount(flat, minlength=size)
    known = np.bincount(flat[is_known], minlength=size)
    sums = np.bincount(flat[is_known], weights=labels[is_known], minlength=size)
    for place in np.flatnonzero(counts):
        levels = [int(level) for level in np.unravel_index(place, shape)]
        share = float(sums[place] / known[place]) if known[place] >= FEWEST_SHOWN else None
        yield tuple(zip(chosen, levels, strict=True)), Cell(int(counts[place]), share)


def _measure(labels: NDArray[np.float64]) -> Cell:
    known = labels[~np.isnan(labels)]
    share = float(known.mean()) if len(known) >= FEWEST_SHOWN else None
    return Cell(len(labels), share)


def _hide(cells: Mapping[Key, Cell], n: int, sizes: Sequence[int]) -> dict[Key, Cell]:
    """The cells that may be shown.

    Those of one to four customers may not; and where they would follow by subtraction from the
    others of a split, the smallest of these may not either. As what is hidden for that has five
    customers itself, one pass is enough.
    """
    few = {key for key, cell in cells.items() if cell.count < FEWEST_SHOWN}
    hidden = set(few)
    for parent in [(), *(key for key in cells if len(key) < _DEEPEST and key not in few)]:
        whole = cells[parent].count if parent else n
        for field in set(range(len(sizes))) - {place for place, _ in parent}:
            split = [tuple(sorted((*parent, (field, level)))) for level in range(sizes[field])]
            shown = [key for key in split if key in cells and key not in hidden]
            rest = whole - sum(cells[key].count for key in shown)
            if shown and 0 < rest < FEWEST_SHOWN:
                hidden.add(min(shown, key=lambda key: (cells[key].count, key)))
    return {key: cell for key, cell in cells.items() if key not in hidden}
