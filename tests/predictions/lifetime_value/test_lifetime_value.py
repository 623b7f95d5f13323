"""Values of customers, their intervals, the choice of a model, and what is said beside them."""

from dataclasses import replace

import numpy as np
import pytest
from made_up_buyers import make_up_buyers

from regulars.errors import InvalidParameterError
from regulars.predictions.lifetime_value import (
    Horizon,
    RepeatPurchases,
    check_halves,
    estimate_lifetime_value,
    fit_gamma_gamma,
    value_groups,
)

pytestmark = pytest.mark.slow


def test_intervals_of_customers_and_of_the_total_hold_what_happened():
    bought, later, spent = make_up_buyers(20_000, seed=7, ahead=180)

    found = estimate_lifetime_value(bought, horizon=Horizon(days=180, discount=0.0))

    low, high = found.value.bounds()
    total, purchases = found.value.total(), found.forecast.purchases.total()
    assert total.low < spent.sum() < total.high
    assert purchases.low < later.sum() < purchases.high
    # A gamma distribution has no mass at zero, where most customers are.
    is_inside = (spent <= high) & ((spent >= low) | (low < 1.0))
    assert is_inside.mean() == pytest.approx(0.96, abs=0.02)


def test_later_money_is_worth_less():
    bought, _, _ = make_up_buyers(2_000, seed=1)

    values = [
        estimate_lifetime_value(bought, horizon=Horizon(days=365, discount=rate)).value.total().mean
        for rate in (0.0, 0.1, 0.5)
    ]

    assert values[0] > values[1] > values[2] > values[0] / 1.5


@pytest.mark.parametrize(("days", "is_said"), [(20, False), (900, True)])
def test_a_last_day_far_behind_all_purchases_is_said(days, is_said):
    bought, _, _ = make_up_buyers(500, seed=1)

    found = estimate_lifetime_value(replace(bought, tenure_days=bought.tenure_days + days))

    said = [notice.en for notice in found.notices if "everybody looks gone" in notice.en]
    assert bool(said) is is_said


def test_a_margin_takes_its_share_of_every_value():
    bought, _, _ = make_up_buyers(2_000, seed=1)

    whole, third = (
        estimate_lifetime_value(bought, horizon=Horizon(margin=margin)).value
        for margin in (1.0, 0.3)
    )

    assert third.values == pytest.approx(whole.values * 0.3)
    assert third.bounds()[1] == pytest.approx(whole.bounds()[1] * 0.3, rel=1e-3)


def test_value_without_money_is_told_in_purchases():
    bought, _, _ = make_up_buyers(2_000, seed=1)

    found = estimate_lifetime_value(bought.without_amounts())

    assert (found.value, found.basket, found.baskets) == (None, None, None)
    assert found.worth is found.forecast.purchases
    assert found.notices[0].en.startswith("Value is told in purchases, without money: 0 customers")


def test_the_same_basket_everywhere_teaches_nothing():
    bought, _, _ = make_up_buyers(2_000, seed=1)
    same = RepeatPurchases(
        bought.repeat_purchase_count,
        bought.active_span_days,
        bought.tenure_days,
        np.where(bought.repeat_purchase_count > 0, 9.9, np.nan),
    )

    found = estimate_lifetime_value(same)

    assert found.value is None
    assert "All repeat buyers have the same mean basket" in found.notices[0].en


def test_baskets_without_a_mean_stand_as_they_were_seen():
    bought, _, _ = make_up_buyers(3_000, seed=4, basket=(2.0, 0.7, 10.0))

    found = estimate_lifetime_value(bought)

    assert any("so uneven" in one.en for one in found.notices)
    came = bought.repeat_purchase_count > 0
    assert found.basket[came] == pytest.approx(bought.mean_amount[came])
    assert np.isfinite(found.value.bounds()[1]).all()


def test_parameters_of_baskets_are_found_again():
    bought, _, _ = make_up_buyers(20_000, seed=9)
    came = bought.repeat_purchase_count > 0

    found = fit_gamma_gamma(bought.repeat_purchase_count[came], bought.mean_amount[came])

    true = {"p": 6.0, "q": 4.0, "v": 60.0}
    assert found.parameters == pytest.approx(true, rel=0.1)
    assert {
        name for name, one in found.intervals.items() if one.low < true[name] < one.high
    } == set(true)


def test_money_in_cents_has_v_in_cents():
    bought, _, _ = make_up_buyers(2_000, seed=9)
    came = bought.repeat_purchase_count > 0
    counts, means = bought.repeat_purchase_count[came], bought.mean_amount[came]

    units, cents = fit_gamma_gamma(counts, means), fit_gamma_gamma(counts, means * 100)

    assert cents.parameters["v"] == pytest.approx(100 * units.parameters["v"], rel=1e-6)
    assert cents.parameters["q"] == pytest.approx(units.parameters["q"], rel=1e-6)


def halve(count, seed):
    """The first half of some histories, and the purchases of the second."""
    bought, later, _ = make_up_buyers(count, seed=seed, ahead=365)
    return bought, later


def test_the_second_half_is_held_against_what_the_first_taught():
    earlier, later = halve(4_000, seed=2)

    check = check_halves(earlier, later, checked_days=365)

    assert check.customers == 4_000
    assert check.actual == later.sum()
    assert check.expected["bg_nbd"] == pytest.approx(check.actual, rel=0.1)
    assert check.expected["as_before"] > 1.2 * check.actual
    assert check.errors["bg_nbd"] < check.errors["as_before"]
    assert [one.repeats for one in check.classes] == list(range(8))
    assert sum(one.customers for one in check.classes) == 4_000
    assert sum(one.actual * one.customers for one in check.classes) == pytest.approx(check.actual)


def test_the_chosen_model_errs_no_more_than_the_best_and_says_why():
    earlier, later = halve(4_000, seed=2)

    found = estimate_lifetime_value(earlier, earlier=earlier, later_counts=later, checked_days=365)

    assert found.check.squared[found.recommended][0] <= found.check.squared[found.recommended][1]
    assert "the second" in found.why.en
    assert "вторую" in found.why.ru


def test_a_history_without_a_second_half_is_decided_by_likelihood():
    bought, _, _ = make_up_buyers(3_000, seed=2, dropout="time")

    found = estimate_lifetime_value(bought)

    best = max(found.estimates, key=lambda name: found.estimates[name].log_likelihood)
    assert found.recommended == best
    assert "too short to check" in found.why.en


def test_a_boom_in_the_second_half_is_warned_of():
    earlier, later = halve(4_000, seed=2)

    found = estimate_lifetime_value(
        earlier, earlier=earlier, later_counts=later * 3, checked_days=365
    )

    assert any(one.en.startswith("Take the totals with care") for one in found.notices)
    assert any(one.ru.startswith("К итогам относитесь осторожно") for one in found.notices)


def test_groups_add_up_and_the_small_ones_have_no_model_of_their_own():
    bought, _, _ = make_up_buyers(3_000, seed=6)
    found = estimate_lifetime_value(bought)
    groups = np.array((["site"] * 2_000) + (["shop"] * 950) + ([None] * 50), dtype=object)

    told = value_groups(found, groups)

    assert {one.group: one.customers for one in told} == {"site": 2_000, "shop": 950, None: 50}
    assert sum(one.value.mean for one in told) == pytest.approx(found.value.total().mean)
    assert [one.newcomer is None for one in told] == [False, False, True]
    assert told[0].newcomer.low < found.newcomer.mean < told[0].newcomer.high


@pytest.mark.parametrize(
    "asked", [{"days": 0}, {"discount": -0.1}, {"margin": 0.0}, {"margin": 30.0}]
)
def test_a_horizon_of_nothing_is_refused(asked):
    with pytest.raises(InvalidParameterError, match="makes no value"):
        Horizon(**asked)


def test_larger_baskets_of_frequent_buyers_are_told():
    bought, _, _ = make_up_buyers(3_000, seed=6)
    count = bought.repeat_purchase_count
    growing = RepeatPurchases(
        count,
        bought.active_span_days,
        bought.tenure_days,
        np.where(count > 0, 10.0 * count * np.exp(0.1 * np.sin(np.arange(3_000))), np.nan),
    )

    found = estimate_lifetime_value(growing)

    assert any(one.en.startswith("Who buys often has larger baskets") for one in found.notices)
