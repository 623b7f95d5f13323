"""Whether the reasons named are those that move the score."""

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.intervals import Interval
from regulars.predictions.reasons.explainer import CrossFittedExplainer

__all__ = ["measure_faithfulness"]

_MOST_CUSTOMERS = 500
_Z = 1.959963984540054


def measure_faithfulness(
    explainer: CrossFittedExplainer, *, top: int = 3, random_state: int
) -> Interval:
    """By how much more the log-odds move when the named reasons are removed than when others are.

    A feature is removed by giving the customer the value that is usual among their peers. For each
    of at most 500 customers the `top` named reasons are removed, and as many features drawn at
    random from all; the result is the mean difference of the two moves, in log-odds, with its 95 %
    interval. Above zero the reasons say what the model goes by (deletion test, Samek et al. 2017,
    doi:10.1109/TNNLS.2016.2599820).

    Parameters
    ----------
    explainer
        The `explainer` of a comparison: its scores and reasons.
    top
        How many reasons are named.
    random_state
        Draws the customers and the features.
    """
    generator = np.random.default_rng(random_state)
    n_customers = len(explainer.scorer_of)
    rows = np.sort(generator.permutation(n_customers)[:_MOST_CUSTOMERS])
    names = [feature.name for feature in explainer.matrix.features]
    named = np.zeros((len(rows), len(names)), dtype=bool)
    for place, reasons in enumerate(explainer.explain(rows, top=top)):
        for reason in reasons:
            named[place, [names.index(name) for name in (reason.feature, *reason.alike)]] = True
    drawn = np.zeros_like(named)
    for place, count in enumerate(named.sum(axis=1)):
        drawn[place, generator.permutation(len(names))[:count]] = True
    gains = _move(explainer, rows, named) - _move(explainer, rows, drawn)
    half = _Z * float(gains.std(ddof=1)) / len(gains) ** 0.5
    mean = float(gains.mean())
    return Interval(mean, mean - half, mean + half)


def _move(
    explainer: CrossFittedExplainer, rows: NDArray[np.int64], removed: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """How far the log-odds of each customer move, shape (len(rows),)."""
    values = explainer.matrix.values[rows]
    changed = np.where(removed, explainer.peers.typical[None, :], values)
    moves = np.empty(len(rows))
    for position, scorer in enumerate(explainer.scorers):
        own = explainer.scorer_of[rows] == position
        if own.any():
            moves[own] = np.abs(scorer.log_odds(values[own]) - scorer.log_odds(changed[own]))
    return moves
