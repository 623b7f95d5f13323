"""Numbers out of text: without marks of thousands, signs and words, as seconds where they are clocks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regulars.ingest.macros import render_cast
from regulars.lake.sql import quote_text
from regulars.schema.number_units import UNITS_FORMAT

if TYPE_CHECKING:
    from regulars.schema.mapping import ColumnMapping

__all__ = ["read_integer", "read_number", "render_number"]

_SPACES = "[ \u00a0\u202f\u2009]"
_SYMBOLS = r"[$€£¥₽₸₴₺%]|руб\.?|р\.|тг|rub|usd|eur|try|kzt"
# In parentheses, or with the minus at the end.
_NEGATIVE = r"^\s*(?:\(([^()+−-]*\d[^()+−-]*)\)|([^()+−-]*\d)\s?[-−])\s*$"


_BLANKS = " \u00a0\u202f\u2009"
_WITH_WORD = quote_text(rf"^(.*\d)[\s{_BLANKS}]*([\p{{L}}%][^\d]*)?$")
_MARKS = quote_text(rf"[\s.,=:{_BLANKS}]")


def render_number(mapping: ColumnMapping, text: str) -> str:
    """The text of a number with its thousands marks taken out and a point for the decimals."""
    plain = text
    if mapping.format == "clock":
        return _render_clock(text)
    if mapping.format is not None and mapping.format.startswith(UNITS_FORMAT):
        return _render_units(mapping, text)
    if mapping.format == "symbols":
        plain = _drop_symbols(plain)
    return _render_plain(mapping, plain)


def _drop_symbols(text: str) -> str:
    plain = f"regexp_replace({text}, {quote_text(_NEGATIVE)}, '-\\1\\2')"
    return f"trim(regexp_replace({plain}, {quote_text(_SYMBOLS)}, '', 'gi'))"


def _render_clock(text: str) -> str:
    """Hours, minutes and seconds, or only the last two, as seconds."""
    first, second, third = (
        f"TRY_CAST(split_part({text}, ':', {place}) AS BIGINT)" for place in (1, 2, 3)
    )
    seconds = (
        f"CASE WHEN regexp_matches({text}, ':.*:') THEN {first} * 3600 + {second} * 60 + {third}"
        f" ELSE {first} * 60 + {second} END"
    )
    return f"CAST({seconds} AS VARCHAR)"


def _render_units(mapping: ColumnMapping, text: str) -> str:
    """The number before its word, times what the word stands for; missing behind another word."""
    pairs = (mapping.format or "").removeprefix(UNITS_FORMAT).split(",")
    sizes = dict(pair.rsplit("=", 1) for pair in pairs)
    cases = " ".join(f"WHEN {quote_text(word)} THEN {size}" for word, size in sizes.items())
    word = f"regexp_replace(lower(regexp_extract({text}, {_WITH_WORD}, 2)), {_MARKS}, '', 'g')"
    number = _render_plain(mapping, _drop_symbols(f"regexp_extract({text}, {_WITH_WORD}, 1)"))
    size = f"CASE {word} {cases} WHEN '' THEN 1 END"
    product = f"TRY_CAST({number} AS DECIMAL(18,6)) * CAST({size} AS DECIMAL(20,8))"
    return f"CAST({product} AS VARCHAR)"


def _render_plain(mapping: ColumnMapping, text: str) -> str:
    plain = _rule_out(mapping, text)
    if mapping.thousands == " ":
        plain = f"regexp_replace({plain}, '{_SPACES}', '', 'g')"
    elif mapping.thousands == "'":
        plain = f"regexp_replace({plain}, '[''’]', '', 'g')"
    elif mapping.thousands:
        plain = f"replace({plain}, {quote_text(mapping.thousands)}, '')"
    if mapping.decimal == ",":
        plain = f"replace({plain}, ',', '.')"
    return f"replace({plain}, '−', '-')" if mapping.thousands else plain


def _rule_out(mapping: ColumnMapping, text: str) -> str:
    """The text, missing where its marks do not stand as thousands and decimals do.

    Without that 1234,50 would be read as 123450 where the comma parts thousands.
    """
    marks = {" ": _SPACES, "'": "['’]", ".": r"\.", None: r"\."}
    mark = marks.get(mapping.thousands, mapping.thousands or "")
    if mapping.thousands is None:
        if mapping.decimal == ".":
            return text
        # Three digits behind a point would be thousands in such a file, or they would not.
        wrong = f"regexp_full_match(clean({text}), '[-+−]?\\d{{1,3}}(\\.\\d{{3}})+')"
        return f"CASE WHEN contains({text}, '.') AND {wrong} THEN NULL ELSE {text} END"
    point = re.escape(mapping.decimal)
    shape = f"[-+−]?\\d{{1,3}}({mark}\\d{{3}})+({point}\\d*)?"
    right = f"regexp_full_match(clean({text}), {quote_text(shape)})"
    marked = f"regexp_matches(clean({text}), {quote_text(mark)})"
    return f"CASE WHEN {marked} AND NOT {right} THEN NULL ELSE {text} END"


def read_number(mapping: ColumnMapping, text: str) -> tuple[str, bool]:
    """The value of a number with fractions or of money; never in UTC."""
    plain = render_number(mapping, text)
    if mapping.type == "decimal":
        return render_cast(plain, "DECIMAL(18,4)"), False
    as_double = render_cast(plain, "DOUBLE")
    return f"CASE WHEN isfinite({as_double}) THEN {as_double} END", False


def read_integer(mapping: ColumnMapping, text: str) -> tuple[str, bool]:
    """The value of a whole number; never in UTC."""
    plain = render_number(mapping, text)
    whole = render_cast(plain, "BIGINT")
    # The cast would round 1.5 to 2; only a zero fraction may be dropped.
    has_no_fraction = (
        f"NOT contains({plain}, '.') OR regexp_full_match({plain}, '\\s*[-+]?\\d+\\.0*\\s*')"
    )
    return f"CASE WHEN {has_no_fraction} THEN {whole} END", False
