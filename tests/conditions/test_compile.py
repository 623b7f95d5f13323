from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pytest

from regulars.conditions import compile_condition, explain_condition, load_condition
from regulars.errors import InvalidParameterError, UnknownColumnError

ROW = {
    "age": 35,
    "amount": Decimal("9.9900"),
    "city": "Самара",
    "is_active": True,
    "ended_on": date(2026, 1, 31),
    "paid_at": datetime(2026, 3, 29, 21, 30, tzinfo=UTC),
    "tags": ["a"],
    "empty": None,
}
TYPES = {"amount": pa.decimal128(18, 4), "paid_at": pa.timestamp("us", "UTC"), "empty": pa.null()}


@pytest.fixture
def table():
    arrays = {name: pa.array([value], TYPES.get(name)) for name, value in ROW.items()}
    return ibis.memtable(pa.table(arrays))


def _compute(table, definition, as_of=None):
    condition = load_condition(definition, where="test")
    truth = compile_condition(condition, table, as_of=as_of)
    return ibis.duckdb.connect().to_pyarrow(table.select(truth=truth))["truth"].to_pylist()


def test_money_compares_exactly(table):
    assert _compute(table, {"column": "amount", "op": "=", "value": 9.99}) == [True]
    assert _compute(table, {"column": "amount", "op": ">", "value": 9.989999}) == [True]
    assert _compute(table, {"column": "amount", "in": [9.99, 1]}) == [True]


def test_days_are_counted_on_the_wall_clock_of_the_company(table):
    # In Berlin the clock springs forward on 29 March 2026, so that day has 23 hours.
    as_of = datetime(2026, 3, 29, tzinfo=ZoneInfo("Europe/Berlin"))
    before_next_day = {"column": "paid_at", "op": "<", "value": {"as_of_plus_days": 1}}
    before_day_after = {"column": "paid_at", "op": "<", "value": {"as_of_plus_days": 2}}

    assert _compute(table, before_next_day, as_of) == [True]
    assert _compute(table, before_day_after, as_of) == [True]
    assert _compute(
        table.mutate(paid_at=ibis.timestamp("2026-03-29 22:00:00").cast("timestamp('UTC')")),
        before_next_day,
        as_of,
    ) == [False]


def test_a_column_of_nothing_holds_no_comparison(table):
    assert _compute(table, {"column": "empty", "op": "=", "value": 1}) == [False]
    assert _compute(table, {"not": {"column": "empty", "in": ["x"]}}) == [True]
    assert _compute(table, {"column": "empty", "is_missing": True}) == [True]


def test_a_list_column_can_be_asked_whether_it_is_missing(table):
    assert _compute(table, {"column": "tags", "is_missing": True}) == [False]


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        (
            {"column": "age", "op": ">", "value": "120"},
            "Column 'age' holds whole numbers, and the text '120' does not fit;"
            " write a number without quotes.",
        ),
        (
            {"column": "city", "op": "=", "value": 7},
            "Column 'city' holds text, and the number 7 does not fit;"
            ' write it in quotes, as in "7".',
        ),
        (
            {"column": "is_active", "op": "=", "value": 1},
            "Column 'is_active' holds yes or no, and the number 1 does not fit;"
            " write true or false.",
        ),
        (
            {"column": "is_active", "op": "<", "value": True},
            "Column 'is_active' holds yes or no, which has no order: '<' is not possible."
            " Use '=' or '!='.",
        ),
        (
            {"column": "ended_on", "op": "<", "value": "31.01.2026"},
            "Column 'ended_on' holds days, and the text '31.01.2026' does not fit;"
            ' write a day as "2026-01-31".',
        ),
        (
            {"column": "paid_at", "op": "<", "value": "2026-01-31"},
            "Column 'paid_at' holds moments in time, and the text '2026-01-31' does not fit;"
            ' write a moment with its time zone, as in "2026-01-31T00:00:00+03:00".',
        ),
        (
            {"column": "age", "in": [1, 1.5]},
            "Column 'age' holds whole numbers, and the list has 1.5. List whole numbers only.",
        ),
        (
            {"column": "age", "text": "contains", "value": "3"},
            "Column 'age' holds whole numbers, and 'contains' looks into text. Compare it with"
            " '=', '<' or 'between'.",
        ),
        (
            {"column": "ended_on", "op": "<", "other": "paid_at"},
            "Column 'ended_on' holds days and column 'paid_at' holds moments in time: they cannot"
            " be compared. Compare columns of one type.",
        ),
        (
            {"column": "ended_on", "op": "<", "value": {"as_of_plus_days": 0}},
            "A condition counts days from the day of the calculation ('as_of_plus_days'), but no"
            " as_of was given; pass as_of.",
        ),
        (
            {"column": "amount", "op": "<", "value": 1e30},
            "Column 'amount' holds decimal numbers, and the number 1e+30 does not fit;"
            " write a number without quotes.",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_refused_alike_computed_and_explained(
    table, definition, message
):
    condition = load_condition(definition, where="test")

    with pytest.raises(InvalidParameterError) as computed:
        compile_condition(condition, table)
    with pytest.raises(InvalidParameterError) as explained:
        explain_condition(condition, ROW)

    assert str(computed.value) == message
    assert str(explained.value) == message


def test_a_column_that_no_engine_compares_is_refused(table):
    condition = load_condition({"column": "tags", "op": "=", "value": "a"}, where="test")

    with pytest.raises(InvalidParameterError, match="values that conditions cannot compare"):
        compile_condition(condition, table)


def test_an_unknown_column_offers_the_nearest(table):
    condition = load_condition({"column": "amuont", "op": ">", "value": 1}, where="test")

    with pytest.raises(UnknownColumnError, match="Did you mean 'amount'"):
        compile_condition(condition, table)
    with pytest.raises(UnknownColumnError, match=r"The row has no column.*Did you mean 'amount'"):
        explain_condition(condition, ROW)


def test_a_moment_without_a_zone_is_refused_as_as_of(table):
    condition = load_condition(
        {"column": "ended_on", "op": "<", "value": {"as_of_plus_days": 0}}, where="test"
    )

    with pytest.raises(InvalidParameterError, match="as_of has no time zone"):
        compile_condition(condition, table, as_of=datetime(2026, 1, 1))
