"""The words in which conditions are read, English and Russian."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

from regulars.conditions.tree import AsOfPlusDays, Bound
from regulars.schema.wording import Language, Wording, pluralize

__all__ = [
    "INVERSE",
    "TEXT_PHRASES",
    "compare_with_column",
    "compare_with_value",
    "ends_in_one",
    "is_time",
    "quote_text",
    "read_value",
    "say_window",
]

INVERSE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
"""The comparison that holds of a present value exactly where the first does not."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*(Z|[+-]\d{2}:?\d{2})")
_GROUPED_FROM = 10_000  # below it, as in years, a separator of thousands reads oddly
_LONGEST_TEXT = 60
_MOST_DIGITS = 20
_RUSSIAN_MARKS = str.maketrans({",": "\N{NO-BREAK SPACE}", ".": ","})

_NUMBERS: dict[Language, dict[str, str]] = {
    "en": {
        "=": "is {}",
        "!=": "is not {}",
        "<": "is under {}",
        "<=": "is at most {}",
        ">": "is over {}",
        ">=": "is at least {}",
    },
    "ru": {
        "=": "— {}",
        "!=": "— не {}",
        "<": "меньше {}",
        "<=": "не больше {}",
        ">": "больше {}",
        ">=": "не меньше {}",
    },
}
_TIMES: dict[Language, dict[str, str]] = {
    "en": {
        "=": "is {}",
        "!=": "is not {}",
        "<": "is before {}",
        "<=": "is not after {}",
        ">": "is after {}",
        ">=": "is not before {}",
    },
    "ru": {
        "=": "— {}",
        "!=": "— не {}",
        "<": "раньше {}",
        "<=": "не позже {}",
        ">": "позже {}",
        ">=": "не раньше {}",
    },
}
_TEXTS: dict[Language, dict[str, str]] = {
    "en": {
        "=": "is {}",
        "!=": "is not {}",
        "<": "comes before {} in the alphabet",
        "<=": "does not come after {} in the alphabet",
        ">": "comes after {} in the alphabet",
        ">=": "does not come before {} in the alphabet",
    },
    "ru": {
        "=": "— {}",
        "!=": "— не {}",
        "<": "по алфавиту раньше, чем {}",
        "<=": "по алфавиту не позже, чем {}",
        ">": "по алфавиту позже, чем {}",
        ">=": "по алфавиту не раньше, чем {}",
    },
}
_OTHER_NUMBERS: dict[Language, dict[str, str]] = {
    "en": {
        "=": "is the same as {}",
        "!=": "differs from {}",
        "<": "is less than {}",
        "<=": "is not more than {}",
        ">": "is more than {}",
        ">=": "is not less than {}",
    },
    "ru": {
        "=": "совпадает с «{}»",
        "!=": "отличается от «{}»",
        "<": "меньше, чем {}",
        "<=": "не больше, чем {}",
        ">": "больше, чем {}",
        ">=": "не меньше, чем {}",
    },
}
_OTHER_TIMES: dict[Language, dict[str, str]] = {
    "en": {**_TIMES["en"], "=": "is the same as {}", "!=": "differs from {}"},
    "ru": {
        **_OTHER_NUMBERS["ru"],
        "<": "раньше, чем {}",
        "<=": "не позже, чем {}",
        ">": "позже, чем {}",
        ">=": "не раньше, чем {}",
    },
}
TEXT_PHRASES: dict[Language, dict[str, tuple[str, str]]] = {
    "en": {
        "contains": ("contains {}", "does not contain {}"),
        "starts_with": ("starts with {}", "does not start with {}"),
        "ends_with": ("ends with {}", "does not end with {}"),
        "matches": ("matches the pattern {}", "does not match the pattern {}"),
    },
    "ru": {
        "contains": ("содержит {}", "не содержит {}"),
        "starts_with": ("начинается с {}", "не начинается с {}"),
        "ends_with": ("оканчивается на {}", "не оканчивается на {}"),
        "matches": ("подходит под образец {}", "не подходит под образец {}"),
    },
}


def is_time(value: object) -> bool:
    """Whether a value of a definition reads as a day or a moment."""
    return _read_time(value) is not None or isinstance(value, AsOfPlusDays)


def _read_time(value: object) -> date | None:
    """The day or moment that `value` is or says, else None."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return None
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
        return datetime.fromisoformat(value) if _MOMENT.fullmatch(value) else None
    except ValueError:
        return None


def read_value(value: object, language: Language) -> str:
    """A value of a definition or of a row, in words."""
    if isinstance(value, bool):
        return {"en": ("false", "true"), "ru": ("нет", "да")}[language][value]
    moment = _read_time(value)
    if moment is not None:
        return _read_moment(moment, language)
    if isinstance(value, int | float | Decimal):
        return _read_number(value, language)
    return _quote(str(value), language)


def _read_moment(moment: date, language: Language) -> str:
    from babel.dates import format_date

    # Babel counts years with four digits and more only; so does the calendar of our data.
    day = format_date(moment, "d MMMM y 'года'" if language == "ru" else "d MMMM y", language)
    if not isinstance(moment, datetime):
        return day
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    clock = moment.strftime("%H:%M" if moment.second == 0 else "%H:%M:%S")
    zone = moment.strftime("%z")
    return f"{day}, {clock} UTC{'' if zone == '+0000' else f'{zone[:3]}:{zone[3:5]}'}"


def _read_number(value: float | Decimal, language: Language) -> str:
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return str(value)
    text = format(number, ",f" if abs(number) >= _GROUPED_FROM else "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.translate(_RUSSIAN_MARKS) if language == "ru" else text


def _quote(text: str, language: Language) -> str:
    shown = text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
    return f"«{shown}»" if language == "ru" else f'"{shown}"'


def compare_with_value(op: str, value: Bound, language: Language) -> str:
    """What a column does when it stands in `op` to `value`: "is over 120"."""
    if isinstance(value, AsOfPlusDays):
        return _compare_with_days(op, value.as_of_plus_days, language)
    if isinstance(value, bool):
        return _NUMBERS[language][op].format(read_value(value, language))
    words = _NUMBERS
    if isinstance(value, str):
        words = _TIMES if is_time(value) else _TEXTS
    return words[language][op].format(read_value(value, language))


def _compare_with_days(op: str, days: int, language: Language) -> str:
    if language == "en":
        return _TIMES["en"][op].format(_english_day(days))
    if days == 0:
        case = "день расчёта" if op in ("=", "!=") else "дня расчёта"
        return _TIMES["ru"][op].format(case)
    if op in ("=", "!="):
        return ("ровно " if op == "=" else "не ") + _russian_day(days)
    # Before a number the comma of "раньше, чем" falls away.
    return _OTHER_TIMES["ru"][op].replace(",", "").format(_russian_day(days))


def _english_day(days: int) -> str:
    if days == 0:
        return "the day of the calculation"
    count = pluralize(abs(days), "en", "day", "days")
    return f"{count} {'before' if days < 0 else 'after'} the day of the calculation"


def _russian_day(days: int) -> str:
    count = pluralize(abs(days), "ru", "день", "дня", "дней")
    return f"за {count} до дня расчёта" if days < 0 else f"через {count} после дня расчёта"


def compare_with_column(op: str, other: str, language: Language, *, of_times: bool) -> str:
    """What a column does when it stands in `op` to the column called `other`."""
    words = _OTHER_TIMES if of_times else _OTHER_NUMBERS
    return words[language][op].format(other)


def quote_text(text: str, language: Language) -> str:
    """A text in the quotation marks of the language."""
    return f"«{text}»" if language == "ru" else f'"{text}"'


def ends_in_one(count: int) -> bool:
    """Whether Russian takes the singular after the number: 1, 21, 101, and not 11."""
    return count % 10 == 1 and count % 100 != 11


def say_window(days: int) -> Wording:
    """The last so many days.

    Examples
    --------
    >>> say_window(30).en, say_window(21).ru
    ('in the last 30 days', 'за последний 21 день')
    """
    english = "in the last day" if days == 1 else f"in the last {days} days"
    if days == 1:
        return Wording(en=english, ru="за последний день")
    which = "последний" if ends_in_one(days) else "последние"
    russian = f"за {which} {pluralize(days, 'ru', 'день', 'дня', 'дней')}"
    return Wording(en=english, ru=russian)
