"""SHAP values of trees against Shapley's formula worked out over every subset of features."""

from itertools import combinations
from math import factorial

import numpy as np
import pytest

from regulars.predictions.families.boosting import LevelCodes, fit_histogram_trees, fit_lightgbm

NAN = float("nan")
CATEGORIES = np.array([False, True, False, True, True])


@pytest.fixture(scope="module")
def rows():
    generator = np.random.default_rng(0)
    n = 1_500
    columns = [
        generator.normal(size=n),
        generator.integers(0, 5, n),
        generator.normal(size=n),
        generator.integers(0, 2, n),
        generator.integers(0, 12, n),
    ]
    X = np.column_stack(columns).astype(float)
    X[generator.random(n) < 0.1, 0] = NAN
    X[generator.random(n) < 0.1, 1] = NAN
    log_odds = 2 * (X[:, 1] == 2) + np.nan_to_num(X[:, 0]) * X[:, 3] + (X[:, 4] > 8) - 1
    labels = (generator.random(n) < 1 / (1 + np.exp(-log_odds))).astype(float)
    return X, labels


def _expect(tree, turns, node, known):
    """The expectation of one tree when only the features `known` are known (algorithm 1)."""
    if tree.is_leaf[node]:
        return tree.value[node]
    if tree.feature[node] in known:
        child = tree.left[node] if turns[node, 0] else tree.right[node]
        return _expect(tree, turns, child, known)
    left, right = tree.left[node], tree.right[node]
    return (
        tree.cover[left] * _expect(tree, turns, left, known)
        + tree.cover[right] * _expect(tree, turns, right, known)
    ) / tree.cover[node]


def _shapley(trees, row, n_features):
    """Shapley's formula, subset by subset."""
    turns = [tree.goes_left(row[None, :]) for tree in trees]

    def worth(known):
        return sum(_expect(tree, turn, 0, known) for tree, turn in zip(trees, turns, strict=True))

    values = np.zeros(n_features)
    for j in range(n_features):
        others = [k for k in range(n_features) if k != j]
        for size in range(n_features):
            weight = factorial(size) * factorial(n_features - size - 1) / factorial(n_features)
            values[j] += weight * sum(
                worth({*subset, j}) - worth(set(subset)) for subset in combinations(others, size)
            )
    return values


def test_histogram_trees_are_explained_by_shapley_values(rows):
    X, labels = rows
    model = fit_histogram_trees(X, labels, CATEGORIES).pick(0)
    trees = model._explainer._trees
    order = model.order
    strange = np.array([[NAN, NAN, 0.1, 1.0, 99.0]])
    explained = np.concatenate([X[:4], strange])

    told = model.contributions(explained)

    arranged = model.model._preprocessor.transform(model._arrange(explained))
    expected = np.stack([_shapley(trees, row, 5) for row in arranged])
    np.testing.assert_allclose(told[:, order], expected, atol=1e-9)


@pytest.mark.parametrize("fit", [fit_lightgbm, fit_histogram_trees])
@pytest.mark.parametrize("position", [0, 3])
def test_contributions_and_one_constant_make_the_log_odds(rows, fit, position):
    X, labels = rows
    candidates = fit(X, labels, CATEGORIES)
    model = candidates.pick(position)

    constants = model.log_odds(X) - model.contributions(X).sum(axis=1)

    np.testing.assert_allclose(np.ptp(constants), 0, atol=1e-9)
    np.testing.assert_allclose(candidates.log_odds(X)[position], model.log_odds(X), atol=1e-9)


def test_both_boosters_agree_on_who_is_likely(rows):
    X, labels = rows

    light = fit_lightgbm(X, labels, CATEGORIES).pick(2)
    histogram = fit_histogram_trees(X, labels, CATEGORIES).pick(2)

    assert np.corrcoef(light.log_odds(X), histogram.log_odds(X))[0, 1] > 0.97
    contributions = [model.contributions(X)[:, 0] for model in (light, histogram)]
    assert np.corrcoef(*contributions)[0, 1] > 0.95


def test_a_column_of_which_nothing_is_known_is_survived(rows):
    X, labels = rows
    empty = np.column_stack([X, np.full(len(X), NAN)])

    model = fit_histogram_trees(empty, labels, np.append(CATEGORIES, False)).pick(0)

    assert model.contributions(empty)[:, 5].tolist() == [0.0] * len(X)


def test_rare_and_new_levels_share_a_code():
    codes = np.array([[0.0]] * 20 + [[1.0]] * 3 + [[2.0]] * 12 + [[NAN]])

    level_codes = LevelCodes.learn(codes, np.array([True]))

    told = level_codes.transform(np.array([[0.0], [1.0], [2.0], [7.0], [NAN]]))
    assert told[:4, 0].tolist() == [0.0, 2.0, 1.0, 2.0]
    assert np.isnan(told[4, 0])
