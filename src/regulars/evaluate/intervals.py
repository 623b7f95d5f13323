"""A figure and the range in which it is credible."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Interval", "bootstrap_interval", "corrected_interval"]

Weights = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the bounds of its interval (95 % unless said)."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} ({self.low:.3f} to {self.high:.3f})"


def corrected_interval(
    values: Sequence[float], *, test_share: float, level: float = 0.95
) -> Interval:
    """Interval of a mean over cross-validation folds: the corrected resampled t.

    Folds share their training rows, so their spread alone is too small. Nadeau and Bengio (2003,
    doi:10.1023/A:1024068626366) replace 1/J by 1/J + n_test/n_train in the variance of the mean.

    Parameters
    ----------
    values
        One figure per fold, J of them.
    test_share
        Share of the rows in a test fold, so that n_test/n_train = test_share / (1 - test_share).
    level
        Coverage.

    Examples
    --------
    >>> print(corrected_interval([0.84, 0.85, 0.86], test_share=1 / 3))
    0.850 (0.811 to 0.889)
    """
    from scipy.stats import t

    figures = np.asarray(values, dtype=np.float64)
    mean = float(figures.mean())
    if len(figures) < 2:
        return Interval(mean, mean, mean)
    variance = float(figures.var(ddof=1))
    spread = np.sqrt(variance * (1 / len(figures) + test_share / (1 - test_share)))
    half = float(t.ppf((1 + level) / 2, len(figures) - 1) * spread)
    return Interval(mean, max(mean - half, 0.0), min(mean + half, 1.0))


def bootstrap_interval(
    metric: Callable[[Weights], float],
    labels: NDArray[np.float64],
    *,
    random_state: int,
    n_samples: int = 500,
    level: float = 0.95,
) -> Interval:
    """Percentile interval by a bootstrap stratified by label (Efron and Tibshirani 1993, ch. 13).

    Parameters
    ----------
    metric
        Gives the figure for a weight per row; weights are how often a row was drawn.
    labels
        1 and 0, shape (n_rows,): as many of each are drawn as there are.
    random_state
        Same seed, same interval.
    n_samples
        How many bootstrap samples.
    level
        Coverage.

    Examples
    --------
    >>> labels = np.array([1.0, 0.0, 1.0, 0.0])
    >>> bootstrap_interval(lambda weights: float(weights @ labels) / 4, labels, random_state=1)
    Interval(mean=0.5, low=0.5, high=0.5)
    """
    generator = np.random.default_rng(random_state)
    strata = [np.flatnonzero(labels == value) for value in np.unique(labels)]
    figures = np.empty(n_samples)
    for sample in range(n_samples):
        weights = np.zeros(len(labels))
        for rows in strata:
            drawn = generator.integers(0, len(rows), len(rows))
            weights[rows] = np.bincount(drawn, minlength=len(rows))
        figures[sample] = metric(weights)
    low, high = np.quantile(figures, [(1 - level) / 2, (1 + level) / 2])
    return Interval(metric(np.ones(len(labels))), float(low), float(high))
