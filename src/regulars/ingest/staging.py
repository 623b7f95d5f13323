"""A source's rows in DuckDB: as they came, as they are read, and a survey of the two.

`source_rows` holds every column as the source has it; `read_values`, row for row and under the
same names, the values of the columns that are read, and `row:place` (from 1). Values are read once and
for all: the checks, the list of customers and the copy to the lake would each read them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regulars.errors import SchemaError
from regulars.ingest.conform import Conformed, conform_column, define_macros
from regulars.ingest.totals import set_totals_aside
from regulars.lake.sql import quote_name
from regulars.schema.contract import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from duckdb import DuckDBPyConnection

    from regulars.connectors.protocol import RejectedLine, Source
    from regulars.schema.mapping import ColumnMapping

__all__ = [
    "READ_VALUES",
    "ROW_PLACE",
    "SOURCE_ROWS",
    "Staged",
    "Survey",
    "stage_source",
    "survey_columns",
]

SOURCE_ROWS = "source_rows"
READ_VALUES = "read_values"
ROW_PLACE = '"row:place"'
_COLUMNS_A_QUERY = 250


@dataclass(frozen=True, slots=True)
class Staged:
    """The rows of a source in the table `source_rows`, in source order.

    Attributes
    ----------
    row_count
        Rows that could be split into columns.
    types
        DuckDB's type of each source column.
    totals
        Rows at the end that summed up the others; they are no longer among the rows.
    """

    row_count: int
    types: dict[str, str]
    totals: tuple[RejectedLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Survey:
    """How much of one mapped column is there and can be read.

    Attributes
    ----------
    column
        Its expressions.
    missing
        Rows in which nothing is there; None where that was not counted.
    unreadable
        Rows in which something is there that is not a value of the type.
    """

    column: Conformed
    missing: int | None
    unreadable: int


def stage_source(source: Source, connection: DuckDBPyConnection, *, zone: str = "UTC") -> Staged:
    """Copy all rows of `source` into the temporary table `source_rows`; days are those of `zone`."""
    define_macros(connection, zone)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {SOURCE_ROWS} AS SELECT * FROM {source.scan(connection)}"
    )
    described = connection.execute(f"DESCRIBE {SOURCE_ROWS}").fetchall()
    (row_count,) = _one_row(connection, f"SELECT count(*) FROM {SOURCE_ROWS}")
    totals = set_totals_aside(source, SOURCE_ROWS, row_count, connection)
    types = {name: kind for name, kind, *_ in described}
    return Staged(row_count=row_count - len(totals), types=types, totals=totals)


def survey_columns(
    columns: Iterable[ColumnMapping], staged: Staged, connection: DuckDBPyConnection
) -> tuple[Survey, ...]:
    """Read the mapped columns into `read_values`, and say how well that went.

    Text is always readable and mostly allowed to be missing, so it is counted only for ids.
    """
    conformed = [conform_column(column, staged.types[column.source]) for column in columns]
    tables = _read_values(conformed, connection)
    present: dict[str, int] = {}
    unreadable: dict[str, int] = {}
    for table, part in tables:
        chunk = [one for one in part if not one.is_text or one.mapping.role is Role.ID]
        names = [one.mapping.source for one in chunk]
        read = _count([f"count({one.read})" for one in chunk], table, connection)
        present.update(zip(names, read, strict=True))
        # What is there at all: only where more is there than was read can something be
        # unreadable, and only there is it worth a second look.
        there = _count([f"count({quote_name(name)})" for name in names], SOURCE_ROWS, connection)
        doubtful = [
            one
            for one, filled in zip(chunk, there, strict=True)
            if filled > present[one.mapping.source] and not one.is_text
        ]
        unread = [f"count(*) FILTER ({one.is_unreadable})" for one in doubtful]
        bad = _count(unread, SOURCE_ROWS, connection)
        unreadable.update(zip((one.mapping.source for one in doubtful), bad, strict=True))
    return tuple(
        Survey(
            one,
            missing=staged.row_count - present[name] - unreadable.get(name, 0)
            if (name := one.mapping.source) in present
            else None,
            unreadable=unreadable.get(name, 0),
        )
        for one in conformed
    )


def _read_values(
    columns: Sequence[Conformed], connection: DuckDBPyConnection
) -> list[tuple[str, Sequence[Conformed]]]:
    """Make `read_values`; returns the tables it consists of, each with its columns.

    The engine plans thousands of expressions in quadratic time, so a wide source is read some
    columns at a time into tables that lie side by side, row for row.
    """
    tables: list[tuple[str, Sequence[Conformed]]] = []
    for chunk in _chunks(columns, _COLUMNS_A_QUERY) if columns else [columns]:
        table = f"{READ_VALUES}_{len(tables)}"
        place = [] if tables else [f"rowid + 1 AS {ROW_PLACE}"]
        values = ", ".join([*place, *(f"{one.value} AS {one.read}" for one in chunk)])
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {values} FROM {SOURCE_ROWS}"
        )
        tables.append((table, chunk))
    joined = " POSITIONAL JOIN ".join(table for table, _ in tables)
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {READ_VALUES} AS SELECT * FROM {joined}")
    return tables


def _count(
    expressions: Sequence[str], table: str, connection: DuckDBPyConnection
) -> tuple[int, ...]:
    if not expressions:
        return ()
    return _one_row(connection, f"SELECT {', '.join(expressions)} FROM {table}")


def _chunks(items: Sequence[Conformed], size: int) -> Iterator[Sequence[Conformed]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _one_row(connection: DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    row = connection.execute(sql).fetchone()
    if row is None:
        raise SchemaError(
            en=f"The query gave no row: {sql[:200]}", ru=f"Запрос не вернул строки: {sql[:200]}"
        )
    return row
