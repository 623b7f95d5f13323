"""How well a cut of customers holds: whether the same groups come back in other samples."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Assign", "count_both", "match_segments", "measure_prediction_strength", "measure_stability",
]  # fmt: skip

Assign = Callable[[NDArray[np.float64]], NDArray[np.int32]]
"""points -> the cluster of each, -1 for nobody's."""
Refit = Callable[[NDArray[np.float64], int], Assign]
"""(points, seed) -> how the clusters that are found in these points assign any points."""


def measure_stability(
    points: NDArray[np.float64],
    own: NDArray[np.integer],
    fit: Refit,
    *,
    n_bootstraps: int,
    random_state: int,
    k: int | None = None,
) -> NDArray[np.float64]:
    """Mean Jaccard similarity of each cluster to its best match in bootstrap samples, shape (k,).

    Hennig (2007, doi:10.1016/j.csda.2006.11.025), section 3.1, with one change: clusters are
    compared on all points, each assigned to a cluster of the sample, not only on those drawn.
    Hennig calls 0.75 and more stable, under 0.6 doubtful, under 0.5 dissolved.

    Parameters
    ----------
    points
        Shape (n_points, n_columns).
    own
        The cluster of each point in the cut to be judged; -1 for nobody's.
    fit
        Clusters a bootstrap sample.
    n_bootstraps
        How many samples.
    random_state
        Same seed, same figures.
    k
        How many clusters there are, when the last ones may have none of these points.
    """
    k = int(own.max(initial=-1)) + 1 if k is None else k
    generator = np.random.default_rng(random_state)
    similarities = np.zeros((n_bootstraps, k))
    for sample in range(n_bootstraps):
        drawn = generator.integers(0, len(points), len(points))
        others = fit(points[drawn], random_state + 1 + sample)(points)
        similarities[sample] = match_segments(own, others, k)
    return np.asarray(similarities.mean(axis=0))


def measure_prediction_strength(
    points: NDArray[np.float64], fit: Refit, *, n_splits: int, random_state: int
) -> float:
    """How often pairs that are together in one half would be together by the clusters of the other.

    Tibshirani & Walther (2005, doi:10.1198/106186005X59243), section 2: of every cluster of the test
    half the share of its pairs that the clusters of the training half put together; the worst
    cluster counts, and both halves of every split are once the test. They take the largest k with
    at least 0.8 to 0.9. Clusters of a single point have no pairs and are left out.

    Parameters
    ----------
    points
        Shape (n_points, n_columns).
    fit
        Clusters a half.
    n_splits
        Random splits into halves.
    random_state
        Same seed, same figure.

    Returns
    -------
    float
        0 to 1; NaN where no half has a cluster of two points.
    """
    generator = np.random.default_rng(random_state)
    strengths = []
    for split in range(n_splits):
        order = generator.permutation(len(points))
        halves = points[order[::2]], points[order[1::2]]
        assigns = [fit(half, random_state + 1 + split) for half in halves]
        strengths += [
            _predict(assigns[test](halves[test]), assigns[1 - test](halves[test]))
            for test in range(2)
        ]
    known = [strength for strength in strengths if not np.isnan(strength)]
    return float(np.mean(known)) if known else float("nan")


def _predict(own: NDArray[np.integer], others: NDArray[np.integer]) -> float:
    """The smallest share of pairs of an own cluster that are together in the others."""
    both = count_both(own, others)[1:]
    sizes = both.sum(axis=1)
    pairs = (both[:, 1:] * (both[:, 1:] - 1)).sum(axis=1)
    has_pairs = sizes > 1
    if not has_pairs.any():
        return float("nan")
    return float((pairs[has_pairs] / (sizes * (sizes - 1))[has_pairs]).min())


def match_segments(
    own: NDArray[np.integer], others: NDArray[np.integer], k: int
) -> NDArray[np.float64]:
    """The largest Jaccard similarity of each own cluster with any other cluster, shape (k,).

    Examples
    --------
    >>> match_segments(np.array([0, 0, 1, -1]), np.array([1, 1, 0, 0]), 2).tolist()
    [1.0, 0.5]
    """
    both = count_both(own, others, k)
    either = both.sum(axis=1, keepdims=True) + both.sum(axis=0) - both
    similarities = (both / np.maximum(either, 1))[1:, 1:]
    return np.asarray(similarities.max(axis=1, initial=0.0))


def count_both(
    own: NDArray[np.integer], others: NDArray[np.integer], k: int | None = None
) -> NDArray[np.int64]:
    """Points by own and by other cluster; those who are nobody's are the first row and column."""
    rows = (int(own.max(initial=-1)) + 1 if k is None else k) + 1
    columns = int(others.max(initial=-1)) + 2
    places = (own.astype(np.int64) + 1) * columns + others.astype(np.int64) + 1
    return np.bincount(places, minlength=rows * columns).reshape(rows, columns)
