"""Gradient boosting by XGBoost and by CatBoost, with the same regularisation; both are extras."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from regulars.predictions.families.boosting import (
    COLUMN_SHARE,
    LARGE_TREES,
    ROW_SHARE,
    SMALL_TREES,
    STEP,
    LevelCodes,
    TreeSize,
    count_rows_in_leaf,
    find_size,
    list_rounds,
    weigh_penalty,
)
from regulars.predictions.families.growing import SEED
from regulars.predictions.families.rescaling import share_out_rest

if TYPE_CHECKING:
    from catboost import CatBoostClassifier, Pool
    from xgboost import Booster, DMatrix

__all__ = ["CatboostModel", "XgboostModel", "fit_catboost", "fit_xgboost"]

_CATBOOST_ROUNDS = (50, 100, 200, 300)
_CATBOOST_STEP = 0.08
_CATBOOST_DEPTH = 4
_CATBOOST_PENALTY = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class XgboostModel:
    """An XGBoost booster of `n_trees` trees."""

    booster: "Booster"
    codes: LevelCodes
    n_trees: int

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds, shape (n_customers,)."""
        return self._score(_lay_out(X, self.codes))

    def contributions(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """SHAP values by XGBoost itself, shape (n_customers, n_features).

        It adds up in single precision; what is left to the log-odds is shared out.
        """
        matrix = _lay_out(X, self.codes)
        told = self.booster.predict(matrix, pred_contribs=True, iteration_range=(0, self.n_trees))
        told = np.asarray(told, np.float64).reshape(len(X), -1)
        return share_out_rest(told[:, :-1], self._score(matrix) - told[:, -1])

    def _score(self, matrix: "DMatrix") -> NDArray[np.float64]:
        raw = self.booster.predict(matrix, output_margin=True, iteration_range=(0, self.n_trees))
        return np.asarray(raw, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class XgboostRounds:
    """Boosters of small and of large trees, each looked at after several numbers of trees."""

    boosters: dict[TreeSize, "Booster"]
    codes: LevelCodes

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds by each candidate, shape (n_candidates, n_customers)."""
        matrix = _lay_out(X, self.codes)
        return np.stack(
            [
                np.asarray(
                    booster.predict(matrix, output_margin=True, iteration_range=(0, rounds)),
                    np.float64,
                )
                for size, booster in self.boosters.items()
                for rounds in size.rounds
            ]
        )

    def pick(self, position: int) -> XgboostModel:
        """One of the boosters with one of the numbers of trees."""
        size, place = find_size(position)
        return XgboostModel(self.boosters[size], self.codes, size.rounds[place])


def _lay_out(
    X: NDArray[np.float64], codes: LevelCodes, labels: NDArray[np.float64] | None = None
) -> "DMatrix":
    from xgboost import DMatrix

    kinds = ["q"] * X.shape[1]
    for column in codes.columns:
        kinds[column] = "c"
    coded = codes.transform(X)
    return DMatrix(coded, labels, feature_types=kinds, enable_categorical=True, nthread=1)


def fit_xgboost(
    X: NDArray[np.float64],
    labels: NDArray[np.float64],
    is_category: NDArray[np.bool_],
    *,
    only: int | None = None,
    monotone: NDArray[np.int64] | None = None,
) -> XgboostRounds:
    """XGBoost (Chen and Guestrin 2016, doi:10.1145/2939672.2939785), trees as for LightGBM."""
    import xgboost

    codes = LevelCodes.learn(X, is_category)
    matrix = _lay_out(X, codes, labels)
    grown = {SMALL_TREES: SMALL_TREES.rounds[-1], LARGE_TREES: LARGE_TREES.rounds[-1]}
    if only is not None:
        size, place = find_size(only)
        grown = {size: size.rounds[place]}
    # A row weighs p (1 - p) to XGBoost, in a leaf as in the penalty.
    weight = float(labels.mean() * (1 - labels.mean()))
    boosters = {}
    for size, n_trees in grown.items():
        settings: dict[str, object] = {
            "objective": "binary:logistic",
            "tree_method": "hist",
            "grow_policy": "lossguide",
            "max_depth": 0,
            "max_leaves": size.leaves,
            "eta": STEP,
            "min_child_weight": weight * count_rows_in_leaf(len(X), size.rows_in_leaf),
            "lambda": weigh_penalty(labels),
            "subsample": ROW_SHARE,
            "colsample_bytree": COLUMN_SHARE,
            "max_cat_to_onehot": size.leaves,
            "seed": SEED,
            "nthread": 1,
            "verbosity": 0,
        }
        if monotone is not None:
            settings["monotone_constraints"] = tuple(monotone.tolist())
        boosters[size] = xgboost.train(settings, matrix, num_boost_round=n_trees)
    return XgboostRounds(boosters, codes)


@dataclass(frozen=True, slots=True, eq=False)
class CatboostModel:
    """A CatBoost model, cut to the trees that count.

    Attributes
    ----------
    model
        Fitted on the numbers first and then the categories.
    codes
        Of the categories.
    """

    model: "CatBoostClassifier"
    codes: LevelCodes

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds, shape (n_customers,)."""
        raw = self.model.predict(
            _pool(X, self.codes), prediction_type="RawFormulaVal", thread_count=1
        )
        return np.asarray(raw, np.float64)

    def contributions(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """SHAP values by CatBoost itself, shape (n_customers, n_features)."""
        told = self.model.get_feature_importance(
            _pool(X, self.codes), type="ShapValues", thread_count=1
        )
        contributions = np.empty(X.shape)
        contributions[:, _order(X, self.codes)] = np.asarray(told, np.float64)[:, :-1]
        return contributions


@dataclass(frozen=True, slots=True, eq=False)
class CatboostRounds:
    """One model, looked at after several numbers of trees."""

    model: "CatBoostClassifier"
    codes: LevelCodes

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds by each candidate, shape (n_candidates, n_customers)."""
        pool, rounds = _pool(X, self.codes), self._rounds()
        stages = [
            self.model.predict(pool, prediction_type="RawFormulaVal", ntree_end=end, thread_count=1)
            for end in rounds
        ]
        return np.stack(stages).astype(np.float64)

    def pick(self, position: int) -> CatboostModel:
        """The model with one of the numbers of trees."""
        cut, rounds = self.model.copy(), self._rounds()[position]
        # Where nothing is to be learnt there is next to no tree, and none to cut.
        if rounds < cut.tree_count_:
            cut.shrink(rounds)
        return CatboostModel(cut, self.codes)

    def _rounds(self) -> list[int]:
        return list_rounds(_CATBOOST_ROUNDS, self.model.tree_count_)


def fit_catboost(
    X: NDArray[np.float64],
    labels: NDArray[np.float64],
    is_category: NDArray[np.bool_],
    *,
    only: int | None = None,
    monotone: NDArray[np.int64] | None = None,
) -> CatboostRounds:
    """CatBoost (Prokhorenkova et al. 2018, arXiv:1706.09516), looked at after 50 to 300 trees.

    Of categories it learns shares in an order of its own, so that no row has a part in its own.
    """
    from catboost import CatBoostClassifier

    X = _vary(X)
    codes = LevelCodes.learn(X, is_category)
    model = CatBoostClassifier(
        iterations=_CATBOOST_ROUNDS[-1 if only is None else only],
        learning_rate=_CATBOOST_STEP,
        depth=_CATBOOST_DEPTH,
        l2_leaf_reg=_CATBOOST_PENALTY,
        rsm=COLUMN_SHARE,
        random_seed=SEED,
        thread_count=1,
        verbose=False,
        allow_writing_files=False,
        monotone_constraints=None if monotone is None else monotone[_order(X, codes)].tolist(),
    )
    return CatboostRounds(model.fit(_pool(X, codes, labels)), codes)


def _vary(X: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rows; where all are the same, which CatBoost refuses, with a first column that says nothing."""
    first = X[:1]
    is_same = np.equal(X, first) | (np.isnan(X) & np.isnan(first))
    if not is_same.all():
        return X
    varied = np.array(X)
    varied[:, 0] = np.arange(len(X)) % 2
    return varied


def _order(X: NDArray[np.float64], codes: LevelCodes) -> NDArray[np.int64]:
    """The columns as CatBoost is given them: numbers first."""
    return np.concatenate([np.setdiff1d(np.arange(X.shape[1]), codes.columns), codes.columns])


def _pool(
    X: NDArray[np.float64], codes: LevelCodes, labels: NDArray[np.float64] | None = None
) -> "Pool":
    from catboost import FeaturesData, Pool

    coded = codes.transform(X)
    numbers = np.delete(coded, codes.columns, axis=1)
    levels = coded[:, codes.columns]
    words = np.where(np.isnan(levels), -1, levels).astype(np.int64).astype("S")
    told = FeaturesData(
        num_feature_data=np.ascontiguousarray(numbers, np.float32) if numbers.shape[1] else None,
        cat_feature_data=words.astype(object) if levels.shape[1] else None,
    )
    return Pool(told, labels)
