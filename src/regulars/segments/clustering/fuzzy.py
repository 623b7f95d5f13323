"""Fuzzy c-means: every customer belongs to every cluster, to some more than to others."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from regulars.segments.clustering.centers import KMeans
from regulars.segments.clustering.clustering import Degrees, Labels, Parameters, Points, sample_rows

__all__ = ["FuzzyCMeans", "FuzzyClusters", "measure_partition"]

_CHUNK = 8_192
"""Rows at a time: what is computed of them stays in the processor's cache."""
_MOST_STARTED = 20_000
_MOST_ROUNDS = 300


@dataclass(frozen=True, slots=True, eq=False)
class FuzzyClusters:
    """Clusters with soft borders.

    Attributes
    ----------
    centers
        Shape (k, n_columns).
    fuzziness
        The exponent m.
    labels, parameters
        As in `Clusters`; the label is the cluster of the highest degree.
    """

    centers: NDArray[np.float64]
    fuzziness: float
    labels: Labels
    parameters: Parameters

    @property
    def k(self) -> int:
        """How many there are."""
        return len(self.centers)

    def assign(self, points: Points) -> Labels:
        """The cluster of the highest degree."""
        return self.weigh(points).argmax(axis=1).astype(np.int32)

    def weigh(self, points: Points) -> Degrees:
        """Degrees of membership by equation 11.3a of Bezdek (1981); rows sum to 1."""
        centers = self.centers.astype(np.float32)
        degrees = np.empty((len(points), self.k), dtype=np.float32)
        for start in range(0, len(points), _CHUNK):
            part = slice(start, start + _CHUNK)
            rows = np.asarray(points[part], dtype=np.float32)
            degrees[part] = _weigh(rows, centers, self.fuzziness)
        return degrees


@dataclass(frozen=True, slots=True)
class FuzzyCMeans:
    """Fuzzy c-means: Bezdek (1981), "Pattern Recognition with Fuzzy Objective Function Algorithms".

    Degrees and centers are improved in turns until no center moves by more than `tolerance`,
    beginning with the centers of k-means.

    Attributes
    ----------
    fuzziness
        The exponent m, above 1: near 1 the borders are hard, at 2 and above they vanish where there
        are many columns.
    tolerance
        In units of the points.
    """

    name: ClassVar[str] = "fuzzy_cmeans"
    takes_k: ClassVar[bool] = True
    most_rows: ClassVar[int | None] = None

    fuzziness: float = 1.5
    tolerance: float = 1e-4

    def fit(self, points: Points, *, k: int | None, random_state: int) -> FuzzyClusters:
        """Find k clusters; fewer when the points have fewer different places."""
        sample = sample_rows(len(points), random_state, most=_MOST_STARTED)
        started = KMeans(n_init=1).fit(points[sample], k=k, random_state=random_state).centers
        # A sample brings the centers near; everybody then moves them little.
        centers = started
        rounds = 0
        for rows in (points[sample], points)[: 1 + (len(sample) < len(points))]:
            centers, rounds = self._improve(np.asarray(rows, dtype=np.float32), centers)
        parameters: Parameters = {"fuzziness": self.fuzziness, "rounds": rounds}
        found = FuzzyClusters(centers, self.fuzziness, np.empty(0, np.int32), parameters)
        filled, labels = np.unique(found.assign(points), return_inverse=True)
        return FuzzyClusters(centers[filled], self.fuzziness, labels.astype(np.int32), parameters)

    def _improve(
        self, rows: NDArray[np.float32], centers: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], int]:
        """The centers where nothing moves any more, and after how many rounds."""
        for done in range(1, _MOST_ROUNDS + 1):
            sums = np.zeros(centers.shape)
            weights = np.zeros(len(centers))
            exact = centers.astype(np.float32)
            for start in range(0, len(rows), _CHUNK):
                part = rows[start : start + _CHUNK]
                powers = _raise(_weigh(part, exact, self.fuzziness), self.fuzziness)
                sums += powers.T @ part
                weights += powers.sum(axis=0)
            moved = sums / np.maximum(weights, 1e-30)[:, np.newaxis]
            is_still = np.abs(moved - centers).max() <= self.tolerance
            centers = moved
            if is_still:
                return centers, done
        return centers, _MOST_ROUNDS


def _weigh(
    rows: NDArray[np.float32], centers: NDArray[np.float32], fuzziness: float
) -> NDArray[np.float32]:
    """Degrees of membership, shape (n_rows, k)."""
    squares = rows @ (-2 * centers.T)
    squares += (rows**2).sum(axis=1, keepdims=True)
    squares += (centers**2).sum(axis=1)
    nearest = np.maximum(squares.min(axis=1, keepdims=True), 1e-6)
    # Relative to the nearest center nothing overflows, and a point in a center belongs to it.
    closeness = _raise(nearest / np.maximum(squares, nearest), 1 / (fuzziness - 1))
    closeness /= closeness.sum(axis=1, keepdims=True)
    return np.asarray(closeness, dtype=np.float32)


def _raise(values: NDArray[np.float32], power: float) -> NDArray[np.float32]:
    """The values to a power; those that are common are computed without logarithms."""
    if power == 1.5:
        return values * np.sqrt(values)
    if power in (1.0, 2.0):
        return values**power
    return np.power(values, np.float32(power))


def measure_partition(degrees: Degrees) -> float:
    """The partition coefficient, 1/k to 1: the mean sum of squared degrees (Bezdek 1981, 17.1).

    Examples
    --------
    >>> measure_partition(np.array([[1.0, 0.0], [0.5, 0.5]], np.float32))
    0.75
    """
    return float((degrees.astype(np.float64) ** 2).sum(axis=1).mean())
