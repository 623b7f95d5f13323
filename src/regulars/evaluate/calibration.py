"""Whether probabilities come true: the calibration curve and its error."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.intervals import Interval, bootstrap_figures

__all__ = [
    "CalibrationPoint",
    "bin_calibration",
    "measure_calibration",
    "move_back",
    "weigh_calibration_error",
]

_BINS = 10


@dataclass(frozen=True, slots=True)
class CalibrationPoint:
    """Customers with probabilities next to each other: what was said of them and what came.

    Attributes
    ----------
    customers
        How many they are.
    said
        Their mean probability.
    came
        The share of the outcome among them.
    """

    customers: int
    said: float
    came: Interval


def bin_calibration(
    probabilities: NDArray[np.float64], *, n_bins: int = _BINS
) -> NDArray[np.int64]:
    """The bin of each row, by equally many rows of neighboring probabilities, shape (n_rows,).

    Equal probabilities stay in one bin, so there may be fewer bins than asked for.

    Examples
    --------
    >>> bin_calibration(np.array([0.1, 0.9, 0.1, 0.4]), n_bins=2).tolist()
    [0, 1, 0, 1]
    """
    edges = np.unique(np.quantile(probabilities, np.linspace(0, 1, n_bins + 1)[1:-1]))
    _, bins = np.unique(np.searchsorted(edges, probabilities, side="right"), return_inverse=True)
    return np.asarray(bins, dtype=np.int64)


def weigh_calibration_error(
    labels: NDArray[np.float64], probabilities: NDArray[np.float64], *, n_bins: int = _BINS
) -> Callable[[NDArray[np.float64]], float]:
    """Expected calibration error as a function of row weights, for a bootstrap.

    The mean distance between what was said and what came in bins of equally many rows (Naeini, Cooper
    and Hauskrecht 2015), weighted by their rows. It is never quite 0: chance alone makes some.
    """
    bins = bin_calibration(probabilities, n_bins=n_bins)
    beyond = labels - probabilities

    def weigh(weights: NDArray[np.float64]) -> float:
        return float(np.abs(np.bincount(bins, weights=weights * beyond)).sum() / weights.sum())

    return weigh


def move_back(error: Interval) -> Interval:
    """The bootstrap interval of a calibration error, moved back around the figure, not below 0.

    Every sample adds chance errors of its own to those that are there, so all of them lie too high.

    Examples
    --------
    >>> move_back(Interval(0.25, 0.25, 0.5))
    Interval(mean=0.25, low=0.125, high=0.375)
    """
    shift = (error.low + error.high) / 2 - error.mean
    return Interval(error.mean, max(error.low - shift, 0.0), error.high - shift)


def measure_calibration(
    labels: NDArray[np.float64],
    probabilities: NDArray[np.float64],
    *,
    customers: NDArray[np.int64] | None = None,
    random_state: int,
    n_samples: int = 200,
) -> tuple[CalibrationPoint, ...]:
    """The calibration curve in ten bins of equally many customers, lowest first.

    Parameters
    ----------
    labels, probabilities
        1 and 0, and the calibrated probability; shape (n_rows,).
    customers, random_state, n_samples
        As in `bootstrap_intervals`.

    Examples
    --------
    >>> labels, said = np.array([0.0, 0, 0, 1, 1, 0, 1, 1]), np.repeat([0.25, 0.75], 4)
    >>> [
    ...     (point.customers, point.said, point.came.mean)
    ...     for point in measure_calibration(labels, said, random_state=0)
    ... ]
    [(4, 0.25, 0.25), (4, 0.75, 0.75)]
    """
    bins = bin_calibration(probabilities)
    sizes = np.bincount(bins)
    said = np.bincount(bins, weights=probabilities) / sizes

    def measure(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        drawn = np.bincount(bins, weights=weights)
        came = np.bincount(bins, weights=weights * labels)
        return np.where(drawn > 0, came / np.maximum(drawn, 1), np.nan)

    found = bootstrap_figures(
        measure, labels, random_state=random_state, customers=customers, n_samples=n_samples
    )
    return tuple(
        CalibrationPoint(int(size), float(mean), came)
        for size, mean, came in zip(sizes, said, found, strict=True)
    )
