"""Up to which day a verb looks: the one that was asked for, or the end of what is loaded."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from regulars.features import AsOf
from regulars.schema.contract import get_contract
from regulars.workspace.outcomes import names_outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from regulars.schema.mapping import Mapping as SourceMapping
    from regulars.workspace.folder import Workspace

__all__ = ["choose_as_of", "follow_history"]


def choose_as_of(workspace: Workspace, asked: date | None) -> AsOf:
    """The first day that is not seen, in company time: the one asked for, else tomorrow."""
    zone = workspace.settings.time_zone
    tomorrow = datetime.now(ZoneInfo(zone)).date() + timedelta(days=1)
    return AsOf(asked or tomorrow, zone)


def follow_history(
    latest: AsOf, newest: Mapping[str, datetime], mappings: Sequence[SourceMapping]
) -> AsOf:
    """The day after the newest fact: a history that ended years ago is looked at from its end.

    Where there are only profiles, which describe the customers as of today, nothing changes; nor
    where one of their columns tells the outcome, as of the day it was written.

    Parameters
    ----------
    latest
        The day when nobody asks for another.
    newest
        Of each table that has any, its newest moment; without a time zone it is UTC.
    mappings
        How the sources were read.
    """
    dated = {name: moment for name, moment in newest.items() if name != "profiles"}
    facts = {name for name in dated if get_contract(name).temporal == "fact"}
    moments = [moment for name, moment in dated.items() if not facts or name in facts]
    if not moments or names_outcome(mappings):
        return latest
    last = max(one if one.tzinfo else one.replace(tzinfo=UTC) for one in moments)
    day = last.astimezone(ZoneInfo(latest.zone)).date() + timedelta(days=1)
    return AsOf(min(day, latest.day), latest.zone)
