"""A figure and the range in which it is credible."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Interval",
    "bootstrap_figures",
    "bootstrap_interval",
    "bootstrap_intervals",
    "bound_share",
]

Weights = NDArray[np.float64]
Metric = Callable[[Weights], float]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the bounds of its interval (95 % unless said)."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} ({self.low:.3f} to {self.high:.3f})"


_Z = 1.959963984540054
"""97.5 % of a normal distribution lie below it."""


def bound_share(share: float, size: float, *, z: float = _Z) -> Interval:
    """A share with Wilson's interval (1927, doi:10.1080/01621459.1927.10502953).

    Parameters
    ----------
    share
        What was seen, 0 to 1.
    size
        Of how many independent rows; above 0.
    z
        How many standard errors it reaches; 1.96 for 95 %.

    Examples
    --------
    >>> print(bound_share(0.0, 10))
    0.000 (0.000 to 0.278)
    """
    center = (share + z**2 / (2 * size)) / (1 + z**2 / size)
    half = z / (1 + z**2 / size) * (share * (1 - share) / size + z**2 / (4 * size**2)) ** 0.5
    low, high = max(center - half, 0.0), min(center + half, 1.0)
    # Rounding must not put the share outside of its own interval.
    return Interval(share, min(low, share), max(high, share))


def bootstrap_interval(
    metric: Metric,
    labels: NDArray[np.float64],
    *,
    random_state: int,
    n_samples: int = 500,
    level: float = 0.95,
) -> Interval:
    """The interval of one figure, see `bootstrap_intervals`.

    Examples
    --------
    >>> labels = np.array([1.0, 0.0, 1.0, 0.0])
    >>> bootstrap_interval(lambda weights: float(weights @ labels) / 4, labels, random_state=1)
    Interval(mean=0.5, low=0.5, high=0.5)
    """
    found = bootstrap_intervals(
        {"figure": metric}, labels, random_state=random_state, n_samples=n_samples, level=level
    )
    return found["figure"]


def bootstrap_intervals(
    metrics: Mapping[str, Metric],
    labels: NDArray[np.float64],
    *,
    random_state: int,
    customers: NDArray[np.int64] | None = None,
    n_samples: int = 500,
    level: float = 0.95,
) -> dict[str, Interval]:
    """Percentile intervals of several figures on the same bootstrap samples.

    Single rows are drawn stratified by label (Efron and Tibshirani 1993, ch. 13). Rows of one
    customer are drawn together (ibid., ch. 8), so that seeing somebody twice counts once.

    Parameters
    ----------
    metrics
        Each gives its figure for a weight per row; weights are how often a row was drawn.
    labels
        1 and 0, shape (n_rows,): as many of each are drawn as there are.
    random_state
        Same seed, same intervals.
    customers
        Rows of the same number belong together, shape (n_rows,); None when every row stands alone.
    n_samples
        How many bootstrap samples; samples on which a figure does not exist (NaN) are left out.
    level
        Coverage.
    """
    found = bootstrap_figures(
        lambda weights: np.array([metric(weights) for metric in metrics.values()]),
        labels,
        random_state=random_state,
        customers=customers,
        n_samples=n_samples,
        level=level,
    )
    return dict(zip(metrics, found, strict=True))


def bootstrap_figures(
    measure: Callable[[Weights], NDArray[np.float64]],
    labels: NDArray[np.float64],
    *,
    random_state: int,
    customers: NDArray[np.int64] | None = None,
    n_samples: int = 500,
    level: float = 0.95,
) -> tuple[Interval, ...]:
    """The same of figures that are cheaper to compute together than one by one.

    Parameters
    ----------
    measure
        Gives all figures for a weight per row, shape (n_figures,).
    labels, random_state, customers, n_samples, level
        As in `bootstrap_intervals`.
    """
    generator = np.random.default_rng(random_state)
    strata, unit = _stratify(labels, customers)
    samples = []
    for _ in range(n_samples):
        drawn = np.zeros(len(unit) if customers is None else int(unit.max()) + 1)
        for members in strata:
            chosen = generator.integers(0, len(members), len(members))
            drawn[members] = np.bincount(chosen, minlength=len(members))
        samples.append(measure(drawn[unit]))
    figures = np.stack(samples, axis=1)
    tails = [(1 - level) / 2, (1 + level) / 2]
    found = []
    for own, whole in zip(figures, measure(np.ones(len(labels))).tolist(), strict=True):
        known = own[~np.isnan(own)]
        low, high = np.quantile(known, tails) if len(known) else (whole, whole)
        found.append(Interval(whole, float(low), float(high)))
    return tuple(found)


def _stratify(
    labels: NDArray[np.float64], customers: NDArray[np.int64] | None
) -> tuple[list[NDArray[np.int64]], NDArray[np.int64]]:
    """The strata to draw from, and for each row the unit that is drawn."""
    if customers is None:
        return [np.flatnonzero(labels == value) for value in np.unique(labels)], np.arange(
            len(labels)
        )
    _, unit = np.unique(customers, return_inverse=True)
    # A customer counts by whether any of their rows is positive.
    is_positive = np.bincount(unit, weights=labels == 1) > 0
    return [np.flatnonzero(is_positive == value) for value in np.unique(is_positive)], unit
