"""Clusters as crowds: DBSCAN, HDBSCAN and OPTICS find how many there are, and leave loners out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from regulars.segments.clustering.clustering import Degrees, Labels, Parameters, Points

if TYPE_CHECKING:
    from scipy.spatial import cKDTree
    from sklearn.decomposition import PCA

__all__ = ["Dbscan", "DenseClusters", "Hdbscan", "Optics"]

_MOST_COMPONENTS = 6
"""Crowds are told by distances to neighbors, which say little in many columns."""
_MIN_SAMPLES = 10
_SMALLEST_SHARE = 0.01
_FEWEST = 10
_CHUNK = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class DenseClusters:
    """Clusters that are known by their members: a point belongs to those it is close to.

    A point is as far from a member as the largest of their distance and of the distances within
    which each has enough neighbors (mutual reachability: Campello, Moulavi & Sander 2013). It
    belongs to the cluster of the member it is closest to, unless that is farther than members of
    this cluster are.

    Attributes
    ----------
    members, member_labels, cores
        Points, their clusters, and within what distance each has enough neighbors.
    reach
        Per cluster how far members may be.
    neighbors
        How many neighbors make a new point dense; 0 where a new point need not be dense itself.
    components
        Narrows points; None where they are compared as they are.
    labels, parameters
        As in `Clusters`.
    """

    members: "cKDTree"
    member_labels: Labels
    cores: NDArray[np.float64]
    reach: NDArray[np.float64]
    neighbors: int
    components: "PCA | None"
    labels: Labels
    parameters: Parameters

    @property
    def k(self) -> int:
        """How many there are; none where customers form no crowds."""
        return len(self.reach)

    def assign(self, points: Points) -> Labels:
        """The cluster of the closest member, -1 for who is close to none."""
        assigned = np.full(len(points), -1, dtype=np.int32)
        if not self.k:
            return assigned
        for start in range(0, len(points), _CHUNK):
            part = slice(start, start + _CHUNK)
            assigned[part] = self._assign(narrow(points[part], self.components))
        return assigned

    def _assign(self, places: Points) -> Labels:
        looked_at = min(max(self.neighbors, 1), self.members.n)
        distances, nearest = find_neighbors(self.members, places, looked_at)
        far = np.maximum(distances, self.cores[nearest])
        if self.neighbors:
            far = np.maximum(far, distances[:, -1:])
        closest = far.argmin(axis=1)[:, np.newaxis]
        labels = self.member_labels[np.take_along_axis(nearest, closest, axis=1)[:, 0]]
        allowed = np.append(self.reach, -1.0)[labels]
        is_close = np.take_along_axis(far, closest, axis=1)[:, 0] <= allowed
        return np.where(is_close, labels, -1).astype(np.int32)

    def weigh(self, points: Points) -> Degrees | None:
        """None: a point is in a cluster or is not."""
        return None


@dataclass(frozen=True, slots=True)
class Dbscan:
    """DBSCAN (Ester et al. 1996) on the leading six components.

    Attributes
    ----------
    eps
        Within what distance a point has its neighbors; None takes the knee of the distances to the
        last of them.
    min_samples
        How many neighbors, itself included, make a point dense; None takes twice the number of
        columns that are compared (Sander et al. 1998).
    """

    name: ClassVar[str] = "dbscan"
    takes_k: ClassVar[bool] = False
    most_rows: ClassVar[int | None] = 20_000

    eps: float | None = None
    min_samples: int | None = None

    def fit(self, points: Points, *, k: int | None, random_state: int) -> DenseClusters:
        """Find crowds; `k` is not asked for."""
        from scipy.spatial import cKDTree
        from sklearn.cluster import DBSCAN

        components = find_components(points)
        places = narrow(points, components)
        wanted = min(self.min_samples or 2 * places.shape[1], len(places))
        tree = cKDTree(places)
        eps = self.eps
        if eps is None:
            eps = find_knee(find_neighbors(tree, places, wanted)[0][:, -1])
        learner = DBSCAN(eps=eps, min_samples=wanted).fit(places)
        labels = learner.labels_.astype(np.int32)
        core = learner.core_sample_indices_
        n_clusters = int(labels.max(initial=-1)) + 1
        return DenseClusters(
            members=cKDTree(places[core]) if len(core) else tree,
            member_labels=labels[core] if len(core) else labels,
            cores=np.zeros(max(len(core), 1)),
            reach=np.full(n_clusters, eps),
            neighbors=0,
            components=components,
            labels=labels,
            parameters=_tell(places, eps=float(eps), min_samples=wanted),
        )


@dataclass(frozen=True, slots=True)
class Hdbscan:
    """HDBSCAN (Campello, Moulavi & Sander 2013) on the leading six components.

    Attributes
    ----------
    smallest_share
        A cluster holds at least this share of the customers, and ten.
    min_samples
        How many neighbors make a point dense.
    """

    name: ClassVar[str] = "hdbscan"
    takes_k: ClassVar[bool] = False
    most_rows: ClassVar[int | None] = 20_000

    smallest_share: float = _SMALLEST_SHARE
    min_samples: int = _MIN_SAMPLES

    def fit(self, points: Points, *, k: int | None, random_state: int) -> DenseClusters:
        """Find crowds; `k` is not asked for."""
        from hdbscan import HDBSCAN
        from scipy.spatial import cKDTree

        components = find_components(points)
        places = narrow(points, components)
        smallest = max(_FEWEST, round(self.smallest_share * len(places)))
        wanted = min(self.min_samples, len(places))
        learner = HDBSCAN(
            min_cluster_size=min(smallest, len(places)), min_samples=wanted, core_dist_n_jobs=1
        ).fit(places)
        labels = learner.labels_.astype(np.int32)
        tree = cKDTree(places)
        return DenseClusters(
            members=tree,
            member_labels=labels,
            cores=find_neighbors(tree, places, wanted)[0][:, -1],
            reach=_find_reach(learner.condensed_tree_.to_numpy(), labels),
            neighbors=wanted,
            components=components,
            labels=labels,
            parameters=_tell(places, min_cluster_size=smallest, min_samples=wanted),
        )


@dataclass(frozen=True, slots=True)
class Optics:
    """OPTICS (Ankerst et al. 1999) on the leading six components, clusters by steepness.

    Attributes
    ----------
    smallest_share
        A cluster holds at least this share of the customers, and ten.
    min_samples
        How many neighbors make a point dense.
    """

    name: ClassVar[str] = "optics"
    takes_k: ClassVar[bool] = False
    most_rows: ClassVar[int | None] = 3_000

    smallest_share: float = _SMALLEST_SHARE
    min_samples: int = 2 * _MIN_SAMPLES

    def fit(self, points: Points, *, k: int | None, random_state: int) -> DenseClusters:
        """Find crowds; `k` is not asked for."""
        from scipy.spatial import cKDTree
        from sklearn.cluster import OPTICS

        components = find_components(points)
        places = narrow(points, components)
        smallest = min(max(_FEWEST, round(self.smallest_share * len(places))), len(places))
        wanted = min(self.min_samples, len(places))
        with np.errstate(divide="ignore", invalid="ignore"):
            learner = OPTICS(min_samples=wanted, min_cluster_size=smallest).fit(places)
        labels = learner.labels_.astype(np.int32)
        cores = np.asarray(learner.core_distances_, dtype=np.float64)
        reach = [cores[labels == number].max() for number in range(int(labels.max(initial=-1)) + 1)]
        return DenseClusters(
            members=cKDTree(places),
            member_labels=labels,
            cores=cores,
            reach=np.array(reach, dtype=np.float64),
            neighbors=wanted,
            components=components,
            labels=labels,
            parameters=_tell(places, min_cluster_size=smallest, min_samples=wanted),
        )


def find_components(points: Points) -> "PCA | None":
    """What narrows points of many columns to the leading six; None for others."""
    if points.shape[1] <= _MOST_COMPONENTS or len(points) <= _MOST_COMPONENTS:
        return None
    from sklearn.decomposition import PCA

    return PCA(_MOST_COMPONENTS, svd_solver="covariance_eigh").fit(points)


def narrow(points: Points, components: "PCA | None") -> Points:
    """The points on their components; as they are without."""
    return points if components is None else components.transform(points)


def find_neighbors(
    tree: "cKDTree", places: Points, count: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Distances to the nearest so many points and which they are, shape (n_places, count)."""
    distances, nearest = tree.query(places, k=[*range(1, count + 1)])
    return np.asarray(distances), np.asarray(nearest)


def find_knee(distances: NDArray[np.float64]) -> float:
    """Where the sorted distances begin to rise steeply: what lies farthest below their chord.

    Examples
    --------
    >>> find_knee(np.array([1.0, 1.1, 1.2, 1.3, 9.0]))
    1.3
    """
    ordered = np.sort(distances)
    rise = ordered[-1] - ordered[0]
    if rise <= 0:
        return float(max(ordered[-1], np.finfo(np.float64).tiny))
    chord = np.linspace(0.0, 1.0, len(ordered))
    knee = float(ordered[(chord - (ordered - ordered[0]) / rise).argmax()])
    return max(knee, np.finfo(np.float64).tiny)


def _find_reach(condensed: NDArray[np.void], labels: Labels) -> NDArray[np.float64]:
    """Per cluster the distance at which it parts from others: who is farther is not in it."""
    is_cluster = condensed["child"] >= len(labels)
    parts = condensed[is_cluster]
    above = dict(zip(parts["child"].tolist(), parts["parent"].tolist(), strict=True))
    born = dict(zip(parts["child"].tolist(), parts["lambda_val"].tolist(), strict=True))
    fell_out_of = np.zeros(len(labels), dtype=np.int64)
    points = condensed[~is_cluster]
    fell_out_of[points["child"]] = points["parent"]
    reach = []
    for number in range(int(labels.max(initial=-1)) + 1):
        inner = set(fell_out_of[labels == number].tolist())
        while len(inner) > 1:
            # Parts have larger numbers than the cluster that they are parts of.
            inner = inner - {max(inner)} | {above[max(inner)]}
        density = born.get(inner.pop(), 0.0)
        reach.append(1 / density if density > 0 else np.inf)
    return np.array(reach, dtype=np.float64)


def _tell(places: Points, **parameters: float) -> Parameters:
    return {**parameters, "columns": places.shape[1]}
