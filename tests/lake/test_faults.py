"""A load that dies, a full disk, a read-only folder: nothing is lost, nothing is doubled."""

import shutil
import signal
import subprocess
from decimal import Decimal

import pytest
from lake_processes import SPAWN, die_at, load_everything
from shop_lake import CARDS, ORDERS, TYPES, VISITS, Shop, order

from regulars.errors import StorageError
from regulars.lake import Lake

pytestmark = pytest.mark.slow


def fill(shop):
    for contract in (ORDERS, VISITS, CARDS):
        shop.load(contract, [order("1", amount=10), order("2")])


def read_all(shop):
    return {table: shop.read(table) for table in ("orders", "visits", "cards")}


BEFORE = {
    table: [("1", "17", Decimal(10)), ("2", "17", Decimal(10))]
    for table in ("orders", "visits", "cards")
}
AFTER = {
    "orders": [("1", "17", Decimal(11)), ("2", "17", Decimal(10)), ("3", "8", Decimal(10))],
    "visits": [
        ("1", "17", Decimal(10)),
        ("1", "17", Decimal(11)),
        ("2", "17", Decimal(10)),
        ("3", "8", Decimal(10)),
    ],
    "cards": [
        ("1", "17", Decimal(10)),
        ("1", "17", Decimal(11)),
        ("2", "17", Decimal(10)),
        ("3", "8", Decimal(10)),
    ],
}
COUNTS = [(1, 1, 1), (2, 0, 1), (1, 1, 1)]
STEPS = [
    "begun",
    "written orders",
    "evolved orders",
    "committed orders",
    "written superseded_orders",
    "committed superseded_orders",
    "written visits",
    "committed visits",
    "written cards",
    "committed cards",
    "written quarantine",
    "committed quarantine",
    "before loads",
    "after loads",
]


def list_data_files(folder):
    return sorted(path.name for path in folder.rglob("part-dying-*"))


def test_the_steps_of_a_load_are_these(lake_folder):
    steps = []
    shop = Shop(lake_folder, on_step=steps.append)
    fill(shop)
    steps.clear()

    load_everything(shop, "whole")

    assert steps == STEPS
    assert read_all(shop) == AFTER


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(number, id=name, marks=[] if name == "before loads" else pytest.mark.slow)
        for number, name in enumerate(STEPS[:-1], start=1)
    ],
)
def test_a_killed_load_is_taken_back_by_the_next_which_brings_the_same(lake_folder, step):
    shop = Shop(lake_folder)
    fill(shop)

    killed = SPAWN.Process(target=die_at, args=(lake_folder, step))
    killed.start()
    killed.join()
    seen_at_once = read_all(shop)
    counts = load_everything(shop, "again")

    assert killed.exitcode == -signal.SIGKILL
    assert seen_at_once == BEFORE
    assert counts == COUNTS
    assert read_all(shop) == AFTER
    assert shop.read("quarantine", "source_row") == [(1,)]
    assert list_data_files(lake_folder) == []
    assert [load.load_id for load in shop.lake.list_loads()][3:] == ["again"]


@pytest.mark.slow
def test_a_load_that_is_killed_after_its_last_step_is_complete(lake_folder):
    shop = Shop(lake_folder)
    fill(shop)

    killed = SPAWN.Process(target=die_at, args=(lake_folder, len(STEPS)))
    killed.start()
    killed.join()

    assert read_all(shop) == AFTER
    assert load_everything(shop, "again") == [(0, 0, 3), (0, 0, 3), (0, 0, 3)]


class _StoppedError(Exception):
    pass


@pytest.mark.parametrize("step", range(2, len(STEPS)), ids=STEPS[1:-1])
def test_a_load_that_fails_is_taken_back_at_once(lake_folder, step):
    seen = []

    def stop(name):
        seen.append(name)
        if len(seen) == step:
            raise _StoppedError

    shop = Shop(lake_folder)
    fill(shop)
    failing = Shop(lake_folder, on_step=stop)

    with pytest.raises(_StoppedError):
        load_everything(failing, "dying")

    assert read_all(shop) == BEFORE
    assert list_data_files(lake_folder) == []
    assert shop.lake.recover().tables_rolled_back == ()
    assert load_everything(shop, "again") == COUNTS


def test_recovery_says_what_it_did_and_does_it_once(lake_folder):
    shop = Shop(lake_folder)
    fill(shop)
    killed = SPAWN.Process(target=die_at, args=(lake_folder, 11))
    killed.start()
    killed.join()

    first, second = shop.lake.recover(), shop.lake.recover()

    assert first.tables_rolled_back == ("cards", "orders", "superseded_orders", "visits")
    assert first.files_removed > 0
    assert (second.tables_rolled_back, second.files_removed) == ((), 0)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of three megabytes."""
    folder = tmp_path / "малый диск"
    folder.mkdir()
    _mount(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)])
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def read_only(lake_folder):
    """Makes the lake's folder read-only for everybody, root included."""

    def protect():
        lake_folder.mkdir(exist_ok=True)
        _mount(["mount", "--bind", str(lake_folder), str(lake_folder)])
        _mount(["mount", "-o", "remount,ro,bind", str(lake_folder)])

    yield protect
    subprocess.run(["umount", "-l", str(lake_folder)], check=False, capture_output=True)


def _mount(command):
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"this user may not mount a file system: {done.stderr.strip()}")


def test_a_full_disk_is_said_with_what_is_free_and_nothing_is_lost(small_disk):
    shop = Shop(small_disk / "lake")
    fill(shop)
    shop.connection.execute(
        "CREATE TABLE much AS SELECT i::VARCHAR AS order_id, md5(i::VARCHAR) AS customer_id,"
        " TIMESTAMPTZ '2025-12-01 00:00:00+00' AS ordered_at, 1::DECIMAL(18,4) AS amount,"
        " md5((i * 7)::VARCHAR) AS note FROM range(200000) AS r(i)"
    )

    def load_much():
        with shop.begin("dying") as load:
            load.upsert(VISITS, "source_rows")
            load.upsert(ORDERS, "much")

    with pytest.raises(StorageError, match=r"is full: [\d,]+ bytes are free.*Free some space"):
        load_much()

    assert read_all(shop) == BEFORE
    assert list_data_files(small_disk) == []
    assert load_everything(shop, "again") == COUNTS


@pytest.mark.parametrize("free", [0, 4096, 12288, 40960])
def test_a_disk_that_is_nearly_full_leaves_the_lake_whole(small_disk, free):
    shop = Shop(small_disk / "lake")
    fill(shop)
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - free))

    with pytest.raises(StorageError, match="is full"):
        load_everything(shop, "dying")
    filler.unlink()

    assert read_all(shop) == BEFORE
    assert load_everything(shop, "again") == COUNTS


def test_a_read_only_lake_can_be_read_and_says_that_it_cannot_be_written(lake_folder, read_only):
    shop = Shop(lake_folder)
    fill(shop)
    read_only()

    with pytest.raises(StorageError, match="cannot be written: it is read-only"):
        shop.load(ORDERS, [order("3")])

    assert read_all(shop) == BEFORE


def test_a_lake_cannot_be_made_in_a_read_only_folder(lake_folder, read_only):
    read_only()

    with pytest.raises(StorageError, match="cannot be written: it is read-only"):
        Lake.create(lake_folder / "lake")


def test_an_error_in_the_source_is_not_blamed_on_the_lake(shop):
    shop.hold([order("1")], TYPES)
    broken = "(SELECT * REPLACE (CAST(error('bad line 7') AS VARCHAR) AS note) FROM source_rows)"

    with pytest.raises(Exception, match="bad line 7") as caught, shop.begin() as load:
        load.upsert(ORDERS, broken)

    assert not isinstance(caught.value, StorageError)
