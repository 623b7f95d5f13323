"""How well a cut of customers holds: whether the same groups come back in other samples."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["assign", "match_segments", "measure_stability"]

Clusterer = Callable[[NDArray[np.float64], int], NDArray[np.float64]]
"""(points, seed) -> centers, shape (k, n_columns)."""


def measure_stability(
    points: NDArray[np.float64],
    centers: NDArray[np.float64],
    fit: Clusterer,
    *,
    n_bootstraps: int,
    random_state: int,
) -> NDArray[np.float64]:
    """Mean Jaccard similarity of each cluster to its best match in bootstrap samples, shape (k,).

    Hennig (2007, doi:10.1016/j.csda.2006.11.025), section 3.1, with one change: clusters are
    compared on all points, each assigned to its nearest center, not only on those drawn.
    Hennig calls 0.75 and more stable, under 0.6 doubtful, under 0.5 dissolved.

    Parameters
    ----------
    points
        Shape (n_points, n_columns).
    centers
        Of the cut to be judged, shape (k, n_columns).
    fit
        Clusters a bootstrap sample.
    n_bootstraps
        How many samples.
    random_state
        Same seed, same figures.
    """
    own = assign(points, centers)
    generator = np.random.default_rng(random_state)
    similarities = np.zeros((n_bootstraps, len(centers)))
    for sample in range(n_bootstraps):
        drawn = generator.integers(0, len(points), len(points))
        others = assign(points, fit(points[drawn], random_state + 1 + sample))
        similarities[sample] = match_segments(own, others, len(centers))
    return np.asarray(similarities.mean(axis=0))


def assign(points: NDArray[np.float64], centers: NDArray[np.float64]) -> NDArray[np.int64]:
    """The nearest center of each point, shape (n_points,).

    Examples
    --------
    >>> assign(np.array([[0.0], [9.0]]), np.array([[10.0], [1.0]])).tolist()
    [1, 0]
    """
    lengths = (centers**2).sum(axis=1)
    chunk = max(1, 2_000_000 // len(centers))
    parts = [
        (lengths - 2 * points[start : start + chunk] @ centers.T).argmin(axis=1)
        for start in range(0, len(points), chunk)
    ]
    return np.concatenate(parts).astype(np.int64)


def match_segments(
    own: NDArray[np.int64], others: NDArray[np.int64], k: int
) -> NDArray[np.float64]:
    """The largest Jaccard similarity of each own cluster with any other cluster."""
    k_others = int(others.max()) + 1
    both = np.bincount(own * k_others + others, minlength=k * k_others).reshape(k, k_others)
    either = both.sum(axis=1, keepdims=True) + both.sum(axis=0) - both
    return np.asarray((both / np.maximum(either, 1)).max(axis=1))
