"""Durations as columns tell them, and features that repeat them."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import InvalidParameterError, QualityError
from regulars.features import AsOf, Feature, FeatureTable, encode_features
from regulars.predictions.survival import find_duration_echoes, read_durations
from regulars.predictions.survival.durations import propose_unit
from regulars.schema.wording import Wording


@pytest.mark.parametrize(
    ("column", "values", "unit"),
    [
        ("tenure", [0, 1, 72], "months"),
        ("Tenure in Days", [1, 20], "days"),
        ("tenureMonths", [4000], "months"),
        ("срок, мес", [1, 5], "months"),
        ("Стаж (лет)", [1, 5], "years"),
        ("weeks_active", [1, 5], "weeks"),
        ("membership", [0.5, 3.25], "years"),
        ("lifetime", [12, 800], "days"),
        ("customer_lifetime_days", [12, 80], "days"),
    ],
)
def test_the_unit_is_told_by_the_name_else_by_the_values(column, values, unit):
    assert propose_unit(column, np.array(values, float)) == unit


def test_the_proposed_unit_is_said_and_how_to_say_another():
    durations = read_durations(pa.array([1, 72]), column="tenure")

    assert durations.sentence.en == (
        "“tenure” is taken to be in months (up to 72); if it is not, say so: --duration-unit."
    )
    assert durations.sentence.ru == (
        "«tenure» считается в месяцах (до 72); если это не так, укажите --duration-unit."
    )
    assert durations.days.tolist() == [30.4375, 72 * 30.4375]


def test_missing_and_negative_durations_are_left_out_and_counted():
    durations = read_durations(pa.array([3.0, None, -1.0, 5.0]), column="days", unit="days")

    assert np.isnan(durations.values).tolist() == [False, True, True, False]
    assert durations.sentence.en == (
        "“days” is taken to be in days (up to 5). Left out: 1 customers without a duration, 1 with one"
        " below zero."
    )


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        (pa.array([None, None], pa.float64()), QualityError, "missing for 2 and below zero for 0"),
        (pa.array([-1, -2]), QualityError, "missing for 0 and below zero for 2"),
        (pa.array([4, 4]), QualityError, "All customers have the same duration in 'tenure', 4"),
        (pa.array(["a", "b"]), InvalidParameterError, "'tenure' holds text"),
        (pa.array([True, False]), InvalidParameterError, "'tenure' holds yes and no"),
        (pa.array([date(2026, 1, 1)]), InvalidParameterError, "'tenure' holds dates"),
    ],
)
def test_what_is_no_duration_is_refused_in_words(values, error, message):
    with pytest.raises(error, match=message):
        read_durations(values, column="tenure")


def make_matrix(**columns):
    features = tuple(Feature(name, Wording(en=name, ru=name), None, "numeric") for name in columns)
    ids = [f"{n:04}" for n in range(len(next(iter(columns.values()))))]
    table = pa.table({"customer_id": ids} | columns)
    return encode_features(FeatureTable(table, features, AsOf(date(2026, 1, 1))))


def test_what_is_the_duration_or_a_product_of_it_is_found_whatever_it_is_called():
    generator = np.random.default_rng(2)
    months = generator.integers(1, 73, 500).astype(float)
    price = generator.uniform(20, 110, 500)
    matrix = make_matrix(
        a=price,
        b=months * price * generator.uniform(0.98, 1.02, 500),
        c=2026 - months / 12,
        d=months + generator.normal(0, 25, 500),
        e=generator.poisson(2, 500).astype(float),
    )

    echoes = find_duration_echoes(matrix, months)

    assert [(echo.feature, echo.times) for echo in echoes] == [("c", None), ("b", "a")]
    assert echoes[0].sentence.en == (
        "“c” is the duration in other words (rank correlation -1.000)."
    )


def test_a_price_is_not_taken_for_its_product_with_the_duration():
    months = np.arange(1.0, 201.0)
    price = np.random.default_rng(3).uniform(20, 110, 200)

    echoes = find_duration_echoes(make_matrix(price=price, paid=price * months), months)

    assert [echo.feature for echo in echoes] == ["paid"]


def test_customers_who_were_there_equally_long_tell_nothing_of_a_product():
    price = np.random.default_rng(4).uniform(20, 110, 200)
    months = np.tile([11.0, 12.0], 100)

    echoes = find_duration_echoes(make_matrix(price=price, twice=price * 2), months)

    assert echoes == ()


def test_what_is_made_of_the_duration_in_another_way_is_found_by_what_the_others_tell_with_it():
    generator = np.random.default_rng(2)
    months = generator.integers(1, 73, 2000).astype(float)
    calls, internet = generator.uniform(20, 110, 2000), generator.uniform(0, 50, 2000)
    revenue = months * (calls + internet)
    matrix = make_matrix(
        calls=calls, internet=internet, revenue=revenue, mood=generator.normal(size=2000)
    )

    echoes = find_duration_echoes(matrix, months)

    assert [(echo.feature, echo.times) for echo in echoes] == [("revenue", None)]
    assert echoes[0].sentence.en == (
        "With “revenue” the other features tell the duration almost exactly (93% of its spread, and 0%"
        " without): it is made of it."
    )


def test_honest_features_that_go_with_the_duration_stay():
    generator = np.random.default_rng(3)
    months = generator.integers(1, 73, 2000).astype(float)
    visits = generator.poisson(months / 6).astype(float)
    orders = generator.poisson(months / 4).astype(float)

    assert find_duration_echoes(make_matrix(visits=visits, orders=orders), months) == ()
