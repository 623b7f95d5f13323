"""How the columns of a source were understood, for the terminal: a table where there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.report.plain_text import new_table, plain_text
from regulars.report.speech import Speech

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.table import Table

    from regulars.schema.column_mapping import Outcome
    from regulars.schema.mapping import Mapping, MappingLine
    from regulars.schema.wording import Language

__all__ = ["ColumnsView", "tell_outcome"]

_MOST_COLUMNS = 60
_ROOM_FOR_REASONS = 100
_WIDEST_NAME = 26


def tell_outcome(outcome: Outcome, speech: Speech) -> str:
    """Which column says who left, and by which of its values where one was named."""
    if outcome.positive is None:
        return speech.say("text.outcome_open", column=outcome.column)
    return speech.say("text.outcome", column=outcome.column, positive=outcome.positive)


class ColumnsView:
    """The outcome, each column with what it was taken for, how sure that is, and how to correct it.

    In less than a hundred letters a line the reason stands beneath, or five columns would each be
    three words wide.

    Parameters
    ----------
    mapping
        What was understood.
    language
        Of what is shown.
    """

    def __init__(self, mapping: Mapping, language: Language) -> None:
        self._mapping = mapping
        self._speech = Speech(language)
        self._lines = mapping.describe(language)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The lines, as wide as the terminal."""
        yield plain_text(self._tell_outcome(), "bold")
        yield from self._tell_kind()
        shown = self._lines[:_MOST_COLUMNS]
        is_wide = options.max_width >= _ROOM_FOR_REASONS
        yield self._draw_wide(shown) if is_wide else self._draw_narrow(shown)
        hidden = len(self._lines) - len(shown)
        if hidden > 0:
            columns = self._speech.count(hidden, "columns")
            yield plain_text(self._speech.say("text.more_columns", columns=columns), "dim")
        yield from self._tell_remedy()

    def _tell_outcome(self) -> str:
        outcome = self._mapping.outcome
        if outcome is None:
            return self._speech.say("text.no_outcome")
        return tell_outcome(outcome, self._speech)

    def _tell_kind(self) -> list[RenderableType]:
        mapping = self._mapping
        why = self._speech.read(mapping.evidence)
        if not why:
            return []
        sure = self._speech.percent(mapping.confidence, 0)
        line = self._speech.say("text.kind", kind=mapping.kind, sure=sure, why=why)
        return [plain_text(line)]

    def _tell_remedy(self) -> list[RenderableType]:
        """A correction to copy, of the column that is least sure."""
        correctable = [column for column in self._mapping.columns if not column.is_given]
        if not correctable:
            return []
        least = min(correctable, key=lambda column: column.confidence)
        return [plain_text(self._speech.say("text.remedy", column=least.source), "dim")]

    def _draw_wide(self, lines: Sequence[MappingLine]) -> Table:
        say = self._speech.say
        table = new_table(
            say("load.column"),
            say("load.target"),
            say("load.role"),
            say("text.confidence"),
            say("load.evidence"),
        )
        for line in lines:
            cells = (line.source, line.target, _tell_role(line), line.confidence, line.evidence)
            table.add_row(*map(plain_text, cells))
        return table

    def _draw_narrow(self, lines: Sequence[MappingLine]) -> Table:
        table = new_table(self._speech.say("load.column"), self._speech.say("load.target"))
        table.columns[0].max_width = _WIDEST_NAME
        for line in lines:
            parts = (line.target, _tell_role(line), line.confidence)
            told = plain_text(" · ".join(filter(None, parts)))
            told.append(f"\n{plain_text(line.evidence).plain}", "dim")
            table.add_row(plain_text(line.source), told)
        return table


def _tell_role(line: MappingLine) -> str:
    # Every value of a file is a text to begin with, so only another type says something.
    is_telling = line.type and line.type != "string"
    return f"{line.role}, {line.type}" if is_telling else line.role
