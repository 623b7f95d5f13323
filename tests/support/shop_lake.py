"""A lake with small tables of each kind, and the few verbs that its tests need."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import duckdb
import pyarrow as pa

from regulars.lake import Lake, LoadRecord
from regulars.schema.contract import Contract

COLUMNS = {
    "order_id": "string",
    "customer_id": "string",
    "ordered_at": "instant",
    "amount": "decimal",
    "note": "string",
}
TYPES = pa.schema(
    [
        ("order_id", pa.string()),
        ("customer_id", pa.string()),
        ("ordered_at", pa.timestamp("us", "UTC")),
        ("amount", pa.decimal128(18, 4)),
        ("note", pa.string()),
    ]
)
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def make_contract(name, *, temporal="fact", key=(), is_bucketed=False):
    wording = {"en": "x", "ru": "х"}
    return Contract(
        name=name,
        temporal=temporal,
        key=key,
        time_column=None if temporal == "state" else "ordered_at",
        is_bucketed=is_bucketed,
        meaning=wording,
        columns=[
            {"name": column, "type": kind, "role": "category", "meaning": wording}
            for column, kind in COLUMNS.items()
        ],
    )


ORDERS = make_contract("orders", key=("order_id",), is_bucketed=True)
VISITS = make_contract("visits", is_bucketed=True)
CARDS = make_contract("cards", temporal="state", key=("order_id",))


def order(order_id="1", customer_id="17", *, day=1, amount=10, note=None):
    """One row as a source would have it."""
    return {
        "order_id": order_id,
        "customer_id": customer_id,
        "ordered_at": datetime(2025, 12, day, 9, 30, tzinfo=UTC),
        "amount": amount,
        "note": note,
    }


class Shop:
    """A lake and a connection, and the few verbs that the tests need."""

    def __init__(self, folder, **options):
        self.connection = duckdb.connect(config={"threads": 2})
        self.lake = Lake.create(folder, **options)
        self.loads = len(self.lake.list_loads())

    def hold(self, rows, schema=TYPES, name="source_rows"):
        """Make a table of the connection of Python rows, in their order."""
        self.connection.register("held", _to_arrow(rows, schema))
        self.connection.execute(
            f"CREATE OR REPLACE TABLE {name} AS"
            " SELECT *, row_number() OVER () - 1 AS source_row FROM held"
        )
        self.connection.unregister("held")
        return name

    def begin(self, load_id=None, **options):
        self.loads += 1
        return self.lake.begin(
            load_id or f"load-{self.loads}",
            connection=self.connection,
            now=FIRST_DAY + timedelta(days=self.loads),
            **options,
        )

    def load(self, contract, rows, *, schema=TYPES, load_id=None):
        self.hold(rows, schema)
        with self.begin(load_id) as load:
            result = load.upsert(contract, "source_rows")
            load.commit(LoadRecord(source="rows", kind=contract.name, rows_in=len(rows)))
        return result

    def read(self, table, columns="order_id, customer_id, amount", **moment):
        """Rows of the table, sorted, as tuples."""
        self.lake.snapshot(**moment).register(self.connection, [table], prefix="seen_")
        return self.connection.execute(
            f"SELECT {columns} FROM seen_{table} ORDER BY ALL"
        ).fetchall()

    def erase(self, *ids, **options):
        self.loads += 1
        now = FIRST_DAY + timedelta(days=self.loads)
        return self.lake.erase_customers(ids, connection=self.connection, now=now, **options)


def _to_arrow(rows, schema):
    whole = [
        {
            name: Decimal(value) if name == "amount" and value is not None else value
            for name, value in row.items()
        }
        for row in rows
    ]
    return pa.Table.from_pylist(whole, schema=schema)
