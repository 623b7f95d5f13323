"""What every method of clustering offers, and what it answers for all customers."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError
from regulars.evaluate.threads import one_thread

__all__ = [
    "ClusterMethod", "Clustering", "Clusters", "Degrees", "Labels", "Points", "cluster_points",
    "sample_rows",
]  # fmt: skip

Points = NDArray[np.float64]
"""Shape (n_points, n_columns): customers as places whose distances mean unlikeness."""
Labels = NDArray[np.int32]
"""Shape (n_points,): a number from 0 on; -1 for a point that belongs to no cluster."""
Degrees = NDArray[np.float32]
"""Shape (n_points, k): how much a point belongs to each cluster; a row sums to 1."""
Parameters = Mapping[str, float | int | str]


class Clusters(Protocol):
    """Clusters that were found: they say where a point belongs, seen before or new."""

    @property
    def k(self) -> int:
        """How many there are."""

    @property
    def labels(self) -> Labels:
        """Of the points that they were found in."""

    @property
    def parameters(self) -> Parameters:
        """What the method was run with, chosen values included."""

    def assign(self, points: Points) -> Labels:
        """The cluster of each point."""

    def weigh(self, points: Points) -> Degrees | None:
        """How much each point belongs to each cluster; None where a method knows in or out only."""


class ClusterMethod(Protocol):
    """A way to cluster."""

    @property
    def name(self) -> str:
        """As a person names it, such as `kmeans` or `ward`."""

    @property
    def takes_k(self) -> bool:
        """Whether the number of clusters is given; otherwise the method finds it."""

    @property
    def most_rows(self) -> int | None:
        """Of more points a sample is clustered and the rest is assigned; None for any number."""

    def fit(self, points: Points, *, k: int | None, random_state: int) -> Clusters:
        """Find clusters; `k` counts where `takes_k`."""


@dataclass(frozen=True, slots=True, eq=False)
class Clustering:
    """Which cluster each customer is in.

    Attributes
    ----------
    method
        Name of the method.
    labels
        Per customer the number of the cluster, 0 for the largest; -1 for nobody's.
    k
        Number of clusters; fewer than asked for where the customers allow no more.
    parameters
        What the method was run with.
    sampled
        How many customers were really clustered; the others were assigned afterwards.
    seconds
        How long it took.
    degrees
        How much each customer belongs to each cluster, where the method says so.
    """

    method: str
    labels: Labels
    k: int
    parameters: Parameters
    sampled: int
    seconds: float
    degrees: Degrees | None = None
    clusters: Clusters | None = field(default=None, repr=False)
    number: NDArray[np.int32] | None = field(default=None, repr=False)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Customers per cluster, by number; those who are nobody's are in none."""
        return tuple(np.bincount(self.labels[self.labels >= 0], minlength=self.k).tolist())

    @property
    def is_sampled(self) -> bool:
        """Whether only a sample was clustered."""
        return self.sampled < len(self.labels)

    def assign(self, points: Points) -> Labels:
        """The cluster of new points, in the same numbers; nothing is clustered again."""
        if self.clusters is None or self.number is None:
            raise InvalidParameterError(
                en=f"This clustering by {self.method} holds labels only and cannot assign new"
                " customers. Cluster again with cluster_points.",
                ru=f"Эта кластеризация ({self.method}) хранит только метки и новых клиентов отнести"
                " не может. Выполните кластеризацию заново: cluster_points.",
            )
        return renumber(self.clusters.assign(points), self.number)


def cluster_points(
    points: Points,
    method: ClusterMethod,
    *,
    k: int | None = None,
    random_state: int,
    most_rows: int | None = None,
) -> Clustering:
    """Every point with its cluster: found in a sample where the method does not scale further.

    Parameters
    ----------
    points
        Customers as `place_customers` puts them, shape (n_points, n_columns).
    method
        How to cluster.
    k
        Number of clusters, for methods that take it.
    random_state
        Of everything random: the same seed and points give the same clusters.
    most_rows
        A smaller sample than the method would take by itself.

    Raises
    ------
    InvalidParameterError
        When a method that needs `k` has none, or more clusters than points are asked for.
    """
    _check(points, method, k)
    started = time.monotonic()
    allowed = [rows for rows in (method.most_rows, most_rows) if rows is not None]
    rows = sample_rows(len(points), random_state, most=min(allowed, default=len(points)))
    is_sampled = len(rows) < len(points)
    with one_thread():
        fitted = points[rows] if is_sampled else points
        clusters = method.fit(fitted, k=k, random_state=random_state)
        labels = clusters.labels
        if is_sampled:
            labels = clusters.assign(points)
            labels[rows] = clusters.labels
        degrees = clusters.weigh(points)
    number = number_by_size(labels, clusters.k)
    if degrees is not None:
        degrees = np.ascontiguousarray(degrees[:, np.argsort(number, kind="stable")])
    labels = renumber(labels, number)
    return Clustering(
        method=method.name,
        labels=labels,
        k=clusters.k,
        parameters=clusters.parameters,
        sampled=len(rows),
        seconds=time.monotonic() - started,
        degrees=degrees,
        clusters=clusters,
        number=number,
    )


def _check(points: Points, method: ClusterMethod, k: int | None) -> None:
    if not method.takes_k:
        return
    if k is None or k < 1:
        raise InvalidParameterError(
            en=f"{method.name} needs the number of clusters, at least 1; found {k}. Give k.",
            ru=f"{method.name}: нужно число кластеров, не меньше 1; получено {k}. Укажите k.",
        )
    if k > len(points):
        raise InvalidParameterError(
            en=f"{k} clusters cannot be made of {len(points)} customers. Ask for at most"
            f" {len(points)}.",
            ru=f"Из клиентов ({len(points)}) нельзя составить {k} кластеров. Запросите не больше"
            f" {len(points)}.",
        )


def sample_rows(n_rows: int, random_state: int, *, most: int) -> NDArray[np.int64]:
    """At most `most` random row numbers, ascending; all when there are no more.

    Examples
    --------
    >>> sample_rows(3, 0, most=5).tolist(), len(sample_rows(9, 0, most=5))
    ([0, 1, 2], 5)
    """
    if n_rows <= most:
        return np.arange(n_rows)
    generator = np.random.default_rng(random_state)
    return np.sort(generator.choice(n_rows, most, replace=False))


def number_by_size(labels: Labels, k: int) -> NDArray[np.int32]:
    """For each cluster its number when the largest comes first, shape (k,).

    Examples
    --------
    >>> number_by_size(np.array([0, 1, 1, -1], np.int32), 2).tolist()
    [1, 0]
    """
    sizes = np.bincount(labels[labels >= 0], minlength=k)
    number = np.empty(k, dtype=np.int32)
    number[np.argsort(-sizes, kind="stable")] = np.arange(k, dtype=np.int32)
    return number


def renumber(labels: Labels, number: NDArray[np.int32]) -> Labels:
    """The labels in other numbers; -1 stays."""
    # The last place is where -1 looks.
    return np.append(number, np.int32(-1)).astype(np.int32)[labels]
