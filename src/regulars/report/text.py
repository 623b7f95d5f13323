"""Results for the terminal: loads, mappings, the data state, findings, the analysis in short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from regulars.report.columns_text import ColumnsView
from regulars.report.plain_text import new_table, plain_text
from regulars.report.speech import Speech
from regulars.schema.column_names import split_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import Console, ConsoleOptions, Group, RenderableType
    from rich.table import Table
    from rich.text import Text

    from regulars.quality import Finding, Reconciliation
    from regulars.quality.state import ColumnState, TableState
    from regulars.report.model import Report
    from regulars.report.parts import LeakagePart
    from regulars.schema.mapping import Mapping as SourceMapping
    from regulars.schema.wording import Language, Wording

__all__ = [
    "LoadView",
    "StateView",
    "render_analysis",
    "render_data_state",
    "render_findings",
    "render_load",
    "render_mapping",
    "render_reproduction",
]

_MOST_COLUMNS = 60
_WIDE, _USUAL = 100, 80
"""Columns of a terminal that has room for everything, and of the usual one."""

_FIGURES, _ROLE = 9, 14

_YEAR_WORDS = frozenset({"year", "год"})
_STYLES = {"error": "bold red", "alarm": "bold red", "warning": "yellow", "notice": "blue"}
_MARKS = {"error": "✕", "alarm": "✕", "warning": "▲", "notice": "i"}
_GRADE_STYLES = {"A": "bold green", "B": "bold cyan", "C": "bold yellow", "D": "bold red"}
_BLOCKS = "▁▂▃▄▅▆▇█"


class LoadView(Protocol):
    """What is shown of a load."""

    @property
    def load_id(self) -> str:
        """Which load."""
        ...

    @property
    def source(self) -> str:
        """What was read."""
        ...

    @property
    def mapping(self) -> SourceMapping:
        """How its columns were understood."""
        ...

    @property
    def rows(self) -> Reconciliation:
        """The sum."""
        ...

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Gravest first."""
        ...

    @property
    def quarantine_reasons(self) -> Mapping[str, int]:
        """Reason and rows."""
        ...

    @property
    def notes(self) -> tuple[Wording, ...]:
        """What was decided while reading."""
        ...

    @property
    def rows_without_customer(self) -> int:
        """Loaded rows of nobody known."""
        ...

    @property
    def is_repeat(self) -> bool:
        """Whether it was loaded before."""
        ...


class FigureView(Protocol):
    """One figure of a run, before and again."""

    @property
    def name(self) -> str:
        """Of the figure."""
        ...

    @property
    def before(self) -> object:
        """As it was."""
        ...

    @property
    def again(self) -> object:
        """As it came out."""
        ...

    @property
    def is_same(self) -> bool:
        """Whether they agree."""
        ...


class ReproductionView(Protocol):
    """What is shown of a run made again."""

    @property
    def run_id(self) -> str:
        """Which run."""
        ...

    @property
    def code_before(self) -> str:
        """Version of the code then."""
        ...

    @property
    def code_again(self) -> str:
        """And now."""
        ...

    @property
    def erased(self) -> int:
        """Customers erased since."""
        ...

    @property
    def figures(self) -> Sequence[FigureView]:
        """Compared one by one."""
        ...

    @property
    def is_same(self) -> bool:
        """Whether all agree."""
        ...


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


def render_load(load: LoadView, language: Language) -> Group:
    """A load: what was decided, the sum, what was set aside and why, the findings.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from regulars.quality import Reconciliation
    >>> load = SimpleNamespace(
    ...     load_id="7f3c",
    ...     source="customers.csv",
    ...     mapping=SimpleNamespace(kind="customers", outcome=None),
    ...     rows=Reconciliation(3, inserted=2, updated=0, unchanged=0, quarantined=1),
    ...     findings=(),
    ...     quarantine_reasons={"impossible age": 1},
    ...     notes=(),
    ...     rows_without_customer=0,
    ...     is_repeat=False,
    ... )
    >>> from rich.console import Console
    >>> Console(width=80).print(render_load(load, "en"))
    customers.csv (customers)
    3 rows = 2 inserted + 0 updated + 0 unchanged + 1 quarantined.
      Set aside: impossible age: 1 row
    Load 7f3c
    """
    from rich.console import Group

    speech = Speech(language)
    title = speech.say("text.loaded", source=load.source, kind=load.mapping.kind)
    lines: list[RenderableType] = [plain_text(title, "bold")]
    lines += [plain_text(f"  {speech.read(note)}", "dim") for note in load.notes]
    if load.mapping.outcome:
        lines.append(plain_text(_tell_outcome(load.mapping, speech)))
    lines.append(plain_text(speech.read(load.rows.sentence)))
    if load.is_repeat:
        lines.append(plain_text(speech.say("text.repeat")))
    for reason, count in load.quarantine_reasons.items():
        line = speech.say("text.aside", reason=speech.name("reasons", reason).replace("_", " "))
        lines.append(plain_text(f"  {line}: {speech.count(count, 'rows')}", "yellow"))
    if load.rows_without_customer:
        rows = speech.count(load.rows_without_customer, "rows")
        lines.append(plain_text(speech.say("text.no_customer", rows=rows)))
    if load.findings:
        lines.append(render_findings(load.findings, language))
    lines.append(plain_text(speech.say("text.load_id", load=load.load_id), "dim"))
    return Group(*lines)


def render_mapping(mapping: SourceMapping, language: Language) -> ColumnsView:
    """How the columns of a source were understood; the outcome is said first."""
    return ColumnsView(mapping, language)


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
        mark = plain_text(f"{_MARKS[finding.severity]} {severity}", _STYLES[finding.severity])
        table.add_row(mark, what)
    return table


def render_analysis(
    report: Report,
    language: Language,
    *,
    folder: str | None = None,
    files: Mapping[str, Wording] | None = None,
) -> Group:
    """The analysis in short: grade, sentences, alarms, what could not be made, where it lies.

    Parameters
    ----------
    report
        With its summary.
    language
        Of what is shown.
    folder
        Where the files were written.
    files
        Name of each file and what it is.
    """
    from rich.console import Group

    from regulars.report.summary import summarize

    speech = Speech(language)
    summary = report.summary or summarize(report).summary
    lines: list[RenderableType] = []
    if summary:
        lines.append(_grade(summary.grade, speech.read(summary.verdict)))
        lines += [plain_text(f"  {speech.read(sentence)}") for sentence in summary.sentences]
        lines += [
            _grade(grade, f"{speech.say(f'summary.part_{part}')}: {speech.read(reason)}")
            for part, grade in summary.grades.items()
            if (reason := summary.reasons.get(part))
        ]
    lines += [_warn_of_leak(leak, speech) for leak in report.leakage if leak.is_blocking]
    for alarm in report.churn.alarms if report.churn else ():
        mark = f"{_MARKS[alarm.severity]} {speech.say(f'severity.{alarm.severity}')}: "
        lines.append(plain_text(mark + speech.read(alarm.sentence), _STYLES[alarm.severity]))
    for reason in dict.fromkeys(report.why_absent.values()):
        lines.append(plain_text(speech.say("text.absent", reason=speech.read(reason)), "yellow"))
    if folder:
        lines.append(plain_text(speech.say("text.written", folder=folder), "bold"))
        lines.append(_list_files(files or {}, speech))
    return Group(*lines)


def _warn_of_leak(leak: LeakagePart, speech: Speech) -> RenderableType:
    said = speech.say("text.leak_dropped" if leak.is_dropped else "text.leak_kept")
    figures = ""
    if leak.roc_auc_with is not None and leak.roc_auc_without is not None:
        words = {
            "with": speech.fixed(leak.roc_auc_with),
            "without": speech.fixed(leak.roc_auc_without),
        }
        figures = f" ({speech.say('churn.with_without', **words)})"
    return plain_text(f"▲ {leak.column}: {said} {speech.read(leak.evidence)}{figures}", "yellow")


def render_reproduction(found: ReproductionView, language: Language) -> Group:
    """A run made again: one sentence, and the figures beside each other where they differ."""
    from rich.console import Group

    speech = Speech(language)
    key = "text.reproduced" if found.is_same else "text.not_reproduced"
    count = speech.count(len(found.figures), "figures")
    style = "bold green" if found.is_same else "bold red"
    lines: list[RenderableType] = [
        plain_text(speech.say(key, run=found.run_id, figures=count), style)
    ]
    if found.code_before != found.code_again:
        words = {"before": found.code_before, "again": found.code_again}
        lines.append(plain_text(speech.say("text.other_code", **words), "yellow"))
    if found.erased:
        erased = speech.count(found.erased, "customers")
        lines.append(plain_text(speech.say("text.erased_since", customers=erased), "yellow"))
    for figure in found.figures:
        mark = "=" if figure.is_same else "≠"
        again = "" if figure.is_same else f" → {figure.again}"
        shown = f"{figure.before}{again}"
        lines.append(
            plain_text(f"  {mark} {figure.name}: {shown}", "" if figure.is_same else "red")
        )
    return Group(*lines)


def _tell_outcome(mapping: SourceMapping, speech: Speech) -> str:
    outcome = mapping.outcome
    if outcome is None:
        return ""
    return speech.say("text.outcome", column=outcome.column, positive=outcome.positive)


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


def _grade(grade: str, words: str) -> Text:
    line = plain_text(f" {grade} ", f"{_GRADE_STYLES[grade]} reverse")
    line.append(f" {words}", "not reverse")
    return line


def _list_files(files: Mapping[str, Wording], speech: Speech) -> Table:
    from rich.table import Table

    table = Table.grid(padding=(0, 2, 0, 0))
    for name, meaning in files.items():
        table.add_row(plain_text(f"  {name}"), plain_text(speech.read(meaning), "dim"))
    return table
