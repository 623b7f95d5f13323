"""Crowds on a map: UMAP lays customers out in two dimensions, HDBSCAN finds the crowds there."""

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from regulars.errors import InvalidParameterError
from regulars.segments.clustering.clustering import Degrees, Labels, Parameters, Points
from regulars.segments.clustering.density import DenseClusters, Hdbscan

if TYPE_CHECKING:
    from umap.umap_ import UMAP

__all__ = ["MappedClusters", "UmapHdbscan"]

_NEIGHBORS = 15


@dataclass(frozen=True, slots=True, eq=False)
class MappedClusters:
    """Crowds on a map: a point is put on the map first.

    Attributes
    ----------
    lay_out
        Puts points on the map.
    crowds
        The clusters there.
    parameters
        As in `Clusters`.
    """

    lay_out: "UMAP"
    crowds: DenseClusters
    parameters: Parameters

    @property
    def k(self) -> int:
        """How many there are."""
        return self.crowds.k

    @property
    def labels(self) -> Labels:
        """Of the points that they were found in."""
        return self.crowds.labels

    def assign(self, points: Points) -> Labels:
        """The crowd where a point comes to lie, -1 for who lies apart."""
        if not len(points):
            return np.empty(0, dtype=np.int32)
        return self.crowds.assign(np.asarray(self.lay_out.transform(points), dtype=np.float64))

    def weigh(self, points: Points) -> Degrees | None:
        """None: a point is in a cluster or is not."""
        return None


@dataclass(frozen=True, slots=True)
class UmapHdbscan:
    """UMAP (McInnes, Healy & Melville 2018, arXiv:1802.03426) to two dimensions, then HDBSCAN.

    It takes minutes for what others do in seconds, needs `pip install regulars[umap]`, and runs only
    when asked for. It finds winding groups; distances between crowds on the map mean little.
    """

    name: ClassVar[str] = "umap_hdbscan"
    takes_k: ClassVar[bool] = False
    most_rows: ClassVar[int | None] = 5_000

    def fit(self, points: Points, *, k: int | None, random_state: int) -> MappedClusters:
        """Lay points out and find crowds; `k` is not asked for.

        Raises
        ------
        InvalidParameterError
            When umap-learn is not installed.
        """
        learner = _load_umap()
        neighbors = min(_NEIGHBORS, len(points) - 1)
        lay_out = learner(
            n_components=2,
            n_neighbors=neighbors,
            min_dist=0.0,
            random_state=random_state,
            n_jobs=1,
        )
        with warnings.catch_warnings():
            # Few points have no spectral layout and begin at random; that is as well.
            warnings.simplefilter("ignore", UserWarning)
            places = np.asarray(lay_out.fit_transform(points), dtype=np.float64)
        crowds = Hdbscan().fit(places, k=None, random_state=random_state)
        parameters: Parameters = {**crowds.parameters, "neighbors": neighbors}
        return MappedClusters(lay_out, replace(crowds, parameters=parameters), parameters)


def _load_umap() -> type["UMAP"]:
    try:
        with warnings.catch_warnings():
            # It says that TensorFlow is missing, which nobody asked for.
            warnings.simplefilter("ignore", ImportWarning)
            from umap.umap_ import UMAP
    except ImportError as error:
        raise InvalidParameterError(
            en="umap_hdbscan needs umap-learn, which is not installed. Install it: pip install"
            " 'regulars[umap]', or take hdbscan.",
            ru="Для umap_hdbscan нужен пакет umap-learn, он не установлен. Установите: pip install "
            "'regulars[umap]' или возьмите hdbscan.",
        ) from error
    return UMAP
