"""How sure a ROC-AUC is: DeLong's variance, errors of one customer together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from regulars.errors import QualityError
from regulars.evaluate import (
    RankingQuality,
    bootstrap_intervals,
    deal_rounds,
    equalize_errors,
    roll_rounds,
)
from regulars.evaluate.metrics import rank_precision
from regulars.evaluate.ranking import auc_influence


def _components(labels, scores):
    """DeLong's structural components by the definition, pair by pair."""
    positives, negatives = scores[labels == 1], scores[labels == 0]
    wins = (positives[:, None] > negatives) + 0.5 * (positives[:, None] == negatives)
    return wins.mean(axis=1), wins.mean(axis=0)


@given(st.integers(0, 10_000))
def test_the_variance_is_that_of_delong(seed):
    generator = np.random.default_rng(seed)
    labels = np.array([0.0, 0.0, 1.0, 1.0, *generator.integers(0, 2, 40)])
    scores = generator.integers(0, 10, 44).astype(float)
    of_positives, of_negatives = _components(labels, scores)

    auc, influence = auc_influence(labels, scores)

    variance = of_positives.var(ddof=1) / len(of_positives) + of_negatives.var(ddof=1) / len(
        of_negatives
    )
    assert auc == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
    assert np.sum(influence**2) == pytest.approx(variance, abs=1e-12)


def test_a_paired_difference_is_surer_than_two_intervals():
    generator = np.random.default_rng(1)
    labels = np.repeat([0.0, 1.0], 200)
    first = labels + generator.normal(size=400)
    rounds = [(labels, first, np.arange(400))]
    near = [(labels, first + 0.05 * generator.normal(size=400), np.arange(400))]

    better = RankingQuality.over(rounds, n_customers=400)
    worse = RankingQuality.over(near, n_customers=400)
    gap, error = better.minus(worse)

    assert gap == pytest.approx(better.mean - worse.mean)
    assert error < better.standard_error / 5
    assert better.minus(better) == (0.0, 0.0)


def test_seeing_the_same_customers_again_is_not_knowing_more():
    generator = np.random.default_rng(1)
    labels = np.repeat([0.0, 1.0], 100)
    scores = labels + generator.normal(size=200)
    rounds = [(labels, scores, np.arange(200))]

    once = RankingQuality.over(rounds, n_customers=200)
    twice = RankingQuality.over(rounds * 2, n_customers=200)

    assert twice.standard_error == pytest.approx(once.standard_error)
    assert twice.rounds == (once.mean, once.mean)


def test_other_customers_are_knowing_more():
    generator = np.random.default_rng(1)
    labels = np.repeat([0.0, 1.0], 100)
    scores = labels + generator.normal(size=200)

    once = RankingQuality.over([(labels, scores, np.arange(200))], n_customers=400)
    both = RankingQuality.over(
        [(labels, scores, np.arange(200)), (labels, scores, np.arange(200, 400))], n_customers=400
    )

    assert both.standard_error == pytest.approx(once.standard_error / 2**0.5)


@given(st.integers(0, 10_000))
def test_average_precision_is_that_of_scikit_learn_with_ties_and_weights(seed):
    generator = np.random.default_rng(seed)
    labels = np.array([0.0, 1.0, *generator.integers(0, 2, 40)])
    scores = generator.integers(0, 8, 42).astype(float)
    weights = generator.integers(1, 4, 42).astype(float)

    figure = rank_precision(labels, scores)(weights)

    assert figure == pytest.approx(
        average_precision_score(labels, scores, sample_weight=weights), abs=1e-12
    )


def test_errors_are_equal_where_as_large_a_share_is_missed_as_alarmed():
    labels = np.array([1.0] * 4 + [0.0] * 4)
    scores = np.array([0.9, 0.8, 0.7, 0.3, 0.6, 0.2, 0.1, 0.4])

    equal = equalize_errors(labels, scores)

    # From 0.6 on: one of four positives is below, one of four negatives above.
    assert (equal.threshold, equal.error, equal.reliability) == (0.6, 0.25, 0.75)


def test_rows_of_one_customer_are_drawn_together():
    generator = np.random.default_rng(1)
    labels = generator.integers(0, 2, 100).astype(float)
    doubled = np.concatenate([labels, labels])

    def rate(of):
        return lambda weights: float(weights @ of / weights.sum())

    alone = bootstrap_intervals({"rate": rate(doubled)}, doubled, random_state=1)
    together = bootstrap_intervals(
        {"rate": rate(np.concatenate([labels, 1 - labels]))},
        np.concatenate([labels, 1 - labels]),
        random_state=1,
        customers=np.tile(np.arange(100), 2),
    )

    assert alone["rate"].low == alone["rate"].high
    assert together["rate"].mean == together["rate"].low == together["rate"].high == 0.5


@given(st.integers(0, 10_000))
def test_every_row_is_tested_once_and_never_learnt_from_in_that_round(seed):
    generator = np.random.default_rng(seed)
    labels = np.array([1.0] * 20 + [0.0] * 40)
    groups = generator.integers(0, 50, 60)

    rounds = deal_rounds(labels, groups, n_folds=4, random_state=seed)

    assert sum(part.test.astype(int) for part in rounds).tolist() == [1] * 60
    assert not any((part.learn & part.test).any() for part in rounds)
    assert all(not set(groups[part.learn]) & set(groups[part.test]) for part in rounds)


@given(st.integers(0, 10_000), st.integers(0, 60))
def test_nothing_is_learnt_that_was_not_known_on_the_day_of_the_test(seed, gap):
    generator = np.random.default_rng(seed)
    cutoff = generator.choice([0, 30, 60, 90, 120], 400)
    labels = generator.integers(0, 2, 400).astype(float)

    rounds = roll_rounds(labels, cutoff, known_at=cutoff + gap, fewest=1)

    assert all(
        (cutoff[part.learn] + gap).max() <= cutoff[part.test].min() or gap == 0 for part in rounds
    )


def test_a_single_date_cannot_be_tested():
    labels = np.array([0.0, 1.0] * 30)

    with pytest.raises(QualityError, match="No date can be tested: of 1 cut-off dates"):
        roll_rounds(labels, np.zeros(60, np.int64), known_at=np.full(60, 30), fewest=20)
