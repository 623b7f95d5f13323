"""Reading the lake as a load left it."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from shop_lake import CARDS, FIRST_DAY, ORDERS, VISITS, order

from regulars.errors import InvalidParameterError, NotFoundError, StorageError, UnknownNameError
from regulars.lake import Lake, LoadRecord
from regulars.schema.contract import get_contract

pytestmark = pytest.mark.slow


def test_a_new_lake_has_no_tables(shop):
    snapshot = shop.lake.snapshot()

    assert (snapshot.load_id, snapshot.tables, dict(snapshot.versions)) == (None, (), {})
    assert shop.lake.list_loads() == []


def test_each_earlier_load_can_be_looked_at(shop):
    shop.load(ORDERS, [order("1", amount=1)])
    shop.load(ORDERS, [order("1", amount=2)])
    shop.load(ORDERS, [order("2", amount=3)])

    seen = [shop.read("orders", "order_id, amount", load_id=f"load-{n}") for n in (1, 2, 3)]

    assert seen == [
        [("1", Decimal(1))],
        [("1", Decimal(2))],
        [("1", Decimal(2)), ("2", Decimal(3))],
    ]


def test_a_moment_shows_what_was_known_then(shop):
    shop.load(ORDERS, [order("1", amount=1)])
    shop.load(ORDERS, [order("1", amount=2)])
    second_load = FIRST_DAY + timedelta(days=2)

    assert shop.read("orders", "amount", at=second_load) == [(Decimal(2),)]
    assert shop.read("orders", "amount", at=second_load - timedelta(seconds=1)) == [(Decimal(1),)]
    assert shop.lake.snapshot(at=FIRST_DAY).tables == ()


def test_a_moment_without_zone_is_refused(shop):
    with pytest.raises(InvalidParameterError, match="with a time zone"):
        shop.lake.snapshot(at=datetime(2026, 1, 1))


def test_a_load_that_is_not_there_is_named_with_the_latest_one(shop):
    shop.load(ORDERS, [order("1")])

    with pytest.raises(NotFoundError, match=r"has no load 'x'\. The latest is 'load-1'"):
        shop.lake.snapshot(load_id="x")


def test_a_table_that_is_not_there_is_answered_with_the_nearest(shop):
    shop.load(ORDERS, [order("1")])

    with pytest.raises(UnknownNameError, match="Did you mean 'orders'"):
        shop.lake.snapshot().files("order")


def test_a_reader_keeps_its_snapshot_while_others_write(shop):
    shop.load(ORDERS, [order("1", amount=1)])
    before = shop.lake.snapshot()
    before.register(shop.connection, prefix="before_")

    shop.load(ORDERS, [order("1", amount=2)])

    seen = shop.connection.execute("SELECT amount FROM before_orders").fetchall()
    assert seen == [(Decimal(1),)]


def test_a_sample_of_buckets_holds_whole_customers(shop):
    rows = [order(f"{customer}-{n}", str(customer)) for customer in range(200) for n in range(3)]
    shop.load(ORDERS, rows)

    files = shop.lake.snapshot().files("orders", buckets=range(16))

    found = shop.connection.execute(
        "SELECT count(*), 3 * count(DISTINCT customer_id) FROM"
        f" read_parquet([{', '.join(_quote(file) for file in files)}])"
    ).fetchone()
    assert found[0] == found[1]
    assert 90 < found[0] < 210


def test_the_bucket_of_a_customer_is_the_documented_one(shop):
    # md5('17') begins with 70, md5('c') with 4a.
    shop.load(ORDERS, [order("1", "17"), order("2", "c"), order("3", None)])

    assert shop.read("orders", "order_id, bucket") == [
        ("1", 0x70 % 64),
        ("2", 0x4A % 64),
        ("3", 0),
    ]


def test_rows_of_one_customer_lie_side_by_side_in_a_file(shop):
    days = [order(f"{day}-{n}", str(n), day=day) for day in (3, 1, 2) for n in range(300)]
    shop.load(VISITS, days)

    for file in shop.lake.snapshot().files("visits"):
        customers = [row["customer_id"] for row in _read(shop, file)]
        assert len({*customers}) == 1 + sum(one != other for one, other in pairwise(customers))


def test_files_that_were_joined_are_sorted_by_customer_and_time(shop):
    calls = pa.schema([("customer_id", pa.string()), ("occurred_at", pa.timestamp("us", "UTC"))])
    for day in (3, 1, 2):
        moment = datetime(2025, 12, day, tzinfo=UTC)
        rows = [{"customer_id": str(n), "occurred_at": moment} for n in range(300)]
        shop.load(get_contract("events"), rows, schema=calls)

    now = FIRST_DAY + timedelta(days=9)
    shop.lake.compact(connection=shop.connection, now=now, least_files=2)

    for file in shop.lake.snapshot().files("events"):
        table = _read(shop, file)
        customers = [row["customer_id"] for row in table]
        assert len({*customers}) == 1 + sum(one != other for one, other in pairwise(customers))
        assert all(
            one["occurred_at"] <= other["occurred_at"]
            for one, other in pairwise(table)
            if one["customer_id"] == other["customer_id"]
        )


def test_delta_statistics_tell_rows_bounds_and_missing_values_but_no_texts(shop):
    shop.load(
        CARDS,
        [order("0017", day=1, amount=-3), order("0018", None, day=9, amount=12)],
    )
    log = shop.lake.folder / "cards" / "_delta_log" / "00000000000000000000.json"

    entries = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    stats = json.loads(next(entry["add"]["stats"] for entry in entries if "add" in entry))

    assert stats == {
        "numRecords": 2,
        "minValues": {
            "ordered_at": "2025-12-01T09:30:00Z",
            "amount": -3.0,
            "known_at": "2026-01-02T00:00:00Z",
        },
        "maxValues": {
            "ordered_at": "2025-12-09T09:30:00Z",
            "amount": 12.0,
            "known_at": "2026-01-02T00:00:00Z",
        },
        "nullCount": {
            "order_id": 0,
            "customer_id": 1,
            "ordered_at": 0,
            "amount": 0,
            "note": 2,
            "known_at": 0,
            "load_id": 0,
        },
    }


def test_other_programs_can_read_the_tables_through_delta(shop):
    shop.load(ORDERS, [order("1", "17", amount=7), order("2", None)])
    table = DeltaTable(shop.lake.folder / "orders")

    rows = table.to_pyarrow_table(columns=["order_id", "customer_id", "amount", "bucket"]).sort_by(
        "order_id"
    )

    assert rows.to_pylist() == [
        {"order_id": "1", "customer_id": "17", "amount": Decimal(7), "bucket": 48},
        {"order_id": "2", "customer_id": None, "amount": Decimal(10), "bucket": 0},
    ]


def test_what_a_load_was_is_kept(shop):
    shop.hold([order("1")])
    record = LoadRecord(
        source="orders.csv",
        kind="orders",
        source_sha256="ab",
        mapping_sha256="cd",
        mapping="[columns]",
        rows_in=3,
        rows_inserted=1,
        rows_unchanged=1,
        rows_quarantined=1,
        tables={"orders": {"inserted": 1}},
        findings='[{"check": "x"}]',
    )

    with shop.begin() as load:
        load.upsert(ORDERS, "source_rows")
        load.commit(record)

    (kept,) = Lake.open(shop.lake.folder).list_loads()
    assert kept.loaded_at == datetime(2026, 1, 2, tzinfo=UTC)
    assert (kept.load_id, kept.sequence, kept.versions) == ("load-1", 1, {"orders": 0})
    assert (kept.rows_in, kept.tables, kept.findings) == (3, record.tables, record.findings)
    assert kept.told_at == kept.loaded_at


def test_many_loads_are_listed_in_order_and_kept_in_few_files(shop):
    for _ in range(40):
        with shop.begin() as load:
            load.commit(LoadRecord(source="nothing", kind="orders"))

    loads = shop.lake.list_loads()

    assert [load.sequence for load in loads] == list(range(1, 41))
    assert len(DeltaTable(shop.lake.folder / "loads").file_uris()) <= 16


def test_there_is_no_lake_in_another_folder(tmp_path):
    with pytest.raises(NotFoundError, match="There is no lake in"):
        Lake.open(tmp_path)


def test_making_a_lake_twice_opens_it(shop):
    shop.load(ORDERS, [order("1")])

    again = Lake.create(shop.lake.folder)

    assert again.snapshot().row_count("orders") == 1


def test_a_truncated_data_file_is_named(shop):
    shop.load(ORDERS, [order("1")])
    (file,) = shop.lake.snapshot().files("orders")
    with Path(file).open("r+b") as opened:
        opened.truncate(100)

    with pytest.raises(StorageError, match=r"is damaged: it has 100 bytes instead of"):
        shop.lake.snapshot().register(shop.connection)


def test_a_data_file_that_is_gone_is_named(shop):
    shop.load(ORDERS, [order("1")])
    (file,) = shop.lake.snapshot().files("orders")
    Path(file).unlink()

    with pytest.raises(StorageError, match="of table 'orders' is missing"):
        shop.lake.snapshot().files("orders")


def test_a_damaged_log_is_named(shop):
    shop.load(ORDERS, [order("1")])
    log = shop.lake.folder / "orders" / "_delta_log" / "00000000000000000000.json"
    log.write_text('{"add": ')

    with pytest.raises(StorageError, match="orders is damaged or missing"):
        shop.lake.snapshot().row_count("orders")


def test_data_of_the_right_size_that_is_not_parquet_is_named(shop):
    shop.load(ORDERS, [order("1")])
    (file,) = shop.lake.snapshot().files("orders")
    with Path(file).open("r+b") as opened:
        size = opened.seek(0, 2)
        opened.seek(0)
        opened.write(b"x" * size)

    with pytest.raises(StorageError, match="is damaged or missing"):
        shop.lake.snapshot().register(shop.connection)


def test_a_load_over_a_damaged_table_says_so_and_changes_nothing(shop):
    shop.load(ORDERS, [order("1")])
    (file,) = shop.lake.snapshot().files("orders")
    with Path(file).open("r+b") as opened:
        opened.write(b"x" * opened.seek(0, 2))
        opened.seek(0)

    with pytest.raises(StorageError, match="is damaged or missing"):
        shop.load(ORDERS, [order("1", amount=3)])

    assert [load.load_id for load in shop.lake.list_loads()] == ["load-1"]


def _quote(path):
    return "'" + path.replace("'", "''").replace("[", "[[]").replace("*", "[*]") + "'"


def _read(shop, path):
    return pq.read_table(pa.BufferReader(Path(path).read_bytes())).to_pylist()
