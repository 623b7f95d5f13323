"""What a campaign earns at best: the published formula, and the best cut-off tried one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.errors import InvalidParameterError
from regulars.evaluate import CampaignPrices, expect_maximum_profit, measure_maximum_profit

GOLDEN_LABELS = np.array([0.0, 1, 0, 1, 0, 1, 0, 1])
GOLDEN_SCORES = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9])


def try_every_cut_off(labels, scores, prices, n_steps=2_000):
    """The same by brute force: for each share kept the best of all cut-offs, summed up by midpoints."""
    from scipy.stats import beta

    delta, phi = prices.offer / prices.lifetime_value, prices.contact / prices.lifetime_value
    kept = (np.arange(n_steps) + 0.5) / n_steps
    best = np.zeros(n_steps)
    for cut in np.unique(scores):
        is_contacted = scores >= cut
        leaving = (labels * is_contacted).mean()
        staying = ((1 - labels) * is_contacted).mean()
        earned = (kept * (1 - delta) - phi) * leaving - (delta + phi) * staying
        best = np.maximum(best, prices.lifetime_value * earned)
    return (best * beta.pdf(kept, prices.alpha, prices.beta)).mean()


def test_the_golden_vector_is_met_to_nine_digits():
    profit, share = expect_maximum_profit(GOLDEN_LABELS, GOLDEN_SCORES)

    assert profit == pytest.approx(23.875593418348124, abs=1e-9)
    assert share == pytest.approx(0.874370, abs=1e-6)


@settings(max_examples=25)
@given(
    rows=st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=20),
    contact=st.sampled_from([0.5, 1.0, 20.0]),
)
def test_the_closed_form_is_the_best_of_all_cut_offs(rows, contact):
    labels = np.array([*(float(is_leaving) for is_leaving, _ in rows), 1.0])
    scores = np.array([*(float(score) for _, score in rows), 3.0])
    prices = CampaignPrices(contact=contact)

    profit, share = expect_maximum_profit(labels, scores, prices)

    assert profit == pytest.approx(try_every_cut_off(labels, scores, prices), rel=1e-3, abs=1e-3)
    assert 0 <= share <= 1


def test_a_perfect_ranking_earns_more_than_one_that_knows_nothing():
    perfect, _ = expect_maximum_profit(GOLDEN_LABELS, GOLDEN_LABELS)
    blind, _ = expect_maximum_profit(GOLDEN_LABELS, np.zeros(8))

    assert perfect > expect_maximum_profit(GOLDEN_LABELS, GOLDEN_SCORES)[0] > blind


def test_the_interval_holds_the_figure():
    found = measure_maximum_profit(GOLDEN_LABELS, GOLDEN_SCORES, random_state=0)

    assert found.profit.low <= 23.875593418348124 <= found.profit.high
    assert found.profit.mean == pytest.approx(23.875593418348124, abs=1e-9)


@pytest.mark.parametrize(
    "prices", [{"offer": 300.0}, {"contact": 0.0}, {"alpha": 0.0}, {"lifetime_value": float("nan")}]
)
def test_prices_that_make_no_sense_are_refused(prices):
    with pytest.raises(InvalidParameterError, match="must"):
        CampaignPrices(**prices)
