"""The changes of memberships, and who belonged to a segment on a day by what was known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    import ibis
    import pyarrow as pa

__all__ = ["REASONS", "ChangeReason", "explain_moves", "make_changes", "see_members", "see_states"]

ChangeReason = Literal["time", "data", "rule", "manual"]
REASONS: tuple[ChangeReason, ...] = ("time", "data", "rule", "manual")
"""Why somebody entered or left, in the order in which they are told apart: days alone have passed,
rows came, the rule became another one, somebody was taken in or out by hand."""

_RANK = "change_rank"


def make_changes(rows: Sequence[dict[str, object]] = ()) -> pa.Table:
    """Changes as a table: what `membership_changes` of the lake holds, besides the lake's own columns.

    One row per customer, segment and day on which the customer entered or left: `customer_id`,
    `segment`, `rule_version`, `effective_on` (the first company day for which it holds), `entered`,
    `reason`, and `known_at` (UTC).
    """
    import pyarrow as pa

    schema = pa.schema(
        [
            ("customer_id", pa.string()),
            ("segment", pa.string()),
            ("rule_version", pa.string()),
            ("effective_on", pa.date32()),
            ("entered", pa.bool_()),
            ("reason", pa.string()),
            ("known_at", pa.timestamp("us", "UTC")),
        ]
    )
    return pa.Table.from_pylist(list(rows), schema=schema)


def see_states(
    changes: ibis.Table,
    segments: Sequence[str],
    *,
    on: date,
    known_by: datetime | None = None,
) -> ibis.Table:
    """The last change of every customer in each segment up to a day: of those who left, too.

    Parameters
    ----------
    changes
        As `make_changes` describes them.
    segments
        Which ones.
    on
        The day: a change counts from the day on which it is effective.
    known_by
        Only what was known at this instant (UTC) counts; None for all that is known.

    Returns
    -------
    Table
        One row per customer and segment, with the columns of `changes`.
    """
    import ibis

    past = changes.filter(
        changes["segment"].isin(list(segments)), changes["effective_on"] <= ibis.literal(on)
    )
    if known_by is not None:
        instant = ibis.literal(known_by, type=changes["known_at"].type())
        past = past.filter(past["known_at"] <= instant)
    window = ibis.window(
        group_by=["segment", "customer_id"],
        order_by=[ibis.desc("effective_on"), ibis.desc("known_at")],
    )
    ranked = past.mutate(**{_RANK: ibis.row_number().over(window)})
    return ranked.filter(ranked[_RANK] == 0).drop(_RANK)


def see_members(
    changes: ibis.Table, segment: str, *, on: date, known_by: datetime | None = None
) -> ibis.Table:
    """Who belonged to a segment on a day, by what was known of it at a moment.

    Parameters
    ----------
    changes
        As `make_changes` describes them.
    segment
        Which one.
    on
        The day.
    known_by
        Only what was known at this instant (UTC) counts; None for all that is known.

    Returns
    -------
    Table
        `customer_id`, each once.

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> import ibis
    >>> row = {"customer_id": "7", "segment": "vip", "rule_version": "1", "reason": "data"}
    >>> came = {"entered": True, "effective_on": date(2026, 5, 1)}
    >>> left = {"entered": False, "effective_on": date(2026, 6, 1)}
    >>> known = {"known_at": datetime(2026, 6, 1, 3, tzinfo=UTC)}
    >>> changes = ibis.memtable(make_changes([row | came | known, row | left | known]))
    >>> def ask(day):
    ...     return see_members(changes, "vip", on=day)["customer_id"].to_pyarrow().to_pylist()
    >>> ask(date(2026, 5, 31)), ask(date(2026, 6, 1))
    (['7'], [])
    """
    states = see_states(changes, [segment], on=on, known_by=known_by)
    return states.filter(states["entered"]).select("customer_id")


def explain_moves(
    moved: pa.Array, before: pa.Array, steps: Sequence[tuple[ChangeReason, pa.Array]]
) -> pa.Array:
    """Why customers entered or left: the last of several steps that turned the answer.

    Parameters
    ----------
    moved
        Their ids.
    before
        Members before the first step.
    steps
        What changed, one thing after the other, each with the members after it.

    Returns
    -------
    Array
        A reason for each of `moved`.

    Examples
    --------
    >>> import pyarrow as pa
    >>> ids = [pa.array(who, pa.string()) for who in (["a", "b"], ["a"], [], ["b"])]
    >>> moved, before, after_time, after_data = ids
    >>> explain_moves(moved, before, [("time", after_time), ("data", after_data)]).to_pylist()
    ['time', 'data']
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    was = pc.is_in(moved, value_set=before)
    reasons = pa.nulls(len(moved), pa.string())
    for reason, members in steps:
        now = pc.is_in(moved, value_set=members)
        reasons = pc.if_else(pc.xor(was, now), pa.scalar(reason, pa.string()), reasons)
        was = now
    return reasons
