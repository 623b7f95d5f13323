"""The leaves of conditions: what may be said about the columns of one row."""

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    Tag,
    field_validator,
    model_validator,
)

from regulars.conditions.patterns import check_pattern
from regulars.errors import InvalidParameterError

__all__ = [
    "LARGEST_DAYS",
    "LARGEST_LIST",
    "AsOfPlusDays",
    "Between",
    "Bound",
    "ColumnName",
    "Compare",
    "Comparison",
    "In",
    "IsMissing",
    "Node",
    "TextMatch",
    "check_literal",
    "normalize_literal",
]

LARGEST_LIST = 10_000
_LARGEST_INTEGER = 2**63 - 1
LARGEST_DAYS = 40_000

Comparison = Literal["=", "!=", "<", "<=", ">", ">="]


def _normalize_decimal(value: Decimal) -> int | float | str:
    if not value.is_finite():
        raise InvalidParameterError(en="a number must be finite", ru="число должно быть конечным")
    if value == value.to_integral_value():
        return int(value)
    if Decimal(repr(float(value))) == value:
        return float(value)
    return str(value)


def normalize_literal(value: object) -> object:
    """The value as JSON would say it."""
    # One spelling each, so that the same condition from JSON, TOML or Python is equal and has
    # one content hash; the type of the column decides later how a text is read.
    if value is None:
        raise InvalidParameterError(
            en="null is not a value; to ask for a missing one say is_missing = true",
            ru="null — не значение; чтобы спросить о пропуске, пишите is_missing = true",
        )
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise InvalidParameterError(
                en=f"{value.isoformat()} has no time zone; write it, as in …T10:00:00Z",
                ru=f"у {value.isoformat()} нет часового пояса; допишите его: …T10:00:00Z",
            )
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return _normalize_decimal(value)
    return value


def check_literal(value: bool | float | str) -> bool | float | str:  # noqa: FBT001 - a value, not a switch
    """The value itself, if every engine can hold it."""
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidParameterError(en="a number must be finite", ru="число должно быть конечным")
    if isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
        raise InvalidParameterError(
            en=f"a whole number must be within ±{_LARGEST_INTEGER}",
            ru=f"целое число не больше ±{_LARGEST_INTEGER}",
        )
    if isinstance(value, str) and ("\x00" in value or not _is_encodable(value)):
        raise InvalidParameterError(
            en="a text may not hold a zero byte or half of a surrogate pair",
            ru="в тексте не бывает нулевого байта и половины суррогатной пары",
        )
    return value


def _is_encodable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


class Node(BaseModel):
    """The base of everything in a tree: frozen, and nothing but its own keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True
    )


class AsOfPlusDays(Node):
    """A day counted from the day of the calculation; negative is before it."""

    as_of_plus_days: int = Field(ge=-LARGEST_DAYS, le=LARGEST_DAYS, strict=True)


def _choose_literal(value: object) -> str:
    return "<days>" if isinstance(value, dict | AsOfPlusDays) else "<literal>"


_Literal = Annotated[
    StrictBool | StrictInt | StrictFloat | StrictStr, BeforeValidator(normalize_literal)
]
_Bound = Annotated[
    Annotated[_Literal, Tag("<literal>")] | Annotated[AsOfPlusDays, Tag("<days>")],
    Discriminator(_choose_literal),
]
Bound = bool | int | float | str | AsOfPlusDays
ColumnName = Annotated[str, Field(min_length=1, max_length=1_000)]


class Compare(Node):
    """A column against a value, against another column, or against the day of the calculation.

    False when either side is missing.
    """

    column: ColumnName
    op: Comparison
    value: _Bound | None = None
    other: ColumnName | None = None

    @field_validator("value", mode="before")
    @classmethod
    def _refuse_null(cls, value: object) -> object:
        return normalize_literal(value)

    @field_validator("value", mode="after")
    @classmethod
    def _check_value(cls, value: Bound) -> Bound:
        return value if isinstance(value, AsOfPlusDays) else check_literal(value)

    @model_validator(mode="after")
    def _check_sides(self) -> "Compare":
        if (self.value is None) == (self.other is None):
            raise InvalidParameterError(
                en="say either 'value' or 'other' (another column), and not both",
                ru="укажите либо value, либо other (другой столбец), но не оба",
            )
        return self


class Between(Node):
    """A column within two bounds, both included; False when it is missing."""

    column: ColumnName
    between: tuple[_Bound, _Bound]

    @field_validator("between", mode="after")
    @classmethod
    def _check_bounds(cls, bounds: tuple[Bound, Bound]) -> tuple[Bound, Bound]:
        for bound in bounds:
            if not isinstance(bound, AsOfPlusDays):
                check_literal(bound)
        if _is_backwards(*bounds):
            raise InvalidParameterError(
                en=f"the lower bound {bounds[0]} is above the upper bound {bounds[1]}",
                ru=f"нижняя граница {bounds[0]} больше верхней {bounds[1]}",
            )
        return bounds


def _is_backwards(low: Bound, high: Bound) -> bool:
    if isinstance(low, AsOfPlusDays) and isinstance(high, AsOfPlusDays):
        return low.as_of_plus_days > high.as_of_plus_days
    if isinstance(low, int | float) and isinstance(high, int | float):
        return low > high
    return False


class In(Node):
    """A column equal to one of the listed values; False when it is missing."""

    column: ColumnName
    values: tuple[_Literal, ...] = Field(
        validation_alias="in", serialization_alias="in", min_length=1, max_length=LARGEST_LIST
    )

    @field_validator("values", mode="after")
    @classmethod
    def _check_values(
        cls, values: tuple[bool | float | str, ...]
    ) -> tuple[bool | float | str, ...]:
        for value in values:
            check_literal(value)
        return values


class IsMissing(Node):
    """A column that has no value (`true`), or has one (`false`); NaN counts as missing."""

    column: ColumnName
    is_missing: StrictBool


class TextMatch(Node):
    """A text column that contains, starts with, ends with, or matches; False when missing."""

    column: ColumnName
    text: Literal["contains", "starts_with", "ends_with", "matches"]
    value: StrictStr = Field(min_length=1, max_length=1_000)
    ignore_case: StrictBool = False

    @model_validator(mode="after")
    def _check_text(self) -> "TextMatch":
        check_literal(self.value)
        if self.text == "matches":
            check_pattern(self.value)
        return self
