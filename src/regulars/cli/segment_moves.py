"""`regulars segment migration`, `overlap` and `trend`: several segments side by side, over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from regulars.cli.console import print_json, print_lines, print_text
from regulars.cli.options import (
    Day,
    LanguageOption,
    OutputFormat,
    WorkspaceOption,
    find_workspace,
)
from regulars.cli.segment_history import KnownOption, find_known_by
from regulars.errors import InvalidParameterError, NotFoundError
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from regulars.schema.wording import Language
    from regulars.segments.history import Migration, Overlap, SizePoint
    from regulars.workspace.membership_log import MembershipLog

__all__ = ["migration", "overlap", "trend"]

Segments = Annotated[
    tuple[str, ...],
    Parameter(
        negative=(),
        show_default=False,
        help="Names of segments; all whose members are stored if not said.",
    ),
]
_NONE = Wording(en="none of them", ru="ни в одном")
_BAR = 24


def migration(
    names: Segments = (),
    /,
    *,
    from_: Annotated[Day, Parameter(name="--from", help="The first day (YYYY-MM-DD).")],
    to: Annotated[Day, Parameter(name="--to", help="The last day (YYYY-MM-DD).")],
    known: KnownOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Count who moved from which segment to which between two days, and who stayed.

    Parameters
    ----------
    format
        A table, or one JSON object.
    """
    from regulars.segments.history import count_migration
    from regulars.workspace.membership_log import open_membership_log

    home, language = find_workspace(workspace, lang)
    known_by = find_known_by(home, known)
    with open_membership_log(home) as log:
        chosen = _choose(log, names, days=(from_, to), known_by=known_by)
        found = count_migration(log.changes, chosen, first=from_, last=to, known_by=known_by)
    if format == "json":
        print_json(_describe_migration(found))
    else:
        _print_migration(found, language)
    return 0


def overlap(
    names: Segments = (),
    /,
    *,
    on: Annotated[
        Day | None, Parameter(help="On this day (YYYY-MM-DD); the last one stored if not said.")
    ] = None,
    known: KnownOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Count how many customers each two segments share on a day.

    Parameters
    ----------
    format
        A table, or one JSON object.
    """
    from regulars.segments.history import measure_overlap
    from regulars.workspace.membership_log import open_membership_log

    home, language = find_workspace(workspace, lang)
    known_by = find_known_by(home, known)
    with open_membership_log(home) as log:
        stored = max((one.effective_on for one in log.refreshes), default=Day.max)
        day = on or stored
        chosen = _choose(log, names, days=(day,), known_by=known_by)
        if len(chosen) < 2:
            raise InvalidParameterError(
                en=f"Two segments at least are laid side by side, and there is one: {chosen[0]}. Name"
                " another.",
                ru=f"Рядом ставят хотя бы два сегмента, а есть один: {chosen[0]}. Назовите ещё один.",
            )
        found = measure_overlap(log.changes, chosen, on=day, known_by=known_by)
    if format == "json":
        print_json({"on": day.isoformat(), "pairs": [_describe_overlap(one) for one in found]})
    else:
        _print_overlap(found, day, language)
    return 0


def trend(
    names: Segments = (),
    /,
    *,
    known: KnownOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Show how large segments were on every day on which their members were looked up.

    Parameters
    ----------
    format
        A table, or one JSON object.
    """
    from regulars.segments.history import trace_sizes
    from regulars.workspace.membership_log import open_membership_log

    home, language = find_workspace(workspace, lang)
    known_by = find_known_by(home, known)
    with open_membership_log(home) as log:
        chosen = _choose(log, names, days=(), known_by=known_by)
        traced = {}
        for name in chosen:
            made = log.list_refreshes(name, known_by=known_by)
            days = [one.effective_on for one in made]
            traced[name] = trace_sizes(log.changes, name, days=days, known_by=known_by)
    if format == "json":
        print_json({"segments": [_describe_trend(*one) for one in traced.items()]})
    else:
        _print_trend(traced, language)
    return 0


def _choose(
    log: MembershipLog, names: Sequence[str], *, days: Sequence[Day], known_by: datetime | None
) -> tuple[str, ...]:
    """The segments to show; each must have been looked up by these days."""
    stored = tuple(dict.fromkeys(one.segment for one in log.refreshes))
    chosen = tuple(dict.fromkeys(names)) or stored
    if not chosen:
        raise NotFoundError(
            en="The members of no segment are stored yet. Store them: regulars segment refresh.",
            ru="Состав ни одного сегмента ещё не сохранён. Сохраните: regulars segment refresh.",
        )
    for name in chosen:
        for day in days or (Day.max,):
            log.get_refresh(name, on=day, known_by=known_by)
    return chosen


def _describe_migration(found: Migration) -> dict[str, Any]:
    return {
        "segments": list(found.segments),
        "from": found.first.isoformat(),
        "to": found.last.isoformat(),
        "matrix": [
            {"from": was, "to": now, "customers": count}
            for (was, now), count in found.matrix.items()
        ],
        "customers": found.customers,
        "stayed": found.stayed,
        "moved": found.moved,
        "stability": found.stability,
        "mobility": found.mobility,
    }


def _print_migration(found: Migration, language: Language) -> None:
    from rich.table import Table

    from regulars.quality.numbers import format_number, format_share

    none = _NONE.to(language)
    places: tuple[str | None, ...] = (*found.segments, None)
    corner = f"{found.first} \N{RIGHTWARDS ARROW} {found.last}"
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(corner)
    for place in places:
        table.add_column(place or none, justify="right")
    for was in places:
        counts = [found.matrix.get((was, now), 0) for now in places]
        # Who is nowhere on both days is not part of this.
        cells = [format_number(count, language) for count in counts]
        table.add_row(was or none, *(cells if was else [*cells[:-1], ""]))
    print_text(table)
    if found.stability is None or found.mobility is None:
        return
    stayed, moved, customers = (
        format_number(n, language) for n in (found.stayed, found.moved, found.customers)
    )
    shares = [format_share(share, language) for share in (found.stability, found.mobility)]
    told = Wording(
        en=f"Of {customers} customers {stayed} stayed ({shares[0]}) and {moved} moved ({shares[1]}).",
        ru=f"Из клиентов ({customers}) остались на месте {stayed} ({shares[0]}), перешли {moved}"
        f" ({shares[1]}).",
    )
    print_lines(told.to(language))


def _describe_overlap(pair: Overlap) -> dict[str, Any]:
    return {
        "segments": [pair.first, pair.second],
        "members": [pair.first_members, pair.second_members],
        "shared": pair.shared,
        "jaccard": pair.jaccard,
    }


def _print_overlap(found: Sequence[Overlap], day: Day, language: Language) -> None:
    from rich.table import Table

    from regulars.quality.numbers import format_number

    headings = {
        "en": ("Segments", "Members", "In both", "Jaccard"),
        "ru": ("Сегменты", "Участников", "В обоих", "Жаккар"),
    }[language]
    table = Table(*headings, box=None, pad_edge=False, header_style="bold")
    for pair in found:
        sizes = (format_number(n, language) for n in (pair.first_members, pair.second_members))
        jaccard = "" if pair.jaccard is None else format_number(pair.jaccard, language, digits=3)
        table.add_row(
            f"{pair.first}, {pair.second}",
            ", ".join(sizes),
            format_number(pair.shared, language),
            jaccard,
        )
    print_lines({"en": f"On {day}:", "ru": f"На {day}:"}[language])
    print_text(table)


def _describe_trend(name: str, points: Sequence[SizePoint]) -> dict[str, Any]:
    return {
        "name": name,
        "points": [
            {
                "on": point.on.isoformat(),
                "members": point.members,
                "came": point.came,
                "left": point.left,
            }
            for point in points
        ],
    }


def _print_trend(traced: Mapping[str, Sequence[SizePoint]], language: Language) -> None:
    from rich.table import Table

    from regulars.quality.numbers import format_number

    headings = {
        "en": ("Segment", "On", "Members", "Came", "Left", ""),
        "ru": ("Сегмент", "День", "Участников", "Вошли", "Вышли", ""),
    }[language]
    table = Table(*headings, box=None, pad_edge=False, header_style="bold")
    for name, points in traced.items():
        most = max((point.members for point in points), default=0) or 1
        for point in points:
            numbers = (point.members, point.came, point.left)
            bar = "\N{FULL BLOCK}" * round(_BAR * point.members / most)
            counts = (format_number(n, language) for n in numbers)
            table.add_row(name, point.on.isoformat(), *counts, bar)
    print_text(table)
