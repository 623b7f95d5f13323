"""The reasons against an independent implementation of SHAP values: the `shap` package."""

import numpy as np
import pytest
import shap

from regulars.predictions.families.boosting import fit_histogram_trees, fit_lightgbm
from regulars.predictions.families.many_levels import keep_levels
from regulars.predictions.families.models import fit_logistic_path, fit_naive_bayes
from regulars.predictions.fitting.scorers import fit_scorer
from regulars.predictions.fitting.training import TrainingRows, prepare_lesson

pytestmark = pytest.mark.slow

CLOSE = 1e-6


@pytest.fixture(scope="module")
def rows():
    """1,500 customers: numbers with gaps, two categories, one with many levels."""
    chance = np.random.default_rng(3)
    n = 1_500
    X = np.column_stack(
        [
            chance.normal(size=n),
            chance.integers(0, 5, n).astype(float),
            chance.gamma(2.0, size=n),
            chance.integers(0, 2, n).astype(float),
            chance.integers(0, 12, n).astype(float),
        ]
    )
    X[chance.random(n) < 0.1, 0] = np.nan
    X[chance.random(n) < 0.1, 1] = np.nan
    log_odds = 2 * (X[:, 1] == 2) + np.nan_to_num(X[:, 0]) * X[:, 3] + (X[:, 4] > 8) - X[:, 2] / 3
    labels = (chance.random(n) < 1 / (1 + np.exp(-log_odds))).astype(float)
    return X, labels, np.array([False, True, False, True, True])


def read_trees(booster, n_trees):
    """The trees of a booster without categories, as `shap` takes them: it asks LightGBM nothing."""
    return {
        "trees": [
            read_tree(tree["tree_structure"])
            for tree in booster.dump_model()["tree_info"][:n_trees]
        ],
        "input_dtype": np.float64,
        "internal_dtype": np.float64,
    }


def read_tree(root):
    nodes = []

    def add(node):
        place = len(nodes)
        nodes.append(None)
        if "leaf_value" in node:
            nodes[place] = (-1, -1, -1, -1, 0.0, node["leaf_value"], node.get("leaf_count", 0))
            return place
        left, right = add(node["left_child"]), add(node["right_child"])
        default = left if node["default_left"] else right
        weight = node["internal_count"]
        nodes[place] = (left, right, default, node["split_feature"], node["threshold"], 0.0, weight)
        return place

    add(root)
    names = ("children_left", "children_right", "children_default", "feature", "threshold")
    read = {
        name: np.array(column)
        for name, column in zip(names, zip(*nodes, strict=True), strict=False)
    }
    values, weights = (np.array([node[place] for node in nodes], float) for place in (5, 6))
    return read | {"value": values[:, None], "node_sample_weight": weights}


def explain_trees(model, X):
    explainer = shap.TreeExplainer(
        read_trees(model.booster, model.n_trees), feature_perturbation="tree_path_dependent"
    )
    return explainer.shap_values(X, check_additivity=False)


def test_lightgbm_gives_the_values_of_the_tree_explainer(rows):
    X, labels, _ = rows
    model = fit_lightgbm(X, labels, np.zeros(5, dtype=bool)).pick(1)

    told = explain_trees(model, X[:300])

    assert np.abs(told).max() > 0.5
    assert np.abs(model.contributions(X[:300]) - told).max() < CLOSE


def test_the_trees_of_scikit_learn_give_the_values_of_the_tree_explainer(rows):
    X, labels, _ = rows
    numbers = X[:, [0, 2, 3]]
    rounds = fit_histogram_trees(numbers, labels, np.zeros(3, dtype=bool))
    model = rounds.pick(3)

    told = shap.TreeExplainer(rounds.model).shap_values(numbers[:300, rounds.order])

    own = model.contributions(numbers[:300])[:, rounds.order]
    assert np.abs(own - told).max() < CLOSE


def test_logistic_regression_gives_the_values_of_the_linear_explainer(rows):
    X, labels, is_category = rows
    model = fit_logistic_path(X, labels, is_category).pick(2)
    design = np.asarray(model.design.transform(X))

    masker = shap.maskers.Independent(design, max_samples=len(design))
    explainer = shap.LinearExplainer((model.coefficients, model.intercept), masker)
    by_column = explainer.shap_values(design[:300])

    told = np.zeros((300, X.shape[1]))
    np.add.at(told.T, model.design.source_, by_column.T)
    assert np.abs(model.contributions(X[:300]) - told).max() < CLOSE


def test_naive_bayes_gives_the_values_of_the_exact_explainer(rows):
    X, labels, is_category = rows[0][:300], rows[1][:300], rows[2]
    model = fit_naive_bayes(X, labels, is_category).pick(0)

    masker = shap.maskers.Independent(X, max_samples=len(X))
    told = shap.ExactExplainer(model.log_odds, masker)(X[:5]).values

    assert np.abs(model.contributions(X[:5]) - told).max() < CLOSE


def test_a_calibrated_score_scales_them_with_its_line(rows):
    X, labels, _ = rows
    learnt = TrainingRows(X, labels, np.arange(len(X)), np.zeros(5, dtype=bool))
    scorer = fit_scorer(prepare_lesson(learnt, random_state=0), keep_levels(fit_lightgbm)).scorer

    told = scorer.slope * explain_trees(scorer.model, X[:300])

    assert np.abs(scorer.contributions(X[:300]) - told).max() < CLOSE
