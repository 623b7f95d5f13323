"""The `loads` table: one row per load, whose latest row names the version of every table."""

import json
from collections.abc import Callable, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any
from uuid import uuid4

from regulars.errors import StorageError
from regulars.lake.column_types import INSTANT, StoredColumn
from regulars.lake.delta import DataFile, TableVersion, create_table, open_table
from regulars.lake.records import LoadRecord
from regulars.lake.small_files import read_rows, write_rows
from regulars.lake.storage import storage_guard

__all__ = ["LOADS", "append_load", "create_loads", "read_loads"]

LOADS = "loads"
_MOST_FILES = 16
_COLUMNS = (
    StoredColumn("sequence", "BIGINT"),
    StoredColumn("load_id", "VARCHAR"),
    StoredColumn("action", "VARCHAR"),
    StoredColumn("source", "VARCHAR"),
    StoredColumn("kind", "VARCHAR"),
    StoredColumn("source_sha256", "VARCHAR"),
    StoredColumn("mapping_sha256", "VARCHAR"),
    StoredColumn("mapping", "VARCHAR"),
    StoredColumn("rows_in", "BIGINT"),
    StoredColumn("rows_inserted", "BIGINT"),
    StoredColumn("rows_updated", "BIGINT"),
    StoredColumn("rows_unchanged", "BIGINT"),
    StoredColumn("rows_quarantined", "BIGINT"),
    StoredColumn("tables", "VARCHAR"),
    StoredColumn("findings", "VARCHAR"),
    StoredColumn("cursor_value", "VARCHAR"),
    StoredColumn("versions", "VARCHAR"),
    StoredColumn("loaded_at", INSTANT),
    StoredColumn("told_at", INSTANT),
)


def create_loads(lake: Path) -> None:
    """Make the empty table."""
    create_table(lake / LOADS, _COLUMNS, [], load_id="create")


def read_loads(lake: Path) -> tuple[LoadRecord, ...]:
    """Every complete load, first to last."""
    table = open_table(lake / LOADS)
    if table is None:
        return ()
    with storage_guard(lake):
        return tuple(map(_to_record, _read_all(table)))


def append_load(lake: Path, complete: Callable[[LoadRecord | None], LoadRecord]) -> LoadRecord:
    """Append the row that `complete` makes of the latest one.

    Raises `StaleVersionError` when another load was appended between the two.
    """
    folder = lake / LOADS
    table = open_table(folder)
    if table is None:
        raise StorageError(
            en=f"The lake {lake} has lost its list of loads, the folder '{LOADS}'."
            " Restore it from a backup.",
            ru=f"Озеро {lake} лишилось списка загрузок, папки «{LOADS}». Восстановите её из "
            "резервной копии.",
        )
    with storage_guard(lake):
        rows = _read_all(table)
        record = complete(_to_record(rows[-1]) if rows else None)
        # Many small files would make every command that opens the lake slower.
        merged: Sequence[DataFile] = table.files if len(table.files) >= _MOST_FILES else ()
        written = [*(rows if merged else ()), _to_row(record)]
        path = folder / f"part-{record.load_id}-{uuid4()}.parquet"
        write_rows(path, written, _COLUMNS)
        stats = json.dumps({"numRecords": len(written)})
        file = DataFile(path.name, path.stat().st_size, len(written), stats=stats)
        table.commit([file], merged, load_id=record.load_id)
    return record


def _read_all(table: TableVersion) -> list[dict[str, Any]]:
    rows = read_rows(table.folder, [file.path for file in table.files], _COLUMNS)
    return sorted(rows, key=itemgetter("sequence"))


def _to_row(record: LoadRecord) -> dict[str, Any]:
    row: dict[str, Any] = {one.name: getattr(record, one.name) for one in _COLUMNS}
    row["tables"] = json.dumps(
        {name: dict(counts) for name, counts in record.tables.items()}, sort_keys=True
    )
    row["versions"] = json.dumps(dict(record.versions), sort_keys=True)
    return row


def _to_record(row: dict[str, Any]) -> LoadRecord:
    counts = {name: json.loads(row[name]) for name in ("tables", "versions")}
    return LoadRecord(**(row | counts))
