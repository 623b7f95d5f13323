"""Days and instants out of text, in every way that people and programs write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.ingest.macros import render_cast
from regulars.lake.sql import quote_name, quote_text
from regulars.schema.date_shapes import RUSSIAN_MONTHS, RUSSIAN_YEAR

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingType

    from regulars.schema.mapping import ColumnMapping

__all__ = ["add_time", "read_moment"]

# Files put together by hand mix the two ways of writing a day that cannot be mistaken for each
# other: 2024-06-30, and 30.06.2024 with the day first. Each is read wherever the other fails.
_DOTTED_FORMATS = ("%d.%m.%Y", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M")
_LOOKS_ISO = "regexp_matches({text}, '^\\s*\\d{{4}}-\\d{{2}}-\\d{{2}}')"


_TIME_FORMATS = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p")


def add_time(mapping: ColumnMapping, day: str) -> str:
    """The moment that a day and the time in another column make; without a time its midnight."""
    if mapping.time_source is None:
        return day
    text = f"clean(CAST({quote_name(mapping.time_source)} AS VARCHAR))"
    formats = ", ".join(map(quote_text, _TIME_FORMATS))
    time = f"coalesce(CAST(try_strptime({text}, [{formats}]) AS TIME), TIME '00:00:00')"
    return f"CAST({day} AS DATE) + {time}"


def read_moment(mapping: ColumnMapping, text: str) -> tuple[str, bool]:
    """The value as an expression, and whether it has been brought to UTC."""
    target = "DATE" if mapping.type == "date" else "TIMESTAMP"
    shape = mapping.format
    if shape is not None and (shape == "iso_zone" or "%z" in shape):
        text = _with_plain_zone(text)
    if shape is not None and shape in _SPECIAL_MOMENTS:
        value, is_utc = _SPECIAL_MOMENTS[shape]
        if is_utc and mapping.type == "date":
            return f"company_day(CAST({value.format(text=text)} AS TIMESTAMPTZ))", is_utc
        return f"CAST({value.format(text=text)} AS {target})", is_utc
    iso = render_cast(text, target)
    if shape is None or shape == "iso":
        formats = ", ".join(map(quote_text, _DOTTED_FORMATS))
        return f"coalesce({iso}, CAST(try_strptime({text}, [{formats}]) AS {target}))", False
    if "%b" in shape or "%B" in shape:
        text = _with_english_months(text)
    formats = ", ".join(quote_text(one) for one in shape.split("|"))
    parsed = f"CAST(try_strptime({text}, [{formats}]) AS {target})"
    if "%z" in shape:
        if mapping.type == "date":
            parsed = f"company_day(CAST(try_strptime({text}, [{formats}]) AS TIMESTAMPTZ))"
        return parsed, True
    return f"coalesce({parsed}, CASE WHEN {_LOOKS_ISO.format(text=text)} THEN {iso} END)", False


def _with_english_months(text: str) -> str:
    """The text of a date with Russian months as the engine reads them."""
    plain = f"regexp_replace(lower({text}), {quote_text(RUSSIAN_YEAR)}, '\\1\\2')"
    for month, english in RUSSIAN_MONTHS.items():
        plain = f"regexp_replace({plain}, '{month}[а-я]*\\.?', '{english}')"
    return f"CASE WHEN regexp_matches({text}, '[а-яА-Я]') THEN trim({plain}) ELSE {text} END"


def _with_plain_zone(text: str) -> str:
    """The text of an instant with its zone as the engine reads it: no Z, no blank before."""
    shifted = f"regexp_replace({text}, '\\s*([Zz]|UTC|GMT)\\s*$', '+00:00')"
    return f"regexp_replace({shifted}, '\\s+([-+]\\d{{2}})', '\\1')"


_EXCEL = "(TIMESTAMP '1899-12-30' + to_microseconds(CAST(round(TRY_CAST({text} AS DOUBLE) * 86400) AS BIGINT) * 1000000))"
_SPECIAL_MOMENTS: MappingType[str, tuple[str, bool]] = {
    "excel_serial": (_EXCEL, False),
    "iso_zone": ("TRY_CAST({text} AS TIMESTAMP WITH TIME ZONE)", True),
    "epoch_seconds": ("make_timestamp(CAST(TRY_CAST({text} AS DOUBLE) * 1000000 AS BIGINT))", True),
    "epoch_milliseconds": (
        "make_timestamp(CAST(TRY_CAST({text} AS DOUBLE) * 1000 AS BIGINT))",
        True,
    ),
}
