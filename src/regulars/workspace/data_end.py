"""Where what is loaded ends, and days after it on which silence says nothing of anybody."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from regulars.predictions.comparing.results import Alarm
from regulars.schema.wording import Wording, pluralize
from regulars.workspace.rule_sources import find_end

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingABC

    import ibis

    from regulars.features import AsOf
    from regulars.predictions.outcomes.definitions import TimedOutcome

__all__ = ["find_data_end", "see_known_days", "warn_of_silence"]

_FACTS = {"no_purchase": ("purchases", "purchased_at"), "no_event": ("events", "occurred_at")}
"""Where silence is the outcome, whose silence it is, and the column with the moments."""

_ORDINARY_DAYS = 7
"""Shops close over holidays and files come weekly: so long a silence is none."""


def find_data_end(
    definition: TimedOutcome, tables: MappingABC[str, ibis.Table], as_of: AsOf
) -> AsOf:
    """The day after the newest fact that tells the outcome; `as_of` where none has a date."""
    of_kind = _FACTS.get(definition.kind, (None, None))[0]
    told = {name: table for name, table in tables.items() if of_kind in (None, name)}
    return find_end(told, as_of, [])


def see_known_days(
    definition: TimedOutcome, tables: MappingABC[str, ibis.Table], as_of: AsOf
) -> AsOf:
    """The first day of which nothing is loaded, at most `as_of`.

    Where silence is the outcome and nobody at all was seen for longer than ever before, the file ended
    rather than the custom: the days after it are no silence of anybody.

    Parameters
    ----------
    definition
        What the outcome is.
    tables
        The canonical tables as they were known before `as_of`.
    as_of
        First day that is not seen.
    """
    if definition.kind not in _FACTS:
        return as_of
    end = find_data_end(definition, tables, as_of)
    quiet = (as_of.day - end.day).days
    if quiet <= _ORDINARY_DAYS or quiet <= _find_longest_pause(definition, tables):
        return as_of
    return end


def warn_of_silence(
    definition: TimedOutcome, tables: MappingABC[str, ibis.Table], as_of: AsOf
) -> tuple[Alarm, ...]:
    """That what is loaded ends long before `as_of`, and what to do; nothing where it does not."""
    end = see_known_days(definition, tables, as_of)
    quiet = (as_of.day - end.day).days
    if not quiet:
        return ()
    last = end.day - timedelta(days=1)
    days = pluralize(quiet, "en", "day", "days")
    days_ru = pluralize(quiet, "ru", "день", "дня", "дней")
    sentence = Wording(
        en=f"The last day that is loaded is {last}: {days} before {as_of.day} nobody was seen, so everybody looks"
        " more silent than they may be. If later rows are merely not loaded, load them or name the day after"
        f" the last: --as-of {end.day}.",
        ru=f"Последний загруженный день — {last:%d.%m.%Y}: за {days_ru} до {as_of.day:%d.%m.%Y} не видно"
        " никого, и все выглядят более пассивными, чем, возможно, есть. Если более поздние строки просто не"
        f" загружены, загрузите их или назовите день после последнего: --as-of {end.day}.",
    )
    return (Alarm("silence", "notice", None, float(quiet), sentence),)


def _find_longest_pause(definition: TimedOutcome, tables: MappingABC[str, ibis.Table]) -> int:
    """Days without any fact between two days with one, at most."""
    import numpy as np

    name, moments = _FACTS[definition.kind]
    days = tables[name].select(day=tables[name][moments].cast("date")).distinct().to_pyarrow()
    seen = np.sort(days["day"].drop_null().to_numpy().astype("datetime64[D]"))
    return int((np.diff(seen) // np.timedelta64(1, "D")).max(initial=1)) - 1
