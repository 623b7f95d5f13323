"""Several writers and readers at once, as real processes."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from lake_processes import SPAWN, hold_the_lock, load_numbers
from shop_lake import ORDERS, Shop, order

from regulars.errors import ConflictError
from regulars.lake import UpsertResult


def run_all(*jobs):
    started = [SPAWN.Process(target=load_numbers, args=job) for job in jobs]
    for process in started:
        process.start()
    return started


@pytest.mark.slow
def test_two_processes_that_load_the_same_rows_store_them_once(lake_folder):
    shop = Shop(lake_folder)

    for process in run_all((lake_folder, "a", 0, 500), (lake_folder, "b", 0, 500)):
        process.join()

    loads = shop.lake.list_loads()
    assert [(load.rows_inserted, load.rows_unchanged) for load in loads] == [(500, 0), (0, 500)]
    assert shop.lake.snapshot().row_count("orders") == 500
    assert shop.lake.snapshot().row_count("visits") == 500


@pytest.mark.slow
def test_two_processes_that_load_different_rows_lose_none_and_readers_see_whole_loads(lake_folder):
    shop = Shop(lake_folder)
    seen = set()

    processes = run_all((lake_folder, "a", 0, 500), (lake_folder, "b", 250, 750))
    while any(process.is_alive() for process in processes):
        snapshot = shop.lake.snapshot()
        seen.add(tuple(snapshot.row_count(table) for table in snapshot.tables))
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0, 0]
    assert seen <= {(), (500, 500), (750, 750)}
    assert shop.lake.snapshot().row_count("orders") == 750
    assert shop.read("visits", "count(*), count(DISTINCT order_id)") == [(750, 750)]


def test_waiting_is_said_once_and_ends_with_an_error_that_tells_why(lake_folder):
    shop = Shop(lake_folder)
    told = []
    holder = shop.begin("first")

    with holder, pytest.raises(ConflictError, match=r"Another command is writing.*waited 0\.2 s"):
        shop.begin("second", wait_seconds=0.2, on_wait=lambda: told.append(1)).__enter__()

    assert told == [1]


def test_a_dead_process_does_not_keep_the_lock(lake_folder):
    shop = Shop(lake_folder)
    is_held = SPAWN.Event()
    holder = SPAWN.Process(target=hold_the_lock, args=(lake_folder, is_held))
    holder.start()
    assert is_held.wait(60)

    holder.kill()
    holder.join()

    assert shop.load(ORDERS, [order("1")]).inserted == 1


def commit_from_outside(folder, order_id, customer_id):
    """Another program appends a row to `orders`, without our lock."""
    table = DeltaTable(folder / "orders")
    schema = pa.schema(table.schema().to_arrow())
    row = {
        **order(order_id, customer_id),
        "amount": 10,
        "known_at": datetime(2026, 1, 5, tzinfo=UTC),
        "load_id": "outside",
        "bucket": 0,
    }
    write_deltalake(table, pa.Table.from_pylist([row], schema=schema), mode="append")


def test_what_another_program_commits_meanwhile_is_seen_and_not_doubled(tmp_path):
    steps = []

    def interfere(name):
        steps.append(name)
        if name == "written orders" and steps.count(name) == 1:
            commit_from_outside(tmp_path, "2", "17")

    Shop(tmp_path).load(ORDERS, [order("1")])
    shop = Shop(tmp_path, on_step=interfere)

    result = shop.load(ORDERS, [order("1"), order("2"), order("3")])

    assert "stale orders" in steps
    assert result == UpsertResult(inserted=1, unchanged=2)
    assert shop.read("orders", "order_id") == [("1",), ("2",), ("3",)]
    assert shop.lake.snapshot().row_count("orders") == 3
    assert {file.name for file in tmp_path.glob("orders/*/part-load-*")} <= {
        file.rpartition("/")[2] for file in shop.lake.snapshot().files("orders")
    }


def test_a_load_that_never_gets_through_gives_up_and_leaves_nothing(tmp_path):
    def interfere(name):
        if name == "written orders":
            commit_from_outside(tmp_path, "outside", None)

    shop = Shop(tmp_path)
    shop.load(ORDERS, [order("1")])
    disturbed = Shop(tmp_path, on_step=interfere)

    with pytest.raises(ConflictError, match="5 times while this load was trying"):
        disturbed.load(ORDERS, [order("2")])

    assert shop.read("orders", "order_id") == [("1",)]
    assert list(tmp_path.rglob("part-load-2-*")) == []


def test_a_complete_load_without_our_lock_is_kept_beside_ours(lake_folder):
    other = Shop(lake_folder)
    steps = []

    def interfere(name):
        steps.append(name)
        if name == "before loads" and steps.count(name) == 1:
            append_a_load_from_outside(lake_folder)

    shop = Shop(lake_folder, on_step=interfere)
    shop.load(ORDERS, [order("1")])

    loads = other.lake.list_loads()
    assert [(load.sequence, load.load_id) for load in loads] == [(1, "outside"), (2, "load-1")]
    assert dict(loads[1].versions) == {"elsewhere": 3, "orders": 0}


def append_a_load_from_outside(folder):
    from regulars.lake.load_log import append_load
    from regulars.lake.records import LoadRecord

    append_load(
        folder,
        lambda _: LoadRecord(
            source="x",
            kind="x",
            load_id="outside",
            sequence=1,
            loaded_at=datetime(2026, 1, 1, tzinfo=UTC),
            versions={"elsewhere": 3},
        ),
    )
