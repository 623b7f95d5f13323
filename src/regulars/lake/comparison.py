"""What comparing some rows of a load with their table gives."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.lake.records import UpsertResult
from regulars.lake.sql import quote_names, quote_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from regulars.lake.upsert import Planner

__all__ = ["LAKE_FILE", "LAKE_ROW", "Comparison", "count_rows", "list_texts", "select_stale"]

LAKE_FILE = "lake_file"
LAKE_ROW = "file_row_number"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What to write, and what has to go.

    Attributes
    ----------
    queries
        Each gives rows to write: content columns, `known_at`, `load_id`.
    result
        What became of the compared rows.
    gone
        A temporary table of places (`lake_file`, `file_row_number`) of stored rows that the
        written ones replace, or that are no more; None when all stay.
    """

    queries: tuple[str, ...]
    result: UpsertResult
    gone: str | None = None


def count_rows(
    inserted: int = 0,
    updated: int = 0,
    unchanged: int = 0,
    *,
    removed: int = 0,
    continued: int = 0,
    outdated: int = 0,
    late: int = 0,
) -> UpsertResult:
    """Counts without conflicts."""
    return UpsertResult(
        inserted,
        updated,
        unchanged,
        removed=removed,
        continued=continued,
        outdated=outdated,
        late=late,
    )


def list_texts(texts: Collection[str]) -> str:
    """Texts for an SQL IN; never an empty list."""
    return ", ".join(map(quote_text, sorted(texts))) or "NULL"


def select_stale(planner: "Planner", source: str, columns: "Iterable[str]") -> str:
    """A query of the places of rows that this content had brought and, read anew, does not have.

    `columns` name what a row is about; none are stale unless the content is read otherwise.
    """
    named = quote_names(columns)
    is_stale = "false"
    if planner.telling.is_read_otherwise:
        is_stale = (
            f"load_id IN ({list_texts(planner.telling.again)})"
            f" AND ({named}) NOT IN (SELECT ({named}) FROM {source})"
        )
    return (
        f"SELECT {LAKE_FILE}, {LAKE_ROW}, false AS lake_is_corrected FROM {planner.stored}"
        f" WHERE {is_stale}"
    )
