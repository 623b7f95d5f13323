"""What each aggregate makes of known rows, to the digit."""

import random
from datetime import UTC, date, datetime

import ibis
import pyarrow as pa
import pytest

from regulars.errors import InvalidParameterError, UnknownColumnError
from regulars.features import AsOf, FeatureSpace, read_features

AS_OF = AsOf(date(2026, 1, 10), "Europe/Samara")
INSTANT = pa.timestamp("us", tz="UTC")
EVENTS = pa.schema(
    [
        ("customer_id", pa.string()),
        ("occurred_at", INSTANT),
        ("known_at", INSTANT),
        ("name", pa.string()),
        ("duration_seconds", pa.float64()),
        ("amount", pa.decimal128(18, 4)),
    ]
)


def _moment(day: int, hour: int = 12, month: int = 1, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def _event(customer: str | None, at: datetime, name: str = "call", seconds: float | None = 60.0):
    return {
        "customer_id": customer,
        "occurred_at": at,
        "known_at": at,
        "name": name,
        "duration_seconds": seconds,
        "amount": None,
    }


ROWS = [
    _event("1", _moment(9), "call", 60.0),
    _event("1", _moment(8), "sms", None),
    _event("1", _moment(2), "call", 120.0),
    _event("1", _moment(22, month=12, year=2025), "call", 30.0),
    _event("2", _moment(1, month=6, year=2025), "call", 10.0),
    _event(None, _moment(5), "call", 10.0),
]


def _build(definition: str, rows=ROWS, as_of: AsOf = AS_OF) -> dict[str, list]:
    text = f'name = "x"\nmeaning = {{ en = "x", ru = "икс" }}\n{definition}\n'
    features = read_features(text, file="test.toml")
    tables = {"events": ibis.memtable(pa.Table.from_pylist(rows, schema=EVENTS))}
    built = FeatureSpace(name="test").build(tables, as_of=as_of, definitions=features)
    return built.table.to_pydict()


CALLS = 'where = { column = "name", op = "=", value = "call" }'


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ('aggregate = "count"', [4.0, 1.0]),
        ('aggregate = "count"\ncolumn = "duration_seconds"', [3.0, 1.0]),
        (f'aggregate = "count"\n{CALLS}', [3.0, 1.0]),
        ('aggregate = "sum"\ncolumn = "duration_seconds"', [210.0, 10.0]),
        ('aggregate = "mean"\ncolumn = "duration_seconds"', [70.0, 10.0]),
        ('aggregate = "min"\ncolumn = "duration_seconds"', [30.0, 10.0]),
        ('aggregate = "max"\ncolumn = "duration_seconds"', [120.0, 10.0]),
        ('aggregate = "std"\ncolumn = "duration_seconds"', [45.8257569495584, None]),
        (f'aggregate = "share"\n{CALLS}', [0.75, 1.0]),
        ('aggregate = "distinct"\ncolumn = "name"', [2.0, 1.0]),
        ('aggregate = "entropy"\ncolumn = "name"', [0.8112781244591328, 0.0]),
        ('aggregate = "days_since_last"', [1.0, 223.0]),
        ('aggregate = "days_since_first"', [19.0, 223.0]),
        ('aggregate = "mean_gap_days"', [6.0, None]),
        ('aggregate = "first"\ncolumn = "duration_seconds"', [30.0, 10.0]),
        ('aggregate = "last"\ncolumn = "duration_seconds"', [60.0, 10.0]),
    ],
)
def test_an_aggregate_over_everything_before_the_day(definition, expected):
    built = _build(f'table = "events"\n{definition}')

    assert built["customer_id"] == ["1", "2"]
    assert built["x"] == [pytest.approx(value) for value in expected]


@pytest.mark.parametrize(
    ("definition", "window", "expected"),
    [
        ('aggregate = "count"', 2, [2.0, 0.0]),
        ('aggregate = "count"', 30, [4.0, 0.0]),
        ('aggregate = "count"', 365, [4.0, 1.0]),
        ('aggregate = "sum"\ncolumn = "duration_seconds"', 10, [180.0, 0.0]),
        ('aggregate = "mean"\ncolumn = "duration_seconds"', 10, [90.0, None]),
        ('aggregate = "distinct"\ncolumn = "name"', 1, [1.0, 0.0]),
        ('aggregate = "last"\ncolumn = "duration_seconds"', 10, [60.0, None]),
        (f'aggregate = "share"\n{CALLS}', 2, [0.5, None]),
        ('aggregate = "trend"', 10, [2.0, None]),
        ('aggregate = "trend"\ncolumn = "duration_seconds"', 10, [5.0, None]),
    ],
)
def test_an_aggregate_over_a_window(definition, window, expected):
    built = _build(f'table = "events"\n{definition}\nwindows = [{window}]')

    assert built[f"x_{window}d"] == [pytest.approx(value) for value in expected]


def test_the_last_of_a_text_is_a_category():
    built = _build('table = "events"\naggregate = "last"\ncolumn = "name"')

    assert built["x"] == ["call", "call"]


def test_a_window_begins_at_midnight_of_the_companys_zone():
    # Midnight in Samara is 20:00 UTC of the day before.
    rows = [_event("1", _moment(2, 19)), _event("1", _moment(2, 20))]

    built = _build('table = "events"\naggregate = "count"\nwindows = [7]', rows)

    assert built["x_7d"] == [1.0]


def test_days_are_counted_on_the_calendar_of_the_companys_zone():
    rows = [_event("1", _moment(8, 21)), _event("2", _moment(8, 19))]

    built = _build('table = "events"\naggregate = "days_since_last"', rows)

    assert built["x"] == [1.0, 2.0]


def test_days_are_counted_right_over_a_change_of_the_clock():
    rows = [_event("1", datetime(2025, 3, 29, 22, 30, tzinfo=UTC))]
    berlin = AsOf(date(2025, 3, 31), "Europe/Berlin")

    built = _build('table = "events"\naggregate = "days_since_last"', rows, berlin)

    assert built["x"] == [2.0]


def test_hours_and_weekdays_are_told_from_the_instant_where_they_are_not_stored():
    rows = [_event("1", _moment(9, 3)), _event("1", _moment(4, 3)), _event("1", _moment(3, 21))]
    at_seven = 'where = { column = "occurred_hour", op = "=", value = 7 }'
    on_sunday = 'where = { column = "occurred_weekday", op = "=", value = 7 }'

    mornings = _build(f'table = "events"\naggregate = "count"\n{at_seven}', rows)
    sundays = _build(f'table = "events"\naggregate = "count"\n{on_sunday}', rows)

    assert mornings["x"] == [2.0]
    assert sundays["x"] == [2.0]


def test_active_days_are_days_of_the_companys_calendar():
    rows = [_event("1", _moment(8, 19)), _event("1", _moment(8, 21)), _event("1", _moment(9, 10))]

    built = _build('table = "events"\naggregate = "distinct"\ncolumn = "occurred_on"', rows)

    assert built["x"] == [2.0]


def test_the_rhythm_of_a_clockwork_varies_by_nothing():
    even = [_event("1", _moment(day)) for day in (1, 3, 5, 7)]
    uneven = [_event("2", _moment(day)) for day in (1, 2, 3, 9)]

    built = _build('table = "events"\naggregate = "gap_variation"', even + uneven)

    assert built["x"] == [0.0, pytest.approx(0.883883476483184)]


def test_a_slope_is_that_of_the_least_squares_line_over_thirty_days():
    rows = [_event("1", _moment(day), seconds=10.0 * day) for day in (1, 4, 9)]

    built = _build('table = "events"\naggregate = "slope"\ncolumn = "duration_seconds"', rows)

    assert built["x"] == [pytest.approx(300.0)]


def test_a_slope_over_one_day_is_not_known():
    rows = [_event("1", _moment(5), seconds=10.0), _event("1", _moment(5), seconds=20.0)]

    built = _build('table = "events"\naggregate = "slope"\ncolumn = "duration_seconds"', rows)

    assert built["x"] == [None]


def test_equal_values_have_no_spread_at_all():
    rows = [_event("1", _moment(day), seconds=0.1) for day in (1, 2, 3)]

    built = _build('table = "events"\naggregate = "std"\ncolumn = "duration_seconds"', rows)

    assert built["x"] == [0.0]


def test_of_several_values_at_one_moment_the_greatest_is_the_last():
    rows = [_event("1", _moment(5), name) for name in ("b", "c", "a")]

    built = _build('table = "events"\naggregate = "last"\ncolumn = "name"', rows)

    assert built["x"] == ["c"]


def test_a_row_that_happened_but_was_not_known_is_not_seen():
    late = _event("1", _moment(2)) | {"known_at": _moment(10)}

    built = _build('table = "events"\naggregate = "count"', [_event("1", _moment(1)), late])

    assert built["x"] == [1.0]


def test_who_is_not_seen_before_the_day_is_not_there():
    built = _build('table = "events"\naggregate = "count"', [_event("1", _moment(12))])

    assert built == {"customer_id": [], "x": []}


def test_money_is_summed_as_decimal():
    rows = [_event("1", _moment(5)) | {"amount": 10} for _ in range(3)]
    rows = pa.Table.from_pylist(rows, schema=EVENTS).to_pylist()

    built = _build('table = "events"\naggregate = "sum"\ncolumn = "amount"', rows)

    assert built["x"] == [30.0]


@pytest.mark.parametrize("aggregate", ["sum", "mean", "std"])
def test_fractions_come_to_the_same_in_whatever_order_they_are_added_up(aggregate):
    chance = random.Random(5)
    rows = [
        _event(str(n % 50), _moment(1 + n % 9), seconds=chance.randrange(1000) / 10)
        for n in range(5_000)
    ]
    definition = f'table = "events"\naggregate = "{aggregate}"\ncolumn = "duration_seconds"'
    before = _build(definition, rows)
    chance.shuffle(rows)

    assert _build(definition, rows) == before


def test_fractions_add_up_as_they_do_on_paper():
    rows = [_event("1", _moment(day), seconds=350.1) for day in (5, 6, 7)]

    built = _build('table = "events"\naggregate = "sum"\ncolumn = "duration_seconds"', rows)

    assert sum([350.1] * 3) != 1050.3
    assert built["x"] == [1050.3]


CUSTOMERS = pa.table(
    {
        "customer_id": ["1", "1", "2"],
        "known_at": pa.array([_moment(1), _moment(15), _moment(1)], INSTANT),
        "load_id": ["a", "b", "a"],
        "registered_on": pa.array([date(2025, 12, 1), date(2025, 12, 1), date(2026, 1, 9)]),
        "birth_year": [1990, 1991, None],
        "city": ["Perm", "Samara", None],
        "is_premium": [True, False, None],
    }
)


def _about_customers(definition: str, as_of: AsOf = AS_OF) -> list:
    text = f'name = "x"\ntable = "customers"\nmeaning = {{ en = "x", ru = "икс" }}\n{definition}\n'
    features = read_features(text, file="test.toml")
    tables = {"customers": ibis.memtable(CUSTOMERS)}
    built = FeatureSpace(name="test").build(tables, as_of=as_of, definitions=features)
    return built.table.to_pydict()["x"]


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ('aggregate = "value"\ncolumn = "city"', ["Perm", None]),
        ('aggregate = "value"\ncolumn = "is_premium"', [True, None]),
        ('aggregate = "years_since"\ncolumn = "birth_year"', [36.0, None]),
        ('aggregate = "days_since_first"\ncolumn = "registered_on"', [40.0, 1.0]),
    ],
)
def test_a_state_is_read_in_the_version_known_before_the_day(definition, expected):
    assert _about_customers(definition) == expected


def test_a_later_day_reads_the_later_version():
    later = AsOf(date(2026, 1, 20), "Europe/Samara")

    assert _about_customers('aggregate = "value"\ncolumn = "city"', later) == ["Samara", None]


def _subscriptions(ended_on: date | None) -> ibis.Table:
    return ibis.memtable(
        pa.table(
            {
                "subscription_id": ["s"],
                "customer_id": ["1"],
                "tariff_id": ["M"],
                "started_on": pa.array([date(2025, 6, 1)], pa.date32()),
                "ended_on": pa.array([ended_on], pa.date32()),
                "known_at": pa.array([_moment(1)], INSTANT),
                "fee_amount": [300.0],
            }
        )
    )


TARIFFS = ibis.memtable(
    pa.table(
        {
            "tariff_id": ["M", "M"],
            "included_minutes": [300.0, 500.0],
            "known_at": pa.array([_moment(1), _moment(15)], INSTANT),
            "started_on": pa.array([date(2020, 1, 1), date(2020, 1, 1)], pa.date32()),
        }
    )
)


def test_an_end_in_the_future_is_not_seen():
    space = FeatureSpace(name="test", features=("active_subscriptions", "ended_subscriptions"))

    open_end = space.build({"subscriptions": _subscriptions(None)}, as_of=AS_OF)
    later_end = space.build({"subscriptions": _subscriptions(date(2026, 1, 10))}, as_of=AS_OF)
    earlier_end = space.build({"subscriptions": _subscriptions(date(2026, 1, 9))}, as_of=AS_OF)

    assert later_end.table == open_end.table
    assert open_end.table.to_pylist() == [
        {"customer_id": "1", "active_subscriptions": 1.0, "ended_subscriptions": 0.0}
    ]
    assert earlier_end.table.to_pylist() == [
        {"customer_id": "1", "active_subscriptions": 0.0, "ended_subscriptions": 1.0}
    ]


def test_a_tariff_is_looked_up_as_it_was_known():
    space = FeatureSpace(name="test", features=("included_minutes",))
    tables = {"subscriptions": _subscriptions(None), "tariffs": TARIFFS}

    before, after = space.build(tables, as_of=[AS_OF, AsOf(date(2026, 1, 20), "Europe/Samara")])

    assert before.table.column("included_minutes").to_pylist() == [300.0]
    assert after.table.column("included_minutes").to_pylist() == [500.0]


def test_a_ratio_is_made_of_features_of_the_same_window():
    rows = pa.Table.from_pylist(ROWS, schema=EVENTS)
    space = FeatureSpace(name="test", features=("events_an_active_day_30d",))

    built = space.build({"events": ibis.memtable(rows)}, as_of=AS_OF)

    assert built.table.to_pydict() == {
        "customer_id": ["1", "2"],
        "events_an_active_day_30d": [1.0, None],
    }


def test_everybody_of_any_table_is_there_and_counts_are_zero_for_those_without_rows():
    rows = pa.Table.from_pylist(ROWS, schema=EVENTS)
    space = FeatureSpace(name="test", features=("calls_30d", "city"))
    customers = CUSTOMERS.set_column(0, "customer_id", pa.array(["7", "7", "8"]))

    built = space.build(
        {"events": ibis.memtable(rows), "customers": ibis.memtable(customers)}, as_of=AS_OF
    )

    assert built.table.to_pydict() == {
        "customer_id": ["1", "2", "7", "8"],
        "calls_30d": [3.0, 0.0, 0.0, 0.0],
        "city": [None, None, "Perm", None],
    }


def test_a_feature_knows_its_meaning_unit_and_kind():
    space = FeatureSpace(name="test", features=("city", "age_years", "is_premium"))

    built = space.build({"customers": ibis.memtable(CUSTOMERS)}, as_of=AS_OF)

    assert [feature.kind for feature in built.features] == ["numeric", "category", "boolean"]
    assert built.get_feature("age_years").unit == "year"
    assert built.get_feature("age_years").meaning.ru == "возраст в годах"
    assert built.get_feature("city").group == "customers"


def test_days_of_different_zones_are_refused():
    space = FeatureSpace(name="test", features=("city",))
    days = [AsOf(date(2026, 1, 10), "UTC"), AsOf(date(2026, 1, 11), "Europe/Samara")]

    with pytest.raises(InvalidParameterError, match="Europe/Samara, UTC"):
        space.build({"customers": ibis.memtable(CUSTOMERS)}, as_of=days)


def test_a_feature_asked_for_by_name_must_have_its_columns():
    events = ibis.memtable(pa.Table.from_pylist(ROWS, schema=EVENTS).drop_columns(["name"]))
    space = FeatureSpace(name="test", features=("calls_30d",))

    with pytest.raises(UnknownColumnError, match="'calls', table 'events' has no column 'name'"):
        space.build({"events": events}, as_of=AS_OF)


def test_features_without_their_tables_are_refused_when_nothing_is_left():
    with pytest.raises(InvalidParameterError, match="none of the features"):
        FeatureSpace(name="test").build({}, as_of=AS_OF)
