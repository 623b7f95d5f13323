"""The typed tree of conditions: what may be said about one row, and nothing else."""

import math
from collections.abc import Iterator
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
    "KEYS",
    "LARGEST_DEPTH",
    "LARGEST_LIST",
    "LARGEST_SIZE",
    "TAG_OF_KEY",
    "All",
    "Any",
    "AsOfPlusDays",
    "Between",
    "Bound",
    "Compare",
    "Comparison",
    "Condition",
    "In",
    "IsMissing",
    "Not",
    "TextMatch",
    "list_columns",
    "walk",
]

LARGEST_DEPTH = 20
LARGEST_SIZE = 1_000
LARGEST_LIST = 10_000
_LARGEST_INTEGER = 2**63 - 1
_LARGEST_DAYS = 40_000

Comparison = Literal["=", "!=", "<", "<=", ">", ">="]


def _normalize_decimal(value: Decimal) -> int | float | str:
    if not value.is_finite():
        raise InvalidParameterError(en="a number must be finite", ru="число должно быть конечным")
    if value == value.to_integral_value():
        return int(value)
    if Decimal(repr(float(value))) == value:
        return float(value)
    return str(value)


def _normalize_literal(value: object) -> object:
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


def _check_literal(value: bool | float | str) -> bool | float | str:  # noqa: FBT001 - a value, not a switch
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


class _Node(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True
    )


class AsOfPlusDays(_Node):
    """A day counted from the day of the calculation; negative is before it."""

    as_of_plus_days: int = Field(ge=-_LARGEST_DAYS, le=_LARGEST_DAYS, strict=True)


def _choose_literal(value: object) -> str:
    return "<days>" if isinstance(value, dict | AsOfPlusDays) else "<literal>"


_Literal = Annotated[
    StrictBool | StrictInt | StrictFloat | StrictStr, BeforeValidator(_normalize_literal)
]
_Bound = Annotated[
    Annotated[_Literal, Tag("<literal>")] | Annotated[AsOfPlusDays, Tag("<days>")],
    Discriminator(_choose_literal),
]
Bound = bool | int | float | str | AsOfPlusDays
ColumnName = Annotated[str, Field(min_length=1, max_length=1_000)]


class Compare(_Node):
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
        return _normalize_literal(value)

    @field_validator("value", mode="after")
    @classmethod
    def _check_value(cls, value: Bound) -> Bound:
        return value if isinstance(value, AsOfPlusDays) else _check_literal(value)

    @model_validator(mode="after")
    def _check_sides(self) -> "Compare":
        if (self.value is None) == (self.other is None):
            raise InvalidParameterError(
                en="say either 'value' or 'other' (another column), and not both",
                ru="укажите либо value, либо other (другой столбец), но не оба",
            )
        return self


class Between(_Node):
    """A column within two bounds, both included; False when it is missing."""

    column: ColumnName
    between: tuple[_Bound, _Bound]

    @field_validator("between", mode="after")
    @classmethod
    def _check_bounds(cls, bounds: tuple[Bound, Bound]) -> tuple[Bound, Bound]:
        for bound in bounds:
            if not isinstance(bound, AsOfPlusDays):
                _check_literal(bound)
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


class In(_Node):
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
            _check_literal(value)
        return values


class IsMissing(_Node):
    """A column that has no value (`true`), or has one (`false`); NaN counts as missing."""

    column: ColumnName
    is_missing: StrictBool


class TextMatch(_Node):
    """A text column that contains, starts with, ends with, or matches; False when missing."""

    column: ColumnName
    text: Literal["contains", "starts_with", "ends_with", "matches"]
    value: StrictStr = Field(min_length=1, max_length=1_000)
    ignore_case: StrictBool = False

    @model_validator(mode="after")
    def _check_text(self) -> "TextMatch":
        _check_literal(self.value)
        if self.text == "matches":
            check_pattern(self.value)
        return self


class All(_Node):
    """True when every part is."""

    conditions: tuple["Condition", ...] = Field(
        validation_alias="all", serialization_alias="all", min_length=1, max_length=LARGEST_SIZE
    )

    @model_validator(mode="after")
    def _check_size(self) -> "All":
        _check_tree(self)
        return self


class Any(_Node):
    """True when at least one part is."""

    conditions: tuple["Condition", ...] = Field(
        validation_alias="any", serialization_alias="any", min_length=1, max_length=LARGEST_SIZE
    )

    @model_validator(mode="after")
    def _check_size(self) -> "Any":
        _check_tree(self)
        return self


class Not(_Node):
    """True when its part is not; so the opposite of a comparison is true of a missing value."""

    condition: "Condition" = Field(validation_alias="not", serialization_alias="not")

    @model_validator(mode="after")
    def _check_size(self) -> "Not":
        _check_tree(self)
        return self


TAG_OF_KEY = {
    "all": "<all>",
    "any": "<any>",
    "not": "<not>",
    "between": "<between>",
    "in": "<in>",
    "is_missing": "<missing>",
    "text": "<text>",
    "op": "<compare>",
}
_TAG_OF_CLASS = {
    All: "<all>",
    Any: "<any>",
    Not: "<not>",
    Between: "<between>",
    In: "<in>",
    IsMissing: "<missing>",
    TextMatch: "<text>",
    Compare: "<compare>",
}
KEYS = tuple(TAG_OF_KEY)


def _choose_class(value: object) -> str | None:
    if isinstance(value, dict):
        return next((tag for key, tag in TAG_OF_KEY.items() if key in value), None)
    return _TAG_OF_CLASS.get(type(value))  # type: ignore[call-overload]


Condition = Annotated[
    Annotated[Compare, Tag("<compare>")]
    | Annotated[Between, Tag("<between>")]
    | Annotated[In, Tag("<in>")]
    | Annotated[IsMissing, Tag("<missing>")]
    | Annotated[TextMatch, Tag("<text>")]
    | Annotated[All, Tag("<all>")]
    | Annotated[Any, Tag("<any>")]
    | Annotated[Not, Tag("<not>")],
    Discriminator(_choose_class),
]
"""One condition about a row; a field of this type accepts the table form of JSON and TOML."""

for _branch in (All, Any, Not):
    _branch.model_rebuild()


def walk(condition: Condition) -> Iterator[tuple[int, Condition]]:
    """Every node with its depth (the root is 1), parents first, in the order written."""
    waiting = [(1, condition)]
    while waiting:
        depth, node = waiting.pop()
        yield depth, node
        if isinstance(node, All | Any):
            waiting.extend((depth + 1, part) for part in reversed(node.conditions))
        elif isinstance(node, Not):
            waiting.append((depth + 1, node.condition))


def _check_tree(condition: Condition) -> None:
    for size, (depth, _) in enumerate(walk(condition), start=1):
        if depth > LARGEST_DEPTH:
            raise InvalidParameterError(
                en=f"conditions are nested deeper than {LARGEST_DEPTH} levels",
                ru=f"условия вложены глубже {LARGEST_DEPTH} уровней",
            )
        if size > LARGEST_SIZE:
            raise InvalidParameterError(
                en=f"there are more than {LARGEST_SIZE} conditions in one tree",
                ru=f"в одном дереве больше {LARGEST_SIZE} условий",
            )


def list_columns(condition: Condition) -> tuple[str, ...]:
    """Names of the columns that `condition` looks at, in the order they are named.

    Examples
    --------
    >>> list_columns(Compare(column="ended_on", op="<", other="started_on"))
    ('ended_on', 'started_on')
    """
    names: dict[str, None] = {}
    for _, node in walk(condition):
        if not isinstance(node, All | Any | Not):
            names[node.column] = None
        if isinstance(node, Compare) and node.other is not None:
            names[node.other] = None
    return tuple(names)
