"""The words of the engine that reading is written in: what is blank, what says nothing, what a day is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.lake.sql import quote_text
from regulars.schema.shapes import MISSING_TOKENS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["define_macros", "render_cast"]

_ODD_BLANKS = (9, 10, 13, 160, 8239, 65279)
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
    would turn an IN of many words into a join. `all_plain(x)`, over all rows, says of a column in
    ASCII in half the time that `is_plain(x)` holds in every row; where it is false, nobody knows.
    """
    spelled = f"[{', '.join(map(quote_text, _MISSING_SPELLED))}]"
    tokens = f"[{', '.join(map(quote_text, sorted(MISSING_TOKENS | {''})))}]"
    longest = max(len(word.encode()) for word in _MISSING_SPELLED)
    odd = " || ".join(f"chr({code})" for code in _ODD_BLANKS)
    firsts = sorted({ord(word[0]) for word in _MISSING_SPELLED if word})
    starts = " AND ".join(f"ord(x) <> {code}" for code in firsts)
    listed = ", ".join(map(str, firsts))
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
        f"all_plain(x) AS NOT coalesce(bool_or(ord(x) <= ord(' ') OR ord(x) IN ({listed})"
        f" OR suffix(x, ' ') OR strlen(x) <> length(x)), false)",
        "text_value(x) AS CASE WHEN is_plain(x) THEN x ELSE careful_text(x) END",
        f"company_day(x) AS CASE WHEN CAST(timezone('UTC', x) AS TIME) = TIME '00:00:00'"
        f" THEN CAST(timezone('UTC', x) AS DATE)"
        f" ELSE CAST(timezone({quote_text(zone)}, x) AS DATE) END",
        f"says_nothing(x) AS x IS NULL OR list_contains({tokens}, lower(clean(x)))",
    ):
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")


def render_cast(text: str, sql_type: str) -> str:
    """A cast that forgives blanks of every kind around the value.

    The engine's own cast forgives plain spaces; only where it fails is the text trimmed.
    """
    return f"coalesce(TRY_CAST({text} AS {sql_type}), TRY_CAST(clean({text}) AS {sql_type}))"
