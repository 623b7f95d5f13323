"""Fees as long as customers stay, against formulas that can be looked up."""

import numpy as np
import pytest

from regulars.errors import InvalidParameterError
from regulars.predictions.lifetime_value import Horizon, value_contracts

DAYS = (30, 90, 180, 365)


def leave_steadily(hazard):
    """Probabilities of having left, at a hazard a day that stays the same."""
    return {day: np.array([1 - np.exp(-hazard * day)]) for day in DAYS}


@pytest.mark.parametrize("days", [20, 200, 365, 1_000])
def test_a_steady_hazard_gives_the_closed_form(days):
    horizon = Horizon(days=days, discount=0.1, margin=0.5)
    together = 0.002 + horizon.rate

    found = value_contracts(leave_steadily(0.002), np.array([3.0]), ends_seen=50, horizon=horizon)

    assert found.values == pytest.approx([1.5 * (1 - np.exp(-together * days)) / together])


def test_chance_and_the_level_of_hazards_make_the_interval():
    random = np.random.default_rng(0)
    lasts = np.minimum(random.exponential(500, 200_000), 365)

    few, many = (
        value_contracts(
            leave_steadily(0.002), np.array([1.0]), ends_seen=ends, horizon=Horizon(discount=0.0)
        )
        for ends in (25, 10_000)
    )

    assert many.values == pytest.approx([lasts.mean()], rel=0.01)
    assert many.variances == pytest.approx([lasts.var()], rel=0.02)
    spread = [one.total(is_chance_left_out=True) for one in (few, many)]
    assert spread[0].high - spread[0].low > 10 * (spread[1].high - spread[1].low)


def test_a_unit_of_weeks_changes_no_value():
    horizons = (Horizon(days=364, unit_days=unit) for unit in (1.0, 7.0))

    days, weeks = (
        value_contracts(leave_steadily(0.001), np.array([1.0]), ends_seen=9, horizon=one)
        for one in horizons
    )

    assert days.values == pytest.approx(weeks.values)


def test_hazards_that_were_not_seen_go_on_as_the_last_or_as_everybodys():
    leaves = {30: np.array([0.1, np.nan]), 90: np.array([np.nan, np.nan])}
    known = {30: np.array([0.1, 0.1]), 90: np.array([1 - 0.9**3, 1 - 0.9**3])}
    horizon = Horizon(days=200)

    found, full = (
        value_contracts(each, np.array([1.0, 1.0]), ends_seen=9, horizon=horizon)
        for each in (leaves, known)
    )

    assert found.values == pytest.approx(full.values)


def test_a_fee_that_is_not_known_brings_nothing():
    found = value_contracts(
        leave_steadily(0.001), np.array([np.nan]), ends_seen=9, horizon=Horizon()
    )

    assert found.values.tolist() == [0.0]


@pytest.mark.parametrize(("leaves", "ends"), [({}, 5), ({30: np.array([0.1])}, 0)])
def test_contracts_without_an_end_are_refused(leaves, ends):
    with pytest.raises(InvalidParameterError, match="at least one who left"):
        value_contracts(leaves, np.array([1.0]), ends_seen=ends, horizon=Horizon())
