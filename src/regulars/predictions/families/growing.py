"""Trees grown by LightGBM so that the same rows give the same trees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lightgbm import Booster
    from numpy.typing import NDArray

__all__ = ["SEED", "grow_trees"]

SEED = 7
"""Of the rows and columns that each tree is given."""

_STEADY: Mapping[str, object] = {
    "seed": SEED,
    "deterministic": True,
    "force_col_wise": True,
    # Several threads wait for each other on small trees: with two, and other work on the machine,
    # 30,000 customers took ten times as long.
    "num_threads": 1,
    "verbosity": -1,
}


def grow_trees(
    X: NDArray[np.float64],
    targets: NDArray[np.float64],
    settings: Mapping[str, object],
    *,
    n_trees: int,
    categories: NDArray[np.int64],
    monotone: NDArray[np.int64] | None = None,
) -> Booster:
    """A booster of `n_trees` trees.

    Parameters
    ----------
    X
        Codes and numbers, shape (n_customers, n_features).
    targets
        Labels or numbers, shape (n_customers,).
    settings
        What is LightGBM's own: objective, size of trees, penalties.
    n_trees
        At least one.
    categories
        Numbers of the columns that hold codes of three levels or more.
    monotone
        1, -1 or 0 a feature, shape (n_features,); None where no way is asked.

    Examples
    --------
    >>> X = np.repeat([[0.0], [1.0]], 200, axis=0)
    >>> trees = grow_trees(
    ...     X, X[:, 0], {"objective": "regression"}, n_trees=3, categories=np.array([])
    ... )
    >>> trees.num_trees()
    3
    """
    import lightgbm

    asked = {**settings, **_STEADY}
    if monotone is not None:
        asked["monotone_constraints"] = monotone.tolist()
    matrix = lightgbm.Dataset(X, targets, categorical_feature=categories.tolist())
    return lightgbm.train(asked, matrix, num_boost_round=n_trees)
