"""Names of foreign columns: split into words, made ours, compared with what we know."""

import re
from collections.abc import Iterable
from functools import lru_cache

__all__ = ["RESERVED_NAMES", "make_column_name", "make_unique", "split_words", "transliterate"]

RESERVED_NAMES = frozenset(
    {"customer_id", "observed_at", "observed_on", "observed_hour", "known_at", "known_on"}
    | {"known_hour", "load_id", "attributes", "bucket", "rejected_reason", "source_row"}
    | {"lake_file", "file_row_number", "row_place"}
)
"""Names that the lake itself gives; a column of a file never takes one by accident."""

_LONGEST_NAME = 120
_BOUNDARY = re.compile(
    r"(?<=[a-zа-яё0-9])(?=[A-ZА-ЯЁ])"  # customerID, ДатаПокупки
    r"|(?<=[A-ZА-ЯЁ])(?=[A-ZА-ЯЁ][a-zа-яё])"  # IDNumber
)
_SEPARATORS = re.compile(r"[\W_]+")

# The reading that people type when a system refuses Cyrillic: "data_pokupki", "familiya".
_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        re.findall(
            r"\S+", "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch . y . e yu ya"
        ),
        strict=True,
    )
)


@lru_cache(maxsize=65_536)
def split_words(name: str) -> tuple[str, ...]:
    """The words of a name, lower case, ё as е, plural s of English dropped.

    Examples
    --------
    >>> split_words("InvoiceNo"), split_words("customerID"), split_words("Дата_Покупки")
    (('invoice', 'no'), ('customer', 'id'), ('дата', 'покупки'))
    """
    spaced = _SEPARATORS.sub(" ", _BOUNDARY.sub(" ", name))
    return tuple(_drop_plural(word) for word in spaced.casefold().replace("ё", "е").split())


def _drop_plural(word: str) -> str:
    is_plural = word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if is_plural and len(word) > 3 and word.isascii() else word


def transliterate(text: str) -> str:
    """Cyrillic letters as the Latin ones people type instead; lower case.

    Examples
    --------
    >>> transliterate("Дата покупки")
    'data pokupki'
    """
    letters = (_LATIN.get(letter, letter) for letter in text.casefold())
    return "".join(letter for letter in letters if letter != ".")


def make_column_name(source: str) -> str:
    """A snake_case name for a foreign column; Cyrillic letters stay.

    Examples
    --------
    >>> [make_column_name(name) for name in ("customerID", "emp.var.rate", "Сумма, руб.", "%")]
    ['customer_id', 'emp_var_rate', 'сумма_руб', 'column']
    """
    spaced = _SEPARATORS.sub(" ", _BOUNDARY.sub(" ", source))
    name = "_".join(spaced.lower().split())[:_LONGEST_NAME].strip("_")
    if not name:
        return "column"
    return f"column_{name}" if name[0].isdigit() else name


def make_unique(names: Iterable[str], *, taken: Iterable[str] = ()) -> tuple[str, ...]:
    """The names in order, a number added to those that are taken already.

    Examples
    --------
    >>> make_unique(["city", "city", "load_id"], taken=["load_id"])
    ('city', 'city_2', 'load_id_2')
    """
    used = set(taken)
    next_number: dict[str, int] = {}
    unique = []
    for name in names:
        candidate = name
        while candidate in used:
            next_number[name] = next_number.get(name, 1) + 1
            candidate = f"{name}_{next_number[name]}"
        used.add(candidate)
        unique.append(candidate)
    return tuple(unique)
