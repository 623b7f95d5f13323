"""Killed, disturbed, out of space, read-only: nothing is lost, nothing doubled, all is said."""

import shutil
import signal
import subprocess
import sys
import time

import pytest
from desk import Desk, finish, start, sums
from load_processes import SPAWN, load_all_at_once, load_and_call, load_and_die

from regulars.workspace import Workspace

pytestmark = pytest.mark.slow

HEAD = "order_id,customer_id,order_date,product,quantity,unit_price,phone\n"


def make_items(first, last):
    """Lines of orders, two an order, with a phone for the vault."""
    return HEAD + "".join(
        f"A{n // 2},{n % 7},2024-03-{1 + n // 2 % 28:02d} 10:00:00,P{n % 5},{1 + n % 3},1.50,"
        f"+7 927 000 00 {n % 7:02d}\n"
        for n in range(first, last)
    )


FIRST = make_items(0, 20)
SECOND = make_items(10, 40) + "A99,3,not a day,P1,1,1.50,+7 927 000 00 03\n"
ITEMS = "purchase_id, customer_id, product_id, quantity, line_amount"
ORDERS = "purchase_id, customer_id, amount, item_count"
STEPS = [
    "begun",
    "written purchase_items",
    "committed purchase_items",
    "written purchases",
    "committed purchases",
    "written quarantine",
    "committed quarantine",
    "before loads",
    "after loads",
]


def contents(desk):
    """All that a workspace holds after its loads, without ids and times of loads."""
    vault = Workspace(desk.workspace).vault
    kept = (vault.count(), vault.list_pending_loads(), vault.list_columns())
    vault.close()
    return {
        "items": desk.read("purchase_items", ITEMS),
        "orders": desk.read("purchases", ORDERS),
        "quarantine": desk.read("quarantine", "source_row, reason"),
        "loads": [load.rows_in for load in desk.lake.list_loads()],
        "vault": kept,
    }


def orphans(desk):
    """Data files of loads that are not in the list."""
    known = {load.load_id for load in desk.lake.list_loads()}
    files = (desk.workspace / "lake").rglob("part-*.parquet")
    names = [path.name.removeprefix("part-") for path in files]
    return [name for name in names if not any(name.startswith(load_id) for load_id in known)]


@pytest.fixture(scope="module")
def loaded_once(tmp_path_factory):
    """A workspace with the first file, and the contents of one with both."""
    folder = tmp_path_factory.mktemp("once")
    Workspace.create(folder / "ws")
    (folder / "first.csv").write_text(FIRST)
    (folder / "second.csv").write_text(SECOND)
    command = ["load", folder / "first.csv", "-w", folder / "ws"]
    assert load_and_call(command, lambda name: None) == 0
    shutil.copytree(folder / "ws", folder / "both" / "ws")
    steps = []
    command = ["load", folder / "second.csv", "-w", folder / "both" / "ws"]
    assert load_and_call(command, steps.append) == 0
    return folder, contents(Desk(folder / "both", None)), steps


@pytest.fixture
def twice(tmp_path, capsys, loaded_once):
    """A desk whose workspace holds the first file; the second one lies beside it."""
    folder, _, _ = loaded_once
    shutil.copytree(folder / "ws", tmp_path / "ws")
    shutil.copy(folder / "second.csv", tmp_path)
    return Desk(tmp_path, capsys)


def test_the_steps_of_a_whole_load_are_these(loaded_once):
    _, after, steps = loaded_once

    assert steps == STEPS
    assert (len(after["items"]), len(after["orders"])) == (40, 20)
    assert after["quarantine"] == [(32, "unreadable")]
    assert after["vault"] == (7, (), ("phone",))


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(name, marks=[] if name == "committed purchases" else pytest.mark.slow)
        for name in STEPS
    ],
)
def test_after_a_kill_the_next_load_gives_what_an_undisturbed_one_gives(twice, loaded_once, step):
    _, undisturbed, _ = loaded_once
    command = ["load", twice.folder / "second.csv", "-w", twice.workspace, "--format", "json"]
    killed = SPAWN.Process(target=load_and_die, args=(command, step))
    killed.start()
    killed.join()

    again = twice.load(twice.folder / "second.csv").json

    assert killed.exitcode == -signal.SIGKILL
    assert sums(again)[0] == 31
    assert sum(sums(again)[1:]) == 31
    assert contents(twice) == undisturbed
    assert orphans(twice) == []


@pytest.mark.slow
def test_what_a_killed_load_left_is_not_seen_by_anybody(twice):
    before = twice.read("purchase_items", ITEMS)
    command = ["load", twice.folder / "second.csv", "-w", twice.workspace]
    killed = SPAWN.Process(target=load_and_die, args=(command, "before loads"))
    killed.start()
    killed.join()

    checked = twice.run("check", "-w", twice.workspace)

    assert checked.code in (0, 1)
    assert twice.read("purchase_items", ITEMS) == before
    assert twice.lake.recover().tables_rolled_back == (
        "purchase_items",
        "purchases",
        "quarantine",
    )


@pytest.mark.slow
def test_two_processes_that_load_the_same_file_store_it_once(twice, loaded_once):
    _, undisturbed, _ = loaded_once
    command = ["load", twice.folder / "second.csv", "-w", twice.workspace]

    codes = load_all_at_once(command, command)

    loads = [load for load in twice.lake.list_loads() if load.rows_in == 31]
    assert codes == [0, 0]
    assert sorted(load.rows_inserted for load in loads) in ([20], [0, 20])
    assert {**contents(twice), "loads": 0, "quarantine": 0} == {
        **undisturbed,
        "loads": 0,
        "quarantine": 0,
    }


@pytest.mark.slow
def test_two_processes_that_load_different_files_lose_nothing(twice):
    twice.write("third.csv", make_items(30, 60))
    commands = [
        ["load", twice.folder / name, "-w", twice.workspace] for name in ("second.csv", "third.csv")
    ]

    codes = load_all_at_once(*commands)

    assert codes == [0, 0]
    assert len(twice.read("purchase_items", ITEMS)) == 60
    assert len(twice.read("purchases", ORDERS)) == 30
    assert {row[3] for row in twice.read("purchases", ORDERS)} == {2}
    assert sorted(load.rows_in for load in twice.lake.list_loads()) == [20, 30, 31]
    for load in twice.lake.list_loads():
        parts = (load.rows_inserted, load.rows_updated, load.rows_unchanged, load.rows_quarantined)
        assert load.rows_in == sum(parts)


def test_a_load_that_cannot_wait_any_longer_says_who_is_in_its_way(twice, monkeypatch):
    monkeypatch.setenv("REGULARS_LOCK_WAIT_SECONDS", "0.1")
    from datetime import UTC, datetime

    import duckdb

    holder = twice.lake.begin("holder", connection=duckdb.connect(), now=datetime.now(UTC))
    with holder:
        ran = twice.load(twice.folder / "second.csv")

    assert ran.code == 1
    assert "Another command is writing to the lake" in ran.complaint
    assert "Run this command again when the other one has ended." in ran.complaint
    assert twice.list_leftovers() == []


def test_a_folder_with_cyrillic_spaces_and_glob_characters_is_a_folder_like_any(tmp_path, capsys):
    desk = Desk(tmp_path / "Отчёт за год [1] *x", capsys)
    desk.folder.mkdir()
    made = desk.run("init", desk.workspace)
    table = desk.write("клиенты [2]? *.csv", FIRST)

    first, second = desk.load(table), desk.load(desk.write("ещё 'раз'.csv", SECOND))
    checked = desk.run("check", "-w", desk.workspace)

    assert (made.code, first.code, second.code) == (0, 0, 0)
    assert sums(second.json) == (31, 20, 0, 10, 1)
    assert checked.code in (0, 1)
    assert len(desk.read("purchase_items", ITEMS)) == 40


def mount(*command):
    done = subprocess.run(["mount", *command], check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"this user may not mount a file system: {done.stderr.strip()}")


@pytest.fixture
def small_disk(tmp_path):
    """A file system of a few megabytes with Cyrillic letters in its path."""
    folder = tmp_path / "малый диск"
    folder.mkdir()
    mount("-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder))
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize(
    "free",
    [0, *(pytest.param(bytes_, marks=pytest.mark.slow) for bytes_ in (20_000, 100_000, 300_000))],
)
def test_a_full_disk_is_said_and_the_load_succeeds_once_there_is_room(
    small_disk, tmp_path, capsys, loaded_once, free
):
    folder, _, _ = loaded_once
    shutil.copytree(folder / "ws", small_disk / "ws")
    desk = Desk(small_disk, capsys)
    before = desk.read("purchase_items", ITEMS)
    table = tmp_path / "much.csv"
    table.write_text(make_items(0, 60_000))
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - free))

    full = desk.load(table)
    seen = desk.read("purchase_items", ITEMS)
    filler.unlink()
    small = desk.load(folder / "second.csv")

    assert full.code == 1
    assert "Traceback" not in full.err
    assert "full" in full.complaint or "no space is left" in full.complaint
    assert "ree some space" in full.complaint
    assert seen == before
    assert sums(small.json) == (31, 20, 0, 10, 1)
    assert (orphans(desk), desk.list_leftovers()) == ([], [])


@pytest.fixture
def read_only(twice):
    """The workspace of a desk, read-only for everybody, root included."""
    mount("--bind", str(twice.workspace), str(twice.workspace))
    mount("-o", "remount,ro,bind", str(twice.workspace))
    yield twice
    subprocess.run(["umount", "-l", str(twice.workspace)], check=True)


def test_a_read_only_workspace_refuses_a_load_and_can_be_checked(read_only):
    loaded = read_only.load(read_only.folder / "second.csv")
    checked = read_only.run("check", "-w", read_only.workspace, "--format", "json")

    assert loaded.code == 1
    assert "cannot be written: the file system is read-only" in loaded.complaint
    assert checked.code in (0, 1)
    assert {table["name"] for table in checked.json["tables"]} == {"purchase_items", "purchases"}


def test_a_workspace_cannot_be_made_in_a_read_only_folder(read_only):
    ran = read_only.run("init", read_only.workspace / "inner")

    assert (ran.code, ran.out) == (1, "")
    assert "cannot be made: the file system is read-only" in ran.complaint


@pytest.mark.slow
@pytest.mark.parametrize(
    "stage", ["", "Reading much.csv", "Bringing columns into shape", "Checking rows"]
)
def test_ctrl_c_leaves_a_clean_workspace(twice, stage):
    twice.write("much.csv", make_items(0, 900_000))
    before = twice.read("purchase_items", ITEMS)
    process = start("load", "much.csv", "-w", "ws", cwd=twice.folder)
    while not stage and not twice.list_leftovers():
        time.sleep(0.01)
    while stage and not process.stderr.readline().startswith(stage):
        assert process.poll() is None
    time.sleep(0.1)

    process.send_signal(signal.SIGINT)
    ran = finish(process)

    assert ran.code == 130
    assert "stopped; what was begun has been rolled back" in ran.err
    assert "Traceback" not in ran.err
    assert (twice.list_leftovers(), orphans(twice)) == ([], [])
    assert twice.read("purchase_items", ITEMS) == before
    assert sums(twice.load(twice.folder / "second.csv").json) == (31, 20, 0, 10, 1)


def test_two_analyses_that_begin_at_once_in_a_new_folder_both_end_well(tmp_path):
    rows = "".join(f"k{n},{n % 5},{n % 3}\n" for n in range(60))
    (tmp_path / "base.csv").write_text("customer_id,visits,calls\n" + rows, encoding="utf-8")
    command = [sys.executable, "-m", "regulars", "analyze", "base.csv", "--out", "out"]

    both = [
        subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(2)
    ]
    told = [process.communicate(timeout=120)[0].decode() for process in both]

    assert [process.returncode for process in both] == [0, 0], told


@pytest.mark.parametrize(
    ("name", "verb"), [("definitions/check/own.toml", "check"), ("mappings/{key}.toml", "load")]
)
def test_a_file_of_ours_in_another_encoding_is_named(desk, name, verb):
    file = desk.write("plans.csv", "customer_id,plan\n1,a\n2,b\n")
    desk.load(file)
    (mapping,) = (desk.workspace / "mappings").iterdir()
    changed = desk.workspace / name.format(key=mapping.stem)
    changed.parent.mkdir(parents=True, exist_ok=True)
    changed.write_bytes("# Тариф\n".encode("cp1251"))
    desk.write("more.csv", "customer_id,plan\n3,a\n")

    ran = desk.run(verb, *(["more.csv"] if verb == "load" else []), "-w", "ws")

    assert ran.code == 1
    assert ran.complaint == (
        f"{name.format(key=mapping.stem)} is not UTF-8 text (byte 3). Save it as UTF-8."
    )


def test_a_page_that_cannot_be_written_is_named(desk):
    desk.load(desk.write("plans.csv", "customer_id,plan\n1,a\n2,b\n"))

    ran = desk.run("check", "-w", "ws", "--html", "nowhere/state.html")

    assert ran.code == 1
    assert "nowhere" in ran.complaint
