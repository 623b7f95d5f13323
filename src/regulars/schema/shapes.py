"""What the values of a foreign column look like: missing, a number, a date, yes or no, text."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from regulars.schema.date_shapes import DateShape, measure_dates
from regulars.schema.number_shapes import NumberShape, measure_numbers

__all__ = [
    "MISSING_TOKENS",
    "Shape",
    "SourceColumn",
    "SourceType",
    "find_boolean_pair",
    "is_missing",
    "measure_shape",
    "parse_boolean",
]

SourceType = Literal["string", "integer", "float", "decimal", "boolean", "date", "instant"]

MISSING_TOKENS = frozenset(
    {"", "na", "n/a", "#n/a", "null", "none", "nan", "nat", "nil", "-", "--", "—", "–", "?", "\\n"}
    | {".", "missing", "#null!", "<na>", "(null)", "нет данных", "не указано", "не указан"}
    | {"#div/0!", "#value!", "#ref!", "#name?", "#num!", "#error!", "#дел/0!", "#знач!"}
    | {"#ссылка!", "#имя?", "#число!", "#н/д", "#пусто!"}
    | {"не указана", "н/д", "н.д.", "пусто", "отсутствует", "не заполнено"}
)
"""Words that stand for a missing value, lower case, without the spaces around them."""

_TRUE = frozenset({"yes", "y", "true", "t", "1", "1.0", "on", "да", "д", "истина", "есть"})
_FALSE = frozenset({"no", "n", "false", "f", "0", "0.0", "off", "нет", "н", "ложь"})
_PAIRS = (
    ("yes", "no"), ("y", "n"), ("true", "false"), ("t", "f"), ("1", "0"), ("1.0", "0.0"),
    ("on", "off"), ("да", "нет"), ("д", "н"), ("истина", "ложь"), ("есть", "нет"),
)  # fmt: skip

_MOST_VALUES = 200


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """One column of a source, as recognition sees it.

    Attributes
    ----------
    name
        In the source, unique there.
    type
        What the source says; "string" for text formats.
    values
        A sample of the rows as text, None for a null.
    distinct_count
        Distinct values in all rows, missing ones not counted; None when only the sample is known:
        then a column is never left out for being constant or empty.
    is_unique
        No value stands in two rows; None when only the sample is known.
    """

    name: str
    type: SourceType = "string"
    values: Sequence[str | None] = ()
    distinct_count: int | None = None
    is_unique: bool | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """What the sample of one column looks like.

    Attributes
    ----------
    present
        Values that are not missing, in order, at most 200, spread over the sample.
    present_count, row_count
        Values that are not missing, and all rows, in the whole sample.
    distinct
        The distinct values of the sample, most frequent first.
    distinct_count
        In all rows when the source says so, else in the sample.
    is_unique
        No value twice.
    number, date
        How the values read as numbers and as dates.
    boolean
        The values for true and false, when the column holds just such a pair.
    """

    present: tuple[str, ...]
    present_count: int
    row_count: int
    distinct: tuple[str, ...]
    distinct_count: int
    is_unique: bool
    number: NumberShape
    date: DateShape
    boolean: tuple[str, str] | None

    @property
    def is_number(self) -> bool:
        """At least 95 % of the values are numbers, and not codes, whatever the column is called."""
        number = self.number
        return number.share >= 0.95 and not (number.is_code or number.needs_name)

    @property
    def is_date(self) -> bool:
        """At least 90 % of the values are dates, whatever the column is called."""
        return self.date.share >= 0.9 and not self.date.needs_name


def is_missing(value: str | None) -> bool:
    """Whether `value` stands for nothing.

    Examples
    --------
    >>> [is_missing(value) for value in (None, " ", "N/A", "нет данных", "0", "no")]
    [True, True, True, True, False, False]
    """
    return value is None or value.strip().casefold() in MISSING_TOKENS


def parse_boolean(text: str) -> bool | None:
    """True or False for the usual words in English and Russian, else None.

    Examples
    --------
    >>> [parse_boolean(text) for text in ("Yes", "нет", "0", "maybe")]
    [True, False, False, None]
    """
    word = text.strip().casefold()
    return True if word in _TRUE else (False if word in _FALSE else None)


def find_boolean_pair(distinct: Sequence[str]) -> tuple[str, str] | None:
    """The values for true and false, as written, when there are just two and they are a pair.

    Examples
    --------
    >>> find_boolean_pair(["No", "Yes"])
    ('Yes', 'No')
    >>> find_boolean_pair(["Male", "Female"])
    """
    if len(distinct) != 2:
        return None
    for true, false in (distinct, distinct[::-1]):
        if (true.strip().casefold(), false.strip().casefold()) in _PAIRS:
            return true, false
    return None


def measure_shape(
    column: SourceColumn,
    *,
    day_first: bool | None = None,
    is_russian: bool = False,
    comma_is_decimal: bool = False,
) -> Shape:
    """What the sample of `column` looks like.

    Examples
    --------
    >>> shape = measure_shape(SourceColumn("Сумма", values=["1 200,50", "нет данных", "99,90"]))
    >>> shape.is_number, shape.number.decimal, shape.present_count
    (True, ',', 2)
    """
    counts = Counter(value for value in column.values if value is not None)
    # As `is_missing`, without a call for each of up to a hundred thousand values.
    for value in [one for one in counts if one.strip().casefold() in MISSING_TOKENS]:
        del counts[value]
    present = [value for value in column.values if value in counts]
    distinct = tuple(value for value, _ in counts.most_common())
    step = max(1, -(-len(present) // _MOST_VALUES))
    spread = tuple(value for value in present[::step] if value is not None)
    distinct_count = len(distinct)
    if column.distinct_count is not None:
        distinct_count = max(distinct_count, column.distinct_count)
    is_unique = len(distinct) == len(present) and bool(present)
    if column.is_unique is not None:
        is_unique = is_unique and column.is_unique
    return Shape(
        present=spread,
        present_count=len(present),
        row_count=len(column.values),
        distinct=distinct,
        distinct_count=distinct_count,
        is_unique=is_unique,
        number=measure_numbers(spread, comma_is_decimal=comma_is_decimal or is_russian),
        date=_measure_dates(column, spread, day_first=day_first, is_russian=is_russian),
        boolean=find_boolean_pair(distinct) if distinct_count == 2 else None,
    )


def _measure_dates(
    column: SourceColumn, values: tuple[str, ...], *, day_first: bool | None, is_russian: bool
) -> DateShape:
    if column.type in ("date", "instant"):
        # The source has types: nothing to read, and the text of the sample is ISO.
        return DateShape(share=1.0, format=None, has_time=column.type == "instant")
    if column.type == "boolean":
        return DateShape(share=0.0)
    return measure_dates(values, day_first=day_first, is_russian=is_russian)
