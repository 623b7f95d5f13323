"""Tables that are lines rather than delimited records: aligned by spaces, or a basket a line."""

from __future__ import annotations

import csv
from collections.abc import Generator, Sequence

from regulars.connectors.files.converted import ConvertedRows, Row
from regulars.connectors.files.delimited import note_delimiter, note_encoding
from regulars.connectors.files.dialect import Dialect
from regulars.connectors.files.lines import TextFile
from regulars.connectors.files.rejects import explain, quote_raw
from regulars.connectors.protocol import RejectedLine
from regulars.schema.wording import Wording

__all__ = ["BASKET_COLUMNS", "AlignedText", "Baskets"]

BASKET_COLUMNS = ("basket_number", "product_id")


class AlignedText(ConvertedRows):
    """Columns aligned by any number of spaces or tabs; no cell holds a space."""

    def __init__(self, file: TextFile, dialect: Dialect, names: Sequence[str]) -> None:
        super().__init__(names, file.folder)
        self._file = file
        self._dialect = dialect

    @property
    def notes(self) -> tuple[Wording, ...]:
        """Encoding and delimiter."""
        return (note_encoding(self._file.encoding), note_delimiter(" "))

    def settle(self) -> None:
        """Look at the whole file before it is converted."""
        _ = self._file.survey

    def iterate(self) -> Generator[Row | RejectedLine]:
        """A row a line."""
        is_header_due = self._dialect.has_header
        for number, text, raw in self._file.lines():
            if number <= self._dialect.skipped_lines or not raw.strip():
                continue
            if is_header_due:
                is_header_due = False
                continue
            self.line_number = number
            cells = [] if text is None else text.split()
            if text is None:
                yield reject_undecoded(number, raw)
            elif len(cells) == len(self.names):
                yield cells
            else:
                yield _reject_width(number, text, found=len(cells), expected=len(self.names))


class Baskets(ConvertedRows):
    """The products of one basket on each line: a row for each, under the number of its line."""

    def __init__(self, file: TextFile, delimiter: str, names: Sequence[str]) -> None:
        super().__init__(names, file.folder)
        self._file = file
        self._delimiter = delimiter

    @property
    def notes(self) -> tuple[Wording, ...]:
        """Encoding, delimiter and what a row is."""
        return (
            note_encoding(self._file.encoding),
            note_delimiter(self._delimiter),
            Wording(
                en="Each line is a basket; its number is the number of the line.",
                ru="Каждая строка — корзина; её номер — номер строки в файле.",
            ),
        )

    def settle(self) -> None:
        """Look at the whole file before it is converted."""
        _ = self._file.survey

    def iterate(self) -> Generator[Row | RejectedLine]:
        """A row for each product."""
        for number, text, raw in self._file.lines():
            if text is None:
                yield reject_undecoded(number, raw)
                continue
            self.line_number = number
            for record in csv.reader([text], delimiter=self._delimiter):
                yield from ([str(number), cell] for cell in record if cell.strip())


def reject_undecoded(number: int, raw: bytes) -> RejectedLine:
    """A line that is not text."""
    return RejectedLine(number, quote_raw(raw), "bad_encoding", explain("bad_encoding"))


def _reject_width(number: int, text: str, *, found: int, expected: int) -> RejectedLine:
    reason = "too_few_columns" if found < expected else "too_many_columns"
    return RejectedLine(number, text, reason, explain(reason, found, expected))
