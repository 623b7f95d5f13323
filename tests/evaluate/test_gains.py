"""What is found by contacting only those with the highest scores."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import precision_score, recall_score

from regulars.evaluate import measure_gains


@pytest.fixture
def scored():
    """800 customers, the score says something of the outcome."""
    chance = np.random.default_rng(4)
    scores = chance.normal(size=800)
    labels = (scores + chance.normal(scale=1.5, size=800) > 1.2).astype(float)
    return labels, scores


@pytest.mark.parametrize("share", [0.05, 0.1, 0.5])
def test_precision_and_recall_are_those_of_contacting_the_first(scored, share):
    labels, scores = scored
    is_first = np.argsort(np.argsort(-scores)) < share * 800

    (gain,) = measure_gains(labels, scores, shares=(share,), random_state=0, n_samples=20)

    assert gain.customers == share * 800
    assert gain.recall.mean == pytest.approx(recall_score(labels, is_first))
    assert gain.precision.mean == pytest.approx(precision_score(labels, is_first))
    assert gain.lift.mean == pytest.approx(precision_score(labels, is_first) / labels.mean())
    assert gain.recall.low < gain.recall.mean < gain.recall.high


def test_equal_scores_find_as_many_as_chance():
    labels = np.array([1.0, 0.0, 0.0, 1.0, 0.0] * 20)

    gains = measure_gains(labels, np.ones(100), shares=(0.1, 0.4), random_state=0, n_samples=20)

    assert [round(gain.recall.mean, 12) for gain in gains] == [0.1, 0.4]
    assert [round(gain.lift.mean, 12) for gain in gains] == [1.0, 1.0]


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=4, max_size=60),
)
def test_who_contacts_more_finds_no_fewer_and_who_contacts_all_finds_all(rows):
    labels = np.array([1.0, 0.0, *(float(label) for label, _ in rows)])
    scores = np.array([3.0, 3.0, *(float(score) for _, score in rows)])

    gains = measure_gains(labels, scores, random_state=0, n_samples=2)

    recall = [gain.recall.mean for gain in gains]
    assert recall == sorted(recall)
    assert recall[-1] == 1.0
    assert all(0 <= gain.precision.mean <= 1 for gain in gains)
