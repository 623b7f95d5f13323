"""One thing after another: for whom the steps happened in order, within so many days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.conditions import compile_condition, list_columns
from regulars.features.cuts import make_bound
from regulars.features.rows import CUSTOMER, see, see_lookup, with_columns
from regulars.schema.contract import get_contract

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis

    from regulars.features import AsOf
    from regulars.segments.rules.lowering import Step

__all__ = ["compile_sequence"]


def compile_sequence(
    steps: Sequence[Step],
    tables: Mapping[str, ibis.Table],
    *,
    as_of: AsOf,
    within_days: int | None,
) -> ibis.Table:
    """The customers for whom the steps happened in order: `customer_id`, each once.

    Every step keeps the latest moment at which the steps before it may have begun, so one pass over
    the rows in order of time is enough, and no join of rows with rows.

    Parameters
    ----------
    steps
        Which rows each step may be.
    tables
        Canonical tables by name.
    as_of
        First day that must not be seen.
    within_days
        From the first step to the last, in days of 24 hours; None for any time.
    """
    import ibis

    marks = [f"step_{number}" for number in range(len(steps))]
    listed = []
    for number, step in enumerate(steps):
        found = _list_moments(step, tables, as_of)
        flags = {mark: ibis.literal(mark == marks[number]) for mark in marks}
        listed.append(found.mutate(**flags))
    every = ibis.union(*listed)
    # What happens at one moment is not one after the other.
    moments = every.group_by(CUSTOMER, "moment").aggregate(**{m: every[m].any() for m in marks})
    order = {"group_by": CUSTOMER, "order_by": "moment"}
    chained = moments.mutate(begun=moments[marks[0]].ifelse(moments["moment"], None))
    for mark in marks[1:]:
        latest = chained.mutate(latest=chained["begun"].max().over(ibis.cumulative_window(**order)))
        before = latest.mutate(before=latest["latest"].lag().over(ibis.window(**order)))
        chained = before.mutate(begun=before[mark].ifelse(before["before"], None))
    done = chained["begun"].notnull()
    if within_days is not None:
        done &= chained["moment"] <= chained["begun"] + ibis.interval(days=within_days)
    return chained.filter(done).select(CUSTOMER).distinct()


def _list_moments(step: Step, tables: Mapping[str, ibis.Table], as_of: AsOf) -> ibis.Table:
    """Customer and moment of every row that the step may be."""
    contract = get_contract(step.table)
    past = tables.get(f"superseded_{step.table}")
    rows = see(tables[step.table], contract, as_of=as_of, superseded=past)
    if step.lookup:
        states = see(tables[step.lookup], get_contract(step.lookup), as_of=as_of)
        rows = see_lookup(rows, states, table=step.lookup, key=get_contract(step.lookup).key[0])
    time = str(contract.time_column)
    named = [time, *(list_columns(step.where) if step.where is not None else ())]
    rows = with_columns(rows, dict.fromkeys(named), table=step.table, zone=as_of.zone)
    kept = rows.filter(rows[CUSTOMER].notnull(), rows[time].notnull())
    if step.where is not None:
        kept = kept.filter(compile_condition(step.where, kept, as_of=as_of.instant))
    if step.within_days is not None:
        kept = kept.filter(kept[time] >= _begin(kept[time], as_of, step.within_days))
    return kept.select(**{CUSTOMER: kept[CUSTOMER].cast("string")}, moment=_as_moment(kept[time]))


def _begin(column: ibis.Column, as_of: AsOf, days: int) -> ibis.Scalar:
    from datetime import timedelta

    return make_bound(as_of.day - timedelta(days=days), as_of.zone, column)


def _as_moment(column: ibis.Column) -> ibis.Value:
    """Days begin at midnight UTC."""
    return (
        column.cast("timestamp('UTC')")
        if column.type().is_timestamp()
        else column.cast("timestamp").cast("timestamp('UTC')")
    )
