"""What every source of rows offers, whether it is a file or a database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from regulars.schema.wording import Wording

__all__ = ["RejectedLine", "Source"]


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """One line of a source that could not be split into columns.

    Attributes
    ----------
    line_number
        Its first line in the file, counted from 1 as an editor counts.
    text
        The line as it stands there; undecodable bytes are U+FFFD, a very long line is cut.
    reason
        A stable code: `too_few_columns`, `too_many_columns`, `open_quote`, `bad_encoding`,
        `nul_byte`, `line_too_long`, `not_json`, `not_split`.
    explanation
        The reason in words.
    """

    line_number: int
    text: str
    reason: str
    explanation: Wording


class Source(Protocol):
    """Rows that can be loaded; opened by `open_file` or `open_database`, closed by its user."""

    @property
    def name(self) -> str:
        """What messages and the list of loads call it; holds no credentials."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, unique without regard to case."""

    @property
    def has_header(self) -> bool:
        """Whether the columns bear names, of the source or given; else they are `column_1` and on."""

    @property
    def is_baskets(self) -> bool:
        """Whether the rows are products of baskets, numbered by the lines of a file."""

    @property
    def notes(self) -> tuple[Wording, ...]:
        """What was decided while reading: encoding, delimiter, sheet, renamed columns."""

    def scan_head(self, rows: int) -> str | None:
        """SQL that may stand after FROM: at most `rows` of the first rows.

        None where they take as long as all: only text that the engine reads as it lies is quick.
        """

    def fingerprint(self) -> str:
        """A sha256 that changes when what would be read changes."""

    def sample(self, connection: DuckDBPyConnection, rows: int) -> pa.Table:
        """At most `rows` of the first rows, as text; a large source is not read whole."""

    def scan(self, connection: DuckDBPyConnection) -> str:
        """SQL that may stand after FROM on `connection`: all rows in their order.

        Text formats and databases give VARCHAR columns with missing for an empty cell (a
        database's dates are ISO, its instants UTC); Parquet gives its own types. Memory stays
        bounded. The SQL is valid until `close`.
        """

    def find_lines(self, connection: DuckDBPyConnection, numbers: Sequence[int]) -> dict[int, int]:
        """Where the rows with these numbers (from 1, as `scan` gives them) stand in the source.

        The line of a text file on which the row begins, as an editor counts; the row of a sheet;
        the number of the row itself in Parquet, a JSON array or a database. Known once `scan`
        has run.
        """

    def rejected_lines(self, connection: DuckDBPyConnection) -> list[RejectedLine]:
        """The lines that `scan` left out, by line number; complete once its SQL has run."""

    def cursor_value(self) -> str | None:
        """For an incremental source, the greatest cursor value read so far; None for others."""

    def close(self) -> None:
        """Remove what was unpacked, and let go of files and connections."""
