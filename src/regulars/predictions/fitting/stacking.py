"""Models that know who of them to believe: weights learnt on customers that none of them had seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.predictions.fitting.scorers import Fitted, Scorer
from regulars.predictions.fitting.training import Lesson

__all__ = ["StackScorer", "stack_scorers"]

_PENALTY = 20.0
"""How many customers' worth of evidence it takes to leave equal weights."""


@dataclass(frozen=True, slots=True, eq=False)
class StackScorer:
    """The weighted sum of the log-odds of several scorers, and so of their SHAP values.

    Attributes
    ----------
    parts
        The scorers.
    weights
        Of each, not below zero, shape (n_parts,).
    offset
        What is added.
    """

    parts: tuple[Scorer, ...]
    weights: NDArray[np.float64]
    offset: float

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated log-odds, shape (n_customers,)."""
        said = np.stack([part.log_odds(X) for part in self.parts])
        return np.asarray(self.weights @ said + self.offset)

    def probabilities(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probabilities, shape (n_customers,)."""
        from scipy.special import expit

        return np.asarray(expit(self.log_odds(X)))

    def contributions(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """The weighted sum of the contributions, shape (n_customers, n_features)."""
        told = np.zeros(X.shape)
        for weight, part in zip(self.weights, self.parts, strict=True):
            # Explaining costs more than scoring, and nothing comes of a weight of zero.
            if weight > 0:
                told += weight * part.contributions(X)
        return told


def stack_scorers(parts: Sequence[Fitted], lesson: Lesson) -> StackScorer:
    r"""Scorers with the weights of a logistic regression on what they said of rows they had not seen.

    Stacked generalisation (Wolpert 1992, doi:10.1016/S0893-6080(05)80023-1) with weights not below
    zero (Breiman 1996, doi:10.1007/BF00117832). The weights :math:`w` and the offset :math:`b` are the
    least of

    .. math::

        \sum_i \log(1 + e^{-y_i (w \cdot s_i + b)}) + \frac{\lambda}{2} \sum_k (w_k - 1/K)^2,

    with :math:`s_{ik}` the log-odds that part :math:`k` of :math:`K` gave row :math:`i` of the inner
    folds, and :math:`y_i = \pm 1`. Parts agree on most customers, so without the penalty, which
    draws to the plain mean, the weights would be chance.

    Parameters
    ----------
    parts
        Fitted on `lesson`.
    lesson
        Whose inner folds they were compared on.
    """
    from scipy.optimize import minimize
    from scipy.special import expit

    said = np.stack([part.said for part in parts], axis=1)
    signs = 2 * lesson.labels[lesson.tested] - 1
    design = np.column_stack([said, np.ones(len(said))])
    equal = np.append(np.full(len(parts), 1 / len(parts)), 0.0)
    is_drawn = np.append(np.full(len(parts), _PENALTY), 0.0)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = signs * (design @ weights)
        away = weights - equal
        value = np.logaddexp(0, -margins).sum() + (is_drawn * away) @ away / 2
        return float(value), -design.T @ (signs * expit(-margins)) + is_drawn * away

    bounds = [(0.0, None)] * len(parts) + [(None, None)]
    found = minimize(loss, equal, jac=True, method="L-BFGS-B", bounds=bounds).x
    return StackScorer(tuple(part.scorer for part in parts), found[:-1], float(found[-1]))
