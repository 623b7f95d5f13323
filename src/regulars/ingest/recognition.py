"""What recognition is shown of a staged source: a spread sample, and counts over all rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.ingest.conform import quote_name
from regulars.ingest.staging import SOURCE_ROWS
from regulars.schema.shapes import SourceColumn

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from regulars.ingest.staging import Staged
    from regulars.schema.contract import ColumnType

__all__ = ["describe_columns"]

_MOST_ROWS = 5_000
_MOST_CELLS = 1_000_000
_EXTRA_VALUES = 50
_COLUMNS_A_QUERY = 500


def describe_columns(staged: Staged, connection: DuckDBPyConnection) -> tuple[SourceColumn, ...]:
    """Every source column with values from all over the table, not from its head alone.

    The same table gives the same values. A column that looks empty or constant in the sample
    is given more of its values, so that nothing is left out for being rare.
    """
    names = list(staged.types)
    samples = _sample(names, staged.row_count, connection)
    counts = _count_distinct([name for name in names if _looks_unique(samples[name])], connection)
    return tuple(
        SourceColumn(
            name=name,
            type=_type_name(staged.types[name]),
            values=_with_rare_values(name, samples[name], connection),
            distinct_count=counts.get(name, (None, None))[0],
            is_unique=_is_unique(counts.get(name)),
        )
        for name in names
    )


def _sample(
    names: list[str], row_count: int, connection: DuckDBPyConnection
) -> dict[str, list[str | None]]:
    wanted = max(100, min(_MOST_ROWS, _MOST_CELLS // max(1, len(names))))
    step = max(1, row_count // wanted)
    samples: dict[str, list[str | None]] = {}
    for start in range(0, len(names), _COLUMNS_A_QUERY):
        chunk = names[start : start + _COLUMNS_A_QUERY]
        columns = ", ".join(f"CAST({quote_name(name)} AS VARCHAR)" for name in chunk)
        table = connection.execute(
            f"SELECT {columns} FROM {SOURCE_ROWS} WHERE rowid % {step} = 0 LIMIT {wanted}"
        ).to_arrow_table()
        samples.update((name, table.column(index).to_pylist()) for index, name in enumerate(chunk))
    return samples


def _looks_unique(values: list[str | None]) -> bool:
    present = [value for value in values if value is not None]
    return len(present) > 1 and len(set(present)) == len(present)


def _count_distinct(names: list[str], connection: DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """About how many values a column has, and how many rows hold one."""
    counts: dict[str, tuple[int, int]] = {}
    for start in range(0, len(names), _COLUMNS_A_QUERY):
        chunk = names[start : start + _COLUMNS_A_QUERY]
        columns = ", ".join(
            f"approx_count_distinct({quote_name(name)}), count({quote_name(name)})"
            for name in chunk
        )
        row = connection.execute(f"SELECT {columns} FROM {SOURCE_ROWS}").fetchone() or ()
        counts.update(zip(chunk, zip(row[::2], row[1::2], strict=True), strict=True))
    return counts


def _is_unique(counts: tuple[int, int] | None) -> bool:
    # The count of distinct values is an estimate (HyperLogLog), within some 5 %.
    return counts is not None and counts[0] > 0.9 * counts[1]


def _with_rare_values(
    name: str, values: list[str | None], connection: DuckDBPyConnection
) -> list[str | None]:
    if len(set(values)) > 1:
        return values
    column = quote_name(name)
    rare = connection.execute(
        f"SELECT DISTINCT CAST({column} AS VARCHAR) AS value FROM {SOURCE_ROWS}"
        f" WHERE {column} IS NOT NULL ORDER BY value LIMIT {_EXTRA_VALUES}"
    ).fetchall()
    return values + [value for (value,) in rare]


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
