"""Figures with their bounds as JSON has them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from regulars.evaluate.intervals import Interval
    from regulars.report.parts import Interval as IntervalPart

__all__ = ["describe_interval"]


@overload
def describe_interval(figure: Interval | IntervalPart) -> dict[str, float | None]: ...
@overload
def describe_interval(figure: None) -> None: ...
@overload
def describe_interval(
    figure: Interval | IntervalPart | None,
) -> dict[str, float | None] | None: ...
def describe_interval(
    figure: Interval | IntervalPart | None,
) -> dict[str, float | None] | None:
    """The mean with its bounds; null for what could not be computed, and for no figure at all."""
    if figure is None:
        return None
    return {
        name: value if math.isfinite(value) else None
        for name, value in (("mean", figure.mean), ("low", figure.low), ("high", figure.high))
    }
