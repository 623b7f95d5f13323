"""`regulars segment`: who belongs to a segment by its rule, how many, why, and is the rule sound."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from regulars.cli.console import print_json, print_lines, print_text
from regulars.cli.options import (
    Day,
    Language,
    LanguageOption,
    OutputFormat,
    WorkspaceOption,
    read_text,
)
from regulars.cli.segment_files import AsOfOption, Files, HowRead, find_home
from regulars.cli.segment_verbs import SUBCOMMANDS

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rich.console import RenderableType

    from regulars.conditions import Rule
    from regulars.features import AsOf
    from regulars.schema.wording import Wording
    from regulars.segments.rules import ReasonClause, RuleCheck, SegmentCount
    from regulars.workspace import Workspace
    from regulars.workspace.asked_rule import AskedRule, ManualCount

__all__ = [
    "RuleName", "check", "count", "open_asked", "segment", "why",
]  # fmt: skip

_SAMPLED_BUCKETS = 4
_HEADINGS = {
    "en": ("Clause", "Customers", "Together"),
    "ru": ("Условие", "Клиентов", "Вместе"),
}
_BOUND_HEADINGS = {
    "en": ("Change sides when the bound moves by 5 %", "Down", "Up"),
    "ru": ("Сменят сторону, если сдвинуть границу на 5 %", "Вниз", "Вверх"),
}
_MARKS = {True: "+", False: "-"}

segment = App(
    name="segment",
    help="Segments by rules and by clusters, who moves between them, and patterns of behavior.",
)
Sample = Annotated[bool, Parameter(negative=())]
RuleName = Annotated[
    str,
    Parameter(
        help="A file with the rule, as JSON or TOML, or the name of a segment:"
        " `regulars segment list`."
    ),
]

# Lazily, as the verbs themselves.
for _verb, (_module, _help) in SUBCOMMANDS.items():
    segment.command(
        f"regulars.cli.{_module}:{_verb}", name=_verb.strip("_").replace("_", "-"), help=_help
    )


@segment.command
def count(
    rule: RuleName,
    file: Files = (),
    /,
    *,
    sample: Sample = False,
    preview: int = 0,
    how: HowRead | None = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Count the customers for whom a rule holds, clause by clause.

    Parameters
    ----------
    sample
        Look at one customer in sixteen, and say within which bounds the number lies.
    preview
        Name so many members.
    format
        Text, or one JSON object.
    """
    from regulars.segments.rules import count_members

    home, language = find_home(file, workspace, lang, as_of, how=how)
    buckets = _SAMPLED_BUCKETS if sample else None
    with open_asked(home, rule, as_of, buckets=buckets) as asked:
        found = count_members(
            asked.rule, asked.sources, as_of=asked.day, buckets=buckets, preview=preview
        )
        by_hand = asked.count_choices(found)
    names = asked.sources.names
    if format == "json":
        told = _describe_count(asked.rule, found, asked.day, names, language)
        print_json(told | {"by_hand": asdict(by_hand) if by_hand else None})
    else:
        print_text(*_render_count(asked.rule, found, names, language))
        if by_hand:
            print_lines(_say_by_hand(by_hand, language))
    return 0


@segment.command
def check(
    rule: RuleName,
    file: Files = (),
    /,
    *,
    how: HowRead | None = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Look for clauses that contradict, repeat or add nothing, and for bounds on which much hangs.

    Leaves with 1 when clauses contradict each other, or the rule holds for nobody.

    Parameters
    ----------
    format
        Text, or one JSON object.
    """
    from regulars.segments.rules import check_rule

    home, language = find_home(file, workspace, lang, as_of, how=how)
    with open_asked(home, rule, as_of) as asked:
        sources = asked.sources
        found = check_rule(asked.rule, sources, as_of=asked.day)
    if format == "json":
        print_json(_describe_check(found, sources.names, language))
    else:
        print_text(*_render_check(found, sources.names, language))
    is_dead = not found.members or any(flaw.kind == "contradiction" for flaw in found.flaws)
    return 1 if is_dead else 0


@segment.command
def why(
    rule: RuleName,
    file: Files = (),
    /,
    *,
    customer: str,
    how: HowRead | None = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Say why a customer is in the segment of a rule or is not, and what would turn the answer.

    Parameters
    ----------
    customer
        The customer's id.
    format
        Text, or one JSON object.
    """
    home, language = find_home(file, workspace, lang, as_of, how=how)
    with open_asked(home, rule, as_of) as asked:
        found = asked.explain(customer, language=language)
    if format == "json":
        print_json(_plain(asdict(found)))
        return 0
    print_lines(found.sentence, *_list_clauses(found.clause))
    if found.changes:
        turn = {
            "en": "The answer would turn if",
            "ru": "Ответ изменился бы, если",
        }[language]
        print_lines(f"{turn}:", *(f"  {change}" for change in found.changes))
    return 0


def open_asked(
    home: Workspace, rule: str, as_of: Day | None, *, buckets: int | None = None
) -> AbstractContextManager[AskedRule]:
    """The rule of a file or of a segment, and what it is computed from in a workspace."""
    from regulars.conditions import load_rule
    from regulars.workspace.asked_rule import open_asked_rule

    asked: Rule | str = rule
    if Path(rule).is_file() or any(mark in rule for mark in "./\\"):
        asked = load_rule(read_text(Path(rule)), where=Path(rule).name)
    return open_asked_rule(home, asked, as_of=as_of, buckets=buckets)


def _describe_count(
    rule: Rule,
    found: SegmentCount,
    as_of: AsOf,
    names: dict[str, Wording],
    language: Language,
) -> dict[str, Any]:
    from regulars.conditions import condition_to_dict, read_condition, version_of
    from regulars.segments.rules.check import say_extreme

    return {
        "rule": condition_to_dict(rule),
        "version": version_of(rule),
        "sentence": read_condition(rule, language, names=names),
        "as_of": as_of.day.isoformat(),
        "customers": found.customers,
        "members": found.members,
        "share": found.share,
        "is_exact": found.is_exact,
        "sampled": found.sampled,
        "low": found.low,
        "high": found.high,
        "clauses": [
            {
                "sentence": read_condition(one.clause, language, names=names),
                "members": one.members,
                "together": one.together,
            }
            for one in found.clauses
        ],
        "preview": list(found.preview),
        "flaws": [
            {"kind": one.kind, "message": one.message.to(language)}
            for one in say_extreme(found.customers, found.members)
        ],
    }


def _render_count(
    rule: Rule, found: SegmentCount, names: dict[str, Wording], language: Language
) -> list[RenderableType]:
    from rich.table import Table
    from rich.text import Text

    from regulars.conditions import read_condition
    from regulars.features.sentences import capitalize
    from regulars.quality.numbers import format_number
    from regulars.segments.rules.check import say_extreme

    said = capitalize(read_condition(rule, language, names=names))
    table = Table(*_HEADINGS[language], box=None, pad_edge=False, header_style="bold")
    for one in found.clauses:
        counts = (format_number(number, language) for number in (one.members, one.together))
        table.add_row(Text(read_condition(one.clause, language, names=names)), *counts)
    parts: list[RenderableType] = [Text(f"{said}."), _say_members(found, language)]
    parts += [one.message.to(language) for one in say_extreme(found.customers, found.members)]
    parts.append(table)
    if found.preview:
        parts.append(Text(", ".join(found.preview)))
    return parts


def _describe_check(
    found: RuleCheck, names: dict[str, Wording], language: Language
) -> dict[str, Any]:
    from regulars.conditions import read_condition

    return {
        "customers": found.customers,
        "members": found.members,
        "flaws": [
            {"kind": one.kind, "message": one.message.to(language), "customers": one.customers}
            for one in found.flaws
        ],
        "bounds": [
            {
                "sentence": read_condition(one.clause, language, names=names),
                "bound": one.bound,
                "flips_below": one.below,
                "flips_above": one.above,
            }
            for one in found.bounds
        ],
    }


def _render_check(
    found: RuleCheck, names: dict[str, Wording], language: Language
) -> list[RenderableType]:
    from rich.table import Table
    from rich.text import Text

    from regulars.conditions import read_condition
    from regulars.quality.numbers import format_number

    nothing = {"en": "Nothing is wrong with the rule.", "ru": "С правилом всё в порядке."}[language]
    told = [one.message.to(language) for one in found.flaws] or [nothing]
    parts: list[RenderableType] = [Text(line) for line in told]
    if found.bounds:
        table = Table(*_BOUND_HEADINGS[language], box=None, pad_edge=False, header_style="bold")
        for one in found.bounds:
            counts = (format_number(number, language) for number in (one.below, one.above))
            table.add_row(Text(read_condition(one.clause, language, names=names)), *counts)
        parts.append(table)
    return parts


def _say_members(found: SegmentCount, language: Language) -> str:
    from regulars.quality.numbers import format_number, format_share

    share = "" if found.share is None else f" ({format_share(found.share, language)})"
    numbers = (found.members, found.customers, found.low, found.high, found.sampled)
    members, customers, low, high, sampled = (format_number(n, language) for n in numbers)
    if language == "ru":
        exact = f"{members} из {customers} клиентов{share}."
        bounds = f"Примерно {exact[:-1]}, от {low} до {high}: посмотрели на {sampled}."
    else:
        exact = f"{members} of {customers} customers{share}."
        bounds = f"About {exact[:-1]}, from {low} to {high}: looked at {sampled}."
    return exact if found.is_exact else bounds


def _say_by_hand(by_hand: ManualCount, language: Language) -> str:
    from regulars.quality.numbers import format_number

    included, excluded = (format_number(n, language) for n in (by_hand.included, by_hand.excluded))
    said = {
        "en": f"By hand: {included} in, {excluded} out.",
        "ru": f"Вручную: включено {included}, исключено {excluded}.",
    }[language]
    if by_hand.members is None:
        return said
    members = format_number(by_hand.members, language)
    with_them = {"en": f"With them: {members}.", "ru": f"С ними: {members}."}[language]
    return f"{said} {with_them}"


def _list_clauses(clause: ReasonClause, depth: int = 0) -> list[str]:
    found = f" ({clause.found})" if clause.found is not None else ""
    line = f"{'  ' * depth}{_MARKS[clause.holds]} {clause.sentence}{found}"
    return [line, *(text for part in clause.parts for text in _list_clauses(part, depth + 1))]


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON can say
    """Values of customers as JSON says them."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    return str(value)
