"""All columns of a file measured together: one proves how dates and numbers of the others read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

from regulars.schema.column_names import split_words
from regulars.schema.contract import ColumnType
from regulars.schema.name_matching import is_cyrillic
from regulars.schema.number_units import convert_named
from regulars.schema.shapes import Shape, SourceColumn, measure_shape
from regulars.schema.wording import Wording

__all__ = [
    "Measured",
    "Reading",
    "describe_distinct",
    "is_time_of_day",
    "measure_columns",
    "read_as",
]

_TIME_OF_DAY = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(?: ?[AaPp][Mm])?")
_SAMPLE_ROWS = 100
"""A sample of fewer rows is the whole table: no larger one is sampled so thinly."""
_FEW_VALUES = 20
"""So few are counted in all rows."""


class Reading(TypedDict):
    """How the text of a column is read: the last fields of a `ColumnMapping`."""

    format: str | None
    decimal: Literal[".", ","]
    thousands: str | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class Measured:
    """A source column and the shape of its values."""

    column: SourceColumn
    shape: Shape

    @property
    def name(self) -> str:
        """Name in the source."""
        return self.column.name

    @property
    def is_whole(self) -> bool:
        """Whole numbers, were they kept as 17850.0."""
        values = self.shape.present
        return self.shape.number.is_whole or all(value.endswith(".0") for value in values)

    @property
    def is_empty(self) -> bool:
        """No row has a value; a sample without one does not prove it."""
        return self.column.distinct_count == 0 and self.shape.present_count == 0

    @property
    def is_constant(self) -> bool:
        """The same value in all rows; a sample of one value does not prove it."""
        return self.column.distinct_count == 1 and self.shape.distinct_count == 1


def measure_columns(
    columns: Sequence[SourceColumn], *, day_first: bool | None = None
) -> tuple[list[Measured], bool, Wording | None]:
    """The columns measured, whether the day stands first in dates, and what decided that.

    The last is None when no date of the file is ambiguous.
    """
    measured = [Measured(column, _measure(column, day_first=day_first)) for column in columns]
    measured = _share_decimal_comma(measured)
    orders = [m.shape.date for m in measured if m.shape.is_date and m.shape.date.order]
    proven = next((date for date in orders if date.decided_by == "values"), None)
    if proven and day_first is None:
        is_day = proven.order == "day"
        measured = [
            Measured(m.column, _measure(m.column, day_first=is_day))
            if m.shape.date.decided_by == "habit"
            else m
            for m in measured
        ]
    if not orders:
        return measured, day_first is not False, None
    chosen = proven or orders[0]
    return measured, chosen.order == "day", _say_order(chosen.order == "day", chosen.decided_by)


def _measure(
    column: SourceColumn, *, day_first: bool | None, comma_is_decimal: bool = False
) -> Shape:
    return measure_shape(
        column,
        day_first=day_first,
        is_russian=is_cyrillic(column.name),
        comma_is_decimal=comma_is_decimal,
    )


def _share_decimal_comma(measured: list[Measured]) -> list[Measured]:
    """1,234 beside a column of 12,5 is a little more than one, too."""
    numbers = [m.shape.number for m in measured if m.shape.is_number]
    if not any(number.decimal == "," and not number.is_ambiguous for number in numbers):
        return measured
    return [
        Measured(m.column, _measure(m.column, day_first=None, comma_is_decimal=True))
        if m.shape.number.is_ambiguous
        else m
        for m in measured
    ]


def _say_order(is_day: bool, decided_by: str | None) -> Wording:  # noqa: FBT001 - a private word
    read = ("day.month.year", "день.месяц.год") if is_day else ("month/day/year", "месяц/день/год")
    why = {
        "values": ("a part above 12 proves it", "это доказывает часть больше 12"),
        "asked": ("you said so", "указано вами"),
        "habit": (
            "no value proves it; say --day-first or --month-first if it is wrong",
            "ни одно значение этого не доказывает; если не так, укажите --day-first или --month-first",
        ),
    }[decided_by or "habit"]
    return Wording(
        en=f"Dates are read as {read[0]}: {why[0]}.", ru=f"Даты читаются как {read[1]}: {why[1]}."
    )


def read_as(
    measured: Measured, type_name: ColumnType, *, is_id: bool = False, unit: str | None = None
) -> Reading:
    """How the text of the column is read when it becomes `type_name`.

    An id that a spreadsheet kept as 17850.0 is read as 17850; numbers with units (5 ГБ) become
    those of `unit` where it is given.
    """
    shape, source = measured.shape, measured.column.type
    reading: Reading = {"format": None, "decimal": ".", "thousands": None, "unit": None}
    if type_name in ("date", "instant"):
        if source not in ("date", "instant"):
            reading["format"] = shape.date.format
    elif type_name in ("integer", "float", "decimal"):
        if source == "string" and shape.number.share:
            number = shape.number
            reading["format"], reading["unit"] = number.choose_format(unit)
            named = None if reading["format"] else convert_named(split_words(measured.name), unit)
            if named is not None:
                reading["format"], reading["unit"] = named, unit
            reading["decimal"], reading["thousands"] = number.decimal, number.thousands
    elif type_name == "string":
        values = shape.present
        is_float = bool(values) and all(v.endswith(".0") and v[:-2].isdigit() for v in values)
        is_marked = bool(values) and all(value.startswith("'") for value in values)
        marked = "apostrophe" if is_marked else None
        reading["format"] = "whole_number" if is_id and is_float else marked
    elif type_name == "boolean" and source != "boolean" and shape.boolean:
        reading["format"] = "|".join(shape.boolean)
    return reading


def is_time_of_day(measured: Measured) -> bool:
    """Whether the values read as times of a day: 9:05, 18:30:00, 6:30 PM."""
    values = measured.shape.present
    return bool(values) and all(_TIME_OF_DAY.fullmatch(value.strip()) for value in values)


def describe_distinct(measured: Measured) -> Wording:
    """How many distinct values there are, or that every row has its own."""
    shape = measured.shape
    if shape.is_unique and shape.present_count > 1:
        return Wording(en="every value is different", ru="все значения разные")
    count = f"{shape.distinct_count:,}"
    spaced = count.replace(",", "\u00a0")
    is_sampled = measured.column.distinct_count is None and shape.row_count >= _SAMPLE_ROWS
    if is_sampled and shape.distinct_count > _FEW_VALUES:
        return Wording(
            en=f"{count} distinct values in a sample", ru=f"разных значений в выборке: {spaced}"
        )
    return Wording(
        en=f"{count} distinct value{'' if count == '1' else 's'}",
        ru=f"разных значений: {spaced}",
    )
