"""Trees walked by bits give what LightGBM gives, to the last bit."""

import lightgbm
import numpy as np
import pytest

from regulars.predictions.families import boosting
from regulars.predictions.families.boosting import fit_lightgbm
from regulars.predictions.families.small_trees import read_small_trees

ODD = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-36, -1e-36, 1e300]


def make_rows(n, *, seed, has_gaps):
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(n, 3)).round(1)
    levels = np.stack([rng.integers(0, 30, n), rng.integers(0, 5, n)], axis=1)
    rows = np.concatenate([numbers, levels], axis=1).astype(float)
    labels = rng.random(n) < 1 / (1 + np.exp(-rows[:, 0] - np.sin(rows[:, 3]) - (rows[:, 4] == 2)))
    if has_gaps:
        rows[rng.random(rows.shape) < 0.1] = np.nan
    return rows, labels.astype(float)


def grow(rows, labels, **settings):
    usual = {"objective": "binary", "num_leaves": 8, "verbosity": -1, "num_threads": 1}
    rows_told = lightgbm.Dataset(rows, labels, categorical_feature=[3, 4])
    return lightgbm.train(usual | settings, rows_told, num_boost_round=30)


@pytest.mark.parametrize("has_gaps", [False, True])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"num_leaves": 3},
        {"use_missing": False},
        {"max_cat_to_onehot": 1, "min_data_per_group": 5, "cat_smooth": 1},
        {"boost_from_average": False, "min_gain_to_split": 3},
    ],
    ids=lambda settings: "-".join(settings) or "usual",
)
def test_the_sums_are_those_of_lightgbm(settings, has_gaps):
    rows, labels = make_rows(700, seed=1, has_gaps=has_gaps)
    booster = grow(rows, labels, **settings)
    asked, _ = make_rows(500, seed=2, has_gaps=True)
    asked[: len(ODD), 0] = ODD

    trees = read_small_trees(booster, 20)

    told = booster.predict(asked, raw_score=True, num_iteration=20)
    assert trees.predict(asked).tolist() == told.tolist()


@pytest.mark.parametrize(
    "settings", [{"num_leaves": 9}, {"zero_as_missing": True}, {"linear_tree": True}]
)
def test_other_trees_are_left_to_lightgbm(settings):
    rows, labels = make_rows(700, seed=1, has_gaps="linear_tree" not in settings)

    assert read_small_trees(grow(rows, labels, **settings), 20) is None


def test_many_customers_are_scored_as_a_few_are(monkeypatch):
    rows, labels = make_rows(700, seed=3, has_gaps=True)
    rows[:, 3] %= 4
    model = fit_lightgbm(rows, labels, np.array([False, False, False, True, True]), only=0).pick(0)
    few = model.log_odds(rows)

    monkeypatch.setattr(boosting, "_MANY_ROWS", 1)

    assert model.log_odds(rows).tolist() == few.tolist()


def test_no_customers_have_no_sums():
    rows, labels = make_rows(700, seed=1, has_gaps=False)

    assert read_small_trees(grow(rows, labels), 20).predict(rows[:0]).tolist() == []
