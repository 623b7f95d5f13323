"""Every family of models on the same customers: it scores whatever comes, and its reasons add up."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.special import expit

from regulars.evaluate.metrics import log_loss, roc_auc
from regulars.predictions.comparing.validation import fit_models
from regulars.predictions.families.network import fit_network
from regulars.predictions.families.one_feature import fit_one_feature
from regulars.predictions.fitting.roster import FAMILIES
from regulars.predictions.fitting.training import TrainingRows, prepare_lesson

pytestmark = pytest.mark.slow

NAN = float("nan")
CATEGORIES = np.array([False, True, False, True, False])
ADDED = ("one_feature", "random_forest", "extra_trees", "xgboost", "catboost", "network", "stack")


def _draw(seed, n=900):
    """Numbers with gaps, a category of five levels and one of thirty, and who left."""
    chance = np.random.default_rng(seed)
    X = np.column_stack(
        [
            chance.normal(size=n),
            chance.integers(0, 5, n),
            chance.gamma(2.0, size=n),
            chance.integers(0, 30, n),
            chance.normal(size=n),
        ]
    ).astype(float)
    log_odds = 1.5 * X[:, 0] + 2 * (X[:, 1] == 2) - X[:, 2] * (X[:, 0] > 0) + X[:, 3] / 15 - 1
    labels = (chance.random(n) < 1 / (1 + np.exp(-log_odds))).astype(float)
    X[chance.random(X.shape) < 0.05] = NAN
    return X, labels


def _rows(**more):
    X, labels = _draw(0)
    return TrainingRows(X, labels, np.arange(len(X)), CATEGORIES, **more)


@cache
def _fitted():
    names = [name for name in FAMILIES if FAMILIES[name].is_installed]
    rows = _rows(tuning_seconds=0.0)
    return {name: one for name, one, _ in fit_models(rows, 1, lambda: None, models=names)}


def _find(name):
    if name not in _fitted():
        pytest.skip(f"{name} is not installed")
    return _fitted()[name]


@pytest.fixture(params=ADDED)
def scorer(request):
    return _find(request.param)


@pytest.mark.parametrize("name", FAMILIES)
def test_contributions_and_one_constant_make_the_log_odds(name):
    scorer = _find(name)
    X, _ = _draw(1, 300)

    constants = scorer.log_odds(X) - scorer.contributions(X).sum(axis=1)

    assert np.ptp(constants) < 1e-6
    assert scorer.contributions(X).shape == X.shape


@pytest.mark.parametrize("name", [name for name in FAMILIES if name != "baseline"])
def test_contributions_tell_customers_apart(name):
    X, _ = _draw(1, 300)

    assert np.abs(_find(name).contributions(X)).max() > 0.1


def test_it_ranks_customers_whom_it_has_not_seen(scorer):
    X, labels = _draw(1, 2_000)

    assert roc_auc(labels, scorer.probabilities(X)) > 0.6


def test_probabilities_are_calibrated_on_the_whole(scorer):
    X, labels = _draw(2, 2_000)

    assert scorer.probabilities(X).mean() == pytest.approx(labels.mean(), abs=0.04)


def test_an_unseen_level_and_a_customer_of_whom_nothing_is_known_are_scored(scorer):
    strange = np.array([[0.1, 77.0, 1.0, 400.0, 0.0], [NAN] * 5, [9.0, 0.0, -9.0, 0.0, 0.0]])

    said = scorer.probabilities(strange)

    assert ((said > 0) & (said < 1)).all()
    assert np.isfinite(scorer.contributions(strange)).all()


def test_a_column_of_which_nothing_is_known_is_survived(scorer):
    X, labels = _draw(0, 400)
    name = next(name for name, one in _fitted().items() if one is scorer)
    rows = TrainingRows(
        np.column_stack([X, np.full(len(X), NAN)]),
        labels,
        np.arange(len(X)),
        np.append(CATEGORIES, False),
    )

    *_, (_, again, _) = fit_models(rows, 1, lambda: None, models=[name])

    assert again.contributions(rows.X)[:, 5].tolist() == [0.0] * len(X)


def test_rows_that_are_all_the_same_have_the_base_rate(scorer):
    name = next(name for name, one in _fitted().items() if one is scorer)
    labels = (np.arange(300) % 4 == 0).astype(float)
    same = np.tile([[1.0, 2.0, NAN]], (300, 1))
    rows = TrainingRows(same, labels, np.arange(300), np.array([False, True, False]))

    *_, (_, again, _) = fit_models(rows, 1, lambda: None, models=[name])

    np.testing.assert_allclose(again.probabilities(same), 0.25, atol=0.02)


MONOTONE = ("one_feature", "random_forest", "extra_trees", "lightgbm", "histogram_trees", "tuned")


@pytest.mark.parametrize("name", [*MONOTONE, "xgboost", "catboost"])
@pytest.mark.parametrize("way", [1, -1])
def test_a_monotone_feature_never_pulls_the_other_way(name, way):
    if not FAMILIES[name].is_installed:
        pytest.skip(f"{name} is not installed")
    rows = _rows(monotone=np.array([way, 0, 0, 0, -way]), tuning_seconds=0.0)

    *_, (_, scorer, _) = fit_models(rows, 1, lambda: None, models=[name])

    said = []
    for value in np.linspace(-2, 2, 15):
        moved = rows.X[:60].copy()
        moved[:, 0] = value
        said.append(scorer.log_odds(moved))
    assert (way * np.diff(said, axis=0) >= -1e-9).all()


def test_the_one_feature_is_the_one_that_tells_most_by_steps_of_one_way():
    X, labels = _draw(0)

    rule = _fitted()["one_feature"].model

    assert rule.column in (0, 1)
    steps = fit_one_feature(X, labels, CATEGORIES, only=0).pick(0).steps[:-1]
    assert (np.diff(steps) >= 0).all() or (np.diff(steps) <= 0).all()


def test_a_stack_weighs_its_parts_by_what_they_said_of_customers_they_had_not_seen():
    stack = _fitted()["stack"]

    assert len(stack.parts) == len(FAMILIES["stack"].parts)
    assert (stack.weights >= 0).all()
    assert 0.7 < stack.weights.sum() < 1.3


def test_a_search_begins_with_the_usual_settings_and_ends_with_its_time():
    pytest.importorskip("optuna")
    rows = _rows(tuning_seconds=0.0)

    fitted = {name: one for name, one, _ in fit_models(rows, 1, lambda: None, models=["tuned"])}

    tuned = fitted["tuned"]
    assert tuned.model.model.booster.params["num_leaves"] == 8
    constants = tuned.log_odds(rows.X) - tuned.contributions(rows.X).sum(axis=1)
    assert np.ptp(constants) < 1e-9


def test_a_search_with_time_is_no_worse_on_the_rows_it_is_judged_by():
    pytest.importorskip("optuna")
    lesson = prepare_lesson(_rows(tuning_seconds=3.0), random_state=1)
    labels = lesson.labels[lesson.tested]

    tuned = FAMILIES["tuned"].fit(lesson).said
    usual = FAMILIES["tuned"].fit(replace(lesson, tuning_seconds=0.0)).said

    assert log_loss(labels, expit(tuned)) <= log_loss(labels, expit(usual))


def test_the_same_rows_give_the_same_network():
    X, labels = _draw(0, 300)

    one, other = (fit_network(X, labels, CATEGORIES, only=0).pick(0) for _ in range(2))

    assert np.array_equal(one.log_odds(X), other.log_odds(X))


def test_typical_customers_of_a_network_are_means_of_many():
    X, labels = _draw(0, 300)

    typical = fit_network(X, labels, CATEGORIES, only=0).pick(0).typical

    assert typical.weights.sum() == pytest.approx(1)
    assert typical.weights.min() * 300 >= 20


def test_what_was_said_of_unseen_rows_comes_with_a_fitted_model():
    lesson = prepare_lesson(_rows(), random_state=1)

    fitted = FAMILIES["random_forest"].fit(lesson)

    assert fitted.said.shape == lesson.tested.shape
    inside = roc_auc(lesson.labels, fitted.scorer.log_odds(_rows().X))
    assert roc_auc(lesson.labels[lesson.tested], fitted.said) < inside
