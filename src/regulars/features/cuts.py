"""Several days at once: which window of which day a moment falls into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from regulars.errors import InvalidParameterError
from regulars.features.table import AsOf

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis

__all__ = ["Cuts", "local_seconds", "make_bound", "step_index"]

_FIRST_YEAR, _LAST_YEAR = 1970, 2037
_STEP = timedelta(minutes=15)


@dataclass(frozen=True)
class Cuts:
    """The days as of which features are built, earliest first, and the windows before each.

    Attributes
    ----------
    dates
        At least one, without repetition, in one time zone.
    windows
        Lengths in days, longest first. A row lies in window `r` (from 1) when its *slot*, the
        number of windows that hold it, is at least `r`; every row before `as_of` has slot 0.
    """

    dates: tuple[AsOf, ...]
    windows: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not self.dates:
            raise InvalidParameterError(
                en="Features are built as of a day, and none was given. Give at least one.",
                ru="Признаки строятся на дату, а её нет. Укажите хотя бы одну.",
            )
        zones = sorted({as_of.zone for as_of in self.dates})
        if len(zones) > 1:
            raise InvalidParameterError(
                en="Days of different time zones cannot be built together:"
                f" {', '.join(zones)}. Build them one zone after the other.",
                ru=f"Даты разных часовых поясов нельзя строить вместе: {', '.join(zones)}."
                " Постройте их по одному поясу.",
            )

    @property
    def last(self) -> AsOf:
        """The latest of the days."""
        return self.dates[-1]

    @property
    def is_single(self) -> bool:
        """Whether there is one day only."""
        return len(self.dates) == 1

    @cached_property
    def bounds(self) -> tuple[date, ...]:
        """First days of all windows and the days themselves but the last, in order."""
        starts = {_go_back(as_of.day, days) for as_of in self.dates for days in self.windows}
        return tuple(sorted(starts | {as_of.day for as_of in self.dates[:-1]}))

    @cached_property
    def starts(self) -> tuple[date, ...]:
        """First days of the windows before the latest day, longest window first."""
        return tuple(_go_back(self.last.day, days) for days in self.windows)

    def rank_of(self, window_days: int | None) -> int:
        """From which slot on a row lies in the window; None is everything before `as_of`."""
        return 0 if window_days is None else self.windows.index(window_days) + 1

    def rows(self) -> list[dict[str, int]]:
        """For each day: its number, its last segment, the first segment of each window.

        Segment `k` is where `k` of the bounds lie at or before a moment.
        """
        position = {day: number + 1 for number, day in enumerate(self.bounds)}
        found = []
        for number, as_of in enumerate(self.dates):
            row = {"cut": number, "until": position.get(as_of.day, len(self.bounds) + 1) - 1}
            for rank, days in enumerate(self.windows, start=1):
                row[f"from_{rank}"] = position[_go_back(as_of.day, days)]
            found.append(row)
        return found


def _go_back(day: date, days: int) -> date:
    return max(day, date.min + timedelta(days=days)) - timedelta(days=days)


def make_bound(day: date, zone: str, column: ibis.Column) -> ibis.Scalar:
    """The beginning of `day`, in the type of `column`: a date, an instant, or one without a zone."""
    import ibis

    if column.type().is_date():
        return ibis.literal(day, type="date")
    instant = AsOf(day, zone).instant
    if column.type().timezone is None:
        return ibis.literal(instant.replace(tzinfo=None), type="timestamp")
    return ibis.literal(instant, type="timestamp('UTC')")


def step_index(column: ibis.Column, bounds: Sequence[ibis.Scalar]) -> ibis.Column:
    """How many of the bounds, in order, are at or before the column's value; 0 for null."""
    import ibis

    def look(low: int, high: int) -> ibis.Value:
        # A balanced tree of comparisons: log2 of their number for each row.
        if low == high:
            return ibis.literal(low, type="int16")
        middle = (low + high + 1) // 2
        return (column >= bounds[middle - 1]).ifelse(look(middle, high), look(low, middle - 1))

    return look(0, len(bounds))


def local_seconds(column: ibis.Column, zone: str) -> ibis.Column:
    """Seconds since 1970-01-01 00:00 on the clock of `zone`, for a column of instants (UTC)."""
    import ibis

    seconds = column.epoch_seconds()
    changes = _list_offsets(zone)

    def look(low: int, high: int) -> ibis.Value:
        if low == high:
            return ibis.literal(changes[low][1], type="int64")
        middle = (low + high + 1) // 2
        later = seconds >= changes[middle][0]
        return later.ifelse(look(middle, high), look(low, middle - 1))

    return seconds + look(0, len(changes) - 1)


@cache
def _list_offsets(zone: str) -> tuple[tuple[int, int], ...]:
    """When (seconds since 1970) which offset from UTC (seconds) begins in a zone."""
    clock = ZoneInfo(zone)

    def offset(moment: datetime) -> int:
        shift = moment.astimezone(clock).utcoffset()
        return int(shift.total_seconds()) if shift is not None else 0

    moment, end = datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(_LAST_YEAR, 1, 1, tzinfo=UTC)
    found = [(int(moment.timestamp()), offset(moment))]
    while moment < end:
        following = moment + timedelta(days=7)
        if offset(following) != found[-1][1]:
            change = moment
            while offset(change) == found[-1][1]:
                change += _STEP
            found.append((int(change.timestamp()), offset(change)))
        moment = following
    return tuple(found)
