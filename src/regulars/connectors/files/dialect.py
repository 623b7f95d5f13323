"""How a text file is divided into columns: found from its first lines."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from regulars.connectors.files.beginning import (
    find_beginning,
    find_upper_header,
    guess_header,
    join_headers,
)

__all__ = ["Dialect", "Preset", "sniff"]

_DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x01")
# Stands between columns of a file that has only one: it occurs in no text.
_NO_DELIMITER = "\x1f"
_MOST_RECORDS = 400
_MOST_PREAMBLE_LINES = 50
_FITTING_SHARE = 0.9
_LEAST_SHARE_WITH_HEADER = 0.5
_ALIGNED_SHARE = 0.98
_FEWEST_ALIGNED_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Preset:
    """What a person said about the file; None is found out."""

    delimiter: str | None = None
    quote: str | None = None
    has_header: bool | None = None


@dataclass(frozen=True, slots=True)
class Dialect:
    """How lines are split.

    Attributes
    ----------
    delimiter
        One character; a space means that columns are aligned by any number of spaces.
    quote
        The quote character, or nothing.
    escape
        What stands before a quote inside quotes: the quote itself or a backslash.
    skipped_lines
        Lines before the header or the first row.
    has_header
        Whether the first record holds names.
    first_record
        Its cells.
    fitting_share
        The share of the looked-at records that have the same number of cells.
    preamble
        The skipped lines.
    record_count
        How many records were looked at, a header included.
    header_rows
        Rows over which the names are spread; `skipped_lines` counts the upper one of two.
    """

    delimiter: str
    quote: str
    escape: str
    skipped_lines: int
    has_header: bool
    first_record: tuple[str, ...]
    fitting_share: float
    preamble: tuple[str, ...] = ()
    record_count: int = 0
    header_rows: int = 1

    @property
    def is_aligned(self) -> bool:
        """Whether columns are aligned by spaces."""
        return self.delimiter == " "

    @property
    def is_single(self) -> bool:
        """Whether there is one column, as no delimiter was believed."""
        return self.delimiter == _NO_DELIMITER

    @property
    def is_doubtful(self) -> bool:
        """Whether the lines do not agree on how many columns there are."""
        return self.is_single or self.fitting_share < _FITTING_SHARE


_FEWEST_SPILLED_COLUMNS = 3
_FEW_RECORDS = 5
_NOTHING_SAID = Preset()


def sniff(text: str, preset: Preset = _NOTHING_SAID) -> Dialect:
    r"""Find the dialect from the first lines of a file.

    A delimiter is believed when at least nine of ten records then have the same number of cells,
    two or more, or half of them as many as the first; otherwise the file has one column.

    Examples
    --------
    >>> sniff("id;price\n1;2,50\n2;3,75\n").delimiter
    ';'
    >>> sniff("review\ngood, cheap, fast\nbad\n").delimiter == "\x1f"
    True
    """
    quote = '"' if preset.quote is None else preset.quote
    escape = "\\" if _escapes_with_backslash(text) else quote
    said, text, lines_before = _read_separator_line(text)
    delimiter = preset.delimiter or said
    if delimiter is None:
        tried = [_try(text, candidate, quote, escape) for candidate in _DELIMITERS]
        # A wrong delimiter may fit all rows (decimal commas) but takes the header for a title.
        best = max(tried, key=lambda trial: (trial.share, -trial.skipped, trial.width))
        if not best.is_believable:
            best = _try_aligned(text) or _try(text, _NO_DELIMITER, quote, escape)
    elif delimiter == " ":
        best = _try(text, " ", "", "")
    else:
        best = _try(text, delimiter, quote, escape)
    has_header = preset.has_header
    if has_header is None:
        has_header = guess_header(best.records)
    is_bare = best.delimiter == " "
    first = best.records[0] if best.records else []
    if best.upper and has_header:
        first = join_headers(best.upper, first)
    return Dialect(
        delimiter=best.delimiter,
        quote="" if is_bare else quote,
        escape="" if is_bare else escape,
        skipped_lines=best.skipped + lines_before,
        has_header=has_header,
        first_record=tuple(first),
        header_rows=2 if best.upper and has_header else 1,
        fitting_share=best.share,
        preamble=tuple(text.splitlines()[: best.skipped]),
        record_count=len(best.records),
    )


def _escapes_with_backslash(text: str) -> bool:
    # A backslash may also end a quoted cell: "C:\Users\".
    return bool(re.search(r'\\"[^,;\t|\r\n]', text)) and not re.search(
        r'[^,;\t|\r\n]""[^,;\t|\r\n]', text
    )


@dataclass(slots=True)
class _Trial:
    delimiter: str
    records: list[list[str]]
    skipped: int
    width: int
    share: float
    upper: list[str]

    @property
    def is_believable(self) -> bool:
        """Whether so many records agree, or fewer agree with the header."""
        agrees = bool(self.records) and len(self.records[0]) == self.width >= 2
        least = _LEAST_SHARE_WITH_HEADER if agrees or self._spills_over() else _FITTING_SHARE
        return self.share >= least

    def _spills_over(self) -> bool:
        """Whether texts with a delimiter of their own, and no quotes, lengthen rows under a header."""
        width = len(self.records[0]) if self.records else 0
        return (
            width >= _FEWEST_SPILLED_COLUMNS
            and all(len(record) >= width for record in self.records)
            and any(len(record) == width for record in self.records[1:])
            and len(self.records) >= _FEW_RECORDS
            and guess_header(self.records)
        )


def _read_separator_line(text: str) -> tuple[str | None, str, int]:
    """The delimiter in a first line "sep=;", which Excel writes and obeys, and what follows."""
    match = re.match(r"sep=(.)\r?\n", text)
    return (match[1], text[match.end() :], 1) if match else (None, text, 0)


def _try(text: str, delimiter: str, quote: str, escape: str) -> _Trial:
    skipped, upper, records = _drop_preamble(_split(text, delimiter, quote, escape))
    width, share = _most_common_width(records)
    if width < 2 and delimiter != _NO_DELIMITER:
        share = 0.0
    return _Trial(delimiter, records, skipped, width, share, upper)


def _try_aligned(text: str) -> _Trial | None:
    trial = _try(text, " ", "", "")
    is_table = trial.width >= _FEWEST_ALIGNED_COLUMNS and trial.share >= _ALIGNED_SHARE
    return trial if is_table and _holds_numbers(trial.records) else None


def _holds_numbers(records: list[list[str]]) -> bool:
    # Sentences of three words each are not a table; measurements are.
    rows = records[1:] or records
    return any(
        all(re.fullmatch(r"[-+]?\d[\d.,:/-]*", row[place]) for row in rows if place < len(row))
        for place in range(len(rows[0]))
    )


def _split(text: str, delimiter: str, quote: str, escape: str) -> list[tuple[int, list[str]]]:
    """Records with the number of lines before each; blank lines are left out."""
    lines = text.splitlines(keepends=True)
    if delimiter == " ":
        split = [(number, line.split()) for number, line in enumerate(lines[:_MOST_RECORDS])]
        return [(number, record) for number, record in split if record]
    reader = csv.reader(
        lines,
        delimiter=delimiter,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        doublequote=escape != "\\",
        escapechar="\\" if escape == "\\" else None,
    )
    records: list[tuple[int, list[str]]] = []
    before = 0
    try:
        for record in reader:
            if record and record != [""]:
                records.append((before, record))
            before = reader.line_num
            if len(records) >= _MOST_RECORDS:
                break
    except csv.Error:
        # A cell longer than the reader's limit: what came before it is enough to go by.
        pass
    return records


def _most_common_width(records: Sequence[Sequence[str]]) -> tuple[int, float]:
    if not records:
        return 0, 0.0
    width, count = Counter(len(record) for record in records).most_common(1)[0]
    return width, count / len(records)


def _drop_preamble(
    records: list[tuple[int, list[str]]],
) -> tuple[int, list[str], list[list[str]]]:
    """Leave out the lines before the table: titles, comments, parameters.

    Returns how many there are, the upper of two rows of a header (empty without one), and the
    records of the table.
    """
    width, _ = _most_common_width([record for _, record in records])
    start = 0
    while start < min(len(records) - 1, _MOST_PREAMBLE_LINES):
        record = records[start][1]
        is_comment = record[0].startswith("#") and len(record) != width
        if not is_comment and not (width > 1 and len(record) < width and _is_title(record)):
            break
        start += 1
    if start and not _reaches(records[start][1], width):
        start = 0
    rest = [record for _, record in records[start:]]
    start += find_beginning(rest) if width > 1 else 0
    upper: list[str] = []
    if width > 1:
        start, upper = find_upper_header([record for _, record in records], start)
    rest = [record for _, record in records[start:]]
    return (records[start][0] if records else 0), upper, rest


def _is_title(record: list[str]) -> bool:
    # A short row that lacks a cell still has several; a title has one.
    return sum(1 for cell in record if cell.strip()) <= 1


def _reaches(record: list[str], width: int) -> bool:
    return len(record) >= width
