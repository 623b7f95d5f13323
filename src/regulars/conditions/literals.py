"""Values of a definition fitted to the type of the column they are compared with."""

import operator
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, TypeAlias

from regulars.conditions.tree import AsOfPlusDays, Bound
from regulars.errors import InvalidParameterError

__all__ = [
    "OPERATORS",
    "Fitted",
    "Kind",
    "check_order",
    "check_same_kind",
    "check_text",
    "check_whole",
    "describe_kind",
    "fit",
    "fold_case",
    "kind_of_value",
    "need_as_of",
]

Kind = Literal[
    "string", "integer", "float", "decimal", "boolean", "date", "instant", "missing", "other"
]
Fitted: TypeAlias = bool | int | float | Decimal | str | date | datetime

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ORDERED_KINDS = frozenset({"string", "integer", "float", "decimal", "date", "instant"})
_NUMBERS = frozenset({"integer", "float", "decimal"})
_LARGEST_INTEGER = 2**63
_MOST_DIGITS = 18
_MOST_DECIMALS = 12
_CALLED = {
    "string": "text",
    "integer": "whole numbers",
    "float": "numbers",
    "decimal": "decimal numbers",
    "boolean": "yes or no",
    "date": "days",
    "instant": "moments in time",
    "missing": "nothing at all",
    "other": "values that conditions cannot compare",
}
_CALLED_RU = {
    "string": "текст",
    "integer": "целые числа",
    "float": "числа",
    "decimal": "десятичные числа",
    "boolean": "да или нет",
    "date": "дни",
    "instant": "моменты времени",
    "missing": "одни пропуски",
    "other": "значения, которые условия не сравнивают",
}
_PLAIN_NUMBER = ("write a number without quotes", "пишите число без кавычек")
_HINT = {
    "string": ('write it in quotes, as in "7"', 'пишите его в кавычках: "7"'),
    "integer": _PLAIN_NUMBER,
    "float": _PLAIN_NUMBER,
    "decimal": _PLAIN_NUMBER,
    "boolean": ("write true or false", "пишите true или false"),
    "date": ('write a day as "2026-01-31"', 'пишите день так: "2026-01-31"'),
    "instant": (
        'write a moment with its time zone, as in "2026-01-31T00:00:00+03:00"',
        'пишите момент с часовым поясом: "2026-01-31T00:00:00+03:00"',
    ),
}


def describe_kind(kind: Kind) -> str:
    """What a column of this kind holds, in words for a message."""
    return _CALLED[kind]


def kind_of_value(value: object) -> Kind:
    """The kind of a value in a row; NaN is missing, as None is."""
    if value is None or (isinstance(value, float) and value != value):
        return "missing"
    kinds: tuple[tuple[type, Kind], ...] = (
        (bool, "boolean"),
        (int, "integer"),
        (float, "float"),
        (Decimal, "decimal"),
        (str, "string"),
        (datetime, "instant"),
        (date, "date"),
    )
    return next((kind for cls, kind in kinds if isinstance(value, cls)), "other")


def need_as_of(as_of: datetime | None) -> datetime:
    """`as_of` itself, if it is given with its time zone."""
    if as_of is None:
        raise InvalidParameterError(
            en="A condition counts days from the day of the calculation ('as_of_plus_days'),"
            " but no as_of was given; pass as_of.",
            ru="Условие отсчитывает дни от дня расчёта (as_of_plus_days), но день as_of не задан; "
            "передайте as_of.",
        )
    if as_of.tzinfo is None:
        raise InvalidParameterError(
            en=f"as_of has no time zone: {as_of.isoformat()}. Give the instant at which the day"
            " begins, in the time zone of the company.",
            ru=f"У as_of нет часового пояса: {as_of.isoformat()}. Укажите момент, когда начинается "
            "день, в часовом поясе компании.",
        )
    return as_of


def fit(value: Bound, kind: Kind, *, column: str, as_of: datetime | None) -> Fitted:
    """`value` as the type of a column of `kind`; raises `InvalidParameterError` if it does not fit.

    A fraction compared with whole numbers stays a float.
    """
    if isinstance(value, AsOfPlusDays):
        return _fit_days(value, kind, column=column, as_of=as_of)
    fitted = _FITTERS[kind](value) if kind in _FITTERS else None
    if fitted is None:
        raise _misfit(value, kind, column)
    return fitted


def _misfit(value: Bound, kind: Kind, column: str) -> InvalidParameterError:
    hint, hint_ru = (f"; {text}" for text in _HINT[kind]) if kind in _HINT else ("", "")
    shown, shown_ru = _show(value)
    return InvalidParameterError(
        en=f"Column '{column}' holds {_CALLED[kind]}, and {shown} does not fit{hint}.",
        ru=f"Столбец «{column}» содержит {_CALLED_RU[kind]}, {shown_ru} не подходит{hint_ru}.",
    )


def _show(value: Bound) -> tuple[str, str]:
    if isinstance(value, str):
        return f"the text '{value}'", f"текст «{value}»"
    if isinstance(value, AsOfPlusDays):
        return "a day counted from as_of", "день, отсчитанный от as_of,"
    if isinstance(value, bool):
        text = "true" if value else "false"
        return text, text
    return f"the number {value}", f"число {value}"


def _fit_days(
    value: AsOfPlusDays, kind: Kind, *, column: str, as_of: datetime | None
) -> date | datetime:
    if kind not in ("date", "instant"):
        raise _misfit(value, kind, column)
    start = need_as_of(as_of)
    try:
        # Days are added on the company's wall clock, then turned into an instant.
        moved = start + timedelta(days=value.as_of_plus_days)
    except OverflowError as error:
        raise InvalidParameterError(
            en=f"Column '{column}': {value.as_of_plus_days} days from {start.date()} is no date.",
            ru=f"Столбец «{column}»: {value.as_of_plus_days} дн. от {start.date()} — такой даты "
            "нет.",
        ) from error
    return moved.date() if kind == "date" else moved.astimezone(UTC)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fit_string(value: object) -> Fitted | None:
    return value if isinstance(value, str) else None


def _fit_boolean(value: object) -> Fitted | None:
    return value if isinstance(value, bool) else None


def _fit_integer(value: object) -> Fitted | None:
    if not _is_number(value):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_INTEGER:
        return int(value)
    return value  # type: ignore[return-value]


def _fit_float(value: object) -> Fitted | None:
    return float(value) if _is_number(value) else None  # type: ignore[arg-type]


def _fit_decimal(value: object) -> Fitted | None:
    if isinstance(value, bool):
        return None
    try:
        number = Decimal(repr(value) if isinstance(value, float) else value)  # type: ignore[arg-type]
    except InvalidOperation:
        return None
    if not number.is_finite() or number.adjusted() >= _MOST_DIGITS:
        return None
    exponent = number.normalize().as_tuple().exponent
    return number if isinstance(exponent, int) and -exponent <= _MOST_DECIMALS else None


def _fit_date(value: object) -> Fitted | None:
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _fit_instant(value: object) -> Fitted | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


_FITTERS: dict[Kind, Callable[[object], Fitted | None]] = {
    "string": _fit_string,
    "boolean": _fit_boolean,
    "integer": _fit_integer,
    "float": _fit_float,
    "decimal": _fit_decimal,
    "date": _fit_date,
    "instant": _fit_instant,
}


def check_same_kind(left: tuple[str, Kind], right: tuple[str, Kind]) -> None:
    """Refuse two columns that cannot be compared with each other."""
    kinds = {left[1], right[1]}
    if "missing" in kinds or kinds <= _NUMBERS or (len(kinds) == 1 and "other" not in kinds):
        return
    raise InvalidParameterError(
        en=f"Column '{left[0]}' holds {_CALLED[left[1]]} and column '{right[0]}' holds"
        f" {_CALLED[right[1]]}: they cannot be compared. Compare columns of one type.",
        ru=f"Столбец «{left[0]}» содержит {_CALLED_RU[left[1]]}, а столбец «{right[0]}» — "
        f"{_CALLED_RU[right[1]]}: сравнить их нельзя. Сравнивайте столбцы одного типа.",
    )


def check_order(op: str, column: str, kind: Kind) -> None:
    """Refuse `<` and `>` where there is no order."""
    if op not in ("=", "!=") and kind not in _ORDERED_KINDS and kind != "missing":
        raise InvalidParameterError(
            en=f"Column '{column}' holds {_CALLED[kind]}, which has no order: '{op}' is not"
            " possible. Use '=' or '!='.",
            ru=f"Столбец «{column}» содержит {_CALLED_RU[kind]}, у которых нет порядка: «{op}» "
            "невозможно. Используйте = или !=.",
        )


def check_whole(values: Iterable[Fitted], kind: Kind, column: str) -> None:
    """Refuse fractions in a list of whole numbers: they would never be equal to any."""
    fractions = [value for value in values if isinstance(value, float)]
    if kind == "integer" and fractions:
        raise InvalidParameterError(
            en=f"Column '{column}' holds whole numbers, and the list has {fractions[0]}."
            " List whole numbers only.",
            ru=f"Столбец «{column}» содержит целые числа, а в списке есть {fractions[0]}. "
            "Перечислите только целые.",
        )


def check_text(kind: Kind, column: str, match: str) -> None:
    """Refuse to look for text where there is none."""
    if kind not in ("string", "missing"):
        raise InvalidParameterError(
            en=f"Column '{column}' holds {_CALLED[kind]}, and '{match}' looks into text. Compare it"
            " with '=', '<' or 'between'.",
            ru=f"Столбец «{column}» содержит {_CALLED_RU[kind]}, а «{match}» ищет в тексте. "
            "Сравните через =, < или between.",
        )


def fold_case(text: str) -> str:
    """Lower case, letter by letter, as the engines do it: no letter becomes two."""
    return "".join(letter.lower()[0] for letter in text)
