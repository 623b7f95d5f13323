"""Histories of a few customers, drawn at random, as plain rows and as tables."""

from datetime import UTC, datetime, timedelta

import ibis
import pyarrow as pa
from hypothesis import strategies as st
from random_rules import AS_OF_DAY, CATEGORIES, EVENT_NAMES

from regulars.features import AsOf
from regulars.segments.rules import RuleSources

__all__ = ["AS_OF", "HISTORIES", "make_sources", "make_tables"]

AS_OF = AsOf(AS_OF_DAY, "Europe/Samara")
PEOPLE = ("a", "b", "c")
INSTANT = pa.timestamp("us", "UTC")
# Days before and after, and on the hours around the company's midnight.
MOMENTS = st.tuples(st.integers(-75, 3), st.sampled_from([0, 1, 1, 2, 19, 20, 21])).map(
    lambda pair: (
        datetime(AS_OF_DAY.year, AS_OF_DAY.month, AS_OF_DAY.day, pair[1], tzinfo=UTC)
        + timedelta(days=pair[0])
    )
)
# Most rows are known at once, some later.
DELAYS = st.sampled_from([0, 0, 0, 5]).map(lambda days: timedelta(days=days))
WHO = st.sampled_from((*PEOPLE, None))
CUSTOMERS = st.fixed_dictionaries(
    {
        who: st.fixed_dictionaries(
            {
                "age": st.none() | st.integers(15, 60),
                "city": st.none() | st.sampled_from(["Самара", "Уфа", "Казань"]),
            }
        )
        for who in PEOPLE
    }
)


def _known(row, time, delay):
    return row | {"known_at": row[time] + delay}


EVENTS = st.lists(
    st.builds(
        _known,
        st.fixed_dictionaries(
            {
                "customer_id": WHO,
                "occurred_at": MOMENTS,
                "name": st.sampled_from((*EVENT_NAMES, "other")),
                "duration_seconds": st.none() | st.sampled_from([30.0, 60.0, 75.0, 120.0]),
            }
        ),
        st.just("occurred_at"),
        DELAYS,
    ),
    max_size=14,
)
ORDERS = st.lists(
    st.tuples(
        WHO,
        MOMENTS,
        st.integers(-10, 30).map(float),
        DELAYS,
        st.lists(st.tuples(st.sampled_from(CATEGORIES), st.sampled_from([-1.0, 1.0])), max_size=3),
    ),
    max_size=6,
)


def _gather(customers, events, orders, vip, scores):
    purchases, items = [], []
    for number, (who, moment, amount, delay, lines) in enumerate(orders):
        common = {
            "purchase_id": str(number),
            "customer_id": who,
            "purchased_at": moment,
            "known_at": moment + delay,
        }
        purchases.append(common | {"amount": amount})
        items += [common | {"category": name, "quantity": count} for name, count in lines]
    return {
        "customers": customers,
        "events": [row | {"event_id": str(number)} for number, row in enumerate(events)],
        "purchases": purchases,
        "purchase_items": items,
        "segments": {"vip": vip},
        "scores": scores,
    }


HISTORIES = st.builds(
    _gather,
    CUSTOMERS,
    EVENTS,
    ORDERS,
    st.sets(st.sampled_from(PEOPLE)),
    st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from([0.0, 0.25, 0.5, 0.75])),
)
_TYPES = {
    "customer_id": pa.string(),
    "occurred_at": INSTANT,
    "purchased_at": INSTANT,
    "known_at": INSTANT,
    "event_id": pa.string(),
    "purchase_id": pa.string(),
    "name": pa.string(),
    "category": pa.string(),
    "duration_seconds": pa.float64(),
    "amount": pa.float64(),
    "quantity": pa.float64(),
}
_COLUMNS = {
    "events": ("event_id", "customer_id", "occurred_at", "known_at", "name", "duration_seconds"),
    "purchases": ("purchase_id", "customer_id", "purchased_at", "known_at", "amount"),
    "purchase_items": (
        "purchase_id",
        "customer_id",
        "purchased_at",
        "known_at",
        "category",
        "quantity",
    ),
}


def make_tables(history):
    """The rows of a history as tables, by name."""
    tables = {
        name: pa.Table.from_pylist(
            history[name], schema=pa.schema([(column, _TYPES[column]) for column in columns])
        )
        for name, columns in _COLUMNS.items()
    }
    known_at = datetime(2025, 1, 1, tzinfo=UTC)
    people = [
        {"customer_id": who, "known_at": known_at, **values}
        for who, values in history["customers"].items()
    ]
    schema = pa.schema(
        [
            ("customer_id", pa.string()),
            ("known_at", INSTANT),
            ("age", pa.int64()),
            ("city", pa.string()),
        ]
    )
    return tables | {"profiles": pa.Table.from_pylist(people, schema=schema)}


def make_sources(history):
    """The history as the tables that rules are computed from."""
    tables = {name: ibis.memtable(table) for name, table in make_tables(history).items()}
    vip = pa.table({"customer_id": pa.array(sorted(history["segments"]["vip"]), pa.string())})
    scores = history["scores"]
    churn = pa.table(
        {
            "customer_id": pa.array(list(scores), pa.string()),
            "value": pa.array(list(scores.values()), pa.float64()),
        }
    )
    return RuleSources(
        tables, memberships={"vip": ibis.memtable(vip)}, scores={"churn": ibis.memtable(churn)}
    )
