"""The Qini coefficient: how well a ranking puts first those whom a contact moves."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["qini_coefficient", "rank_qini"]


def qini_coefficient(
    outcomes: NDArray[np.float64], treated: NDArray[np.bool_], effects: NDArray[np.float64]
) -> float:
    r"""Area between the Qini curve of a ranking and that of chance, as a share of the best possible.

    The Qini curve (Radcliffe 2007, "Using control groups to target on predicted lift", eq. 6) says how
    many more outcomes a contact brings when the first :math:`k` customers of the ranking are contacted,
    as far as those who were not contacted tell: :math:`g(k) = Y_T(k) - Y_C(k) N_T(k) / N_C(k)`, with
    :math:`Y` outcomes and :math:`N` customers among the first :math:`k`, treated and control. Chance
    gives a straight line to the same end. The best ranking has the treated with the outcome first and
    the controls with it last; its area is what the coefficient is a share of (:math:`Q`, not
    :math:`q_0`; the `qini_auc_score` of scikit-uplift). Customers of equal effect are crossed by a
    straight line. 0 is chance, below it the ranking is upside down, and 1 is never reached: nobody
    knows who would have done it anyway.

    Parameters
    ----------
    outcomes
        1 and 0, shape (n_customers,).
    treated
        Who was contacted, shape (n_customers,).
    effects
        What the contact is thought to change, largest first, shape (n_customers,).

    Examples
    --------
    >>> outcomes = np.array([1.0, 0.0, 1.0, 0.0])
    >>> treated = np.array([True, False, False, True])
    >>> qini_coefficient(outcomes, treated, np.array([4.0, 3.0, 1.0, 2.0]))
    1.0
    >>> qini_coefficient(outcomes, treated, np.array([1.0, 1.0, 1.0, 1.0]))
    0.0
    """
    return rank_qini(outcomes, treated, effects)(np.ones(len(outcomes)))


def rank_qini(
    outcomes: NDArray[np.float64], treated: NDArray[np.bool_], effects: NDArray[np.float64]
) -> Callable[[NDArray[np.float64]], float]:
    """The same as a function of row weights: sorted once, so that a bootstrap costs one pass a sample.

    NaN where no ranking could do better than chance: nobody has the outcome.
    """
    order = np.argsort(-effects, kind="stable")
    falls = np.diff(effects[order]) != 0
    last = np.append(np.flatnonzero(falls), len(order) - 1)
    is_treated = treated[order].astype(np.float64)
    has_outcome = outcomes[order]

    def weigh(weights: NDArray[np.float64]) -> float:
        own = weights[order]
        contacted = own * is_treated
        count = np.append(0.0, np.cumsum(own)[last])
        n_treated = np.append(0.0, np.cumsum(contacted)[last])
        n_control = count - n_treated
        found = np.append(0.0, np.cumsum(contacted * has_outcome)[last])
        otherwise = np.append(0.0, np.cumsum(own * has_outcome)[last]) - found
        curve = found - otherwise * n_treated / np.where(n_control > 0, n_control, 1.0)
        by_chance = curve[-1] * count[-1] / 2
        area = float(np.trapezoid(curve, count)) - by_chance
        best = _best_area(found[-1], otherwise[-1], curve[-1], count[-1]) - by_chance
        return float(area / best) if best > 0 else float("nan")

    return weigh


def _best_area(found: float, otherwise: float, end: float, count: float) -> float:
    """Under the curve that rises with every treated outcome, stays, and falls with the controls'."""
    rising = found**2 / 2
    level = found * (count - otherwise - found)
    return float(rising + level + (found + end) / 2 * otherwise)
