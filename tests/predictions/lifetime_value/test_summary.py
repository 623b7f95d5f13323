"""Repeat purchases out of a table: days, returns, amounts that are missing, and what is not seen."""

from datetime import UTC, date, datetime, timedelta

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import NotFoundError
from regulars.features import AsOf
from regulars.predictions.lifetime_value import sum_up_purchases

AS_OF = AsOf(date(2026, 3, 1))


def sum_up(rows, as_of=AS_OF):
    ids, days, amounts = zip(*rows, strict=True)
    moments = [datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=day) for day in days]
    table = pa.table(
        {
            "customer_id": pa.array(ids, pa.string()),
            "purchased_at": moments,
            "known_at": moments,
            "amount": pa.array(amounts, pa.float64()),
        }
    )
    return sum_up_purchases(ibis.memtable(table), as_of=as_of)


def test_a_day_counts_once_and_tenure_ends_on_the_last_day_seen():
    found = sum_up([("a", 0, 10.0), ("a", 9, 20.0), ("a", 9, 30.0), ("b", 3, 5.0)])

    bought = found.purchases
    assert bought.customer_ids.to_pylist() == ["a", "b"]
    assert bought.repeat_purchase_count.tolist() == [1, 0]
    assert bought.active_span_days.tolist() == [9, 0]
    assert bought.tenure_days.tolist() == [58, 55]
    assert bought.mean_amount[0] == 50.0
    assert np.isnan(bought.mean_amount[1])
    assert (found.counts.rows, found.counts.purchase_days, found.counts.same_day) == (4, 3, 1)


def test_returns_are_no_purchases_and_are_taken_off_the_baskets():
    found = sum_up([("a", 0, 50.0), ("a", 5, 50.0), ("a", 8, -25.0), ("r", 1, -9.0), ("b", 2, 1.0)])

    assert found.purchases.customer_ids.to_pylist() == ["a", "b"]
    assert found.purchases.repeat_purchase_count.tolist() == [1, 0]
    assert found.purchases.mean_amount[0] == 37.5
    counts = found.counts
    assert (counts.returns, counts.only_returns, counts.returned_amount) == (2, 1, -34.0)


def test_who_gave_everything_back_has_baskets_of_nothing():
    found = sum_up([("a", 0, 50.0), ("a", 5, 50.0), ("a", 8, -300.0)])

    assert found.purchases.mean_amount.tolist() == [0.0]


def test_purchases_without_an_amount_count_and_tell_nothing_of_the_basket():
    rows = [
        ("a", 0, None),
        ("a", 5, 20.0),
        ("a", 7, None),
        ("b", 0, 8.0),
        ("b", 1, None),
        ("c", 0, 0.0),
    ]

    found = sum_up(rows)

    bought = found.purchases
    assert bought.repeat_purchase_count.tolist() == [2, 1, 0]
    assert bought.paid_counts.tolist() == [1, 0, 0]
    assert bought.mean_amount[0] == 20.0
    assert (found.counts.without_amount, found.counts.free) == (3, 1)


def test_rows_without_a_customer_are_counted_and_left_out():
    found = sum_up([(None, 0, 5.0), (None, 1, -5.0), ("a", 0, 1.0)])

    assert len(found.purchases) == 1
    assert found.counts.without_customer == 2


def test_the_first_half_is_told_apart_from_the_second():
    rows = [("a", 0, 1.0), ("a", 20, 1.0), ("a", 40, 1.0), ("a", 58, 1.0), ("b", 57, 1.0)]

    found = sum_up(rows)

    assert found.checked_days == 29
    assert len(found.earlier) == 1
    assert found.earlier.repeat_purchase_count.tolist() == [1]
    assert found.earlier.tenure_days.tolist() == [29]
    assert found.later_counts.tolist() == [2]


def test_several_currencies_are_told():
    day = datetime(2026, 1, 1, tzinfo=UTC)
    rows = {
        "customer_id": ["a", "a", "b"],
        "purchased_at": [day, day + timedelta(days=1), day],
        "amount": [1.0, 2.0, 3.0],
        "currency": ["EUR", "USD", None],
    }

    found = sum_up_purchases(ibis.memtable(pa.table(rows)), as_of=AS_OF)

    assert found.counts.currencies == ("", "EUR", "USD")


def test_a_day_before_all_purchases_is_said():
    with pytest.raises(NotFoundError, match="the first purchase is of 2026-01-11"):
        sum_up([("a", 10, 5.0)], AsOf(date(2026, 1, 5)))


def test_purchases_of_nobody_are_said():
    with pytest.raises(NotFoundError, match="No purchase names its customer"):
        sum_up([(None, 10, 5.0)])


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", None]),
        st.integers(0, 50),
        st.one_of(st.none(), st.integers(-50, 200).map(float)),
    ),
    min_size=1,
    max_size=20,
)


@pytest.mark.slow
@given(rows=ROWS, later=ROWS)
def test_rows_add_up_and_nothing_after_the_day_is_seen(rows, later):
    rows = [("a", 0, 10.0), *rows]
    after = [(who, 59 + day, amount) for who, day, amount in later]

    before, both = sum_up(rows), sum_up([*rows, *after])

    counts = before.counts
    parts = counts.purchase_days + counts.same_day + counts.returns + counts.without_customer
    assert counts.rows == len(rows) == parts
    assert counts == both.counts
    for name in ("repeat_purchase_count", "active_span_days", "tenure_days", "mean_amount"):
        told = getattr(before.purchases, name), getattr(both.purchases, name)
        np.testing.assert_array_equal(*told)
    named = [(who, day, amount) for who, day, amount in rows if who and (amount or 0) >= 0]
    days = {who: {day for one, day, _ in named if one == who} for who, _, _ in named}
    assert before.purchases.repeat_purchase_count.tolist() == [
        len(days[who]) - 1 for who in sorted(days)
    ]
