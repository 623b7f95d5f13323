"""Features about which values occur and in what order: how many, how varied, the first, the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.conditions import compile_condition
from regulars.features.bucketed import CUT, mark_segments, spread
from regulars.features.cuts import step_index
from regulars.features.rows import CUSTOMER, day_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis

    from regulars.features.cuts import Cuts
    from regulars.features.definition import FeatureDefinition

__all__ = ["compile_gaps", "compile_ordered", "compile_values"]


def compile_values(
    rows: ibis.Table, feature: FeatureDefinition, cuts: Cuts, *, time: str | None
) -> ibis.Table:
    """`distinct` and `entropy`: one row per customer (and `cut`) with a value in any window.

    Entropy is that of the shares of the values, in bits: 0 when all rows have the same value.
    """
    owned = _own(rows, feature, cuts)
    owned = owned.filter(owned[feature.column].notnull())
    marks = mark_segments(owned, cuts, time=time)
    marked = owned.select(
        **{CUSTOMER: owned[feature.customer].cast("string")}, value=feature.column, **marks
    )
    if feature.aggregate == "distinct" and not cuts.is_single:
        return _count_distinct(marked, feature, cuts)
    ranks = _rank_windows(feature, cuts)
    counted = marked.group_by(CUSTOMER, "value", *marks).aggregate(n=marked.count())
    seen = spread(counted, cuts, rank=min(ranks.values()))
    counts = {f"n_{rank}": _sum_within(seen, rank) for rank in ranks.values()}
    by_value = seen.group_by(*_key(cuts), "value").aggregate(**counts)
    measure = _distinct if feature.aggregate == "distinct" else _entropy
    columns = {name: measure(by_value[f"n_{rank}"]) for name, rank in ranks.items()}
    return by_value.group_by(*_key(cuts)).aggregate(**columns)


def _count_distinct(marked: ibis.Table, feature: FeatureDefinition, cuts: Cuts) -> ibis.Table:
    """How many values, as of many days, without looking at each value on each day.

    A value lies in a window when the last segment of time in which it occurs does. Of each value and
    segment the days are found for which that segment is the last one known; then values are only
    counted, as rows are.
    """
    import ibis

    by_segment = marked.group_by(CUSTOMER, "value", "segment").aggregate(
        known=marked["known"].min()
    )
    # Between the end of a day's last segment and the next day lies nothing.
    ends = [ibis.literal(row["until"] + 1, type="int16") for row in cuts.rows()]
    known = ibis.greatest(by_segment["known"], step_index(by_segment["segment"], ends))
    seen_from = by_segment.mutate(known=known)
    later = ibis.window(group_by=[CUSTOMER, "value"], order_by="segment", rows=(1, None))
    last = seen_from.mutate(gone=seen_from["known"].min().over(later).fill_null(len(ends)))
    last = last.filter(last["known"] < last["gone"])
    counted = last.group_by(CUSTOMER, "segment", "known", "gone").aggregate(n=last.count())
    ranks = _rank_windows(feature, cuts)
    seen = spread(counted, cuts, rank=min(ranks.values()))
    seen = seen.filter(seen[CUT] < seen["gone"])
    columns = {name: _sum_within(seen, rank) for name, rank in ranks.items()}
    return seen.group_by(*_key(cuts)).aggregate(**columns)


def _sum_within(seen: ibis.Table, rank: int) -> ibis.Value:
    return seen["n"].sum(where=seen["slot"] >= rank).fill_null(0).cast("float64")


def _rank_windows(feature: FeatureDefinition, cuts: Cuts) -> dict[str, int]:
    """Of each feature's name the rank of its window."""
    return {feature.name_of(days): cuts.rank_of(days) for days in feature.windows or (None,)}


def _key(cuts: Cuts) -> list[str]:
    return [CUSTOMER] if cuts.is_single else [CUSTOMER, CUT]


def _distinct(counts: ibis.Column) -> ibis.Value:
    return (counts > 0).sum().cast("float64")


def _entropy(counts: ibis.Column) -> ibis.Value:
    total = counts.sum().nullif(0.0)
    # A count of 0 adds nothing, and its logarithm must not be asked for.
    weighted = counts * (counts > 0).ifelse(counts, 1.0).log2()
    bits = total.log2() - weighted.sum() / total
    # Of one value only, rounding may leave a hair below or above 0.
    return (bits > 1e-9).ifelse(bits, bits.isnull().ifelse(None, 0.0))


def compile_gaps(
    rows: ibis.Table, feature: FeatureDefinition, cuts: Cuts, *, time: str
) -> list[ibis.Table]:
    """`gap_variation`: a table per window, with one row per customer (and `cut`).

    Standard deviation over mean of the days between one active day and the next: 0 for a
    clockwork, about 1 for a random rhythm; null for fewer than two gaps.
    """
    import ibis

    owned = _own(rows, feature, cuts)
    marked = owned.select(
        **{CUSTOMER: owned[feature.customer].cast("string")},
        day=day_number(owned[time], cuts.last.zone),
        **mark_segments(owned, cuts, time=time),
    )
    marked = marked.filter(marked["day"].notnull())
    keys, tables = _key(cuts), []
    for name, rank in _rank_windows(feature, cuts).items():
        inside = spread(marked if cuts.is_single else marked.distinct(), cuts, rank=rank)
        active = inside.select(*keys, "day").distinct()
        before = active["day"].lag().over(group_by=keys, order_by="day")
        gaps = active.mutate(gap=active["day"] - before)
        count = gaps["gap"].count()
        total, squares = gaps["gap"].sum(), (gaps["gap"] * gaps["gap"]).sum()
        variance = ((count * squares - total * total) / (count * count)).cast("float64")
        mean = total.cast("float64") / count
        variation = ibis.cases((count >= 2, variance.sqrt() / mean), else_=None)
        tables.append(gaps.group_by(*keys).aggregate(**{name: variation}))
    return tables


def compile_ordered(
    rows: ibis.Table, feature: FeatureDefinition, cuts: Cuts, *, time: str | None
) -> list[ibis.Table]:
    """`first` and `last` known value: a table per window, with one row per customer (and `cut`).

    Of several values at one moment the greatest is taken, so that the order of rows is nothing.
    """
    import ibis

    owned = _own(rows, feature, cuts)
    owned = owned.filter(owned[feature.column].notnull())
    moment = owned[time] if time is not None and time in owned.columns else ibis.literal(0)
    marks = mark_segments(owned, cuts, time=time)
    marked = owned.select(
        **{CUSTOMER: owned[feature.customer].cast("string")},
        value=feature.column,
        moment=moment,
        **marks,
    )
    is_last = feature.aggregate != "first"
    if not cuts.is_single:
        # The first of all is the first of its segment of time.
        marked = _choose(marked, [CUSTOMER, *marks], is_last=is_last)
    keys, tables = _key(cuts), []
    for name, rank in _rank_windows(feature, cuts).items():
        chosen = _choose(spread(marked, cuts, rank=rank), keys, is_last=is_last)
        tables.append(chosen.select(*keys, **{name: chosen["value"]}))
    return tables


def _choose(rows: ibis.Table, keys: Sequence[str], *, is_last: bool) -> ibis.Table:
    """The first or the last row of each key."""
    import ibis

    by_time = ibis.desc("moment", nulls_first=False) if is_last else ibis.asc("moment")
    window = ibis.window(group_by=list(keys), order_by=[by_time, ibis.desc("value")])
    ranked = rows.mutate(place=ibis.row_number().over(window))
    return ranked.filter(ranked["place"] == 0).drop("place")


def _own(rows: ibis.Table, feature: FeatureDefinition, cuts: Cuts) -> ibis.Table:
    """The rows that the feature is about and that belong to somebody."""
    owned = rows.filter(rows[feature.customer].notnull())
    if feature.where is None:
        return owned
    return owned.filter(compile_condition(feature.where, owned, as_of=cuts.last.instant))
