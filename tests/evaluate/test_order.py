"""Rows in an order: nothing later is ever learnt from, and nobody stands on both sides."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from regulars.evaluate.order import RowOrder, forward_rounds, rolling_rounds

ROWS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 40), st.booleans()), min_size=30, max_size=120
)


def order_of(rows, *, gap=0.0):
    values, groups, labels = (np.array(one) for one in zip(*rows, strict=True))
    return RowOrder(values.astype(float), groups, labels.astype(float), gap=gap, fewest=1)


def list_rounds(order):
    earlier, last = forward_rounds(order)
    choosing, tests = rolling_rounds(order)
    return [*earlier, *([last] if last else []), *choosing, *tests]


@given(rows=ROWS, gap=st.sampled_from([0.0, 3.0]))
def test_what_is_learnt_lies_before_what_is_tested_by_the_gap(rows, gap):
    order = order_of(rows, gap=gap)

    assert all(
        order.values[part.learn].max() < order.values[part.test].min() - gap
        for part in list_rounds(order)
    )


@given(ROWS)
def test_rows_of_one_customer_are_never_on_both_sides(rows):
    order = order_of(rows)

    assert all(
        not set(order.groups[part.learn]) & set(order.groups[part.test])
        for part in list_rounds(order)
    )


@given(ROWS)
def test_a_row_is_tested_by_a_rolling_window_once_at_most(rows):
    _, tests = rolling_rounds(order_of(rows))

    assert sum((part.test.astype(int) for part in tests), np.zeros(len(rows), int)).max() <= 1


def test_rows_without_a_place_are_left_out():
    values = np.append(np.arange(60.0), np.nan)
    order = RowOrder(values, np.arange(61), np.arange(61) % 2.0, fewest=2)

    earlier, last = forward_rounds(order)

    assert last.test.sum() == 20
    assert not any(side[60] for part in (*earlier, last) for side in (part.learn, part.test))


def test_a_step_with_too_few_of_an_outcome_goes_on_until_there_are_enough():
    labels = (np.arange(900) % 30 == 0).astype(float)
    order = RowOrder(np.arange(900.0), np.arange(900), labels, fewest=5)

    _, tests = rolling_rounds(order)

    assert [int(part.test.sum()) for part in tests] == [160, 140, 200]
    assert min(labels[part.test].sum() for part in tests) >= 5
