"""Upkeep: few large files instead of many small ones, and no files that nobody may ask for."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from regulars.errors import InvalidParameterError, StorageError
from regulars.lake.delta import DataFile, TableVersion, open_table, read_load_id
from regulars.lake.load_log import LOADS, read_loads
from regulars.lake.parquet import RowWriter, scan_files
from regulars.lake.records import LoadRecord
from regulars.lake.recovery import list_tables
from regulars.lake.rewrites import read_rewrites
from regulars.lake.storage import storage_guard
from regulars.lake.transaction import LoadTransaction
from regulars.schema.contract import list_contracts

__all__ = ["Compaction", "Vacuum", "compact_within", "name_compaction", "vacuum_files"]


@dataclass(frozen=True, slots=True)
class Compaction:
    """What a compaction did.

    Attributes
    ----------
    load_id
        Its own entry in the list of loads; None when there was nothing to do.
    files_before, files_after
        Files read together, and what they became, by table.
    """

    load_id: str | None = None
    files_before: Mapping[str, int] = field(default_factory=dict)
    files_after: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vacuum:
    """What a vacuum did.

    Attributes
    ----------
    files_removed, bytes_removed
        Data files that no kept load refers to.
    loads_kept
        Loads that can still be looked at.
    """

    files_removed: int
    bytes_removed: int
    loads_kept: int


def name_compaction() -> str:
    """A load id for a compaction."""
    return f"compaction-{uuid4().hex[:12]}"


def compact_within(load: LoadTransaction, *, least_files: int) -> Compaction:
    """Join the files of every partition that has at least `least_files`, and complete the load."""
    before: dict[str, int] = {}
    after: dict[str, int] = {}
    for table in list_tables(load.folder):
        target = open_table(load.folder / table)
        chosen = _choose(target, least_files) if target else []
        if target and chosen:
            written = _join(load, table, target, chosen)
            before[table], after[table] = len(chosen), len(written)
    if not before:
        load.abandon()
        return Compaction()
    load.commit(LoadRecord(source="compaction", kind="compaction", action="compaction"))
    return Compaction(load.load_id, before, after)


def _choose(target: TableVersion, least_files: int) -> list[DataFile]:
    partitions: dict[int | None, list[DataFile]] = defaultdict(list)
    for file in target.files:
        partitions[file.bucket].append(file)
    return [file for files in partitions.values() if len(files) >= least_files for file in files]


def _join(
    load: LoadTransaction, table: str, target: TableVersion, chosen: list[DataFile]
) -> list[DataFile]:
    columns = tuple(column for column in target.columns if column.name != "bucket")
    rows = scan_files(target.folder, [file.path for file in chosen], columns)
    query = f"SELECT * FROM {rows}"
    writer = RowWriter(load.connection, target.folder, load.load_id, columns)
    if target.is_bucketed:
        written = writer.write_buckets(
            query,
            customers=[f"SELECT customer_id FROM {rows}"],
            time_column=_find_time_column(table),
        )
    else:
        written = writer.write(query)
    read, kept = (sum(file.rows for file in files) for files in (chosen, written))
    if read != kept:
        raise StorageError(
            en=f"Table '{table}': compaction read {read:,} rows and wrote {kept:,}. Nothing was"
            " changed. Restore the folder from a backup: one of its files is not what the log says.",
            ru=f"Таблица «{table}»: при сжатии прочитано строк {read:,}, записано {kept:,}. Ничего "
            "не изменено. Восстановите папку из резервной копии: один из файлов не такой, как "
            "сказано в журнале.",
        )
    load.commit_files(table, written, chosen)
    return written


def _find_time_column(table: str) -> str | None:
    return next((each.time_column for each in list_contracts() if each.name == table), None)


def vacuum_files(
    lake: Path, *, retention_days: int, now: datetime, keep: Collection[str]
) -> Vacuum:
    """Delete the data files of loads that are older than the retention; for who holds the lock."""
    if retention_days < 0:
        raise InvalidParameterError(
            en=f"retention_days must be 0 or more; got {retention_days}.",
            ru=f"retention_days должно быть не меньше 0; получено {retention_days}.",
        )
    loads = read_loads(lake)
    cutoff = now - timedelta(days=retention_days)
    kept = _choose_loads(loads, cutoff=cutoff, keep=keep)
    latest = loads[-1].versions if loads else {}
    rewrites = read_rewrites(lake, latest)
    removed = size = 0
    with storage_guard(lake):
        for table in (*list_tables(lake), LOADS):
            versions: set[int | None] = {
                load.versions[table] for load in kept if table in load.versions
            }
            needed: set[str | None] = set()
            for version in versions or {None}:
                opened = open_table(lake / table, version)
                paths = (file.path for file in opened.files) if opened else ()
                needed.update(rewrites.resolve(table, path) for path in paths)
            for path in _list_unneeded(lake / table, needed, cutoff=cutoff):
                size += path.stat().st_size
                removed += 1
                path.unlink()
    return Vacuum(removed, size, len(kept))


def _choose_loads(
    loads: tuple[LoadRecord, ...], *, cutoff: datetime, keep: Collection[str]
) -> list[LoadRecord]:
    earlier = [load for load in loads if load.loaded_at is not None and load.loaded_at < cutoff]
    # What was known at the start of the retention is what the last load before it left.
    wanted = {load.load_id for load in (*loads[len(earlier) :], *earlier[-1:], *loads[-1:])}
    return [load for load in loads if load.load_id in wanted or load.load_id in keep]


def _list_unneeded(
    folder: Path, needed: Collection[str | None], *, cutoff: datetime
) -> Iterable[Path]:
    for path in sorted(folder.rglob("*.parquet")):
        if "_delta_log" in path.parts or path.relative_to(folder).as_posix() in needed:
            continue
        # Another program may be about to commit a file that it has just written.
        is_ours = read_load_id(path.name) is not None
        if is_ours or path.stat().st_mtime < cutoff.timestamp():
            yield path
