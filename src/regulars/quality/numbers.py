"""Numbers in sentences: grouped thousands, and shares that never round something to nothing."""

from typing import Literal

from regulars.schema.numerals import group_digits
from regulars.schema.wording import Language, pluralize

__all__ = [
    "Unit",
    "format_amount",
    "format_count",
    "format_number",
    "format_share",
    "format_times",
    "format_units",
]

Unit = Literal["row", "customer", "session", "day"]

_MOST_DIGITS = 3
_FORMS: dict[Unit, dict[Language, tuple[str, ...]]] = {
    "row": {"en": ("row", "rows"), "ru": ("строка", "строки", "строк")},
    "customer": {"en": ("customer", "customers"), "ru": ("клиент", "клиента", "клиентов")},
    "session": {"en": ("session", "sessions"), "ru": ("сеанс", "сеанса", "сеансов")},
    "day": {"en": ("day", "days"), "ru": ("день", "дня", "дней")},
}


def format_number(number: float, language: Language, *, digits: int = 0) -> str:
    r"""`number` with its thousands grouped as the language does.

    Examples
    --------
    >>> format_number(135080, "en"), format_number(1234.5, "ru", digits=1)
    ('135,080', '1\xa0234,5')
    """
    return group_digits(round(number, digits), language, _MOST_DIGITS)


def format_count(count: int, language: Language, *forms: str) -> str:
    """`count` with grouped thousands and the right form of its noun.

    Examples
    --------
    >>> format_count(9288, "en", "row", "rows")
    '9,288 rows'
    """
    noun = pluralize(count, language, *forms).partition(" ")[2]
    return f"{format_number(count, language)} {noun}"


def format_units(count: int, language: Language, unit: Unit) -> str:
    """`count` of what is counted most, in words.

    Examples
    --------
    >>> format_units(1, "en", "customer"), format_units(21, "ru", "row")
    ('1 customer', '21 строка')
    """
    return format_count(count, language, *_FORMS[unit][language])


def format_share(share: float, language: Language) -> str:
    r"""`share` (0-1) in percent; what is neither 0 nor 1 never reads as 0 % or 100 %.

    Examples
    --------
    >>> [format_share(share, "en") for share in (0.24927, 0.00001, 0.99999, 1.0)]
    ['24.9%', 'under 0.1%', 'over 99.9%', '100%']
    >>> format_share(0.0009, "en")
    '0.1%'
    >>> format_share(0.24927, "ru")
    '24,9\xa0%'
    """
    percent = share * 100
    sign = "%" if language == "en" else "\N{NO-BREAK SPACE}%"
    # What rounds to 0.1 is called so: the tables beside the sentence round, too.
    if percent > 0 and round(percent, 1) == 0:
        return {"en": "under 0.1", "ru": "менее 0,1"}[language] + sign
    if percent < 100 and round(percent, 1) == 100:
        return {"en": "over 99.9", "ru": "более 99,9"}[language] + sign
    return format_number(percent, language, digits=1) + sign


def format_times(number: float, language: Language, *, digits: int = 1) -> str:
    """`number` with the right form of "times": how many times as often, as far, as much.

    Examples
    --------
    >>> format_times(3.96, "en", digits=2), format_times(12.04, "ru"), format_times(11.8, "ru")
    ('3.96 times', '12 раз', '11,8 раза')
    """
    rounded = round(number, digits)
    if rounded == int(rounded):
        forms = ("time", "times") if language == "en" else ("раз", "раза", "раз")
        return format_count(int(rounded), language, *forms)
    times = {"en": "times", "ru": "раза"}[language]
    return f"{format_number(rounded, language, digits=digits)} {times}"


def format_amount(amount: float, language: Language) -> str:
    """`amount` with as many digits as its size deserves.

    Examples
    --------
    >>> [format_amount(amount, "en") for amount in (12345.678, 12.345, 0.012345)]
    ['12,346', '12.3', '0.0123']
    """
    size = abs(amount)
    if size >= 1000 or size == int(size):
        return format_number(amount, language)
    if size >= 1:
        return format_number(amount, language, digits=1)
    text = f"{amount:.3g}"
    return text if language == "en" else text.replace(".", ",")
