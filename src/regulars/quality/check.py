"""What a check is: a rule about data, declared in TOML, one model per kind."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from regulars.conditions import Condition
from regulars.errors import InvalidParameterError
from regulars.schema.wording import Wording

__all__ = [
    "Action",
    "AnyCheck",
    "Check",
    "ConstantCheck",
    "DatesCheck",
    "ExactDuplicatesCheck",
    "FreshnessCheck",
    "NearDuplicatesCheck",
    "OrphansCheck",
    "PlaceholdersCheck",
    "RangeCheck",
    "RateCheck",
    "RepeatedCheck",
    "RowsCheck",
    "SessionLengthCheck",
    "Severity",
    "SpellingsCheck",
    "TextCheck",
    "TextFault",
    "UniqueCheck",
    "VocabularyCheck",
]

Severity = Literal["error", "warning", "notice"]
"""`error`: figures built on it are wrong; `warning`: look before use; `notice`: good to know."""

Action = Literal["report", "quarantine"]
TextFault = Literal["empty", "repeated_characters", "repeated_word", "link"]


class Check(BaseModel):
    """A rule about one table; what breaks it becomes a finding.

    Attributes
    ----------
    name
        snake_case, unique; a user's check replaces the built-in one of the same name.
    table
        The canonical table it is about.
    severity
        How bad it is when rows break it.
    meaning
        What is wrong with those rows, as a headline: "Order lines without a customer".
    action
        `quarantine` keeps the row out of the lake at load; only for checks of single rows.
    is_enabled
        False switches a built-in check off.
    if_missing
        What to do when the table lacks a column of the check: `skip` it or raise an `error`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    table: str
    severity: Severity = "warning"
    meaning: Wording
    action: Action = "report"
    is_enabled: bool = True
    if_missing: Literal["skip", "error"] = "error"

    @property
    def looks_at_single_rows(self) -> bool:
        """Whether one row is enough to tell, so that it can run while rows are loaded."""
        return isinstance(self, RowsCheck | RangeCheck | DatesCheck | VocabularyCheck | TextCheck)

    @model_validator(mode="after")
    def _check_action(self) -> "Check":
        if self.action == "quarantine" and not self.looks_at_single_rows:
            raise InvalidParameterError(
                en="action 'quarantine' needs a check of single rows "
                "(kind rows, range, dates, vocabulary or text); use action 'report'",
                ru="действию quarantine нужна проверка отдельных строк "
                "(вида rows, range, dates, vocabulary или text); возьмите действие report",
            )
        return self


class RowsCheck(Check):
    """Rows for which `condition`, which describes *bad* rows, holds."""

    kind: Literal["rows"] = "rows"
    condition: Condition
    column: str | None = None


class RangeCheck(Check):
    """Numbers outside `minimum` … `maximum` in every column that fits a pattern of `columns`."""

    kind: Literal["range"] = "range"
    columns: tuple[str, ...] = Field(min_length=1)
    minimum: float | None = None
    maximum: float | None = None

    @model_validator(mode="after")
    def _check_bounds(self) -> "RangeCheck":
        if self.minimum is None and self.maximum is None:
            raise InvalidParameterError(
                en="a range needs 'minimum', 'maximum' or both",
                ru="диапазону нужны minimum, maximum или оба",
            )
        return self


class DatesCheck(Check):
    """Days before `not_before`, or more than `most_days_ahead` days after the moment of the check.

    Every date or instant column that fits a pattern of `columns` is looked at.
    """

    kind: Literal["dates"] = "dates"
    columns: tuple[str, ...] = Field(min_length=1)
    not_before: dt.date | None = None
    most_days_ahead: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _check_bounds(self) -> "DatesCheck":
        if self.not_before is None and self.most_days_ahead is None:
            raise InvalidParameterError(
                en="a check of dates needs 'not_before', 'most_days_ahead' or both",
                ru="проверке дат нужны not_before, most_days_ahead или оба",
            )
        return self


class VocabularyCheck(Check):
    """Values that are in no list: ISO 4217 currencies, the contract's own, or the one given."""

    kind: Literal["vocabulary"] = "vocabulary"
    column: str
    vocabulary: Literal["currency", "contract", "given"] = "contract"
    values: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check_values(self) -> "VocabularyCheck":
        if (self.vocabulary == "given") != bool(self.values):
            raise InvalidParameterError(
                en="'values' and vocabulary 'given' belong together",
                ru="values и словарь given задаются вместе",
            )
        return self


class TextCheck(Check):
    """Texts that say nothing: empty, one character or word over and over, or a link."""

    kind: Literal["text"] = "text"
    column: str
    faults: tuple[TextFault, ...] = Field(min_length=1)


class UniqueCheck(Check):
    """Rows beyond the first that bear the same values in `columns`."""

    kind: Literal["unique"] = "unique"
    columns: tuple[str, ...] = Field(min_length=1)


class ExactDuplicatesCheck(Check):
    """Rows beyond the first that are the same in every column (or in `columns`).

    What the lake adds to a row is left aside, and so are the columns of `besides`.
    """

    kind: Literal["exact_duplicates"] = "exact_duplicates"
    columns: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()


class NearDuplicatesCheck(Check):
    """Rows beyond the first that are the same once spelling is set aside.

    Attributes
    ----------
    columns
        Column → how it is compared. `words`: letter case, ё/е, punctuation, spaces and the order
        of the words do not matter; `text`: the same but the order matters; `digits`: only digits,
        the last ten of them (phone numbers); `exact`: as it is, but for letter case.
    most_edits
        How many letters may differ, beyond that (0: none).
    block
        Columns that must be equal (as compared) for two rows to be looked at when `most_edits`
        is above 0; without it, pairs share their first three compared letters.
    entity
        The column that tells rows apart, such as `customer_id`; without it spellings do.
    """

    kind: Literal["near_duplicates"] = "near_duplicates"
    columns: dict[str, Literal["words", "text", "digits", "exact"]] = Field(min_length=1)
    most_edits: int = Field(default=0, ge=0, le=3)
    block: tuple[str, ...] = ()
    entity: str | None = None


class OrphansCheck(Check):
    """Rows whose `column` is in none of the columns `refers_to`, each written table.column.

    Tables that are not there or empty are passed over: what was never loaded cannot be missed.
    """

    kind: Literal["orphans"] = "orphans"
    column: str
    refers_to: tuple[Annotated[str, Field(pattern=r"^[a-z_0-9]+\.[a-z_0-9]+$")], ...] = Field(
        min_length=1
    )


class RateCheck(Check):
    """Customers with more rows on one day than a person makes: robots, shared ids."""

    kind: Literal["rate"] = "rate"
    customer: str = "customer_id"
    time: str = "occurred_at"
    most_per_day: int = Field(gt=0)


class SessionLengthCheck(Check):
    """Sessions (no pause longer than `gap_minutes`) that last over `most_minutes`."""

    kind: Literal["session_length"] = "session_length"
    customer: str = "customer_id"
    time: str = "occurred_at"
    gap_minutes: float = Field(default=30, gt=0)
    most_minutes: float = Field(gt=0)


class RepeatedCheck(Check):
    """Rows of one customer with the amount of the row before, within `within_minutes` of it."""

    kind: Literal["repeated"] = "repeated"
    customer: str = "customer_id"
    amount: str = "amount"
    time: str = "purchased_at"
    within_minutes: float = Field(gt=0)


class PlaceholdersCheck(Check):
    """Values that only stand for "unknown": words, and codes such as 999 far from the rest."""

    kind: Literal["placeholders"] = "placeholders"
    columns: tuple[str, ...] = Field(min_length=1)


class ConstantCheck(Check):
    """Columns that hold one value in every row, and so tell nobody from anybody."""

    kind: Literal["constant"] = "constant"
    columns: tuple[str, ...] = Field(min_length=1)


class SpellingsCheck(Check):
    """Values that are the same but for letter case, ё or blanks: "Москва", "МОСКВА", "москва"."""

    kind: Literal["spellings"] = "spellings"
    columns: tuple[str, ...] = Field(min_length=1)


class FreshnessCheck(Check):
    """A table whose newest row is older than `most_days` at the moment of the check."""

    kind: Literal["freshness"] = "freshness"
    column: str
    most_days: float = Field(gt=0)


AnyCheck = Annotated[
    RowsCheck
    | RangeCheck
    | DatesCheck
    | VocabularyCheck
    | TextCheck
    | UniqueCheck
    | ExactDuplicatesCheck
    | NearDuplicatesCheck
    | OrphansCheck
    | RateCheck
    | SessionLengthCheck
    | RepeatedCheck
    | FreshnessCheck
    | PlaceholdersCheck
    | ConstantCheck
    | SpellingsCheck,
    Field(discriminator="kind"),
]
