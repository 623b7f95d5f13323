"""How customers moved between segments from one day to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.segments.history.changes import see_states

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    import ibis

__all__ = ["Migration", "count_migration"]


@dataclass(frozen=True, slots=True)
class Migration:
    """Customers by where they were on one day and where they are on another.

    Attributes
    ----------
    segments, first, last
        Which segments, and the two days.
    matrix
        Customers by segment then and now; the key None stands for none of these segments. Who is in
        several segments at once is counted in each pair of them.
    customers
        Who were in any of the segments on the first day.
    stayed
        Of them, who are in exactly the same segments on the last day.
    """

    segments: tuple[str, ...]
    first: date
    last: date
    matrix: Mapping[tuple[str | None, str | None], int]
    customers: int
    stayed: int

    @property
    def moved(self) -> int:
        """Who are in other segments, or in none."""
        return self.customers - self.stayed

    @property
    def stability(self) -> float | None:
        """The share that stayed, 0 to 1; None when there was nobody."""
        return self.stayed / self.customers if self.customers else None

    @property
    def mobility(self) -> float | None:
        """The share that moved, 0 to 1; None when there was nobody."""
        return self.moved / self.customers if self.customers else None


def count_migration(
    changes: ibis.Table,
    segments: Sequence[str],
    *,
    first: date,
    last: date,
    known_by: datetime | None = None,
) -> Migration:
    """Where customers were on one day, and where they are on another.

    Parameters
    ----------
    changes
        As in `see_members`.
    segments
        Which ones; they may share customers.
    first, last
        The two days.
    known_by
        As in `see_members`.

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> import ibis
    >>> from regulars.segments.history.changes import make_changes
    >>> row = {"customer_id": "7", "rule_version": "1", "reason": "data"}
    >>> row |= {"known_at": datetime(2026, 6, 1, tzinfo=UTC)}
    >>> new = {"segment": "new", "entered": True, "effective_on": date(2026, 5, 1)}
    >>> not_new = {"segment": "new", "entered": False, "effective_on": date(2026, 6, 1)}
    >>> loyal = {"segment": "loyal", "entered": True, "effective_on": date(2026, 6, 1)}
    >>> changes = ibis.memtable(make_changes([row | one for one in (new, not_new, loyal)]))
    >>> moved = count_migration(
    ...     changes, ["new", "loyal"], first=date(2026, 5, 1), last=date(2026, 6, 1)
    ... )
    >>> moved.matrix, moved.mobility
    ({('new', 'loyal'): 1}, 1.0)
    """
    then, now = (
        _see_inside(changes, segments, day, known_by).rename(**{name: "segment"})
        for name, day in (("was", first), ("is_in", last))
    )
    pairs = then.outer_join(now, "customer_id").select("was", "is_in")
    counted = pairs.group_by("was", "is_in").aggregate(customers=pairs.count()).to_pyarrow()
    order = {name: place for place, name in enumerate((*segments, None))}
    rows = sorted(counted.to_pylist(), key=lambda row: (order[row["was"]], order[row["is_in"]]))
    customers, stayed = _count_stayed(then, now)
    matrix = {(row["was"], row["is_in"]): int(row["customers"]) for row in rows}
    return Migration(tuple(segments), first, last, matrix, customers, stayed)


def _see_inside(
    changes: ibis.Table, segments: Sequence[str], day: date, known_by: datetime | None
) -> ibis.Table:
    states = see_states(changes, segments, on=day, known_by=known_by)
    return states.filter(states["entered"]).select("customer_id", "segment")


def _count_stayed(then: ibis.Table, now: ibis.Table) -> tuple[int, int]:
    """Customers of the first day, and those of them who are in the same segments still."""
    import ibis

    was = then.group_by("customer_id").aggregate(before=then["was"].count())
    has = now.group_by("customer_id").aggregate(after=now["is_in"].count())
    same = then.inner_join(now, ["customer_id", then["was"] == now["is_in"]]).select("customer_id")
    kept = same.group_by("customer_id").aggregate(kept=same.count())
    told = was.left_join(has, "customer_id").drop("customer_id_right")
    told = told.left_join(kept, "customer_id").select("before", "after", "kept")
    is_same = (told["kept"] == told["before"]) & (told["kept"] == told["after"])
    sums = told.aggregate(
        customers=told.count(), stayed=ibis.coalesce(is_same, ibis.literal(value=False)).sum()
    )
    row = sums.to_pyarrow().to_pylist()[0]
    return int(row["customers"]), int(row["stayed"] or 0)
