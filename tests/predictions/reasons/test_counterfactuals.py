"""The nearest change: as few features as can be, over what may be changed, with values that occur."""

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import UnknownColumnError
from regulars.features import AsOf, Feature, FeatureTable, encode_features
from regulars.predictions.reasons.changeable import find_changeable
from regulars.predictions.reasons.counterfactuals import (
    Change,
    Grid,
    find_nearest_change,
    raise_to_threshold,
)
from regulars.schema.wording import Wording

ALL = np.array([True, True, True])


def _feature(name, kind="numeric", **more):
    return Feature(name, Wording(en=name, ru=name), more.pop("unit", None), kind, **more)


def _matrix():
    rows = 100
    columns = {
        "fee": pa.array(np.arange(rows, dtype=float)),
        "calls": pa.array(np.arange(rows, dtype=float)[::-1].copy()),
        "plan": pa.array(["basic"] * 60 + ["gold"] * 35 + ["rare"] * 5),
    }
    table = pa.table({"customer_id": [f"{n:03}" for n in range(rows)], **columns})
    features = (_feature("fee"), _feature("calls"), _feature("plan", "category"))
    return encode_features(FeatureTable(table, features, AsOf(date(2026, 1, 1))))


GRID = Grid.of(_matrix())


def _score(rows):
    """More fee and more calls, more risk; the second plan takes a tenth off."""
    raw = rows[:, 0] / 200 + rows[:, 1] / 200 - 0.1 * (rows[:, 2] == 1)
    return np.clip(raw, 0, 1)


def test_levels_of_few_customers_are_not_proposed():
    assert GRID.values[2].tolist() == [0.0, 1.0]


def test_one_change_goes_before_two_smaller_ones():
    found = find_nearest_change(
        _score, np.array([60.0, 60.0, 0.0]), GRID, changeable=ALL, threshold=0.45
    )

    (change,) = found.changes
    assert found.before == 0.6
    assert found.after < 0.45
    assert change == Change(0, 60.0, change.after)


def test_of_single_changes_that_are_enough_the_nearest_is_taken():
    found = find_nearest_change(
        _score, np.array([50.0, 50.0, 0.0]), GRID, changeable=ALL, threshold=0.45
    )

    (change,) = found.changes
    reached = [v for v in GRID.values[0] if (v + 50) / 200 < 0.45]
    assert change.after == max(reached)


def test_what_may_not_be_changed_stays():
    found = find_nearest_change(
        _score,
        np.array([60.0, 60.0, 0.0]),
        GRID,
        changeable=np.array([False, True, True]),
        threshold=0.35,
    )

    assert {change.column for change in found.changes} == {1}


def test_where_three_changes_are_not_enough_the_lowest_is_said():
    found = find_nearest_change(
        lambda rows: np.full(len(rows), 0.9),
        np.array([60.0, 60.0, 0.0]),
        GRID,
        changeable=ALL,
        threshold=0.5,
    )

    assert found.changes == ()
    assert found.after == 0.9


def test_without_anything_to_change_nothing_is_found():
    found = find_nearest_change(
        _score, np.array([60.0, 60.0, 0.0]), GRID, changeable=~ALL, threshold=0.1
    )

    assert found.changes == ()
    assert found.after == found.before


def test_the_nearest_change_of_a_small_model_is_exactly_this_one():
    row = np.array([59.0, 37.0, 0.0])

    found = find_nearest_change(_score, row, GRID, changeable=ALL, threshold=0.4)

    # The second plan takes 0.1 off 0.48, and 65 of 100 do not have it. Of the fee 17 less are enough, of
    # the calls 17 less, too: the nearest values of the grid are four steps of nineteen away for both, and
    # the fee goes lower.
    assert found.changes == (Change(0, 59.0, 40.0),)
    assert (found.before, found.after) == (0.48, 0.385)
    assert found.distance == 4 / 19


def test_a_part_that_the_others_do_without_is_dropped():
    steps = np.linspace(0, 1, 15)
    grid = Grid((steps, np.array([0.0, 1.0]), np.array([0.0, 1.0])), (np.empty(0),) * 3)

    def score(rows):
        # The first feature lowers a little at each step; the other two only together, and enough.
        together = rows[:, 1] * rows[:, 2]
        return 0.9 - 0.01 * rows[:, 0] - 0.6 * together

    found = find_nearest_change(score, np.zeros(3), grid, changeable=ALL, threshold=0.5)

    assert {change.column for change in found.changes} == {1, 2}
    assert found.after == pytest.approx(0.3)
    assert found.distance == pytest.approx(1.0)


def test_up_to_the_threshold_it_is_the_same_the_other_way():
    row = np.array([40.0, 40.0, 0.0])

    found = raise_to_threshold(_score, row, GRID, changeable=ALL, threshold=0.5)
    stuck = raise_to_threshold(_score, row, GRID, changeable=ALL, threshold=0.99)

    (change,) = found.changes
    assert change.after == min(value for value in GRID.values[0] if (value + 40) / 200 >= 0.5)
    assert (found.before, found.after) == (0.4, pytest.approx((change.after + 40) / 200))
    assert stuck.changes == ()
    assert stuck.after == pytest.approx((GRID.values[0].max() + GRID.values[1].max()) / 200)


def test_a_level_that_only_says_that_it_is_not_known_is_not_proposed():
    levels = ["phone"] * 50 + ["Unknown"] * 40 + ["не указано"] * 30
    table = pa.table({"customer_id": [str(n) for n in range(120)], "contact": levels})
    features = (_feature("contact", "category"),)
    matrix = encode_features(FeatureTable(table, features, AsOf(date(2026, 1, 1))))

    grid = Grid.of(matrix)

    assert [matrix.levels[0][int(code)] for code in grid.values[0]] == ["phone"]


def test_what_is_past_and_the_moment_cannot_be_changed_where_a_file_tells_them():
    names = ("previous_outcome", "month", "День недели", "monthly_fee", "дней с последней покупки")
    trend = _feature("trend", group="events", source=None)

    told = find_changeable([_feature(name, group="profile") for name in names])

    assert told.tolist() == [False, False, False, True, False]
    assert find_changeable(
        [replace(trend, meaning=Wording(en="last 30 days", ru="за последние 30"))]
    )[0]


@given(st.floats(0, 99), st.floats(0, 99), st.sampled_from([0.0, 1.0, np.nan]))
def test_the_changed_customer_has_the_probability_that_is_said(fee, calls, plan):
    row = np.array([fee, calls, plan])

    found = find_nearest_change(_score, row, GRID, changeable=ALL, threshold=0.3)

    changed = row.copy()
    for one in found.changes:
        changed[one.column] = one.after
    assert len(found.changes) <= 3
    assert not found.changes or found.after == pytest.approx(float(_score(changed[None])[0]))
    assert not found.changes or found.after < 0.3


def test_age_and_time_gone_by_cannot_be_changed():
    features = [
        _feature("Возраст"),
        _feature("monthly_fee"),
        _feature("TotalCharges"),
        _feature("recency_days", unit="days", group="purchases"),
        _feature("contract", "category"),
        _feature("Total day minutes"),
    ]

    assert find_changeable(features).tolist() == [False, True, False, False, True, True]


def test_names_that_are_given_go_before_words():
    features = [_feature("age"), _feature("fee"), _feature("calls")]

    assert find_changeable(features, change=["age"]).tolist() == [True, False, False]
    assert find_changeable(features, fixed=["fee"]).tolist() == [False, False, True]


def test_a_name_that_is_no_feature_is_told_with_the_nearest():
    with pytest.raises(UnknownColumnError, match=r"'fees'.*'fee'"):
        find_changeable([_feature("fee")], change=["fees"])
