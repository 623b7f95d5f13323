"""Where a table begins beneath titles, parameters and blank rows; and whether it has a header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

__all__ = ["find_beginning", "find_upper_header", "guess_header", "join_headers"]

_MOST_ROWS_ABOVE = 50
_SAME_SHAPE_SHARE = 0.5
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\d+")


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


def find_upper_header(rows: Sequence[Sequence[str]], start: int) -> tuple[int, list[str]]:
    """Where the lower row of a header stands, and its upper row; `start` and none without two.

    The upper row names groups of columns and the lower one the columns in them. Both are of words
    only; the upper has gaps, each of which the lower fills; and what stands beneath is of other
    shapes than the lower.

    Examples
    --------
    >>> rows = [
    ...     ["Client", "", "Orders", ""],
    ...     ["id", "city", "sum", "day"],
    ...     ["7", "Oslo", "3", "12"],
    ... ]
    >>> find_upper_header(rows, 0)
    (1, ['Client', '', 'Orders', ''])
    >>> find_upper_header(rows[1:], 0)
    (0, [])
    """
    if _has_upper(rows[start:]):
        return start + 1, list(rows[start])
    if start and _has_upper(rows[start - 1 :]):
        upper = list(rows[start - 1])
        if join_headers(upper, rows[start]) != _pad(rows[start], 0):
            return start, upper
    return start, []


def _has_upper(rows: Sequence[Sequence[str]]) -> bool:
    if len(rows) < 3:
        return False
    width = max(_reach(row) for row in rows[1:])
    upper, lower = _pad(rows[0], width), _pad(rows[1], width)
    gaps = [place for place, cell in enumerate(upper) if not cell]
    return (
        bool(gaps)
        and len(upper) == width
        and len(gaps) < width - 1
        and all(lower[place] for place in gaps)
        and not any(cell.endswith(":") for cell in upper)
        and _is_wordy(upper)
        and _is_header(lower, rows[2:])
    )


def join_headers(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """One name for each column: the lower one, with that of its group where it repeats.

    Examples
    --------
    >>> join_headers(["Client", "May", "", "June", ""], ["", "sum", "count", "sum", "count"])
    ['Client', 'May sum', 'May count', 'June sum', 'June count']
    >>> join_headers(["Client", "", "Order"], ["id", "city", "sum"])
    ['id', 'city', 'sum']
    """
    names = _pad(lower, 0)
    counts = Counter(names)
    group = ""
    joined = []
    for above, name in zip(_pad(upper, len(names)), names, strict=False):
        # What has no name beneath is one column and no group.
        group = above or group if name else ""
        joined.append(
            above if not name else f"{group} {name}".strip() if counts[name] > 1 else name
        )
    return joined


def _pad(row: Sequence[str], width: int) -> list[str]:
    return [cell.strip() for cell in row] + [""] * (width - len(row))


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
    return _DIGITS.sub("9", _LETTERS.sub("a", cell.strip()))


def _is_value_shape(shape: str) -> bool:
    return "9" in shape or "@" in shape
