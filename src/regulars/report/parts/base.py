"""What all pieces of `report.json` share: no unknown keys, no NaN, shares from 0 to 1."""

import math
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

__all__ = [
    "Count",
    "Grade",
    "Interval",
    "MaybeNumber",
    "MaybeShare",
    "Part",
    "Scalar",
    "Severity",
    "Share",
]

Severity = Literal["error", "warning", "notice"]
Grade = Literal["A", "B", "C", "D"]


def _drop_unbounded(number: object) -> object:
    # A metric that does not exist comes as NaN out of numeric libraries; JSON has only null for it.
    return None if isinstance(number, float) and not math.isfinite(number) else number


def _to_plain(value: object) -> object:
    # Infinity is found in real files, and JSON has no number for it.
    if value is None or isinstance(value, bool | int | str):
        return value
    return value if isinstance(value, float) and math.isfinite(value) else str(value)


Scalar = Annotated[bool | int | float | str | None, BeforeValidator(_to_plain)]
MaybeNumber = Annotated[float | None, BeforeValidator(_drop_unbounded)]
Share = Annotated[float, Field(ge=0, le=1)]
MaybeShare = Annotated[Annotated[float, Field(ge=0, le=1)] | None, BeforeValidator(_drop_unbounded)]
Count = Annotated[int, Field(ge=0)]


class Part(BaseModel):
    """The base of every piece: frozen, no unknown keys, no NaN."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )


class Interval(Part):
    """A figure with its 95 % interval."""

    mean: float
    """The figure."""
    low: float
    """Lower bound."""
    high: float
    """Upper bound."""
