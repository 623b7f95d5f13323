"""What is summed up of the rows of one customer in one window, and what features make of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from regulars.conditions import All, Condition

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis

    from regulars.features.cuts import Cuts
    from regulars.features.definition import FeatureDefinition

__all__ = ["Measure", "Operation", "list_measures", "merge", "render"]

_DAYS_A_STEP = 30.0
_NOISE = 1e-12

Operation = Literal[
    "rows", "known", "sum", "squares", "min", "max", "first", "last", "days", "squared_days",
    "days_times",
]  # fmt: skip

_OPERATIONS: dict[str, tuple[Operation, ...]] = {
    "count": ("rows",),
    "sum": ("sum",),
    "mean": ("sum", "known"),
    "min": ("min",),
    "max": ("max",),
    "std": ("sum", "known", "squares"),
    "slope": ("sum", "known", "days", "squared_days", "days_times"),
    "days_since_first": ("first",),
    "days_since_last": ("last",),
    "mean_gap_days": ("first", "last", "rows"),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure about some rows that can be put together from the figures of their parts.

    Attributes
    ----------
    operation
        `rows` and `known` count, `squares` sums squares; `first` and `last` are moments; the last
        three sum day numbers, their squares, and day numbers times values, where the value is known.
    where
        Of which rows.
    column, times
        Of which column, multiplied by which other.
    """

    operation: Operation
    where: Condition | None = None
    column: str | None = None
    times: str | None = None


def list_measures(
    feature: FeatureDefinition, cuts: Cuts, *, window_days: int | None
) -> list[tuple[Measure, int]]:
    """The measures, with the rank of their window, that the feature needs over one window."""
    rank = cuts.rank_of(window_days)
    if feature.aggregate == "share":
        return [(measure, rank) for measure in _share_parts(feature)]
    if feature.aggregate == "trend":
        part, _ = _share_parts(feature)
        return [(part, rank), (part, cuts.rank_of(2 * (window_days or 1)))]
    operations = _OPERATIONS.get(feature.aggregate, ())
    if feature.aggregate == "count" and feature.column:
        operations = ("known",)
    if feature.aggregate == "mean_gap_days":
        # Rows, whether or not any column of theirs is known.
        return [(Measure(operation, feature.where), rank) for operation in operations]
    return [
        (Measure(operation, feature.where, feature.column, feature.times), rank)
        for operation in operations
    ]


def _share_parts(feature: FeatureDefinition) -> tuple[Measure, Measure]:
    """The part and the whole; without a column rows are counted."""
    operation: Operation = "sum" if feature.column else "rows"
    part = feature.where
    if feature.among is not None and feature.where is not None:
        part = All(conditions=(feature.among, feature.where))
    return (
        Measure(operation, part, feature.column, feature.times),
        Measure(operation, feature.among, feature.column, feature.times),
    )


def merge(operation: Operation, values: list[ibis.Value]) -> ibis.Value:
    """The measure of rows from those of their parts; a part without rows is null."""
    if operation in ("min", "first"):
        return _fold(values, lambda left, right: left <= right)
    if operation in ("max", "last"):
        return _fold(values, lambda left, right: left >= right)
    total = values[0].fill_null(0)
    for value in values[1:]:
        total += value.fill_null(0)
    return total


def _fold(
    values: list[ibis.Value], keeps: Callable[[ibis.Value, ibis.Value], ibis.Value]
) -> ibis.Value:
    # Engines disagree on what greatest and least make of null.
    found = values[0]
    for value in values[1:]:
        found = (value.isnull() | keeps(found, value)).ifelse(found, value.coalesce(found))
    return found


def render(
    feature: FeatureDefinition,
    read: Callable[[Measure, int], ibis.Value],
    cuts: Cuts,
    *,
    window_days: int | None,
    days_to: Callable[[ibis.Value], ibis.Value],
) -> ibis.Value:
    """The feature over one window, float64, from its measures.

    Parameters
    ----------
    feature
        What is made.
    read
        Gives a measure over the window of a rank.
    cuts
        The days and windows.
    window_days
        Which of the feature's windows; None for everything before `as_of`.
    days_to
        Days from a moment to `as_of`.
    """
    parts = [
        read(measure, rank)
        for measure, rank in list_measures(feature, cuts, window_days=window_days)
    ]
    match feature.aggregate:
        case "mean" | "share":
            value = _number(parts[0]) / _number(parts[1]).nullif(0.0)
        case "std":
            value = _std(*(_number(part) for part in parts))
        case "slope":
            value = _slope(*(_number(part) for part in parts))
        case "trend":
            recent, both = _number(parts[0]), _number(parts[1])
            value = recent / _clean(both - recent, both.abs()).nullif(0.0) - 1.0
        case "days_since_first" | "days_since_last":
            value = days_to(parts[0])
        case "mean_gap_days":
            first, last, rows = parts
            gaps = (_number(rows) - 1.0).nullif(0.0)
            value = (_number(days_to(first)) - _number(days_to(last))) / gaps
        case _:
            value = parts[0]
    return _number(value)


def _number(value: ibis.Value) -> ibis.Value:
    return value.cast("float64")


def _std(total: ibis.Value, count: ibis.Value, squares: ibis.Value) -> ibis.Value:
    spread = squares - total * total / count.nullif(0.0)
    # Never below zero, so that there is a root.
    clean = _clean(spread, squares).clip(lower=0.0)
    return (clean / (count - 1.0).nullif(0.0)).sqrt()


def _clean(difference: ibis.Value, size: ibis.Value) -> ibis.Value:
    """The difference of two sums of `size`; below their rounding there is only noise, so zero."""
    return (difference.abs() > size * _NOISE).ifelse(difference, 0.0)


def _slope(
    total: ibis.Value,
    count: ibis.Value,
    days: ibis.Value,
    squared_days: ibis.Value,
    days_times: ibis.Value,
) -> ibis.Value:
    # Least squares; sums of days are whole numbers, so days that are all the same give exactly 0.
    below = count * squared_days - days * days
    return _DAYS_A_STEP * (count * days_times - days * total) / below.nullif(0.0)
