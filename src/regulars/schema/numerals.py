"""Numbers as English and Russian write them, and the form of a noun beside one.

By the rules of CLDR, written out for two languages: to read all of CLDR takes as long as to load
thirty thousand rows, and every command says a number.
"""

from decimal import Decimal
from typing import Literal

__all__ = ["PluralTag", "choose_tag", "group_digits"]

PluralTag = Literal["one", "few", "many", "other"]
_DIGITS = 60


def group_digits(number: float | Decimal, language: Literal["en", "ru"], digits: int = 0) -> str:
    r"""A number with its thousands apart and at most so many decimals; a half goes to the even one.

    Examples
    --------
    >>> group_digits(135080.25, "en", 1), group_digits(135080.25, "ru", 2)
    ('135,080.2', '135\xa0080,25')
    """
    exact = Decimal(str(number))
    if not exact.is_finite() or exact.adjusted() > _DIGITS - digits:
        from babel.numbers import format_decimal

        return format_decimal(number, locale=language)
    text = f"{exact:,.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if language == "en" else text.translate({44: "\N{NO-BREAK SPACE}", 46: ","})


def choose_tag(count: float, language: Literal["en", "ru"]) -> PluralTag:
    """CLDR's plural category of a number.

    Examples
    --------
    >>> [choose_tag(count, "ru") for count in (1, 3, 11, 21, 1.5)]
    ['one', 'few', 'many', 'one', 'other']
    """
    whole = abs(int(count))
    if whole != abs(count):
        return "other"
    if language == "en":
        return "one" if whole == 1 else "other"
    if whole % 100 in (11, 12, 13, 14):
        return "many"
    last = whole % 10
    return "one" if last == 1 else "few" if last in (2, 3, 4) else "many"
