"""Features that say nearly the same, so that reasons name the matter once."""

import numpy as np
from numpy.typing import NDArray

from regulars.features.matrix import FeatureMatrix

__all__ = ["find_alike"]

_CLOSE = 0.8
"""Association from which two features count as one matter."""

_MOST_ROWS = 3_000
_MOST_FEATURES = 300
_MOST_LEVELS = 20


def find_alike(matrix: FeatureMatrix) -> NDArray[np.int64]:
    """A number per feature that features saying nearly the same share, shape (n_features,).

    Association is 0 to 1: of two numbers the absolute rank correlation (Spearman), of two
    categories Cramér's V, of a number and a category the correlation ratio. Groups are such that
    every two features in one reach 0.8 (complete linkage). Of more than 300 features each stands
    alone.

    Examples
    --------
    >>> from datetime import date
    >>> import pyarrow as pa
    >>> from regulars.features import AsOf, Feature, FeatureTable, encode_features
    >>> from regulars.schema.wording import Wording
    >>> columns = {
    ...     "months": [1.0, 2.0, 3.0, 4.0],
    ...     "paid": [10.0, 21.0, 29.0, 41.0],
    ...     "age": [5.0, 1, 3, 9],
    ... }
    >>> features = tuple(Feature(n, Wording(en=n, ru=n), None, "numeric") for n in columns)
    >>> table = FeatureTable(
    ...     pa.table({"customer_id": ["a", "b", "c", "d"]} | columns),
    ...     features,
    ...     AsOf(date(2026, 1, 1)),
    ... )
    >>> find_alike(encode_features(table)).tolist()
    [0, 0, 1]
    """
    n_features = len(matrix.features)
    if not 1 < n_features <= _MOST_FEATURES:
        return np.arange(n_features)
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    distance = 1 - _associate(matrix)
    np.fill_diagonal(distance, 0.0)
    groups = fcluster(
        linkage(squareform(distance, checks=False), "complete"), 1 - _CLOSE, "distance"
    )
    # In order of appearance, whatever order the tree was cut in.
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    order = np.empty(len(first), dtype=np.int64)
    order[np.argsort(first)] = np.arange(len(first))
    return order[group]


def _associate(matrix: FeatureMatrix) -> NDArray[np.float64]:
    """Association of every two features, shape (n_features, n_features)."""
    values = matrix.values[:: max(1, len(matrix.values) // _MOST_ROWS)]
    bases = [
        _span(values[:, j], is_category=levels is not None)
        for j, levels in enumerate(matrix.levels)
    ]
    owner = np.repeat(np.arange(len(bases)), [basis.shape[1] for basis in bases])
    joined = np.concatenate(bases, axis=1) if len(owner) else np.empty((len(values), 0))
    members = np.zeros((len(bases), len(owner)))
    members[owner, np.arange(len(owner))] = 1.0
    # The squares of the cosines between two spaces sum to chi-square over n: V, eta or rho.
    squares = members @ (joined.T @ joined) ** 2 @ members.T
    ranks = members.sum(axis=1)
    shared = np.maximum(np.minimum.outer(ranks, ranks), 1.0)
    return np.clip(np.sqrt(squares / shared), 0.0, 1.0)


def _span(column: NDArray[np.float64], *, is_category: bool) -> NDArray[np.float64]:
    """An orthonormal basis of what the feature tells apart, shape (n_rows, rank)."""
    from scipy.stats import rankdata

    known = ~np.isnan(column)
    if is_category:
        codes, counts = np.unique(column[known], return_counts=True)
        frequent = codes[np.argsort(-counts, kind="stable")[:_MOST_LEVELS]]
        raw = (column[:, None] == frequent[None, :]).astype(np.float64)
    else:
        ranks = np.zeros(len(column))
        ranks[known] = rankdata(column[known]) - (known.sum() + 1) / 2
        raw = ranks[:, None]
    raw = raw - raw.mean(axis=0)
    if not raw.any():
        return raw[:, :0]
    left, sizes, _ = np.linalg.svd(raw, full_matrices=False)
    return np.asarray(left[:, sizes > 1e-9 * sizes[0]])
