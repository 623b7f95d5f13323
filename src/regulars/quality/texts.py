"""Texts as Ibis expressions: made comparable, and told when they say nothing."""

import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.quality.check import TextFault

__all__ = ["is_faulty", "keep_digits", "normalize_text", "sort_words"]

_LETTERS = string.ascii_lowercase + "абвгдежзийклмнопрстуфхцчшщъыьэюя"
# Regular expressions of the engines have no back references, so every letter is named.
_LETTER_RUN = "|".join(f"{letter}{{8,}}" for letter in _LETTERS)
_LINK = r"https?://|www\.[a-z0-9-]+\.|\b(t\.me|bit\.ly|wa\.me|goo\.gl|vk\.cc|clck\.ru)/"
_PHONE_DIGITS = 10


def normalize_text(column: "ir.StringValue") -> "ir.StringValue":
    """Lower case, ё as е, punctuation and spaces as one space, trimmed.

    Examples
    --------
    >>> import ibis
    >>> normalize_text(ibis.literal(" ООО «Звёзды», г. Омск")).to_pyarrow().as_py()
    'ооо звезды г омск'
    """
    lowered = column.cast("string").lower().replace("ё", "е")
    return lowered.re_replace(r"[^0-9a-zа-я\p{L}]+", " ").strip()


def sort_words(column: "ir.StringValue") -> "ir.StringValue":
    """`normalize_text` with the words in alphabetic order: "Иванов Пётр" is "Пётр Иванов"."""
    return normalize_text(column).split(" ").sort().join(" ")


def keep_digits(column: "ir.StringValue") -> "ir.StringValue":
    """The last ten digits, so that +7 and 8 before a Russian number do not matter.

    Examples
    --------
    >>> import ibis
    >>> keep_digits(ibis.literal("8 (846) 200-10-20")).to_pyarrow().as_py()
    '8462001020'
    """
    return column.cast("string").re_replace(r"[^0-9]+", "").right(_PHONE_DIGITS)


def is_faulty(column: "ir.StringValue", fault: "TextFault") -> "ir.BooleanValue":
    """Whether a text has the fault; a missing text is only ever `empty`."""
    import ibis

    if fault == "empty":
        return column.isnull() | (normalize_text(column) == "")
    tests = {
        "repeated_characters": _has_repeated_characters,
        "repeated_word": _is_one_word,
        "link": _has_link,
    }
    return tests[fault](column).coalesce(ibis.literal(value=False))


def _has_repeated_characters(column: "ir.StringValue") -> "ir.BooleanValue":
    """Mostly one letter eight times running, or four characters and more of at most two kinds."""
    lowered = column.lower()
    solid = lowered.re_replace(r"\s+", "")
    first = solid.substr(0, 1)
    rest = solid.replace(first, "")
    leftover = rest.replace(rest.substr(0, 1), "")
    # "5 / 5" and "10 / 10" are marks, not noise.
    has_letter = solid.re_search(r"\p{L}")
    poor = (solid.length() >= 4) & (leftover == "") & has_letter
    # "Ужаааааааас, связи нет" is a complaint: only what is mostly such a run says nothing.
    said = solid.re_replace(_LETTER_RUN, "")
    return poor | (said.length() * 2 < solid.length())


def _is_one_word(column: "ir.StringValue") -> "ir.BooleanValue":
    """Three words and more, all the same."""
    words = normalize_text(column)
    first = words.re_extract(r"^\S+", 0)
    # Doubled spaces give every word its own two, so that neighbors are both replaced.
    spaced = " " + words.replace(" ", "  ") + " "
    rest = spaced.replace(" " + first + " ", "")
    repeats = (words.length() + 1) >= (first.length() + 1) * 3
    return (first != "") & (rest == "") & repeats


def _has_link(column: "ir.StringValue") -> "ir.BooleanValue":
    return column.lower().re_search(_LINK)
