"""Folds, figures and their intervals, costs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from regulars.errors import InvalidParameterError, QualityError
from regulars.evaluate import (
    Confusion,
    ContactCosts,
    bootstrap_interval,
    deal_folds,
    group_identical_rows,
)
from regulars.evaluate.costs import count_decisions
from regulars.evaluate.metrics import brier_score, log_loss, rank_auc, roc_auc

NAN = float("nan")


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5))
def test_folds_are_balanced_and_never_split_twins(seed, n_folds):
    generator = np.random.default_rng(seed)
    labels = np.concatenate([np.ones(20), np.zeros(60)])
    groups = generator.integers(0, 70, 80)

    folds = deal_folds(labels, groups, n_folds=n_folds, random_state=seed)

    positives = np.bincount(folds, weights=labels, minlength=n_folds)
    assert all(len(np.unique(folds[groups == group])) == 1 for group in np.unique(groups))
    assert np.ptp(positives) <= 3
    assert np.ptp(np.bincount(folds, minlength=n_folds)) <= 6


def test_rows_without_twins_are_dealt_evenly():
    labels = np.array([1.0] * 10 + [0.0] * 40)

    folds = deal_folds(labels, np.arange(50), n_folds=5, random_state=3)

    assert np.bincount(folds).tolist() == [10] * 5
    assert np.bincount(folds, weights=labels).tolist() == [2.0] * 5


def test_the_same_seed_deals_the_same_folds():
    labels = np.array([1.0, 0.0] * 30)

    first = deal_folds(labels, np.arange(60), n_folds=3, random_state=5)
    second = deal_folds(labels, np.arange(60), n_folds=3, random_state=5)

    assert first.tolist() == second.tolist()


def test_two_kinds_of_rows_cannot_be_dealt_into_five_folds():
    labels = np.array([1.0, 0.0] * 30)

    with pytest.raises(QualityError, match="2 different combinations of feature values"):
        deal_folds(labels, labels.astype(int), n_folds=5, random_state=1)


def test_identical_rows_are_recognised_with_gaps_and_signed_zeros():
    rows = np.array([[0.0, NAN], [-0.0, NAN], [NAN, 0.0], [0.0, 1.0]])

    assert group_identical_rows(rows).tolist() == [0, 0, 1, 2]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_roc_auc_is_that_of_scikit_learn_with_ties_and_weights(seed):
    generator = np.random.default_rng(seed)
    labels = np.array([0.0, 1.0, *generator.integers(0, 2, 40)])
    scores = generator.integers(0, 8, 42).astype(float)
    weights = generator.integers(1, 4, 42).astype(float)

    assert roc_auc(labels, scores) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
    assert rank_auc(labels, scores)(weights) == pytest.approx(
        roc_auc_score(labels, scores, sample_weight=weights), abs=1e-12
    )


def test_brier_and_log_loss_of_a_certain_mistake():
    labels, certain = np.array([1.0]), np.array([0.0])

    assert brier_score(labels, certain) == 1.0
    assert log_loss(labels, certain) == pytest.approx(-np.log(1e-15))


def test_the_bootstrap_interval_covers_the_figure_and_repeats():
    generator = np.random.default_rng(1)
    labels = np.repeat([0.0, 1.0], 100)
    auc = rank_auc(labels, labels + generator.normal(size=200))

    interval = bootstrap_interval(auc, labels, random_state=7, n_samples=200)

    assert interval == bootstrap_interval(auc, labels, random_state=7, n_samples=200)
    assert 0.6 < interval.low < interval.mean < interval.high < 0.9


def test_decisions_are_counted_at_the_threshold_included():
    confusion = count_decisions(
        np.array([1.0, 1.0, 0.0, 0.0, 1.0]), np.array([0.2, 0.1, 0.2, 0.1, 0.9]), threshold=0.2
    )

    assert confusion == Confusion(
        true_positive=2, false_positive=1, false_negative=1, true_negative=1
    )
    assert confusion.precision == pytest.approx(2 / 3)
    assert confusion.recall == pytest.approx(2 / 3)
    assert confusion.f1 == pytest.approx(2 / 3)


def test_figures_of_nobody_are_zero():
    nobody = Confusion(true_positive=0, false_positive=0, false_negative=0, true_negative=3)

    assert (nobody.precision, nobody.recall, nobody.f1) == (0.0, 0.0, 0.0)


def test_the_threshold_is_where_a_contact_pays():
    costs = ContactCosts(missed=5, contact=1)
    confusion = Confusion(true_positive=2, false_positive=3, false_negative=1, true_negative=4)

    assert costs.threshold == 0.2
    assert costs.cost_per_customer(confusion) == pytest.approx((5 + 5) / 10)


@pytest.mark.parametrize(("missed", "contact"), [(1, 1), (5, 0), (float("inf"), 1), (5, -1)])
def test_costs_that_make_no_sense_are_refused(missed, contact):
    with pytest.raises(InvalidParameterError, match="0 < contact < missed"):
        ContactCosts(missed=missed, contact=contact)
