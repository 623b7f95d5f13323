"""`regulars segment list`, `save`, `show`, `delete` and `members`: segments as definitions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from regulars.cli.console import open_progress, print_json, print_lines, print_text
from regulars.cli.options import (
    Day,
    LanguageOption,
    OutputFormat,
    WorkspaceOption,
    find_workspace,
    read_text,
)
from regulars.cli.segment import RuleName, open_asked
from regulars.cli.segment_files import AsOfOption, Files, HowRead, find_home
from regulars.cli.segment_history import KnownOption, describe_refresh, find_known_by
from regulars.cli.segment_manual import describe_choices, say_choices
from regulars.errors import InvalidParameterError

if TYPE_CHECKING:
    import pyarrow as pa

    from regulars.schema.wording import Language
    from regulars.segments.rules.definition import SegmentDefinition
    from regulars.workspace import Workspace
    from regulars.workspace.membership_log import Refresh

__all__ = ["delete", "list_", "members", "save", "show"]


def list_(
    *,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """List the segments: those that come with Regulars, and the workspace's own.

    Parameters
    ----------
    format
        A table, or one JSON object.
    """
    from rich.table import Table
    from rich.text import Text

    home, language = find_workspace(workspace, lang)
    own, known = home.segments.list(), home.segments.read_all()
    if format == "json":
        shown = [one.to_plain() | {"is_preset": name not in own} for name, one in known.items()]
        print_json({"segments": shown})
        return 0
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, one in known.items():
        table.add_row(name, Text(one.title.to(language)), Text(_say_rule(one, language)))
    print_text(table)
    return 0


def save(
    name: str,
    rule: Path,
    /,
    *,
    title: str | None = None,
    title_ru: str | None = None,
    every_hours: int | None = None,
    monthly: bool = False,
    frozen_on: Day | None = None,
    replace: bool = False,
    workspace: WorkspaceOption = None,
    lang: LanguageOption = None,
) -> int:
    """Save a rule as a segment of the workspace, under a name that other rules can use.

    Parameters
    ----------
    name
        Small Latin letters, digits, `_` and `-`.
    rule
        A file with the rule, as JSON or TOML.
    title
        What people call it; the name if not said.
    title_ru
        The same in Russian; `title` if not said.
    every_hours
        Look its members up again after so many hours; daily if not said.
    monthly
        Look its members up again once a month.
    frozen_on
        A static segment: the members of this day, which are stored now, for good.
    replace
        Save a new version of a segment that is there.
    """
    from pydantic import ValidationError

    from regulars.conditions import explain_definition_error, load_rule
    from regulars.segments.rules.definition import SegmentDefinition

    home, language = find_workspace(workspace, lang)
    called = title or name
    try:
        segment = SegmentDefinition.model_validate(
            {
                "name": name,
                "title": {"en": called, "ru": title_ru or called},
                "rule": load_rule(read_text(rule), where=rule.name),
                "refresh": "monthly" if monthly else "daily",
                "every_hours": every_hours,
                "frozen_on": frozen_on,
            }
        )
    except ValidationError as error:
        explained = explain_definition_error(error, where=name)
        raise InvalidParameterError(en=explained.en, ru=explained.ru) from error
    home.segments.save(segment, replace=replace)
    print_text(f"{segment.name}@{segment.version}")
    if segment.is_static and home.lake.list_loads():
        _freeze(home, segment, language)
    return 0


def _freeze(home: Workspace, segment: SegmentDefinition, language: Language) -> None:
    """Store the members of a static segment, and say how many."""
    from regulars.quality.numbers import format_units
    from regulars.workspace.memberships import refresh_segments

    with open_progress(language) as progress:
        done = refresh_segments(home, [segment.name], language=language, progress=progress)
    print_lines(f"{segment.frozen_on}: {format_units(done[-1].members, language, 'customer')}")


def show(
    name: str,
    /,
    *,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Show a segment: its rule as a sentence and as a file.

    Parameters
    ----------
    name
        Of the segment.
    format
        Text, or one JSON object.
    """
    from regulars.errors import UnknownNameError
    from regulars.features.sentences import capitalize
    from regulars.workspace.membership_log import open_membership_log

    home, language = find_workspace(workspace, lang)
    known = home.segments.read_all()
    if name not in known:
        raise UnknownNameError("segment", name, known, ru="сегмента")
    segment = known[name]
    with open_membership_log(home) as log:
        seen = log.find_refresh(name, on=Day.max)
        count = len(log.read_members(name, on=seen.effective_on)) if seen else 0
        choices = log.list_choices(name)
    if format == "json":
        versions = list(home.segments.list_versions(name))
        stored = describe_refresh(seen) | {"members": count} if seen else None
        told = {"version": segment.version, "versions": versions, "stored": stored}
        print_json(segment.to_plain() | told | {"by_hand": describe_choices(choices)})
        return 0
    print_lines(segment.title.to(language), f"{capitalize(_say_rule(segment, language))}.")
    print_lines(_say_schedule(segment, language))
    if seen:
        print_lines(_say_stored(seen, count, language))
    print_lines(*say_choices(choices, language))
    print_lines("", segment.to_toml().rstrip())
    return 0


def _say_schedule(segment: SegmentDefinition, language: Language) -> str:
    from regulars.schema.wording import pluralize

    if segment.frozen_on:
        return {
            "en": f"The members of {segment.frozen_on}, for good.",
            "ru": f"Состав на {segment.frozen_on}, навсегда.",
        }[language]
    if segment.every_hours:
        hours = pluralize(segment.every_hours, "ru", "час", "часа", "часов")
        return {
            "en": f"Looked up every {pluralize(segment.every_hours, 'en', 'hour', 'hours')}.",
            "ru": f"Обновляется раз в {hours}.",
        }[language]
    return {
        "daily": {"en": "Looked up daily.", "ru": "Обновляется ежедневно."},
        "monthly": {"en": "Looked up monthly.", "ru": "Обновляется ежемесячно."},
    }[segment.refresh][language]


def _say_stored(seen: Refresh, count: int, language: Language) -> str:
    from regulars.quality.numbers import format_units

    members, day = format_units(count, language, "customer"), seen.effective_on
    return {
        "en": f"Stored for {day}: {members} (version {seen.rule_version}).",
        "ru": f"Сохранено на {day}: {members} (версия {seen.rule_version}).",
    }[language]


def delete(name: str, /, *, workspace: WorkspaceOption = None, lang: LanguageOption = None) -> int:
    """Delete a segment that no other one stands on; its versions stay.

    Parameters
    ----------
    name
        Of the segment.
    """
    home, _ = find_workspace(workspace, lang)
    home.segments.delete(name)
    print_text(name)
    return 0


def members(
    rule: RuleName,
    file: Files = (),
    /,
    *,
    out: Path | None = None,
    on: Day | None = None,
    known: KnownOption = None,
    how: HowRead | None = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """List the members of a segment, or write them to a file.

    Parameters
    ----------
    out
        Where to; the ending says the kind: `.csv`, `.xlsx`, `.parquet`. A line each if not said.
    on
        Who belonged on this day (YYYY-MM-DD), as it was stored: `regulars segment refresh`.
    format
        A line each, or one JSON object.
    """
    from regulars.quality.numbers import format_units
    from regulars.report.members import check_members_file, write_members

    if out is not None:
        check_members_file(out)
    if known is not None and on is None:
        raise InvalidParameterError(
            en="--known says by when the members of a day were known; name the day, too: --on.",
            ru="--known говорит, на какой момент известен состав; назовите и день: --on.",
        )
    home, language = find_home(file, workspace, lang, as_of, how=how)
    if on is None:
        found, told = _find_members(home, rule, as_of)
    else:
        found, told = _recall_members(home, rule, on, known)
    if out is not None:
        write_members(out, found, title=Path(rule).stem)
        print_lines(f"{out}: {format_units(found.num_rows, language, 'customer')}")
    elif format == "json":
        ids = found["customer_id"].to_pylist()
        print_json({"segment": rule, **told, "members": len(ids), "customers": ids})
    else:
        print_lines(*found["customer_id"].to_pylist())
    return 0


def _find_members(home: Workspace, rule: str, as_of: Day | None) -> tuple[pa.Table, dict[str, Any]]:
    """The members as of now, or as of a day, by the rule as it is."""
    with open_asked(home, rule, as_of) as asked:
        return asked.find_members(), {"as_of": asked.day.day.isoformat()}


def _recall_members(
    home: Workspace, name: str, on: Day, known: Day | None
) -> tuple[pa.Table, dict[str, Any]]:
    """The members of a day, as they were stored."""
    from regulars.segments.history import see_members
    from regulars.workspace.membership_log import open_membership_log

    known_by = find_known_by(home, known)
    with open_membership_log(home) as log:
        seen = log.get_refresh(name, on=on, known_by=known_by)
        members = see_members(log.changes, name, on=on, known_by=known_by)
        found = log.backend.to_pyarrow(members.order_by("customer_id"))
    return found, {"on": on.isoformat(), **describe_refresh(seen)}


def _say_rule(segment: SegmentDefinition, language: Language) -> str:
    from regulars.conditions import read_condition
    from regulars.features import load_features
    from regulars.segments.rules.columns import name_customer_columns

    names = name_customer_columns(load_features(), {}, {})
    return read_condition(segment.rule, language, names=names)
