"""Harrell's C-index against its definition, and the Brier score of customers lost from sight."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import QualityError
from regulars.evaluate.concordance import Concordance, concordance_index
from regulars.evaluate.survival_error import censored_brier_score


def count_pairs(durations, has_left, risks):
    """Word by word: every pair of which it is known who left first."""
    pairs, in_order = 0, 0.0
    for first in range(len(durations)):
        for second in range(len(durations)):
            later = durations[second] > durations[first]
            still_there = durations[second] == durations[first] and not has_left[second]
            if has_left[first] and (later or still_there):
                pairs += 1
                in_order += (risks[first] > risks[second]) + (risks[first] == risks[second]) / 2
    return pairs, in_order


customers = st.lists(
    st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 4)), min_size=2, max_size=25
)


@given(customers)
def test_pairs_are_counted_as_the_definition_says_with_any_ties(rows):
    durations, has_left, risks = (np.array(column) for column in zip(*rows, strict=True))
    pairs, in_order = count_pairs(durations, has_left, risks)

    if pairs == 0:
        with pytest.raises(QualityError, match="Of no two customers"):
            concordance_index(durations.astype(float), has_left, risks.astype(float))
        return
    found = concordance_index(durations.astype(float), has_left, risks.astype(float))

    assert found.pairs == pairs
    assert found.mean == pytest.approx(in_order / pairs, abs=1e-12)
    assert found.influence.sum() == pytest.approx(0, abs=1e-9)


def test_pairs_are_made_within_a_round_only():
    durations, has_left = np.array([1.0, 2.0, 1.0, 2.0]), np.ones(4, dtype=bool)
    risks = np.array([2.0, 1.0, -2.0, -3.0])

    found = Concordance.over(durations, has_left, risks, [np.array([0, 1]), np.array([2, 3])])

    assert (found.mean, found.pairs) == (1.0, 2)


def test_the_interval_is_as_wide_as_figures_of_new_samples_spread():
    generator = np.random.default_rng(5)
    found = []
    for _ in range(60):
        risks = generator.normal(size=300)
        stays = generator.exponential(np.exp(-risks))
        seen = generator.exponential(2.0, 300)
        found.append(concordance_index(np.minimum(stays, seen), stays <= seen, risks))

    spread = np.std([one.mean for one in found])
    assert np.mean([one.standard_error for one in found]) == pytest.approx(spread, rel=0.25)


def test_of_two_rankings_of_the_same_customers_the_difference_is_surer_than_either():
    generator = np.random.default_rng(7)
    risks = generator.normal(size=400)
    durations, has_left = generator.exponential(np.exp(-risks)), np.ones(400, dtype=bool)
    one = concordance_index(durations, has_left, risks)
    other = concordance_index(durations, has_left, risks + generator.normal(0, 0.1, 400))

    difference, error = one.minus(other)

    assert difference == one.mean - other.mean
    assert error < one.standard_error / 3


def test_nobody_lost_from_sight_gives_the_plain_brier_score():
    times, staying = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.1, 0.4, 0.7, 0.9])

    error = censored_brier_score(times, np.ones(4, dtype=bool), staying, 2.0)

    assert error == pytest.approx((0.1**2 + 0.4**2 + 0.3**2 + 0.1**2) / 4)


def test_who_is_lost_from_sight_is_stood_in_for_by_those_who_were_seen():
    times = np.array([1.0, 2.0, 3.0, 4.0])
    has_left = np.array([True, False, True, False])

    error = censored_brier_score(times, has_left, np.array([0.0, 0.5, 0.5, 1.0]), 2.5)

    # Two of the three who were seen past day 2 stand for three: 1.5 times a quarter, of four.
    assert error == pytest.approx(1.5 * 0.25 / 4)
