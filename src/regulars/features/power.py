"""How much one feature says about a yes-or-no outcome by itself, and how much all say together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.features.screening import find_edges

__all__ = ["Power", "bound_power", "measure_powers", "measure_together"]

_FEWEST_KNOWN = 30
_FOLDS = 5
_INTERVALS = 20
_MOST_ROWS = 20_000
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Power:
    """ROC-AUC of one feature with its 95 % interval."""

    value: float
    low: float
    high: float


def measure_powers(
    values: NDArray[np.float64],
    truth: NDArray[np.bool_],
    is_category: NDArray[np.bool_],
    *,
    random_state: int,
) -> list[Power]:
    """The power of each column, on rows of folds that took no part.

    A number is cut into twenty intervals, a missing value is an interval of its own; each interval
    (or level) gets the share of positives of the other folds, drawn towards the mean of all. On at
    most 20,000 random rows. The interval is that of Hanley and McNeil (1982,
    doi:10.1148/radiology.143.1.7063747), equations 1-2.

    Parameters
    ----------
    values
        Codes and numbers, shape (n_customers, n_features), NaN where not known.
    truth
        Whether the outcome came, shape (n_customers,).
    is_category
        Which columns hold codes.
    random_state
        Of the sample and the folds.
    """
    chosen, folds = _sample(len(values), random_state)
    values, truth = values[chosen], truth[chosen]
    return [
        bound_power(
            _auc(_evidence(values[:, j], truth, folds, coded=bool(is_category[j])), truth), truth
        )
        for j in range(values.shape[1])
    ]


def measure_together(
    values: NDArray[np.float64],
    truth: NDArray[np.bool_],
    is_category: NDArray[np.bool_],
    *,
    random_state: int,
) -> float:
    """ROC-AUC that boosting reaches with all columns, on rows of folds that took no part."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    chosen, _ = _sample(len(values), random_state)
    # Boosting cannot bin a column of which nothing is known in the rows of a fold.
    is_seen = (~np.isnan(values[chosen])).sum(axis=0) >= _FEWEST_KNOWN
    values, is_category = values[:, is_seen], is_category[is_seen]
    if not is_seen.any():
        return 0.5
    # Codes of more levels than boosting can split by are read as numbers.
    few = is_category & (np.nan_to_num(values, nan=0.0).max(axis=0, initial=0) < 255)
    model = HistGradientBoostingClassifier(
        max_iter=40, learning_rate=0.15, categorical_features=few, random_state=random_state
    )
    rows, known = values[chosen], truth[chosen]
    if min(known.sum(), (~known).sum()) < 3:
        return 0.5
    folds = StratifiedKFold(3, shuffle=True, random_state=random_state)
    # So little work is done before threads that wait for each other have begun.
    with threadpool_limits(1):
        scores = cross_val_predict(model, rows, known, cv=folds, method="predict_proba")[:, 1]
    return _auc(scores, known)


def _sample(count: int, random_state: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows to look at, and the fold of each."""
    order = np.random.default_rng(random_state).permutation(count)[:_MOST_ROWS]
    return order, np.arange(len(order)) % _FOLDS


def _evidence(
    column: NDArray[np.float64], truth: NDArray[np.bool_], folds: NDArray[np.int64], *, coded: bool
) -> NDArray[np.float64]:
    if coded:
        codes = np.where(np.isnan(column), -1, column).astype(np.int64) + 1
    else:
        inside = np.searchsorted(find_edges(column, _INTERVALS), column, side="left") + 1
        codes = np.where(np.isnan(column), 0, inside)
    size = int(codes.max()) + 1
    scores = np.empty(len(column))
    for fold in range(_FOLDS):
        out = folds == fold
        counts = np.bincount(codes[~out], minlength=size)
        positives = np.bincount(codes[~out], weights=truth[~out], minlength=size)
        mean = truth[~out].mean() if (~out).any() else 0.5
        # A level seen once or twice says little: ten rows of the mean go with each.
        scores[out] = ((positives + 10 * mean) / (counts + 10))[codes[out]]
    return scores


def _auc(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    from scipy.stats import rankdata

    n_positive = int(truth.sum())
    n_negative = len(truth) - n_positive
    if n_positive == 0 or n_negative == 0:
        return 0.5
    ranks = rankdata(scores)[truth].sum()
    return float((ranks - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative))


def bound_power(auc: float, truth: NDArray[np.bool_]) -> Power:
    """The interval of a ROC-AUC by Hanley and McNeil.

    Parameters
    ----------
    auc
        The figure.
    truth
        Which rows were to be found, shape (n_rows,).

    Examples
    --------
    >>> found = bound_power(0.75, np.repeat([True, False], 50))
    >>> round(found.low, 3), round(found.high, 3)
    (0.654, 0.846)
    """
    n_positive = max(int(truth.sum()), 1)
    n_negative = max(len(truth) - n_positive, 1)
    both_positive, both_negative = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = (
        auc * (1 - auc)
        + (n_positive - 1) * (both_positive - auc**2)
        + (n_negative - 1) * (both_negative - auc**2)
    ) / (n_positive * n_negative)
    margin = _Z * float(np.sqrt(max(variance, 0.0)))
    return Power(auc, max(auc - margin, 0.0), min(auc + margin, 1.0))
