"""How a source's value becomes a value of a contract: one SQL expression a column.

Source rows lie as they came in a DuckDB table. For each mapped column there is an expression
of the value (missing when it cannot be read) and a condition that says that something was
there and could not be read. Nothing is rounded, cut or guessed silently: whole numbers with a
fraction, infinite numbers and impossible dates count as unreadable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.ingest.macros import render_cast
from regulars.ingest.moment_reading import add_time, read_moment
from regulars.ingest.number_reading import read_integer, read_number, render_number
from regulars.lake.sql import quote_name, quote_text
from regulars.schema.contract import Role
from regulars.schema.personal_text import MASK, PERSONAL_HINT, PERSONAL_PATTERN

if TYPE_CHECKING:
    from regulars.schema.mapping import ColumnMapping

__all__ = ["Conformed", "conform_column", "mask_personal"]

_MONEY_DECIMALS = 4
_APOSTROPHE = r"^\s*'"
_TRUE = ("true", "t", "yes", "y", "1", "1.0", "on", "да", "д", "истина", "есть")
_FALSE = ("false", "f", "no", "n", "0", "0.0", "off", "нет", "н", "ложь")


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
    value = add_time(mapping, value) if not is_utc else value
    return Conformed(mapping, value, unreadable, is_utc=is_utc, is_rounded=is_rounded)


def _loses_decimals(mapping: ColumnMapping, text: str) -> str:
    """A condition that is cheap for all but texts with many letters behind the decimal mark."""
    mark = quote_text(mapping.decimal)
    exact = render_cast(render_number(mapping, text), "DECIMAL(38,12)")
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
        value = f"CAST({column} AS {'DATE' if target == 'date' else 'TIMESTAMP'})"
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
    value = add_time(mapping, value) if not is_utc else value
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


_READERS = {
    "integer": read_integer,
    "float": read_number,
    "decimal": read_number,
    "boolean": _boolean,
    "date": read_moment,
    "instant": read_moment,
}
