"""How long each customer was there: read from a column, checked, and in which unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa

from regulars.errors import InvalidParameterError, QualityError
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DAYS", "DurationUnit", "Durations", "propose_unit", "read_durations"]

DurationUnit = Literal["days", "weeks", "months", "years"]

DAYS: dict[DurationUnit, float] = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}
"""Days in a unit: a year of 365.25 days, and a month that is a twelfth of it."""

UNIT_WORDS: dict[DurationUnit, Wording] = {
    "days": Wording(en="days", ru="днях"),
    "weeks": Wording(en="weeks", ru="неделях"),
    "months": Wording(en="months", ru="месяцах"),
    "years": Wording(en="years", ru="годах"),
}
"""In which unit something is told: `in days`, «в днях»."""

_TOLD: dict[DurationUnit, str] = {
    "days": r"days?|дн(и|ей|ях)?|день|сут(ки|ок)",
    "weeks": r"weeks?|wks?|недел\w*|нед",
    "months": r"months?|mos?|mths?|месяц\w*|мес",
    "years": r"years?|yrs?|год(ы|ах|а)?|лет",
}
_MOST_YEARS, _MOST_MONTHS = 30, 250
"""Longer than that nobody has been there yet, in the unit: it must be a smaller one."""


@dataclass(frozen=True, slots=True, eq=False)
class Durations:
    """How long each customer was there.

    Attributes
    ----------
    column
        Where it was read, or what it was made of.
    values
        In `unit`; NaN where it is missing or below zero, shape (n_customers,).
    unit
        What one is.
    is_proposed
        Whether neither a person nor the name of the column told the unit.
    missing, negative
        How many customers have none, or one below zero.
    origin
        How they were made, where no column holds them.
    """

    column: str
    values: NDArray[np.float64]
    unit: DurationUnit
    is_proposed: bool = False
    missing: int = 0
    negative: int = 0
    origin: Wording | None = None

    @property
    def days(self) -> NDArray[np.float64]:
        """The same in days."""
        return self.values * DAYS[self.unit]

    @property
    def sentence(self) -> Wording:
        """In which unit it is, and who has none."""
        if self.origin is not None:
            return self.origin
        longest = f"{np.nanmax(self.values):,.6g}"
        longest_ru = longest.replace(",", "\u00a0").replace(".", ",")
        word = UNIT_WORDS[self.unit]
        en = f"“{self.column}” is taken to be in {word.en} (up to {longest})"
        ru = f"«{self.column}» считается в {word.ru} (до {longest_ru})"
        if self.is_proposed:
            en += "; if it is not, say so: --duration-unit"
            ru += "; если это не так, укажите --duration-unit"
        parts = [Wording(en=f"{en}.", ru=f"{ru}.")]
        if self.missing or self.negative:
            parts.append(
                Wording(
                    en=f"Left out: {self.missing} customers without a duration, {self.negative} with one"
                    " below zero.",
                    ru=f"Не учтены клиенты без длительности ({self.missing}) и с длительностью меньше"
                    f" нуля ({self.negative}).",
                )
            )
        return Wording(en=" ".join(one.en for one in parts), ru=" ".join(one.ru for one in parts))


def read_durations(
    values: pa.ChunkedArray | pa.Array, *, column: str, unit: DurationUnit | None = None
) -> Durations:
    """The durations that a column tells, checked for being any.

    Parameters
    ----------
    values
        One per customer; missing means not known.
    column
        What it is called.
    unit
        In which unit it is; proposed by the name and the values when None.

    Raises
    ------
    InvalidParameterError
        When the column does not hold numbers.
    QualityError
        When no customer has a duration, none is above zero, or all are equal.

    Examples
    --------
    >>> import pyarrow as pa
    >>> read = read_durations(pa.array([0, 34, None, -2]), column="tenure")
    >>> read.values.tolist(), read.unit, read.missing, read.negative
    ([0.0, 34.0, nan, nan], 'months', 1, 1)
    """
    kind = values.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        raise InvalidParameterError(
            en=f"A duration is a number, and '{column}' holds {_name_type(kind).en}. Name a column that"
            " says how long customers have been there: --duration COLUMN.",
            ru=f"Длительность — это число, а в «{column}» {_name_type(kind).ru}. Назовите столбец, где"
            " сказано, сколько клиент уже с вами: --duration СТОЛБЕЦ.",
        )
    numbers = values.cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64)
    missing, negative = ~np.isfinite(numbers), numbers < 0
    known = np.where(missing | negative, np.nan, numbers)
    _check(known, column, int(missing.sum()), int((negative & ~missing).sum()))
    return Durations(
        column,
        known,
        unit or propose_unit(column, known),
        is_proposed=unit is None and _read_unit(column) is None,
        missing=int(missing.sum()),
        negative=int((negative & ~missing).sum()),
    )


def propose_unit(column: str, values: NDArray[np.float64]) -> DurationUnit:
    """The unit that the name of a column tells, else the largest in which its values are believable.

    Parameters
    ----------
    column
        Its name.
    values
        Above zero or NaN, shape (n_customers,).

    Examples
    --------
    >>> (
    ...     propose_unit("Tenure in Months", np.array([9000.0])),
    ...     propose_unit("tenure", np.array([3.5])),
    ... )
    ('months', 'years')
    >>> propose_unit("tenure", np.array([1.0, 72.0])), propose_unit("active", np.array([900.0]))
    ('months', 'days')
    """
    told = _read_unit(column)
    if told is not None:
        return told
    largest = float(np.nanmax(values))
    if largest <= _MOST_YEARS and bool(np.nanmax(np.abs(values - np.round(values))) > 0):
        return "years"
    return "months" if largest <= _MOST_MONTHS else "days"


def _read_unit(column: str) -> DurationUnit | None:
    """The unit that the name of a column tells."""
    spaced = re.sub(r"(?<=[a-zа-я])(?=[A-ZА-Я])", " ", column).casefold()
    words = re.split(r"[\W_\d]+", spaced)
    told = (unit for unit, pattern in _TOLD.items() if any(re.fullmatch(pattern, w) for w in words))
    return next(told, None)


def _check(known: NDArray[np.float64], column: str, missing: int, negative: int) -> None:
    if np.isnan(known).all():
        raise QualityError(
            en=f"No customer has a duration in '{column}': it is missing for {missing} and below zero for"
            f" {negative}. Name another column: --duration COLUMN.",
            ru=f"Ни у кого из клиентов нет длительности в «{column}»: пусто у {missing}, меньше нуля у"
            f" {negative}. Назовите другой столбец: --duration СТОЛБЕЦ.",
        )
    shortest, longest = float(np.nanmin(known)), float(np.nanmax(known))
    if shortest == longest:
        raise QualityError(
            en=f"All customers have the same duration in '{column}', {longest:g}: nobody can have left"
            " sooner than another. Name another column: --duration COLUMN.",
            ru=f"У всех клиентов одна длительность в «{column}», {longest:g}: никто не мог уйти раньше"
            " других. Назовите другой столбец: --duration СТОЛБЕЦ.",
        )


def _name_type(kind: pa.DataType) -> Wording:
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return Wording(en="dates", ru="даты")
    if pa.types.is_boolean(kind):
        return Wording(en="yes and no", ru="«да» и «нет»")
    return Wording(en="text", ru="текст")
