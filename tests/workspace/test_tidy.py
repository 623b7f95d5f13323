"""A lake that is loaded into every day is tidied by one command."""

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def daily(desk):
    """A workspace into which a purchase of each of nine days was loaded by itself."""
    for day in range(1, 10):
        desk.write(
            f"day{day}.csv", f"purchase_id,customer_id,date,amount\n{day},7,2026-01-0{day},{day}\n"
        )
        desk.load(desk.folder / f"day{day}.csv", "--kind", "purchases")
    return desk


def _count_files(desk):
    return len(list((desk.folder / "ws/lake/purchases").rglob("*.parquet")))


def _check(desk):
    (table,) = desk.run("check", "-w", "ws", "--format", "json").json["tables"]
    return table["row_count"], table["columns"]


def test_small_files_are_joined_and_nothing_else_changes(daily):
    before, files = _check(daily), _count_files(daily)

    told = daily.run("tidy", "-w", "ws", "--format", "json").json

    assert told["files_before"]["purchases"] == files == 9
    assert told["files_after"] == dict.fromkeys(told["files_before"], 1)
    assert told["files_removed"] == 0
    assert _check(daily) == before


def test_versions_past_their_time_are_deleted(daily, monkeypatch):
    before = _check(daily)
    monkeypatch.setenv("REGULARS_RETENTION_DAYS", "0")

    told = daily.run("tidy", "-w", "ws", "--format", "json").json
    again = daily.run("tidy", "-w", "ws")

    assert told["files_removed"] >= 9
    assert _count_files(daily) == 1
    assert again.out.startswith("No table has many small files.\n")
    assert _check(daily) == before


def test_what_was_tidied_is_told_in_russian(daily):
    told = daily.run("tidy", "-w", "ws", "--lang", "ru").out

    assert "purchases: 9 файлов собрано в 1.\n" in told
    assert "Удалено старых версий: 0 файлов, 0 МБ.\n" in told
    assert "по-прежнему можно посмотреть." in told
