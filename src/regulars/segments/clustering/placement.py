"""How features become points whose distances mean unlikeness, and new customers beside them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from regulars.errors import UnknownColumnError
from regulars.evaluate.threads import one_thread
from regulars.features.design import DesignMatrix
from regulars.features.matrix import FeatureMatrix, encode_features
from regulars.features.table import FeatureTable
from regulars.segments.clustering.clustering import Points, sample_rows

if TYPE_CHECKING:
    from sklearn.decomposition import PCA

__all__ = ["MOST_FEATURES", "Placement", "place_customers"]

MOST_FEATURES = 1_000
"""Of more features only the most complete ones are compared."""

_MOST_DIMENSIONS = 40
_MOST_CELLS, _FEWEST_LEARNT = 5_000_000, 20_000
"""Of more customers x features a random part teaches scales and components, of so many at least."""

_CHUNK = 20_000
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """How customers became points, so that new ones get their place among them.

    Attributes
    ----------
    matrix
        Features and levels that were seen; its rows are not kept.
    design
        Imputes, tames and scales numbers; makes one column a level of categories.
    varies
        Which columns of the design tell customers apart.
    weights
        By which each column that varies is multiplied.
    components
        Of designs with very many columns: the leading components; None where all columns are kept.
    category
        Per column of the points the category it is a level of, -1 for a number; empty where
        columns were made into components.
    """

    matrix: FeatureMatrix
    design: DesignMatrix
    varies: NDArray[np.bool_]
    weights: NDArray[np.float64]
    components: "PCA | None"
    category: NDArray[np.int64]

    def place(self, features: FeatureTable) -> Points:
        """The points of customers, shape (n_customers, n_columns).

        Raises
        ------
        UnknownColumnError
            When a feature is missing that the others were placed by.
        """
        known = FeatureTable(
            features.table,
            tuple(features.get_feature(feature.name) for feature in self.matrix.features),
            features.as_of,
        )
        return self.place_values(encode_features(known, levels=self.matrix.levels).values)

    def place_values(self, values: NDArray[np.float64]) -> Points:
        """The points of rows of a `FeatureMatrix` with the same levels."""
        # The design of all customers at once can be larger than what is known of them.
        chunks = [
            self._narrow(self.design.transform(values[start : start + _CHUNK])[:, self.varies])
            for start in range(0, max(len(values), 1), _CHUNK)
            if len(values)
        ]
        width = len(self.weights) if self.components is None else _MOST_DIMENSIONS
        placed = np.concatenate(chunks) if chunks else np.empty((0, width))
        return np.ascontiguousarray(placed, dtype=np.float64)

    def _narrow(self, designed: Points) -> Points:
        weighted = designed * self.weights
        return weighted if self.components is None else self.components.transform(weighted)


def place_customers(
    matrix: FeatureMatrix, *, random_state: int, weights: Mapping[str, float] | None = None
) -> tuple[Points, Placement]:
    """Customers as points, and how new ones are put beside them.

    Numbers are imputed, tamed and scaled, categories are one column a level (`DesignMatrix` for
    distances); columns that are the same for everybody are left out, and very many columns become
    their 40 leading components. Of many customers scales, levels and components are learnt from a
    random part.

    Parameters
    ----------
    matrix
        One row per customer.
    random_state
        Chooses that part.
    weights
        How much a feature counts in the squared distance, by name; 1 where not said, 0 for not at
        all.

    Raises
    ------
    UnknownColumnError
        When a weight is for a feature that there is none of.
    """
    values = matrix.values
    most = max(_FEWEST_LEARNT, _MOST_CELLS // max(values.shape[1], 1))
    learnt = sample_rows(len(values), random_state, most=most)
    design = DesignMatrix(matrix.is_category, purpose="distance", max_features=MOST_FEATURES)
    with one_thread():
        points = design.fit_transform(values[learnt])
        factors = _weigh(matrix, design, weights or {})
        varies = (points.std(axis=0) > _ROUNDING) & (factors > 0)
        points = points[:, varies] * factors[varies]
        source = np.where(matrix.is_category[design.source_], design.source_, -1)[varies]
        components = _find_components(points)
        placement = Placement(
            matrix=FeatureMatrix(values[:0], matrix.features, matrix.levels),
            design=design,
            varies=varies,
            weights=factors[varies],
            components=components,
            category=source if components is None else np.empty(0, dtype=np.int64),
        )
        if len(learnt) == len(values):
            placed = points if components is None else components.transform(points)
            return np.ascontiguousarray(placed, dtype=np.float64), placement
        return placement.place_values(values), placement


def _weigh(
    matrix: FeatureMatrix, design: DesignMatrix, weights: Mapping[str, float]
) -> NDArray[np.float64]:
    """By what each column of the design is multiplied."""
    names = [feature.name for feature in matrix.features]
    for name in weights:
        if name not in names:
            raise UnknownColumnError(
                name, names, where="The feature table", ru="В таблице признаков"
            )
    factors = np.array([weights.get(name, 1.0) for name in names], dtype=np.float64)
    return np.sqrt(np.maximum(factors, 0.0))[design.source_]


def _find_components(points: Points) -> "PCA | None":
    """What narrows points with very many columns; None for others."""
    if points.shape[1] <= 2 * _MOST_DIMENSIONS:
        return None
    from sklearn.decomposition import PCA

    # Distances survive on the leading components, and hundreds of columns do not fit in time.
    return PCA(_MOST_DIMENSIONS, svd_solver="randomized", random_state=0).fit(points)
