"""Leaks planted in folds inside what is learnt from: rows of one customer tell nothing of each other."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from scipy.special import expit

from regulars.evaluate.metrics import roc_auc
from regulars.features import AsOf, Feature, FeatureTable
from regulars.predictions import ColumnOutcome, Outcome
from regulars.predictions.amounts.models import AMOUNT_MODELS
from regulars.predictions.comparing.validation import fit_model
from regulars.predictions.families.many_levels import LevelWeights
from regulars.predictions.fitting.calibration import choose_curve
from regulars.predictions.fitting.training import TrainingRows, prepare_lesson
from regulars.predictions.survival import compare_survival
from regulars.predictions.survival.durations import Durations
from regulars.predictions.uplift import compare_uplift, read_experiment
from regulars.schema.wording import Wording

DATES = 3


def _table(owners, **columns):
    features = tuple(Feature(name, Wording(en=name, ru=name), None, "numeric") for name in columns)
    ids = [f"{number:06}" for number in owners]
    return FeatureTable(pa.table({"customer_id": ids} | columns), features, AsOf(date(2026, 1, 1)))


@pytest.fixture
def streets():
    """Customers of a street each, seen at three dates; who leaves is told by a number, not by the street."""
    chance = np.random.default_rng(4)
    customer = np.tile(np.arange(700), DATES)
    number = chance.normal(size=700)
    left = (chance.random(700) < expit(number - 1)).astype(float)
    X = np.column_stack([customer, number[customer] + 0.01 * chance.normal(size=len(customer))])
    return TrainingRows(X, left[customer], customer, np.array([True, False]))


def test_a_street_of_one_customer_does_not_tell_their_outcome_at_another_date(streets):
    by_itself = np.arange(len(streets.labels))

    _, apart = LevelWeights.learn(streets.X, streets.labels, by_itself, np.array([0]))
    _, together = LevelWeights.learn(streets.X, streets.labels, streets.groups, np.array([0]))

    # Folds that do not know customers tell the outcome of everybody.
    assert roc_auc(streets.labels, apart[:, 0]) > 0.99
    assert roc_auc(streets.labels, together[:, 0]) < 0.52


def test_candidates_are_compared_and_calibrated_on_customers_whom_they_did_not_learn_from(streets):
    lesson = prepare_lesson(streets, random_state=1)

    # Settings, the line, the search of `tuned` and the weights of `stack` all rest on these folds.
    for fold in lesson.folds:
        assert not set(fold.groups) & set(lesson.groups[fold.tested])
    assert lesson.tested.tolist() == list(range(len(streets.labels)))


def test_a_model_that_sees_streets_still_looks_at_what_tells_who_leaves(streets):
    learnt, others = streets.take(streets.groups < 450), streets.take(streets.groups >= 450)

    scorer = fit_model("logistic", learnt, 1)

    told = np.abs(scorer.contributions(others.X)).mean(axis=0)
    assert told[1] > 20 * told[0]
    assert roc_auc(others.labels, scorer.log_odds(others.X)) > 0.7


def test_a_curve_is_not_drawn_through_customers_who_are_seen_many_times():
    chance = np.random.default_rng(1)
    customer = np.repeat(np.arange(60), 50)
    said = chance.normal(size=60)
    labels = (chance.random(60) < expit(said)).astype(float)

    apart = choose_curve(said[customer], labels[customer], np.arange(len(customer)))
    together = choose_curve(said[customer], labels[customer], customer)

    assert apart is not None
    assert together is None


@pytest.mark.slow
def test_columns_are_not_chosen_by_the_labels_of_rows_that_an_inner_fold_tests():
    chance = np.random.default_rng(2)
    X, labels = chance.normal(size=(240, 900)), (np.arange(240) % 2).astype(float)
    rows = TrainingRows(X, labels, np.arange(240), np.zeros(900, dtype=bool))

    lesson = prepare_lesson(rows, random_state=1)

    agreement = []
    for fold in lesson.folds:
        learnt, tested = fold.labels - 0.5, lesson.labels[fold.tested] - 0.5
        agreement.append((learnt @ fold.X) * (tested @ fold.seen))
    # Of noise a column that goes with the outcome here goes against it there as often.
    agreed = np.concatenate(agreement)
    assert abs(np.mean(agreed > 0) - 0.5) < 0.05
    assert all(fold.X.shape[1] == 300 for fold in lesson.folds)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ridge", "lightgbm"])
def test_a_model_of_a_number_does_not_learn_customers_by_heart_who_are_there_three_times(name):
    chance = np.random.default_rng(3)
    customer = np.tile(np.arange(150), DATES)
    X, amounts = chance.normal(size=(150, 30))[customer], chance.normal(size=150)[customer]
    is_category = np.zeros(30, dtype=bool)

    apart = AMOUNT_MODELS[name].fit(X, amounts, is_category, np.arange(len(customer)))
    together = AMOUNT_MODELS[name].fit(X, amounts, is_category, customer)

    others = chance.normal(size=(500, 30))
    assert together(others).std() < 0.75 * apart(others).std()


@pytest.mark.slow
def test_customers_of_an_experiment_who_were_loaded_three_times_tell_no_effect():
    chance = np.random.default_rng(6)
    customer = np.tile(np.arange(500), DATES)
    one, other = chance.normal(size=(2, 500))
    treated, labels = chance.random(500) < 0.5, (chance.random(500) < 0.4).astype(float)
    outcome = Outcome(ColumnOutcome(column="visit", positive="1"), labels[customer])
    experiment = read_experiment(outcome, treated[customer], ~treated[customer])

    compared = compare_uplift(
        _table(np.arange(len(customer)), one=one[customer], other=other[customer]),
        experiment,
        random_state=1,
    )

    # Folds that do not know them give three of the learners more than 0.2.
    assert all(learner.qini.mean < 0.1 for learner in compared.learners)


@pytest.mark.slow
def test_a_customer_with_several_subscriptions_does_not_tell_their_own_next_departure():
    chance = np.random.default_rng(6)
    customer = np.tile(np.arange(250), DATES)
    days = chance.exponential(200, 250)[customer] + chance.uniform(0, 5, len(customer))
    labels = (chance.random(len(customer)) < 0.8).astype(float)

    compared = compare_survival(
        _table(customer, number=chance.normal(size=250)[customer]),
        Durations("days", days, "days"),
        Outcome(ColumnOutcome(column="left", positive="1"), labels),
        random_state=1,
        is_at_start=True,
    )

    assert all(model.c_index.mean < 0.56 for model in compared.models)
