"""Figures of merit for probabilities of a yes-or-no outcome."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "EqualErrors",
    "average_precision",
    "brier_score",
    "equalize_errors",
    "log_loss",
    "rank_auc",
    "rank_precision",
    "roc_auc",
    "row_losses",
]

_SMALLEST = 1e-15


def roc_auc(labels: NDArray[np.float64], scores: NDArray[np.float64]) -> float:
    """Chance that a random positive scores above a random negative, ties counting half.

    This is the Mann-Whitney statistic (Hanley and McNeil 1982, doi:10.1148/radiology.143.1.7063747).

    Examples
    --------
    >>> roc_auc(np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.1, 0.9, 0.4, 0.4]))
    0.875
    """
    return rank_auc(labels, scores)(np.ones(len(labels)))


def rank_auc(
    labels: NDArray[np.float64], scores: NDArray[np.float64]
) -> Callable[[NDArray[np.float64]], float]:
    """ROC-AUC as a function of row weights: sorted once, so a bootstrap costs one pass a sample."""
    order = np.argsort(scores, kind="stable")
    _, group = np.unique(scores[order], return_inverse=True)
    is_positive = labels[order] == 1

    def weigh(weights: NDArray[np.float64]) -> float:
        sorted_weights = weights[order]
        positive = np.bincount(group, weights=sorted_weights * is_positive)
        negative = np.bincount(group, weights=sorted_weights * ~is_positive)
        below = np.cumsum(negative) - negative
        return float(positive @ (below + negative / 2) / (positive.sum() * negative.sum()))

    return weigh


def average_precision(labels: NDArray[np.float64], scores: NDArray[np.float64]) -> float:
    """Area under the precision-recall curve as a sum of steps.

    A score that knows nothing reaches the share of positives.

    Examples
    --------
    >>> round(average_precision(np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.1, 0.9, 0.3, 0.4])), 4)
    0.8333
    """
    return rank_precision(labels, scores)(np.ones(len(labels)))


def rank_precision(
    labels: NDArray[np.float64], scores: NDArray[np.float64]
) -> Callable[[NDArray[np.float64]], float]:
    """Average precision as a function of row weights, for a bootstrap; NaN without a positive."""
    order = np.argsort(-scores, kind="stable")
    _, group = np.unique(-scores[order], return_inverse=True)
    is_positive = labels[order] == 1

    def weigh(weights: NDArray[np.float64]) -> float:
        sorted_weights = weights[order]
        positive = np.bincount(group, weights=sorted_weights * is_positive)
        found = np.cumsum(positive)
        contacted = np.cumsum(np.bincount(group, weights=sorted_weights))
        precision = found / np.maximum(contacted, _SMALLEST)
        return float(positive @ precision / found[-1]) if found[-1] else float("nan")

    return weigh


@dataclass(frozen=True, slots=True)
class EqualErrors:
    """Where both kinds of error are equally frequent.

    Attributes
    ----------
    threshold
        From this score on a row counts as positive.
    error
        The share of negatives above it and of positives below it, as near to each other as they come.
    """

    threshold: float
    error: float

    @property
    def reliability(self) -> float:
        """How often either kind is recognised there, D = 1 - error."""
        return 1 - self.error


def equalize_errors(labels: NDArray[np.float64], scores: NDArray[np.float64]) -> EqualErrors:
    """The threshold at which false alarms among negatives equal misses among positives.

    Where no threshold makes them equal, the error is their mean at the closest one.

    Examples
    --------
    >>> equalize_errors(np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.1, 0.9, 0.3, 0.4]))
    EqualErrors(threshold=0.4, error=0.5)
    """
    levels = np.unique(scores)
    positives = np.sort(scores[labels == 1])
    negatives = np.sort(scores[labels == 0])
    missed = np.searchsorted(positives, levels, side="left") / len(positives)
    alarms = 1 - np.searchsorted(negatives, levels, side="left") / len(negatives)
    best = int(np.argmin(np.abs(missed - alarms)))
    return EqualErrors(float(levels[best]), float((missed[best] + alarms[best]) / 2))


def brier_score(labels: NDArray[np.float64], probabilities: NDArray[np.float64]) -> float:
    """Mean squared error of the probability (Brier 1950); lower is better.

    Examples
    --------
    >>> brier_score(np.array([0.0, 1.0]), np.array([0.5, 0.5]))
    0.25
    """
    return float(np.mean((probabilities - labels) ** 2))


def log_loss(labels: NDArray[np.float64], probabilities: NDArray[np.float64]) -> float:
    """Mean negative log-likelihood in nats; lower is better.

    Examples
    --------
    >>> round(log_loss(np.array([0.0, 1.0]), np.array([0.5, 0.5])), 4)
    0.6931
    """
    return float(np.mean(row_losses(labels, probabilities)))


def row_losses(
    labels: NDArray[np.float64], probabilities: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The negative log-likelihood of each row in nats, shape (n_rows,)."""
    bounded = np.clip(probabilities, _SMALLEST, 1 - _SMALLEST)
    return np.asarray(-(labels * np.log(bounded) + (1 - labels) * np.log(1 - bounded)))
