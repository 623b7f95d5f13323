"""The state of a table: exact figures, whatever the order of the rows."""

import json
from datetime import UTC, date, datetime

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.errors import UnknownColumnError
from regulars.quality import describe_table
from regulars.quality.check import RangeCheck, RowsCheck
from regulars.quality.state import Bar
from regulars.schema.contract import Column, Role, get_contract

AS_OF = datetime(2026, 1, 10, tzinfo=UTC)
MEANING = {"en": "Bad", "ru": "Плохо"}
COLUMNS = {"x": [*range(100)], "word": ["a", "b"] * 50}


def describe(rows, contract=None, checks=()):
    return describe_table(ibis.memtable(pa.table(rows)), contract, as_of=AS_OF, checks=checks)


def test_a_quantity_has_its_figures():
    state = describe({"income": [10.0, 20.0, 30.0, 40.0, None, float("nan")]}).columns[0]

    assert (state.missing_count, state.completeness) == (2, 4 / 6)
    assert (state.minimum, state.maximum, state.mean, state.median) == (10.0, 40.0, 25.0, 25.0)
    assert (state.first_quartile, state.third_quartile) == (17.5, 32.5)
    assert (state.distinct_count, state.uniqueness) == (4, 1.0)
    assert state.is_distinct_approximate is False


def test_infinite_numbers_are_present_and_not_valid():
    state = describe({"income": [1.0, 2.0, float("inf"), None]}).columns[0]

    assert (state.completeness, state.invalid_count) == (0.75, 1)
    assert state.maximum == 2.0


def test_blank_texts_are_missing():
    state = describe({"city": ["Самара", " ", "", None, "Самара"]}).columns[0]

    assert (state.missing_count, state.distinct_count) == (3, 1)
    assert [(each.value, each.count, each.share) for each in state.values] == [("Самара", 2, 1.0)]


def test_days_have_a_period_a_lag_and_bars():
    days = [date(2026, 1, 1), date(2026, 1, 3), date(2026, 1, 3)]

    state = describe({"paid_on": days})

    assert (state.oldest, state.newest, state.lag_days) == ("2026-01-01", "2026-01-03", 7.0)
    assert state.columns[0].bars == (
        Bar("2026-01-01", "2026-01-02", 1),
        Bar("2026-01-02", "2026-01-03", 0),
        Bar("2026-01-03", "2026-01-04", 2),
    )


def test_decades_of_days_fit_in_twenty_bars():
    days = [date(1900 + year, 6, 1) for year in range(120)]

    bars = describe({"born_on": days}).columns[0].bars

    assert len(bars) == 20
    assert sum(bar.count for bar in bars) == 120


def test_a_few_extreme_values_do_not_press_the_rest_into_one_bar():
    values = [*range(1000), 10**6]

    bars = describe({"amount": values}).columns[0].bars

    assert len(bars) <= 20
    assert bars[-1].high == 10**6
    assert max(bar.count for bar in bars) <= 100


def test_outliers_are_counted_by_both_rules():
    state = describe({"amount": [*range(1, 100), 1000]}).columns[0]

    assert state.outliers is not None
    assert (state.outliers.low, state.outliers.high) == (-48.5, 149.5)
    assert (state.outliers.tukey_count, state.outliers.robust_z_count) == (1, 1)


def test_a_column_that_is_mostly_one_value_has_no_outliers():
    assert describe({"amount": [0] * 90 + [*range(10)]}).columns[0].outliers is None


def test_validity_is_about_the_column_alone_and_consistency_about_several():
    alone = RangeCheck(name="a", table="t", meaning=MEANING, columns=["end"], minimum=0)
    together = RowsCheck(
        name="b",
        table="t",
        meaning=MEANING,
        condition={"column": "end", "op": "<", "other": "start"},
    )

    state = describe({"start": [1, 1, 1, 1], "end": [-1, 0, 1, None]}, checks=[alone, together])

    assert (state.get_column("end").invalid_count, state.get_column("end").validity) == (1, 2 / 3)
    assert state.get_column("end").consistency == 0.5
    assert (state.get_column("start").validity, state.get_column("start").consistency) == (
        None,
        0.5,
    )


def test_personal_columns_show_how_full_they_are_and_nothing_else():
    rows = {"customer_id": ["1", "2"], "phone": ["200-10-20", "200-10-20"]}

    state = describe(rows, get_contract("customers"))

    phone = state.get_column("phone")
    assert (phone.completeness, phone.distinct_count, phone.values, phone.examples) == (
        1.0,
        1,
        (),
        (),
    )
    assert "200-10-20" not in json.dumps(state.to_dict())


def test_the_columns_may_be_given_with_their_roles():
    column = Column(
        name="code", type="integer", role=Role.CATEGORY, meaning={"en": "Code", "ru": "Код"}
    )

    state = describe({"code": [1, 2], "other": [3, 4]}, [column])

    assert [each.name for each in state.columns] == ["code"]
    assert state.columns[0].meaning.ru == "Код"


def test_the_period_of_a_known_table_follows_its_time_column():
    rows = {"started_on": [date(2026, 1, 1)], "ended_on": [date(2027, 1, 1)]}
    columns = [get_contract("subscriptions").get_column(name) for name in rows]
    table = ibis.memtable(pa.table(rows))

    state = describe_table(table, columns, as_of=AS_OF, name="subscriptions")

    assert (state.oldest, state.lag_days) == ("2026-01-01", 9.0)


def test_an_empty_table_is_described():
    state = describe({"name": pa.array([], pa.string()), "age": pa.array([], pa.int64())})

    assert (state.row_count, state.completeness) == (0, 1.0)
    assert state.get_column("age").median is None


def test_a_column_with_nothing_in_it_is_described():
    state = describe({"name": pa.array([None, None], pa.string()), "age": [1, 2]})

    assert state.get_column("name").completeness == 0.0
    assert state.get_column("name").values == ()


def test_the_state_becomes_json():
    state = describe({"customer_id": ["1", "2"], "paid_on": [date(2026, 1, 1), None]})

    plain = json.loads(json.dumps(state.to_dict()))

    assert plain["customer_count"] == 2
    assert plain["columns"][1]["maximum"] == "2026-01-01"


def test_a_column_that_was_not_described_is_answered():
    with pytest.raises(UnknownColumnError, match="Did you mean 'income'"):
        describe({"income": [1]}).get_column("incom")


quantities = st.lists(
    st.one_of(st.none(), st.integers(-1000, 1000), st.just(10**6)), min_size=1, max_size=60
)


@settings(max_examples=15)
@given(quantities)
def test_figures_are_those_of_numpy_and_bars_hold_every_value(values):
    state = describe({"x": pa.array(values, pa.int64())}).columns[0]
    known = [value for value in values if value is not None]

    assert state.missing_count == len(values) - len(known)
    assert state.distinct_count == len(set(known))
    assert state.median == (pytest.approx(np.median(known)) if known else None)
    listed = [*state.bars, *state.values]
    assert sum(each.count for each in listed) == len(known)
    assert len(listed) <= 20


@settings(max_examples=15)
@given(quantities)
def test_each_bar_counts_what_lies_between_its_edges(values):
    bars = describe({"x": pa.array(values, pa.int64())}).columns[0].bars
    known = np.array([value for value in values if value is not None])

    edges = [bar.low for bar in bars] + [bar.high for bar in bars[-1:]]
    expected = np.histogram(known, bins=edges)[0].tolist() if bars else []
    assert [bar.count for bar in bars] == expected


@settings(max_examples=15)
@given(quantities, st.randoms())
def test_shuffled_rows_give_the_same_state(values, random):
    shuffled = random.sample(values, len(values))

    first = describe({"x": pa.array(values, pa.int64())}).to_dict()
    second = describe({"x": pa.array(shuffled, pa.int64())}).to_dict()

    assert second["columns"][0].pop("mean") == pytest.approx(first["columns"][0].pop("mean"))
    assert second == first


def test_many_columns_are_counted_as_few_are():
    few = describe(COLUMNS)
    many = describe({f"{name}{n}": values for n in range(30) for name, values in COLUMNS.items()})

    assert many.get_column("x7").bars == few.get_column("x").bars
    assert many.get_column("word7").values == few.get_column("word").values
