"""Figures over nested windows, for one day or many, in one pass over the rows.

Rows are first summed up by customer and by the segment of time they lie in (segments are bounded by
the beginnings of all windows), then the segments of each window are put together: a row is looked at
once, however many windows and days there are.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from regulars.conditions import compile_condition
from regulars.features.cuts import make_bound, step_index
from regulars.features.measures import Measure, Operation, list_measures, merge, render
from regulars.features.rows import CUSTOMER, day_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import ibis

    from regulars.features.cuts import Cuts
    from regulars.features.definition import FeatureDefinition

__all__ = [
    "CUT",
    "aggregate_measure",
    "compile_bucketed",
    "count_days_to",
    "mark_segments",
    "spread",
]

CUT = "cut"
_EPOCH = date(1970, 1, 1).toordinal()
_SLOT, _SEGMENT, _KNOWN = "slot", "segment", "known"


def mark_segments(rows: ibis.Table, cuts: Cuts, *, time: str | None) -> dict[str, ibis.Value]:
    """Columns that tell the segment of each row, and with many days also when it became known."""
    import ibis

    if time is None or time not in rows.columns:
        segment = ibis.literal(0, type="int16")
    else:
        column = rows[time]
        bounds = [make_bound(day, cuts.last.zone, column) for day in cuts.bounds]
        segment = step_index(column, bounds)
    if cuts.is_single:
        return {_SLOT: segment}
    return {_SEGMENT: segment, _KNOWN: _known_index(rows, cuts)}


def _known_index(rows: ibis.Table, cuts: Cuts) -> ibis.Value:
    """The number of the first day as of which the row was known."""
    import ibis

    if "known_at" not in rows.columns:
        return ibis.literal(0, type="int16")
    column = rows["known_at"]
    days = [make_bound(as_of.day, as_of.zone, column) for as_of in cuts.dates]
    return step_index(column, days)


def spread(segments: ibis.Table, cuts: Cuts, *, rank: int = 0) -> ibis.Table:
    """Each segment once for every day that sees it, with `cut` and `slot`; as it is for one day.

    Only those that lie in the window of this rank, where one is given.
    """
    import ibis

    if cuts.is_single:
        return segments.filter(segments[_SLOT] >= rank) if rank else segments
    columns = list(cuts.rows()[0])
    days = ibis.memtable(cuts.rows(), schema=dict.fromkeys(columns, "int64"))
    both = segments.cross_join(days)
    is_seen = (both[_SEGMENT] <= both["until"]) & (both[_KNOWN] <= both[CUT])
    both = both.filter(is_seen & (both[_SEGMENT] >= both[f"from_{rank}"]) if rank else is_seen)
    slot = ibis.literal(0, type="int64")
    for rank in range(1, len(cuts.windows) + 1):
        slot += (both[_SEGMENT] >= both[f"from_{rank}"]).cast("int64")
    kept = [name for name in segments.columns if name not in (_SEGMENT, _KNOWN)]
    return both.select(*kept, CUT, **{_SLOT: slot})


def compile_bucketed(
    rows: ibis.Table,
    features: Sequence[FeatureDefinition],
    cuts: Cuts,
    *,
    time: str | None,
    customer: str = CUSTOMER,
) -> ibis.Table:
    """One row per customer (and `cut`, with many days) who has any row; one column per feature.

    Parameters
    ----------
    rows
        What may be seen as of the latest day.
    features
        With aggregates that can be summed up.
    cuts
        The days, with every window that the features need.
    time
        The column that says when a row happened; None for rows without a time.
    customer
        The column that says whose row it is.
    """
    ranks = _find_ranks(features, cuts)
    names = {measure: f"m{number}" for number, measure in enumerate(ranks)}
    slots = _sum_up(rows, list(ranks), names, cuts, time=time, customer=customer)
    keys = [CUSTOMER] if cuts.is_single else [CUSTOMER, CUT]
    n_slots = len(cuts.windows)
    cells = _lay_side_by_side(slots, ranks, names, keys=keys, n_slots=n_slots)

    def read(measure: Measure, rank: int) -> ibis.Value:
        parts = [cells[f"{names[measure]}_{slot}"] for slot in range(n_slots, rank - 1, -1)]
        return merge(measure.operation, parts)

    days_to = count_days_to(cells, cuts)
    columns = {
        feature.name_of(days): render(feature, read, cuts, window_days=days, days_to=days_to)
        for feature in features
        for days in feature.windows or (None,)
    }
    return cells.select(*keys, **columns)


def _find_ranks(features: Sequence[FeatureDefinition], cuts: Cuts) -> dict[Measure, int]:
    """Every measure that is needed, with the lowest rank (the longest window) it is needed for."""
    # So that everybody who has a row is there, whatever the conditions.
    found: dict[Measure, int] = {Measure("rows"): 0}
    for feature in features:
        for days in feature.windows or (None,):
            for measure, rank in list_measures(feature, cuts, window_days=days):
                found[measure] = min(rank, found.get(measure, rank))
    return found


def _sum_up(
    rows: ibis.Table,
    measures: Sequence[Measure],
    names: Mapping[Measure, str],
    cuts: Cuts,
    *,
    time: str | None,
    customer: str,
) -> ibis.Table:
    """The measures by customer, day and slot."""
    conditions = list(dict.fromkeys(m.where for m in measures if m.where is not None))
    masks = {condition: f"w{number}" for number, condition in enumerate(conditions)}
    needed = {name for m in measures for name in (m.column, m.times) if name}
    named = {name: rows[name] for name in needed}
    for condition, mask in masks.items():
        named[mask] = compile_condition(condition, rows, as_of=cuts.last.instant)
    moment = rows[time] if time is not None and time in rows.columns else None
    if moment is not None:
        named["moment"] = moment
    marks = mark_segments(rows, cuts, time=time)
    owned = rows.filter(rows[customer].notnull())
    marked = owned.select(**{CUSTOMER: rows[customer].cast("string")}, **marks, **named)
    sums = {
        names[measure]: aggregate_measure(
            marked,
            measure,
            None if measure.where is None else marked[masks[measure.where]],
            zone=cuts.last.zone,
        )
        for measure in measures
    }
    segments = marked.group_by(CUSTOMER, *marks).aggregate(**sums)
    if cuts.is_single:
        return segments
    seen = spread(segments, cuts)
    again = {names[measure]: _again(seen[names[measure]], measure) for measure in measures}
    return seen.group_by(CUSTOMER, CUT, _SLOT).aggregate(**again)


def aggregate_measure(
    marked: ibis.Table, measure: Measure, where: ibis.Value | None, *, zone: str
) -> ibis.Value:
    """The measure of the rows for which `where` holds; their time stands in `moment`."""
    if measure.operation == "rows":
        return marked.count(where=where)
    value = marked[measure.column] if measure.column else marked["moment"]
    if measure.times:
        value = value.cast("float64") * marked[measure.times].cast("float64")
    if measure.operation == "known":
        return value.count(where=where)
    if measure.operation in ("min", "first"):
        return value.min(where=where)
    if measure.operation in ("max", "last"):
        return value.max(where=where)
    return _summand(marked, value, measure.operation, zone=zone).sum(where=where)


def _summand(
    marked: ibis.Table, value: ibis.Value, operation: Operation, *, zone: str
) -> ibis.Value:
    """What is summed up of each row."""
    if operation == "sum":
        return value
    number = value.cast("float64")
    if operation == "squares":
        return number * number
    # Of rows whose value is not known the day does not count either.
    days = value.isnull().ifelse(None, day_number(marked["moment"], zone))
    if operation == "days_times":
        return days.cast("float64") * number
    return days if operation == "days" else days * days


def _again(column: ibis.Column, measure: Measure) -> ibis.Value:
    if measure.operation in ("min", "first"):
        return column.min()
    return column.max() if measure.operation in ("max", "last") else column.sum()


def _lay_side_by_side(
    slots: ibis.Table,
    ranks: Mapping[Measure, int],
    names: Mapping[Measure, str],
    *,
    keys: Sequence[str],
    n_slots: int,
) -> ibis.Table:
    """One row per customer and day, with a column for each measure and slot."""
    people = slots.select(*keys).distinct()
    joined = people
    columns: dict[str, str] = {}
    for slot in range(n_slots + 1):
        needed = [names[measure] for measure, rank in ranks.items() if rank <= slot]
        only = slots.filter(slots[_SLOT] == slot)
        # A join is cheaper here than a filtered aggregate for every cell.
        cell = only.select(
            **{f"{key}_{slot}": only[key] for key in keys},
            **{f"{name}_{slot}": only[name] for name in needed},
        )
        joined = joined.left_join(cell, [people[key] == cell[f"{key}_{slot}"] for key in keys])
        columns |= {f"{name}_{slot}": f"{name}_{slot}" for name in needed}
    return joined.select(*keys, *columns)


def count_days_to(cells: ibis.Table, cuts: Cuts) -> Callable[[ibis.Value], ibis.Value]:
    """A function from moments to the days between them and the `as_of` of their row."""
    import ibis

    numbers = [as_of.day.toordinal() - _EPOCH for as_of in cuts.dates]
    if cuts.is_single:
        today: ibis.Value = ibis.literal(numbers[0], type="int64")
    else:
        branches = [(cells[CUT] == cut, number) for cut, number in enumerate(numbers)]
        today = ibis.cases(*branches)

    def days_to(moment: ibis.Value) -> ibis.Value:
        return today - day_number(moment, cuts.last.zone)

    return days_to
