"""Words in the two languages of Regulars, and numbers beside them."""

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from regulars.errors import UnknownNameError
from regulars.schema.numerals import choose_tag

__all__ = ["LANGUAGES", "Language", "Wording", "check_language", "format_share", "pluralize"]

Language = Literal["en", "ru"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


class Wording(BaseModel):
    """The same words in English and in Russian.

    Examples
    --------
    >>> Wording(en="segment", ru="сегмент").to("ru")
    'сегмент'
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    en: str
    ru: str

    def to(self, language: Language) -> str:
        """The words in `language`."""
        return self.ru if language == "ru" else self.en


def check_language(name: str) -> Language:
    """`name` itself if Regulars speaks that language; raises `UnknownNameError` otherwise."""
    for language in LANGUAGES:
        if language == name:
            return language
    raise UnknownNameError("language", name, LANGUAGES, ru="языка")


def pluralize(count: int, language: Language, *forms: str) -> str:
    """The number with the right form of its noun, by the CLDR plural rules.

    Parameters
    ----------
    count
        How many.
    language
        Which rules to follow.
    forms
        English: one, other. Russian: one, few, many.

    Examples
    --------
    >>> [pluralize(n, "ru", "клиент", "клиента", "клиентов") for n in (1, 3, 11, 21)]
    ['1 клиент', '3 клиента', '11 клиентов', '21 клиент']
    >>> pluralize(2, "en", "customer", "customers")
    '2 customers'
    """
    tags = ("one", "other") if language == "en" else ("one", "few", "many")
    tag = choose_tag(count, language)
    form = forms[tags.index(tag)] if tag in tags else forms[-1]
    return f"{count} {form}"


def format_share(share: float, language: Language) -> str:
    r"""A share as whole percents, finer near 0 and 1: what is neither does not read as either.

    Russian sets the sign apart by a space that does not break.

    Examples
    --------
    >>> format_share(0.954, "en"), format_share(0.954, "ru"), format_share(0.0016, "ru")
    ('95%', '95\xa0%', '0,2\xa0%')
    >>> format_share(0.00001, "en"), format_share(0.9999, "en"), format_share(1.0, "en")
    ('<0.1%', '>99.9%', '100%')
    """
    percent = share * 100
    sign = "%" if language == "en" else "\u00a0%"
    if 0 < percent < 0.05:
        text = "<0.1"
    elif 99.95 < percent < 100:
        text = ">99.9"
    else:
        is_edge = 0 < percent < 1 or 99 < percent < 100
        text = f"{percent:.1f}" if is_edge else f"{percent:.0f}"
    return (text if language == "en" else text.replace(".", ",")) + sign
