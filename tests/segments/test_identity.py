"""Which cluster is which after clustering again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.segments.identity import ClusterFate, match_clusters


def _match(before, after, *, first_free=100):
    after = np.array(after)
    return match_clusters(np.array(before), after, k=int(after.max()) + 1, first_free=first_free)


def test_clusters_that_are_the_same_keep_their_numbers_whatever_they_are_called_now():
    found = _match([3] * 10 + [5] * 20 + [8] * 5, [1] * 10 + [0] * 20 + [2] * 5)

    assert found.numbers == (5, 3, 8)
    assert [fate.kind for fate in found.fates] == ["same", "same", "same"]
    assert found.fates[0] == ClusterFate("same", (5,), (5,), 1.0)
    assert found.compared == 35


def test_some_who_move_do_not_change_which_cluster_it_is():
    found = _match([1] * 10 + [2] * 10, [0] * 8 + [1] * 12)

    assert found.numbers == (1, 2)
    assert found.fates[0].similarity == pytest.approx(0.8)


def test_all_pairs_are_matched_together_and_not_one_after_the_other():
    # The first pair alone would take cluster 0 for 1, which leaves nothing that is like 2.
    before = [1] * 55 + [2] * 45
    after = [0] * 30 + [1] * 25 + [0] * 45

    found = _match(before, after)

    assert found.numbers == (2, 1)


def test_a_cluster_that_splits_gives_its_number_to_the_larger_part():
    found = _match([1] * 100 + [2] * 50, [0] * 60 + [2] * 40 + [1] * 50)

    assert found.numbers == (1, 2, 100)
    assert ClusterFate("split", (1,), (1, 100), 1.0) in found.fates
    assert [fate.kind for fate in found.fates] == ["same", "same", "split"]


def test_clusters_that_merge_are_told():
    found = _match([1] * 60 + [2] * 40 + [3] * 50, [0] * 100 + [1] * 50)

    assert found.numbers == (1, 3)
    assert ClusterFate("merged", (1, 2), (1,), 1.0) in found.fates
    assert "died" not in [fate.kind for fate in found.fates]


def test_a_cluster_that_scatters_has_died_and_one_of_all_kinds_is_born():
    before = [1] * 40 + [2] * 40 + [3] * 40
    after = (
        ([0] * 30 + [3] * 10) + ([1] * 30 + [3] * 10) + ([0] * 10 + [1] * 10 + [2] * 10 + [3] * 10)
    )

    found = _match(before, after)

    assert found.numbers[:2] == (1, 2)
    assert ClusterFate("died", (3,), (), 0.0) in found.fates
    assert [fate.after for fate in found.fates if fate.kind == "born"] == [(100,), (101,)]


def test_who_is_nobodys_makes_no_cluster():
    found = match_clusters(
        np.array([1] * 10 + [-1] * 10), np.array([0] * 10 + [-1] * 5 + [0] * 5), k=1, first_free=9
    )

    assert found.numbers == (1,)
    assert found.fates == (ClusterFate("same", (1,), (1,), pytest.approx(10 / 15)),)


def test_customers_who_are_all_new_leave_no_cluster_the_same():
    found = match_clusters(np.array([], int), np.array([], int), k=2, first_free=4)

    assert found.numbers == (4, 5)
    assert [fate.kind for fate in found.fates] == ["born", "born"]
    assert found.compared == 0


@given(st.lists(st.tuples(st.integers(-1, 4), st.integers(-1, 4)), min_size=1, max_size=60))
def test_every_cluster_is_told_and_no_number_is_given_twice(pairs):
    before, after = (np.array(column) for column in zip(*pairs, strict=True))

    found = match_clusters(before, after, k=5, first_free=5)

    assert len(set(found.numbers)) == 5
    assert {n for fate in found.fates for n in fate.before} == set(before[before >= 0].tolist())
    assert {n for fate in found.fates for n in fate.after} == set(found.numbers)
