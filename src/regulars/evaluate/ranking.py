"""How sure a ROC-AUC is, and a difference of two: influence of each customer, summed per customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.intervals import Interval

__all__ = ["RankingQuality", "auc_influence"]


def auc_influence(
    labels: NDArray[np.float64], scores: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """ROC-AUC, and what each row adds to its error, shape (n_rows,).

    The structural components of DeLong, DeLong and Clarke-Pearson (1988, doi:10.2307/2531595) by
    midranks (Sun and Xu 2014, doi:10.1109/LSP.2014.2337313), centred and scaled so that the sum of
    their squares is DeLong's variance.

    Examples
    --------
    >>> auc, influence = auc_influence(
    ...     np.array([0.0, 1.0, 1.0, 0.0]), np.array([1.0, 4.0, 2.0, 2.0])
    ... )
    >>> auc, influence.round(4).tolist()
    (0.875, [0.0884, 0.0884, -0.0884, -0.0884])
    """
    from scipy.stats import rankdata

    is_positive = labels == 1
    n_positive = int(is_positive.sum())
    n_negative = len(labels) - n_positive
    ranks = rankdata(scores)
    own = np.empty(len(scores))
    own[is_positive] = rankdata(scores[is_positive])
    own[~is_positive] = rankdata(scores[~is_positive])
    # The share of the other kind that a row stands on the right side of, ties counting half.
    right = (ranks - own) / np.where(is_positive, n_negative, n_positive)
    right[~is_positive] = 1 - right[~is_positive]
    auc = float(right[is_positive].mean())
    n_own = np.where(is_positive, n_positive, n_negative)
    # Of a single row the spread is not known; it then counts as one of two.
    return auc, (right - auc) / np.sqrt(n_own * np.maximum(n_own - 1, 1))


@dataclass(frozen=True, slots=True, eq=False)
class RankingQuality:
    """A mean ROC-AUC over rounds of testing with what each customer adds to its error.

    A customer may be tested in several rounds (repeats, cut-off dates): their errors are summed
    before they are squared (Obuchowski 1997, doi:10.2307/2533958), so that seeing the same people
    again does not look like knowing more.

    Attributes
    ----------
    mean
        Mean ROC-AUC.
    rounds
        ROC-AUC of each round.
    influence
        Per customer; the sum of squares is the variance of `mean`.

    Examples
    --------
    >>> labels, scores = np.array([0.0, 1.0, 1.0, 0.0]), np.array([1.0, 4.0, 2.0, 2.0])
    >>> once = RankingQuality.over([(labels, scores, np.arange(4))], n_customers=4)
    >>> print(once.interval())
    0.875 (0.529 to 1.000)
    """

    mean: float
    rounds: tuple[float, ...]
    influence: NDArray[np.float64]

    @classmethod
    def over(
        cls,
        rounds: Sequence[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]],
        *,
        n_customers: int,
    ) -> Self:
        """From the labels, the scores and the customer numbers (below `n_customers`) of each round."""
        figures = []
        influence = np.zeros(n_customers)
        for labels, scores, customers in rounds:
            auc, errors = auc_influence(labels, scores)
            figures.append(auc)
            influence += np.bincount(customers, weights=errors, minlength=n_customers)
        return cls(float(np.mean(figures)), tuple(figures), influence / len(figures))

    @property
    def standard_error(self) -> float:
        """Of the mean."""
        return float(np.sqrt(np.sum(self.influence**2)))

    def interval(self) -> Interval:
        """The mean with its 95 % interval."""
        half = _Z * self.standard_error
        return Interval(self.mean, max(self.mean - half, 0.0), min(self.mean + half, 1.0))

    def minus(self, other: "RankingQuality") -> tuple[float, float]:
        """How much higher this one is on the same customers, and the standard error of that."""
        error = float(np.sqrt(np.sum((self.influence - other.influence) ** 2)))
        return self.mean - other.mean, error


_Z = 1.959963984540054
"""97.5 % of a normal distribution lie below it."""
