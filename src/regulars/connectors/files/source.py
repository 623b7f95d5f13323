"""A file as a `Source`: what all formats share."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from regulars.connectors.files.delimited import DelimitedText

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from regulars.connectors.files.content import Content
    from regulars.connectors.protocol import RejectedLine
    from regulars.schema.wording import Wording

__all__ = ["FileSource", "Reading"]


class Reading(Protocol):
    """How the rows of one format are read."""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns."""

    @property
    def notes(self) -> tuple[Wording, ...]:
        """What was decided."""

    def sample(self, connection: DuckDBPyConnection, rows: int) -> pa.Table:
        """The first rows as text."""

    def scan(self, connection: DuckDBPyConnection) -> str:
        """SQL for all rows."""

    def find_lines(self, connection: DuckDBPyConnection, numbers: Sequence[int]) -> dict[int, int]:
        """Where these rows stand."""

    def rejected_lines(self, connection: DuckDBPyConnection) -> list[RejectedLine]:
        """What the scan left out."""


class FileSource:
    """One opened file; made by `open_file`.

    Parameters
    ----------
    content
        Where the bytes are.
    reading
        How rows are read from them.
    folder
        The source's own work folder; removed by `close`.
    has_header
        Whether the columns bear names, of the file or given by a person.
    options
        What a person said about the reading; it counts in the fingerprint, so that the same file
        read in another way is not taken for unchanged.
    notes
        What was decided when it was opened.
    is_baskets
        Whether each line is a basket, numbered by its place in the file.
    """

    def __init__(
        self,
        content: Content,
        reading: Reading,
        folder: Path,
        *,
        has_header: bool = True,
        options: Mapping[str, object] | None = None,
        notes: tuple[Wording, ...] = (),
        is_baskets: bool = False,
    ) -> None:
        self._content = content
        self._reading = reading
        self._folder = folder
        self._options = dict(options or {})
        self._notes = notes
        self.has_header = has_header
        self.is_baskets = is_baskets

    def __repr__(self) -> str:
        return f"<FileSource {self.name}: {len(self.columns)} columns>"

    @property
    def name(self) -> str:
        """The file's name, with the member of an archive."""
        return self._content.name

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns."""
        return self._reading.names

    @property
    def notes(self) -> tuple[Wording, ...]:
        """What was decided while reading."""
        return self._reading.notes + self._notes

    def scan_head(self, rows: int) -> str | None:
        """SQL for the first rows of a delimited text; None for other formats."""
        reading = self._reading
        return reading.scan_head(rows) if isinstance(reading, DelimitedText) else None

    def fingerprint(self) -> str:
        """The sha256 of the file, as `sha256sum` prints it; of that and the options if any."""
        digest = self._content.digest()
        said = {name: value for name, value in self._options.items() if value is not None}
        if self._content.member is not None:
            said["member"] = self._content.member
        if not said:
            return digest
        parts = [digest, *(f"{name}={said[name]!r}" for name in sorted(said))]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def sample(self, connection: DuckDBPyConnection, rows: int) -> pa.Table:
        """At most `rows` of the first rows, as text."""
        return self._reading.sample(connection, rows)

    def scan(self, connection: DuckDBPyConnection) -> str:
        """SQL that may stand after FROM: all rows."""
        return self._reading.scan(connection)

    def find_lines(self, connection: DuckDBPyConnection, numbers: Sequence[int]) -> dict[int, int]:
        """Where the rows with these numbers stand in the file."""
        return self._reading.find_lines(connection, numbers)

    def rejected_lines(self, connection: DuckDBPyConnection) -> list[RejectedLine]:
        """The lines that the scan left out."""
        return self._reading.rejected_lines(connection)

    def cursor_value(self) -> str | None:
        """None: a file is read whole."""
        return None

    def close(self) -> None:
        """Remove the working copies."""
        shutil.rmtree(self._folder, ignore_errors=True)
