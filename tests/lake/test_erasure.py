"""A customer who is erased is in no file of the lake any more."""

from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from shop_lake import CARDS, FIRST_DAY, ORDERS, TYPES, VISITS, Shop, order

from regulars.errors import RegularsError
from regulars.lake import LoadRecord

pytestmark = pytest.mark.slow

ID = "customer-4711"


def fill(shop):
    """Three loads of four tables, in each of which the customer occurs."""
    others = [order(str(n), f"other-{n}", note="x") for n in range(30)]
    for amount in (1, 2):
        rows = [*others, order("own", ID, amount=amount, note="private words")]
        shop.load(ORDERS, rows)
        shop.load(VISITS, rows)
        shop.load(CARDS, rows)
    shop.connection.execute(
        "CREATE OR REPLACE TABLE aside AS SELECT 'shop.csv' AS source, 'orders' AS \"table\","
        " n AS source_row, 'no date' AS reason, NULL AS \"column\", raw FROM (VALUES"
        f' (1, \'{{"client": "{ID}", "sum": 3}}\'), (2, \'{{"client": "other-1"}}\'),'
        f" (3, '[\"{ID}\"]')) AS t(n, raw)"
    )
    with shop.begin() as load:
        load.append("quarantine", "aside")
        load.commit(LoadRecord(source="aside", kind="orders"))


def list_traces(folder, text):
    """Files below `folder` in which `text` occurs: as bytes, or as a value of a Parquet file."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [path.relative_to(folder).as_posix() for path in files if _holds(path, text)]


def _holds(path: Path, text: str) -> bool:
    if text.encode() in path.read_bytes():
        return True
    if path.suffix != ".parquet":
        return False
    rows = pq.read_table(pa.BufferReader(path.read_bytes())).to_pylist()
    return text in repr(rows)


def test_no_file_of_any_version_holds_the_customer(shop):
    fill(shop)
    assert len(list_traces(shop.lake.folder, ID)) >= 7

    erasure = shop.erase(ID)

    assert list_traces(shop.lake.folder, ID) == []
    assert list_traces(shop.lake.folder, "private words") == []
    assert erasure.rows == {
        "orders": 1,
        "superseded_orders": 1,
        "visits": 2,
        "cards": 2,
        "quarantine": 2,
    }
    assert erasure.files_removed == 8


def test_everybody_else_stays_in_every_version(shop):
    fill(shop)
    before = shop.read("orders", load_id="load-1")

    shop.erase(ID, "other-3")

    gone = {ID, "other-3"}
    assert shop.read("orders", load_id="load-1") == [row for row in before if row[1] not in gone]
    assert len(shop.read("cards")) == 29
    assert shop.read("quarantine", "source_row") == [(2,)]
    assert shop.lake.snapshot(load_id="load-1").row_count("orders") == 29


def test_files_without_the_customer_are_left_alone(shop):
    fill(shop)
    before = set(shop.lake.snapshot().files("orders"))

    shop.erase(ID)

    after = set(shop.lake.snapshot().files("orders"))
    assert len(before - after) == 1
    assert len(before & after) == len(before) - 1


def test_the_erased_customer_is_remembered_by_the_tombstone_only(shop):
    fill(shop)

    shop.erase(ID, tombstones=["5f2b"])

    assert shop.read("erased", "tombstone, CAST(erased_at AS DATE)") == [
        ("5f2b", (FIRST_DAY + timedelta(days=shop.loads)).date())
    ]


def test_an_erasure_is_a_load_that_names_nobody(shop):
    fill(shop)

    erasure = shop.erase(ID)

    last = shop.lake.list_loads()[-1]
    assert (last.load_id, last.action) == (erasure.load_id, "erasure")
    assert ID not in repr(last)
    assert last.tables["orders"] == {"erased": 1}


def test_two_erasures_one_after_the_other_hold_for_the_past(shop):
    fill(shop)

    shop.erase("other-1")
    shop.erase(ID)
    shop.erase("other-2")

    assert [list_traces(shop.lake.folder, name) for name in (ID, "'other-1'", "'other-2'")] == [
        [],
        [],
        [],
    ]
    assert len(shop.read("orders", load_id="load-1")) == 28


def test_an_unknown_customer_changes_nothing(shop):
    fill(shop)
    files = shop.lake.snapshot().files("orders")

    erasure = shop.erase("nobody")

    assert (erasure.rows, erasure.files_removed) == ({}, 0)
    assert shop.lake.snapshot().files("orders") == files


def test_the_other_side_of_somebody_elses_call_is_blanked(shop):
    schema = TYPES.append(pa.field("counterpart_id", pa.string()))
    shop.load(VISITS, [{**order("1", "17"), "counterpart_id": ID}], schema=schema)

    erasure = shop.erase(ID)

    assert shop.read("visits", "customer_id, counterpart_id") == [("17", None)]
    assert list_traces(shop.lake.folder, ID) == []
    assert erasure.rows == {}


def test_a_relation_with_the_customer_on_either_side_goes(shop):
    for n, (one, other) in enumerate([("17", ID), (ID, "17"), ("17", "8")]):
        with shop.begin() as load:
            load.append("links", f"(SELECT '{one}' AS customer_id, '{other}' AS other_customer_id)")
            load.commit(LoadRecord(source=str(n), kind="links"))

    shop.erase(ID)

    assert shop.read("links", "customer_id, other_customer_id") == [("17", "8")]


def test_a_customer_who_comes_back_is_a_new_one(shop):
    fill(shop)
    shop.erase(ID)

    result = shop.load(ORDERS, [order("own", ID)])

    assert result.inserted == 1


class _StoppedError(RegularsError):
    def __init__(self):
        super().__init__(en="Stopped.", ru="Остановлено.")


@pytest.mark.parametrize("step", [1, 3, 5, 7, 10, 11])
def test_an_erasure_that_is_stopped_is_taken_back_and_can_be_done_again(lake_folder, step):
    steps = []
    whole = Shop(lake_folder)
    fill(whole)

    def stop(name):
        steps.append(name)
        if len(steps) == step:
            raise _StoppedError

    shop = Shop(lake_folder, on_step=stop)
    with pytest.raises(_StoppedError):
        shop.erase(ID)
    stopped = len(whole.read("orders", load_id="load-1"))
    whole.loads += 1
    whole.erase(ID)

    assert stopped in (30, 31)
    assert list_traces(lake_folder, ID) == []
    assert len(whole.read("orders", load_id="load-1")) == 30
