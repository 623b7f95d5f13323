"""The few types that the lake stores, and what may become one of them without loss."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.errors import SchemaError

if TYPE_CHECKING:
    from regulars.conditions.literals import Kind

__all__ = [
    "CONTRACT_TYPES",
    "LAKE_COLUMNS",
    "StoredColumn",
    "as_text",
    "cast_to",
    "choose_type",
    "delta_type",
    "duckdb_type",
    "kind_of",
    "widen",
]

INSTANT = "TIMESTAMP WITH TIME ZONE"

CONTRACT_TYPES = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "float": "DOUBLE",
    "decimal": "DECIMAL(18,4)",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "instant": INSTANT,
}

_KINDS: "dict[str, Kind]" = {
    "TINYINT": "integer",
    "SMALLINT": "integer",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "HUGEINT": "integer",
    "UTINYINT": "integer",
    "USMALLINT": "integer",
    "UINTEGER": "integer",
    "UBIGINT": "integer",
    "UHUGEINT": "integer",
    "FLOAT": "float",
    "DOUBLE": "float",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "VARCHAR": "string",
    "UUID": "string",
    "JSON": "string",
    "TIME": "string",
    "TIMESTAMP": "instant",
    "TIMESTAMP_S": "instant",
    "TIMESTAMP_MS": "instant",
    "TIMESTAMP_NS": "instant",
    INSTANT: "instant",
    '"NULL"': "missing",
    "NULL": "missing",
}
_DELTA = {
    "VARCHAR": "string",
    "BIGINT": "long",
    "INTEGER": "integer",
    "DOUBLE": "double",
    "BOOLEAN": "boolean",
    "DATE": "date",
    INSTANT: "timestamp",
}
_FROM_DELTA = {delta: stored for stored, delta in _DELTA.items()} | {
    # What other programs write.
    "byte": "INTEGER",
    "short": "INTEGER",
    "float": "DOUBLE",
    "timestamp_ntz": INSTANT,
}
_DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)", re.IGNORECASE)
_NARROW_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER")
_WIDENS = {("integer", "float"), ("integer", "decimal")}


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """One column as the lake keeps it; `type` is DuckDB's word."""

    name: str
    type: str


LAKE_COLUMNS = (StoredColumn("known_at", INSTANT), StoredColumn("load_id", "VARCHAR"))
"""What the lake adds to every row."""


def delta_type(stored: str) -> str:
    """Delta's word for a stored DuckDB type.

    Examples
    --------
    >>> delta_type("DECIMAL(18,4)"), delta_type("BIGINT")
    ('decimal(18,4)', 'long')
    """
    if decimal := _DECIMAL.fullmatch(stored):
        return f"decimal({decimal[1]},{decimal[2]})"
    return _DELTA[stored]


def duckdb_type(delta: str) -> str:
    """The DuckDB type of a column that Delta calls `delta`; what the lake does not store is text.

    Examples
    --------
    >>> duckdb_type("decimal(18,4)"), duckdb_type("short"), duckdb_type("map")
    ('DECIMAL(18,4)', 'INTEGER', 'VARCHAR')
    """
    if decimal := _DECIMAL.fullmatch(delta):
        return f"DECIMAL({decimal[1]},{decimal[2]})"
    return _FROM_DELTA.get(delta, "VARCHAR")


def kind_of(found: str) -> "Kind":
    """What values of a DuckDB type are: the contracts' word, `missing` or `other`.

    Examples
    --------
    >>> kind_of("USMALLINT"), kind_of("DECIMAL(18,4)"), kind_of("BLOB")
    ('integer', 'decimal', 'other')
    """
    if found.startswith("DECIMAL"):
        return "decimal"
    if found.startswith("ENUM"):
        return "string"
    return _KINDS.get(found, "other")


def choose_type(found: str, *, table: str, column: str) -> str:
    """The stored type for a new column that DuckDB calls `found`; raises `SchemaError`."""
    kind = kind_of(found)
    if kind == "other":
        raise SchemaError(
            en=f"Table '{table}', column '{column}' has the type {found}, which the lake does not"
            f" store. Turn it into one of {', '.join(sorted(CONTRACT_TYPES))} before loading.",
            ru=f"Таблица «{table}», столбец «{column}»: типа {found} в озере не бывает."
            f" Приведите его к одному из: {', '.join(sorted(CONTRACT_TYPES))} — до загрузки.",
        )
    if kind == "decimal":
        return found.replace(" ", "")
    return "VARCHAR" if kind == "missing" else CONTRACT_TYPES[kind]


def widen(stored: str, found: str) -> str:
    """The type that holds what `stored` and `found` hold: of two kinds of numbers floats, else text.

    Examples
    --------
    >>> widen("BIGINT", "DOUBLE"), widen("DATE", "BIGINT")
    ('DOUBLE', 'VARCHAR')
    """
    return "DOUBLE" if {kind_of(stored), kind_of(found)} == {"integer", "float"} else "VARCHAR"


def as_text(expression: str, found: str) -> str:
    """SQL of a value as text, whatever the session's time zone."""
    if found == INSTANT:
        expression = f"({expression} AT TIME ZONE 'UTC')"
    return f"CAST({expression} AS VARCHAR)"


def cast_to(expression: str, found: str, stored: str) -> tuple[str, str]:
    """How a column becomes `stored`: the SQL of the value, and the SQL that is true where it is lost.

    The second is empty when nothing can be lost.
    """
    source, target = kind_of(found), kind_of(stored)
    if found.replace(" ", "") == stored.replace(" ", ""):
        return expression, ""
    if source == "missing":
        return f"CAST(NULL AS {stored})", ""
    if source == target == "instant":
        # A naive time means UTC here; a plain cast would take the session's time zone.
        return f"(CAST({expression} AS TIMESTAMP) AT TIME ZONE 'UTC')", ""
    if found in _NARROW_INTEGERS and stored == "BIGINT":
        return f"CAST({expression} AS BIGINT)", ""
    if source == target or (source, target) in _WIDENS:
        value = f"TRY_CAST({expression} AS {stored})"
        return (
            value,
            f"{expression} IS NOT NULL AND TRY_CAST({value} AS {found}) IS DISTINCT FROM {expression}",
        )
    # Another kind of value: only a column without any value may pass.
    return f"CAST(NULL AS {stored})", f"{expression} IS NOT NULL"
