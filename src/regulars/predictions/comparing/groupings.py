"""The quality of a model group by group: by how long customers have been there, by segment, by a column."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from regulars.predictions.comparing.learning import measure_group
from regulars.predictions.comparing.standings import GroupQuality
from regulars.schema.wording import Wording, pluralize

__all__ = ["GroupedQuality", "Grouping", "cut_tenure", "measure_grouping"]

_EDGES = (30, 91, 183, 365, 730, 1095, 1826, 3652)
"""Days at which people count on: a month, a quarter, half a year, years."""

_MOST_GROUPS, _LEAST_SHARE = 5, 0.05
_YEAR, _MONTH = 365.25, 30.4375


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """Who of the tested is in which group.

    Attributes
    ----------
    by
        `tenure`, `segment`, or the name of a column.
    title
        What the customers are told apart by.
    names
        The groups, in their order.
    codes
        The place of each test in `names`, -1 where it is not known; shape (n_tested,).
    """

    by: str
    title: Wording
    names: tuple[Wording, ...]
    codes: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class GroupedQuality:
    """The chosen model within each group of one grouping.

    Attributes
    ----------
    by, title
        As in `Grouping`.
    names, groups
        What each group is called, and its figures.
    """

    by: str
    title: Wording
    names: tuple[Wording, ...]
    groups: tuple[GroupQuality, ...]


def measure_grouping(
    grouping: Grouping,
    labels: NDArray[np.float64],
    probabilities: NDArray[np.float64],
    customers: NDArray[np.int64],
    *,
    random_state: int,
) -> GroupedQuality | None:
    """The figures of each group that holds anybody; None where that is one group, or none.

    Parameters
    ----------
    grouping
        Who is where.
    labels, probabilities, customers
        As in `measure_groups`.
    random_state
        Of the bootstrap.
    """
    present = [place for place in range(len(grouping.names)) if (grouping.codes == place).any()]
    if len(present) < 2:
        return None
    groups = []
    for place in present:
        own = grouping.codes == place
        name = grouping.names[place].en
        groups.append(
            measure_group(name, labels[own], probabilities[own], customers[own], random_state)
        )
    names = tuple(grouping.names[place] for place in present)
    return GroupedQuality(grouping.by, grouping.title, names, tuple(groups))


def cut_tenure(days: NDArray[np.float64]) -> tuple[tuple[Wording, ...], NDArray[np.int64]]:
    """Customers by how long they have been there: at most five spans that people count in.

    Parameters
    ----------
    days
        NaN where not known, shape (n,).

    Returns
    -------
    tuple
        The names of the spans, shortest first, and the place of each customer among them, -1 where not
        known.

    Examples
    --------
    >>> names, codes = cut_tenure(np.array([5.0, 40.0, 400.0, np.nan]))
    >>> [name.en for name in names], codes.tolist()
    (['less than 1 month', '1 month to 1 year', '1 year and more'], [0, 1, 2, -1])
    """
    known = days[np.isfinite(days)]
    edges = [edge for edge in _EDGES if (known < edge).any() and (known >= edge).any()]
    edges = _merge(known, edges)
    codes = np.searchsorted(edges, days, side="right").astype(np.int64)
    return _name_spans(edges), np.where(np.isfinite(days), codes, -1)


def _merge(days: NDArray[np.float64], edges: list[int]) -> list[int]:
    """Without edges beside spans that hold hardly anybody, until five spans are left."""
    while edges:
        counts = np.bincount(np.searchsorted(edges, days, side="right"), minlength=len(edges) + 1)
        smallest = int(counts.argmin())
        is_small = counts[smallest] < _LEAST_SHARE * len(days) or counts[smallest] == 0
        if not is_small and len(counts) <= _MOST_GROUPS:
            break
        # It goes to the smaller of its neighbors, to the shorter span of equal ones.
        before = counts[smallest - 1] if smallest else np.inf
        after = counts[smallest + 1] if smallest < len(edges) else np.inf
        edges = [edge for place, edge in enumerate(edges) if place != smallest - (before <= after)]
    return edges


def _name_spans(edges: Sequence[int]) -> tuple[Wording, ...]:
    if not edges:
        return (Wording(en="all", ru="все"),)
    first, last = edges[0], edges[-1]
    inner = [
        Wording(en=_say_span(low, high, "en"), ru=_say_span(low, high, "ru"))
        for low, high in pairwise(edges)
    ]
    return (
        Wording(en=f"less than {_say(first)[0]}", ru=f"до {_say(first)[1]}"),
        *inner,
        Wording(en=f"{_say(last)[0]} and more", ru=f"от {_say(last)[1]}"),
    )


def _count(days: int) -> tuple[int, bool]:
    """So many years (True), or months."""
    if days >= _YEAR - 1:
        return round(days / _YEAR), True
    return round(days / _MONTH), False


def _say(days: int) -> tuple[str, str]:
    """A length as English counts it, and as Russian does after a preposition."""
    number, is_years = _count(days)
    if is_years:
        return pluralize(number, "en", "year", "years"), pluralize(
            number, "ru", "года", "лет", "лет"
        )
    return (
        pluralize(number, "en", "month", "months"),
        pluralize(number, "ru", "месяца", "месяцев", "месяцев"),
    )


def _say_span(low: int, high: int, language: str) -> str:
    (first, is_first_years), (second, is_years) = _count(low), _count(high)
    if is_first_years == is_years:
        if language == "en":
            return f"{first}–{second} {'years' if is_years else 'months'}"
        words = ("год", "года", "лет") if is_years else ("месяц", "месяца", "месяцев")
        return f"{first}–{pluralize(second, 'ru', *words)}"
    if language == "en":
        return f"{_say(low)[0]} to {_say(high)[0]}"
    return f"от {_say(low)[1]} до {_say(high)[1]}"
