"""Lines that each list the products of one basket, told from the lines of a table."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Sequence

__all__ = ["find_basket_delimiter"]

_DELIMITERS = (",", ";", "\t", "|", " ")
_MOST_LINES = 2_000
_FEWEST_LINES = 20
_LONGEST_ITEM = 60
_MOST_ALIKE_SHARE = 0.8
_WANDERING_SHARE = 0.5
_FEWEST_PLACED = 3
_RECURRING_SHARE = 0.5
_MOST_REPEATS_SHARE = 0.1


def find_basket_delimiter(text: str) -> str | None:
    r"""What stands between the products when every line is a basket; None when the text is a table.

    In a table a value belongs to its column. In baskets the lines are of many lengths, the same
    products come again and again, now first and now third, hardly ever twice on a line, and the
    first line holds such products too: it is no header.

    Examples
    --------
    >>> lines = ["tea,milk", "milk", "bread,tea,milk", "milk,bread", "tea"] * 5
    >>> find_basket_delimiter("\n".join(lines))
    ','
    >>> find_basket_delimiter("id,city\n" + "7,Rome\n8,Paris\n" * 20) is None
    True
    """
    lines = [line for line in text.splitlines() if line.strip()][:_MOST_LINES]
    if len(lines) < _FEWEST_LINES:
        return None
    for delimiter in _DELIMITERS:
        if _are_baskets(_split(lines, delimiter), is_spaced=delimiter == " "):
            return delimiter
    return None


def _split(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    if delimiter == " ":
        return [line.split() for line in lines]
    try:
        records = list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return []
    return [[cell.strip() for cell in record if cell.strip()] for record in records]


def _are_baskets(records: list[list[str]], *, is_spaced: bool) -> bool:
    if not records or not _are_uneven(records) or not _are_items(records, is_spaced=is_spaced):
        return False
    counts = Counter(cell for record in records for cell in record)
    first = records[0]
    if sum(counts[cell] > 1 for cell in first) < max(1, _RECURRING_SHARE * len(first)):
        return False
    recurring = sum(count for count in counts.values() if count > 1)
    repeating = sum(len(set(record)) < len(record) for record in records)
    return (
        recurring >= _RECURRING_SHARE * counts.total()
        and repeating <= _MOST_REPEATS_SHARE * len(records)
        and _wander(records, counts)
    )


def _are_uneven(records: Sequence[Sequence[str]]) -> bool:
    """No width has nearly all of the lines, and there are lists among them."""
    widths = Counter(len(record) for record in records)
    return widths.most_common(1)[0][1] < _MOST_ALIKE_SHARE * len(records) and len(widths) > 2


def _are_items(records: Sequence[Sequence[str]], *, is_spaced: bool) -> bool:
    """Names or codes, not sentences; between blanks only codes, or any prose were a basket."""
    cells = [cell for record in records for cell in record]
    if is_spaced:
        return all(cell.isdigit() for cell in cells)
    return all(len(cell) <= _LONGEST_ITEM for cell in cells)


def _wander(records: Sequence[Sequence[str]], counts: Counter[str]) -> bool:
    """Whether values that come often stand at more than one place of the line."""
    places: dict[str, set[int]] = defaultdict(set)
    for record in records:
        for place, cell in enumerate(record):
            places[cell].add(place)
    often = [cell for cell, count in counts.items() if count >= _FEWEST_PLACED]
    wandering = sum(len(places[cell]) > 1 for cell in often)
    return bool(often) and wandering >= _WANDERING_SHARE * len(often)
