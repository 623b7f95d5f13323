"""How many customers segments share on a day."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from regulars.segments.history.changes import see_states

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    import ibis

__all__ = ["Overlap", "measure_overlap"]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two segments on one day.

    Attributes
    ----------
    first, second
        Their names.
    first_members, second_members
        How many each has.
    shared
        How many are in both.
    """

    first: str
    second: str
    first_members: int
    second_members: int
    shared: int

    @property
    def jaccard(self) -> float | None:
        """Customers in both among those in any (Jaccard 1912), 0 to 1; None when nobody is."""
        together = self.first_members + self.second_members - self.shared
        return self.shared / together if together else None


def measure_overlap(
    changes: ibis.Table,
    segments: Sequence[str],
    *,
    on: date,
    known_by: datetime | None = None,
) -> tuple[Overlap, ...]:
    """How many customers each two of several segments share on a day.

    Parameters
    ----------
    changes
        As in `see_members`.
    segments
        Which ones.
    on, known_by
        As in `see_members`.

    Returns
    -------
    tuple of Overlap
        Each pair once, those with the largest Jaccard index first.

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> import ibis
    >>> from regulars.segments.history.changes import make_changes
    >>> row = {"rule_version": "1", "reason": "data", "entered": True}
    >>> row |= {"known_at": datetime(2026, 6, 1, tzinfo=UTC), "effective_on": date(2026, 5, 1)}
    >>> inside = [("new", "7"), ("new", "8"), ("vip", "8")]
    >>> rows = [row | {"segment": name, "customer_id": who} for name, who in inside]
    >>> changes = ibis.memtable(make_changes(rows))
    >>> (found,) = measure_overlap(changes, ["new", "vip"], on=date(2026, 6, 1))
    >>> found.shared, found.jaccard
    (1, 0.5)
    """
    states = see_states(changes, segments, on=on, known_by=known_by)
    inside = states.filter(states["entered"]).select("customer_id", "segment")
    other = inside.view()
    pairs = inside.inner_join(other, "customer_id").select("segment", other=other["segment"])
    counted = pairs.group_by("segment", "other").aggregate(customers=pairs.count()).to_pyarrow()
    shared = {(row["segment"], row["other"]): int(row["customers"]) for row in counted.to_pylist()}
    sizes = {name: shared.get((name, name), 0) for name in segments}
    found = [
        Overlap(one, two, sizes[one], sizes[two], shared.get((one, two), 0))
        for one, two in combinations(segments, 2)
    ]
    return tuple(sorted(found, key=lambda pair: -(pair.jaccard or 0)))
