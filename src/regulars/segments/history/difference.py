"""Who came to a segment and who left it between two days, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.segments.history.changes import REASONS, see_states

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    import ibis
    import pyarrow as pa

__all__ = ["Difference", "compare_days"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A segment on one day beside itself on another: before + came - left = after.

    Attributes
    ----------
    segment, first, last
        Which one, and the two days.
    before, after
        Members on the first and on the last day.
    came, left
        How many, by reason: `time`, `data`, `rule`, `manual`.
    moves
        One row per customer who came or left: `customer_id`, `entered`, `reason`, `effective_on` (of
        the last change), `rule_version`; in the order of the ids.
    """

    segment: str
    first: date
    last: date
    before: int
    after: int
    came: Mapping[str, int]
    left: Mapping[str, int]
    moves: pa.Table


def compare_days(
    changes: ibis.Table,
    segment: str,
    *,
    first: date,
    last: date,
    known_by: datetime | None = None,
) -> Difference:
    """Who came to a segment and who left it from one day to another, each with the last reason.

    Parameters
    ----------
    changes, segment
        As in `see_members`.
    first, last
        The two days.
    known_by
        As in `see_members`.

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> import ibis
    >>> from regulars.segments.history.changes import make_changes
    >>> row = {"segment": "vip", "rule_version": "1", "reason": "data", "entered": True}
    >>> row |= {"known_at": datetime(2026, 6, 1, tzinfo=UTC)}
    >>> days = {"7": date(2026, 5, 1), "8": date(2026, 5, 20)}
    >>> rows = [row | {"customer_id": who, "effective_on": day} for who, day in days.items()]
    >>> changes = ibis.memtable(make_changes(rows))
    >>> found = compare_days(changes, "vip", first=date(2026, 5, 1), last=date(2026, 6, 1))
    >>> found.before, found.came, found.left, found.after
    (1, {'data': 1}, {}, 2)
    """
    then = see_states(changes, [segment], on=first, known_by=known_by)
    then = then.filter(then["entered"]).select(was=then["customer_id"])
    now = see_states(changes, [segment], on=last, known_by=known_by)
    both = now.left_join(then, now["customer_id"] == then["was"])
    told = both.select(
        *("customer_id", "entered", "reason", "effective_on", "rule_version"),
        is_old=both["was"].notnull(),
    )
    moved = told.filter(told["entered"] != told["is_old"]).drop("is_old").order_by("customer_id")
    sizes = told.aggregate(before=told["is_old"].sum(), after=told["entered"].sum())
    row = sizes.to_pyarrow().to_pylist()[0]
    moves = moved.to_pyarrow()
    counted = Counter(
        zip(*(moves[name].to_pylist() for name in ("entered", "reason")), strict=True)
    )
    return Difference(
        segment,
        first,
        last,
        int(row["before"] or 0),
        int(row["after"] or 0),
        {reason: counted[True, reason] for reason in REASONS if counted[True, reason]},
        {reason: counted[False, reason] for reason in REASONS if counted[False, reason]},
        moves,
    )
