"""Categories of many levels, of which no model can look at each."""

import numpy as np
import pytest

from regulars.evaluate.metrics import roc_auc
from regulars.predictions.comparing.validation import fit_model
from regulars.predictions.families.many_levels import LevelWeights, find_many_levels
from regulars.predictions.fitting.training import TrainingRows

N = 6_000


@pytest.fixture
def cities():
    """Customers of 600 cities, each with its own share of those who leave, and noise."""
    generator = np.random.default_rng(2)
    city = generator.integers(0, 600, N)
    left = generator.random(N) < 1 / (1 + np.exp(-generator.normal(-1, 1.5, 600)[city]))
    X = np.column_stack([city, generator.normal(size=N)]).astype(float)
    rows = TrainingRows(X, left.astype(float), np.arange(N), np.array([True, False]))
    return rows.take(np.arange(N) < 4_500), rows.take(np.arange(N) >= 4_500)


@pytest.mark.parametrize("name", ["logistic", "lightgbm", "histogram_trees"])
def test_a_model_knows_more_levels_than_it_can_look_at(cities, name):
    learnt, others = cities

    scorer = fit_model(name, learnt, 1)

    assert roc_auc(others.labels, scorer.log_odds(others.X)) > 0.72


@pytest.mark.parametrize("name", ["logistic", "lightgbm", "histogram_trees"])
def test_the_reasons_still_add_up_to_the_score(cities, name):
    learnt, others = cities
    scorer = fit_model(name, learnt, 1)

    rest = scorer.log_odds(others.X) - scorer.contributions(others.X).sum(axis=1)

    assert np.ptp(rest) < 1e-6


def test_levels_without_meaning_tell_a_model_nothing():
    generator = np.random.default_rng(3)
    X = generator.integers(0, 2_000, (N, 1)).astype(float)
    labels = (generator.random(N) < 0.3).astype(float)

    _, learnt = LevelWeights.learn(X, labels, np.arange(N), np.array([0]))

    # Out of fold: a customer's own outcome is not in the weight of their level.
    assert abs(roc_auc(labels, learnt[:, 0]) - 0.5) < 0.03


def test_the_unknown_and_what_was_never_seen_have_a_weight(cities):
    learnt, _ = cities
    X = np.array(learnt.X)
    X[::10, 0] = np.nan
    weights, _ = LevelWeights.learn(
        X, learnt.labels, learnt.groups, find_many_levels(X, learnt.is_category)
    )

    told = weights.transform(np.array([[np.nan, 0.0], [9_999.0, 0.0]]))

    rate = learnt.labels.mean()
    assert np.isfinite(told).all()
    assert told[1, 0] == pytest.approx(np.log(rate / (1 - rate)))


def test_few_levels_stay_as_they_are():
    X = np.tile([[0.0], [1.0], [2.0]], (40, 1))

    assert find_many_levels(X, np.array([True])).tolist() == []
