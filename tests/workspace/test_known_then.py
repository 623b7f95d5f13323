"""Nothing that became known after a day changes what was known on that day."""

import shutil
import tempfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from regulars.engines.duckdb import connect
from regulars.features import AsOf
from regulars.lake import Lake, LoadRecord
from regulars.schema.contract import get_contract
from regulars.workspace.tables import see_tables

pytestmark = pytest.mark.slow

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
PURCHASES = pa.schema(
    [
        ("purchase_id", pa.string()),
        ("customer_id", pa.string()),
        ("purchased_at", pa.timestamp("us", "UTC")),
        ("amount", pa.decimal128(18, 4)),
        ("known_at", pa.timestamp("us", "UTC")),
    ]
)
ITEMS = pa.schema(
    [
        ("purchase_id", pa.string()),
        ("line_number", pa.int64()),
        ("product_id", pa.string()),
        ("purchased_at", pa.timestamp("us", "UTC")),
        ("quantity", pa.float64()),
        ("known_at", pa.timestamp("us", "UTC")),
    ]
)
GOALS = pa.schema(
    [
        ("customer_id", pa.string()),
        ("occurred_at", pa.timestamp("us", "UTC")),
        ("goal_name", pa.string()),
        ("known_at", pa.timestamp("us", "UTC")),
    ]
)
SUBSCRIPTIONS = pa.schema(
    [
        ("subscription_id", pa.string()),
        ("customer_id", pa.string()),
        ("started_on", pa.date32()),
        ("ended_on", pa.date32()),
        ("status", pa.string()),
        ("known_at", pa.timestamp("us", "UTC")),
        ("end_known_at", pa.timestamp("us", "UTC")),
    ]
)


def at(day):
    return FIRST + timedelta(days=day)


def purchase(number, day, amount):
    return {
        "purchase_id": number,
        "customer_id": "17",
        "purchased_at": at(day),
        "amount": Decimal(amount),
        "known_at": at(day),
    }


def item(number, line, product, day, quantity):
    return {
        "purchase_id": number,
        "line_number": line,
        "product_id": product,
        "purchased_at": at(day),
        "quantity": float(quantity),
        "known_at": at(day),
    }


def goal(name, day):
    return {
        "customer_id": "17",
        "occurred_at": at(day),
        "goal_name": name,
        "known_at": at(day),
    }


def subscription(number, started, ended):
    end = None if ended is None else started + ended
    return {
        "subscription_id": number,
        "customer_id": "17",
        "started_on": at(started).date(),
        "ended_on": None if end is None else at(end).date(),
        "status": "active" if end is None else "ended",
        "known_at": at(started),
        "end_known_at": None if end is None else at(end),
    }


days = st.integers(0, 12)
lines = st.sampled_from([None, 1, 2])
TABLES = {
    "purchases": (
        PURCHASES,
        st.builds(purchase, st.sampled_from(["P1", "P2"]), days, st.sampled_from([1, 2])),
    ),
    "purchase_items": (
        ITEMS,
        st.builds(
            item,
            st.sampled_from(["P1", "P2"]),
            lines,
            st.sampled_from(["tea", "cup", None]),
            days,
            st.sampled_from([1, 2]),
        ),
    ),
    "web_goals": (GOALS, st.builds(goal, st.sampled_from(["visit", "call"]), days)),
    "subscriptions": (
        SUBSCRIPTIONS,
        st.builds(
            subscription,
            st.sampled_from(["S1", "S2"]),
            days,
            st.sampled_from([None, 0, 1, 5]),
        ),
    ),
}


@st.composite
def histories(draw):
    """A table, loads of it that tell of days in any order, the day asked for."""
    table = draw(st.sampled_from(list(TABLES)))
    rows = st.lists(TABLES[table][1], max_size=4)
    asked = draw(st.integers(2, 12))
    # The table begins a day before the one that is asked for: what is told on its first day is
    # its history, and nobody can have asked for anything yet.
    before = draw(st.lists(st.tuples(st.integers(0, asked - 1), rows), max_size=2))
    later = draw(st.lists(st.tuples(st.integers(asked, 14), rows), min_size=1, max_size=3))
    return table, [(0, draw(rows)), *before], later, asked


class Told:
    """A lake to which tables are told."""

    def __init__(self, folder):
        self.lake = Lake.create(folder / "lake")
        self.connection = duckdb.connect(config={"threads": 1})
        self.loads = 0

    def tell(self, table, day, rows):
        """A load that describes a day."""
        self.loads += 1
        self.connection.register("told", pa.Table.from_pylist(rows, schema=TABLES[table][0]))
        begun = self.lake.begin(
            f"load-{self.loads}",
            connection=self.connection,
            now=at(40 + self.loads),
            known_at=at(day),
        )
        with begun as load:
            load.upsert(get_contract(table), "told")
            load.commit(LoadRecord(source="rows", kind=table, tables={table: {}}))
        self.connection.unregister("told")

    def ask(self, table, day):
        """The rows as they were known before a day."""
        backend = connect(self.lake.folder.parent, threads=1)
        as_of = AsOf(at(day).date())
        seen = see_tables(self.lake.snapshot(), backend, as_of=as_of)
        rows = []
        if table in seen:
            names = [name for name in TABLES[table][0].names if name != "end_known_at"]
            rows = seen[table].select(*names).order_by(names).to_pyarrow().to_pylist()
        backend.disconnect()
        return rows


@pytest.mark.slow
@settings(max_examples=40)
@example(
    (
        "subscriptions",
        [(0, [])],
        [(9, [subscription("S1", 1, 5)])],
        4,
    )
)
@example(("purchases", [(0, [purchase("P1", 1, 1)])], [(6, [purchase("P1", 1, 2)])], 5))
@example(("purchases", [(0, [])], [(6, [purchase("P1", 1, 2)])], 5))
@example(
    (
        "purchase_items",
        [(0, [item("P1", None, "tea", 0, 1), item("P1", None, "cup", 0, 1)])],
        [(6, [item("P1", None, "tea", 0, 2)])],
        5,
    )
)
@example(("web_goals", [(0, [goal("visit", 0)])], [(6, [goal("visit", 0), goal("call", 1)])], 5))
@given(histories())
def test_a_later_load_changes_nothing_of_an_earlier_day(history):
    table, before, later, asked = history
    folder = Path(tempfile.mkdtemp())
    told = Told(folder)
    for day, rows in before:
        told.tell(table, day, rows)

    then = told.ask(table, asked)
    for day, rows in later:
        told.tell(table, day, rows)

    assert told.ask(table, asked) == then
    told.connection.close()
    shutil.rmtree(folder)


def test_an_end_that_a_first_load_tells_of_is_seen_from_its_day_on_and_not_before(tmp_path):
    told = Told(tmp_path)
    told.tell("subscriptions", 30, [subscription("S1", 1, 9), subscription("S2", 2, None)])

    def ask(day):
        return [
            (row["subscription_id"], row["ended_on"], row["status"])
            for row in told.ask("subscriptions", day)
        ]

    assert ask(1) == []
    assert ask(10) == [("S1", None, None), ("S2", None, None)]
    assert ask(11) == [("S1", date(2026, 1, 11), "ended"), ("S2", None, None)]
    assert ask(31) == [("S1", date(2026, 1, 11), "ended"), ("S2", None, "active")]
    told.connection.close()


def test_an_older_file_that_is_loaded_later_does_not_undo_a_newer_one(tmp_path):
    told = Told(tmp_path)
    told.tell("purchases", 10, [purchase("P1", 1, 1)])
    told.tell("purchases", 20, [purchase("P1", 1, 2)])

    told.tell("purchases", 15, [purchase("P1", 1, 1)])

    assert [row["amount"] for row in told.ask("purchases", 30)] == [2]
    assert [row["amount"] for row in told.ask("purchases", 16)] == [1]
    told.connection.close()
