"""Parquet files of a few rows: the lake's own lists, which commands read before they have an engine.

By a small DuckDB of their own. Arrow would bring NumPy along, and to import the two takes as long
as a hundred thousand rows to load.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regulars.lake.column_types import INSTANT, StoredColumn
from regulars.lake.parquet import scan_files
from regulars.lake.sql import quote_name, quote_text
from regulars.lake.staging import render_instant

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["read_rows", "write_rows"]


def read_rows(
    folder: Path, paths: Sequence[str], columns: Sequence[StoredColumn]
) -> list[dict[str, Any]]:
    """The rows of some files below `folder`, by column name; None where a file lacks a column."""
    if not paths:
        return []
    chosen = ", ".join(_render_read(column) for column in columns)
    query = f"SELECT {chosen} FROM {scan_files(folder, paths, columns)}"
    with _open_engine() as engine:
        rows = engine.execute(query).fetchall()
    names = [column.name for column in columns]
    return [dict(zip(names, map(_in_utc, row), strict=True)) for row in rows]


def write_rows(
    path: Path, rows: Sequence[Mapping[str, Any]], columns: Sequence[StoredColumn]
) -> None:
    """Write `rows` of texts, whole numbers and moments (a `datetime` with its zone)."""
    lines = (", ".join(_render_value(row[column.name]) for column in columns) for row in rows)
    values = ", ".join(f"({line})" for line in lines)
    typed = ", ".join(
        f"CAST(col{place} AS {column.type}) AS {quote_name(column.name)}"
        for place, column in enumerate(columns)
    )
    target = quote_text(str(path))
    with _open_engine() as engine:
        engine.execute(f"COPY (SELECT {typed} FROM (VALUES {values})) TO {target} (FORMAT parquet)")


@contextmanager
def _open_engine() -> "Iterator[DuckDBPyConnection]":
    import duckdb

    with duckdb.connect(config={"threads": 1}) as engine:
        engine.execute("SET TimeZone = 'UTC'")
        yield engine


def _render_read(column: StoredColumn) -> str:
    name = quote_name(column.name)
    # Without a zone, which the driver could not hand over without another package.
    return f"{name} AT TIME ZONE 'UTC'" if column.type == INSTANT else name


def _in_utc(value: object) -> object:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def _render_value(value: object) -> str:
    if value is None:
        return "NULL"
    return render_instant(value) if isinstance(value, datetime) else quote_text(str(value))
