"""Rows at the end of a source that sum up the others: a total is not a customer or an order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regulars.connectors.protocol import RejectedLine
from regulars.lake.sql import fetch_counts, quote_name, quote_names, quote_text
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from regulars.connectors.protocol import Source

__all__ = ["set_totals_aside"]

_LAST_ROWS = 5
_SAID = re.compile(
    r"(?:(?:общий|всего)?\s*итоги?|итого(?:\s.*)?|всего(?:\s.*)?|(?:grand |sub)?totals?)\s*:?",
    re.IGNORECASE,
)
# Where a total ends the table, these words in its first columns sum up a part of it.
_PARTIAL = r"^\s*(итого|всего|(sub)?totals?)(\s|:|$)"
_FIRST_COLUMNS = 3
_PLAIN = re.compile(r"итого|всего|общий итог|grand total", re.IGNORECASE)
_EXPLAINED = Wording(en="The row sums up the others.", ru="Строка подводит итог остальным.")


def set_totals_aside(
    source: Source, table: str, columns: Sequence[str], connection: DuckDBPyConnection
) -> tuple[RejectedLine, ...]:
    """Take the totals among the last rows out of the staged table, and say which they were.

    A row is a total if its first value is a word for one and it has fewer values than the rows
    around it; where it has as many, the word must be one that is nothing else. A table that ends
    so may have totals of its parts in between.

    Parameters
    ----------
    source
        Where the rows came from.
    table
        Of the staged rows, in source order.
    columns
        Those that are the source's own.
    connection
        Where they are.
    """
    (row_count,) = fetch_counts(connection, f"SELECT count(*) FROM {table}")
    if row_count <= 1:
        return ()
    first = max(row_count - _LAST_ROWS, 0)
    rows = _fetch_rows(f"rowid >= {first}", table, columns, connection)
    usual = max(sum(map(bool, values)) for values in rows.values())
    totals = [number for number, values in rows.items() if _is_total(values, usual)]
    # Only what ends the table: a shop called Total stands somewhere in the middle.
    ending = [
        number for place, number in enumerate(reversed(totals)) if number == row_count - 1 - place
    ]
    if not ending:
        return ()
    rows |= _find_partial(table, columns, usual, connection)
    found = sorted(number for number, values in rows.items() if _is_total(values, usual))
    lines = source.find_lines(connection, [number + 1 for number in found])
    connection.execute(f"DELETE FROM {table} WHERE rowid IN ({', '.join(map(str, found))})")
    return tuple(
        RejectedLine(
            lines[number + 1], "; ".join(filter(None, rows[number])), "total_row", _EXPLAINED
        )
        for number in found
    )


def _fetch_rows(
    condition: str, table: str, columns: Sequence[str], connection: DuckDBPyConnection
) -> dict[int, list[str]]:
    """Place in the table → the values of a row, missing ones empty."""
    found = connection.execute(
        f"SELECT rowid, {quote_names(columns)} FROM {table} WHERE {condition} ORDER BY rowid"
    ).fetchall()
    return {int(number): [_show(value) for value in values] for number, *values in found}


def _find_partial(
    table: str, columns: Sequence[str], usual: int, connection: DuckDBPyConnection
) -> dict[int, list[str]]:
    """Rows in the middle that sum up a part of the others, and have fewer values than these."""
    told = " OR ".join(
        f"regexp_matches(CAST({quote_name(name)} AS VARCHAR), {quote_text(_PARTIAL)}, 'i')"
        for name in columns[:_FIRST_COLUMNS]
    )
    rows = _fetch_rows(told, table, columns, connection)
    return {number: values for number, values in rows.items() if sum(map(bool, values)) < usual}


def _show(value: object) -> str:
    return "" if value is None else str(value).strip()


def _is_total(values: Sequence[str], usual: int) -> bool:
    present = [value for value in values if value]
    if not present or not _SAID.fullmatch(present[0]):
        return False
    return len(present) < usual or _PLAIN.match(present[0]) is not None
