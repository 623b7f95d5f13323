"""What is found by contacting only those with the highest scores: gains, lift, precision, recall."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.intervals import Interval, bootstrap_figures

__all__ = ["SHARES", "Gain", "measure_gains"]

SHARES = (0.01, 0.02, *(number / 20 for number in range(1, 21)))
"""The shares of the customers for which gains are measured: 1 %, 2 %, then every 5 %."""


@dataclass(frozen=True, slots=True)
class Gain:
    """What contacting a share of the customers finds, those with the highest scores first.

    Attributes
    ----------
    share
        How many are contacted, as a share of all.
    customers
        The same as a number.
    recall
        Share of those with the outcome who are among them: the height of the gains curve.
    precision
        Share of the outcome among them.
    lift
        How many times as often the outcome is met as in contacts at random.
    """

    share: float
    customers: int
    recall: Interval
    precision: Interval
    lift: Interval


def measure_gains(
    labels: NDArray[np.float64],
    scores: NDArray[np.float64],
    *,
    shares: Sequence[float] = SHARES,
    customers: NDArray[np.int64] | None = None,
    random_state: int,
    n_samples: int = 200,
) -> tuple[Gain, ...]:
    """What is found at each capacity, with 95 % intervals by bootstrap.

    Of rows with the same score as many are taken as fit, and they count by their mean: no order
    that the score does not give is made use of.

    Parameters
    ----------
    labels, scores
        1 and 0, and what the model says; shape (n_rows,).
    shares
        In (0, 1].
    customers
        Rows of the same number belong together, shape (n_rows,).
    random_state, n_samples
        As in `bootstrap_intervals`.

    Examples
    --------
    >>> labels = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    >>> scores = np.arange(10, 0, -1) / 10
    >>> (gain,) = measure_gains(labels, scores, shares=(0.2,), random_state=0)
    >>> (
    ...     gain.customers,
    ...     round(gain.recall.mean, 3),
    ...     round(gain.precision.mean, 3),
    ...     round(gain.lift.mean, 3),
    ... )
    (2, 0.667, 1.0, 3.333)
    """
    found = bootstrap_figures(
        _rank_recall(labels, scores, shares),
        labels,
        random_state=random_state,
        customers=customers,
        n_samples=n_samples,
    )
    base = float(labels.mean())
    # As many of each kind are drawn as there are, so all three figures move together.
    return tuple(
        Gain(
            share=share,
            customers=round(share * len(labels)),
            recall=recall,
            precision=_scale(recall, base / share, most=1.0),
            lift=_scale(recall, 1 / share, most=1 / base),
        )
        for share, recall in zip(shares, found, strict=True)
    )


def _scale(interval: Interval, factor: float, *, most: float) -> Interval:
    """The interval of a multiple, without what rounding adds beyond its greatest value."""
    bounds = (interval.mean, interval.low, interval.high)
    return Interval(*(min(bound * factor, most) for bound in bounds))


def _rank_recall(
    labels: NDArray[np.float64], scores: NDArray[np.float64], shares: Sequence[float]
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Recall at each share as a function of row weights; sorted once for all."""
    order = np.argsort(-scores, kind="stable")
    _, group = np.unique(-scores[order], return_inverse=True)
    is_positive = labels[order] == 1
    capacities = np.array(shares)

    def weigh(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        own = weights[order]
        contacted = np.cumsum(np.bincount(group, weights=own))
        found = np.cumsum(np.bincount(group, weights=own * is_positive))
        if not found[-1]:
            return np.full(len(capacities), np.nan)
        met = np.interp(capacities * contacted[-1], [0.0, *contacted], [0.0, *found])
        return np.asarray(met / found[-1])

    return weigh
