"""The `loads` table: one row per load, whose latest row names the version of every table."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa

from regulars.errors import StorageError
from regulars.lake.delta import DataFile, TableVersion, create_table, open_table
from regulars.lake.records import LoadRecord
from regulars.lake.small_files import read_rows, write_rows
from regulars.lake.storage import storage_guard

__all__ = ["LOADS", "append_load", "create_loads", "read_loads"]

LOADS = "loads"
_MOST_FILES = 16
_SCHEMA = pa.schema(
    [
        ("sequence", pa.int64()),
        ("load_id", pa.string()),
        ("action", pa.string()),
        ("source", pa.string()),
        ("kind", pa.string()),
        ("source_sha256", pa.string()),
        ("mapping_sha256", pa.string()),
        ("mapping", pa.string()),
        ("rows_in", pa.int64()),
        ("rows_inserted", pa.int64()),
        ("rows_updated", pa.int64()),
        ("rows_unchanged", pa.int64()),
        ("rows_quarantined", pa.int64()),
        ("tables", pa.string()),
        ("findings", pa.string()),
        ("cursor_value", pa.string()),
        ("versions", pa.string()),
        ("loaded_at", pa.timestamp("us", "UTC")),
        ("told_at", pa.timestamp("us", "UTC")),
    ]
)


def create_loads(lake: Path) -> None:
    """Make the empty table."""
    create_table(lake / LOADS, _SCHEMA, [], load_id="create")


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
        write_rows(path, written, _SCHEMA)
        stats = json.dumps({"numRecords": len(written)})
        file = DataFile(path.name, path.stat().st_size, len(written), stats=stats)
        table.commit([file], merged, load_id=record.load_id)
    return record


def _read_all(table: TableVersion) -> list[dict[str, Any]]:
    rows = [row for file in table.files for row in read_rows(table.folder / file.path)]
    # Lakes of an earlier version lack the newest columns.
    missing = dict.fromkeys(_SCHEMA.names)
    return sorted((missing | row for row in rows), key=itemgetter("sequence"))


def _to_row(record: LoadRecord) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(record, name) for name in _SCHEMA.names}
    row["tables"] = json.dumps(
        {name: dict(counts) for name, counts in record.tables.items()}, sort_keys=True
    )
    row["versions"] = json.dumps(dict(record.versions), sort_keys=True)
    return row


def _to_record(row: dict[str, Any]) -> LoadRecord:
    loaded_at: datetime = row["loaded_at"]
    told_at: datetime | None = row["told_at"]
    return LoadRecord(
        **{
            **row,
            "told_at": told_at.astimezone(UTC) if told_at else None,
            "tables": json.loads(row["tables"]),
            "versions": json.loads(row["versions"]),
            "loaded_at": loaded_at.astimezone(UTC),
        }
    )
