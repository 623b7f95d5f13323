"""Models learnt at earlier dates and tested at later ones; outcomes of several classes."""

from datetime import UTC, date, datetime, timedelta
from functools import cache

import ibis
import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import InvalidParameterError, QualityError
from regulars.features import AsOf
from regulars.features.purchases import purchase_features
from regulars.predictions import (
    NoPurchase,
    choose_cutoffs,
    compare_models_over_time,
    keep_at_risk,
    observe_outcome,
)
from regulars.predictions.reasons.drivers import trace_drivers
from regulars.predictions.reasons.reason import Driver
from regulars.schema.wording import Wording

pytestmark = pytest.mark.slow

START = date(2025, 1, 1)
NOW = AsOf(date(2025, 10, 1))
STOPS = NoPurchase(horizon_days=60)


@cache
def _purchases():
    """Customers who buy every so many days until they stop for good, some early and some late."""
    generator = np.random.default_rng(3)
    ids, days = [], []
    for customer in range(400):
        rhythm = generator.uniform(5, 60)
        day = generator.uniform(0, 120)
        end = generator.uniform(30, 600)
        while day < min(end, 272):
            ids.append(f"{customer:03d}")
            days.append(day)
            day += generator.exponential(rhythm)
    moments = [datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in days]
    rows = {"customer_id": ids, "purchased_at": moments, "known_at": moments}
    return ibis.memtable(pa.table(rows | {"amount": [10.0] * len(ids)}))


@cache
def _compared():
    tables = {"purchases": _purchases()}
    dates = choose_cutoffs(STOPS, first=AsOf(START), until=NOW)
    seen = observe_outcome(STOPS, tables, as_of=dates, until=NOW)
    past = [
        keep_at_risk(purchase_features(tables["purchases"], as_of=one.as_of), one) for one in seen
    ]
    (today,) = observe_outcome(STOPS, tables, as_of=[NOW], until=NOW)
    features, _ = keep_at_risk(purchase_features(tables["purchases"], as_of=NOW), today)
    return compare_models_over_time(past, features, random_state=1), past, features


def test_customers_of_today_are_scored_by_what_was_learnt_before():
    comparison, past, features = _compared()

    assert comparison.customer_ids.to_pylist() == features.customer_ids.to_pylist()
    assert np.isfinite(comparison.churn_probability).all()
    assert comparison.n == sum(len(table) for table, _ in past)
    assert comparison.quality.roc_auc.low > 0.6
    assert len(comparison.reasons()) == len(features)


def test_the_last_date_is_the_hold_out():
    comparison, past, _ = _compared()
    last, outcome = past[-1]

    assert comparison.holdout.n == len(last)
    assert comparison.holdout.positives == outcome.positives
    assert comparison.quality.n > comparison.holdout.n
    assert comparison.quality.repeats == 1


def test_the_split_is_told_with_its_dates():
    comparison, past, _ = _compared()

    assert comparison.split.en.startswith("The split is in time. The models were tested on")
    assert past[-1][0].as_of.day.isoformat() in comparison.split.en
    assert "outcomes that were 60 days old at least" in comparison.split.en
    assert "исходам, которым не меньше чем 60 дней" in comparison.split.ru


def test_the_outcome_is_stated_with_how_often_it_was_seen():
    comparison, past, _ = _compared()

    assert comparison.outcome.sentence.en.startswith(
        "The outcome is no purchase for 60 days from the cut-off date on; at risk are those who "
        "bought within 60 days before it:"
    )
    customers = {one for table, _ in past for one in table.customer_ids.to_pylist()}
    assert f" of {comparison.n} tests of {len(customers)} customers at {len(past)} dates (" in (
        comparison.outcome.sentence.en.replace(",", "")
    )
    assert f"{len(customers)} клиентов на {len(past)} дат" in comparison.outcome.sentence.ru
    assert "который перестанет покупать" in comparison.threshold.sentence.ru
    quality, holdout = comparison.quality, comparison.holdout
    told = comparison.past_scores
    assert (quality.customers, quality.dates) == (
        len(told["customer_id"].unique()),
        len(told["as_of"].unique()),
    )
    assert quality.sentence.en.startswith(
        f"{quality.customers} customers were tested at {quality.dates} dates, and count once at each:"
    )
    assert (holdout.customers, holdout.dates) == (holdout.n, 1)
    assert "проверенных клиентов" in holdout.sentence.ru


def test_dates_of_other_features_are_refused():
    _, past, features = _compared()

    with pytest.raises(InvalidParameterError, match="Build all dates from one feature space"):
        compare_models_over_time(past, features.drop(["frequency"]), random_state=1)


def test_one_date_cannot_be_tested():
    _, past, features = _compared()

    with pytest.raises(QualityError, match="No date can be tested"):
        compare_models_over_time(past[-1:], features, random_state=1)


def test_drivers_are_told_at_every_date_that_was_tested():
    comparison, _, _ = _compared()
    dates = sorted(set(comparison.past_scores["as_of"].to_pylist()))

    told = {driver.feature: driver.over_time for driver in comparison.drivers}

    assert len(dates) > 1
    assert all([moment.as_of for moment in over_time] == dates for over_time in told.values())
    sums = [
        sum(over_time[place].share for over_time in told.values()) for place in range(len(dates))
    ]
    assert all(0.5 < total <= 1 + 1e-9 for total in sums)


def test_a_driver_that_takes_over_is_seen_to():
    drivers = [Driver(name, "raises", 1.0, Wording(en=name, ru=name)) for name in ("old", "new")]
    early = np.array([[-3.0, 1.0], [3.0, -1.0]])

    traced = trace_drivers(
        drivers, ["new", "old"], [(date(2026, 1, 1), early[:, ::-1]), (date(2026, 2, 1), early)]
    )

    assert [[moment.share for moment in one.over_time] for one in traced] == [
        [0.75, 0.25],
        [0.25, 0.75],
    ]
