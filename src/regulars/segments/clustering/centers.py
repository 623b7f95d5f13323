"""Clusters around centers: k-means, from many starts or in small batches."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from regulars.segments.clustering.clustering import Degrees, Labels, Parameters, Points, sample_rows

__all__ = ["Centers", "KMeans", "MiniBatchKMeans", "find_nearest"]

_STARTS = 10
_MOST_STARTED = 20_000
"""Of more points the starts are tried on a sample, and the best one is refined on all of them."""

_CHUNK_CELLS = 2_000_000


def find_nearest(points: Points, centers: NDArray[np.float64]) -> Labels:
    """The nearest center of each point, shape (n_points,).

    Examples
    --------
    >>> find_nearest(np.array([[0.0], [9.0]]), np.array([[10.0], [1.0]])).tolist()
    [1, 0]
    """
    lengths = (centers**2).sum(axis=1)
    chunk = max(1, _CHUNK_CELLS // len(centers))
    nearest = np.empty(len(points), dtype=np.int32)
    for start in range(0, len(points), chunk):
        part = slice(start, start + chunk)
        nearest[part] = (lengths - 2 * points[part] @ centers.T).argmin(axis=1)
    return nearest


@dataclass(frozen=True, slots=True, eq=False)
class Centers:
    """Clusters that are known by their centers: a point belongs to the nearest one.

    Attributes
    ----------
    centers
        Shape (k, n_columns).
    labels, parameters
        As in `Clusters`.
    """

    centers: NDArray[np.float64]
    labels: Labels
    parameters: Parameters

    @property
    def k(self) -> int:
        """How many there are."""
        return len(self.centers)

    def assign(self, points: Points) -> Labels:
        """The nearest center of each point."""
        return find_nearest(points, self.centers)

    def weigh(self, points: Points) -> Degrees | None:
        """None: a point is in a cluster or is not."""
        return None


def keep_filled(
    points: Points, centers: NDArray[np.float64], parameters: Mapping[str, float | int | str]
) -> Centers:
    """The clusters of those centers that have points: fewer where points fall together."""
    nearest = find_nearest(points, centers)
    filled, labels = np.unique(nearest, return_inverse=True)
    return Centers(centers[filled], labels.astype(np.int32), parameters)


@dataclass(frozen=True, slots=True)
class KMeans:
    """k-means (Lloyd 1982) from several k-means++ starts; one start often ends in a bad optimum.

    Attributes
    ----------
    n_init
        Starts. With more than 20,000 points they are tried on a sample of so many, and the best
        one is refined on all points: that reaches the optimum of ten full starts in the time of one.
    """

    name: ClassVar[str] = "kmeans"
    takes_k: ClassVar[bool] = True
    most_rows: ClassVar[int | None] = None

    n_init: int = _STARTS

    def fit(self, points: Points, *, k: int | None, random_state: int) -> Centers:
        """Find k centers; fewer when the points have fewer different places."""
        sample = sample_rows(len(points), random_state, most=_MOST_STARTED)
        centers = _run(points[sample], k or 1, random_state, n_init=self.n_init)
        if len(sample) < len(points):
            # Single precision is enough to move centers, and halves the time.
            exact = np.ascontiguousarray(points, dtype=np.float32)
            centers = _run(exact, len(centers), random_state, init=centers.astype(np.float32))
        return keep_filled(points, centers, {"n_init": self.n_init})


@dataclass(frozen=True, slots=True)
class MiniBatchKMeans:
    """k-means on small random batches (Sculley 2010): quicker on very many customers, less exact.

    Attributes
    ----------
    batch_size
        Customers a batch; where there are no more in all, this is plain k-means.
    """

    name: ClassVar[str] = "minibatch_kmeans"
    takes_k: ClassVar[bool] = True
    most_rows: ClassVar[int | None] = None

    batch_size: int = 4_096

    def fit(self, points: Points, *, k: int | None, random_state: int) -> Centers:
        """Find k centers; fewer when the points have fewer different places."""
        from sklearn.cluster import MiniBatchKMeans as Learner

        if len(points) <= self.batch_size:
            return KMeans().fit(points, k=k, random_state=random_state)
        learner = Learner(
            n_clusters=k or 1,
            n_init=_STARTS,
            batch_size=self.batch_size,
            random_state=random_state,
        ).fit(points)
        centers = np.asarray(learner.cluster_centers_, dtype=np.float64)
        return keep_filled(points, centers, {"batch_size": self.batch_size})


def _run(
    points: NDArray[np.floating],
    k: int,
    random_state: int,
    *,
    n_init: int = 1,
    init: NDArray[np.floating] | None = None,
) -> NDArray[np.float64]:
    """Centers by scikit-learn."""
    from sklearn.cluster import KMeans as Learner
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # Fewer different points than clusters: the empty ones are dropped afterwards.
        warnings.simplefilter("ignore", ConvergenceWarning)
        learner = Learner(
            n_clusters=k,
            n_init=n_init,
            init="k-means++" if init is None else init,
            random_state=random_state,
        ).fit(points)
    return np.asarray(learner.cluster_centers_, dtype=np.float64)
