"""What recognition is shown of a staged source: a spread sample, and counts over all rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.ingest.staging import SOURCE_ROWS
from regulars.lake.sql import quote_name
from regulars.schema.shapes import SourceColumn, is_missing

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from regulars.ingest.staging import Staged
    from regulars.schema.contract import ColumnType

__all__ = ["describe_columns"]

_MOST_ROWS = 5_000
_MOST_CELLS = 1_000_000
_FEW_VALUES = 20
_MOST_LISTED = 100
_MOST_EXACT = 1_000_000
_COLUMNS_A_QUERY = 500
_MOST_SINGLY = 50
"""As many columns are listed one after the other; more of them together."""


def describe_columns(staged: Staged, connection: DuckDBPyConnection) -> tuple[SourceColumn, ...]:
    """Every source column with values from all over the table, not from its head alone.

    The same table gives the same values. What decides something (a column with few values may be
    an outcome or constant, one with only different values an id) is counted over all rows, so
    that nothing rests on the sample.
    """
    names = list(staged.types)
    samples = _sample(names, staged.row_count, connection)
    few = {name for name in names if _has_few(samples[name])}
    unique = {name for name in names if _looks_unique(samples[name])}
    distinct = _list_distinct(sorted(few), connection)
    staged.few.update(
        (name, values)
        for name, values in distinct.items()
        if len(values) < _MOST_LISTED and staged.types[name] == "VARCHAR"
    )
    counts = _count_distinct(sorted(unique), staged.row_count, connection)
    is_whole = staged.row_count <= _most_rows(len(names))
    return tuple(
        SourceColumn(
            name=name,
            type=_type_name(staged.types[name]),
            values=_with_rare_values(samples[name], distinct.get(name, [])),
            distinct_count=(
                _count_all(samples[name])
                if is_whole and name not in few
                else _distinct_count(name, distinct, counts)
            ),
            is_unique=_is_unique(counts[name], staged.row_count) if name in counts else None,
        )
        for name in names
    )


def _sample(
    names: list[str], row_count: int, connection: DuckDBPyConnection
) -> dict[str, list[str | None]]:
    wanted = _most_rows(len(names))
    step = max(1, row_count // wanted)
    samples: dict[str, list[str | None]] = {}
    for start in range(0, len(names), _COLUMNS_A_QUERY):
        chunk = names[start : start + _COLUMNS_A_QUERY]
        columns = ", ".join(f"CAST({quote_name(name)} AS VARCHAR)" for name in chunk)
        rows = connection.execute(
            f"SELECT {columns} FROM {SOURCE_ROWS} WHERE rowid % {step} = 0 LIMIT {wanted}"
        ).fetchall()
        values = map(list, zip(*rows, strict=True)) if rows else ([] for _ in chunk)
        samples.update(zip(chunk, values, strict=True))
    return samples


def _most_rows(column_count: int) -> int:
    """How many rows a sample has; a table with fewer is looked at whole."""
    return max(100, min(_MOST_ROWS, _MOST_CELLS // max(1, column_count)))


def _count_all(values: list[str | None]) -> int:
    return len({value for value in values if not is_missing(value)})


def _has_few(values: list[str | None]) -> bool:
    return len(set(values)) <= _FEW_VALUES


def _looks_unique(values: list[str | None]) -> bool:
    present = [value for value in values if value is not None]
    return len(present) > 1 and len(set(present)) == len(present)


def _list_distinct(names: list[str], connection: DuckDBPyConnection) -> dict[str, list[str]]:
    """The values of columns that seem to have few; cut off where there turn out to be many."""
    if len(names) <= _MOST_SINGLY:
        return {name: _list_one(name, connection) for name in names}
    found: dict[str, list[str]] = {}
    for start in range(0, len(names), _COLUMNS_A_QUERY):
        chunk = names[start : start + _COLUMNS_A_QUERY]
        # As a histogram in one pass: a query a column would take minutes on 10,000 columns.
        columns = ", ".join(
            f"list_sort(map_keys(histogram(CAST({quote_name(name)} AS VARCHAR))))[:{_MOST_LISTED}]"
            for name in chunk
        )
        row = connection.execute(f"SELECT {columns} FROM {SOURCE_ROWS}").fetchone() or ()
        found.update((name, values or []) for name, values in zip(chunk, row, strict=True))
    return found


def _list_one(name: str, connection: DuckDBPyConnection) -> list[str]:
    """The same for one column, in half the time."""
    text = f"CAST({quote_name(name)} AS VARCHAR)"
    rows = connection.execute(
        f"SELECT DISTINCT {text} AS text FROM {SOURCE_ROWS} WHERE text IS NOT NULL"
        f" ORDER BY text LIMIT {_MOST_LISTED}"
    ).fetchall()
    return [str(text) for (text,) in rows]


def _count_distinct(
    names: list[str], row_count: int, connection: DuckDBPyConnection
) -> dict[str, tuple[int, int]]:
    """How many values a column has, and how many rows hold one; of large tables about how many."""
    count = "count(DISTINCT {0})" if row_count <= _MOST_EXACT else "approx_count_distinct({0})"
    counts: dict[str, tuple[int, int]] = {}
    for start in range(0, len(names), _COLUMNS_A_QUERY):
        chunk = names[start : start + _COLUMNS_A_QUERY]
        columns = ", ".join(
            f"{count.format(quote_name(name))}, count({quote_name(name)})" for name in chunk
        )
        row = connection.execute(f"SELECT {columns} FROM {SOURCE_ROWS}").fetchone() or ()
        counts.update(zip(chunk, zip(row[::2], row[1::2], strict=True), strict=True))
    return counts


def _distinct_count(
    name: str, distinct: dict[str, list[str]], counts: dict[str, tuple[int, int]]
) -> int | None:
    values = distinct.get(name)
    if values is not None and len(values) < _MOST_LISTED:
        count = sum(not is_missing(value) for value in values)
        # A constant column would be left out. Its value says something all the same: the next
        # file may have another, and the customers of this one may have had one before.
        return count if count != 1 else None
    return counts[name][0] if name in counts else None


def _is_unique(counts: tuple[int, int], row_count: int) -> bool:
    distinct, present = counts
    # Above a million rows the count is an estimate (HyperLogLog), within some 5 %.
    return distinct == present if row_count <= _MOST_EXACT else distinct > 0.9 * present


def _with_rare_values(values: list[str | None], distinct: list[str]) -> list[str | None]:
    seen = set(values)
    return values + [value for value in distinct if value not in seen]


def _type_name(source_type: str) -> ColumnType:
    if source_type.startswith("TIMESTAMP"):
        return "instant"
    if source_type.startswith("DECIMAL"):
        return "decimal"
    if source_type in ("DOUBLE", "FLOAT"):
        return "float"
    if source_type.endswith("INT") or source_type == "INTEGER":
        return "integer"
    named: dict[str, ColumnType] = {"DATE": "date", "BOOLEAN": "boolean"}
    return named.get(source_type, "string")
