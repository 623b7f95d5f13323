"""A source's rows in DuckDB: as they came, as they are read, and a survey of the two.

`source_rows` holds every column as the source has it; `read_values`, row for row and under the
same names, the values of the columns that are read, and `row:place` (from 1). Values are read once and
for all: the checks, the list of customers and the copy to the lake would each read them again.

How a column is read is settled when all rows are there. But a look at the first of them nearly
always tells, and reading a value in passing, while its text is at hand, costs half as much as
reading it later. So `source_rows` also holds what was read ahead. A value is never guessed: it is
taken only where the expression that was settled is the very one that was read ahead with.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from regulars.errors import SchemaError
from regulars.ingest.conform import Conformed, conform_column
from regulars.ingest.macros import define_macros
from regulars.ingest.totals import set_totals_aside
from regulars.lake.sql import list_columns, quote_name, quote_text
from regulars.schema.contract import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Mapping as MappingType

    from duckdb import DuckDBPyConnection

    from regulars.connectors.protocol import RejectedLine, Source
    from regulars.schema.mapping import ColumnMapping

__all__ = [
    "MOST_AHEAD",
    "READ_VALUES",
    "ROW_PLACE",
    "SOURCE_ROWS",
    "Staged",
    "Survey",
    "read_texts",
    "stage_head",
    "stage_source",
    "survey_columns",
]

SOURCE_ROWS = "source_rows"
READ_VALUES = "read_values"
ROW_PLACE = '"row:place"'
_AHEAD = "row:value:"
_COLUMNS_A_QUERY = 250
MOST_AHEAD = _COLUMNS_A_QUERY
"""Of a source with more columns nothing is read ahead: the engine would plan for longer than it reads."""


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
    ahead
        Expression of a value → the column of `source_rows` in which it lies already.
    few
        Text columns that were found to have few different texts, each with all of them, sorted;
        filled in by whoever looks for them.
    """

    row_count: int
    types: dict[str, str]
    totals: tuple[RejectedLine, ...] = ()
    ahead: MappingType[str, str] = field(default_factory=dict)
    few: dict[str, list[str]] = field(default_factory=dict)


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


def stage_source(
    source: Source,
    connection: DuckDBPyConnection,
    likely: Sequence[ColumnMapping] = (),
    *,
    zone: str = "UTC",
) -> Staged:
    """Copy all rows of `source` into the temporary table `source_rows`.

    Parameters
    ----------
    source
        Where the rows come from.
    connection
        Where they go.
    likely
        How columns will be read, as far as can be told before.
    zone
        Whose days are meant.
    """
    define_macros(connection, zone)
    staged = _stage(source.scan(connection), connection, likely)
    totals = set_totals_aside(source, SOURCE_ROWS, tuple(staged.types), connection)
    return replace(staged, row_count=staged.row_count - len(totals), totals=totals)


def stage_head(
    source: Source, rows: int, connection: DuckDBPyConnection, *, zone: str = "UTC"
) -> Staged | None:
    """Copy the first rows of `source` into `source_rows`; None where that takes long."""
    define_macros(connection, zone)
    scan = source.scan_head(rows)
    return _stage(scan, connection, ()) if scan else None


def _stage(scan: str, connection: DuckDBPyConnection, likely: Sequence[ColumnMapping]) -> Staged:
    types = list_columns(connection, scan)
    ahead = _choose_ahead(likely, types)
    values = "".join(f", {value} AS {name}" for value, name in ahead.items())
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {SOURCE_ROWS} AS SELECT *{values} FROM {scan}"
    )
    (row_count,) = _one_row(connection, f"SELECT count(*) FROM {SOURCE_ROWS}")
    return Staged(row_count=row_count, types=types, ahead=ahead)


def _choose_ahead(likely: Sequence[ColumnMapping], types: MappingType[str, str]) -> dict[str, str]:
    """The values to read in passing: the expression of each, and its name in `source_rows`."""
    if len(likely) > MOST_AHEAD or any(name.startswith(_AHEAD) for name in types):
        return {}
    columns = [conform_column(one, types[one.source]) for one in likely if one.source in types]
    costly = [one.value for one in columns if not one.is_cheap]
    return {value: quote_name(f"{_AHEAD}{place}") for place, value in enumerate(costly)}


def survey_columns(
    columns: Iterable[ColumnMapping], staged: Staged, connection: DuckDBPyConnection
) -> tuple[Survey, ...]:
    """Read the mapped columns into `read_values`, and say how well that went.

    Text is always readable and mostly allowed to be missing, so it is counted only for ids.
    """
    conformed = [conform_column(column, staged.types[column.source]) for column in columns]
    tables = _read_values(conformed, staged, connection)
    present: dict[str, int] = {}
    unreadable: dict[str, int] = {}
    for table, part in tables:
        chunk = [one for one in part if not one.is_text or one.mapping.role is Role.ID]
        names = [one.mapping.source for one in chunk]
        read = _count([f"count({one.read})" for one in chunk], table, connection)
        present.update(zip(names, read, strict=True))
        # Only where a value is missing can something be unreadable, and only where more is there
        # than was read is it worth a close look.
        holed = [
            one
            for one, count in zip(chunk, read, strict=True)
            if count < staged.row_count and not one.is_text
        ]
        texts = [f"count({quote_name(one.mapping.source)})" for one in holed]
        there = _count(texts, SOURCE_ROWS, connection)
        doubtful = [
            one
            for one, filled in zip(holed, there, strict=True)
            if filled > present[one.mapping.source]
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
    columns: Sequence[Conformed], staged: Staged, connection: DuckDBPyConnection
) -> list[tuple[str, Sequence[Conformed]]]:
    """Make `read_values`; returns the tables it consists of, each with its columns."""
    values = {one.read: staged.ahead.get(one.value, one.value) for one in columns}
    if len(columns) <= _COLUMNS_A_QUERY and all(
        one.is_cheap or one.value in staged.ahead for one in columns
    ):
        # A text that is its own value everywhere need not be looked at again.
        plain = _find_plain([one for one in columns if one.is_cheap], staged, connection)
        _create_read("VIEW", READ_VALUES, values | plain, connection, has_place=True)
        return [(READ_VALUES, columns)]
    # The engine plans thousands of expressions in quadratic time, so a wide source is read some
    # columns at a time into tables that lie side by side, row for row.
    tables: list[tuple[str, Sequence[Conformed]]] = []
    for chunk in _chunks(columns, _COLUMNS_A_QUERY):
        table = f"{READ_VALUES}_{len(tables)}"
        part = {one.read: values[one.read] for one in chunk}
        _create_read("TABLE", table, part, connection, has_place=not tables)
        tables.append((table, chunk))
    joined = " POSITIONAL JOIN ".join(table for table, _ in tables)
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {READ_VALUES} AS SELECT * FROM {joined}")
    return tables


def _find_plain(
    columns: Sequence[Conformed], staged: Staged, connection: DuckDBPyConnection
) -> dict[str, str]:
    """Text columns that are their own value in every row, each with itself."""
    listed = {one.read: staged.few.get(one.mapping.source) for one in columns}
    plain = _find_plain_anywhere([text for text, few in listed.items() if few is None], connection)
    for text, few in listed.items():
        if few is not None and few == read_texts(few, connection):
            plain[text] = text
    return plain


def read_texts(texts: Sequence[str], connection: DuckDBPyConnection) -> list[str]:
    """The values of a column with these texts, sorted; a word for nothing is none."""
    if not texts:
        return []
    # Written out: what the driver does with a list that it is handed takes a quarter of a second.
    listed = ", ".join(map(quote_text, texts))
    found = connection.execute(
        f"SELECT DISTINCT text_value(text) AS value FROM (SELECT unnest([{listed}]) AS text)"
        " WHERE value IS NOT NULL ORDER BY value"
    ).fetchall()
    return [str(value) for (value,) in found]


def _find_plain_anywhere(texts: Sequence[str], connection: DuckDBPyConnection) -> dict[str, str]:
    seem = _count([f"all_plain({text})" for text in texts], SOURCE_ROWS, connection)
    doubtful = [text for text, is_plain in zip(texts, seem, strict=True) if not is_plain]
    odd = [f"count(*) FILTER (NOT is_plain({text}))" for text in doubtful]
    counts = _count(odd, SOURCE_ROWS, connection)
    not_plain = {text for text, count in zip(doubtful, counts, strict=True) if count}
    return {text: text for text in texts if text not in not_plain}


def _create_read(
    kind: str,
    name: str,
    values: MappingType[str, str],
    connection: DuckDBPyConnection,
    *,
    has_place: bool,
) -> None:
    chosen = [f"rowid + 1 AS {ROW_PLACE}"] if has_place else []
    chosen += [f"{value} AS {read}" for read, value in values.items()]
    connection.execute(
        f"CREATE OR REPLACE TEMP {kind} {name} AS SELECT {', '.join(chosen)} FROM {SOURCE_ROWS}"
    )


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
