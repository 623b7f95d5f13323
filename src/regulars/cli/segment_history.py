"""`regulars segment refresh`, `diff`, `migration`, `overlap`, `trend`: members over time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from regulars.cli.console import open_progress, print_json, print_lines, print_text
from regulars.cli.options import (
    Day,
    LanguageOption,
    OutputFormat,
    WorkspaceOption,
    find_workspace,
)
from regulars.cli.segment_files import AsOfOption
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from regulars.schema.wording import Language
    from regulars.segments.history import Difference
    from regulars.workspace import Workspace
    from regulars.workspace.membership_log import Refresh
    from regulars.workspace.memberships import RefreshedSegment

__all__ = ["KnownOption", "describe_refresh", "diff", "find_known_by", "refresh"]

KnownOption = Annotated[
    Day | None,
    Parameter(
        help="As it was known at the end of this day (YYYY-MM-DD); if not said, as it is known now."
    ),
]
SegmentNames = Annotated[
    tuple[str, ...],
    Parameter(
        negative=(), show_default=False, help="Of the segments; all that are followed if not said."
    ),
]
_REASONS = {
    "time": Wording(en="time", ru="время"),
    "data": Wording(en="data", ru="данные"),
    "rule": Wording(en="rule", ru="правило"),
    "manual": Wording(en="by hand", ru="вручную"),
}
_HEADINGS = {
    "en": ("Segment", "As of", "Before", "Came", "Left", "Members"),
    "ru": ("Сегмент", "На день", "Было", "Вошли", "Вышли", "Стало"),
}
_MOST_NAMED = 20
_NOTHING = Wording(
    en="Nothing has happened since the last time; nothing was written.",
    ru="С прошлого раза ничего не произошло; ничего не записано.",
)
_NO_SEGMENT = Wording(
    en="No segment is saved here. Save one (regulars segment save), or name one of those that come"
    " with Regulars: regulars segment list.",
    ru="Здесь не сохранено ни одного сегмента. Сохраните свой (regulars segment save) или назовите"
    " один из готовых: regulars segment list.",
)
_NOT_DUE = Wording(en="No segment is due.", ru="Ни одному сегменту ещё не пора.")


def refresh(
    names: SegmentNames = (),
    /,
    *,
    as_of: AsOfOption = None,
    due: Annotated[bool, Parameter(negative=())] = False,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Look up the members of segments, and write down who entered and who left.

    Leaves with 1 when the rule of one cannot be asked; the others are stored all the same.

    Parameters
    ----------
    due
        Only those whose time has come: daily, monthly, every so many hours. For cron or systemd.
    format
        A table, or one JSON object.
    """
    from regulars.workspace.memberships import refresh_segments

    home, language = find_workspace(workspace, lang)
    with open_progress(language, is_quiet=format == "json") as progress:
        done = refresh_segments(
            home, names, as_of=as_of, is_due_only=due, language=language, progress=progress
        )
    if format == "json":
        print_json({"segments": [_describe(one, language) for one in done]})
        return int(any(one.complaint for one in done))
    if not done:
        print_lines((_NOT_DUE if due else _NO_SEGMENT).to(language))
    elif not any(one.is_new or one.complaint for one in done):
        print_lines(_NOTHING.to(language))
    if done:
        _print_refreshed(done, language)
    complaints = [f"{one.name}: {one.complaint.to(language)}" for one in done if one.complaint]
    print_lines(*complaints)
    return int(bool(complaints))


def diff(
    name: str,
    /,
    *,
    from_: Annotated[Day, Parameter(name="--from", help="The first day (YYYY-MM-DD).")],
    to: Annotated[Day, Parameter(name="--to", help="The last day (YYYY-MM-DD).")],
    known: KnownOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Say who came to a segment and who left it between two days, and why.

    Parameters
    ----------
    name
        Of the segment.
    format
        A table, or one JSON object.
    """
    from regulars.segments.history import compare_days
    from regulars.workspace.membership_log import open_membership_log

    home, language = find_workspace(workspace, lang)
    known_by = find_known_by(home, known)
    with open_membership_log(home) as log:
        seen = [log.get_refresh(name, on=day, known_by=known_by) for day in (from_, to)]
        found = compare_days(log.changes, name, first=from_, last=to, known_by=known_by)
    if format == "json":
        print_json(_describe_difference(found, seen))
    else:
        _print_difference(found, language)
    return 0


def find_known_by(home: Workspace, known: Day | None) -> datetime | None:
    """The last instant of a company day."""
    from regulars.features import AsOf

    if known is None:
        return None
    following = AsOf(known + timedelta(days=1), home.settings.time_zone)
    return following.instant - timedelta(microseconds=1)


def describe_refresh(refresh: Refresh) -> dict[str, Any]:
    """By which refresh a day is known, for JSON."""
    return {
        "as_of": refresh.effective_on.isoformat(),
        "known_at": refresh.known_at.isoformat(),
        "rule_version": refresh.rule_version,
    }


def _describe(one: RefreshedSegment, language: Language) -> dict[str, Any]:
    return {
        "name": one.name,
        "version": one.version,
        "as_of": one.as_of.isoformat(),
        "before": one.before,
        "came": dict(one.came),
        "left": dict(one.left),
        "members": one.members,
        "is_new": one.is_new,
        "complaint": one.complaint.to(language) if one.complaint else None,
    }


def _print_refreshed(done: tuple[RefreshedSegment, ...], language: Language) -> None:
    from rich.table import Table

    from regulars.quality.numbers import format_number

    table = Table(*_HEADINGS[language], box=None, pad_edge=False, header_style="bold")
    for one in done:
        table.add_row(
            one.name,
            one.as_of.isoformat(),
            format_number(one.before, language),
            _say_counts(one.came, language),
            _say_counts(one.left, language),
            format_number(one.members, language),
        )
    print_text(table)


def _say_counts(counts: Mapping[str, int], language: Language) -> str:
    """How many, and of them how many for which reason."""
    from regulars.quality.numbers import format_number

    told = [
        f"{_REASONS[reason].to(language)} {format_number(count, language)}"
        for reason, count in counts.items()
    ]
    total = format_number(sum(counts.values()), language)
    return f"{total} ({', '.join(told)})" if told else total


def _describe_difference(found: Difference, seen: list[Refresh]) -> dict[str, Any]:
    return {
        "segment": found.segment,
        "from": found.first.isoformat(),
        "to": found.last.isoformat(),
        "before": found.before,
        "came": dict(found.came),
        "left": dict(found.left),
        "after": found.after,
        "seen": [describe_refresh(one) for one in seen],
        "moves": [
            {**row, "effective_on": row["effective_on"].isoformat()}
            for row in found.moves.to_pylist()
        ],
    }


def _print_difference(found: Difference, language: Language) -> None:
    from rich.table import Table

    from regulars.quality.numbers import format_number

    came, left = (sum(one.values()) for one in (found.came, found.left))
    numbers = (format_number(n, language) for n in (found.before, came, left, found.after))
    before, more, less, after = numbers
    sentence = Wording(
        en=f"{before} on {found.first} + {more} came - {less} left = {after} on {found.last}.",
        ru=f"{before} на {found.first} + {more} вошли - {less} вышли = {after} на {found.last}.",
    )
    more, less = (_say_counts(one, language) for one in (found.came, found.left))
    reasons = Wording(en=f"Came: {more}. Left: {less}.", ru=f"Вошли: {more}. Вышли: {less}.")
    print_lines(sentence.to(language), reasons.to(language))
    headings = {
        "en": ("Customer", "", "On", "Why"),
        "ru": ("Клиент", "", "Когда", "Почему"),
    }[language]
    words = {
        True: Wording(en="came", ru="вход"),
        False: Wording(en="left", ru="выход"),
    }
    table = Table(*headings, box=None, pad_edge=False, header_style="bold")
    for row in found.moves.slice(0, _MOST_NAMED).to_pylist():
        table.add_row(
            row["customer_id"],
            words[row["entered"]].to(language),
            row["effective_on"].isoformat(),
            _REASONS[row["reason"]].to(language),
        )
    if found.moves.num_rows:
        print_text(table)
    if (rest := found.moves.num_rows - _MOST_NAMED) > 0:
        count = format_number(rest, language)
        others = Wording(
            en=f"… and {count} more; --format json names them all.",
            ru=f"… и ещё {count}; всех назовёт --format json.",
        )
        print_lines(others.to(language))
