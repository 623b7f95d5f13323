"""What reports call a column of a file: words where they are known, its own name in quotes else."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from regulars.schema.column_names import split_words
from regulars.schema.contract import Role, get_contract
from regulars.schema.wording import Wording, pluralize

__all__ = ["label_column"]

_WINDOW = re.compile(
    r"(?:[_ ]+(?:in|over|during|for|within|за))?(?:[_ ]+the)?(?:[_ ]|(?<=[a-zа-яё]))"
    r"(?:(?:last|past|последние|последних)[_ ]*)?(\d{1,4})[_ ]?(?:d|day|days|дней|дня|день)$",
    re.IGNORECASE,
)
_BOUNDARY = re.compile(r"(?<=[a-zа-яё0-9])(?=[A-ZА-ЯЁ])|(?<=[A-ZА-ЯЁ])(?=[A-ZА-ЯЁ][a-zа-яё])")
_PLAIN_WORD = re.compile(r"[A-Za-z]{2,}|[А-Яа-яЁё]+")
_LONGEST_ABBREVIATION = 5
"""A longer word in capitals is shouting, and is made plain."""


def label_column(source: str) -> Wording:
    """The words for a column, lower case, so that they may stand inside a sentence.

    A name that is not known is made readable and put in quotes wherever it is not a plain word
    of that language: it is the company's own, and the reader must find it in the file.

    Examples
    --------
    >>> label_column("MonthlyCharges").ru, label_column("traffic_gb_30d").ru
    ('ежемесячная плата', 'трафик (ГБ) за 30 дней')
    >>> label_column("LoyaltyTier").en, label_column("LoyaltyTier").ru
    ('loyalty tier', '«Loyalty tier»')
    >>> label_column("cons.price.idx").en, label_column("Любимый магазин").en
    ('“cons.price.idx”', '“Любимый магазин”')
    """
    known = _list_known().get(split_words(source))
    if known:
        return known
    window = _WINDOW.search(source)
    if window and window.start() > 0:
        days = int(window.group(1))
        stem = label_column(source[: window.start()])
        return Wording(
            en=f"{stem.en} in {pluralize(days, 'en', 'day', 'days')}",
            ru=f"{stem.ru} за {pluralize(days, 'ru', 'день', 'дня', 'дней')}",
        )
    return _humanize(source)


@cache
def _list_known() -> Mapping[tuple[str, ...], Wording]:
    """Words by the words of the name: those of this file before those of the contract."""
    text = (resources.files("regulars.schema") / "column_words.toml").read_text(encoding="utf-8")
    own = {split_words(name): Wording(**words) for name, words in tomllib.loads(text).items()}
    contract: dict[tuple[str, ...], Wording] = {}
    for column in get_contract("customers").columns:
        if column.role in (Role.ID, Role.PERSONAL):
            continue
        meaning = Wording(en=_lower(column.meaning.en), ru=_lower(column.meaning.ru))
        for name in (column.name, *column.aliases):
            contract.setdefault(split_words(name), meaning)
    return contract | own


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _humanize(source: str) -> Wording:
    name = " ".join(source.split())
    words = _BOUNDARY.sub(" ", name.replace("_", " ")).split()
    if not words or not all(_PLAIN_WORD.fullmatch(word) for word in words):
        # An abbreviation or a formula is known to its owner as it stands.
        return Wording(en=f"“{name}”", ru=f"«{name}»")
    plain = " ".join(word if _is_abbreviation(word) else word.lower() for word in words)
    quoted = plain[:1].upper() + plain[1:]
    is_latin = plain.isascii()
    return Wording(en=plain if is_latin else f"“{quoted}”", ru=f"«{quoted}»" if is_latin else plain)


def _is_abbreviation(word: str) -> bool:
    return word.isupper() and len(word) <= _LONGEST_ABBREVIATION
