from datetime import date, timedelta

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from regulars.features import AsOf, FeatureTable
from regulars.predictions import ContractEnd, observe_outcome
from regulars.predictions.outcomes.observing import label_customers
from regulars.rehearsal import make_telecom_company

JUNE = AsOf(date(2025, 6, 1))
MUCH_LATER = AsOf(date(2026, 1, 1))


def subscribe(*rows):
    """Subscriptions: customer, first day, last day."""
    schema = pa.schema(
        [("customer_id", pa.string()), ("started_on", pa.date32()), ("ended_on", pa.date32())]
    )
    columns = [list(column) for column in zip(*rows, strict=True)]
    return ibis.memtable(pa.table(columns, schema=schema))


def customers(*ids, as_of=JUNE):
    return FeatureTable(pa.table({"customer_id": pa.array(ids, pa.string())}), (), as_of)


def label(subscriptions, tables, definition, until):
    seen = observe_outcome(
        definition,
        {"subscriptions": subscriptions},
        as_of=[table.as_of for table in tables],
        until=until,
    )
    return [label_customers(table, one).labels for table, one in zip(tables, seen, strict=True)]


def observe(subscriptions, *tables, until=MUCH_LATER, **days):
    labels = label(subscriptions, tables or [customers("a")], ContractEnd(**days), until)
    return [of_one_date.tolist() for of_one_date in labels]


@pytest.mark.parametrize(
    ("ended_on", "label"),
    [
        (date(2025, 6, 1), 1.0),
        (date(2025, 6, 30), 1.0),
        (date(2025, 7, 1), 0.0),
        (date(2027, 1, 1), 0.0),
        (None, 0.0),
    ],
)
def test_an_end_within_the_horizon_is_a_loss(ended_on, label):
    assert observe(subscribe(("a", date(2025, 1, 1), ended_on))) == [[label]]


def test_who_has_left_or_has_not_come_is_not_at_risk():
    subscriptions = subscribe(
        ("a", date(2025, 1, 1), date(2025, 5, 31)), ("b", date(2025, 6, 2), None)
    )

    labels = observe(subscriptions, customers("a", "b", "c"))

    assert np.isnan(labels).all()


@pytest.mark.parametrize(("grace_days", "label"), [(9, 1.0), (10, 0.0)])
def test_a_renewal_within_the_grace_is_no_loss(grace_days, label):
    subscriptions = subscribe(
        ("a", date(2025, 1, 1), date(2025, 6, 10)), ("a", date(2025, 6, 21), None)
    )

    assert observe(subscriptions, grace_days=grace_days) == [[label]]


def test_one_of_two_contracts_that_ends_is_no_loss():
    subscriptions = subscribe(
        ("a", date(2024, 1, 1), None), ("a", date(2025, 1, 1), date(2025, 6, 10))
    )

    assert observe(subscriptions) == [[0.0]]


def test_the_contracts_of_one_customer_do_not_keep_another():
    subscriptions = subscribe(
        ("a", date(2024, 1, 1), None),
        ("b", date(2024, 1, 1), date(2025, 6, 10)),
        ("c", date(2025, 6, 12), None),
    )

    assert observe(subscriptions, customers("a", "b")) == [[0.0, 1.0]]


def test_who_leaves_within_the_gap_is_not_at_risk_and_later_ends_count():
    subscriptions = subscribe(
        ("a", date(2025, 1, 1), date(2025, 6, 7)), ("b", date(2025, 1, 1), date(2025, 7, 5))
    )

    (labels,) = observe(subscriptions, customers("a", "b"), gap_days=7)

    assert np.isnan(labels[0])
    assert labels[1] == 1.0


@pytest.mark.parametrize(
    ("until", "is_known"), [(date(2025, 7, 30), False), (date(2025, 7, 31), True)]
)
def test_nothing_is_said_before_horizon_and_grace_are_over(until, is_known):
    subscriptions = subscribe(("a", date(2025, 1, 1), date(2025, 6, 10)))

    ((label,),) = observe(subscriptions, until=AsOf(until))

    assert np.isfinite(label) == is_known


def test_a_row_that_ends_before_it_starts_is_not_looked_at():
    subscriptions = subscribe(
        ("a", date(2025, 1, 1), None), ("a", date(2025, 5, 1), date(2025, 4, 1))
    )

    assert observe(subscriptions) == [[0.0]]


def test_labels_stand_in_the_order_of_the_customers_at_every_date():
    subscriptions = subscribe(
        ("b", date(2025, 1, 1), date(2025, 6, 10)), ("a", date(2025, 1, 1), date(2025, 3, 10))
    )
    march = customers("b", "a", as_of=AsOf(date(2025, 3, 1)))

    assert observe(subscriptions, march, customers("a", "b"))[0] == [0.0, 1.0]
    assert observe(subscriptions, march, customers("a", "b"))[1][1] == 1.0


def test_without_subscriptions_nobody_is_at_risk():
    nobody = pa.table({name: pa.array([], pa.date32()) for name in ("started_on", "ended_on")})
    empty = ibis.memtable(nobody.append_column("customer_id", pa.array([], pa.string())))

    assert np.isnan(observe(empty)).all()


def test_the_files_of_the_simulated_company_tell_what_the_truth_does():
    company = make_telecom_company(customers=1_000, months=9, seed=4)
    subscriptions = company.tables["subscriptions"]
    dates = [
        day for day in pc.unique(company.truth["as_of"]).to_pylist() if day < date(2025, 12, 1)
    ]
    truths = [
        company.truth.filter(pc.equal(company.truth["as_of"], pa.scalar(day))).sort_by(
            "customer_id"
        )
        for day in dates
    ]
    tables = [
        FeatureTable(truth.select(["customer_id"]), (), AsOf(day))
        for day, truth in zip(dates, truths, strict=True)
    ]

    told = np.concatenate(
        label(
            ibis.memtable(subscriptions),
            tables,
            ContractEnd(grace_days=0),
            AsOf(company.as_of + timedelta(days=1)),
        )
    )
    happened = np.concatenate([truth["churned"].to_numpy() for truth in truths])
    # The contracts that were made to end before they start leave a few customers without one.
    known = np.isfinite(told)
    assert known.mean() > 0.99
    assert np.array_equal(told[known], happened[known])
