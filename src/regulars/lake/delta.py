"""One Delta Lake table: its versions, the files of each, and how changes are committed.

The only module that speaks Delta. DuckDB writes and reads the Parquet files; here they are named.
"""

import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from deltalake import (  # noqa: TID253 - this module is the only one that speaks Delta
    CommitProperties,
    DeltaTable,
    Field,
    Schema,
)
from deltalake.exceptions import (  # noqa: TID253 - as above
    CommitFailedError,
    DeltaError,
)
from deltalake.schema import PrimitiveType  # noqa: TID253 - as above
from deltalake.transaction import (  # noqa: TID253 - as above
    AddAction,
    RemoveAction,
    create_table_with_add_actions,
)

from regulars.errors import RegularsError
from regulars.lake.column_types import StoredColumn, delta_type, duckdb_type
from regulars.lake.storage import storage_guard

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "DataFile",
    "StaleVersionError",
    "TableVersion",
    "create_table",
    "open_table",
    "read_load_id",
]

_LOAD_KEY = "regulars.load_id"
_MADE_BY = "Made by Regulars in load "
_FILE_NAME = re.compile(r"part-(?P<load_id>.+)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.parquet")
_CONFIGURATION = {
    # Time travel is bounded by our own vacuum, never by the age of a log entry.
    "delta.enableExpiredLogCleanup": "false",
    "delta.logRetentionDuration": "interval 36500 days",
}


class StaleVersionError(RegularsError):
    """Somebody committed to the table after it was read; plan again."""

    code = "stale_version"


@dataclass(frozen=True, slots=True)
class DataFile:
    """One Parquet file of a table.

    Attributes
    ----------
    path
        Below the table's folder, with slashes.
    size
        Bytes.
    rows
        How many it holds.
    bucket
        Its partition, None in a table without buckets.
    stats
        Delta's statistics as JSON text; only needed to commit a new file.
    """

    path: str
    size: int
    rows: int
    bucket: int | None = None
    stats: str = ""

    @property
    def _partition(self) -> dict[str, str | None]:
        return {} if self.bucket is None else {"bucket": str(self.bucket)}

    def to_add(self) -> AddAction:
        """The log entry that makes it part of the table."""
        milliseconds = int(time.time() * 1000)
        return AddAction(
            path=self.path,
            size=self.size,
            partition_values=self._partition,
            modification_time=milliseconds,
            data_change=True,
            stats=self.stats,
        )

    def to_remove(self) -> RemoveAction:
        """The log entry that ends its part in the table."""
        milliseconds = int(time.time() * 1000)
        return RemoveAction(
            self.path,
            data_change=True,
            deletion_timestamp=milliseconds,
            size=self.size,
            partition_values=self._partition,
        )


@dataclass
class TableVersion:
    """A table as it was at one version.

    Attributes
    ----------
    folder
        Where its files are.
    version
        The number of the version.
    """

    folder: Path
    _handle: DeltaTable = field(repr=False)
    version: int = field(init=False)

    def __post_init__(self) -> None:
        self.version = self._handle.version()

    @cached_property
    def schema(self) -> "pa.Schema":
        """Column names and Arrow's types, in order."""
        import pyarrow as pa

        return pa.schema(self._handle.schema().to_arrow())

    @cached_property
    def columns(self) -> tuple[StoredColumn, ...]:
        """The same with the types that DuckDB gives them."""
        return tuple(
            StoredColumn(field.name, duckdb_type(field.type.type))
            for field in self._handle.schema().fields
        )

    @cached_property
    def is_bucketed(self) -> bool:
        """Whether rows are partitioned by a hash of their customer."""
        return self._handle.metadata().partition_columns == ["bucket"]

    @cached_property
    def has_foreign_files(self) -> bool:
        """Whether another program wrote some of its files."""
        return any(read_load_id(file.path.rpartition("/")[2]) is None for file in self.files)

    @cached_property
    def files(self) -> tuple[DataFile, ...]:
        """The files whose rows are the table's rows, by path."""
        actions = self._handle.get_add_actions(flatten=True)
        buckets = (
            actions["partition.bucket"].to_pylist()
            if "partition.bucket" in actions.column_names
            else [None] * actions.num_rows
        )
        rows = zip(
            actions["path"].to_pylist(),
            actions["size_bytes"].to_pylist(),
            actions["num_records"].to_pylist(),
            buckets,
            strict=True,
        )
        files = (
            DataFile(unquote(path), size, count or 0, None if bucket is None else int(bucket))
            for path, size, count, bucket in rows
        )
        return tuple(sorted(files, key=lambda file: file.path))

    @cached_property
    def made_by(self) -> str | None:
        """The load that made the table; None when another program did."""
        description = self._handle.metadata().description or ""
        return description.removeprefix(_MADE_BY) if description.startswith(_MADE_BY) else None

    def commit(
        self, added: Sequence[DataFile], removed: Sequence[DataFile] = (), *, load_id: str
    ) -> int:
        """Add and remove files in one step; raises `StaleVersionError` when the table has moved."""
        actions: list[AddAction | RemoveAction] = [
            *(file.to_remove() for file in removed),
            *(file.to_add() for file in added),
        ]
        with storage_guard(self.folder):
            try:
                self._handle.create_write_transaction(
                    actions,
                    mode="append",
                    schema=self._handle.schema(),
                    partition_by=["bucket"] if self.is_bucketed else None,
                    commit_properties=_properties(load_id),
                )
            except CommitFailedError as error:
                self._raise_if_stale(error)
                raise
        # The handle stays where it was; without retries the new version can only be the next one.
        return self.version + 1

    def rewrite(
        self, added: Sequence[DataFile], columns: Sequence[StoredColumn], *, load_id: str
    ) -> int:
        """Put new files, with columns of new types, in the place of all: one step, as `commit`."""
        with storage_guard(self.folder):
            try:
                self._handle.create_write_transaction(
                    [file.to_add() for file in added],
                    mode="overwrite",
                    schema=_make_schema(columns),
                    partition_by=["bucket"] if self.is_bucketed else None,
                    commit_properties=_properties(load_id),
                )
            except CommitFailedError as error:
                self._raise_if_stale(error)
                raise
        return self.version + 1

    def add_columns(self, columns: Sequence[StoredColumn], *, load_id: str) -> "TableVersion":
        """The table with further columns, missing in all its rows."""
        with storage_guard(self.folder):
            try:
                self._handle.alter.add_columns(
                    _make_schema(columns).fields,
                    commit_properties=_properties(load_id),
                )
            except CommitFailedError as error:
                self._raise_if_stale(error)
                raise
            return TableVersion(self.folder, DeltaTable(self.folder, version=self.version + 1))

    def restore(self, version: int, *, load_id: str) -> None:
        """Make the rows and columns of an earlier version the latest ones."""
        with storage_guard(self.folder):
            self._handle.restore(
                version, ignore_missing_files=True, commit_properties=_properties(load_id)
            )

    def _raise_if_stale(self, error: CommitFailedError) -> None:
        latest = DeltaTable(self.folder).version()
        if latest != self.version:
            raise StaleVersionError(
                en=f"{self.folder} moved from version {self.version} to {latest}.",
                ru=f"Таблица {self.folder} перешла с версии {self.version} на {latest}.",
            ) from error


def _make_schema(columns: Sequence[StoredColumn]) -> Schema:
    return Schema([Field(one.name, PrimitiveType(delta_type(one.type))) for one in columns])


def _properties(load_id: str) -> CommitProperties:
    # Without retries: Delta would let two appends of the same keys both win.
    return CommitProperties(custom_metadata={_LOAD_KEY: load_id}, max_commit_retries=0)


def has_table(folder: Path) -> bool:
    """Whether a first commit was made in `folder`."""
    return any((folder / "_delta_log").glob("*.json"))


def read_load_id(file_name: str) -> str | None:
    """The load that wrote a file, by its name; None for a file of another program.

    Examples
    --------
    >>> read_load_id("part-2026-1-7d3dfa20-f157-4859-9a68-f94fea82169d.parquet")
    '2026-1'
    """
    found = _FILE_NAME.fullmatch(file_name)
    return found["load_id"] if found else None


def open_table(folder: Path, version: int | None = None) -> TableVersion | None:
    """The table in `folder` at `version` (default: the latest); None when there is none."""
    if not has_table(folder):
        return None
    with storage_guard(folder):
        return TableVersion(folder, DeltaTable(folder, version=version))


def create_table(
    folder: Path,
    columns: Sequence[StoredColumn],
    files: Sequence[DataFile],
    *,
    load_id: str,
    is_bucketed: bool = False,
) -> int:
    """Make a table of files that are already there; raises `StaleVersionError` when it exists."""
    with storage_guard(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            create_table_with_add_actions(
                os.fspath(folder),
                _make_schema(columns),
                [file.to_add() for file in files],
                mode="error",
                partition_by=["bucket"] if is_bucketed else None,
                description=_MADE_BY + load_id,
                configuration=_CONFIGURATION,
                commit_properties=_properties(load_id),
            )
        except DeltaError as error:
            if DeltaTable.is_deltatable(os.fspath(folder)):
                raise StaleVersionError(
                    en=f"{folder} was made by somebody else.", ru=f"{folder} создал кто-то другой."
                ) from error
            raise
    return 0
