"""Naive Bayes over intervals, against hand-made counts and the formula."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

from regulars.errors import InvalidParameterError
from regulars.predictions import IntervalNaiveBayes

NAN = float("nan")


@parametrize_with_checks(
    [IntervalNaiveBayes(), IntervalNaiveBayes(binning="optimal")],
    expected_failed_checks=lambda _: {},
)
def test_it_is_a_scikit_learn_classifier(estimator, check):
    check(estimator)


def test_probabilities_are_counts_plus_alpha():
    levels = np.array([[0.0], [0.0], [1.0], [0.0], [1.0], [1.0], [1.0]])
    left = [1, 1, 1, 0, 0, 0, 0]

    rows = IntervalNaiveBayes([True], alpha=1.0).fit(levels, left).list_probabilities()

    assert [(row.level, row.counts) for row in rows] == [(0, (1, 2)), (1, (3, 1))]
    assert rows[0].probabilities == pytest.approx((2 / 6, 3 / 5))
    assert rows[1].probabilities == pytest.approx((4 / 6, 2 / 5))


def test_the_posterior_is_the_formula_normalised():
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    left = [1, 1, 0, 0, 0]

    posterior = IntervalNaiveBayes([True, True]).fit(X, left).predict_proba([[0.0, 1.0]])

    yes = 2 / 5 * (3 / 4) * (2 / 4)
    no = 3 / 5 * (1 / 5) * (3 / 5)
    np.testing.assert_allclose(posterior, [[no / (yes + no), yes / (yes + no)]], rtol=1e-12)


def test_intervals_are_closed_on_the_right_and_readable():
    X = np.array([[1.0], [2.0], [3.0], [4.0]])

    rows = IntervalNaiveBayes(n_intervals=2).fit(X, [0, 0, 1, 1]).list_probabilities()

    assert [(row.low, row.high, row.counts) for row in rows] == [
        (-np.inf, 2.0, (2, 0)),
        (2.0, np.inf, (0, 2)),
    ]


def test_the_unknown_is_an_interval_of_its_own():
    X = np.array([[NAN], [NAN], [1.0], [2.0]])

    model = IntervalNaiveBayes(n_intervals=2).fit(X, [1, 1, 0, 0])

    assert model.list_probabilities()[-1].is_missing
    assert model.list_probabilities()[-1].counts == (0, 2)
    assert model.predict([[NAN]]).tolist() == [1]


def test_a_gap_says_nothing_where_there_was_none_in_training():
    model = IntervalNaiveBayes([True]).fit([[0.0], [0.0], [1.0], [1.0]], [0, 0, 0, 1])

    np.testing.assert_allclose(model.predict_proba([[NAN], [9.0]]), [[0.75, 0.25]] * 2)


def test_an_all_missing_column_says_nothing():
    X = np.array([[NAN, NAN], [NAN, NAN], [NAN, NAN]])

    model = IntervalNaiveBayes([True, False]).fit(X, [0, 0, 1])

    np.testing.assert_allclose(model.predict_proba(X)[:, 1], [1 / 3] * 3)


@given(st.integers(0, 10_000))
def test_posteriors_sum_to_one_and_evidence_adds_up(seed):
    generator = np.random.default_rng(seed)
    X = generator.integers(0, 4, (40, 3)).astype(float)
    X[generator.random(X.shape) < 0.1] = NAN
    labels = np.array([0, 1, *generator.integers(0, 2, 38)])

    model = IntervalNaiveBayes([True, False, False]).fit(X, labels)
    posterior = model.predict_proba(X)
    prior = model.class_log_prior_
    log_odds = model.log_ratios(X).sum(axis=1) + prior[1] - prior[0]

    np.testing.assert_allclose(posterior.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(np.log(posterior[:, 1] / posterior[:, 0]), log_odds, atol=1e-9)


def test_optimal_intervals_are_cut_where_the_classes_change():
    spend = np.arange(200, dtype=float)
    left = ((spend < 37) | (spend >= 150)).astype(float)

    model = IntervalNaiveBayes(n_intervals=3, binning="optimal").fit(spend[:, None], left)

    assert model.edges_[0].tolist() == [36.0, 149.0]


def test_optimal_intervals_hold_a_twentieth_of_the_customers():
    spend = np.append(np.arange(100, dtype=float), NAN)
    left = (spend == 99).astype(float)

    model = IntervalNaiveBayes(n_intervals=5, binning="optimal").fit(spend[:, None], left)

    assert model.counts_[0].sum(axis=0)[1:].min() >= 5


def test_optimal_intervals_of_one_value_are_one():
    model = IntervalNaiveBayes(binning="optimal").fit([[3.0], [3.0], [NAN]], [0, 1, 1])

    assert model.edges_[0].tolist() == []


def test_another_way_of_binning_is_refused():
    with pytest.raises(InvalidParameterError, match="binning must be 'quantile' or 'optimal'"):
        IntervalNaiveBayes(binning="best").fit([[1.0], [2.0]], [0, 1])


def test_probabilities_asked_of_an_unfitted_model_are_refused():
    with pytest.raises(NotFittedError, match="not fitted yet"):
        IntervalNaiveBayes().predict_proba([[1.0]])


@pytest.mark.parametrize(("alpha", "n_intervals"), [(-0.1, 5), (1.0, 1)])
def test_settings_that_make_no_sense_are_refused(alpha, n_intervals):
    with pytest.raises(InvalidParameterError, match="alpha must not be below 0"):
        IntervalNaiveBayes(alpha=alpha, n_intervals=n_intervals).fit([[1.0], [2.0]], [0, 1])
