"""Text files with a delimiter, read by the engine as they lie on disk whenever that is safe."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from regulars.connectors.files.content import Content, writing
from regulars.connectors.files.dialect import Dialect
from regulars.connectors.files.engine_text import read_csv
from regulars.connectors.files.lines import TextFile, rewrite
from regulars.connectors.files.places import list_record_lines
from regulars.connectors.files.quoting import Quotes, find_open_lines, mask_lines
from regulars.connectors.files.rejects import RejectedSpan, tell_lines
from regulars.schema.wording import Wording, pluralize

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from regulars.connectors.protocol import RejectedLine

__all__ = ["DelimitedText", "note_delimiter", "note_encoding", "note_rows_above"]

_SAMPLE_BYTES = 1 << 20
_MOST_SAMPLE_BYTES = 1 << 26


class DelimitedText:
    """The reading of a delimited text file; `open_file` finds out its parameters.

    Parameters
    ----------
    file
        The text.
    dialect
        How lines are split.
    names
        The columns.
    """

    def __init__(self, file: TextFile, dialect: Dialect, names: Sequence[str]) -> None:
        self.file = file
        self.dialect = dialect
        self.names = tuple(names)
        self._rejects = f"rejects_{uuid4().hex}"
        self._originals: dict[int, bytes] = {}

    @cached_property
    def text(self) -> Path:
        """The file the engine reads: the original, or a working copy that it can read."""
        content, folder = self.file.content, self.file.folder
        plain = content.unpacked(folder)
        copy = folder / "text"
        if not self.file.survey.is_clean:
            rewrite(plain, copy, self.file.survey.encoding)
            plain = copy
        spans = self._find_open_lines(plain)
        if not spans:
            return plain
        if plain == content.path:
            with plain.open("rb") as stream, writing(copy) as target:
                shutil.copyfileobj(stream, target, 1 << 20)
            plain = copy
        self._originals = mask_lines(plain, spans, self._quotes)
        return plain

    @property
    def _quotes(self) -> Quotes:
        dialect = self.dialect
        return Quotes(dialect.delimiter.encode(), dialect.quote.encode(), dialect.escape.encode())

    def _find_open_lines(self, path: Path) -> list[tuple[int, int]]:
        if not self.dialect.quote or (
            self.dialect.quote == '"' and not self.file.survey.has_quotes
        ):
            return []
        start = _find_line(path, self.dialect.skipped_lines)
        # The engine minds quotes even in the lines it skips.
        titles = [(0, start)] if '"' in "".join(self.dialect.preamble) else []
        return titles + find_open_lines(path, self._quotes, start=start)

    def sample(self, connection: DuckDBPyConnection, rows: int) -> pa.Table:
        """At most `rows` rows from the beginning."""
        return connection.execute(f"SELECT * FROM {self.scan_head(rows)}").to_arrow_table()

    def scan_head(self, rows: int) -> str:
        """SQL for at most `rows` rows from the beginning."""
        head = self.file.folder / "head"
        size = _estimate_bytes(self.file.content, rows + self.dialect.skipped_lines + 1)
        with writing(head) as stream:
            stream.write(self.file.head(size))
        return f"(SELECT * FROM {self._call(head, rejects=None)} LIMIT {int(rows)})"

    def scan(self, _connection: DuckDBPyConnection) -> str:
        """SQL for all rows."""
        return self._call(self.text, rejects=self._rejects)

    def _call(self, path: Path, *, rejects: str | None) -> str:
        dialect = self.dialect
        return read_csv(
            path,
            self.names,
            delimiter=dialect.delimiter,
            quote=dialect.quote,
            escape=dialect.escape,
            has_header=dialect.has_header,
            skipped_lines=dialect.skipped_lines,
            rejects=rejects,
        )

    def rejected_lines(self, connection: DuckDBPyConnection) -> list[RejectedLine]:
        """What the engine left out on the last scan."""
        spans = [RejectedSpan(*row) for row in self._fetch_rejects(connection)]
        return tell_lines(self.text, spans, self._originals)

    def find_lines(self, connection: DuckDBPyConnection, numbers: Sequence[int]) -> dict[int, int]:
        """The line on which each of these rows begins."""
        if not numbers:
            return {}
        dialect = self.dialect
        has_quotes = bool(dialect.quote) and (dialect.quote != '"' or self.file.survey.has_quotes)
        return list_record_lines(
            self.text,
            numbers,
            quotes=self._quotes if has_quotes else None,
            skipped_lines=dialect.skipped_lines,
            has_header=dialect.has_header,
            rejected={line.line_number for line in self.rejected_lines(connection)},
            keeps_blank=len(self.names) == 1,
        )

    def _fetch_rejects(self, connection: DuckDBPyConnection) -> list[tuple[int, int, list[str]]]:
        known = connection.execute(
            f"SELECT count(*) FROM duckdb_tables() WHERE table_name = '{self._rejects}'"
        ).fetchone()
        if not known or not known[0]:
            return []
        return connection.execute(
            "SELECT line_byte_position::BIGINT - 1, max(octet_length(encode(csv_line))),"
            f" list(DISTINCT error_type::VARCHAR) FROM {self._rejects} GROUP BY ALL ORDER BY ALL"
        ).fetchall()

    @property
    def notes(self) -> tuple[Wording, ...]:
        """What was found out about the bytes."""
        said = [note_encoding(self.file.encoding), note_delimiter(self.dialect.delimiter)]
        upper_rows = self.dialect.header_rows - 1
        count = self.dialect.skipped_lines - upper_rows
        if count:
            said.append(note_rows_above(count, has_header=self.dialect.has_header))
        return (*said, *([NOTE_TWO_ROWS] if upper_rows else []))


def _estimate_bytes(content: Content, rows: int) -> int:
    """How many bytes surely hold `rows` rows, going by the first megabyte."""
    first = content.head(_SAMPLE_BYTES)
    lines = max(first.count(b"\n"), first.count(b"\r"), 1)
    wanted = int(len(first) / lines * rows * 1.5)
    return min(max(wanted, _SAMPLE_BYTES), _MOST_SAMPLE_BYTES)


def note_encoding(encoding: str) -> Wording:
    """The encoding as a note."""
    return Wording(en=f"Encoding: {encoding}.", ru=f"Кодировка: {encoding}.")


_DELIMITER_NAMES = {
    "\t": Wording(en="tab", ru="табуляция"),
    " ": Wording(en="spaces", ru="пробелы"),
    "\x1f": Wording(en="none (one column)", ru="нет (один столбец)"),
}


def note_delimiter(delimiter: str) -> Wording:
    """The delimiter as a note."""
    name = _DELIMITER_NAMES.get(delimiter, Wording(en=f"'{delimiter}'", ru=f"«{delimiter}»"))
    return Wording(en=f"Delimiter: {name.en}.", ru=f"Разделитель: {name.ru}.")


def note_rows_above(count: int, *, has_header: bool) -> Wording:
    """The lines or rows above the table as a note."""
    where = "the header is row" if has_header else "the table begins with row"
    where_ru = "заголовок — строка" if has_header else "таблица начинается со строки"
    return Wording(
        en=f"{pluralize(count, 'en', 'row', 'rows')} above the table left out; {where} {count + 1}.",
        ru=f"Над таблицей пропущено: {pluralize(count, 'ru', 'строка', 'строки', 'строк')};"
        f" {where_ru} {count + 1}.",
    )


NOTE_TWO_ROWS = Wording(
    en="The header takes two rows: a name that repeats in the lower one bears that of its group.",
    ru="Заголовок занимает две строки: повторяющееся имя нижней дополнено именем группы из верхней.",
)
"""What is said of a table whose columns are grouped."""


def _find_line(path: Path, count: int) -> int:
    """The offset just after the first `count` lines."""
    with path.open("rb") as stream:
        start = stream.read(_SAMPLE_BYTES)
    newline = b"\n" if b"\n" in start else b"\r"
    offset = 0
    for _ in range(count):
        offset = start.find(newline, offset) + 1 or len(start)
    return offset
