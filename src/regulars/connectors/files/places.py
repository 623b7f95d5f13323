"""Where the rows of a source stand in its file, as a person finds them there."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from regulars.connectors.files.quoting import Quotes

__all__ = ["Places", "list_record_lines"]

_LONGEST_CELL = 4_000_000


class Places:
    """The line of each row, kept as the points where it stops growing by one a row.

    Examples
    --------
    >>> places = Places()
    >>> for line in (2, 3, 7, 8):
    ...     places.add(line)
    >>> places.find([1, 2, 3, 4])
    [2, 3, 7, 8]
    >>> Places().find([5])
    [5]
    """

    def __init__(self) -> None:
        self._count = 0
        self._starts: list[int] = []
        self._shifts: list[int] = []

    def add(self, line: int) -> None:
        """The next row stands on `line`."""
        self._count += 1
        shift = line - self._count
        if not self._shifts or self._shifts[-1] != shift:
            self._starts.append(self._count)
            self._shifts.append(shift)

    def find(self, numbers: Sequence[int]) -> list[int]:
        """The lines of the rows with these numbers; the numbers where nothing is known."""
        if not self._starts:
            return list(numbers)
        return [
            number + self._shifts[max(bisect_right(self._starts, number) - 1, 0)]
            for number in numbers
        ]


def list_record_lines(
    path: Path,
    numbers: Collection[int],
    *,
    quotes: Quotes | None,
    skipped_lines: int,
    has_header: bool,
    rejected: Collection[int],
    keeps_blank: bool,
) -> dict[int, int]:
    """The line on which each of the rows begins, by the number of the row.

    Parameters
    ----------
    path
        A text whose lines end in one way.
    numbers
        Of the rows asked for, from 1.
    quotes
        Of the dialect; None when no cell goes over several lines.
    skipped_lines, has_header
        What stands before the first row.
    rejected
        The lines of the records that are no rows.
    keeps_blank
        Whether a blank line is a row.
    """
    wanted, last, number = frozenset(numbers), max(numbers, default=0), 0
    found: dict[int, int] = {}
    is_header_due = has_header
    for line, is_blank in _iterate_records(path, quotes, skipped_lines):
        if number >= last:
            break
        if (is_blank and not (keeps_blank and not is_header_due)) or line in rejected:
            continue
        if is_header_due:
            is_header_due = False
            continue
        number += 1
        if number in wanted:
            found[number] = line
    return found


def _iterate_records(
    path: Path, quotes: Quotes | None, skipped_lines: int
) -> Iterator[tuple[int, bool]]:
    """The first line of every record, and whether it is blank."""
    # Any bytes can be read as Latin-1; line ends, quotes and delimiters stay what they are.
    with path.open(encoding="latin-1") as stream:
        for _ in range(skipped_lines):
            next(stream, None)
        if quotes is None:
            for number, text in enumerate(stream, skipped_lines + 1):
                yield number, text == "\n"
            return
        longest = csv.field_size_limit(_LONGEST_CELL)
        try:
            reader = csv.reader(
                stream,
                delimiter=quotes.delimiter.decode(),
                quotechar=quotes.quote.decode(),
                doublequote=quotes.is_doubled,
                escapechar=None if quotes.is_doubled else quotes.escape.decode(),
            )
            before = 0
            for record in reader:
                yield skipped_lines + before + 1, not record
                before = reader.line_num
        finally:
            csv.field_size_limit(longest)
