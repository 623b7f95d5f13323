"""Rows that look copied, or made up from each other, so that a test repeats what was learnt."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.folds import hash_columns
from regulars.predictions.fitting.training import TrainingRows

__all__ = ["Copies", "find_copies"]

_FEWEST_FEATURES = 5
_LARGE_SHARE = 0.05
_SURE = 0.98
_UNEVEN = 5.0
_FINE_SHARE, _COARSE_SHARE = 0.2, 0.01
_DIGITS = 4
_MANY_VALUES = 20


@dataclass(frozen=True, slots=True)
class Copies:
    """Why rows look copied.

    Attributes
    ----------
    kind
        `oversampled`: identical rows stand nearly all on one side of the outcome, which is how a
        rare class is padded. `repeated`: rows are identical but for one column, and so is their
        outcome. `invented`: numbers of one side have digits that those of the other never have, as
        averages of real customers do.
    share
        Of the customers concerned.
    column
        The column that differs, or whose digits tell; None for `oversampled`.
    """

    kind: str
    share: float
    column: int | None


def find_copies(rows: TrainingRows) -> Copies | None:
    """The clearest sign of copies among labelled rows; None when there is none.

    Of fewer than five features identical rows are no wonder, and nothing is said.
    """
    if rows.X.shape[1] < _FEWEST_FEATURES:
        return None
    return _find_invented(rows) or _find_oversampled(rows) or _find_repeated(rows)


def _find_oversampled(rows: TrainingRows) -> Copies | None:
    has_twin = np.bincount(rows.groups)[rows.groups] > 1
    shares = [float(has_twin[rows.labels == label].mean()) for label in (0, 1)]
    low, high = min(shares), max(shares)
    if high >= 0.5 and high >= _UNEVEN * low and _agree(rows.groups, rows.labels) >= _SURE:
        return Copies("oversampled", float(has_twin.mean()), None)
    return None


def _find_repeated(rows: TrainingRows) -> Copies | None:
    """Rows identical but for one column, whose outcomes agree more than chance lets them."""
    rate = float(rows.labels.mean())
    if rate**2 + (1 - rate) ** 2 > _SURE - 0.05:
        return None
    hashes = hash_columns(rows.X)
    whole = hashes.sum(axis=1, dtype=np.uint64)
    identical = _mark_twins(np.unique(whole, return_inverse=True)[1])
    found = None
    for column in range(rows.X.shape[1]):
        group = np.unique(whole - hashes[:, column], return_inverse=True)[1]
        share = float((_mark_twins(group) & ~identical).mean())
        is_clear = share >= _LARGE_SHARE and _agree(group, rows.labels) >= _SURE
        if is_clear and (found is None or share > found.share):
            found = Copies("repeated", share, column)
    return found


def _find_invented(rows: TrainingRows) -> Copies | None:
    """Numbers with many digits on one side of the outcome only."""
    for column in np.flatnonzero(~rows.is_category):
        values = rows.X[:, column]
        known = ~np.isnan(values)
        is_fine = known & (np.abs(values - np.round(values, _DIGITS)) > 1e-9 * np.abs(values))
        if float(is_fine.mean()) == 0 or not _varies(values, rows):
            continue
        shares = _compare_sizes(values[known], is_fine[known], rows.labels[known])
        if max(shares) >= _FINE_SHARE and min(shares) <= _COARSE_SHARE:
            return Copies("invented", float(is_fine.mean()), int(column))
    return None


def _compare_sizes(
    values: NDArray[np.float64], is_fine: NDArray[np.bool_], labels: NDArray[np.float64]
) -> tuple[float, float]:
    """The share of fine numbers on either side of the outcome, of numbers as large as each other's.

    What is written with so many significant digits has more of them after the point the smaller it is,
    and one side of the outcome may have the smaller numbers.
    """
    sizes = np.abs(values)
    powers = np.full(len(values), -np.inf)
    powers[sizes > 0] = np.floor(np.log10(sizes[sizes > 0]))
    _, place = np.unique(powers, return_inverse=True)
    counts = [np.bincount(place[labels == label], minlength=place.max() + 1) for label in (0, 1)]
    fine = [
        np.bincount(place[(labels == label) & is_fine], minlength=place.max() + 1)
        for label in (0, 1)
    ]
    weights = np.minimum(*counts)
    if not weights.any():
        return 0.0, 0.0
    both = [
        float((weights * own / np.maximum(of_all, 1)).sum() / weights.sum())
        for own, of_all in zip(fine, counts, strict=True)
    ]
    return both[0], both[1]


def _varies(values: NDArray[np.float64], rows: TrainingRows) -> bool:
    """Whether both sides have many values; where one is all zeros, digits are no wonder."""
    sizes = [len(np.unique(values[rows.labels == label])) for label in (0, 1)]
    return min(sizes) >= _MANY_VALUES


def _mark_twins(group: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.bincount(group)[group] > 1


def _agree(group: NDArray[np.int64], labels: NDArray[np.float64]) -> float:
    """Share of rows with twins whose twins all have the same label; 0 when there are none."""
    size = np.bincount(group)
    positives = np.bincount(group, weights=labels)
    of_one_mind = (positives == 0) | (positives == size)
    twins = size[group] > 1
    return float(of_one_mind[group][twins].mean()) if twins.any() else 0.0
