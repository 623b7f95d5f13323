"""Clusters of time series: customers whose months went alike, whatever their level."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from regulars.segments.clustering.clustering import (
    ClusterMethod,
    Degrees,
    Labels,
    Parameters,
    Points,
)

__all__ = [
    "DtwMedoids",
    "KShape",
    "SeriesMethod",
    "ShapeClusters",
    "level_out",
    "measure_dtw",
    "measure_shape",
]

_CHUNK_CELLS = 4_000_000
_MOST_ROUNDS = 50
_FAR = 1e18


class SeriesMethod(ClusterMethod, Protocol):
    """A way to cluster series, which knows how far two are apart."""

    def measure(self, series: Points, others: Points) -> NDArray[np.float64]:
        """Distances of each two, shape (n_series, n_others)."""


@dataclass(frozen=True, slots=True, eq=False)
class ShapeClusters:
    """Clusters of series that are known by one series each; a flat series belongs to none.

    Attributes
    ----------
    method
        Measures distances.
    centers
        Shape (k, n_months), leveled out.
    labels, parameters
        As in `Clusters`.
    """

    method: SeriesMethod
    centers: Points
    labels: Labels
    parameters: Parameters

    @property
    def k(self) -> int:
        """How many there are."""
        return len(self.centers)

    def assign(self, points: Points) -> Labels:
        """The nearest center of each series, -1 for flat ones."""
        if not self.k:
            return np.full(len(points), -1, dtype=np.int32)
        nearest = self.method.measure(points, self.centers).argmin(axis=1)
        return np.where(points.any(axis=1), nearest, -1).astype(np.int32)

    def weigh(self, points: Points) -> Degrees | None:
        """None: a series is in a cluster or is not."""
        return None


@dataclass(frozen=True, slots=True)
class KShape:
    """k-Shape (Paparrizos & Gravano 2015, doi:10.1145/2723372.2737793): the same shape, earlier or later.

    Attributes
    ----------
    n_init
        Starts; the one with the smallest sum of distances is kept.
    """

    name: ClassVar[str] = "kshape"
    takes_k: ClassVar[bool] = True
    most_rows: ClassVar[int | None] = 10_000

    n_init: int = 3

    def measure(self, series: Points, others: Points) -> NDArray[np.float64]:
        """Shape-based distances: see `measure_shape`."""
        return measure_shape(series, others)[0]

    def fit(self, points: Points, *, k: int | None, random_state: int) -> ShapeClusters:
        """Find k shapes among the series that are not flat."""
        moving = points[points.any(axis=1)]
        best, least = moving[:0], np.inf
        for start in range(self.n_init):
            generator = np.random.default_rng(random_state + start)
            centers, cost = self._improve(moving, min(k or 1, len(moving)), generator)
            if cost < least:
                best, least = centers, cost
        return _keep_filled(self, best, points, {"n_init": self.n_init})

    def _improve(
        self, series: Points, k: int, generator: np.random.Generator
    ) -> tuple[Points, float]:
        if not k:
            return series[:0], 0.0
        centers = series[_spread(self, series, k, generator)]
        nearest = np.full(len(series), -1)
        distances, shifts = measure_shape(series, centers)
        for _ in range(_MOST_ROUNDS):
            moved = distances.argmin(axis=1)
            if np.array_equal(moved, nearest):
                break
            nearest = moved
            aligned = _shift(series, shifts[np.arange(len(series)), nearest])
            centers = np.stack(
                [_extract_shape(aligned[nearest == one], centers[one]) for one in range(k)]
            )
            distances, shifts = measure_shape(series, centers)
        return centers, float(distances.min(axis=1).sum())


@dataclass(frozen=True, slots=True)
class DtwMedoids:
    """k-medoids (Park & Jun 2009) by dynamic time warping: the same course, here and there slower.

    Attributes
    ----------
    n_init
        Starts; the one with the smallest sum of distances is kept.
    """

    name: ClassVar[str] = "dtw_medoids"
    takes_k: ClassVar[bool] = True
    most_rows: ClassVar[int | None] = 1_000

    n_init: int = 5

    def measure(self, series: Points, others: Points) -> NDArray[np.float64]:
        """Warped distances: see `measure_dtw`."""
        return measure_dtw(series, others)

    def fit(self, points: Points, *, k: int | None, random_state: int) -> ShapeClusters:
        """Find the k series that are nearest to the others among those that are not flat."""
        moving = points[points.any(axis=1)]
        size = min(k or 1, len(moving))
        distances = measure_dtw(moving, moving)
        best, least = np.arange(size), np.inf
        for start in range(self.n_init if size else 0):
            generator = np.random.default_rng(random_state + start)
            medoids = _spread(self, moving, size, generator)
            for _ in range(_MOST_ROUNDS):
                nearest = distances[:, medoids].argmin(axis=1)
                again = np.array(
                    [_find_medoid(distances, nearest == one, medoids[one]) for one in range(size)]
                )
                if np.array_equal(again, medoids):
                    break
                medoids = again
            cost = float(distances[:, medoids].min(axis=1).sum())
            if cost < least:
                best, least = medoids, cost
        return _keep_filled(self, moving[best], points, {"n_init": self.n_init})


def level_out(series: Points) -> Points:
    """Each row with mean 0 and standard deviation 1; flat rows are 0.

    Examples
    --------
    >>> level_out(np.array([[1.0, 3.0], [5.0, 5.0]])).tolist()
    [[-1.0, 1.0], [0.0, 0.0]]
    """
    spread = series.std(axis=1, keepdims=True)
    centered = series - series.mean(axis=1, keepdims=True)
    is_flat = spread <= 1e-12 * np.maximum(
        np.abs(series).max(axis=1, keepdims=True, initial=0.0), 1.0
    )
    return np.where(is_flat, 0.0, centered / np.where(is_flat, 1.0, spread))


def measure_shape(series: Points, others: Points) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Shape-based distances, 0 to 2, and by how many months the others are to be moved.

    One less the largest coefficient-normalized cross-correlation over all shifts (equation 9 of
    the paper); a flat series is at 1 of everything.
    """
    length = series.shape[1]
    size = 2 * length
    own, other = np.fft.rfft(series, size), np.conj(np.fft.rfft(others, size))
    norms = np.linalg.norm(series, axis=1)[:, np.newaxis] * np.linalg.norm(others, axis=1)
    distances = np.empty((len(series), len(others)))
    shifts = np.empty(distances.shape, dtype=np.int64)
    chunk = max(1, _CHUNK_CELLS // (size * max(len(others), 1)))
    for start in range(0, len(series), chunk):
        part = slice(start, start + chunk)
        products = np.fft.irfft(own[part, np.newaxis] * other, size)
        best = products.argmax(axis=2)
        largest = np.take_along_axis(products, best[..., np.newaxis], axis=2)[..., 0]
        distances[part] = 1 - np.where(
            norms[part] > 0, largest / np.maximum(norms[part], 1e-12), 0.0
        )
        shifts[part] = np.where(best >= length, best - size, best)
    return distances, shifts


def measure_dtw(series: Points, others: Points, *, band: int | None = None) -> NDArray[np.float64]:
    """Distances under dynamic time warping (Sakoe & Chiba 1978), shape (n_series, n_others).

    Parameters
    ----------
    series, others
        Rows of the same length.
    band
        By how many months two may be apart at most; a sixth of the length by default.
    """
    length = series.shape[1]
    wide = max(1, length // 6) if band is None else band
    distances = np.empty((len(series), len(others)))
    chunk = max(1, _CHUNK_CELLS // max(len(others) * length, 1))
    for start in range(0, len(series), chunk):
        rows = series[start : start + chunk]
        shape = (len(rows), len(others))
        above = np.full((length + 1, *shape), _FAR)
        above[0] = 0.0
        for i in range(length):
            current = np.full((length + 1, *shape), _FAR)
            for j in range(max(0, i - wide), min(length, i + wide + 1)):
                cost = (rows[:, i, np.newaxis] - others[:, j]) ** 2
                steps = np.minimum(np.minimum(above[j], above[j + 1]), current[j])
                current[j + 1] = cost + steps
            above = current
        distances[start : start + chunk] = np.sqrt(above[length])
    return distances


def _spread(
    method: SeriesMethod, series: Points, k: int, generator: np.random.Generator
) -> NDArray[np.int64]:
    """K rows to begin with, the later ones likelier far from the earlier (k-means++)."""
    chosen = [int(generator.integers(len(series)))]
    nearest = np.full(len(series), np.inf)
    while len(chosen) < k:
        nearest = np.minimum(nearest, method.measure(series, series[chosen[-1:]])[:, 0] ** 2)
        nearest[chosen] = 0.0
        weights = np.maximum(nearest, 0.0)
        if not weights.sum():
            weights = np.ones(len(series))
            weights[chosen] = 0.0
        chosen.append(int(generator.choice(len(series), p=weights / weights.sum())))
    return np.array(chosen)


def _shift(series: Points, shifts: NDArray[np.int64]) -> Points:
    """Each row moved back by its shift, zeros where nothing is known."""
    length = series.shape[1]
    places = np.arange(length) + shifts[:, np.newaxis]
    inside = (places >= 0) & (places < length)
    moved = np.take_along_axis(series, np.clip(places, 0, length - 1), axis=1)
    return np.where(inside, moved, 0.0)


def _extract_shape(aligned: Points, before: NDArray[np.float64]) -> NDArray[np.float64]:
    """The series of the largest squared correlations with the members (section 3.2 of the paper)."""
    if not len(aligned):
        return before
    centered = level_out(aligned)
    _, vectors = np.linalg.eigh(centered.T @ centered)
    shape = vectors[:, -1]
    # An eigenvector has no sign; its members do.
    if (centered @ shape).sum() < 0:
        shape = -shape
    return level_out(shape[np.newaxis])[0]


def _find_medoid(
    distances: NDArray[np.float64], own: NDArray[np.bool_], before: np.int64
) -> np.int64:
    rows = np.flatnonzero(own)
    if not len(rows):
        return before
    return np.int64(rows[distances[np.ix_(rows, rows)].sum(axis=1).argmin()])


def _keep_filled(
    method: SeriesMethod, centers: Points, points: Points, parameters: Parameters
) -> ShapeClusters:
    found = ShapeClusters(method, centers, np.empty(0, np.int32), parameters)
    labels = found.assign(points)
    filled = np.unique(labels[labels >= 0])
    number = np.full(len(centers) + 1, -1, dtype=np.int32)
    number[filled] = np.arange(len(filled))
    return ShapeClusters(method, centers[filled], number[labels], parameters)
