"""k-prototypes: numbers by their mean, categories by their most frequent level."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from regulars.segments.clustering.centers import Centers, find_nearest, keep_filled
from regulars.segments.clustering.clustering import Points, sample_rows

__all__ = ["KPrototypes"]

_MOST_STARTED = 20_000
_MOST_ROUNDS = 100


@dataclass(frozen=True, slots=True, eq=False)
class KPrototypes:
    """k-prototypes (Huang 1998, doi:10.1023/A:1009769707641), on one column a level.

    A cluster's prototype is a customer who could exist: the mean of numbers and the most frequent
    level of each category, where k-means would have a share of every level. Two customers of
    different levels are 2 apart in the squared distance (Huang's gamma), as in all methods here;
    numbers have variance 1.

    Attributes
    ----------
    category
        Per column of the points the category it is a level of, -1 for a number: `Placement.category`.
    n_init
        Starts.
    """

    name: ClassVar[str] = "kprototypes"
    takes_k: ClassVar[bool] = True
    most_rows: ClassVar[int | None] = None

    category: NDArray[np.int64]
    n_init: int = 5

    def fit(self, points: Points, *, k: int | None, random_state: int) -> Centers:
        """Find k prototypes; fewer when the points have fewer different places."""
        from sklearn.cluster import kmeans_plusplus

        sample = points[sample_rows(len(points), random_state, most=_MOST_STARTED)]
        lengths = (sample**2).sum(axis=1)
        best, least = sample[:1], np.inf
        for start in range(self.n_init):
            seeds, _ = kmeans_plusplus(
                sample, k or 1, x_squared_norms=lengths, random_state=random_state + start
            )
            prototypes = self._improve(sample, seeds)
            cost = float(((sample - prototypes[find_nearest(sample, prototypes)]) ** 2).sum())
            if cost < least:
                best, least = prototypes, cost
        if len(sample) < len(points):
            best = self._improve(points, best)
        return keep_filled(points, best, {"n_init": self.n_init})

    def _improve(self, points: Points, prototypes: NDArray[np.float64]) -> NDArray[np.float64]:
        nearest = find_nearest(points, prototypes)
        for _ in range(_MOST_ROUNDS):
            prototypes = self._center(points, nearest, prototypes)
            moved = find_nearest(points, prototypes)
            if np.array_equal(moved, nearest):
                break
            nearest = moved
        return prototypes

    def _center(
        self, points: Points, nearest: NDArray[np.int32], prototypes: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Means, and of each category the most frequent level; an empty cluster stays as it was."""
        centers = prototypes.copy()
        for number in range(len(prototypes)):
            own = points[nearest == number]
            if len(own):
                centers[number] = own.mean(axis=0)
                self._take_mode(centers[number])
        return centers

    def _take_mode(self, center: NDArray[np.float64]) -> None:
        """Put all the weight of each category on its most frequent level, in place."""
        for category in np.unique(self.category[self.category >= 0]):
            columns = np.flatnonzero(self.category == category)
            weight = center[columns].sum()
            most = columns[center[columns].argmax()]
            center[columns] = 0.0
            center[most] = weight
