"""`regulars analyze`: from files to a report, scores and a contact list."""

from __future__ import annotations

import sys
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from cyclopts import Parameter

from regulars.cli.console import open_progress, print_text
from regulars.cli.naming import ask_for_names, ask_for_outcome, is_terminal
from regulars.cli.options import (
    ColumnNames,
    Day,
    Delimiter,
    Drop,
    Encoding,
    Header,
    IdColumn,
    Kind,
    Language,
    LanguageOption,
    Layout,
    MapOption,
    Outcome,
    OutputFormat,
    Quote,
    Sheet,
    WorkspaceOption,
    choose_language,
    find_workspace,
    parse_overrides,
    read_delimiter,
    read_text,
    refuse_both,
    say_command,
    split_names,
)
from regulars.errors import InvalidParameterError, NotFoundError, UnnamedColumnsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regulars.report.model import Report
    from regulars.workspace.analyze import Analysis, AnalysisWishes
    from regulars.workspace.segmenting import SegmentWishes

__all__ = ["analyze", "print_analysis"]

_OF_FILES = (
    "kind", "id", "outcome", "map_", "drop", "columns", "sheet", "delimiter", "quote", "encoding",
    "header", "layout", "time_zone",
)  # fmt: skip
"""Options that say how a file is read."""


def analyze(
    file: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)] = (),
    /,
    *,
    kind: Kind = None,
    id: IdColumn = None,
    outcome: Outcome = None,
    leaving: Literal["contract-end", "no-session", "no-purchase", "no-event"] | None = None,
    happens: Literal["event", "first-event", "support-contact", "answer", "upgrade"] | None = None,
    as_of: Day | None = None,
    horizon_days: int | None = None,
    gap_days: int | None = None,
    active_days: int | None = None,
    quiet_days: int | None = None,
    grace_days: int | None = None,
    event_names: str | None = None,
    answers: str | None = None,
    map_: MapOption = (),
    drop: Drop = None,
    columns: ColumnNames = None,
    sheet: Sheet = None,
    delimiter: Delimiter = None,
    quote: Quote = None,
    encoding: Encoding = None,
    header: Header = None,
    layout: Layout = "auto",
    top: int | None = None,
    segments: str = "auto",
    rfm_bounds: Path | None = None,
    money: str | None = None,
    clean: Path | None = None,
    outliers: Literal["keep", "cap", "drop"] = "keep",
    keep: str | None = None,
    actions: Path | None = None,
    time_zone: str = "UTC",
    workspace: WorkspaceOption = None,
    lang: LanguageOption = None,
    seed: int = 0,
    out: Path | None = None,
    no_input: Annotated[bool, Parameter(negative=())] = False,
    format: OutputFormat = "table",
) -> int:
    """Say who your customers are, who is about to leave, and why: from a file, in one command.

    Without a file, everything that is loaded in the workspace is analyzed.

    Writes a report (`report.html`, `report.json`), the scores of every customer
    (`customers.parquet`), a contact list (`contact_list.xlsx`, `contact_list.csv`) and the rows
    that were set aside (`quarantine.csv`).

    Parameters
    ----------
    file
        One file, or several of the same customers; none for what is loaded in the workspace.
    leaving
        What leaving is, where no column says it, or instead of one: a subscription ends, no session
        follows a paid period, no purchase or no event for some time. If not said, the first that
        the tables allow, `no-session` left aside.
    happens
        What is foretold instead of leaving: an event, an event for the first time, a contact with
        support, that a customer whom the company contacts agrees, or a move to a dearer plan.
    as_of
        First day that is not looked at (YYYY-MM-DD); if not said, everything is looked at.
    horizon_days
        Where no column says who left: within how many days a subscription ends, or something
        happens (30 if not said), or how many days without a purchase or an event count as having gone (found out if not
        said: nine in ten pauses are shorter).
    gap_days
        So many days are left empty before the horizon begins, so that there is time to act.
    active_days
        Of `no-purchase`, `no-event`, `event` and `first-event`: who was active within so many days
        before is looked at (as many as `--horizon-days` if not said).
    quiet_days
        Of `no-session`: so many days without a session after the paid period (30 if not said).
    grace_days
        Of `contract-end`: a new subscription within so many days of the end is a renewal (30 if not
        said).
    event_names
        Of `no-session` and `no-event`: names of the events that count, with commas; else all do.
        Of `event` and `first-event` those that are foretold.
    answers
        Of `answer`: how a contact ends that counts as agreed, with commas.
    top
        So many customers on the contact list; else all for whom contacting pays.
    segments
        `rfm`, `kmeans`, or the number of segments wanted; `auto` compares and chooses. `compare` runs
        every method of clustering, as `segment compare` does, and a method's name takes that one.
    rfm_bounds
        Apply the bounds of an earlier analysis (its `rfm_bounds.toml`) as they are.
    money
        The column that says what a customer brings: the list is then sorted by expected loss.
    clean
        A plan for missing values and outliers: an edited `cleaning.toml` of an earlier analysis.
    outliers
        Of numbers that the plan does not name: values beyond Tukey's limits are kept, moved to
        the limit, or their customers left out.
    keep
        Columns that the models may use though they seem to know the outcome, with commas.
    actions
        What to suggest for which reason: an edited `actions.toml` of an earlier analysis.
    time_zone
        The company's, such as `Europe/Moscow`; a workspace has its own.
    seed
        Of everything random: the same seed gives the same figures.
    out
        Where to write; if not said, `<file>-regulars` in the current folder, or `analysis` in the
        workspace.
    no_input
        Ask nothing: a file without a line of names then ends with the command to type. Nothing is
        asked either where there is no terminal.
    format
        A summary, or the whole report as one JSON object.
    """
    given = dict(locals())
    language = choose_language(lang)
    _refuse_several_outcomes({"--outcome": outcome, "--leaving": leaving, "--happens": happens})
    if not file:
        analysis, language = _analyze_workspace(given)
    else:
        try:
            analysis = _analyze_files(given, language)
        except UnnamedColumnsError as error:
            given |= _name_columns(error, given, language)
            analysis = _analyze_files(given, language)
    if format == "json":
        sys.stdout.write(analysis.report.to_json())
    else:
        print_analysis(analysis, language)
    is_lacking = _lacks_forecast(analysis.report, is_asked=(leaving or happens) is not None)
    return 1 if is_lacking else 0


def _refuse_several_outcomes(given: Mapping[str, str | None]) -> None:
    said = [f"{option} {value}" for option, value in given.items() if value is not None]
    if len(said) > 1:
        raise InvalidParameterError(
            en=f"{' and '.join(said)} both say what is foretold. Give one of them.",
            ru=f"{' и '.join(said)} говорят, что прогнозировать. Оставьте что-нибудь одно.",
        )


def _lacks_forecast(report: Report, *, is_asked: bool) -> bool:
    """Whether it was said what leaving is, and nothing could be learnt: what was asked failed."""
    names_outcome = is_asked or any(column.role == "outcome" for column in report.data.mapping)
    return names_outcome and report.churn is None and report.classes is None


def _name_columns(
    error: UnnamedColumnsError, given: Mapping[str, Any], language: Language
) -> dict[str, object]:
    """The options that name the columns, as a person chose them.

    Raises
    ------
    UnnamedColumnsError
        With the command to type, when nobody can be asked or nobody answers.
    """
    proposed = {**given, "columns": ",".join(error.proposed)}
    command = say_command(analyze, proposed, is_exact=True)
    typed = UnnamedColumnsError(
        error.source, error.proposed, examples=error.examples, command=command
    )
    if given["no_input"] or not is_terminal():
        raise typed from error
    names = ask_for_names(error, language)
    if names is None:
        raise typed from error
    chosen: dict[str, object] = {"columns": ",".join(names)}
    if given["outcome"] is None:
        chosen["outcome"] = ask_for_outcome(names, language)
    return chosen


def _analyze_files(given: Mapping[str, Any], language: Language) -> Analysis:
    """The analysis of files, which are loaded first."""
    from regulars.ingest.wishes import Wishes
    from regulars.workspace.analyze import analyze_files
    from regulars.workspace.load import FileReading

    refuse_both(given["workspace"])
    with open_progress(language) as progress:
        return analyze_files(
            given["file"],
            folder=given["out"],
            wishes=Wishes(
                kind=given["kind"],
                overrides=parse_overrides(given["map_"]),
                id_column=given["id"],
                outcome=given["outcome"],
                drop=split_names(given["drop"]),
            ),
            reading=FileReading(
                sheet=given["sheet"],
                columns=split_names(given["columns"]) or None,
                delimiter=read_delimiter(given["delimiter"]),
                quote=given["quote"],
                encoding=given["encoding"],
                has_header=given["header"],
                layout=given["layout"],
            ),
            analysis=_read_wishes(given),
            language=language,
            progress=progress,
        )


def _analyze_workspace(given: Mapping[str, Any]) -> tuple[Analysis, Language]:
    """The analysis of what is loaded, and its language."""
    from regulars.workspace.analyze import analyze_workspace

    defaults = signature(analyze).parameters
    of_files = [name for name in _OF_FILES if given[name] != defaults[name].default]
    if of_files:
        names = ", ".join(f"--{name.strip('_').replace('_', '-')}" for name in of_files)
        raise InvalidParameterError(
            en=f"{names}: say how a file is read when it is loaded, or name the file:"
            " regulars analyze FILE. Without a file, what is loaded in the workspace is analyzed.",
            ru=f"{names}: как читать файл, говорят при загрузке — или назовите файл: regulars"
            " analyze ФАЙЛ. Без файла анализируется то, что загружено в рабочую папку.",
        )
    try:
        home, language = find_workspace(given["workspace"], given["lang"])
    except NotFoundError as error:
        if given["workspace"] is not None:
            raise
        raise InvalidParameterError(
            en=f"No file was named, and there is no workspace to analyze. {error.en}"
            " Or name a file: regulars analyze FILE.",
            ru=f"Файл не назван, и рабочей папки для анализа нет. {error.ru} Или назовите файл:"
            " regulars analyze ФАЙЛ.",
        ) from error
    with open_progress(language) as progress:
        analysis = analyze_workspace(
            home,
            folder=given["out"],
            analysis=_read_wishes(given),
            language=language,
            progress=progress,
        )
    return analysis, language


def _read_wishes(given: Mapping[str, Any]) -> AnalysisWishes:
    from regulars.campaigns import ActionTable
    from regulars.quality import CleaningPlan
    from regulars.workspace.analyze import AnalysisWishes
    from regulars.workspace.outcomes import LeavingWishes

    plan, actions = given["clean"], given["actions"]
    return AnalysisWishes(
        as_of=given["as_of"],
        leaving=LeavingWishes(
            kind=given["leaving"] or given["happens"],
            horizon_days=given["horizon_days"],
            gap_days=given["gap_days"],
            quiet_days=given["quiet_days"],
            event_names=split_names(given["event_names"]),
            answers=split_names(given["answers"]),
            active_days=given["active_days"],
            grace_days=given["grace_days"],
        ),
        top=given["top"],
        segments=read_segments(given["segments"], given["rfm_bounds"]),
        money=given["money"],
        plan=CleaningPlan.from_toml(read_text(plan), where=str(plan)) if plan else None,
        outliers=given["outliers"],
        keep=split_names(given["keep"]),
        actions=ActionTable.from_toml(read_text(actions), where=str(actions)) if actions else None,
        seed=given["seed"],
        time_zone=given["time_zone"],
        command=say_command(analyze, given),
    )


def read_segments(asked: str, bounds: Path | None) -> SegmentWishes:
    """What `--segments` and `--rfm-bounds` ask for.

    Raises
    ------
    InvalidParameterError
        When it is no method and no number.
    """
    from regulars.segments import RfmBounds
    from regulars.workspace.segmenting import SegmentMethod, SegmentWishes

    learnt = None
    if bounds is not None:
        learnt = RfmBounds.from_toml(read_text(bounds), where=str(bounds))
        asked = "rfm" if asked == "auto" else asked
    methods: tuple[SegmentMethod, ...] = get_args(SegmentMethod)
    for method in methods:
        if method == asked:
            return SegmentWishes(method=method, bounds=learnt)
    if asked.isdecimal() and int(asked) >= 2:
        return SegmentWishes(method="kmeans", k=int(asked))
    raise InvalidParameterError(
        en=f"--segments '{asked}' is not known. Choose one of {', '.join(methods)}, or a number from 2 on.",
        ru=f"--segments «{asked}»: так нельзя. Выберите {', '.join(methods)} или число от 2.",
    )


def print_analysis(analysis: Analysis, lang: Language) -> None:
    """The summary of an analysis and where its files are."""
    from regulars.report.text import render_analysis

    folder = str(analysis.folder.resolve())
    print_text(render_analysis(analysis.report, lang, folder=folder, files=analysis.files))
