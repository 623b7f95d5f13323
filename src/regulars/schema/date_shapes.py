"""Dates and times as people write them, and which part is the day."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

__all__ = [
    "NAMED_DATE_FORMATS",
    "RUSSIAN_MONTHS",
    "RUSSIAN_YEAR",
    "DateShape",
    "format_date",
    "measure_dates",
    "parse_date",
    "read_months",
]

NAMED_DATE_FORMATS = ("iso", "iso_zone", "excel_serial", "epoch_seconds", "epoch_milliseconds")
"""Formats that are not a strptime pattern. `iso`: 1997-06-30 with or without a time, in company
time; `iso_zone`: with an offset or Z; serials count days from 1899-12-30; epochs are UTC."""

_MOST_VALUES = 100
_MOST_FORMATS = 4
_EXCEL_ORIGIN = datetime(1899, 12, 30)  # noqa: DTZ001 - a serial has no zone
_SERIALS = (18_264, 73_051)  # 1950-01-01 … 2100-01-01
_EPOCHS = (631_152_000, 4_102_444_800)  # 1990-01-01 … 2100-01-01

_CLOCK = (
    r"(?:(?P<gap>T|,? )(?P<hour>\d{1,2}):\d{2}(?P<second>:\d{2}(?P<fraction>\.\d{1,6})?)?"
    r"(?P<half> ?[AaPp][Mm])?(?P<zone> ?(?:Z|[-+]\d{2}(?::?\d{2})?))?)?"
)
_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?P<zone> ?(?:Z|UTC|GMT|[-+]\d{2}(?::?\d{2})?))?)?"
)
_PARTS = re.compile(r"(\d{1,4})([-./ ])(\d{1,2})\2(\d{2,4})" + _CLOCK)
_NAMED = re.compile(
    r"(?P<first>\d{1,2}(?P<mark>[- ./])(?:[A-Za-z]{3,9})(?P=mark)(?:\d{4}|\d{2})"
    r"|[A-Za-z]{3,9} \d{1,2}, \d{4})" + _CLOCK
)
# A month stands for its first day. 12.2024 may be a number, so it is none of these.
_MONTHS = {
    "%Y-%m": re.compile(r"(?:19|20)\d{2}-(?:0[1-9]|1[0-2])"),
    "%Y/%m": re.compile(r"(?:19|20)\d{2}/(?:0[1-9]|1[0-2])"),
    "%m/%Y": re.compile(r"(?:0[1-9]|1[0-2])/(?:19|20)\d{2}"),
    "%b %Y": re.compile(r"[A-Za-z]{3} (?:19|20)\d{2}"),
    "%B %Y": re.compile(r"[A-Za-z]{4,9} (?:19|20)\d{2}"),
    "%b-%y": re.compile(r"[A-Za-z]{3}-\d{2}"),
    "%b-%Y": re.compile(r"[A-Za-z]{3}-(?:19|20)\d{2}"),
}
_ANY_MONTH = re.compile("|".join(shape.pattern for shape in _MONTHS.values()))
RUSSIAN_MONTHS = {
    "янв": "Jan", "фев": "Feb", "мар": "Mar", "апр": "Apr", "май": "May", "мая": "May",
    "июн": "Jun", "июл": "Jul", "авг": "Aug", "сен": "Sep", "окт": "Oct", "ноя": "Nov",
    "дек": "Dec",
}  # fmt: skip
"""The beginnings of the Russian months, and what a pattern with %b reads instead."""

RUSSIAN_YEAR = r"(\d)\s*(?:года|г\.|г)(,|\s|$)"
"""The word for "year" that Russians put behind it."""
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_COMPACT = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:(T?)\d{6})?")


@dataclass(frozen=True, slots=True)
class DateShape:
    """How a sample reads as dates.

    Attributes
    ----------
    share
        Share of the values that are dates in `format`, 0 to 1.
    format
        A strptime pattern, several of them joined by "|", or one of `NAMED_DATE_FORMATS`.
    has_time
        There is a time of day, so it is an instant and not a day.
    order
        "day" or "month" first; None when the year stands first or the month is a word.
    decided_by
        What decided the order: "values" (a part above 12), "asked", or "habit".
    needs_name
        A number that is a date only if the column is called so (serials, epochs).
    """

    share: float
    format: str | None = None
    has_time: bool = False
    order: Literal["day", "month"] | None = None
    decided_by: Literal["values", "asked", "habit"] | None = None
    needs_name: bool = False


def read_months(text: str) -> str:
    """`text` with Russian months as the English ones that a pattern reads.

    Examples
    --------
    >>> read_months("12 января 2024 г."), read_months("5 мая 2023"), read_months("2024-01-05")
    ('12 Jan 2024', '5 May 2023', '2024-01-05')
    """
    if not _CYRILLIC.search(text):
        return text
    plain = re.sub(RUSSIAN_YEAR, r"\1\2", text.lower())
    for month, english in RUSSIAN_MONTHS.items():
        plain = re.sub(rf"{month}[а-я]*\.?", english, plain)
    return plain.strip()


def measure_dates(
    values: Sequence[str], *, day_first: bool | None = None, is_russian: bool = False
) -> DateShape:
    """How the values read as dates, in the format that fits most of them.

    Parameters
    ----------
    values
        Without missing ones.
    day_first
        The order for 01/02/2020 that a person asked for; None leaves it to the values.
    is_russian
        The column has a Russian name, so the day stands first when nothing else decides.

    Examples
    --------
    >>> measure_dates(["30.06.1997", "1.07.1997 10:30"]).format
    '%d.%m.%Y|%d.%m.%Y %H:%M'
    >>> measure_dates(["12/01/2010 8:26", "12/13/2010 8:28"]).order
    'month'
    """
    stripped = [read_months(value.strip()) for value in _spread(values)]
    if not stripped:
        return DateShape(share=0.0)
    if all(_is_plain_number(value) for value in stripped):
        return _measure_number_dates(stripped)
    first = stripped[:20]
    if not any(_ISO.fullmatch(v) or _PARTS.fullmatch(v) or _NAMED.fullmatch(v) for v in first):
        return _measure_months(stripped)
    iso = [match for match in map(_ISO.fullmatch, stripped) if match]
    if len(iso) > len(stripped) / 2:
        return _measure_iso(stripped, iso)
    return _measure_patterns(stripped, day_first=day_first, is_russian=is_russian)


def _measure_months(values: list[str]) -> DateShape:
    """Months of a year: January 2024, 2024-01."""
    if not any(map(_ANY_MONTH.fullmatch, values[:20])):
        return DateShape(share=0.0)
    counts: Counter[str] = Counter()
    for pattern, shape in _MONTHS.items():
        count = sum(shape.fullmatch(value) is not None for value in values)
        if count:
            counts[pattern] = count
    return _finish(values, counts) if counts else DateShape(share=0.0)


def _spread(values: Sequence[str]) -> Sequence[str]:
    step = max(1, len(values) // _MOST_VALUES)
    return values[::step]


def _is_plain_number(value: str) -> bool:
    return value.replace(".", "", 1).replace("T", "", 1).isdigit() and value.isascii()


def _measure_number_dates(values: list[str]) -> DateShape:
    """Eight digits that spell days, serial numbers, seconds or milliseconds."""
    compact = [match for match in map(_COMPACT.fullmatch, values) if match]
    if len(compact) > 0.9 * len(values):
        counts = Counter(_compact_format(match) for match in compact)
        return _finish(values, counts, needs_name=len(values) < 3)
    if any("T" in value for value in values):
        return DateShape(share=0.0)
    numbers = [float(value) for value in values]
    for name, low, high in (
        ("excel_serial", *_SERIALS),
        ("epoch_seconds", *_EPOCHS),
        ("epoch_milliseconds", _EPOCHS[0] * 1000, _EPOCHS[1] * 1000),
    ):
        share = sum(low <= number < high for number in numbers) / len(numbers)
        if share > 0.9:
            is_day = name == "excel_serial" and all(number == int(number) for number in numbers)
            return DateShape(share=share, format=name, has_time=not is_day, needs_name=True)
    return DateShape(share=0.0)


def _compact_format(match: re.Match[str]) -> str:
    if match.group(1) is None:
        return "%Y%m%d"
    return f"%Y%m%d{match.group(1)}%H%M%S"


def _measure_iso(values: list[str], matches: list[re.Match[str]]) -> DateShape:
    has_zone = sum(match.group("zone") is not None for match in matches) > len(matches) / 2
    name = "iso_zone" if has_zone else "iso"
    return DateShape(
        share=sum(parse_date(value, name) is not None for value in values) / len(values),
        format=name,
        has_time=any(len(match.group()) > len("1997-06-30") for match in matches),
    )


def _measure_patterns(values: list[str], *, day_first: bool | None, is_russian: bool) -> DateShape:
    parts = [match for match in map(_PARTS.fullmatch, values) if match]
    order, decided_by = _decide_order(parts, day_first=day_first, is_russian=is_russian)
    counts = Counter(_parts_format(match, order) for match in parts)
    named = [match for match in map(_NAMED.fullmatch, values) if match]
    counts.update(_named_format(match) for match in named)
    is_ordered = any(len(match.group(1)) < 3 for match in parts)
    return _finish(
        values,
        counts,
        order=order if is_ordered else None,
        decided_by=decided_by if is_ordered else None,
    )


def _finish(
    values: list[str],
    counts: Counter[str],
    *,
    order: Literal["day", "month"] | None = None,
    decided_by: Literal["values", "asked", "habit"] | None = None,
    needs_name: bool = False,
) -> DateShape:
    ranked = [name for name, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    pattern = "|".join(ranked[:_MOST_FORMATS])
    return DateShape(
        share=sum(parse_date(value, pattern) is not None for value in values) / len(values),
        format=pattern,
        has_time="%M" in pattern,
        order=order,
        decided_by=decided_by,
        needs_name=needs_name,
    )


def _decide_order(
    parts: list[re.Match[str]], *, day_first: bool | None, is_russian: bool
) -> tuple[Literal["day", "month"], Literal["values", "asked", "habit"]]:
    ordered = [match for match in parts if len(match.group(1)) < 3]
    first_above = sum(int(match.group(1)) > 12 for match in ordered)
    second_above = sum(int(match.group(3)) > 12 for match in ordered)
    if day_first is not None:
        return ("day" if day_first else "month", "asked")
    if first_above != second_above:
        return ("day" if first_above > second_above else "month", "values")
    slashes = sum(match.group(2) == "/" for match in ordered)
    is_american = slashes > len(ordered) / 2 and not is_russian
    return ("month" if is_american else "day", "habit")


def _parts_format(match: re.Match[str], order: str) -> str:
    first, mark, last = match.group(1), match.group(2), match.group(4)
    if len(first) > 2:
        pattern = f"%Y{mark}%m{mark}%d"
    else:
        year = "%Y" if len(last) > 2 else "%y"
        lead, follow = ("%d", "%m") if order == "day" else ("%m", "%d")
        pattern = f"{lead}{mark}{follow}{mark}{year}"
    return pattern + _clock_format(match)


def _named_format(match: re.Match[str]) -> str:
    text = match.group("first")
    word = next(iter(re.findall(r"[A-Za-z]+", text)))
    month = "%b" if len(word) == 3 else "%B"
    if text[0].isdigit():
        mark = match.group("mark")
        year = "%Y" if text[-4:].isdigit() else "%y"
        return f"%d{mark}{month}{mark}{year}" + _clock_format(match)
    return f"{month} %d, %Y" + _clock_format(match)


def _clock_format(match: re.Match[str]) -> str:
    if match.group("hour") is None:
        return ""
    pattern = match.group("gap") + ("%I:%M" if match.group("half") else "%H:%M")
    if match.group("second"):
        pattern += ":%S"
    if match.group("fraction"):
        pattern += ".%f"
    for name, code in (("half", "%p"), ("zone", "%z")):
        if match.group(name):
            pattern += (" " if match.group(name).startswith(" ") else "") + code
    return pattern


def parse_date(text: str, pattern: str) -> datetime | None:
    """The moment that `text` writes in the format `pattern`, or None.

    The result is aware when the text bears a zone or the format is an epoch, else it has none.

    Examples
    --------
    >>> parse_date("30.06.1997", "%d.%m.%Y")
    datetime.datetime(1997, 6, 30, 0, 0)
    >>> parse_date("45000", "excel_serial")
    datetime.datetime(2023, 3, 15, 0, 0)
    """
    stripped = read_months(text.strip())
    if pattern in ("iso", "iso_zone"):
        return _parse_iso(stripped)
    if pattern in NAMED_DATE_FORMATS:
        return _parse_count(stripped, pattern)
    for single in pattern.split("|"):
        try:
            return datetime.strptime(stripped, single)  # noqa: DTZ007 - %z gives the zone, if any
        except ValueError:
            continue
    return None


def _parse_iso(text: str) -> datetime | None:
    if not _ISO.fullmatch(text):
        return None
    try:
        plain = re.sub(r" ?(?:UTC|GMT)$", "Z", text)
        return datetime.fromisoformat(re.sub(r" (?=[-+Z])", "", plain))
    except ValueError:
        return None


def _parse_count(text: str, pattern: str) -> datetime | None:
    try:
        count = float(text)
        if pattern == "excel_serial":
            return _EXCEL_ORIGIN + timedelta(days=count)
        seconds = count / 1000 if pattern == "epoch_milliseconds" else count
        return datetime.fromtimestamp(seconds, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def format_date(moment: date | datetime, pattern: str) -> str:
    """`moment` written in the format; `parse_date` reads it back.

    Examples
    --------
    >>> format_date(date(1997, 6, 30), "%d.%m.%Y")
    '30.06.1997'
    """
    at = moment if isinstance(moment, datetime) else datetime(*moment.timetuple()[:3])  # noqa: DTZ001
    if pattern in ("iso", "iso_zone"):
        return at.isoformat()
    if pattern == "excel_serial":
        return repr((at.replace(tzinfo=None) - _EXCEL_ORIGIN) / timedelta(days=1))
    if pattern.startswith("epoch"):
        seconds = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
        return repr(seconds * 1000 if pattern == "epoch_milliseconds" else seconds)
    single = pattern.split("|")[0]
    # strftime("%Y") does not pad years before 1000 on every platform.
    return at.strftime(single.replace("%Y", f"{at.year:04d}"))
