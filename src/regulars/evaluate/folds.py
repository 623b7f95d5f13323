"""Folds with equal shares of each outcome in which no row has its twin on the other side."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from regulars.errors import QualityError

__all__ = [
    "check_folds",
    "deal_folds",
    "deal_strata",
    "expects_identical_rows",
    "group_identical_rows",
    "group_repeated_rows",
    "hash_columns",
    "join_groups",
]

_MOST_WEIGHED_GROUPS = 20_000
_FEW_COMBINATIONS = 10.0


def group_identical_rows(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """A number per row that identical rows share, NaN being equal to NaN.

    Parameters
    ----------
    values
        Shape (n_rows, n_columns).

    Examples
    --------
    >>> group_identical_rows(np.array([[1.0, np.nan], [2.0, 0.0], [1.0, np.nan]])).tolist()
    [0, 1, 0]
    """
    hashes = np.zeros(len(values), dtype=np.uint64)
    for own in _hash_each(values):
        hashes += own
    _, first, group = np.unique(hashes, return_index=True, return_inverse=True)
    in_order_of_appearance = np.empty(len(first), dtype=np.int64)
    in_order_of_appearance[np.argsort(first, kind="stable")] = np.arange(len(first))
    return in_order_of_appearance[group]


def expects_identical_rows(values: NDArray[np.float64]) -> bool:
    """Whether rows are alike for want of different values, and not because somebody was loaded twice.

    So it is where the columns allow fewer than ten combinations of their values for each row.

    Examples
    --------
    >>> coarse = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> fine = np.arange(1_000.0).reshape(-1, 2)
    >>> expects_identical_rows(coarse), expects_identical_rows(fine)
    (True, False)
    """
    levels = [len(np.unique(values[:, column])) for column in range(values.shape[1])]
    return bool(np.log(levels).sum() < np.log(_FEW_COMBINATIONS * max(len(values), 1)))


def group_repeated_rows(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """The same as `group_identical_rows` where that is no wonder; else every row is by itself.

    Examples
    --------
    >>> group_repeated_rows(np.array([[0.0], [1.0], [0.0]])).tolist()
    [0, 1, 2]
    """
    if expects_identical_rows(values):
        # Customers who are alike in three coarse columns are different customers.
        return np.arange(len(values))
    return group_identical_rows(values)


def join_groups(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """Groups of rows that belong together by the one grouping, by the other, or through others.

    Examples
    --------
    >>> join_groups(np.array([0, 0, 1, 2]), np.array([5, 6, 6, 7])).tolist()
    [0, 0, 0, 1]
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    _, left = np.unique(one, return_inverse=True)
    _, right = np.unique(other, return_inverse=True)
    n_left, n_all = int(left.max(initial=-1)) + 1, len(np.unique(left)) + len(np.unique(right))
    links = csr_array((np.ones(len(left)), (left, n_left + right)), shape=(n_all, n_all))
    return np.asarray(connected_components(links, directed=False)[1][left], np.int64)


def hash_columns(values: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Hashes whose sum over the columns says which rows are identical, shape (n_rows, n_columns).

    Less one column's hash the sum says which are identical but for that column.

    Examples
    --------
    >>> hashes = hash_columns(np.array([[1.0, 2.0], [1.0, 3.0]]))
    >>> (hashes[0] == hashes[1]).tolist()
    [True, False]
    """
    return np.stack(list(_hash_each(values)), axis=1)


def _hash_each(values: NDArray[np.float64]) -> Iterator[NDArray[np.uint64]]:
    # A random linear hash over the bits of each column: one pass, no copy of a wide matrix. Two
    # different rows share a hash with chance 2**-63, and would then only stay in the same fold.
    generator = np.random.default_rng(2_718_281_828)
    for column in range(values.shape[1]):
        factor = generator.integers(1, 2**63, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
        # Adding zero turns -0.0 into 0.0; every NaN becomes the same NaN.
        number = np.where(np.isnan(values[:, column]), np.nan, values[:, column] + 0.0)
        bits = np.ascontiguousarray(number).view(np.uint64)
        yield (bits ^ (bits >> np.uint64(29))) * factor


def deal_folds(
    labels: NDArray[np.float64], groups: NDArray[np.int64], *, n_folds: int, random_state: int
) -> NDArray[np.int64]:
    """The fold of each row, 0 to `n_folds` - 1.

    Groups stay whole. Groups of several rows are dealt first, largest first, each to the fold that
    lacks most; single rows then fill the folds so that sizes and shares of the outcome come out
    as equal as they can.

    Parameters
    ----------
    labels
        1 and 0, or the numbers of several classes from 0 on, shape (n_rows,).
    groups
        Rows of the same number stay together, shape (n_rows,).
    n_folds
        How many folds.
    random_state
        Same seed, same folds.

    Raises
    ------
    QualityError
        When a fold would lack an outcome.

    Examples
    --------
    >>> labels = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    >>> folds = deal_folds(labels, np.array([0, 1, 2, 2, 3, 4]), n_folds=2, random_state=1)
    >>> bool(folds[2] == folds[3]), np.bincount(folds, weights=labels).tolist()
    (True, [1.0, 1.0])
    """
    folds = deal_strata(labels, groups, n_folds=n_folds, random_state=random_state)
    check_folds(labels, folds, n_folds, n_groups=len(np.unique(groups)))
    return folds


def deal_strata(
    labels: NDArray[np.float64], groups: NDArray[np.int64], *, n_folds: int, random_state: int
) -> NDArray[np.int64]:
    """The same, whether or not every fold comes to hold every outcome.

    Parameters
    ----------
    labels, groups, n_folds, random_state
        As for `deal_folds`.

    Examples
    --------
    >>> deal_strata(np.array([0.0, 0.0, 1.0]), np.arange(3), n_folds=2, random_state=1).tolist()
    [1, 0, 0]
    """
    generator = np.random.default_rng(random_state)
    _, group = np.unique(groups, return_inverse=True)
    shuffled = generator.permutation(int(group.max()) + 1)
    group = shuffled[group]
    counts = np.stack(
        [
            np.bincount(group, weights=labels == value, minlength=len(shuffled))
            for value in range(max(int(labels.max(initial=1)), 1) + 1)
        ],
        axis=1,
    ).astype(np.float64)
    return _deal_groups(counts, n_folds)[group]


def _deal_groups(counts: NDArray[np.float64], n_folds: int) -> NDArray[np.int64]:
    """The fold of each group, from its counts of each outcome, shape (n_groups, n_outcomes)."""
    sizes = counts.sum(axis=1)
    folds = np.full(len(counts), -1, dtype=np.int64)
    n_outcomes = counts.shape[1]
    filled = np.zeros((n_folds, n_outcomes))
    totals = np.maximum(counts.sum(axis=0), 1)
    several = np.flatnonzero(sizes > 1)
    several = several[np.argsort(-sizes[several], kind="stable")]
    for group in several[:_MOST_WEIGHED_GROUPS]:
        fold = int(np.argmin(((filled + counts[group]) / totals).max(axis=1)))
        folds[group] = fold
        filled[fold] += counts[group]
    # What is left is small: deal each outcome so that the emptiest folds are filled first.
    # One after the other starts from the opposite end, so that what does not divide evenly makes no fold
    # larger.
    for outcome in reversed(range(n_outcomes)):
        own = np.flatnonzero((folds < 0) & (counts[:, outcome] > 0))
        if outcome % 2:
            folds[own] = _fill_up(filled[:, outcome], len(own))
        else:
            folds[own] = n_folds - 1 - _fill_up(filled[::-1, outcome], len(own))
    return folds


def _fill_up(filled: NDArray[np.float64], n_left: int) -> NDArray[np.int64]:
    """Folds for `n_left` single rows, level by level from the emptiest fold upwards."""
    n_folds = len(filled)
    # Seats are numbered by the height at which they lie; the lowest are taken first.
    heights = (filled[:, None] + np.arange(n_left)[None, :]).ravel()
    seats = np.repeat(np.arange(n_folds), n_left)
    lowest = np.argsort(heights, kind="stable")[:n_left]
    return seats[lowest].astype(np.int64)


def check_folds(
    labels: NDArray[np.float64], folds: NDArray[np.int64], n_folds: int, *, n_groups: int
) -> None:
    """Refuse folds that lack an outcome.

    Raises
    ------
    QualityError
        When one does.
    """
    if labels.max() > 1:
        _check_classes(labels, folds, n_folds, n_groups=n_groups)
        return
    positives = np.bincount(folds, weights=labels == 1, minlength=n_folds)
    negatives = np.bincount(folds, weights=labels == 0, minlength=n_folds)
    if min(positives.min(), negatives.min()) < 1:
        raise QualityError(
            en=f"The customers cannot be split into {n_folds} parts that each hold both outcomes: "
            f"{n_groups} different combinations of feature values were found, "
            f"{int(positives.sum())} customers with the outcome and {int(negatives.sum())} without. "
            "Add features or customers.",
            ru=f"Клиентов нельзя разбить на {n_folds} частей, в каждой из которых есть оба исхода: "
            f"разных сочетаний признаков — {n_groups}, клиентов с исходом — "
            f"{int(positives.sum())}, без него — {int(negatives.sum())}. Добавьте признаки или "
            "клиентов.",
        )


def _check_classes(
    labels: NDArray[np.float64], folds: NDArray[np.int64], n_folds: int, *, n_groups: int
) -> None:
    counted = [
        np.bincount(folds, weights=labels == value, minlength=n_folds)
        for value in range(int(labels.max()) + 1)
    ]
    if np.min(counted) < 1:
        raise QualityError(
            en=f"The customers cannot be split into {n_folds} parts that each hold every one of "
            f"{len(counted)} classes: {n_groups} different combinations of feature values were found. "
            "Add features or customers, or put rare classes together.",
            ru=f"Клиентов нельзя разбить на {n_folds} частей, в каждой из которых есть все классы "
            f"({len(counted)}): разных сочетаний признаков — {n_groups}. Добавьте признаки или клиентов "
            "или объедините редкие классы.",
        )
