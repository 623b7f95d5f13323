"""The verb `analyze`: from files to a report, scores and a contact list, all verbs in a row."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from getpass import getuser
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from regulars.errors import InvalidParameterError
from regulars.ingest.repeat import recall_load
from regulars.report.assemble import report_contact_list
from regulars.report.assemble_classes import report_classes
from regulars.report.model import Report
from regulars.report.summary import summarize
from regulars.schema.wording import Wording
from regulars.workspace.advice import advise_on_sample
from regulars.workspace.as_of import choose_as_of, follow_history
from regulars.workspace.check import check_data
from regulars.workspace.models import keep_models
from regulars.workspace.money import find_currency
from regulars.workspace.outcomes import LeavingWishes
from regulars.workspace.outputs import write_outputs
from regulars.workspace.recipe import Recipe, follow_recipe, measure_study
from regulars.workspace.report_parts import check_rows, make_data_part, make_lineage
from regulars.workspace.runs import make_id, write_run
from regulars.workspace.segmenting import SegmentWishes
from regulars.workspace.straight import LoadedFiles, load_files
from regulars.workspace.study_parts import make_churn_part, make_segments_part
from regulars.workspace.words import say_rule, speak

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from regulars.campaigns import ActionTable
    from regulars.ingest.wishes import Wishes
    from regulars.progress import Progress
    from regulars.quality import CleaningPlan
    from regulars.schema.wording import Language
    from regulars.workspace.cleaning import OutlierChoice
    from regulars.workspace.folder import Workspace
    from regulars.workspace.load import FileReading
    from regulars.workspace.study import CustomerStudy

__all__ = ["Analysis", "AnalysisWishes", "analyze_files", "analyze_workspace"]


_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Analysis:
    """What `analyze` found and where it wrote it.

    Attributes
    ----------
    report
        Everything, as aggregates.
    folder
        Where the files are.
    files
        Name of each file and what it is.
    workspace
        Where the rows are kept.
    study
        The results that the report was made of.
    """

    report: Report
    folder: Path
    files: Mapping[str, Wording]
    workspace: Workspace
    study: CustomerStudy = field(repr=False)


@dataclass(frozen=True, slots=True)
class AnalysisWishes:
    """How an analysis is wanted.

    Attributes
    ----------
    as_of
        First day (company time) that is not seen. None for the day after the newest fact, or for
        tomorrow where customers are described as of today: everything is seen.
    leaving
        What counts as having left where no column tells.
    top
        So many customers on the list; None leaves it to the threshold.
    segments
        By which method.
    money
        The column that says what a customer brings; the sum of purchases when None.
    plan, outliers
        What is done with missing values, and with outliers of the columns that the plan leaves.
    keep
        Columns that the models may see even if they seem to know the outcome.
    actions
        What to suggest for which reason; None takes what comes with Regulars.
    seed
        Of everything random.
    time_zone
        The company's; the same files in another zone go to a workspace of their own.
    command
        What was typed, for the record.
    """

    as_of: date | None = None
    leaving: LeavingWishes = field(default_factory=LeavingWishes)
    top: int | None = None
    segments: SegmentWishes = field(default_factory=SegmentWishes)
    money: str | None = None
    plan: CleaningPlan | None = None
    outliers: OutlierChoice = "keep"
    keep: tuple[str, ...] = ()
    actions: ActionTable | None = None
    seed: int = 0
    time_zone: str = "UTC"
    command: str | None = None


def analyze_files(
    paths: Sequence[str],
    *,
    folder: Path | None = None,
    wishes: Wishes | None = None,
    reading: FileReading | None = None,
    analysis: AnalysisWishes | None = None,
    language: Language = "en",
    progress: Progress,
) -> Analysis:
    """Load files, look at their state, find segments, score churn and write everything down.

    Parameters
    ----------
    paths
        One file or several that belong together.
    folder
        Where to write; `<file>-regulars` beside the current folder by default.
    wishes, reading
        What a person said about columns, and how to split files into rows.
    analysis
        How the analysis is wanted.
    language
        Of the report, the reasons and the stages.
    progress
        Told of each stage.

    Raises
    ------
    SourceError, SchemaError, InvalidParameterError
        When a file cannot be read as it is.
    """
    started, wanted = time.monotonic(), analysis or AnalysisWishes()
    loaded = load_files(
        paths,
        verb="analyze",
        folder=folder,
        wishes=wishes,
        reading=reading,
        time_zone=wanted.time_zone,
        as_of=wanted.as_of,
        language=language,
        progress=progress,
    )
    check_rows(loaded.loads)
    tables = tuple(dict.fromkeys(name for load in loaded.loads for name in load.tables))
    return _analyze(
        loaded,
        wanted,
        tables=tables,
        title=_name_files([load.source for load in loaded.loads]),
        started=started,
        language=language,
        progress=progress,
    )


def analyze_workspace(
    workspace: Workspace,
    *,
    folder: Path | None = None,
    analysis: AnalysisWishes | None = None,
    language: Language = "en",
    progress: Progress,
) -> Analysis:
    """The same of everything that is loaded in a workspace, files and databases alike.

    Parameters
    ----------
    workspace
        Whose lake.
    folder
        Where to write; `analysis` in the workspace by default.
    analysis
        How the analysis is wanted; the time zone is the workspace's own.
    language
        Of the report, the reasons and the stages.
    progress
        Told of each stage.

    Raises
    ------
    NotFoundError
        When nothing was loaded yet.
    """
    started = time.monotonic()
    records = [load for load in workspace.lake.list_loads() if load.action == "load"]
    loads = tuple(recall_load(record) for record in records)
    return _analyze(
        LoadedFiles(workspace, loads, folder or workspace.results_folder),
        analysis or AnalysisWishes(),
        tables=(),
        title=workspace.folder.resolve().name,
        started=started,
        language=language,
        progress=progress,
    )


def _analyze(
    loaded: LoadedFiles,
    wanted: AnalysisWishes,
    *,
    tables: tuple[str, ...],
    title: str,
    started: float,
    language: Language,
    progress: Progress,
) -> Analysis:
    workspace, loads, target = loaded.workspace, loaded.loads, loaded.folder
    seen_until = choose_as_of(workspace, wanted.as_of)
    state = check_data(workspace, tables=tables, language=language, progress=progress)
    told_until = seen_until
    if wanted.as_of is None:
        newest = {
            table.name: datetime.fromisoformat(table.newest)
            for table in state.tables
            if table.newest
        }
        told_by = [] if wanted.leaving.kind else [load.mapping for load in loads]
        seen_until = follow_history(seen_until, newest, told_by)
    snapshot = workspace.lake.snapshot(load_id=state.load_id)
    recipe = Recipe(
        load_id=state.load_id,
        tables=tuple(table.name for table in state.tables),
        as_of=seen_until.day,
        told_until=told_until.day,
        time_zone=seen_until.zone,
        mappings=tuple(load.mapping.to_toml() for load in loads),
        features=workspace.read_definitions("feature"),
        seed=wanted.seed,
        top=wanted.top,
        leaving=wanted.leaving.kind,
        horizon_days=wanted.leaving.horizon_days,
        gap_days=wanted.leaving.gap_days,
        quiet_days=wanted.leaving.quiet_days,
        event_names=wanted.leaving.event_names,
        answers=wanted.leaving.answers,
        active_days=wanted.leaving.active_days,
        grace_days=wanted.leaving.grace_days,
        method=wanted.segments.method,
        k=wanted.segments.k,
        bounds=wanted.segments.bounds,
        money=wanted.money,
        plan=wanted.plan,
        outliers=wanted.outliers,
        keep=wanted.keep,
        actions=wanted.actions,
        language=language,
    )
    study = follow_recipe(workspace, recipe, progress=progress)
    if wanted.as_of is not None and study.features is None:
        # Said before a file of an earlier analysis is replaced.
        raise InvalidParameterError(
            en=f"Nothing was known about any customer before {wanted.as_of}."
            " Give a later --as-of, or leave it out to look at everything.",
            ru=f"До {wanted.as_of} ни об одном клиенте ничего не было известно. Укажите более "
            "поздний --as-of или уберите его, чтобы учесть всё.",
        )
    with progress.stage(speak(language)("report")):
        run_id = make_id(datetime.now(UTC))
        sha256 = [load.source_sha256 for load in loads]
        report = Report(
            title=title,
            made_at=_say_now(workspace),
            as_of=seen_until.day.isoformat(),
            currency=find_currency(state.tables, default=workspace.settings.currency),
            money=study.money.meaning if study.money else None,
            data=make_data_part(
                loads,
                state,
                sha256=sha256,
                advice=advise_on_sample(study, state),
                uses=study.uses,
                cleaned=study.cleaned,
            ),
            leakage=study.leaks.report() if study.leaks else (),
            segments=make_segments_part(study),
            churn=make_churn_part(study),
            classes=report_classes(study.classes) if study.classes else None,
            contact_list=report_contact_list(
                study.contact_list, rule=say_rule(study.churn, wanted.top)
            )
            if study.contact_list and study.churn
            else None,
            why_absent=dict(study.why_absent),
            lineage=make_lineage(
                loads,
                snapshot,
                sha256=sha256,
                seed=wanted.seed,
                run_id=run_id,
                command=wanted.command,
            ),
            seconds=round(time.monotonic() - started, 2),
        )
        report = summarize(report)
        files = write_outputs(
            report, study, workspace, target, loads=loads, run_id=run_id, language=language
        )
        models = keep_models(workspace, study, as_of=seen_until, lineage=report.lineage)
        write_run(
            workspace.folder / "runs",
            run_id,
            {
                "verb": "analyze",
                # So that an erasure finds them; the usual folder may be moved with its workspace.
                "folder": str(target.resolve()) if target != workspace.results_folder else None,
                "finished_at": report.made_at,
                "made_by": getuser(),
                "language": language,
                "as_of": report.as_of,
                "cleaning": _say_cleaning(report),
                "lineage": report.lineage.model_dump(mode="json"),
                "recipe": recipe.model_dump(mode="json"),
                "figures": measure_study(study),
                "models": models,
                "erased": len(workspace.lake.read_tombstones()),
                "artefacts": sorted(files),
            },
        )
    return Analysis(report, target, files, workspace, study)


def _name_files(sources: Sequence[str]) -> str:
    """The files that the report is about; of many the first, and how many there are."""
    # Of a file within an archive its own name says enough.
    names = [source.split("::")[-1].rpartition("/")[2] for source in sources]
    if len(names) <= _MOST_NAMED:
        return ", ".join(names)
    return f"{', '.join(names[:2])} … ({len(names)})"


def _say_now(workspace: Workspace) -> str:
    """The moment in company time: that is the clock of those who read the report."""
    zone = ZoneInfo(workspace.settings.time_zone)
    return datetime.now(zone).isoformat(timespec="seconds")


def _say_cleaning(report: Report) -> list[dict[str, object]]:
    """What was done with each column, as the run's record keeps it."""
    cleaning = report.data.cleaning
    wanted = {"feature", "missing", "missing_count", "fill", "outliers", "outlier_count"}
    return [
        column.model_dump(mode="json", include=wanted)
        for column in (cleaning.columns if cleaning else ())
    ]
