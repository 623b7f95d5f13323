"""Erasing customers: their rows leave every file of every version, and stay away."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from regulars.lake.column_types import StoredColumn
from regulars.lake.delta import DataFile, TableVersion, open_table
from regulars.lake.parquet import RowWriter, bucket_of, read_bucket, scan_files
from regulars.lake.records import LoadRecord
from regulars.lake.recovery import list_tables
from regulars.lake.rewrites import REWRITES
from regulars.lake.shapes import ERASED, QUARANTINE
from regulars.lake.sql import list_columns, name_scratch, quote_name, quote_text
from regulars.lake.storage import storage_guard
from regulars.lake.transaction import LoadTransaction

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Erasure", "Traces", "erase_within", "find_traces", "name_erasure"]

_FILE = "lake_file"
_OWN_TABLES = (REWRITES, ERASED)
_COUNTERPARTS = ("counterpart_id",)
_RAW_VALUES = (
    "CASE WHEN json_valid(raw) THEN"
    " list_concat(json_extract_string(raw, '$.*'), json_extract_string(raw, '$[*]'))"
    " ELSE [raw] END"
)


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure did.

    Attributes
    ----------
    load_id
        Its own entry in the list of loads.
    rows
        Rows erased by table, counted in the latest version.
    files_removed
        Data files deleted from the disk, those of earlier versions included.
    """

    load_id: str
    rows: Mapping[str, int] = field(default_factory=dict)
    files_removed: int = 0


@dataclass(frozen=True, slots=True)
class Traces:
    """Where customers are found in a lake.

    Attributes
    ----------
    rows
        Rows to erase by table, counted in the latest version.
    ids
        Which of the customers are in some version of some table.
    """

    rows: Mapping[str, int]
    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Rewritten:
    """The files of one table that held somebody to erase, and what stands for each."""

    table: str
    replaced: Mapping[str, DataFile | None]
    rows: int


def name_erasure() -> str:
    """A load id for an erasure: says nothing about whom it is for."""
    return f"erasure-{uuid4().hex[:12]}"


def find_traces(folder: Path, ids: Iterable[str], connection: "DuckDBPyConnection") -> Traces:
    """What an erasure of these customers would find; nothing is changed."""
    wanted = _hold_values(connection, "sought", "customer_id", ids)
    rows: dict[str, int] = {}
    found: set[str] = set()
    with storage_guard(folder):
        for table in list_tables(folder):
            latest = open_table(folder / table)
            if table in _OWN_TABLES or latest is None:
                continue
            current = {file.path for file in latest.files}
            files = _find_files(connection, latest, table, wanted)
            if count := sum(count for path, count in files if path in current):
                rows[table] = count
            paths = [path for path, _ in files]
            found |= _list_found(connection, latest, table, paths, wanted)
    connection.execute(f"DROP TABLE {wanted}")
    return Traces(rows, frozenset(found))


def _list_found(
    connection: "DuckDBPyConnection",
    latest: TableVersion,
    table: str,
    paths: Sequence[str],
    wanted: str,
) -> set[str]:
    """Which of the wanted customers are in these files."""
    if not paths:
        return set()
    columns = _list_columns(connection, latest, paths)
    rows = _scan(latest.folder, paths, columns)
    names = [*_list_id_columns(columns), *_list_counterparts(columns)]
    values = [f"SELECT {quote_name(name)} AS customer_id FROM {rows}" for name in names]
    if table == QUARANTINE:
        values.append(f"SELECT unnest({_RAW_VALUES}) FROM {rows} WHERE customer_id IS NULL")
    found = connection.execute(
        f"SELECT DISTINCT customer_id FROM ({' UNION ALL '.join(values)})"
        f" SEMI JOIN {wanted} USING (customer_id)"
    ).fetchall()
    return {str(row[0]) for row in found}


def erase_within(load: LoadTransaction, ids: Iterable[str], tombstones: Iterable[str]) -> Erasure:
    """Erase customers in a load that was just begun, and complete it."""
    connection, folder = load.connection, load.folder
    wanted = _hold_values(connection, "erase", "customer_id", ids)
    tables = [table for table in list_tables(folder) if table not in _OWN_TABLES]
    with storage_guard(folder):
        done = [_rewrite_table(load, table, wanted) for table in tables]
        _append_rewrites(load, done)
        marks = _hold_values(connection, "tombstones", "tombstone", tombstones)
        load.append(ERASED, f"(SELECT *, known_at AS erased_at FROM {_stamp(load, marks)})")
        rows = {each.table: each.rows for each in done if each.rows}
        counts = {table: {"erased": count} for table, count in rows.items()}
        load.commit(LoadRecord(source="erasure", kind="erasure", action="erasure", tables=counts))
        # Only now: until the load is complete, readers and a recovery need the old files.
        removed = [folder / each.table / path for each in done for path in each.replaced]
        for path in removed:
            path.unlink(missing_ok=True)
    for name in (wanted, marks):
        connection.execute(f"DROP TABLE {name}")
    return Erasure(load.load_id, rows, len(removed))


def _hold_values(
    connection: "DuckDBPyConnection", purpose: str, column: str, values: Iterable[str]
) -> str:
    import pyarrow as pa

    held = pa.table({column: pa.array(sorted(set(values)), pa.string())})
    name = name_scratch(purpose)
    connection.register("lake_values", held)
    try:
        connection.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM lake_values")
    finally:
        connection.unregister("lake_values")
    return name


def _stamp(load: LoadTransaction, relation: str) -> str:
    return f"(SELECT *, {load.render_now()} AS known_at FROM {relation})"


def _rewrite_table(load: LoadTransaction, table: str, wanted: str) -> _Rewritten:
    folder = load.folder / table
    latest = open_table(folder)
    if latest is None:
        return _Rewritten(table, {}, 0)
    current = {file.path: file for file in latest.files}
    replaced: dict[str, DataFile | None] = {}
    erased = 0
    for path, count in _find_files(load.connection, latest, table, wanted):
        written = _write_without(load, latest, table, path, wanted)
        replaced[path] = written
        erased += count if path in current else 0
    removed = [current[path] for path in replaced if path in current]
    if removed:
        added = [replaced[file.path] for file in removed]
        load.commit_files(table, [file for file in added if file is not None], removed)
    return _Rewritten(table, replaced, erased)


def _find_files(
    connection: "DuckDBPyConnection", latest: TableVersion, table: str, wanted: str
) -> list[tuple[str, int]]:
    """The files of any version that hold rows to erase, and how many."""
    folder = latest.folder
    paths = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.parquet"))]
    paths = _keep_possible(connection, folder, paths, wanted)
    if not paths:
        return []
    columns = _list_columns(connection, latest, paths)
    rows = _scan(folder, paths, columns, more=f", filename = {quote_text(_FILE)}")
    condition = _render_condition(table, columns, wanted)
    named = [_render_named(name, wanted) for name in _list_counterparts(columns)]
    found = connection.execute(
        f"SELECT {_FILE}, count(*) FILTER ({condition}) FROM {rows}"
        f" WHERE {' OR '.join([condition, *named])} GROUP BY {_FILE} ORDER BY {_FILE}"
    ).fetchall()
    return [(Path(name).relative_to(folder).as_posix(), int(count)) for name, count in found]


def _keep_possible(
    connection: "DuckDBPyConnection", folder: Path, paths: Sequence[str], wanted: str
) -> list[str]:
    """Of a table with buckets, only the files in which these customers can be."""
    bucketed = [path for path in paths if read_bucket(path) is not None]
    if len(bucketed) < len(paths) or not paths:
        return list(paths)
    rows = scan_files(folder, paths)
    columns = list_columns(connection, rows)
    if _list_id_columns(columns) != ["customer_id"] or _list_counterparts(columns):
        return list(paths)
    found = connection.execute(
        f"SELECT DISTINCT {bucket_of('customer_id')} FROM {wanted}"
    ).fetchall()
    buckets = {int(row[0]) for row in found}
    return [path for path in paths if read_bucket(path) in buckets]


def _list_id_columns(columns: Mapping[str, str]) -> list[str]:
    """Columns that name a customer: `customer_id`, and `x_customer_id` for another one."""
    return [
        name
        for name, kind in columns.items()
        if kind == "VARCHAR" and (name == "customer_id" or name.endswith("_customer_id"))
    ]


def _list_counterparts(columns: Mapping[str, str]) -> list[str]:
    """Columns that name the other side of somebody else's event: blanked, for the event stays."""
    return [name for name, kind in columns.items() if kind == "VARCHAR" and name in _COUNTERPARTS]


def _render_named(name: str, wanted: str) -> str:
    return f"coalesce({quote_name(name)} IN (SELECT customer_id FROM {wanted}), false)"


def _render_condition(table: str, columns: Mapping[str, str], wanted: str) -> str:
    """SQL that is true for rows to erase, and never missing."""
    tests = [_render_named(name, wanted) for name in _list_id_columns(columns)]
    if table == QUARANTINE:
        # A row was put aside before its customer was known: any value of it may be the id.
        tests.append(
            f"(customer_id IS NULL AND raw IS NOT NULL AND"
            f" list_has_any({_RAW_VALUES}, (SELECT list(customer_id) FROM {wanted})))"
        )
    return f"coalesce({' OR '.join(tests) or 'false'}, false)"


def _list_columns(
    connection: "DuckDBPyConnection", latest: TableVersion, paths: Sequence[str]
) -> dict[str, str]:
    """What is in any of the files or in the table: a file may lack what it says nothing about."""
    stored = {column.name: column.type for column in latest.columns}
    return stored | list_columns(connection, scan_files(latest.folder, paths))


def _scan(folder: Path, paths: Sequence[str], columns: Mapping[str, str], more: str = "") -> str:
    stored = [StoredColumn(name, kind) for name, kind in columns.items()]
    return scan_files(folder, paths, stored, more=more)


def _write_without(
    load: LoadTransaction, latest: TableVersion, table: str, path: str, wanted: str
) -> DataFile | None:
    folder = latest.folder
    known = _list_columns(load.connection, latest, [path])
    rows = _scan(folder, [path], known)
    condition = _render_condition(table, known, wanted)
    columns = list_columns(load.connection, scan_files(folder, [path]))
    stored = tuple(StoredColumn(name, kind) for name, kind in columns.items())
    writer = RowWriter(load.connection, folder, load.load_id, stored)
    counterparts = _list_counterparts(columns)
    chosen = ", ".join(
        f"CASE WHEN {_render_named(name, wanted)} THEN NULL ELSE {quote_name(name)} END"
        f" AS {quote_name(name)}"
        if name in counterparts
        else quote_name(name)
        for name in columns
    )
    written = writer.write_in_place_of(path, f"SELECT {chosen} FROM {rows} WHERE NOT {condition}")
    return written[0] if written else None


def _append_rewrites(load: LoadTransaction, done: Sequence[_Rewritten]) -> None:
    entries = [
        {"table": each.table, "path": path, "replaced_by": file.path if file else None}
        for each in done
        for path, file in each.replaced.items()
    ]
    if not entries:
        return
    import pyarrow as pa

    schema = pa.schema([(name, pa.string()) for name in ("table", "path", "replaced_by")])
    load.connection.register("lake_rewrites", pa.Table.from_pylist(entries, schema=schema))
    try:
        load.append(REWRITES, "lake_rewrites")
    finally:
        load.connection.unregister("lake_rewrites")
