"""How large segments were on the days on which their members were looked up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import ibis

__all__ = ["SizePoint", "trace_sizes"]


@dataclass(frozen=True, slots=True)
class SizePoint:
    """A segment on one day.

    Attributes
    ----------
    on
        The day.
    members
        How many it has.
    came, left
        How many entered and left since the day before that was looked up.
    """

    on: date
    members: int
    came: int
    left: int


def trace_sizes(
    changes: ibis.Table,
    segment: str,
    *,
    days: Iterable[date],
    known_by: datetime | None = None,
) -> tuple[SizePoint, ...]:
    """How many members a segment had on several days, and how many came and left in between.

    Parameters
    ----------
    changes, segment
        As in `see_members`.
    days
        Those on which its members were looked up.
    known_by
        As in `see_members`.

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> import ibis
    >>> from regulars.segments.history.changes import make_changes
    >>> row = {"segment": "vip", "rule_version": "1", "reason": "data", "customer_id": "7"}
    >>> row |= {"known_at": datetime(2026, 6, 1, tzinfo=UTC)}
    >>> days = [date(2026, 5, 1), date(2026, 6, 1)]
    >>> steps = zip(days, (True, False), strict=True)
    >>> rows = [row | {"effective_on": day, "entered": came} for day, came in steps]
    >>> found = trace_sizes(ibis.memtable(make_changes(rows)), "vip", days=days)
    >>> [(point.members, point.came, point.left) for point in found]
    [(1, 1, 0), (0, 0, 1)]
    """
    import ibis

    own = changes.filter(changes["segment"] == segment)
    if known_by is not None:
        own = own.filter(own["known_at"] <= ibis.literal(known_by, type=own["known_at"].type()))
    # Of one day what is known last counts, and of that only what is not so already.
    newest = ibis.window(group_by=["customer_id", "effective_on"], order_by=ibis.desc("known_at"))
    ranked = own.mutate(change_rank=ibis.row_number().over(newest))
    once = ranked.filter(ranked["change_rank"] == 0)
    before = ibis.window(group_by="customer_id", order_by="effective_on")
    stepped = once.mutate(was=once["entered"].lag().over(before))
    was = ibis.coalesce(stepped["was"], ibis.literal(value=False))
    turned = stepped.filter(stepped["entered"] != was)
    counted = turned.group_by("effective_on", "entered").aggregate(customers=turned.count())
    moves = {
        (row["effective_on"], row["entered"]): int(row["customers"])
        for row in counted.to_pyarrow().to_pylist()
    }
    points: list[SizePoint] = []
    size = 0
    for day in sorted(set(days)):
        came, left = moves.get((day, True), 0), moves.get((day, False), 0)
        size += came - left
        points.append(SizePoint(day, size, came, left))
    return tuple(points)
