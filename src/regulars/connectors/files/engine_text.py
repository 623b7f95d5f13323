"""What is said to DuckDB so that it reads a text file exactly as it was understood."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

__all__ = ["name_columns", "quote_name", "quote_path", "quote_text", "read_csv"]


def quote_text(text: str) -> str:
    """A string literal.

    Examples
    --------
    >>> quote_text("O'Neil")
    "'O''Neil'"
    """
    return "'" + text.replace("'", "''") + "'"


def quote_name(name: str) -> str:
    """An identifier.

    Examples
    --------
    >>> quote_name('a "b" c')
    '"a ""b"" c"'
    """
    return '"' + name.replace('"', '""') + '"'


def quote_path(path: Path) -> str:
    """A path as a literal that means this one file, whatever pattern signs its name holds.

    Examples
    --------
    >>> quote_path(Path("/in/[1]*.csv"))
    "'/in/[[]1][*].csv'"
    """
    literal = "".join(f"[{sign}]" if sign in "[*?" else sign for sign in str(path.absolute()))
    return quote_text(literal)


def name_columns(names: Sequence[str]) -> str:
    """The names with the type text, for the option `columns`."""
    return "{" + ", ".join(f"{quote_text(name)}: 'VARCHAR'" for name in names) + "}"


def read_csv(
    path: Path,
    names: Sequence[str],
    *,
    delimiter: str,
    quote: str,
    escape: str,
    has_header: bool,
    skipped_lines: int = 0,
    rejects: str | None = None,
) -> str:
    """A call of `read_csv` in which nothing is left to be guessed.

    `rejects` is the name of the table for rejected lines; without it they are dropped, which is
    right for a sample only.
    """
    options = {
        "auto_detect": "false",
        "columns": name_columns(names),
        "delim": quote_text(delimiter),
        "quote": quote_text(quote),
        "escape": quote_text(escape),
        "header": str(has_header).lower(),
        "skip": str(skipped_lines),
        "compression": "'none'",
        "hive_partitioning": "false",
    }
    if rejects is None:
        options["ignore_errors"] = "true"
    else:
        options |= {
            "store_rejects": "true",
            "rejects_limit": "0",
            "rejects_table": quote_text(rejects),
            "rejects_scan": quote_text(f"{rejects}_scan"),
        }
    listed = ", ".join(f"{name}={value}" for name, value in options.items())
    return f"read_csv({quote_path(path)}, {listed})"
