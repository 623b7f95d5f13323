"""Results for the terminal: loads, mappings, the analysis in short, what is made again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from regulars.report.columns_text import ColumnsView, tell_outcome
from regulars.report.plain_text import new_table, plain_text
from regulars.report.speech import Speech
from regulars.report.state_text import MARKS, STYLES, render_findings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Group, RenderableType
    from rich.table import Table
    from rich.text import Text

    from regulars.quality import Finding, Reconciliation
    from regulars.report.model import Report
    from regulars.report.parts import ClassesPart, LeakagePart
    from regulars.schema.mapping import Mapping as SourceMapping
    from regulars.schema.wording import Language, Wording

__all__ = [
    "LoadView",
    "render_analysis",
    "render_load",
    "render_mapping",
    "render_reproduction",
]

_GRADE_STYLES = {"A": "bold green", "B": "bold cyan", "C": "bold yellow", "D": "bold red"}


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
        line = speech.say("text.aside", reason=speech.reason(reason))
        lines.append(plain_text(f"  {line}: {speech.count(count, 'rows')}", "yellow"))
    if 2 * load.rows.quarantined >= load.rows.rows_in > 0:
        lines.append(plain_text(speech.say("text.most_aside"), "yellow"))
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
    if report.churn:
        # Nobody may have said what leaving is, and everything below rests on it.
        lines.append(plain_text(speech.read(report.churn.outcome.sentence)))
    if summary:
        lines.append(_grade(summary.grade, speech.read(summary.verdict)))
        lines += [plain_text(f"  {speech.read(sentence)}") for sentence in summary.sentences]
        lines += [
            _grade(grade, f"{speech.say(f'summary.part_{part}')}: {speech.read(reason)}")
            for part, grade in summary.grades.items()
            if (reason := summary.reasons.get(part))
        ]
    lines += [_warn_of_leak(leak, speech) for leak in report.leakage if leak.is_blocking]
    if report.classes:
        lines.append(_table_classes(report.classes, speech))
    of_churn = report.churn.alarms if report.churn else ()
    for alarm in (*of_churn, *(report.classes.alarms if report.classes else ())):
        mark = f"{MARKS[alarm.severity]} {speech.say(f'severity.{alarm.severity}')}: "
        lines.append(plain_text(mark + speech.read(alarm.sentence), STYLES[alarm.severity]))
    for reason in dict.fromkeys(report.why_absent.values()):
        lines.append(plain_text(speech.say("text.absent", reason=speech.read(reason)), "yellow"))
    if folder:
        lines.append(plain_text(speech.say("text.written", folder=folder), "bold"))
        lines.append(_list_files(files or {}, speech))
    return Group(*lines)


def _table_classes(classes: ClassesPart, speech: Speech) -> Table:
    """A line for each class: how well it is told from the rest."""
    headings = (
        "classes.is",
        "classes.customers",
        "churn.roc_auc",
        "churn.precision",
        "churn.recall",
    )
    table = new_table(*map(speech.say, headings), right=(1, 2, 3, 4))
    for one in classes.classes:
        table.add_row(
            plain_text(one.name),
            speech.number(one.customers),
            *(speech.fixed(figure.mean, 2) for figure in (one.roc_auc, one.precision, one.recall)),
        )
    return table


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
    return tell_outcome(mapping.outcome, speech) if mapping.outcome else ""


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
