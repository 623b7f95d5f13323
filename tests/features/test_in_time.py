"""Properties of features in time: nothing after the day, no order, many days as each by itself."""

from datetime import UTC, date, datetime, timedelta

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.features import AsOf, FeatureSpace, FeatureTable, compile_features, read_features

pytestmark = pytest.mark.slow

ZONE = "Europe/Samara"
AS_OF = AsOf(date(2026, 1, 10), ZONE)
EARLIER = AsOf(date(2025, 12, 30), ZONE)
INSTANT = pa.timestamp("us", tz="UTC")
EVENTS = pa.schema(
    [
        ("customer_id", pa.string()),
        ("occurred_at", INSTANT),
        ("known_at", INSTANT),
        ("name", pa.string()),
        ("duration_seconds", pa.float64()),
    ]
)
SUBSCRIPTIONS = pa.schema(
    [
        ("subscription_id", pa.string()),
        ("customer_id", pa.string()),
        ("tariff_id", pa.string()),
        ("started_on", pa.date32()),
        ("ended_on", pa.date32()),
        ("fee_amount", pa.float64()),
        ("known_at", INSTANT),
        ("load_id", pa.string()),
    ]
)
DEFINITIONS = read_features(
    "\n".join(
        f'[[features]]\nname = "{name}"\ntable = "{table}"\n'
        f'meaning = {{ en = "{name}", ru = "{name}" }}\n{lines}\n'
        for name, table, lines in [
            ("count", "events", 'aggregate = "count"\nwindows = [3, 14]'),
            ("total", "events", 'aggregate = "sum"\ncolumn = "duration_seconds"\nwindows = [14]'),
            ("slope", "events", 'aggregate = "slope"\ncolumn = "duration_seconds"'),
            (
                "share",
                "events",
                'aggregate = "share"\nwindows = [14]\n'
                'where = { column = "name", op = "=", value = "call" }',
            ),
            ("trend", "events", 'aggregate = "trend"\nwindows = [3]'),
            ("since", "events", 'aggregate = "days_since_last"'),
            ("rhythm", "events", 'aggregate = "gap_variation"\nwindows = [14]'),
            ("kinds", "events", 'aggregate = "distinct"\ncolumn = "name"\nwindows = [3, 14]'),
            ("variety", "events", 'aggregate = "entropy"\ncolumn = "name"\nwindows = [14]'),
            ("ever", "events", 'aggregate = "distinct"\ncolumn = "occurred_on"'),
            ("latest", "events", 'aggregate = "last"\ncolumn = "name"\nwindows = [3, 14]'),
            ("earliest", "events", 'aggregate = "first"\ncolumn = "duration_seconds"'),
            (
                "current",
                "subscriptions",
                'aggregate = "count"\nwhere = { column = "ended_on", is_missing = true }',
            ),
            ("fee", "subscriptions", 'aggregate = "sum"\ncolumn = "fee_amount"'),
            ("tariff", "subscriptions", 'aggregate = "last"\ncolumn = "tariff_id"'),
            ("begun", "subscriptions", 'aggregate = "days_since_last"'),
        ]
    ),
    file="test.toml",
)
SPACE = FeatureSpace(name="test")
MOMENTS = st.integers(-40 * 24, 20 * 24).map(lambda hours: AS_OF.instant + timedelta(hours=hours))
LATER = st.integers(0, 20 * 24).map(lambda hours: AS_OF.instant + timedelta(hours=hours))
CUSTOMERS = st.sampled_from([*"123456789", None])
# A build takes most of a second, whatever the rows: so few examples, with many customers in each.
FEW = settings(max_examples=4)
DAYS = st.integers(-60, 30).map(lambda days: AS_OF.day + timedelta(days=days))
DAYS_TO_COME = st.integers(0, 30).map(lambda days: AS_OF.day + timedelta(days=days))


@st.composite
def events(draw: st.DrawFn) -> dict[str, object]:
    """An event that became known when it happened, or later."""
    moment = draw(MOMENTS)
    return {
        "customer_id": draw(CUSTOMERS),
        "occurred_at": moment,
        "known_at": moment + timedelta(hours=draw(st.sampled_from([0, 1, 100, 500]))),
        "name": draw(st.sampled_from(["call", "sms", "visit", None])),
        "duration_seconds": draw(st.none() | st.integers(0, 1_000).map(float)),
    }


@st.composite
def later_events(draw: st.DrawFn) -> dict[str, object]:
    """An event that happened after the day, or became known after it."""
    event, known_at = draw(events()), draw(LATER)
    happened = draw(st.sampled_from([event["occurred_at"], known_at]))
    return event | {"occurred_at": happened, "known_at": known_at}


@st.composite
def subscriptions(draw: st.DrawFn) -> dict[str, object]:
    """The first version of a subscription."""
    started_on = draw(DAYS)
    return {
        "subscription_id": str(draw(st.integers(1, 20))),
        "customer_id": draw(st.sampled_from([*"123456789"])),
        "tariff_id": draw(st.sampled_from(["S", "M", None])),
        "started_on": started_on,
        "ended_on": None,
        "fee_amount": float(draw(st.integers(0, 9))),
        "known_at": datetime.combine(started_on, datetime.min.time(), UTC),
        "load_id": "1",
    }


EVENT_ROWS = st.lists(events(), min_size=5, max_size=60)
STATE_ROWS = st.lists(subscriptions(), max_size=15, unique_by=lambda row: row["subscription_id"])


def build(
    rows: list[dict[str, object]], states: list[dict[str, object]], *dates: AsOf
) -> tuple[FeatureTable, ...]:
    tables = {
        "events": ibis.memtable(pa.Table.from_pylist(rows, schema=EVENTS)),
        "subscriptions": ibis.memtable(pa.Table.from_pylist(states, schema=SUBSCRIPTIONS)),
    }
    return SPACE.build(tables, as_of=dates, definitions=DEFINITIONS)


def approximate(table: FeatureTable) -> list[list[object]]:
    """The values by row; floats may differ by the rounding of their sums."""
    return [
        [pytest.approx(value, rel=1e-9, abs=1e-9) if isinstance(value, float) else value
         for value in row.values()]
        for row in table.table.to_pylist()
    ]  # fmt: skip


def exact(table: FeatureTable) -> list[list[object]]:
    return [list(row.values()) for row in table.table.to_pylist()]


@FEW
@given(EVENT_ROWS, st.lists(later_events(), min_size=1, max_size=20))
def test_what_happens_or_becomes_known_later_changes_nothing(rows, later):
    (before,) = build(rows, [], AS_OF)

    (after,) = build(rows + later, [], AS_OF)

    assert exact(after) == approximate(before)


@FEW
@given(STATE_ROWS, st.data())
def test_a_state_that_is_changed_or_closed_later_changes_nothing(states, drawn):
    (before,) = build([], states, AS_OF)
    changes = [
        state
        | {
            "ended_on": drawn.draw(st.none() | DAYS),
            "tariff_id": drawn.draw(st.sampled_from(["L", None])),
            "fee_amount": 77.0,
            "known_at": drawn.draw(LATER),
            "load_id": "2",
        }
        for state in states
    ]

    (after,) = build([], states + changes, AS_OF)

    assert exact(after) == approximate(before)


@FEW
@given(STATE_ROWS, st.data())
def test_an_end_that_lies_ahead_is_as_good_as_none(states, drawn):
    (before,) = build([], states, AS_OF)

    closed = [state | {"ended_on": drawn.draw(st.none() | DAYS_TO_COME)} for state in states]
    (after,) = build([], closed, AS_OF)

    assert exact(after) == approximate(before)


@FEW
@given(EVENT_ROWS, STATE_ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, states, random):
    (before,) = build(rows, states, AS_OF)
    random.shuffle(rows)
    random.shuffle(states)

    (after,) = build(rows, states, AS_OF)

    assert exact(after) == approximate(before)


@pytest.mark.slow
@FEW
@given(EVENT_ROWS, STATE_ROWS, st.lists(st.integers(-30, 10), min_size=2, max_size=3))
def test_many_days_in_one_pass_are_what_each_is_by_itself(rows, states, offsets):
    dates = [AsOf(AS_OF.day + timedelta(days=days), ZONE) for days in offsets]
    alone = [build(rows, states, as_of)[0] for as_of in dates]

    together = build(rows, states, *dates)

    assert [table.as_of for table in together] == dates
    assert [table.features for table in together] == [table.features for table in alone]
    assert [exact(table) for table in together] == [approximate(table) for table in alone]


def test_rows_that_are_taken_out_after_the_day_were_never_counted():
    seen = [{"customer_id": "1", "occurred_at": EARLIER.instant, "known_at": EARLIER.instant}]
    erased = [{"customer_id": "1", "occurred_at": AS_OF.instant, "known_at": AS_OF.instant}]

    (with_it,) = build(seen + erased, [], AS_OF)
    (without_it,) = build(seen, [], AS_OF)

    assert with_it.table == without_it.table


@FEW
@given(EVENT_ROWS, st.integers(2, 4))
def test_customers_dealt_into_parts_are_all_there_once(rows, count):
    events = ibis.memtable(pa.Table.from_pylist(rows, schema=EVENTS))
    wanted = [feature for feature in DEFINITIONS if feature.name in ("count", "since")]
    whole = compile_features({"events": events}, wanted, dates=[AS_OF])

    parts = [
        compile_features({"events": events}, wanted, dates=[AS_OF], part=(number, count))
        for number in range(count)
    ]

    found = [row for part in parts for row in part.to_pyarrow().to_pylist()]
    expected = whole.to_pyarrow().to_pylist()
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_a_fact_that_was_corrected_later_is_seen_as_it_was_told_then():
    moment = EARLIER.instant - timedelta(days=1)
    corrected_at = EARLIER.instant + timedelta(days=2)
    event = {"customer_id": "1", "occurred_at": moment, "name": "call"}
    now = pa.Table.from_pylist(
        [event | {"duration_seconds": 50.0, "known_at": corrected_at}], schema=EVENTS
    )
    then = pa.Table.from_pylist(
        [event | {"duration_seconds": 10.0, "known_at": moment, "until_at": corrected_at}],
        schema=EVENTS.append(pa.field("until_at", INSTANT)),
    )
    tables = {"events": ibis.memtable(now), "superseded_events": ibis.memtable(then)}
    space = FeatureSpace(name="test", features=("total_14d",))

    before, after = space.build(tables, as_of=[EARLIER, AS_OF], definitions=DEFINITIONS)

    assert before.table.column("total_14d").to_pylist() == [10.0]
    assert after.table.column("total_14d").to_pylist() == [50.0]
