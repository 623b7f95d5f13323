"""Where a table begins beneath titles, parameters and blank rows; and whether it has a header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

__all__ = ["find_beginning", "guess_header"]

_MOST_ROWS_ABOVE = 50
_SAME_SHAPE_SHARE = 0.5


def find_beginning(rows: Sequence[Sequence[str]]) -> int:
    """How many rows stand before the table.

    Titles have one value where the table has several. What else stands above (a period, a firm,
    a filter: two or three values) is left out only if a row beneath reaches as far as the table
    does, and is unlike its values: that row is the header.

    Examples
    --------
    >>> find_beginning([["Sales"], ["Period:", "March"], ["id", "day", "sum"], ["7", "3", "12"]])
    2
    >>> find_beginning([["7", "3", "12"], ["8", "4"]])
    0
    """
    if not rows:
        return 0
    reaches = [_reach(row) for row in rows]
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    width = _find_width(reaches, filled)
    first = next((place for place, count in enumerate(filled) if count >= min(width, 2)), 0)
    if width < 2 or reaches[first] >= width:
        return first if _are_titles(rows[:first], rows[first:]) else 0
    for place in range(first + 1, min(len(rows) - 1, _MOST_ROWS_ABOVE)):
        if reaches[place] >= width:
            return place if _is_header(rows[place], rows[place + 1 :]) else first
    return first


def _find_width(reaches: Sequence[int], filled: Sequence[int]) -> int:
    """How far most rows reach, titles left aside."""
    known = [reach for reach, count in zip(reaches, filled, strict=True) if count > 1]
    counts = Counter(known or [reach for reach in reaches if reach])
    return max(counts, key=lambda reach: (counts[reach], reach), default=0)


def _are_titles(above: Sequence[Sequence[str]], table: Sequence[Sequence[str]]) -> bool:
    """Whether the rows above are titles, and not data with empty cells."""
    if _is_wordy(table[0]):
        return True
    compared = [_compare([row, *table]) for row in above if _reach(row)]
    return all(unlike and not alike for unlike, alike in compared)


def _is_wordy(row: Sequence[str]) -> bool:
    return not any(_is_value_shape(_shape(cell)) for cell in row)


def _reach(row: Sequence[str]) -> int:
    """The place of the last value, from 1; 0 in an empty row."""
    return max((place for place, cell in enumerate(row, 1) if cell.strip()), default=0)


def _is_header(row: Sequence[str], beneath: Sequence[Sequence[str]]) -> bool:
    """Whether the row is of words only, and some column beneath it is not."""
    unlike, alike = _compare([row, *beneath])
    return _is_wordy(row) and unlike > 0 and not alike


def guess_header(records: Sequence[Sequence[str]]) -> bool:
    """Whether the first record holds names: it is unlike the values beneath it.

    Examples
    --------
    >>> guess_header([["id", "at"], ["17", "2020-01-05"]])
    True
    >>> guess_header([["16", "2020-01-04"], ["17", "2020-01-05"]])
    False
    """
    if len(records) < 2:
        return bool(records) and not any(_is_value_shape(_shape(cell)) for cell in records[0])
    unlike, alike = _compare(records)
    return unlike >= alike


def _compare(records: Sequence[Sequence[str]]) -> tuple[int, int]:
    """In how many columns the first record is unlike the values beneath, and in how many alike."""
    unlike = alike = 0
    for place, cell in enumerate(records[0]):
        shapes = Counter(_shape(row[place]) for row in records[1:] if place < len(row))
        shapes.pop("", None)
        if not shapes:
            continue
        frequent, count = shapes.most_common(1)[0]
        if not _is_value_shape(frequent) or count < _SAME_SHAPE_SHARE * shapes.total():
            continue
        alike += _shape(cell) in shapes and _is_value_shape(_shape(cell))
        unlike += _shape(cell) not in shapes
    return unlike, alike


def _shape(cell: str) -> str:
    return re.sub(r"9+", "9", re.sub(r"\d", "9", re.sub(r"[^\W\d_]+", "a", cell.strip())))


def _is_value_shape(shape: str) -> bool:
    return "9" in shape or "@" in shape
