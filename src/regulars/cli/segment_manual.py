"""`regulars segment include`, `exclude` and `release`: customers chosen by hand, over the rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from regulars.cli.console import print_json, print_lines
from regulars.cli.options import (
    Day,
    LanguageOption,
    OutputFormat,
    WorkspaceOption,
    find_workspace,
)
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from regulars.cli.options import Language
    from regulars.segments.history.manual import ManualChoice

__all__ = ["describe_choices", "exclude", "include", "release", "say_choices"]

SegmentName = Annotated[str, Parameter(help="Of the segment.")]
Customers = Annotated[
    tuple[str, ...],
    Parameter(name="--customer", negative=(), help="The customer's id; may be given again."),
]
UntilOption = Annotated[
    Day | None,
    Parameter(help="The last day for which it holds (YYYY-MM-DD); for good if not said."),
]
_DONE = {
    "include": Wording(en="in the segment by hand", ru="в сегменте вручную"),
    "exclude": Wording(en="out of the segment by hand", ru="вне сегмента вручную"),
    "release": Wording(en="as the rule says", ru="как скажет правило"),
}


def include(
    name: SegmentName,
    /,
    *,
    customer: Customers,
    until: UntilOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Take customers into a segment by hand, whatever its rule says.

    Who chose, and when, is kept; the next `segment refresh` writes down who entered.

    Parameters
    ----------
    format
        Text, or one JSON object.
    """
    return _choose(name, customer, "include", until, workspace, format, lang)


def exclude(
    name: SegmentName,
    /,
    *,
    customer: Customers,
    until: UntilOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Leave customers out of a segment by hand, whatever its rule says.

    Who chose, and when, is kept; the next `segment refresh` writes down who left.

    Parameters
    ----------
    format
        Text, or one JSON object.
    """
    return _choose(name, customer, "exclude", until, workspace, format, lang)


def release(
    name: SegmentName,
    /,
    *,
    customer: Customers,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Let the rule decide about customers again.

    Parameters
    ----------
    format
        Text, or one JSON object.
    """
    return _choose(name, customer, "release", None, workspace, format, lang)


def describe_choices(choices: pa.Table) -> list[dict[str, Any]]:
    """Who was chosen by hand, by whom and when, for JSON."""
    names = ("customer_id", "choice", "effective_on", "until_on", "decided_by", "known_at")
    rows = [{name: row[name] for name in names} for row in choices.to_pylist()]
    moments = ("effective_on", "until_on", "known_at")
    return [row | {name: row[name] and row[name].isoformat() for name in moments} for row in rows]


def say_choices(choices: pa.Table, language: Language) -> list[str]:
    """The same, a line each."""
    lines = []
    for row in choices.to_pylist():
        span = _say_span(row["effective_on"], row["until_on"]).to(language)
        done = _DONE[row["choice"]].to(language)
        lines.append(f"{row['customer_id']}: {done}, {span} ({row['decided_by']})")
    return lines


def _say_span(since: Day, until: Day | None) -> Wording:
    return Wording(
        en=f"from {since}" + (f" to {until}" if until else " on"),
        ru=f"с {since}" + (f" по {until}" if until else ""),
    )


def _choose(
    name: str,
    customers: tuple[str, ...],
    choice: ManualChoice,
    until: Day | None,
    workspace: Path | None,
    format: OutputFormat,
    lang: Language | None,
) -> int:
    from getpass import getuser

    from regulars.quality.numbers import format_units
    from regulars.workspace.manual_members import choose_members

    home, language = find_workspace(workspace, lang)
    chosen = tuple(dict.fromkeys(customers))
    since = choose_members(home, name, chosen, choice=choice, until=until, reader=getuser())
    if format == "json":
        print_json(
            {
                "segment": name,
                "choice": choice,
                "customers": len(chosen),
                "effective_on": since.isoformat(),
                "until_on": until.isoformat() if until else None,
            }
        )
        return 0
    count = format_units(len(chosen), language, "customer")
    span = _say_span(since, until)
    print_lines(f"{name}: {count} {_DONE[choice].to(language)}, {span.to(language)}.")
    return 0
