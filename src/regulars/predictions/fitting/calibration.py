"""From a model's log-odds to calibrated ones: a line, and a curve where it is clearly better."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.metrics import row_losses
from regulars.predictions.families.rescaling import to_log_odds

__all__ = ["Curve", "choose_curve"]

_GROUPS = 100
_FOLDS = 5
_FEWEST = 500
"""Of fewer rows a curve is chance."""

_FEWEST_OF_EACH = 50
_CLEARLY = 3.0
"""So many standard errors of the paired difference."""

_DRAWN = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A rising piecewise-linear function of log-odds; beyond its ends it goes on with slope one.

    Attributes
    ----------
    kind
        How it was found.
    before, after
        Log-odds of its knots before and after, shape (n_knots,), both rising.
    """

    kind: Literal["isotonic", "venn_abers"]
    before: NDArray[np.float64]
    after: NDArray[np.float64]

    def __call__(self, log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated log-odds, in the shape of `log_odds`."""
        inside = np.interp(log_odds, self.before, self.after)
        below = np.minimum(log_odds - self.before[0], 0)
        above = np.maximum(log_odds - self.before[-1], 0)
        return np.asarray(inside + below + above)


def choose_curve(
    said: NDArray[np.float64], labels: NDArray[np.float64], groups: NDArray[np.int64]
) -> Curve | None:
    """The curve whose log-loss is clearly below that of the log-odds as they are; None where none is.

    Isotonic regression (Zadrozny and Elkan 2002, doi:10.1145/775047.775151) and Venn-Abers predictors
    (Vovk and Petej 2014, arXiv:1211.0025, merged into one probability by their equation 6) are fitted on
    four fifths of the rows and judged on the fifth, in turn. A curve is taken when it is better by
    more than three standard errors of the paired difference: a line needs nothing to keep reasons
    additive. Steps are made a rising curve through their centres, so that no two customers come to
    stand equal who did not before.

    Parameters
    ----------
    said
        Log-odds, calibrated by a line, of rows that the model had not seen, shape (n_rows,).
    labels
        1 and 0, shape (n_rows,).
    groups
        Rows of the same number belong together, and are judged together by what the others taught;
        shape (n_rows,).
    """
    n_rows = len(said)
    if n_rows < _FEWEST or min(labels.sum(), n_rows - labels.sum()) < _FEWEST_OF_EACH:
        return None
    kept = _lose(said, labels)
    group = np.unique(groups, return_inverse=True)[1]
    best, best_loss = None, float(kept.mean())
    for find in (_find_isotonic, _find_venn_abers):
        told = _cross_fit(find, said, labels, group)
        gain = kept - _lose(told, labels)
        error = _estimate_error(gain, group)
        loss = float(kept.mean() - gain.mean())
        if gain.mean() > _CLEARLY * error and loss < best_loss:
            best, best_loss = find, loss
    return best(said, labels) if best is not None else None


Find = Callable[[NDArray[np.float64], NDArray[np.float64]], Curve]


def _cross_fit(
    find: Find,
    said: NDArray[np.float64],
    labels: NDArray[np.float64],
    group: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Log-odds of each row by a curve that was fitted without its group."""
    fold = np.random.default_rng(0).permutation(int(group.max()) + 1)[group] % _FOLDS
    told = np.empty(len(said))
    for number in range(_FOLDS):
        is_tested = fold == number
        told[is_tested] = find(said[~is_tested], labels[~is_tested])(said[is_tested])
    return told


def _estimate_error(gain: NDArray[np.float64], group: NDArray[np.int64]) -> float:
    """Standard error of the mean gain; rows of one group count as one."""
    away = np.bincount(group, weights=gain - gain.mean())
    return float(np.sqrt((away**2).sum() * len(away) / (len(away) - 1)) / len(gain))


def _lose(log_odds: NDArray[np.float64], labels: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.special import expit

    return row_losses(labels, expit(log_odds))


def _find_isotonic(said: NDArray[np.float64], labels: NDArray[np.float64]) -> Curve:
    means, counts, sums = _group(said, labels)
    return _draw("isotonic", means, counts, _pool(sums / counts, counts), float(labels.mean()))


def _find_venn_abers(said: NDArray[np.float64], labels: NDArray[np.float64]) -> Curve:
    """For each group what isotonic regression says of one more row in it: with label 0, with label 1."""
    means, counts, sums = _group(said, labels)
    merged = np.empty(len(means))
    for group in range(len(means)):
        more = counts.copy()
        more[group] += 1
        with_no = _pool(sums / more, more)[group]
        added = sums.copy()
        added[group] += 1
        with_yes = _pool(added / more, more)[group]
        merged[group] = with_yes / (1 - with_no + with_yes)
    return _draw("venn_abers", means, counts, np.maximum.accumulate(merged), float(labels.mean()))


def _group(
    said: NDArray[np.float64], labels: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """At most 100 groups of neighbours: mean log-odds, how many they are, how many had the outcome."""
    edges = np.unique(np.quantile(said, np.linspace(0, 1, _GROUPS + 1)[1:-1]))
    group = np.searchsorted(edges, said, side="left")
    _, group = np.unique(group, return_inverse=True)
    counts = np.bincount(group).astype(np.float64)
    sums: NDArray[np.float64] = np.bincount(group, weights=labels).astype(np.float64)
    return np.bincount(group, weights=said) / counts, counts, sums


def _pool(shares: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.optimize import isotonic_regression

    return np.asarray(isotonic_regression(shares, weights=counts).x)


def _draw(
    kind: Literal["isotonic", "venn_abers"],
    means: NDArray[np.float64],
    counts: NDArray[np.float64],
    shares: NDArray[np.float64],
    base_rate: float,
) -> Curve:
    """A curve through the centres of the steps, each drawn to the mean by two customers."""
    _, step = np.unique(shares, return_inverse=True)
    size = np.bincount(step, weights=counts)
    center = np.bincount(step, weights=counts * means) / size
    share = np.bincount(step, weights=counts * shares) / size
    drawn = np.maximum.accumulate((share * size + _DRAWN * base_rate) / (size + _DRAWN))
    after, first = np.unique(drawn, return_index=True)
    return Curve(kind, center[first], to_log_odds(after))
