"""How good a clustering is, against the libraries and the definitions."""

import numpy as np
import pytest
from sklearn.metrics import pairwise_distances, silhouette_score

from regulars.segments.cluster_measures import (
    measure_agreement,
    measure_balance,
    measure_calinski_harabasz,
    measure_davies_bouldin,
    measure_density,
    measure_readability,
    measure_silhouette,
)

POINTS = np.random.default_rng(1).normal(size=(60, 3)) + np.repeat([[0.0], [4.0]], 30, axis=0)
LABELS = np.repeat([0, 1], 30).astype(np.int32)


def test_the_silhouette_is_that_of_scikit_learn():
    found = measure_silhouette(pairwise_distances(POINTS), LABELS)

    assert found == pytest.approx(silhouette_score(POINTS, LABELS))


def test_who_is_nobodys_counts_as_zero_in_the_silhouette():
    left_out = LABELS.copy()
    left_out[:15] = -1
    kept = left_out >= 0

    found = measure_silhouette(pairwise_distances(POINTS), left_out)

    assert found == pytest.approx(silhouette_score(POINTS[kept], LABELS[kept]) * 45 / 60)


@pytest.mark.parametrize("labels", [np.zeros(60), np.arange(60), np.full(60, -1)])
def test_what_needs_clusters_of_several_is_not_defined_without(labels):
    labels = labels.astype(np.int32)

    assert measure_silhouette(pairwise_distances(POINTS), labels) is None
    assert measure_davies_bouldin(POINTS, labels) is None
    assert measure_calinski_harabasz(POINTS, labels) is None
    assert measure_density(POINTS, labels) is None
    assert measure_readability(POINTS, labels, random_state=0) is None


def test_separated_crowds_are_denser_than_a_random_cut():
    random = np.random.default_rng(2).permutation(LABELS)

    assert measure_density(POINTS, LABELS) > 0.3
    assert measure_density(POINTS, random) < 0


def test_loners_with_a_number_of_their_own_do_not_stop_the_density():
    labels = LABELS.copy()
    labels[0] = 2

    assert measure_density(POINTS, labels) > 0.3


def test_what_one_threshold_tells_is_readable_and_a_random_cut_is_not():
    threshold = (POINTS[:, 0] > 2).astype(np.int32)
    random = np.random.default_rng(2).permutation(LABELS)

    assert measure_readability(POINTS, threshold, random_state=0) > 0.9
    assert measure_readability(POINTS, random, random_state=0) < 0.7


def test_who_is_nobodys_is_told_by_no_rule():
    threshold = (POINTS[:, 0] > 2).astype(np.int32)
    half = threshold.copy()
    half[::2] = -1

    assert measure_readability(POINTS, half, random_state=0) <= 0.5


@pytest.mark.parametrize(("sizes", "balance"), [((5, 5, 5), 1.0), ((9, 1), 0.469), ((7,), None)])
def test_balance_is_the_share_of_the_largest_entropy(sizes, balance):
    found = measure_balance(sizes)

    assert found == (balance if balance is None else pytest.approx(balance, abs=1e-3))


def test_the_same_clusters_in_other_numbers_agree_entirely():
    agreement = measure_agreement([LABELS, 1 - LABELS, np.arange(60) % 2])

    assert agreement[0, 1] == 1.0
    assert abs(agreement[0, 2]) < 0.1
