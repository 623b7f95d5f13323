"""The data state for the terminal: findings first, then each table column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from regulars.report.plain_text import new_table, plain_text
from regulars.report.speech import Speech
from regulars.schema.column_names import split_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, ConsoleOptions, Group, RenderableType
    from rich.table import Table
    from rich.text import Text

    from regulars.quality import Finding
    from regulars.quality.state import ColumnState, TableState
    from regulars.schema.wording import Language

__all__ = ["MARKS", "STYLES", "StateView", "draw_bars", "render_data_state", "render_findings"]

_MOST_COLUMNS = 60
_WIDE, _USUAL = 100, 80
"""Columns of a terminal that has room for everything, and of the usual one."""

_FIGURES, _ROLE = 9, 14

_YEAR_WORDS = frozenset({"year", "год"})
STYLES = {"error": "bold red", "alarm": "bold red", "warning": "yellow", "notice": "blue"}
MARKS = {"error": "✕", "alarm": "✕", "warning": "▲", "notice": "i"}
"""How each severity looks, and its mark where there is no color."""
_BLOCKS = "▁▂▃▄▅▆▇█"


class StateView(Protocol):
    """What is shown of a data state."""

    @property
    def tables(self) -> tuple[TableState, ...]:
        """In order."""
        ...

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Gravest first."""
        ...


def render_data_state(state: StateView, language: Language) -> Group:
    """The data state: findings first, then each table column by column."""
    from rich.console import Group

    speech = Speech(language)
    parts: list[RenderableType] = [render_findings(state.findings, language)]
    for table in state.tables:
        parts += _render_table(table, speech)
    return Group(*parts)


def render_findings(findings: Sequence[Finding], language: Language) -> RenderableType:
    """The findings, gravest first as given; a sentence when there are none."""
    speech = Speech(language)
    if not findings:
        return plain_text(speech.say("state.clean"))
    table = new_table(speech.say("state.severity"), speech.say("state.what"))
    for finding in findings:
        severity = speech.say(f"severity.{finding.severity}")
        where = f"{finding.table}.{finding.column}" if finding.column else finding.table
        what = plain_text(speech.read(finding.sentence))
        what.append(f" {where}", "dim")
        if finding.action == "quarantine":
            what.append(f" [{speech.say('state.aside')}]", "dim")
        mark = plain_text(f"{MARKS[finding.severity]} {severity}", STYLES[finding.severity])
        table.add_row(mark, what)
    return table


def _tell_more(count: int, speech: Speech) -> list[Text]:
    hidden = count - _MOST_COLUMNS
    if hidden <= 0:
        return []
    columns = speech.count(hidden, "columns")
    return [plain_text(speech.say("text.more_columns", columns=columns), "dim")]


def _render_table(table: TableState, speech: Speech) -> list[RenderableType]:
    facts = [speech.count(table.row_count, "rows")]
    if table.customer_count is not None:
        facts.append(speech.count(table.customer_count, "customers"))
    if table.oldest and table.newest:
        first, last = speech.short_day(table.oldest), speech.short_day(table.newest)
        facts.append(speech.say("state.span", first=first, last=last))
    shown = _ColumnsTable([*table.columns[:_MOST_COLUMNS]], speech)
    title = plain_text(f"\n{speech.say('state.table', table=table.name)}", "bold")
    title.append(f" · {' · '.join(facts)}", "not bold dim")
    return [title, shown, *_tell_more(len(table.columns), speech)]


class _ColumnsTable:
    """A line a column, however narrow the terminal: there the role goes, and what is long is cut."""

    def __init__(self, columns: Sequence[ColumnState], speech: Speech) -> None:
        self._columns = columns
        self._speech = speech

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Table]:
        say, is_wide = self._speech.say, options.max_width >= _WIDE
        table = new_table()
        longest = max((len(column.name) for column in self._columns), default=0)
        # In forty columns not even the names have their room.
        figures = _FIGURES if options.max_width >= _USUAL else 4
        widest = min(longest, 24 if options.max_width >= _USUAL else 10)
        table.add_column(say("load.column"), overflow="fold", min_width=widest)
        if is_wide:
            table.add_column(say("load.role"))
        table.add_column(
            say("state.complete"), justify="right", min_width=figures, max_width=max(figures, 9)
        )
        table.add_column(
            say("state.distinct"), justify="right", min_width=figures, max_width=max(figures, 9)
        )
        # A column that may not wrap would take the room of all others.
        taken = widest + 2 * figures + (_ROLE if is_wide else 0) + 10
        room = max(options.max_width - taken, 6)
        table.add_column(say("state.holds"), no_wrap=True, overflow="ellipsis", max_width=room)
        for column in self._columns:
            cells = _describe_column(column, self._speech)
            table.add_row(*map(plain_text, cells if is_wide else (cells[0], *cells[2:])))
        yield table


def _describe_column(column: ColumnState, speech: Speech) -> tuple[str, ...]:
    about = "≈ " if column.is_distinct_approximate else ""
    bars = draw_bars([bar.count for bar in column.bars])
    held = (bars, _tell_range(column, speech)) if bars else (_tell_values(column, speech),)
    return (
        column.name,
        speech.name("roles", column.role.value),
        speech.percent(column.completeness),
        about + speech.number(column.distinct_count),
        "  ".join(part for part in held if part) or _tell_range(column, speech),
    )


def _tell_range(column: ColumnState, speech: Speech) -> str:
    if column.minimum is None or column.maximum is None or column.role.value == "id":
        return "—"
    if _are_years(column):
        return f"{column.minimum:.0f} … {column.maximum:.0f}"
    low, high = (
        speech.short_day(bound) if isinstance(bound, str) else speech.figure(bound)
        for bound in (column.minimum, column.maximum)
    )
    return f"{low} … {high}"


def _are_years(column: ColumnState) -> bool:
    """Years are not grouped in thousands."""
    bounds = (column.minimum, column.maximum)
    is_named = not set(split_words(column.name)).isdisjoint(_YEAR_WORDS)
    return is_named and all(isinstance(one, float) and 1000 <= one < 3000 for one in bounds)


def _tell_values(column: ColumnState, speech: Speech) -> str:
    if column.role.value in ("id", "personal", "text"):
        return ""
    return ", ".join(
        f"{value.value} {speech.percent(value.share, 0)}" for value in column.values[:3]
    )


def draw_bars(counts: Sequence[int]) -> str:
    """A distribution in a line of text: eight heights, an empty bar as a space.

    Examples
    --------
    >>> draw_bars([0, 1, 50, 100])
    ' ▁▅█'
    """
    most = max(counts, default=0)
    top = len(_BLOCKS) - 1
    return "".join(_BLOCKS[round(top * count / most)] if count else " " for count in counts)
