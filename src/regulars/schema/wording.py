"""Words in the two languages of Regulars, and numbers beside them."""

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from regulars.errors import UnknownNameError

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
    from babel.core import Locale

    tags = ("one", "other") if language == "en" else ("one", "few", "many")
    tag = Locale(language).plural_form(count)
    form = forms[tags.index(tag)] if tag in tags else forms[-1]
    return f"{count} {form}"


def format_share(share: float, language: Language) -> str:
    r"""A share as whole percents; Russian sets the sign apart by a space that does not break.

    Examples
    --------
    >>> format_share(0.954, "en"), format_share(0.954, "ru")
    ('95%', '95\xa0%')
    """
    percents = f"{share * 100:.0f}"
    return f"{percents}%" if language == "en" else f"{percents}\u00a0%"
