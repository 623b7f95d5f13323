"""Columns of a saved mapping that the next file writes otherwise: 1,234.50 then, 1234,50 now."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regulars.errors import SchemaError
from regulars.ingest.conform import conform_column
from regulars.ingest.recognition import describe_columns
from regulars.ingest.staging import SOURCE_ROWS, survey_columns
from regulars.lake.sql import fetch_counts
from regulars.quality.finding import Finding
from regulars.schema.contract import Role
from regulars.schema.mapping import describe_type
from regulars.schema.measured import measure_columns, read_as
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from regulars.ingest.staging import Staged, Survey
    from regulars.schema.column_mapping import ColumnMapping
    from regulars.schema.mapping import Mapping
    from regulars.schema.measured import Measured

__all__ = ["reread_columns"]


def reread_columns(
    mapping: Mapping, surveys: Sequence[Survey], staged: Staged, connection: DuckDBPyConnection
) -> tuple[Mapping, tuple[Survey, ...], tuple[Finding, ...]]:
    """Recognise anew how a column is written where the saved way does not read all of it.

    Returns
    -------
    tuple
        The mapping, the surveys of its columns, and a finding for each column that is read
        otherwise than before.

    Raises
    ------
    SchemaError
        When the values could be meant in two ways.
    """
    changed: dict[str, ColumnMapping] = {}
    findings = []
    for survey in surveys:
        column = survey.column.mapping
        is_text = staged.types[column.source] == "VARCHAR"
        if not survey.unreadable or not is_text or column.type == "string":
            continue
        part = replace(staged, types={column.source: staged.types[column.source]})
        (measured,), _, _ = measure_columns(describe_columns(part, connection))
        found = column.model_copy(update=dict(read_as(measured, column.type, unit=column.unit)))
        if not _reads_more(found, survey, connection):
            continue
        if _is_ambiguous(measured, column):
            raise _explain_ambiguous(column)
        changed[column.source] = found
        findings.append(_find_change(column, found, survey.unreadable, mapping.table))
    if not changed:
        return mapping, tuple(surveys), ()
    read = [survey.column.mapping for survey in surveys]
    surveys = survey_columns((changed.get(one.source, one) for one in read), staged, connection)
    columns = tuple(changed.get(column.source, column) for column in mapping.columns)
    return mapping.model_copy(update={"columns": columns}), tuple(surveys), tuple(findings)


def _reads_more(found: ColumnMapping, survey: Survey, connection: DuckDBPyConnection) -> bool:
    if found == survey.column.mapping:
        return False
    condition = conform_column(found, "VARCHAR").is_unreadable
    (unreadable,) = fetch_counts(
        connection, f"SELECT count(*) FILTER ({condition}) FROM {SOURCE_ROWS}"
    )
    return unreadable < survey.unreadable


def _is_ambiguous(measured: Measured, column: ColumnMapping) -> bool:
    """Whether a person must say how the values are meant."""
    if column.type in ("date", "instant"):
        date = measured.shape.date
        # With points between them, everybody writes the day first.
        return date.decided_by == "habit" and "." not in (date.format or "")
    return column.type != "boolean" and measured.shape.number.is_ambiguous


def _explain_ambiguous(column: ColumnMapping) -> SchemaError:
    if column.type in ("date", "instant"):
        ways, ways_ru = ("the day or the month first", "сначала день или сначала месяц")
        remedy, remedy_ru = ("--day-first or --month-first", "--day-first или --month-first")
    else:
        ways, ways_ru = ("1,234 as 1234 or as 1.234", "1,234 как 1234 или как 1.234")
        option = f'--map "{column.source}={column.target}:{column.type}:1,234.50"'
        other = f'"{column.source}={column.target}:{column.type}:1234,50"'
        remedy, remedy_ru = f"{option} or {other}", f"{option} или {other}"
    return SchemaError(
        en=f"Column '{column.source}' is written otherwise than in earlier files"
        f" ({describe_type(column)}), and it could be meant in two ways: {ways}. Say which: {remedy}.",
        ru=f"Столбец «{column.source}» записан не так, как в прежних файлах"
        f" ({describe_type(column)}), и понять его можно двояко: {ways_ru}. Укажите: {remedy_ru}.",
    )


def _find_change(
    before: ColumnMapping, after: ColumnMapping, unreadable: int, table: str
) -> Finding:
    is_personal = before.role is Role.PERSONAL
    return Finding(
        check="written_otherwise",
        table=table,
        column=None if is_personal else before.target,
        severity="notice",
        count=unreadable,
        share=None,
        examples=(),
        sentence=Wording(
            en=f"Column '{before.source}' is written otherwise than in earlier files, and is read"
            f" as {describe_type(after)} instead of {describe_type(before)}.",
            ru=f"Столбец «{before.source}» записан не так, как в прежних файлах: он читается как"
            f" {describe_type(after)}, а не {describe_type(before)}.",
        ),
    )
