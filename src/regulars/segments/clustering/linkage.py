"""Agglomerative clusters: the two nearest are joined, again and again, into one tree."""

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from regulars.segments.clustering.clustering import Degrees, Labels, Parameters, Points

__all__ = ["Linkage", "LinkageName", "Neighbors", "cut_tree", "join_points"]

LinkageName = Literal["single", "complete", "average", "weighted", "ward"]
"""By the nearest pair, the farthest, the mean of all pairs, of the two parts, or by variance."""
LINKAGES: tuple[LinkageName, ...] = get_args(LinkageName)

_MOST_OF_VECTORS = 20_000
_MOST_OF_PAIRS = 10_000
"""Distances of all pairs of so many take 400 MB."""
_CHUNK_CELLS = 20_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Neighbors:
    """Clusters that are known by their members: a point belongs where its nearest member does.

    Attributes
    ----------
    members
        The points that were clustered, or the mean of each cluster.
    member_labels
        Their clusters.
    k, labels, parameters
        As in `Clusters`.
    """

    members: Points
    member_labels: Labels
    k: int
    labels: Labels
    parameters: Parameters

    def assign(self, points: Points) -> Labels:
        """The cluster of the nearest member."""
        exact = np.asarray(self.members, dtype=np.float32)
        lengths = (exact**2).sum(axis=1)
        chunk = max(1, _CHUNK_CELLS // len(exact))
        nearest = np.empty(len(points), dtype=np.int64)
        for start in range(0, len(points), chunk):
            part = slice(start, start + chunk)
            rows = np.asarray(points[part], dtype=np.float32)
            nearest[part] = (lengths - 2 * rows @ exact.T).argmin(axis=1)
        return self.member_labels[nearest]

    def weigh(self, points: Points) -> Degrees | None:
        """None: a point is in a cluster or is not."""
        return None


@dataclass(frozen=True, slots=True)
class Linkage:
    """Agglomerative clustering: the tree of `join_points`, cut into k.

    Ward's clusters are compact, and a new customer belongs to the nearest mean; clusters of other
    linkages have any shape, and a new customer belongs where the nearest member does.

    Attributes
    ----------
    name
        Of the linkage.
    """

    takes_k: ClassVar[bool] = True

    name: LinkageName = "ward"

    @property
    def most_rows(self) -> int | None:
        """Of more points a sample is joined."""
        return _MOST_OF_VECTORS if self.name in ("ward", "single") else _MOST_OF_PAIRS

    def fit(self, points: Points, *, k: int | None, random_state: int) -> Neighbors:
        """Join points into k clusters."""
        return self.describe(points, cut_tree(join_points(points, self.name), k or 1))

    def describe(self, points: Points, labels: Labels) -> Neighbors:
        """Clusters of a tree that was cut: how new points are assigned to them."""
        k = int(labels.max()) + 1
        parameters: Parameters = {"linkage": self.name}
        if self.name != "ward":
            return Neighbors(points, labels, k, labels, parameters)
        means = np.stack([points[labels == one].mean(axis=0) for one in range(k)])
        return Neighbors(means, np.arange(k, dtype=np.int32), k, labels, parameters)


def join_points(points: Points, linkage: LinkageName) -> NDArray[np.float64]:
    """The tree of merges, in the order of their heights, as SciPy writes it.

    Ward and single linkage need the memory of the points only (Müllner 2013, "fastcluster",
    doi:10.18637/jss.v053.i09), the others that of all pairs.

    Parameters
    ----------
    points
        Shape (n_points, n_columns).
    linkage
        What the distance of two clusters is.

    Returns
    -------
    NDArray
        Shape (n_points - 1, 4): the two that are joined (points first, then earlier merges), the
        height, and how many points are then together.
    """
    import fastcluster

    if len(points) < 2:
        return np.empty((0, 4))
    exact = np.array(points, dtype=np.float64, order="C")
    if linkage in ("ward", "single"):
        return np.asarray(fastcluster.linkage_vector(exact, method=linkage))
    return np.asarray(fastcluster.linkage(exact, method=linkage, preserve_input=False))


def cut_tree(merges: NDArray[np.float64], k: int) -> Labels:
    """The clusters when the last k - 1 merges are undone, numbered from 0.

    Examples
    --------
    >>> cut_tree(join_points(np.array([[0.0], [1.0], [9.0]]), "single"), 2).tolist()
    [1, 1, 0]
    """
    n_points = len(merges) + 1
    cluster = np.full(2 * n_points - 1, -1, dtype=np.int64)
    kept = max(n_points - k, 0)
    for place in range(kept, n_points - 1):
        for part in merges[place, :2].astype(np.int64):
            if part < n_points + kept:
                cluster[part] = part
    if kept == n_points - 1:
        cluster[-1] = len(cluster) - 1
    for place in range(kept - 1, -1, -1):
        cluster[merges[place, :2].astype(np.int64)] = cluster[n_points + place]
    return np.unique(cluster[:n_points], return_inverse=True)[1].astype(np.int32)
