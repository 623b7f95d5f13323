"""Rows that are not fit: each with its place in the source, its reason and what stood there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.ingest.canonical import CONFORMED
from regulars.ingest.conform import quote_name, quote_text
from regulars.ingest.staging import SOURCE_ROWS
from regulars.schema.contract import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from regulars.connectors.protocol import RejectedLine
    from regulars.schema.mapping import Mapping

__all__ = ["QUARANTINED", "gather_quarantine", "reject_conflicts"]

QUARANTINED = "quarantined"
_BROKEN_LINES = "broken_lines"


def reject_conflicts(conflicts: str, connection: DuckDBPyConnection) -> None:
    """Mark the rows that a later row of the source contradicts under the same key."""
    connection.execute(
        f"UPDATE {CONFORMED} SET rejected_reason = found.reason FROM {conflicts} AS found"
        f" WHERE {CONFORMED}.source_row = found.source_row"
    )


def gather_quarantine(
    mapping: Mapping,
    lines: Sequence[RejectedLine],
    *,
    source_name: str,
    connection: DuckDBPyConnection,
) -> dict[str, int]:
    """Make the temporary table `quarantined` of every row that did not reach the lake.

    Personal columns are left out of what is kept of a row; of a line that could not even be
    split, nothing but its place is kept when the source has such columns.

    Returns
    -------
    dict
        Reason → rows, most frequent first.
    """
    kept = [
        f"{quote_text(column.source)}, s.{quote_name(column.source)}"
        for column in mapping.columns
        if column.role is not Role.PERSONAL
        and not (mapping.id_is_personal and column.target == "customer_id")
    ]
    customer = "c.customer_id" if _has_customer(connection) else "CAST(NULL AS VARCHAR)"
    raw = f"CAST(json_object({', '.join(kept)}) AS VARCHAR)"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {QUARANTINED} AS"
        f' SELECT {quote_text(source_name)} AS source, {quote_text(mapping.table)} AS "table",'
        ' c.source_row, c.rejected_reason AS reason, c.rejected_column AS "column",'
        f" {raw} AS raw, {customer} AS customer_id FROM {CONFORMED} AS c"
        f" JOIN {SOURCE_ROWS} AS s ON s.rowid = c.source_row - 1"
        " WHERE c.rejected_reason IS NOT NULL"
    )
    _add_lines(mapping, lines, source_name, connection)
    reasons = connection.execute(
        f"SELECT reason, count(*) FROM {QUARANTINED} GROUP BY reason ORDER BY 2 DESC, 1"
    ).fetchall()
    return {str(reason): int(count) for reason, count in reasons}


def _add_lines(
    mapping: Mapping,
    lines: Sequence[RejectedLine],
    source_name: str,
    connection: DuckDBPyConnection,
) -> None:
    if not lines:
        return
    import pyarrow as pa

    has_personal = bool(mapping.list_role(Role.PERSONAL)) or mapping.id_is_personal
    table = pa.table(
        {
            "source_row": pa.array([line.line_number for line in lines], pa.int64()),
            "reason": pa.array([line.reason for line in lines], pa.string()),
            "raw": pa.array([None if has_personal else line.text for line in lines], pa.string()),
        }
    )
    connection.register(_BROKEN_LINES, table)
    connection.execute(
        f"INSERT INTO {QUARANTINED} SELECT {quote_text(source_name)}, {quote_text(mapping.table)},"
        f" source_row, reason, NULL, CAST(json_object('line', raw) AS VARCHAR), NULL"
        f" FROM {_BROKEN_LINES}"
    )
    connection.unregister(_BROKEN_LINES)


def _has_customer(connection: DuckDBPyConnection) -> bool:
    described = connection.execute(f"DESCRIBE {CONFORMED}").fetchall()
    return any(row[0] == "customer_id" for row in described)
