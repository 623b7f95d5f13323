"""What a dead load left is taken back, so that the lake is as its latest complete load left it."""

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from regulars.lake.delta import TableVersion, open_table, read_load_id
from regulars.lake.load_log import LOADS, read_loads
from regulars.lake.records import Recovery
from regulars.lake.rewrites import read_rewrites
from regulars.lake.storage import storage_guard

__all__ = ["Recovered", "list_tables", "recover"]


@dataclass(frozen=True, slots=True)
class Recovered:
    """The lake after recovery: what was done, every table's latest version, and the loads."""

    recovery: Recovery
    versions: Mapping[str, int]
    load_ids: Collection[str]


def recover(lake: Path) -> Recovered:
    """Roll every table back to the latest complete load; only for who holds the writer lock.

    Doing it twice, or being killed in the middle and doing it again, changes nothing more.
    """
    loads = read_loads(lake)
    promised = dict(loads[-1].versions) if loads else {}
    known = {load.load_id for load in loads}
    # Files first: on a full disk this makes the room that rolling back needs. No complete load
    # refers to them, so nobody reads them.
    removed = _remove_orphans(lake, known)
    removed += _finish_rewrites(lake, promised)
    rolled_back = []
    versions = dict(promised)
    for name in list_tables(lake):
        if name not in promised:
            if _discard(lake / name, known):
                rolled_back.append(name)
        elif (latest := _roll_back(lake / name, promised[name])) is not None:
            versions[name] = latest.version
            if latest.is_rolled_back:
                rolled_back.append(name)
    return Recovered(Recovery(tuple(rolled_back), removed), versions, known)


def list_tables(lake: Path) -> tuple[str, ...]:
    """Folders of the lake that hold a table, without `loads`."""
    return tuple(
        sorted(
            entry.name
            for entry in lake.iterdir()
            if entry.is_dir() and entry.name != LOADS and (entry / "_delta_log").is_dir()
        )
    )


@dataclass(frozen=True, slots=True)
class _Latest:
    version: int
    is_rolled_back: bool


def _roll_back(folder: Path, promised: int) -> _Latest | None:
    latest = open_table(folder)
    if latest is None:
        return None
    if latest.version <= promised:
        return _Latest(latest.version, is_rolled_back=False)
    expected = open_table(folder, promised)
    if expected is None or _holds_the_same(latest, expected):
        return _Latest(latest.version, is_rolled_back=False)
    latest.restore(promised, load_id="recovery")
    restored = open_table(folder)
    return _Latest(restored.version if restored else promised, is_rolled_back=True)


def _holds_the_same(one: TableVersion, other: TableVersion) -> bool:
    paths = {file.path for file in one.files} == {file.path for file in other.files}
    return paths and one.columns == other.columns


def _discard(folder: Path, known: Collection[str]) -> bool:
    """Remove a table that a dead load made; one that another program made stays."""
    table = open_table(folder)
    if table is not None and (table.made_by is None or table.made_by in known):
        return False
    with storage_guard(folder):
        shutil.rmtree(folder)
    return True


def _remove_orphans(lake: Path, known: Collection[str]) -> int:
    removed = 0
    with storage_guard(lake):
        for path in lake.rglob("part-*.parquet"):
            load_id = read_load_id(path.name)
            if load_id is not None and load_id not in known:
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def _finish_rewrites(lake: Path, versions: Mapping[str, int]) -> int:
    """Delete what a killed erasure had rewritten but not yet deleted."""
    removed = 0
    with storage_guard(lake):
        for table, path in read_rewrites(lake, versions).list_replaced():
            if (lake / table / path).exists():
                (lake / table / path).unlink(missing_ok=True)
                removed += 1
    return removed
