"""Numbers as people write them: decimal comma, thousands apart, a currency sign beside."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Literal

from regulars.schema.number_units import UNITS_FORMAT, Units, find_units, split_unit

__all__ = ["NumberShape", "format_number", "measure_numbers", "parse_number"]

Decimals = Literal[".", ","]

_SPACES = " \u00a0\u202f\u2009"
_SIGNS = r"(?:[$€£¥₽₸₴₺%]|руб\.?|р\.|тг|rub|usd|eur|try|kzt)"
_SYMBOLS = re.compile(
    rf"^{_SIGNS}\s*(?=[-+\d.,])|(?<=^[-+−])\s*{_SIGNS}\s*(?=\d)|(?<=\d)\s*{_SIGNS}$", re.IGNORECASE
)
# Bookkeepers write what is owed in parentheses, old systems with the minus at the end.
_NEGATIVE = re.compile(r"\(([^()+\-−]*\d[^()+\-−]*)\)|([^()+\-−]*\d)\s?[-−]")
_SIGN = re.compile(_SIGNS, re.IGNORECASE)
_CLOCK = re.compile(r"\d{1,4}:[0-5]?\d:[0-5]\d")
_SHORT_CLOCK = re.compile(r"\d{1,4}:[0-5]\d")
_FIRST_VALUES = 20  # none of these a number: no column of numbers, and no time lost
_LONGEST_WHOLE = 18  # digits; more do not fit a 64-bit integer, so they are a code

# Preferred first: a tie goes to the earlier.
_STYLES: tuple[tuple[Decimals, str | None], ...] = (
    (".", None),
    (",", None),
    (",", " "),
    (".", " "),
    (".", ","),
    (",", "."),
    (".", "'"),
    (",", "'"),
)


@dataclass(frozen=True, slots=True)
class NumberShape:
    """How a sample reads as numbers.

    Attributes
    ----------
    share
        Share of the values that are numbers in this style, 0 to 1.
    decimal, thousands
        The marks; a thousands mark of " " stands for every kind of space.
    is_whole
        No value has decimals.
    has_symbols
        Some values bear a currency or percent sign.
    is_code
        Leading zeros or too many digits: digits that name something, not a number.
    is_ambiguous
        "1,234" may be read either way, and nothing in the sample decides.
    is_clock
        Hours, minutes and seconds (01:23:45), or minutes and seconds (3:05), read as seconds.
    needs_name
        10:15 lasts ten minutes or is a time of day: only the name of the column can tell.
    sign
        The currency or percent sign that most values bear; None without one.
    units
        Words behind the numbers (5 ГБ, 3.5k); None without any.
    """

    share: float
    decimal: Decimals = "."
    thousands: str | None = None
    is_whole: bool = False
    has_symbols: bool = False
    is_code: bool = False
    is_ambiguous: bool = False
    is_clock: bool = False
    needs_name: bool = False
    sign: str | None = None
    units: Units | None = None

    def choose_format(self, unit: str | None = None) -> tuple[str | None, str | None]:
        """How the text is read, and the unit of the numbers then; None for both of plain numbers.

        The format is "symbols" when signs must be dropped before reading, "clock" for 01:23:45,
        "units:" and their sizes for words behind the numbers.

        Parameters
        ----------
        unit
            The one that is wanted, if any.
        """
        if self.is_clock:
            return "clock", unit or "second"
        if self.units is not None:
            return self.units.render(unit) or (None, None)
        if self.sign == "%" and unit == "share":
            return f"{UNITS_FORMAT}%=0.01", unit
        return ("symbols", self.sign) if self.has_symbols else (None, None)


@cache
def _compile_style(decimal: str, thousands: str | None) -> re.Pattern[str]:
    point = re.escape(decimal)
    plain = rf"\d+(?:{point}\d*)?|{point}\d+"
    if thousands is None:
        return re.compile(rf"[-+−]?(?:{plain})(?:[eE][-+]?\d{{1,3}})?")
    mark = {" ": f"[{_SPACES}]", "'": "['’]"}.get(thousands, re.escape(thousands))
    return re.compile(rf"[-+−]?(?:\d{{1,3}}(?:{mark}\d{{3}})+(?:{point}\d+)?|{plain})")


def _fits(text: str, decimal: str, thousands: str | None) -> bool:
    return _compile_style(decimal, thousands).fullmatch(text) is not None


def _fits_any_style(text: str) -> bool:
    bare = _strip_symbols(text)
    return any(_fits(bare, *style) for style in _STYLES)


def _strip_symbols(text: str) -> str:
    bare = text.strip()
    negative = _NEGATIVE.fullmatch(bare)
    if negative:
        bare = f"-{negative[1] or negative[2]}"
    return _SYMBOLS.sub("", bare).strip()


def measure_numbers(values: Sequence[str], *, comma_is_decimal: bool = False) -> NumberShape:
    """How the values read as numbers, in the style that fits most of them.

    Parameters
    ----------
    values
        Without missing ones.
    comma_is_decimal
        How to read "1,234" when nothing else decides; True for Russian files.

    Examples
    --------
    >>> shape = measure_numbers(["1 234,56", "7", "-12,5"])
    >>> shape.share, shape.decimal, shape.thousands
    (1.0, ',', ' ')
    """
    if not values:
        return NumberShape(share=0.0)
    stripped = [value.strip() for value in values]
    clock = _measure_clocks(stripped)
    if clock is not None:
        return clock
    if not any(_fits_any_style(value) for value in stripped[:_FIRST_VALUES]):
        return _measure_units(stripped, NumberShape(share=0.0), comma_is_decimal=comma_is_decimal)
    bare, fitting = stripped, stripped
    decimal: Decimals = "."
    thousands, is_ambiguous = None, False
    if not all(map(_compile_style(".", None).fullmatch, stripped)):
        bare = [_strip_symbols(value) for value in stripped]
        decimal, thousands, is_ambiguous = _choose_style(bare, comma_is_decimal=comma_is_decimal)
        fitting = [value for value in bare if _fits(value, decimal, thousands)]
    has_symbols = any(a != b for a, b in zip(stripped, bare, strict=True))
    shape = NumberShape(
        share=len(fitting) / len(values),
        decimal=decimal,
        thousands=thousands,
        is_whole=not any(decimal in value or "e" in value.casefold() for value in fitting),
        has_symbols=has_symbols,
        is_code=any(_is_code(value) for value in fitting),
        is_ambiguous=is_ambiguous,
        sign=_find_sign(stripped) if has_symbols else None,
    )
    if shape.share == 1.0:
        return shape
    return _measure_units(stripped, shape, comma_is_decimal=comma_is_decimal)


def _measure_clocks(values: Sequence[str]) -> NumberShape | None:
    """The shape of a column of which most values are hours, minutes and seconds, or two of them."""
    long = sum(_CLOCK.fullmatch(value) is not None for value in values)
    short = sum(_SHORT_CLOCK.fullmatch(value) is not None for value in values)
    if long + short <= len(values) / 2:
        return None
    share = (long + short) / len(values)
    return NumberShape(share=share, is_whole=True, is_clock=True, needs_name=short > 0)


def _measure_units(
    values: Sequence[str], plain: NumberShape, *, comma_is_decimal: bool
) -> NumberShape:
    """The shape with the words behind the numbers read as units, where more can be read so."""
    units = find_units(values)
    if units is None:
        return plain
    numbers = [(split_unit(value) or (value,))[0] for value in values]
    shape = measure_numbers(numbers, comma_is_decimal=comma_is_decimal)
    if shape.share <= plain.share:
        return plain
    return replace(shape, units=units, is_whole=shape.is_whole and units.is_whole)


def _find_sign(values: Sequence[str]) -> str | None:
    signs = Counter(match.group() for match in map(_SIGN.search, values) if match)
    return max(signs, key=lambda sign: (signs[sign], sign), default=None)


def _choose_style(
    values: list[str], *, comma_is_decimal: bool
) -> tuple[Decimals, str | None, bool]:
    counts = {
        style: sum(match is not None for match in map(_compile_style(*style).fullmatch, values))
        for style in _STYLES
    }
    most = max(counts.values())
    best = [style for style in _STYLES if counts[style] == most]
    both = (",", None) in best and (".", ",") in best and (".", None) not in best
    if not both:
        return (*best[0], False)
    if any(value.lstrip("-+−").isdigit() and len(value) > 3 for value in values):
        return (
            ",",
            None,
            False,
        )  # 1500 without a mark beside 1,234: the comma is not for thousands
    return (",", None, True) if comma_is_decimal else (".", ",", True)


def _is_code(value: str) -> bool:
    digits = value.lstrip("-+−")
    return (len(digits) > 1 and digits[0] == "0" and digits.isdigit()) or (
        digits.isdigit() and len(digits) > _LONGEST_WHOLE
    )


def parse_number(
    text: str, *, decimal: Decimals = ".", thousands: str | None = None
) -> Decimal | None:
    """The number that `text` writes in this style, or None.

    Examples
    --------
    >>> parse_number("1 234,56 ₽", decimal=",", thousands=" ")
    Decimal('1234.56')
    >>> parse_number("($1,234.56)", thousands=","), parse_number("01:00:05")
    (Decimal('-1234.56'), Decimal('3605'))
    """
    if _CLOCK.fullmatch(text.strip()):
        hours, minutes, seconds = map(int, text.strip().split(":"))
        return Decimal(hours * 3600 + minutes * 60 + seconds)
    bare = _strip_symbols(text)
    if not _fits(bare, decimal, thousands):
        return None
    marks = {" ": _SPACES, "'": "'’", None: ""}.get(thousands, thousands or "")
    plain = "".join(letter for letter in bare if letter not in marks)
    return Decimal(plain.replace(decimal, ".").replace("−", "-"))


def format_number(value: Decimal, *, decimal: Decimals = ".", thousands: str | None = None) -> str:
    """`value` written in this style; `parse_number` reads it back.

    Examples
    --------
    >>> format_number(Decimal("-1234567.5"), decimal=",", thousands=" ")
    '-1 234 567,5'
    """
    whole, _, rest = f"{abs(value):,f}".partition(".")
    sign = "-" if value < 0 else ""
    return sign + whole.replace(",", thousands or "") + (decimal + rest if rest else "")
