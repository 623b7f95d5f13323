"""Rows that are not fit: which, why, and what of them is kept in the quarantine.

`rejections` is a temporary table with one row per rejected source row: `source_row`, `reason`,
`column`. Whoever finds a fault adds to it; the first reason counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.ingest.canonical import CONFORMED
from regulars.ingest.conform import mask_personal
from regulars.ingest.staging import SOURCE_ROWS
from regulars.lake.sql import quote_name, quote_text
from regulars.schema.contract import Role
from regulars.schema.personal_text import mask_personal_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from regulars.connectors.protocol import RejectedLine, Source
    from regulars.ingest.staging import Survey
    from regulars.schema.column_mapping import ColumnMapping
    from regulars.schema.contract import Contract
    from regulars.schema.mapping import Mapping

__all__ = [
    "ERASED",
    "QUARANTINED",
    "count_rejections",
    "gather_quarantine",
    "reject_again",
    "reject_rows",
    "reject_unreadable",
    "select_fit",
]

QUARANTINED = "quarantined"
ERASED = "erased"
"""Why a row is left out whose customer was erased: of such a row nothing but its place is kept."""
_REJECTIONS = "rejections"
_BROKEN_LINES = "broken_lines"
_PLACES = "places"


def reject_unreadable(
    surveys: Sequence[Survey], contract: Contract, connection: DuckDBPyConnection
) -> None:
    """Begin the list of rejections with rows that cannot be read or lack what they must have.

    Only columns in which the survey found something, or did not look, take part, so that a clean file of 10,000
    columns costs nothing.
    """
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {_REJECTIONS}"
        ' (source_row BIGINT, reason VARCHAR, "column" VARCHAR)'
    )
    required = {column.name for column in contract.columns if column.is_required}
    faults = [
        (survey.column.is_unreadable, "unreadable", survey.column.mapping.source)
        for survey in surveys
        if survey.unreadable
    ]
    faults += [
        (f"{survey.column.value} IS NULL", "missing", survey.column.mapping.source)
        for survey in surveys
        if survey.missing != 0 and survey.column.mapping.target in required
    ]
    if not faults:
        return
    reasons = " ".join(f"WHEN {when} THEN {quote_text(why)}" for when, why, _ in faults)
    columns = " ".join(f"WHEN {when} THEN {quote_text(name)}" for when, _, name in faults)
    connection.execute(
        f"INSERT INTO {_REJECTIONS} SELECT rowid + 1, CASE {reasons} END, CASE {columns} END"
        f" FROM {SOURCE_ROWS} WHERE {' OR '.join(when for when, _, _ in faults)}"
    )


def reject_rows(query: str, connection: DuckDBPyConnection) -> None:
    """Add rows that are not rejected yet.

    Parameters
    ----------
    query
        Gives `source_row` and `reason`; rows without a reason are fit.
    connection
        Where `conformed` is.
    """
    connection.execute(
        f"INSERT INTO {_REJECTIONS} SELECT found.source_row, found.reason, NULL"
        f" FROM ({query}) AS found ANTI JOIN {_REJECTIONS} AS known"
        " ON known.source_row = found.source_row WHERE found.reason IS NOT NULL"
    )


def reject_again(query: str, reason: str, connection: DuckDBPyConnection) -> None:
    """Give the rows of a query (`source_row`) this reason, whatever was found wrong with them."""
    connection.execute(f"DELETE FROM {_REJECTIONS} WHERE source_row IN ({query})")
    connection.execute(
        f"INSERT INTO {_REJECTIONS} SELECT source_row, {quote_text(reason)}, NULL FROM ({query})"
    )


def count_rejections(connection: DuckDBPyConnection) -> int:
    """How many source rows are rejected."""
    row = connection.execute(f"SELECT count(*) FROM {_REJECTIONS}").fetchone()
    return int(row[0]) if row else 0


def select_fit(
    columns: Sequence[str], connection: DuckDBPyConnection, *, rows: str = CONFORMED
) -> str:
    """A query of the rows that are fit."""
    listed = ", ".join(map(quote_name, columns))
    query = f"SELECT {listed} FROM {rows}"
    if not count_rejections(connection):
        return query
    return f"{query} WHERE source_row NOT IN (SELECT source_row FROM {_REJECTIONS})"


def gather_quarantine(
    mapping: Mapping,
    lines: Sequence[RejectedLine],
    *,
    source: Source,
    connection: DuckDBPyConnection,
) -> dict[str, int]:
    """Make the temporary table `quarantined` of every row that did not reach the lake.

    Its `source_row` is where a person finds the row in the source: the line of a text file on
    which it begins, the row of a sheet, else its number (see `Source.find_lines`).

    Personal columns are left out of what is kept of a row; of a line that could not even be
    split, nothing but its place is kept when the source has such columns.

    Returns
    -------
    dict
        Reason → rows, most frequent first; without any, there is no table either.
    """
    if not lines and not count_rejections(connection):
        return {}
    kept = [
        f"{quote_text(column.source)}, {_show(column)}"
        for column in mapping.columns
        if column.role is not Role.PERSONAL
        and not (mapping.id_is_personal and column.target.endswith("customer_id"))
    ]
    described = connection.execute(f"DESCRIBE {CONFORMED}").fetchall()
    has_customer = any(row[0] == "customer_id" for row in described)
    customer = "c.customer_id" if has_customer else "CAST(NULL AS VARCHAR)"
    rejected = (
        f"(SELECT * FROM {CONFORMED} WHERE source_row IN (SELECT source_row FROM {_REJECTIONS}))"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {QUARANTINED} AS SELECT"
        f' {quote_text(source.name)} AS source, {quote_text(mapping.table)} AS "table",'
        ' r.source_row, r.reason, r."column",'
        f" CASE WHEN r.reason <> {quote_text(ERASED)} THEN"
        f" CAST(json_object({', '.join(kept)}) AS VARCHAR) END AS raw,"
        f" CASE WHEN r.reason <> {quote_text(ERASED)} THEN {customer} END AS customer_id"
        f" FROM {_REJECTIONS} AS r JOIN {SOURCE_ROWS} AS s ON s.rowid = r.source_row - 1"
        f" JOIN {rejected} AS c ON c.source_row = r.source_row ORDER BY r.source_row"
    )
    _place_rows(source, connection)
    _add_lines(mapping, lines, source.name, connection)
    reasons = connection.execute(
        f"SELECT reason, count(*) FROM {QUARANTINED} GROUP BY reason ORDER BY 2 DESC, 1"
    ).fetchall()
    return {str(reason): int(count) for reason, count in reasons}


def _show(column: ColumnMapping) -> str:
    text = f"s.{quote_name(column.source)}"
    return mask_personal(f"CAST({text} AS VARCHAR)") if column.is_free_text else text


def _place_rows(source: Source, connection: DuckDBPyConnection) -> None:
    """Turn numbers of staged rows into places of the source."""
    rows = connection.execute(f"SELECT DISTINCT source_row FROM {QUARANTINED}").fetchall()
    places = source.find_lines(connection, sorted(int(row) for (row,) in rows))
    moved = {number: line for number, line in places.items() if number != line}
    if not moved:
        return
    import pyarrow as pa

    table = pa.table({"number": list(moved), "line": list(moved.values())})
    connection.register(_PLACES, table)
    connection.execute(
        f"UPDATE {QUARANTINED} AS q SET source_row = p.line FROM {_PLACES} AS p"
        " WHERE q.source_row = p.number"
    )
    connection.unregister(_PLACES)


def _add_lines(
    mapping: Mapping,
    lines: Sequence[RejectedLine],
    source_name: str,
    connection: DuckDBPyConnection,
) -> None:
    if not lines:
        return
    import pyarrow as pa

    has_personal = bool(mapping.personal) or mapping.id_is_personal
    table = pa.table(
        {
            "source_row": pa.array([line.line_number for line in lines], pa.int64()),
            "reason": pa.array([line.reason for line in lines], pa.string()),
            "raw": pa.array(
                [None if has_personal else mask_personal_text(line.text) for line in lines],
                pa.string(),
            ),
        }
    )
    connection.register(_BROKEN_LINES, table)
    connection.execute(
        f"INSERT INTO {QUARANTINED} SELECT {quote_text(source_name)}, {quote_text(mapping.table)},"
        f" source_row, reason, NULL, CAST(json_object('line', raw) AS VARCHAR), NULL"
        f" FROM {_BROKEN_LINES}"
    )
    connection.unregister(_BROKEN_LINES)
