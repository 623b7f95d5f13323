"""Names, texts and paths as they stand in DuckDB's SQL."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = [
    "fetch_counts",
    "list_columns",
    "name_scratch",
    "quote_name",
    "quote_names",
    "quote_path_list",
    "quote_text",
]


def quote_name(name: str) -> str:
    """`name` as an SQL identifier.

    Examples
    --------
    >>> print(quote_name('5" pipe'))
    "5"" pipe"
    """
    return '"' + name.replace('"', '""') + '"'


def quote_names(names: Iterable[str], *, prefix: str = "") -> str:
    """Several identifiers with commas between them, each behind `prefix`."""
    return ", ".join(prefix + quote_name(name) for name in names)


def quote_text(text: str) -> str:
    """`text` as an SQL string.

    Examples
    --------
    >>> quote_text("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def quote_path_list(paths: Sequence[str]) -> str:
    """Paths as a list that `read_parquet` takes literally, whatever characters they hold."""
    # DuckDB reads a path with * ? [ as a pattern; a character in brackets stands for itself.
    literal = (re.sub(r"([\[*?])", r"[\1]", path) for path in paths)
    return "[" + ", ".join(quote_text(path) for path in literal) + "]"


def name_scratch(purpose: str) -> str:
    """A new name for a temporary table or view, quoted."""
    return quote_name(f"lake_{purpose}_{uuid4().hex[:12]}")


def fetch_counts(connection: "DuckDBPyConnection", query: str) -> tuple[int, ...]:
    """The one row of numbers that `query` gives; missing sums are 0."""
    row = connection.execute(query).fetchone()
    return tuple(int(value or 0) for value in row or ())


def list_columns(connection: "DuckDBPyConnection", relation: str) -> dict[str, str]:
    """Column names and DuckDB types of what stands after FROM, in order."""
    rows = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}
