"""How good a clustering is: apart, dense, even, readable; and how far two clusterings agree."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from regulars.segments.clustering.clustering import Labels, Points
from regulars.segments.clustering.density import find_components, narrow

if TYPE_CHECKING:
    from sklearn.tree import DecisionTreeClassifier

__all__ = [
    "count_shares", "measure_agreement", "measure_balance", "measure_calinski_harabasz",
    "measure_davies_bouldin", "measure_density", "measure_readability", "measure_silhouette",
]  # fmt: skip

_MOST_OF_DENSITY = 2_000
_DEEPEST = 4
_FOLDS = 3


def measure_silhouette(distances: NDArray[np.floating], labels: Labels) -> float | None:
    """Mean silhouette (Rousseeuw 1987), -1 to 1, where who is nobody's counts as 0.

    A method could else raise it by leaving out whoever stands between clusters.

    Parameters
    ----------
    distances
        Between all pairs, shape (n_points, n_points).
    labels
        Shape (n_points,).

    Returns
    -------
    float | None
        None with fewer than two clusters.
    """
    from sklearn.metrics import silhouette_samples

    rows = np.flatnonzero(labels >= 0)
    if not _has_clusters(labels[rows]):
        return None
    own = silhouette_samples(distances[np.ix_(rows, rows)], labels[rows], metric="precomputed")
    return float(own.sum() / len(labels))


def measure_davies_bouldin(points: Points, labels: Labels) -> float | None:
    """The Davies-Bouldin index (1979) of those in clusters; lower is better. None as above."""
    from sklearn.metrics import davies_bouldin_score

    rows = labels >= 0
    if not _has_clusters(labels[rows]):
        return None
    return float(davies_bouldin_score(points[rows], labels[rows]))


def measure_calinski_harabasz(points: Points, labels: Labels) -> float | None:
    """The Calinski-Harabasz index (1974) of those in clusters; higher is better. None as above."""
    from sklearn.metrics import calinski_harabasz_score

    rows = labels >= 0
    if not _has_clusters(labels[rows]):
        return None
    return float(calinski_harabasz_score(points[rows], labels[rows]))


def measure_density(points: Points, labels: Labels) -> float | None:
    """DBCV (Moulavi et al. 2014), -1 to 1, on the leading six components of at most 2,000 points.

    Clusters of one point have no density and count as nobody's. None with fewer than two clusters.
    """
    from hdbscan.validity import validity_index

    rows = slice(None, None, -(-len(points) // _MOST_OF_DENSITY))
    places = narrow(points, find_components(points))[rows]
    numbers, sizes = np.unique(labels[rows], return_counts=True)
    kept = [number for number, size in zip(numbers, sizes, strict=True) if number >= 0 and size > 2]
    if len(kept) < 2:
        return None
    ordered = np.full(len(places), -1, dtype=np.int64)
    for place, number in enumerate(kept):
        ordered[labels[rows] == number] = place
    with np.errstate(all="ignore"):
        found = float(validity_index(np.ascontiguousarray(places, dtype=np.float64), ordered))
    return found if np.isfinite(found) else None


def measure_balance(sizes: Sequence[int]) -> float | None:
    """How even the sizes are: 1 when all are equal, near 0 when one cluster holds nearly everybody.

    The entropy of the shares over its largest possible value (Pielou 1966). None for fewer than
    two clusters.

    Examples
    --------
    >>> measure_balance([50, 50]), round(measure_balance([99, 1]), 2)
    (1.0, 0.08)
    """
    shares = np.array([size for size in sizes if size], dtype=np.float64)
    if len(shares) < 2:
        return None
    shares /= shares.sum()
    return float(-(shares * np.log(shares)).sum() / np.log(len(shares)))


def measure_readability(points: Points, labels: Labels, *, random_state: int) -> float | None:
    """How well a short rule tells the clusters: balanced accuracy of a small tree on other customers.

    The tree has at most two leaves a cluster, and no rule has more than four conditions. 1 / k is
    chance. Who is nobody's is told by no rule, so the figure is multiplied by the share of the others.
    None with fewer than two clusters of at least three customers.

    Parameters
    ----------
    points
        Shape (n_points, n_columns): a level of a category is one column, so that a condition is
        about a number or a level.
    labels
        Shape (n_points,).
    random_state
        Of the folds.
    """
    from sklearn.model_selection import StratifiedKFold

    numbers, sizes = np.unique(labels[labels >= 0], return_counts=True)
    rows = np.flatnonzero(np.isin(labels, numbers[sizes >= _FOLDS]))
    own = labels[rows]
    if not _has_clusters(own):
        return None
    told = np.empty_like(own)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=random_state)
    for learnt, asked in folds.split(rows, own):
        tree = _make_tree(len(np.unique(own)), random_state).fit(points[rows[learnt]], own[learnt])
        told[asked] = tree.predict(points[rows[asked]])
    right = np.mean([(told[own == one] == one).mean() for one in np.unique(own)])
    return float(right * (labels >= 0).mean())


def _make_tree(k: int, random_state: int) -> "DecisionTreeClassifier":
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(
        max_depth=_DEEPEST,
        max_leaf_nodes=2 * k,
        class_weight="balanced",
        random_state=random_state,
    )


def measure_agreement(clusterings: Sequence[Labels]) -> NDArray[np.float64]:
    """The adjusted Rand index (Hubert & Arabie 1985) of each two, shape (n, n); 1 when they are the same."""
    from sklearn.metrics import adjusted_rand_score

    agreement = np.eye(len(clusterings))
    for one in range(len(clusterings)):
        for other in range(one):
            same = float(adjusted_rand_score(clusterings[one], clusterings[other]))
            agreement[one, other] = agreement[other, one] = same
    return agreement


def count_shares(labels: Labels) -> tuple[float, float]:
    """The share of the largest cluster, and of those who are nobody's.

    Examples
    --------
    >>> count_shares(np.array([0, 0, 1, -1], np.int32))
    (0.5, 0.25)
    """
    sizes = np.bincount(labels[labels >= 0])
    return float(sizes.max(initial=0) / len(labels)), float((labels < 0).mean())


def _has_clusters(labels: Labels) -> bool:
    """Whether there are two clusters or more, and not each point one of its own."""
    return 2 <= len(np.unique(labels)) < len(labels)
