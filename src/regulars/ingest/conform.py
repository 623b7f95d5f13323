"""How a source's value becomes a value of a contract: one SQL expression a column.

Source rows lie as they came in a DuckDB table. For each mapped column there is an expression
of the value (missing when it cannot be read) and a condition that says that something was
there and could not be read. Nothing is rounded, cut or guessed silently: whole numbers with a
fraction, infinite numbers and impossible dates count as unreadable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.lake.sql import quote_name, quote_text
from regulars.schema.contract import Role
from regulars.schema.date_shapes import RUSSIAN_MONTHS, RUSSIAN_YEAR
from regulars.schema.personal_text import MASK, PERSONAL_HINT, PERSONAL_PATTERN
from regulars.schema.shapes import MISSING_TOKENS

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingType

    from duckdb import DuckDBPyConnection

    from regulars.schema.mapping import ColumnMapping

__all__ = ["Conformed", "conform_column", "define_macros", "mask_personal"]

SQL_TYPES = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "float": "DOUBLE",
    "decimal": "DECIMAL(18,4)",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "instant": "TIMESTAMP",
}

_MONEY_DECIMALS = 4
_ODD_BLANKS = (9, 10, 13, 160, 8239, 65279)
_SPACES = "[ \u00a0\u202f\u2009]"
_SYMBOLS = r"[$€£¥₽₸₴₺%]|руб\.?|р\.|тг|rub|usd|eur|try|kzt"
_APOSTROPHE = r"^\s*'"
# In parentheses, or with the minus at the end.
_NEGATIVE = r"^\s*(?:\(([^()+−-]*\d[^()+−-]*)\)|([^()+−-]*\d)\s?[-−])\s*$"
_TRUE = ("true", "t", "yes", "y", "1", "1.0", "on", "да", "д", "истина", "есть")
_FALSE = ("false", "f", "no", "n", "0", "0.0", "off", "нет", "н", "ложь")
# In text only what no person would mean as a value: "NA" may be a country, "none" an answer.
_MISSING_TEXT = (
    *("null", "nan", "n/a", "#n/a", "нет данных", "не указано", "не указан", "#н/д"),
    *("#div/0!", "#value!", "#ref!", "#name?", "#num!", "#дел/0!", "#знач!", "#ссылка!", "#имя?"),
    "#число!",
)
# Spelled out in each case: comparing as it stands is cheaper than lowering every value.
_MISSING_SPELLED = sorted(
    {"", "?"}
    | {
        spelled
        for word in _MISSING_TEXT
        for spelled in (word, word.upper(), word.capitalize(), word.replace("nan", "NaN"))
    }
)


def define_macros(connection: DuckDBPyConnection, zone: str = "UTC") -> None:
    """Teach a connection the words that the expressions of this module are written in.

    `clean(x)`: without blanks of any kind around it. `text_value(x)`: that, and missing when it
    is a word for nothing. `says_nothing(x)`: nothing is there for a number or a date.
    `company_day(x)`: the day of an instant in the company's `zone`; midnight of UTC stands for the
    day itself, as programs write it that have no type for days.

    They are written for speed: making a trimmed text costs five times as much as looking at the
    ends of one, so a text is only trimmed when its first or last letter asks for it; the set of
    odd blanks is for texts with a letter beyond ASCII, where alone they can be; and the engine
    would turn an IN of many words into a join.
    """
    spelled = f"[{', '.join(map(quote_text, _MISSING_SPELLED))}]"
    tokens = f"[{', '.join(map(quote_text, sorted(MISSING_TOKENS | {''})))}]"
    longest = max(len(word.encode()) for word in _MISSING_SPELLED)
    odd = " || ".join(f"chr({code})" for code in _ODD_BLANKS)
    firsts = sorted({ord(word[0]) for word in _MISSING_SPELLED if word})
    starts = " AND ".join(f"ord(x) <> {code}" for code in firsts)
    odd_ends = " OR ".join(
        f"prefix(x, chr({code})) OR suffix(x, chr({code}))" for code in _ODD_BLANKS
    )
    for macro in (
        f"clean(x) AS CASE WHEN strlen(x) = length(x) THEN trim(x) ELSE trim(x, ' ' || {odd}) END",
        f"careful_text(x) AS CASE WHEN strlen(clean(x)) > {longest}"
        f" OR NOT list_contains({spelled}, clean(x)) THEN clean(x) END",
        # Below '!' are the blank, what cannot be printed, and the empty text.
        f"is_plain(x) AS x >= '!' AND NOT suffix(x, ' ') AND {starts}"
        f" AND CASE WHEN strlen(x) = length(x) THEN true ELSE NOT ({odd_ends}) END",
        "text_value(x) AS CASE WHEN is_plain(x) THEN x ELSE careful_text(x) END",
        f"company_day(x) AS CASE WHEN CAST(timezone('UTC', x) AS TIME) = TIME '00:00:00'"
        f" THEN CAST(timezone('UTC', x) AS DATE)"
        f" ELSE CAST(timezone({quote_text(zone)}, x) AS DATE) END",
        f"says_nothing(x) AS x IS NULL OR list_contains({tokens}, lower(clean(x)))",
    ):
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")


@dataclass(frozen=True, slots=True)
class Conformed:
    """The SQL of one mapped column.

    Attributes
    ----------
    mapping
        What the column is mapped to.
    value
        Expression of the value in the type of the contract; NULL when missing or unreadable.
        An instant is a TIMESTAMP in company time (or UTC when `is_utc`).
    is_unreadable
        Condition: something is there, and it is not a value of this type.
    is_utc
        The value carries its own zone and has been brought to UTC.
    is_rounded
        Condition: the value has more decimals than money keeps; empty where it cannot have.
    """

    mapping: ColumnMapping
    value: str
    is_unreadable: str
    is_utc: bool = False
    is_rounded: str = ""

    @property
    def read(self) -> str:
        """The column of `read_values` in which the value lies once it was read."""
        return quote_name(self.mapping.source)

    @property
    def is_cheap(self) -> bool:
        """Whether reading the value again costs less than keeping it."""
        return self.value == f"text_value({quote_name(self.mapping.source)})"

    @property
    def is_text(self) -> bool:
        """Whether the column is kept as text, which is always readable."""
        return self.mapping.type == "string"


def conform_column(mapping: ColumnMapping, source_type: str) -> Conformed:
    """The expressions that read one source column.

    Parameters
    ----------
    mapping
        Source column, type and format.
    source_type
        DuckDB's type of the source column: VARCHAR for text formats.
    """
    column = quote_name(mapping.source)
    is_text = source_type == "VARCHAR"
    text = column if is_text else f"CAST({column} AS VARCHAR)"
    if mapping.type == "string":
        return _string(mapping, column, text, source_type)
    if not is_text:
        typed = _typed(mapping, column, source_type)
        if typed is not None:
            return typed
    value, is_utc = _READERS[mapping.type](mapping, text)
    is_rounded = _loses_decimals(mapping, text) if mapping.type == "decimal" else ""
    # No word for nothing reads as a value, so the value needs no guard; and the list of words
    # is looked at only where reading failed.
    unreadable = f"({value} IS NULL AND NOT says_nothing({text}))"
    return Conformed(mapping, value, unreadable, is_utc=is_utc, is_rounded=is_rounded)


def _loses_decimals(mapping: ColumnMapping, text: str) -> str:
    """A condition that is cheap for all but texts with many letters behind the decimal mark."""
    mark = quote_text(mapping.decimal)
    exact = _cast(_plain_number(mapping, text), "DECIMAL(38,12)")
    # A CASE, because the engine works out both sides of an AND for every row.
    return (
        f"CASE WHEN strpos({text}, {mark}) > 0"
        f" AND strlen({text}) - strpos({text}, {mark}) > {_MONEY_DECIMALS}"
        f" THEN {exact} <> TRY_CAST({exact} AS DECIMAL(18,{_MONEY_DECIMALS})) ELSE false END"
    )


def _string(mapping: ColumnMapping, column: str, text: str, source_type: str) -> Conformed:
    if source_type in ("DOUBLE", "FLOAT") and mapping.role is Role.ID:
        # A numeric id read beside empty cells comes as 17850.0; the id is 17850.
        whole = f"CAST(CAST({column} AS HUGEINT) AS VARCHAR)"
        text = f"CASE WHEN {column} = trunc({column}) THEN {whole} ELSE {text} END"
    elif mapping.format == "whole_number":
        text = f"regexp_replace({text}, '\\.0+\\s*$', '')"
    elif mapping.format == "apostrophe":
        text = f"regexp_replace({text}, {quote_text(_APOSTROPHE)}, '')"
    elif mapping.is_free_text:
        text = mask_personal(text)
    return Conformed(mapping, f"text_value({text})", is_unreadable="false")


def mask_personal(text: str) -> str:
    """The expression `text` with what is personal in a free text replaced by three stars.

    Most texts have nothing that hints at it, and are not searched at length.
    """
    masked = f"regexp_replace({text}, {quote_text(PERSONAL_PATTERN)}, {quote_text(MASK)}, 'g')"
    hint = quote_text(PERSONAL_HINT)
    return f"CASE WHEN regexp_matches({text}, {hint}) THEN {masked} ELSE {text} END"


def _typed(mapping: ColumnMapping, column: str, source_type: str) -> Conformed | None:
    """Read a column that the source already typed, without a way round through text."""
    target = mapping.type
    value: str | None = None
    is_utc = False
    if target in ("integer", "float", "decimal") and _is_number(source_type):
        value = _checked_number(target, column)
    elif target in ("instant", "date") and source_type.startswith(("TIMESTAMP", "DATE")):
        is_utc = source_type == "TIMESTAMP WITH TIME ZONE"
        value = f"CAST({column} AS {SQL_TYPES[target]})"
        if is_utc and target == "date":
            value = f"company_day({column})"
    elif target == "boolean" and source_type == "BOOLEAN":
        value = column
    if value is None:
        return None
    is_there = f"{column} IS NOT NULL"
    is_rounded = ""
    if source_type in ("DOUBLE", "FLOAT"):
        is_there = f"{is_there} AND NOT isnan({column})"
        # What floats cannot write exactly, such as 0.1, is not rounded by being written so.
        off = f"abs({column} - round({column}, {_MONEY_DECIMALS}))"
        is_rounded = f"{off} > 1e-9 * greatest(1, abs({column}))" if target == "decimal" else ""
    unreadable = f"({value} IS NULL AND {is_there})"
    return Conformed(mapping, value, unreadable, is_utc=is_utc, is_rounded=is_rounded)


def _is_number(source_type: str) -> bool:
    return source_type.startswith(
        ("DECIMAL", "UINT", "UBIG", "USMALL", "UTINY")
    ) or source_type in (
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "HUGEINT",
        "DOUBLE",
        "FLOAT",
    )


def _checked_number(target: str, number: str) -> str:
    """A numeric expression as `target`; missing where it would lose something."""
    as_double = f"TRY_CAST({number} AS DOUBLE)"
    if target == "float":
        return f"CASE WHEN isfinite({as_double}) THEN {as_double} END"
    if target == "decimal":
        return f"TRY_CAST({number} AS DECIMAL(18,4))"
    return f"CASE WHEN {as_double} = trunc({as_double}) THEN TRY_CAST({number} AS BIGINT) END"


def _plain_number(mapping: ColumnMapping, text: str) -> str:
    """The text of a number with its thousands marks taken out and a point for the decimals."""
    plain = text
    if mapping.format == "clock":
        hours, minutes, seconds = (
            f"TRY_CAST(split_part({plain}, ':', {place}) AS BIGINT)" for place in (1, 2, 3)
        )
        return f"CAST({hours} * 3600 + {minutes} * 60 + {seconds} AS VARCHAR)"
    if mapping.format == "symbols":
        plain = f"regexp_replace({plain}, {quote_text(_NEGATIVE)}, '-\\1\\2')"
        plain = f"trim(regexp_replace({plain}, {quote_text(_SYMBOLS)}, '', 'gi'))"
    plain = _rule_out(mapping, plain)
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


def _cast(text: str, sql_type: str) -> str:
    """A cast that forgives blanks of every kind around the value.

    The engine's own cast forgives plain spaces; only where it fails is the text trimmed.
    """
    return f"coalesce(TRY_CAST({text} AS {sql_type}), TRY_CAST(clean({text}) AS {sql_type}))"


def _number(mapping: ColumnMapping, text: str) -> tuple[str, bool]:
    plain = _plain_number(mapping, text)
    if mapping.type == "decimal":
        return _cast(plain, "DECIMAL(18,4)"), False
    as_double = _cast(plain, "DOUBLE")
    return f"CASE WHEN isfinite({as_double}) THEN {as_double} END", False


def _integer(mapping: ColumnMapping, text: str) -> tuple[str, bool]:
    plain = _plain_number(mapping, text)
    whole = _cast(plain, "BIGINT")
    # The cast would round 1.5 to 2; only a zero fraction may be dropped.
    has_no_fraction = (
        f"NOT contains({plain}, '.') OR regexp_full_match({plain}, '\\s*[-+]?\\d+\\.0*\\s*')"
    )
    return f"CASE WHEN {has_no_fraction} THEN {whole} END", False


def _boolean(mapping: ColumnMapping, text: str) -> tuple[str, bool]:
    true: tuple[str, ...] = _TRUE
    false: tuple[str, ...] = _FALSE
    if mapping.format and "|" in mapping.format:
        yes, no = mapping.format.split("|", 1)
        true, false = (yes.strip().casefold(),), (no.strip().casefold(),)
    trues = ", ".join(quote_text(word) for word in true)
    falses = ", ".join(quote_text(word) for word in false)
    word = f"lower(clean({text}))"
    return (
        f"CASE WHEN {word} IN ({trues}) THEN true WHEN {word} IN ({falses}) THEN false END",
        False,
    )


# Files put together by hand mix the two ways of writing a day that cannot be mistaken for each
# other: 2024-06-30, and 30.06.2024 with the day first. Each is read wherever the other fails.
_DOTTED_FORMATS = ("%d.%m.%Y", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M")
_LOOKS_ISO = "regexp_matches({text}, '^\\s*\\d{{4}}-\\d{{2}}-\\d{{2}}')"


def _moment(mapping: ColumnMapping, text: str) -> tuple[str, bool]:
    target = SQL_TYPES[mapping.type]
    shape = mapping.format
    if shape is not None and (shape == "iso_zone" or "%z" in shape):
        text = _with_plain_zone(text)
    if shape is not None and shape in _SPECIAL_MOMENTS:
        value, is_utc = _SPECIAL_MOMENTS[shape]
        if is_utc and mapping.type == "date":
            return f"company_day(CAST({value.format(text=text)} AS TIMESTAMPTZ))", is_utc
        return f"CAST({value.format(text=text)} AS {target})", is_utc
    iso = _cast(text, target)
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
    shifted = f"regexp_replace({text}, '\\s*[Zz]\\s*$', '+00:00')"
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

_READERS = {
    "integer": _integer,
    "float": _number,
    "decimal": _number,
    "boolean": _boolean,
    "date": _moment,
    "instant": _moment,
}
