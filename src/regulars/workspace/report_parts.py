"""From loads and the data state to the parts of the report."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

from regulars.errors import QualityError
from regulars.report.assemble import report_findings, report_tables
from regulars.report.labels import begin
from regulars.report.parts import (
    CleanedColumnPart,
    CleaningPart,
    DataPart,
    LineagePart,
    MappedColumn,
    SourcePart,
    UsePart,
)
from regulars.report.speech import Speech
from regulars.schema.contract import Role
from regulars.schema.wording import LANGUAGES
from regulars.workspace.runs import code_version, library_versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regulars.ingest.result import LoadResult
    from regulars.lake import Snapshot
    from regulars.schema.wording import Wording
    from regulars.workspace.check import DataState
    from regulars.workspace.cleaning import CleanedFeatures
    from regulars.workspace.customer_features import TableUse

__all__ = ["check_rows", "make_data_part", "make_lineage"]


def make_data_part(
    loads: Sequence[LoadResult],
    state: DataState,
    *,
    sha256: Sequence[str],
    advice: Sequence[Wording] = (),
    uses: Sequence[TableUse] = (),
    cleaned: CleanedFeatures | None = None,
) -> DataPart:
    """What was loaded and in what state it is.

    Parameters
    ----------
    loads
        Of the sources, in order.
    state
        Of the tables they filled.
    sha256
        Fingerprints of the sources.
    advice
        Whether there is enough.
    uses
        Which rows of which table the analysis stands on.
    cleaned
        What was done with missing values and outliers.
    """
    rows = [load.rows for load in loads]
    reasons: Counter[str] = Counter()
    for load in loads:
        reasons.update(load.quarantine_reasons)
    while_loading = [finding for load in loads for finding in load.findings]
    return DataPart(
        rows_in=sum(one.rows_in for one in rows),
        rows_loaded=sum(one.loaded for one in rows),
        rows_inserted=sum(one.inserted for one in rows),
        rows_updated=sum(one.updated for one in rows),
        rows_unchanged=sum(one.unchanged for one in rows),
        rows_quarantined=sum(one.quarantined for one in rows),
        quarantine_reasons=dict(reasons.most_common()),
        sources=tuple(
            SourcePart(
                name=load.source,
                kind=load.mapping.kind,
                sha256=digest,
                rows_in=load.rows.rows_in,
                notes=load.notes,
            )
            for load, digest in zip(loads, sha256, strict=True)
        ),
        mapping=tuple(column for load in loads for column in _mapped_columns(load)),
        tables=report_tables(state.tables),
        findings=report_findings(state.add(while_loading).findings),
        uses=tuple(UsePart(**asdict(use)) for use in uses),
        cleaning=_report_cleaning(cleaned) if cleaned else None,
        advice=tuple(advice),
    )


def _report_cleaning(cleaned: CleanedFeatures) -> CleaningPart:
    return CleaningPart(
        rows_dropped=int((~cleaned.kept).sum()),
        columns=tuple(
            CleanedColumnPart(
                feature=column.feature,
                label=begin(column.meaning),
                missing=column.plan.missing,
                missing_count=column.missing_count,
                fill=column.fill,
                has_indicator=column.plan.has_indicator,
                outliers=column.plan.outliers,
                outlier_count=column.outlier_count,
                low=column.low,
                high=column.high,
                is_default=column.is_default,
                reason=column.plan.reason,
            )
            for column in cleaned.columns
        ),
    )


def _mapped_columns(load: LoadResult) -> list[MappedColumn]:
    return [
        MappedColumn(
            source=load.source,
            column=column.source,
            target="" if column.role is Role.IGNORED else column.target,
            role=column.role.value,
            type=column.type,
            confidence=column.confidence,
            evidence=column.evidence,
        )
        for column in load.mapping.columns
    ]


def make_lineage(
    loads: Sequence[LoadResult],
    snapshot: Snapshot,
    *,
    sha256: Sequence[str],
    seed: int,
    run_id: str,
    command: str | None,
) -> LineagePart:
    """From what the report can be made again."""
    return LineagePart(
        data={load.source: digest for load, digest in zip(loads, sha256, strict=True)},
        code=code_version(),
        seed=seed,
        versions=library_versions(),
        snapshot=dict(snapshot.versions),
        run=run_id,
        load_ids=tuple(load.load_id for load in loads),
        command=command,
    )


def check_rows(loads: Sequence[LoadResult]) -> None:
    """Raise `QualityError` when none of the files had a row that could be loaded."""
    if any(load.rows.loaded for load in loads):
        return
    names = ", ".join(load.source for load in loads)
    said = {language: _say_refused(loads, Speech(language)) for language in LANGUAGES}
    raise QualityError(
        en=f"There is nothing to analyze: {names} has {said['en'][0]}, and none could be loaded"
        f"{said['en'][1]}. Check the export that made it, or correct a column: --map.",
        ru=f"Анализировать нечего: в {names} {said['ru'][0]}, и ни одну не удалось загрузить"
        f"{said['ru'][1]}. Проверьте выгрузку или поправьте столбец: --map.",
    )


def _say_refused(loads: Sequence[LoadResult], speech: Speech) -> tuple[str, str]:
    """How many rows there were, and why they were set aside."""
    rows = speech.count(sum(load.rows.rows_in for load in loads), "rows")
    codes = dict.fromkeys(code for load in loads for code in load.quarantine_reasons)
    reasons = "; ".join(speech.reason(code) for code in codes)
    return rows, f" ({reasons})" if reasons else ""
