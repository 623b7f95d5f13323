"""What one source column becomes, and which of them is the outcome."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from regulars.schema.contract import ColumnType, Role
from regulars.schema.wording import Wording

__all__ = ["ColumnMapping", "Outcome"]

# Texts about things: a number in the name of a product is not a phone.
_THINGS = frozenset({"product_name", "description", "tariff_name", "options", "page"})


class ColumnMapping(BaseModel):
    """What one source column becomes.

    Attributes
    ----------
    source
        Its name in the source.
    target
        A column of the contract, or its own snake_case name (a profile column or an attribute).
    role, type
        What it is for, how it is stored.
    format
        How the text is read; None for plain values. Dates: a strptime pattern, several joined by
        "|", or "iso", "iso_zone", "excel_serial", "epoch_seconds", "epoch_milliseconds". Strings:
        "whole_number" when an id was kept as 17850.0. Numbers: "symbols" when currency or percent
        signs must be dropped or a negative stands in parentheses, "clock" for 01:23:45 as seconds,
        "units:гб=1024,мб=1" when words stand behind the numbers, each with what it multiplies by.
        Strings: also "apostrophe" when a spreadsheet marked them as text so. Booleans: "true word|false word", as in the source.
    decimal, thousands
        Marks of a number; a thousands mark " " stands for every kind of space.
    unit
        What the numbers count, as far as the values say: "ГБ", "%", "second".
    time_source
        Of a moment: another column, with the time of the day that this one gives.
    confidence
        0 to 1; 1 when a person said it.
    evidence
        Why, in both languages; never holds personal values.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    target: str
    role: Role
    type: ColumnType
    format: str | None = None
    decimal: Literal[".", ","] = "."
    thousands: str | None = None
    unit: str | None = None
    time_source: str | None = None
    confidence: float = Field(default=1.0, ge=0.0, le=1.0)
    evidence: Wording = Wording(en="", ru="")

    @property
    def is_given(self) -> bool:
        """Whether a person said what the column is."""
        return self.confidence == 1.0

    @property
    def is_free_text(self) -> bool:
        """Whether people wrote it as they liked: it may hold their phones and names."""
        return self.role is Role.TEXT and self.type == "string" and self.target not in _THINGS

    @property
    def is_left_out_for_now(self) -> bool:
        """Left out for what the values were, not by a person: other values may change that."""
        return self.role is Role.IGNORED and self.confidence < 1.0


class Outcome(BaseModel):
    """What is to be predicted, as the file knows it.

    Attributes
    ----------
    column
        The source column.
    positive
        The value, as in the source, that means "it happened"; None where a person named a column
        of one value, or of more than two, and none of its values.
    is_given
        A person named it; otherwise it was taken by the one name of the dictionary.
    evidence
        How it was found.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    positive: str | None = None
    is_given: bool
    evidence: Wording
