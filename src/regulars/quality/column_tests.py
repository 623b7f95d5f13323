"""Columns that look full and are not: codes and words that stand for "unknown", one value only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["Placeholder", "find_constant_columns", "find_placeholders", "is_placeholder_word"]

_BATCH = 50
_WORDS = (
    "unknown",
    "undefined",
    "not specified",
    "not available",
    "no data",
    "missing",
    "test",
    "xxx",
    "неизвестно",
    "неизвестен",
    "неизвестный",
    "не указано",
    "не указан",
    "не задано",
    "не определено",
    "нет данных",
    "тест",
)
_CODES = (
    *tuple(float(sign * int("9" * digits)) for digits in range(2, 10) for sign in (1, -1)),
    -1.0,
)
# A code is used for many; a single 999 is a number like another.
_SMALLEST_SHARE = 0.005


@dataclass(frozen=True)
class Placeholder:
    """A column with the condition of its rows that only seem to have a value."""

    column: str
    is_placeholder: "ir.BooleanValue"
    count: int


def is_placeholder_word(text: str) -> bool:
    """Whether the text only says that there is no value.

    Examples
    --------
    >>> (
    ...     is_placeholder_word("Unknown"),
    ...     is_placeholder_word(" не указано"),
    ...     is_placeholder_word("no"),
    ... )
    (True, True, False)
    """
    return text.strip().casefold() in _WORDS


def find_placeholders(
    table: "ir.Table", names: Sequence[str], *, row_count: int
) -> list[Placeholder]:
    """Words such as "unknown", and codes such as 999 or -1 that stand far from all other numbers.

    A number is a code when it is of nines only (or -1), is the largest or the smallest of its
    column, occurs in half a percent of the rows or more, and is farther from the next number
    than the other numbers are from one another.

    Examples
    --------
    >>> import ibis
    >>> import pyarrow as pa
    >>> calls = ibis.memtable(pa.table({"days_ago": [3, 6, 999, 999], "job": ["unknown"] * 4}))
    >>> [(each.column, each.count) for each in find_placeholders(calls, calls.columns, row_count=4)]
    [('days_ago', 2), ('job', 4)]
    """
    found = []
    for start in range(0, len(names), _BATCH):
        batch = names[start : start + _BATCH]
        suspects = _suspect_codes(table.select(*batch), batch)
        tests = {name: _placeholder_test(table, name, suspects.get(name, ())) for name in batch}
        asked = {name: test for name, test in tests.items() if test is not None}
        if not asked:
            continue
        counted = table.aggregate(
            **{f"c{place}": table.count(where=test) for place, test in enumerate(asked.values())}
        )
        (counts,) = counted.to_pyarrow().to_pylist()
        for place, (name, test) in enumerate(asked.items()):
            count = int(counts[f"c{place}"])
            is_word = name not in suspects
            if count and (is_word or count >= _SMALLEST_SHARE * row_count):
                found.append(Placeholder(name, test, count))
    return found


def find_constant_columns(table: "ir.Table", names: Sequence[str]) -> dict[str, int]:
    """Columns with the same value in every row that has one → how many have it, at least two."""
    constant: dict[str, int] = {}
    for start in range(0, len(names), _BATCH):
        batch = names[start : start + _BATCH]
        narrow = table.select(*batch)
        asked: dict[str, ir.Scalar] = {}
        for place, name in enumerate(batch):
            asked[f"e{place}"] = narrow[name].min() == narrow[name].max()
            asked[f"n{place}"] = narrow[name].count()
        (row,) = narrow.aggregate(**asked).to_pyarrow().to_pylist()
        constant |= {
            name: int(row[f"n{place}"])
            for place, name in enumerate(batch)
            if row[f"e{place}"] and row[f"n{place}"] > 1
        }
    return constant


def _suspect_codes(narrow: "ir.Table", names: Sequence[str]) -> dict[str, tuple[float, ...]]:
    """Column → the codes at its ends that stand apart from everything between."""
    numbers = {name: _as_number(narrow, name) for name in names if _is_number(narrow, name)}
    if not numbers:
        return {}
    asked: dict[str, ir.Scalar] = {}
    for place, number in enumerate(numbers.values()):
        is_ordinary = number.notin(_CODES)
        asked[f"a{place}"], asked[f"z{place}"] = number.min(), number.max()
        asked[f"l{place}"] = number.min(where=is_ordinary)
        asked[f"h{place}"] = number.max(where=is_ordinary)
    (row,) = narrow.aggregate(**asked).to_pyarrow().to_pylist()
    suspects = {}
    for place, name in enumerate(numbers):
        ends = (row[f"a{place}"], row[f"z{place}"])
        inside = (row[f"l{place}"], row[f"h{place}"])
        codes = _codes_apart(ends, inside)
        if codes:
            suspects[name] = codes
    return suspects


def _codes_apart(
    ends: tuple[float | None, float | None], inside: tuple[float | None, float | None]
) -> tuple[float, ...]:
    low, high = inside
    if low is None or high is None or ends[0] is None or ends[1] is None:
        return ()
    width = high - low
    codes = []
    # -1 beside counts from 0 is a code by its sign alone.
    if ends[0] in _CODES and (low - ends[0] > width or (ends[0] == -1 and low >= 0)):
        codes.append(ends[0])
    if ends[1] in _CODES and ends[1] - high > width:
        codes.append(ends[1])
    return tuple(codes)


def _placeholder_test(
    table: "ir.Table", name: str, codes: Sequence[float]
) -> "ir.BooleanValue | None":
    import ibis

    column = table[name]
    if column.type().is_string():
        failing = column.lower().strip().isin(_WORDS)
    elif codes:
        failing = _as_number(table, name).isin(codes)
    else:
        return None
    return failing.coalesce(ibis.literal(value=False))


def _is_number(table: "ir.Table", name: str) -> bool:
    dtype = table[name].type()
    return bool(dtype.is_numeric() and not dtype.is_boolean())


def _as_number(table: "ir.Table", name: str) -> "ir.FloatingColumn":
    return table[name].cast("float64")
