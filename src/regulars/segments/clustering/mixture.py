"""Clusters as bells: a Gaussian mixture, whose clusters may be stretched and may overlap."""

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from regulars.segments.clustering.clustering import Degrees, Labels, Parameters, Points

if TYPE_CHECKING:
    from sklearn.mixture import GaussianMixture as Learner

__all__ = ["GaussianMixture", "MixtureClusters"]

_MOST_FULL = 25
"""With more columns a covariance of all pairs has more entries than customers can tell."""
_SMOOTHING = 1e-2
"""Added to every variance: a cluster that agrees in a column entirely is not a cluster by that."""
_CHUNK = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class MixtureClusters:
    """Clusters that are the components of a mixture.

    Attributes
    ----------
    learner
        The mixture.
    labels, parameters
        As in `Clusters`; the label is the most probable component.
    """

    learner: "Learner"
    labels: Labels
    parameters: Parameters

    @property
    def k(self) -> int:
        """How many there are."""
        return len(self.learner.means_)

    def assign(self, points: Points) -> Labels:
        """The most probable component."""
        return self.weigh(points).argmax(axis=1).astype(np.int32)

    def weigh(self, points: Points) -> Degrees:
        """The probability of each component, given the point."""
        degrees = np.empty((len(points), self.k), dtype=np.float32)
        for start in range(0, len(points), _CHUNK):
            part = slice(start, start + _CHUNK)
            degrees[part] = self.learner.predict_proba(points[part])
        return degrees


@dataclass(frozen=True, slots=True)
class GaussianMixture:
    """A Gaussian mixture by expectation maximization (Dempster, Laird & Rubin 1977).

    Covariances are full up to 25 columns, diagonal beyond.

    Attributes
    ----------
    n_init
        Starts, each from a k-means.
    """

    name: ClassVar[str] = "gaussian_mixture"
    takes_k: ClassVar[bool] = True
    most_rows: ClassVar[int | None] = 50_000

    n_init: int = 2

    def fit(self, points: Points, *, k: int | None, random_state: int) -> MixtureClusters:
        """Find k components; those that are nobody's most probable one are left out."""
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.mixture import GaussianMixture as Learner

        shape = "full" if points.shape[1] <= _MOST_FULL else "diag"
        learner = Learner(
            n_components=k or 1,
            covariance_type=shape,
            n_init=self.n_init,
            reg_covar=_SMOOTHING,
            random_state=random_state,
        )
        with warnings.catch_warnings():
            # Not quite still after a hundred rounds is near enough for clusters.
            warnings.simplefilter("ignore", ConvergenceWarning)
            learner.fit(points)
        parameters: Parameters = {"covariance": shape, "n_init": self.n_init}
        found = MixtureClusters(learner, np.empty(0, np.int32), parameters)
        filled, labels = np.unique(found.assign(points), return_inverse=True)
        for name in ("weights_", "means_", "covariances_", "precisions_", "precisions_cholesky_"):
            setattr(learner, name, getattr(learner, name)[filled])
        learner.weights_ /= learner.weights_.sum()
        learner.n_components = len(filled)
        return replace(found, labels=labels.astype(np.int32))
