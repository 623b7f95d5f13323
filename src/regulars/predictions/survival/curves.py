"""Survival curves: who is still there after how long, of everybody together and of each customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CurvePoint", "CustomerCurves", "SurvivalCurve", "measure_curve"]

_Z = 1.959963984540054
"""97.5 % of a normal distribution lie below it."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The share of customers who are still there.

    Attributes
    ----------
    days
        After so many days.
    share
        From 0 to 1.
    low, high
        Bounds of its 95 % interval.
    at_risk
        How many were there until then, and could leave.
    """

    days: float
    share: float
    low: float
    high: float
    at_risk: int


@dataclass(frozen=True, slots=True)
class SurvivalCurve:
    """The survival curve of Kaplan and Meier (1958, doi:10.1080/01621459.1958.10501452).

    Attributes
    ----------
    points
        A step each, in order of time: the share from that day on.
    median_days
        After so many days half of the customers have left; None when more than half are there at the
        end of what was seen.
    median_low, median_high
        Bounds of its 95 % interval; None when not reached.
    last_day
        The longest that anybody was seen to be there.
    """

    points: tuple[CurvePoint, ...]
    median_days: float | None
    median_low: float | None
    median_high: float | None
    last_day: float


def measure_curve(days: NDArray[np.float64], has_left: NDArray[np.bool_]) -> SurvivalCurve:
    """The Kaplan-Meier curve, by statsmodels, with intervals on the log-minus-log scale.

    Parameters
    ----------
    days
        How long each customer was there, shape (n_customers,).
    has_left
        Whether they left then, or were last seen still there, shape (n_customers,).

    Examples
    --------
    >>> curve = measure_curve(np.array([6.0, 6.0, 7.0, 10.0]), np.array([True, False, True, False]))
    >>> [(point.days, round(point.share, 3), point.at_risk) for point in curve.points]
    [(6.0, 0.75, 4), (7.0, 0.375, 2)]
    >>> curve.median_days
    7.0
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    curve = SurvfuncRight(days, has_left.astype(np.int64))
    shares, errors = np.asarray(curve.surv_prob), np.asarray(curve.surv_prob_se)
    low, high = _bound(shares, errors)
    times = np.asarray(curve.surv_times)
    points = tuple(
        CurvePoint(float(day), float(share), float(under), float(over), int(at_risk))
        for day, share, under, over, at_risk in zip(
            times, shares, low, high, curve.n_risk, strict=True
        )
    )
    return SurvivalCurve(
        points,
        _find_half(times, shares),
        _find_half(times, low),
        _find_half(times, high),
        float(days.max()),
    )


def _find_half(times: NDArray[np.float64], shares: NDArray[np.float64]) -> float | None:
    """The first time at which a share is a half or less."""
    is_half = shares <= 0.5
    return float(times[is_half.argmax()]) if is_half.any() else None


def _bound(
    shares: NDArray[np.float64], errors: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bounds of the shares (Kalbfleisch and Prentice 2002, eq. 1.15)."""
    inside = (shares > 0) & (shares < 1)
    logs = np.log(np.where(inside, shares, 0.5))
    spread = _Z * np.where(inside, errors, 0.0) / (np.where(inside, shares, 0.5) * -logs)
    low = np.where(inside, np.exp(logs * np.exp(spread)), shares)
    return low, np.where(inside, np.exp(logs * np.exp(-spread)), shares)


@dataclass(frozen=True, slots=True, eq=False)
class CustomerCurves:
    """A survival curve for each customer, straight between the times of a grid.

    Attributes
    ----------
    times
        Rising from 0, shape (n_times,).
    shares
        The probability of still being there, shape (n_customers, n_times); 1 in the first column.
    """

    times: NDArray[np.float64]
    shares: NDArray[np.float64]

    def at(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """The probability of being there at a time of each customer's own; NaN beyond the grid.

        Parameters
        ----------
        times
            Shape (n_customers,).

        Examples
        --------
        >>> curves = CustomerCurves(np.array([0.0, 10.0]), np.array([[1.0, 0.5], [1.0, 0.2]]))
        >>> curves.at(np.array([5.0, 11.0])).tolist()
        [0.75, nan]
        """
        beyond = times > self.times[-1]
        place = np.clip(np.searchsorted(self.times, times, side="right") - 1, 0, None)
        place = np.minimum(place, len(self.times) - 2)
        width = self.times[place + 1] - self.times[place]
        share = np.clip((times - self.times[place]) / width, 0.0, 1.0)
        row = np.arange(len(times))
        left, right = self.shares[row, place], self.shares[row, place + 1]
        return np.where(beyond, np.nan, left + share * (right - left))

    def leave_within(self, so_far: NDArray[np.float64], time: float) -> NDArray[np.float64]:
        """The probability of leaving within `time` for who has been there `so_far`; NaN beyond the grid."""
        now, then = self.at(so_far), self.at(so_far + time)
        return np.where(now > 0, 1 - then / np.where(now > 0, now, 1.0), np.nan)

    def median_left(self, so_far: NDArray[np.float64]) -> NDArray[np.float64]:
        """In how much more time half of those like the customer, there `so_far`, will have left.

        Infinite where more than half are still there at the end of the grid; NaN beyond it.
        """
        half = self.at(so_far) / 2
        is_below = self.shares <= half[:, None]
        place = np.where(is_below.any(axis=1), is_below.argmax(axis=1), len(self.times))
        inside = np.clip(place, 1, len(self.times) - 1)
        row = np.arange(len(so_far))
        left, right = self.shares[row, inside - 1], self.shares[row, inside]
        fall = np.where(left > right, left - right, 1.0)
        part = np.where(left > right, (left - half) / fall, 0.0)
        step = self.times[inside] - self.times[inside - 1]
        until = self.times[inside - 1] + np.clip(part, 0.0, 1.0) * step
        found = np.where(place < len(self.times), until - so_far, np.inf)
        return np.where(np.isnan(half), np.nan, found)
