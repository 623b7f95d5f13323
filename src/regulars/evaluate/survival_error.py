"""The Brier score where some customers were not seen to the horizon."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["censored_brier_score"]


def censored_brier_score(
    times: NDArray[np.float64],
    has_left: NDArray[np.bool_],
    staying: NDArray[np.float64],
    horizon: float,
) -> float:
    """Mean squared error of the probability of still being there at a horizon; lower is better.

    Who was last seen before the horizon counts for nothing, and the others for as many more as were
    lost like them: each squared error is divided by the probability of having been seen so long
    (Graf et al. 1999, doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5).

    Parameters
    ----------
    times, has_left
        How long each customer was there, and whether they left then, shape (n_customers,).
    staying
        Predicted probability of being there at the horizon, shape (n_customers,).
    horizon
        Of the unit of `times`.

    Examples
    --------
    >>> times, has_left = np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, False, True, False])
    >>> round(censored_brier_score(times, has_left, np.array([0.0, 0.5, 0.5, 1.0]), 2.5), 3)
    0.094
    """
    gone = has_left & (times <= horizon)
    there = times > horizon
    weights = np.zeros(len(times))
    weights[gone] = 1 / _seen_until(times, has_left, times[gone], is_before=True)
    weights[there] = 1 / _seen_until(times, has_left, np.array([horizon]), is_before=False)[0]
    return float(np.sum(weights * (there - staying) ** 2) / len(times))


def _seen_until(
    times: NDArray[np.float64],
    has_left: NDArray[np.bool_],
    asked: NDArray[np.float64],
    *,
    is_before: bool,
) -> NDArray[np.float64]:
    """Kaplan-Meier probability of not having been lost from sight until (or just before) a time."""
    lost = np.unique(times[~has_left])
    ended = np.sort(times)
    # Who left on a day was not there any more to be lost on it.
    at_risk = len(times) - np.searchsorted(ended, lost, side="left")
    at_risk = at_risk - _count_on(times[has_left], lost)
    shares = np.cumprod(1 - _count_on(times[~has_left], lost) / np.maximum(at_risk, 1))
    place = np.searchsorted(lost, asked, side="left" if is_before else "right")
    return np.append(1.0, shares)[place]


def _count_on(times: NDArray[np.float64], days: NDArray[np.float64]) -> NDArray[np.int64]:
    """How many of `times` are each of `days`."""
    ordered = np.sort(times)
    return np.searchsorted(ordered, days, side="right") - np.searchsorted(ordered, days, "left")
