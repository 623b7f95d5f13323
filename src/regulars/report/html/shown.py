"""How single values of the report are shown on a page: masked, rounded, named."""

import re
from collections.abc import Mapping
from contextlib import suppress

from regulars.features.sentences import quote
from regulars.report.model import Report
from regulars.report.parts import (
    CleanedColumnPart,
    ColumnState,
    DataPart,
    Driver,
    TableState,
    ValueCount,
)
from regulars.report.parts.base import Scalar
from regulars.report.speech import Speech, list_words
from regulars.schema.wording import Wording

__all__ = ["Shown", "largest", "mask_text", "ordered"]

_FEW = 5
"""A value that fewer rows have could point to a person."""

_MOST_TOPS = 4
_SHORT = 40
_MOST_DRIFTING = 12
_LEAST_DRIFT = 0.02
"""Of a driver's part of the weight; what moves less is mostly chance."""

_PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # e-mail
    r"|(?<!\d)(?!\d{4}-\d\d-\d\d)\+?\d(?:[ ()-]{0,2}\d){9,}"  # phone, card, document
)
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]|$)")
_RISKS = ("high", "medium", "low")
_HIDDEN_ROLES = frozenset({"personal", "id", "text"})


def mask_text(text: str) -> str:
    """The text without e-mails, phones and other long numbers.

    Examples
    --------
    >>> mask_text("call +7 (927) 123-45-67 or ivan@example.com")
    'call … or …'
    """
    return _PERSONAL.sub("…", text)


class Shown:
    """The values of one report in one language."""

    def __init__(self, loaded: DataPart, speech: Speech, report: Report | None = None) -> None:
        self._speech = speech
        self._report = report
        self._words = _list_names(report) if report else {}
        self._cleaning = loaded.cleaning
        self._roles = {
            (table.name, column.name): column.role
            for table in loaded.tables
            for column in table.columns
        }

    def cell(self, value: Scalar) -> str:
        """A value of a column: a number as the language writes it, a day in figures, short text."""
        if value is None:
            return "—"
        if isinstance(value, bool | int):
            return str(value) if isinstance(value, bool) else self._speech.number(value)
        if isinstance(value, float):
            return self._speech.figure(value)
        if _ISO_DAY.match(value):
            return self._speech.short_day(value)
        text = mask_text(value)
        return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"

    def masked(self, value: Scalar, table: str, column: str) -> str:
        """A value of an example; of what may point to a person only that it is there."""
        if isinstance(value, str) and self._roles.get((table, column)) in _HIDDEN_ROLES:
            return f"{value[:1]}…" if value.strip() else value
        return self.cell(value)

    def frequent(self, column: ColumnState) -> tuple[ValueCount, ...]:
        """The most frequent values that say nothing about single people."""
        if column.role in _HIDDEN_ROLES:
            return ()
        return tuple(value for value in column.values if value.count >= _FEW)[:_MOST_TOPS]

    def top(self, column: ColumnState, value: ValueCount) -> str:
        """One frequent value; a number of money comes as text."""
        if column.role == "numeric" and isinstance(value.value, str):
            with suppress(ValueError):
                return self._speech.figure(float(value.value))
        return self.cell(value.value)

    def has_range(self, column: ColumnState) -> bool:
        """Whether the least and the greatest value may be shown."""
        return column.minimum is not None and column.role not in _HIDDEN_ROLES

    def dimensions(self, table: TableState) -> list[tuple[str, float]]:
        """The qualities of the table that were measured."""
        measured = {
            "complete": table.completeness,
            "valid": table.validity,
            "consistent": table.consistency,
        }
        return [(name, share) for name, share in measured.items() if share is not None]

    def treated(self) -> list[CleanedColumnPart]:
        """The features for which something was asked, and those with gaps, the largest first."""
        columns = self._cleaning.columns if self._cleaning else ()
        treated = [column for column in columns if column.missing_count or not column.is_default]
        return sorted(treated, key=lambda column: (column.is_default, -column.missing_count))

    def mean_probability(self) -> float | None:
        """Of all customers in segments: what the mean of one segment is to be held against."""
        segments = self._report.segments if self._report else None
        scored = [
            (profile.size if profile.scored is None else profile.scored, profile.churn_probability)
            for profile in (segments.profiles if segments else ())
            if profile.churn_probability is not None
        ]
        customers = sum(count for count, _ in scored)
        return sum(count * mean for count, mean in scored) / customers if customers else None

    def named(self, code: str) -> str:
        """The words for a code of the report: a feature, an action, a reason of exclusion."""
        known = self._words.get(code)
        if known is not None:
            return self._speech.read(known)
        return self._speech.name("exclusions", code).replace("_", " ")

    def action(self, code: str) -> str:
        """The words for a suggested action: a feature may have the same code."""
        listed = self._report.contact_list if self._report else None
        known = listed.actions if listed else {}
        return self._speech.read(known[code]) if code in known else self.named(code)

    def reason(self, code: str) -> str:
        """The words for a feature that is a reason: an action may have the same code."""
        churn = self._report.churn if self._report else None
        labels = {driver.feature: driver.label for driver in churn.drivers} if churn else {}
        return self._speech.read(labels[code]) if code in labels else self.named(code)

    def segment_name(self, segment: str) -> str:
        """The name of a segment, without its code."""
        part = self._report.segments if self._report else None
        for profile in part.profiles if part else ():
            if profile.segment == segment:
                return self._speech.read(profile.name)
        return ""

    def segment_title(self, segment: str) -> str:
        """The code of a segment and its name."""
        if not segment:
            return self._speech.say("list.no_segment")
        name = self.segment_name(segment)
        return f"{segment} · {name}" if name else segment

    def told(self, driver: Driver) -> str:
        """What a driver does, without its name in front; from the direction where no words are."""
        label = self._speech.read(driver.label)
        sentence = self._speech.read(driver.sentence)
        if not sentence:
            return self._speech.say(f"drivers.{driver.direction}")
        return sentence.removeprefix(f"{label}: ")

    def drifted(self) -> list[str]:
        """Of the drivers that are shown which gained and which lost most weight, in sentences."""
        churn = self._report.churn if self._report else None
        shown = [one for one in churn.drivers if one.over_time][:_MOST_DRIFTING] if churn else []
        if not shown:
            return []
        moved = sorted(shown, key=lambda one: one.over_time[0].share - one.over_time[-1].share)
        told = []
        for name, driver in (("gained", moved[0]), ("lost", moved[-1])):
            first, last = driver.over_time[0], driver.over_time[-1]
            change = last.share - first.share
            if (change if name == "gained" else -change) >= _LEAST_DRIFT:
                words = {
                    "reason": quote(self._speech.read(driver.label), self._speech.language),
                    "first": self._speech.percent(first.share, 1),
                    "last": self._speech.percent(last.share, 1),
                    "since": self._speech.day(first.as_of.isoformat()),
                    "until": self._speech.day(last.as_of.isoformat()),
                }
                told.append(self._speech.say(f"drivers.{name}", **words))
        return told or [self._speech.say("drivers.steady")]

    def risk_name(self, risk: str) -> str:
        """The name of a risk band."""
        return self._speech.name("risks", risk)


def _list_names(report: Report) -> dict[str, Wording]:
    """Words for codes: those of the report before those of its parts."""
    words = {code: Wording(**said) for code, said in list_words()["reasons"].items()}
    if report.churn:
        words |= {driver.feature: driver.label for driver in report.churn.drivers}
    return words | dict(report.names)


def largest(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Names and counts, greatest count first."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def ordered(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Names and counts: risks from high to low, anything else by count."""
    if set(counts) <= set(_RISKS):
        return [(risk, counts[risk]) for risk in _RISKS if risk in counts]
    return largest(counts)
