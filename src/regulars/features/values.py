"""Features about which values occur and in what order: how many, how varied, the first, the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.conditions import compile_condition
from regulars.features.bucketed import CUT, mark_segments, spread
from regulars.features.rows import CUSTOMER, day_number

if TYPE_CHECKING:
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
    seen = spread(marked.group_by(CUSTOMER, "value", *marks).aggregate(n=marked.count()), cuts)
    keys = [CUSTOMER] if cuts.is_single else [CUSTOMER, CUT]
    ranks = {days: cuts.rank_of(days) for days in feature.windows or (None,)}
    counts = {
        f"n_{rank}": seen["n"].sum(where=seen["slot"] >= rank).fill_null(0).cast("float64")
        for rank in ranks.values()
    }
    by_value = seen.group_by(*keys, "value").aggregate(**counts)
    measure = _distinct if feature.aggregate == "distinct" else _entropy
    columns = {
        feature.name_of(days): measure(by_value[f"n_{rank}"]) for days, rank in ranks.items()
    }
    return by_value.group_by(*keys).aggregate(**columns)


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
    """`gap_variation` as of one day: a table per window.

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
    tables = []
    for days in feature.windows or (None,):
        inside = marked.filter(marked["slot"] >= cuts.rank_of(days), marked["day"].notnull())
        active = inside.select(CUSTOMER, "day").distinct()
        before = active["day"].lag().over(group_by=CUSTOMER, order_by="day")
        gaps = active.mutate(gap=active["day"] - before)
        count = gaps["gap"].count()
        total, squares = gaps["gap"].sum(), (gaps["gap"] * gaps["gap"]).sum()
        variance = ((count * squares - total * total) / (count * count)).cast("float64")
        mean = total.cast("float64") / count
        variation = ibis.cases((count >= 2, variance.sqrt() / mean), else_=None)
        tables.append(gaps.group_by(CUSTOMER).aggregate(**{feature.name_of(days): variation}))
    return tables


def compile_ordered(
    rows: ibis.Table, feature: FeatureDefinition, cuts: Cuts, *, time: str | None
) -> list[ibis.Table]:
    """`first` and `last` known value as of one day: a table per window.

    Of several values at one moment the greatest is taken, so that the order of rows is nothing.
    """
    import ibis

    owned = _own(rows, feature, cuts)
    owned = owned.filter(owned[feature.column].notnull())
    moment = owned[time] if time is not None and time in owned.columns else ibis.literal(0)
    marked = owned.select(
        **{CUSTOMER: owned[feature.customer].cast("string")},
        value=feature.column,
        moment=moment,
        **mark_segments(owned, cuts, time=time),
    )
    tables = []
    for days in feature.windows or (None,):
        inside = marked.filter(marked["slot"] >= cuts.rank_of(days))
        is_last = feature.aggregate != "first"
        by_time = ibis.desc("moment", nulls_first=False) if is_last else ibis.asc("moment")
        window = ibis.window(group_by=CUSTOMER, order_by=[by_time, ibis.desc("value")])
        ranked = inside.mutate(place=ibis.row_number().over(window))
        chosen = ranked.filter(ranked["place"] == 0)
        tables.append(chosen.select(CUSTOMER, **{feature.name_of(days): chosen["value"]}))
    return tables


def _own(rows: ibis.Table, feature: FeatureDefinition, cuts: Cuts) -> ibis.Table:
    """The rows that the feature is about and that belong to somebody."""
    owned = rows.filter(rows[feature.customer].notnull())
    if feature.where is None:
        return owned
    return owned.filter(compile_condition(feature.where, owned, as_of=cuts.last.instant))
