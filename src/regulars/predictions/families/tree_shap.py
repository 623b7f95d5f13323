"""Exact SHAP values of an ensemble of small trees, by a table per leaf."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

__all__ = ["DecisionTree", "TreeExplainer"]

_MOST_CELLS = 2_000_000
"""Rows times nodes looked at together."""


@dataclass(frozen=True, slots=True, eq=False)
class DecisionTree:
    """One tree: nodes numbered from the root, 0.

    Attributes
    ----------
    feature
        The column that a node asks about; ignored at leaves.
    left, right
        The node to go to; ignored at leaves.
    value
        What a leaf adds; ignored at other nodes.
    cover
        Training rows that reached the node.
    is_leaf
        Which nodes are leaves.
    goes_left
        For rows of shape (n_rows, n_features) whether each goes left at each node, shape
        (n_nodes, n_rows).
    """

    feature: NDArray[np.int64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: NDArray[np.float64]
    cover: NDArray[np.float64]
    is_leaf: NDArray[np.bool_]
    goes_left: Callable[[NDArray[np.float64]], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True, eq=False)
class _Leaf:
    """The way to one leaf: its features, each with the turns taken and the share of rows that take them."""

    tree: int
    value: float
    features: tuple[int, ...]
    turns: tuple[tuple[tuple[int, bool], ...], ...]
    shares: tuple[float, ...]


class TreeExplainer:
    r"""SHAP values by the training rows that went each way (path-dependent TreeSHAP).

    With :math:`v(S)` the expectation of the trees when only the features in :math:`S` are known, as
    in algorithm 1 of Lundberg et al. (2020, doi:10.1038/s42256-019-0138-9), the values are Shapley's.
    On the way to one leaf a row either takes all turns at feature :math:`j` (:math:`o_j = 1`) or
    not (0), and unknown the feature lets the share :math:`z_j` through. So the leaf's value
    :math:`w` gives feature :math:`j`

    .. math::

        \phi_j = w\,(o_j - z_j) \sum_{S \subseteq M \setminus j}
        \frac{|S|!\,(m - |S| - 1)!}{m!} \prod_{k \in S} o_k \prod_{k \notin S} z_k,

    which depends on the row through the :math:`m` bits :math:`o` only: one table of
    :math:`2^m` rows per leaf is filled once and then looked up (Yang 2021, arXiv:2109.09847).

    Parameters
    ----------
    trees
        Of an ensemble whose prediction is the sum of their leaves.
    n_features
        Columns of the rows to explain.

    Examples
    --------
    >>> stump = DecisionTree(
    ...     feature=np.array([0, 0, 0]),
    ...     left=np.array([1, 0, 0]),
    ...     right=np.array([2, 0, 0]),
    ...     value=np.array([0.0, -1.0, 1.0]),
    ...     cover=np.array([4.0, 3.0, 1.0]),
    ...     is_leaf=np.array([False, True, True]),
    ...     goes_left=lambda rows: np.tile(rows[:, 0] <= 5, (3, 1)),
    ... )
    >>> TreeExplainer([stump], n_features=2).explain(np.array([[9.0, 0.0]])).tolist()
    [[1.5, 0.0]]
    """

    def __init__(self, trees: Sequence[DecisionTree], *, n_features: int) -> None:
        self._trees = trees
        self._n_features = n_features
        self._leaves = [leaf for number, tree in enumerate(trees) for leaf in _walk(tree, number)]
        self._tables = _fill_tables(self._leaves)

    def explain(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """SHAP values of rows of shape (n_rows, n_features), in the same shape."""
        values = np.zeros((len(rows), self._n_features))
        step = max(1, _MOST_CELLS // max((len(tree.feature) for tree in self._trees), default=1))
        for start in range(0, len(rows), step):
            self._explain_part(rows[start : start + step], values[start : start + step])
        return values

    def _explain_part(self, rows: NDArray[np.float64], values: NDArray[np.float64]) -> None:
        seen, turns_left = -1, np.empty((0, 0), dtype=bool)
        for leaf, table in zip(self._leaves, self._tables, strict=True):
            if leaf.tree != seen:
                seen, turns_left = leaf.tree, self._trees[leaf.tree].goes_left(rows)
            code = np.zeros(len(rows), dtype=np.int64)
            for bit, turns in enumerate(leaf.turns):
                takes_all = np.ones(len(rows), dtype=bool)
                for node, is_left in turns:
                    takes_all &= turns_left[node] == is_left
                code |= takes_all.astype(np.int64) << bit
            for bit, feature in enumerate(leaf.features):
                values[:, feature] += table[code, bit]


def _walk(tree: DecisionTree, number: int) -> Iterator[_Leaf]:
    """Every leaf with the way that leads to it."""
    waiting: list[tuple[int, list[tuple[int, bool]]]] = [(0, [])]
    while waiting:
        node, way = waiting.pop()
        if not tree.is_leaf[node]:
            waiting.append((int(tree.right[node]), [*way, (node, False)]))
            waiting.append((int(tree.left[node]), [*way, (node, True)]))
            continue
        turns: dict[int, list[tuple[int, bool]]] = {}
        shares: dict[int, float] = {}
        for turn, is_left in way:
            feature = int(tree.feature[turn])
            child = tree.left[turn] if is_left else tree.right[turn]
            turns.setdefault(feature, []).append((turn, is_left))
            shares[feature] = shares.get(feature, 1.0) * float(tree.cover[child] / tree.cover[turn])
        yield _Leaf(
            number,
            float(tree.value[node]),
            tuple(turns),
            tuple(tuple(taken) for taken in turns.values()),
            tuple(shares.values()),
        )


def _fill_tables(leaves: Sequence[_Leaf]) -> list[NDArray[np.float64]]:
    """For each leaf the SHAP values by the bits of a row, shape (2 ** m, m)."""
    tables: list[NDArray[np.float64]] = [np.empty((1, 0))] * len(leaves)
    for m in {len(leaf.features) for leaf in leaves} - {0}:
        places = [place for place, leaf in enumerate(leaves) if len(leaf.features) == m]
        shares = np.array([leaves[place].shares for place in places])
        weights = np.array([leaves[place].value for place in places])
        filled = _fill(shares, m) * weights[:, None, None]
        for place, table in zip(places, filled, strict=True):
            tables[place] = table
    return tables


def _fill(shares: NDArray[np.float64], m: int) -> NDArray[np.float64]:
    """Tables of leaves of value 1 with `m` features, shape (n_leaves, 2 ** m, m)."""
    bits = ((np.arange(2**m)[:, None] >> np.arange(m)) & 1).astype(np.float64)
    orders = [factorial(size) * factorial(m - size - 1) / factorial(m) for size in range(m)]
    tables = np.empty((len(shares), 2**m, m))
    for j in range(m):
        # Sums of products over subsets by their size: the coefficients of a polynomial.
        sums = np.zeros((len(shares), 2**m, m))
        sums[:, :, 0] = 1.0
        for k in range(m):
            if k == j:
                continue
            without = sums * shares[:, None, k, None]
            without[:, :, 1:] += sums[:, :, :-1] * bits[None, :, k, None]
            sums = without
        tables[:, :, j] = (bits[None, :, j] - shares[:, None, j]) * (sums @ np.array(orders))
    return tables
