"""Gradient boosting with strong regularisation: LightGBM and scikit-learn's histogram trees."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from regulars.predictions.families.growing import SEED, grow_trees
from regulars.predictions.families.small_trees import SmallTrees, read_small_trees
from regulars.predictions.families.tree_shap import DecisionTree, TreeExplainer

if TYPE_CHECKING:
    from lightgbm import Booster
    from sklearn.ensemble import HistGradientBoostingClassifier

__all__ = [
    "COLUMN_SHARE",
    "LARGE_TREES",
    "ROW_SHARE",
    "SMALL_TREES",
    "STEP",
    "HistogramModel",
    "LevelCodes",
    "LightgbmModel",
    "TreeSize",
    "count_rows_in_leaf",
    "find_size",
    "fit_histogram_trees",
    "fit_lightgbm",
    "list_rounds",
    "predict_stages",
    "weigh_penalty",
]

# Small steps, small trees, large leaves and half of the columns a tree: on flat customer files the
# usual settings of boosting lose to a straight line (ADR on the models).
STEP = 0.05
_PENALTY = 13.0
COLUMN_SHARE = 0.5
ROW_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class TreeSize:
    """How large trees grow, and after how many of them they are looked at, all in one fit."""

    leaves: int
    rows_in_leaf: int
    rounds: tuple[int, ...]


SMALL_TREES = TreeSize(leaves=8, rows_in_leaf=40, rounds=(50, 100, 200, 300))
LARGE_TREES = TreeSize(leaves=31, rows_in_leaf=20, rounds=(50, 100, 200, 400))
"""For data where many things must come together."""

_LONG_STEP = 0.1
_FEWER_ROUNDS = (25, 50, 100, 150)
"""Of scikit-learn, whose trees cost several times as much: half as many, twice the step."""

_MANY_ROWS = 10_000
"""From so many on it pays to read the trees anew, or to start threads."""

_MANY_EXPLAINED = 1_000
"""The same where each row takes a hundred times as long."""

_MOST_LEVELS = 60
_FEWEST_IN_LEVEL = 10


class LevelCodes:
    """Categories as small codes: frequent levels from 0, all others share the last one.

    A level of fewer than 10 customers, beyond the 60 most frequent, or never seen before is one of
    the others; the unknown stays NaN. A tree could learn such levels by heart.

    Parameters
    ----------
    known
        For each column with codes those that keep one of their own, sorted.
    """

    def __init__(self, known: Mapping[int, NDArray[np.float64]]) -> None:
        self.known = dict(known)
        frequent = [column for column, codes in self.known.items() if len(codes) > 2]
        self.columns = np.array(frequent, np.int64)
        """Columns with three levels or more; two are a number to a tree."""

    @classmethod
    def learn(cls, X: NDArray[np.float64], is_category: NDArray[np.bool_]) -> Self:
        """The codes of training rows.

        Parameters
        ----------
        X
            Codes and numbers, shape (n_customers, n_features).
        is_category
            Which columns hold codes.
        """
        return cls({int(j): _list_frequent(X[:, j]) for j in np.flatnonzero(is_category)})

    def transform(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """The columns with their codes replaced."""
        coded = np.array(X)
        for column, known in self.known.items():
            if len(known) and known[-1] == len(known) - 1:
                # Codes count from 0, so these are all up to the last one, and stand for themselves.
                np.minimum(X[:, column], len(known), out=coded[:, column])
                continue
            present = ~np.isnan(X[:, column])
            values = X[present, column]
            place = np.minimum(np.searchsorted(known, values), max(len(known) - 1, 0))
            is_known = known[place] == values if len(known) else np.zeros(len(values), dtype=bool)
            coded[present, column] = np.where(is_known, place, len(known))
        return coded


def _list_frequent(codes: NDArray[np.float64]) -> NDArray[np.float64]:
    levels, counts = np.unique(codes[~np.isnan(codes)], return_counts=True)
    frequent = np.argsort(-counts, kind="stable")[:_MOST_LEVELS]
    return np.sort(levels[frequent[counts[frequent] >= _FEWEST_IN_LEVEL]])


def list_rounds(tried: tuple[int, ...], n_trees: int) -> list[int]:
    """Numbers of trees to try when only so many could be grown."""
    return [min(rounds, n_trees) for rounds in tried]


def count_rows_in_leaf(n_rows: int, usual: int) -> int:
    """Fewer where there are few rows, so that a tree can be grown at all."""
    return max(5, min(usual, n_rows // 20))


def weigh_penalty(labels: NDArray[np.float64]) -> float:
    """The L2 penalty: a row weighs p (1 - p) in a leaf, and a rare outcome is not to be forbidden."""
    rate = float(np.mean(labels))
    return 4 * rate * (1 - rate) * _PENALTY


@dataclass(frozen=True, eq=False)
class LightgbmModel:
    """A LightGBM booster of `n_trees` trees."""

    booster: "Booster"
    codes: LevelCodes
    n_trees: int

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds, shape (n_customers,)."""
        coded = self.codes.transform(X)
        is_large = len(coded) >= _MANY_ROWS
        if is_large and self._small_trees is not None:
            return self._small_trees.predict(coded)
        threads = _spread() if is_large else {}
        told = self.booster.predict(coded, raw_score=True, num_iteration=self.n_trees, **threads)
        return np.asarray(told, np.float64)

    def contributions(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """SHAP values by LightGBM itself, shape (n_customers, n_features)."""
        coded = self.codes.transform(X)
        threads = _spread() if len(coded) >= _MANY_EXPLAINED else {}
        told = self.booster.predict(coded, pred_contrib=True, num_iteration=self.n_trees, **threads)
        return np.asarray(told, np.float64).reshape(len(X), -1)[:, :-1]

    @cached_property
    def _small_trees(self) -> SmallTrees | None:
        return read_small_trees(self.booster, self.n_trees)


def _spread() -> dict[str, Any]:
    """Every core: LightGBM would go on with the one of the last training, and rows do not wait."""
    return {"num_threads": os.cpu_count() or 1}


@dataclass(frozen=True, slots=True, eq=False)
class LightgbmRounds:
    """Boosters of small and of large trees, each looked at after several numbers of trees."""

    boosters: dict[TreeSize, "Booster"]
    codes: LevelCodes

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds by each candidate, shape (n_candidates, n_customers)."""
        coded = self.codes.transform(X)
        return np.concatenate(
            [
                predict_stages(booster, coded, list_rounds(size.rounds, booster.num_trees()))
                for size, booster in self.boosters.items()
            ]
        )

    def pick(self, position: int) -> LightgbmModel:
        """One of the boosters with one of the numbers of trees."""
        size, place = find_size(position)
        booster = self.boosters[size]
        return LightgbmModel(
            booster, self.codes, list_rounds(size.rounds, booster.num_trees())[place]
        )


def find_size(position: int) -> tuple[TreeSize, int]:
    """The size of the trees of one candidate, and its place among those of that size."""
    n_small = len(SMALL_TREES.rounds)
    return (SMALL_TREES, position) if position < n_small else (LARGE_TREES, position - n_small)


def predict_stages(
    booster: "Booster", coded: NDArray[np.float64], rounds: list[int]
) -> NDArray[np.float64]:
    """Raw log-odds after each number of trees, shape (n_rounds, n_customers)."""
    # Each stage adds its own trees to the sum so far, so no tree is walked twice.
    scored = np.zeros((len(rounds), len(coded)))
    for stage, (start, end) in enumerate(pairwise([0, *rounds])):
        if end > start:
            added = booster.predict(
                coded, raw_score=True, start_iteration=start, num_iteration=end - start
            )
            scored[stage] = np.asarray(added, np.float64)
    return np.cumsum(scored, axis=0)


def fit_lightgbm(
    X: NDArray[np.float64],
    labels: NDArray[np.float64],
    is_category: NDArray[np.bool_],
    *,
    only: int | None = None,
    monotone: NDArray[np.int64] | None = None,
) -> LightgbmRounds:
    """LightGBM (Ke et al. 2017): small trees after 50 to 300 of them, large ones after 50 to 400."""
    codes = LevelCodes.learn(X, is_category)
    coded = codes.transform(X)
    grown = {SMALL_TREES: SMALL_TREES.rounds[-1], LARGE_TREES: LARGE_TREES.rounds[-1]}
    if only is not None:
        size, place = find_size(only)
        grown = {size: size.rounds[place]}
    boosters = {
        size: _grow(coded, labels, codes, size, n_trees, monotone)
        for size, n_trees in grown.items()
    }
    return LightgbmRounds(boosters, codes)


def _grow(
    coded: NDArray[np.float64],
    labels: NDArray[np.float64],
    codes: LevelCodes,
    size: TreeSize,
    n_trees: int,
    monotone: NDArray[np.int64] | None,
) -> "Booster":
    settings: dict[str, object] = {
        "objective": "binary",
        "learning_rate": STEP,
        "num_leaves": size.leaves,
        "min_data_in_leaf": count_rows_in_leaf(len(coded), size.rows_in_leaf),
        "lambda_l2": weigh_penalty(labels),
        "feature_fraction": COLUMN_SHARE,
        "bagging_fraction": ROW_SHARE,
        "bagging_freq": 1,
        "max_cat_to_onehot": SMALL_TREES.leaves,
    }
    return grow_trees(
        coded, labels, settings, n_trees=n_trees, categories=codes.columns, monotone=monotone
    )


class HistogramModel:
    """Scikit-learn's histogram trees, the first `n_trees` of them.

    Parameters
    ----------
    model
        Fitted on codes whose categories stand first.
    codes
        Of the categories.
    order
        Columns of `X` in the order of the model.
    n_trees
        How many trees count.
    """

    def __init__(
        self,
        model: "HistGradientBoostingClassifier",
        codes: LevelCodes,
        order: NDArray[np.int64],
        n_trees: int,
    ) -> None:
        self.model = model
        self.codes = codes
        self.order = order
        self.n_trees = n_trees

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds, shape (n_customers,)."""
        staged = self.model.staged_decision_function(self._arrange(X))
        for count, raw in enumerate(staged, start=1):
            if count == self.n_trees:
                return np.asarray(raw, np.float64).reshape(len(X))
        return np.asarray(self.model.decision_function(self._arrange(X)), np.float64)

    def contributions(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """SHAP values of the trees, shape (n_customers, n_features)."""
        rows = self._arrange(X)
        # Its own encoder numbers the categories anew.
        encoder = self.model._preprocessor  # noqa: SLF001 - there is no public way to the trees
        told = self._explainer.explain(rows if encoder is None else encoder.transform(rows))
        contributions = np.zeros(X.shape)
        contributions[:, self.order] = told
        return contributions

    @cached_property
    def _explainer(self) -> TreeExplainer:
        grown = self.model._predictors[: self.n_trees]  # noqa: SLF001 - as above
        trees = [_read_tree(predictor) for (predictor,) in grown]
        return TreeExplainer(trees, n_features=len(self.order))

    def _arrange(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.codes.transform(X)[:, self.order]


def _read_tree(predictor: object) -> DecisionTree:
    """A tree of scikit-learn as ours."""
    nodes: NDArray[np.void] = predictor.nodes  # type: ignore[attr-defined] # sklearn ships no types
    bitsets: NDArray[np.uint32] = predictor.raw_left_cat_bitsets  # type: ignore[attr-defined] # as above

    def goes_left(rows: NDArray[np.float64]) -> NDArray[np.bool_]:
        turns = np.zeros((len(nodes), len(rows)), dtype=bool)
        for number, node in enumerate(nodes):
            if node["is_leaf"]:
                continue
            values = rows[:, node["feature_idx"]]
            missing = np.isnan(values)
            if node["is_categorical"]:
                code = np.where(missing, 0, values).astype(np.int64)
                left = (bitsets[node["bitset_idx"]][code // 32] >> (code % 32)) & 1 == 1
            else:
                left = values <= node["num_threshold"]
            turns[number] = np.where(missing, bool(node["missing_go_to_left"]), left)
        return turns

    return DecisionTree(
        feature=nodes["feature_idx"].astype(np.int64),
        left=nodes["left"].astype(np.int64),
        right=nodes["right"].astype(np.int64),
        value=nodes["value"],
        cover=nodes["count"].astype(np.float64),
        is_leaf=nodes["is_leaf"].astype(bool),
        goes_left=goes_left,
    )


@dataclass(frozen=True, slots=True, eq=False)
class HistogramRounds:
    """One ensemble, looked at after several numbers of trees."""

    model: "HistGradientBoostingClassifier"
    codes: LevelCodes
    order: NDArray[np.int64]

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds by each candidate, shape (n_candidates, n_customers)."""
        staged = dict(enumerate(self._stage(X), start=1))
        return np.stack(
            [staged[n].reshape(len(X)) for n in list_rounds(_FEWER_ROUNDS, len(staged))]
        )

    def pick(self, position: int) -> HistogramModel:
        """The ensemble with one of the numbers of trees."""
        n_trees = list_rounds(_FEWER_ROUNDS, self.model.n_iter_)[position]
        return HistogramModel(self.model, self.codes, self.order, n_trees)

    def _stage(self, X: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
        return self.model.staged_decision_function(self.codes.transform(X)[:, self.order])


def fit_histogram_trees(
    X: NDArray[np.float64],
    labels: NDArray[np.float64],
    is_category: NDArray[np.bool_],
    *,
    only: int | None = None,
    monotone: NDArray[np.int64] | None = None,
) -> HistogramRounds:
    """Scikit-learn's histogram gradient boosting, looked at after 25 to 150 trees."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    codes = LevelCodes.learn(X, is_category)
    # Scikit-learn cannot bin a column of which nothing at all is known.
    known = np.flatnonzero(~np.isnan(X).all(axis=0))
    others = np.setdiff1d(known, codes.columns)
    order = np.concatenate([codes.columns, others])
    model = HistGradientBoostingClassifier(
        learning_rate=_LONG_STEP,
        max_iter=_FEWER_ROUNDS[-1 if only is None else only],
        max_leaf_nodes=SMALL_TREES.leaves,
        min_samples_leaf=count_rows_in_leaf(len(X), SMALL_TREES.rows_in_leaf),
        l2_regularization=weigh_penalty(labels),
        max_features=COLUMN_SHARE,
        early_stopping=False,
        categorical_features=list(range(len(codes.columns))) or None,
        monotonic_cst=None if monotone is None else monotone[order],
        random_state=SEED,
    )
    return HistogramRounds(model.fit(codes.transform(X)[:, order], labels), codes, order)
