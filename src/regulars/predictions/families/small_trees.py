"""Trees of up to eight leaves walked by all customers at once, as bits of one byte.

Every split is asked of many customers in one comparison, and each tree keeps a byte a customer: a bit
for each leaf that can no longer be reached. Whoever goes right at a split cannot reach the leaves on
its left; the first leaf that is left over is the customer's (Lucchese, Nardini, Orlando, Perego,
Tonellotto and Venturini 2015, "QuickScorer", SIGIR, doi:10.1145/2766462.2767733). Splits that several
trees share are asked once. The numbers are those of LightGBM, to the last bit: the same comparisons,
and the leaves added up in the same order.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from lightgbm import Booster

__all__ = ["MOST_LEAVES", "SmallTrees", "read_small_trees"]

MOST_LEAVES = 8
"""A bit for each in one byte."""

_ROWS_AT_ONCE = 32_768
"""So many that a call of NumPy costs little of it, and that what is compared stays in the cache."""

_FIRST_LEFT = np.array(
    [next((i for i in range(MOST_LEAVES) if not gone >> i & 1), MOST_LEAVES) for gone in range(256)]
)
"""By the byte of the leaves that are ruled out the first one that is not."""

_Leans = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Split:
    """One question that trees ask.

    Attributes
    ----------
    column
        Of the matrix.
    bound
        A number up to this one goes left; None where codes are asked.
    codes
        These go left.
    unknown
        Where NaN goes.
    """

    column: int
    bound: float | None
    codes: tuple[int, ...]
    unknown: _Leans

    def send_right(self, values: NDArray[np.float64]) -> NDArray[np.uint8]:
        """1 for who goes right, 0 for who goes left."""
        if self.bound is None:
            right = values != (self.codes[0] if self.codes else np.nan)
            for code in self.codes[1:]:
                right &= values != code
        elif self.unknown == "left":
            right = values > self.bound
        else:
            # Not the same: NaN is neither above a bound nor up to it.
            right = ~(values <= self.bound)
        return right.view(np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class SmallTree:
    """A tree: the position of each of its splits, and which leaves going right there rules out.

    Attributes
    ----------
    splits
        Positions among the splits of all trees.
    ruled_out
        For each of them the bits of the leaves to its left.
    values
        The value of the first leaf that is left over, by the byte of those that are ruled out, shape
        (256,).
    """

    splits: tuple[int, ...]
    ruled_out: tuple[np.uint8, ...]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SmallTrees:
    """Trees of up to eight leaves, and the splits that they share."""

    splits: tuple[Split, ...]
    trees: tuple[SmallTree, ...]

    def predict(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of the leaves of each row, shape (n_customers,).

        Parameters
        ----------
        X
            Numbers and codes, shape (n_customers, n_features); the unknown as NaN.
        """
        summed = np.zeros(len(X))
        for start in range(0, len(X), _ROWS_AT_ONCE):
            end = start + _ROWS_AT_ONCE
            self._add_leaves(np.ascontiguousarray(X[start:end].T), summed[start:end])
        return summed

    def _add_leaves(self, columns: NDArray[np.float64], summed: NDArray[np.float64]) -> None:
        right = [split.send_right(columns[split.column]) for split in self.splits]
        gone, more = np.empty((2, len(summed)), np.uint8)
        leaf = np.empty(len(summed))
        for tree in self.trees:
            gone.fill(0)
            for position, bits in zip(tree.splits, tree.ruled_out, strict=True):
                np.multiply(right[position], bits, out=more)
                np.bitwise_or(gone, more, out=gone)
            # Every byte has its place among the values: nothing is clipped, and nothing is checked.
            np.take(tree.values, gone, out=leaf, mode="clip")
            np.add(summed, leaf, out=summed)


def read_small_trees(booster: "Booster", n_trees: int) -> SmallTrees | None:
    """The first `n_trees` of a booster of LightGBM; None where they cannot be walked so.

    That is where a tree has more than eight leaves, or lines in its leaves, or takes zero for
    unknown.
    """
    if int(booster.params.get("num_leaves", MOST_LEAVES + 1)) > MOST_LEAVES:
        return None
    reader = _Reader()
    told = booster.dump_model(num_iteration=n_trees)["tree_info"]
    trees = [reader.read(each["tree_structure"]) for each in told]
    known = tuple(tree for tree in trees if tree is not None)
    return SmallTrees(tuple(reader.splits), known) if len(known) == len(trees) else None


class _Reader:
    """Reads trees one after another, and numbers their splits."""

    def __init__(self) -> None:
        self.splits: dict[Split, int] = {}

    def read(self, root: dict[str, Any]) -> SmallTree | None:
        """One tree; None where it cannot be walked by bits."""
        asked: list[tuple[Split, int]] = []
        leaves = _list_leaves(root, asked)
        if leaves is None or len(leaves) > MOST_LEAVES:
            return None
        places = [self.splits.setdefault(split, len(self.splits)) for split, _ in asked]
        return SmallTree(tuple(places), tuple(np.uint8(bits) for _, bits in asked), _spread(leaves))


def _list_leaves(
    node: dict[str, Any], asked: list[tuple[Split, int]], first: int = 0
) -> list[float] | None:
    """The leaves below a node from left to right, of which the first is the tree's number `first`."""
    if "split_feature" not in node:
        return None if "leaf_const" in node else [float(node["leaf_value"])]
    split = _read_split(node)
    left = _list_leaves(node["left_child"], asked, first)
    if split is None or left is None:
        return None
    asked.append((split, ((1 << len(left)) - 1) << first))
    right = _list_leaves(node["right_child"], asked, first + len(left))
    return None if right is None else left + right


def _read_split(node: dict[str, Any]) -> Split | None:
    column, missing = int(node["split_feature"]), node["missing_type"]
    if node["decision_type"] == "==":
        codes = tuple(int(code) for code in str(node["threshold"]).split("||") if code)
        return Split(column, None, codes, "right")
    if missing == "Zero":
        return None
    bound = float(node["threshold"])
    # Where training knew no gaps LightGBM takes one for a zero.
    is_left = node["default_left"] if missing == "NaN" else bound >= 0
    return Split(column, bound, (), "left" if is_left else "right")


def _spread(leaves: list[float]) -> NDArray[np.float64]:
    """By the byte of the leaves that are ruled out the value of the first one that is not."""
    padded = np.zeros(MOST_LEAVES + 1)
    padded[: len(leaves)] = leaves
    return np.asarray(padded[_FIRST_LEFT])
