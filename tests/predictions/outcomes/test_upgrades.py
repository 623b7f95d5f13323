"""Moves to a dearer plan, read from subscriptions and their fees."""

from datetime import date, timedelta

import ibis
import pyarrow as pa
import pytest
from pydantic import TypeAdapter

from regulars.errors import QualityError
from regulars.features import AsOf
from regulars.predictions import OutcomeDefinition, PlanUpgrade, observe_outcome

DAY = AsOf(date(2026, 3, 1))
LATER = AsOf(date(2026, 12, 31))


def subscriptions(*rows, **columns):
    """(customer, first day, last day, fee), days from the date."""
    who, starts, ends, fees = zip(*rows, strict=True)

    def day(number):
        return None if number is None else DAY.day + timedelta(days=number)

    table = {
        "customer_id": list(who),
        "started_on": pa.array([day(one) for one in starts], pa.date32()),
        "ended_on": pa.array([day(one) for one in ends], pa.date32()),
        "fee_amount": pa.array(list(fees), pa.float64()),
    }
    return ibis.memtable(pa.table(table | columns))


def observe(tables, **settings):
    definition = PlanUpgrade(horizon_days=30, **settings)
    (seen,) = observe_outcome(definition, tables, as_of=[DAY], until=LATER)
    return dict(zip(seen.customer_ids.to_pylist(), seen.labels.tolist(), strict=True))


def test_a_dearer_plan_counts_and_a_cheaper_or_later_one_does_not():
    table = subscriptions(
        *[("up", -50, 9, 10.0), ("up", 10, None, 20.0)],
        *[("down", -50, 9, 10.0), ("down", 10, None, 5.0)],
        *[("late", -50, 39, 10.0), ("late", 40, None, 20.0)],
        ("same", -50, None, 10.0),
        *[("before", -50, -11, 10.0), ("before", -10, None, 20.0)],
        ("new", 5, None, 20.0),
        ("gone", -50, -1, 10.0),
    )

    found = observe({"subscriptions": table})

    assert found == {"before": 0.0, "down": 0.0, "late": 0.0, "same": 0.0, "up": 1.0}


def test_an_upgrade_within_the_gap_does_not_count():
    table = subscriptions(("soon", -50, 2, 10.0), ("soon", 3, None, 20.0))

    assert observe({"subscriptions": table}, gap_days=7) == {"soon": 0.0}


def test_a_cheaper_plan_beside_the_first_is_no_upgrade():
    table = subscriptions(("two", -50, None, 10.0), ("two", 3, None, 8.0))

    assert observe({"subscriptions": table}) == {"two": 0.0}


def test_fees_of_a_year_are_compared_by_the_month():
    table = subscriptions(
        *[("yearly", -50, 2, 10.0), ("yearly", 3, None, 100.0)],
        billing_period=["month", "year"],
    )

    assert observe({"subscriptions": table}) == {"yearly": 0.0}


def test_fees_may_stand_with_the_tariffs():
    table = subscriptions(
        *[("up", -50, 2, None), ("up", 3, None, None)], tariff_id=["small", "large"]
    )
    tariffs = ibis.memtable(pa.table({"tariff_id": ["small", "large"], "fee_amount": [5.0, 9.0]}))

    assert observe({"subscriptions": table, "tariffs": tariffs}) == {"up": 1.0}


def test_without_fees_nothing_tells_what_is_dearer():
    table = subscriptions(("one", -50, None, None))

    with pytest.raises(QualityError, match="No fee of a subscription is known"):
        observe({"subscriptions": table})


def test_the_definition_is_read_by_its_kind_and_says_itself():
    found = TypeAdapter(OutcomeDefinition).validate_python({"kind": "upgrade", "horizon_days": 60})

    assert found == PlanUpgrade(horizon_days=60)
    assert found.sentence.en.startswith("The outcome is that within 60 days of the cut-off date")
    assert "плата за месяц по которой выше" in found.sentence.ru
    assert not found.is_churn
