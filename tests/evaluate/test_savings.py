"""Decisions where every customer has prices of their own."""

import numpy as np
import pytest

from regulars.errors import InvalidParameterError
from regulars.evaluate import CustomerCosts, measure_savings


def make_costs(*, false_negative):
    n = len(false_negative)
    return CustomerCosts(np.full(n, 10.0), np.array(false_negative), np.full(n, 10.0), np.zeros(n))


def test_each_customer_is_contacted_from_a_threshold_of_their_own():
    costs = make_costs(false_negative=[20.0, 1_000.0, 5.0])

    is_contacted = costs.decide(np.array([0.3, 0.3, 0.9]))

    assert is_contacted.tolist() == [False, True, False]


def test_savings_are_measured_against_the_cheaper_of_nobody_and_everybody():
    costs = make_costs(false_negative=[100.0, 100.0, 20.0, 20.0])
    labels = np.array([1.0, 0.0, 0.0, 0.0])

    saved = measure_savings(labels, np.array([0.4, 0.0, 0.4, 0.0]), costs, random_state=0)

    assert (saved.nobody, saved.everybody, saved.decided) == (25.0, 10.0, 2.5)
    assert saved.by_own_costs.mean == 0.75
    assert saved.at_one_threshold.mean == 0.5
    assert saved.blind.mean == -1.5
    assert saved.ahead_of_threshold.mean == 0.25
    assert saved.ahead_of_blind.mean == 2.25


def test_costs_with_a_gap_are_refused():
    with pytest.raises(InvalidParameterError, match="finite number for every customer"):
        make_costs(false_negative=[1.0, float("nan")])


def test_a_contact_that_never_pays_is_not_made_at_any_threshold():
    costs = CustomerCosts(*(np.array([one]) for one in (10.0, 5.0, 20.0, 0.0)))

    saved = measure_savings(np.array([1.0]), np.array([1.0]), costs, random_state=0, n_samples=2)

    assert saved.at_one_threshold.mean == 0.0
