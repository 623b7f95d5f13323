"""When what a load tells was so, and which earlier loads tell of the same time or a later one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from regulars.lake.records import LoadRecord

__all__ = ["Telling", "tell"]

_HISTORY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Telling:
    """What a load tells, in time.

    Attributes
    ----------
    told_at
        Since when what it changes is known: the day that the source describes, else the load.
    is_said
        Somebody said which day that is; otherwise it is what the clock says.
    again
        Earlier loads of the very same content.
    is_read_otherwise
        The same content was loaded before and is now read in another way: a correction of our
        reading and no news, so it takes the place of what those loads wrote.
    newer
        Loads that tell of a later time than this one.
    history_until
        Table → until when loads tell its history: a day from the first of them.
    last_at
        Table → the day that the latest load told of.
    """

    told_at: datetime
    is_said: bool = False
    again: frozenset[str] = frozenset()
    is_read_otherwise: bool = False
    newer: frozenset[str] = frozenset()
    history_until: tuple[tuple[str, datetime], ...] = ()
    last_at: tuple[tuple[str, datetime], ...] = ()

    def is_history(self, table: str) -> bool:
        """Whether nothing can have been asked of `table` yet that this load would change."""
        until = dict(self.history_until).get(table)
        return until is None or self.told_at < until

    def find_last(self, table: str) -> datetime | None:
        """The day that the latest load of `table` told of; None for a new table."""
        return dict(self.last_at).get(table)


def tell(
    loads: Sequence[LoadRecord],
    *,
    now: datetime,
    known_at: datetime | None = None,
    source_sha256: str = "",
    mapping_sha256: str = "",
) -> Telling:
    """What a load tells that comes after `loads`.

    Parameters
    ----------
    loads
        Every complete load, first to last.
    now
        The moment of the load.
    known_at
        The day that its source describes, if somebody said so.
    source_sha256, mapping_sha256
        Of its content, and of how that is read.
    """
    told = [load for load in loads if load.action == "load"]
    same = [load for load in told if source_sha256 and load.source_sha256 == source_sha256]
    told_at = min(known_at or now, now)
    is_read_otherwise = False
    if same and same[-1].mapping_sha256 != mapping_sha256:
        # Told of a later day, the same content is news: so it was then, too.
        first = min(_moment(load, now) for load in same)
        is_read_otherwise = known_at is None or known_at <= first
        told_at = min(known_at or first, now)
    firsts: dict[str, datetime] = {}
    for load in loads:
        for table in load.versions:
            firsts.setdefault(table, _moment(load, now))
    lasts = {table: _moment(load, now) for load in told for table in load.tables}
    return Telling(
        told_at=told_at,
        is_said=known_at is not None or is_read_otherwise,
        again=frozenset(load.load_id for load in same),
        is_read_otherwise=is_read_otherwise,
        newer=frozenset(load.load_id for load in told if _moment(load, told_at) > told_at),
        history_until=tuple((table, first + _HISTORY) for table, first in firsts.items()),
        last_at=tuple(lasts.items()),
    )


def _moment(load: LoadRecord, fallback: datetime) -> datetime:
    return load.told_at or load.loaded_at or fallback
