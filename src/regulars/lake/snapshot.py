"""The lake as one load left it: every table at one version, whatever is written meanwhile."""

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.errors import NotFoundError, StorageError, UnknownNameError
from regulars.lake.delta import DataFile, TableVersion, open_table
from regulars.lake.load_log import read_loads
from regulars.lake.parquet import is_parquet, scan_files, select_columns
from regulars.lake.records import LoadRecord
from regulars.lake.rewrites import REWRITES, Rewrites, read_rewrites
from regulars.lake.sql import quote_name
from regulars.lake.storage import storage_guard

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

__all__ = ["Snapshot", "take_snapshot"]


class Snapshot:
    """The tables of a lake as one load left them. Made by `Lake.snapshot`.

    Parameters
    ----------
    folder
        The lake.
    load
        The load whose result is read; None for a lake without loads.
    rewrites
        Files that erasures rewrote since.
    """

    def __init__(self, folder: Path, load: LoadRecord | None, rewrites: Rewrites) -> None:
        self.folder = folder
        self.load = load
        self._rewrites = rewrites
        self._tables: dict[str, TableVersion] = {}

    def __repr__(self) -> str:
        return f"Snapshot(load_id={self.load_id!r}, tables={self.tables!r})"

    @property
    def load_id(self) -> str | None:
        """The load that left it so."""
        return self.load.load_id if self.load else None

    @property
    def versions(self) -> Mapping[str, int]:
        """The version of every table."""
        return dict(self.load.versions) if self.load else {}

    @cached_property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables, in alphabetical order."""
        return tuple(sorted(set(self.versions) - {REWRITES}))

    def schema(self, table: str) -> "pa.Schema":
        """Column names and Arrow types."""
        return self._open(table).schema

    def list_texts(self, table: str) -> list[str]:
        """The columns of a table that hold texts; none when there is no such table."""
        columns = self._open(table).columns if table in self.versions else ()
        return [column.name for column in columns if column.type == "VARCHAR"]

    def row_count(self, table: str) -> int:
        """How many rows the table has."""
        return sum(file.rows for file in self._current_files(table))

    def files(self, table: str, *, buckets: Collection[int] | None = None) -> list[str]:
        """The Parquet files that hold the table, as plain paths.

        `buckets` picks the customers whose hash falls into these of the 64 buckets: a sample of
        whole customers.
        """
        found = self._current_files(table)
        if buckets is not None:
            found = [file for file in found if file.bucket in buckets]
        folder = self.folder / table
        return [str(folder / file.path) for file in found]

    def register(
        self,
        connection: "DuckDBPyConnection",
        tables: Iterable[str] | None = None,
        prefix: str = "",
        *,
        buckets: Collection[int] | None = None,
    ) -> None:
        """Create a view for each table (default: all), named `prefix` and the table's name.

        With `buckets`, tables that are kept by customers hold those of these buckets only.
        """
        for table in self.tables if tables is None else tables:
            view = quote_name(prefix + table)
            with storage_guard(self.folder):
                query = self._render_query(connection, table, buckets)
                connection.execute(f"CREATE OR REPLACE VIEW {view} AS {query}")

    def _render_query(
        self, connection: "DuckDBPyConnection", table: str, buckets: Collection[int] | None
    ) -> str:
        opened = self._open(table)
        columns = opened.columns
        paths = [
            file.path
            for file in self._current_files(table)
            if buckets is None or file.bucket is None or file.bucket in buckets
        ]
        if not paths:
            empty = (
                f"CAST(NULL AS {column.type}) AS {quote_name(column.name)}" for column in columns
            )
            return f"SELECT {', '.join(empty)} WHERE false"
        rows = scan_files(opened.folder, paths, columns)
        chosen = select_columns(columns, has_foreign_files=opened.has_foreign_files)
        return f"SELECT {chosen} FROM {rows}"

    def list_vacuumed(self) -> tuple[str, ...]:
        """Names of the tables of which a vacuum has removed files that this snapshot is made of."""
        gone = []
        for table in self.tables:
            paths = (self._rewrites.resolve(table, file.path) for file in self._open(table).files)
            if any(
                path is not None and not (self.folder / table / path).exists() for path in paths
            ):
                gone.append(table)
        return tuple(gone)

    def _open(self, table: str) -> TableVersion:
        if table not in self.versions:
            raise UnknownNameError("table", table, self.tables, ru="таблицы")
        if table not in self._tables:
            opened = open_table(self.folder / table, self.versions[table])
            if opened is None:
                raise StorageError(
                    en=f"The lake {self.folder} has no folder '{table}', but load {self.load_id} wrote"
                    " that table. Restore the folder from a backup.",
                    ru=f"В озере {self.folder} нет папки «{table}», хотя загрузка {self.load_id} "
                    "писала эту таблицу. Восстановите папку из резервной копии.",
                )
            self._tables[table] = opened
        return self._tables[table]

    def _current_files(self, table: str) -> list[DataFile]:
        """The table's files as they are on the disk now; raises when one is gone or cut off."""
        opened = self._open(table)
        found = []
        for file in opened.files:
            path = self._rewrites.resolve(table, file.path)
            if path is None:
                continue
            standing = file if path == file.path else self._describe(table, path, file)
            self._check_whole(table, standing)
            found.append(standing)
        return found

    def _describe(self, table: str, path: str, replaced: DataFile) -> DataFile:
        from pyarrow import parquet

        full = self.folder / table / path
        with storage_guard(self.folder):
            rows = parquet.read_metadata(full).num_rows
        return DataFile(path, full.stat().st_size, rows, replaced.bucket)

    def _check_whole(self, table: str, file: DataFile) -> None:
        path = self.folder / table / file.path
        try:
            size = path.stat().st_size
        except FileNotFoundError as error:
            raise self._explain_missing(table, path) from error
        if size != file.size:
            raise StorageError(
                en=f"The file {path} is damaged: it has {size:,} bytes instead of {file.size:,}."
                " Restore it from a backup, or look at an earlier load with snapshot(load_id=…).",
                ru=f"Файл {path} повреждён: в нём {size:,} байт вместо {file.size:,}. Восстановите его "
                "из резервной копии или посмотрите более раннюю загрузку: snapshot(load_id=…).",
            )
        if not is_parquet(path):
            # The engine would find out as well, but only in the middle of somebody's query.
            raise StorageError(
                en=f"A file in {self.folder} is damaged or missing: {path} does not end as a Parquet"
                " file does. Restore it from a backup, or look at an earlier load with"
                " snapshot(load_id=…).",
                ru=f"Файл в {self.folder} повреждён или пропал: {path} заканчивается не так, как файл"
                " Parquet. Восстановите его из резервной копии или посмотрите более раннюю загрузку:"
                " snapshot(load_id=…).",
            )

    def _explain_missing(self, table: str, path: Path) -> Exception:
        loads = read_loads(self.folder)
        if self.load and loads and self.load.sequence < loads[-1].sequence:
            return NotFoundError(
                en=f"Table '{table}' as load {self.load_id} left it no longer exists: vacuum removed"
                " its files. Choose a later load; `list_loads` names them.",
                ru=f"Таблицы «{table}», какой её оставила загрузка {self.load_id}, больше нет: её "
                "файлы удалены при очистке. Выберите более позднюю загрузку; их перечисляет "
                "list_loads.",
            )
        return StorageError(
            en=f"The file {path} of table '{table}' is missing. Restore it from a backup, or look at"
            " an earlier load with snapshot(load_id=…).",
            ru=f"Файла {path} таблицы «{table}» нет. Восстановите его из резервной копии или "
            "посмотрите более раннюю загрузку: snapshot(load_id=…).",
        )


def take_snapshot(folder: Path, loads: tuple[LoadRecord, ...], load: LoadRecord | None) -> Snapshot:
    """The snapshot of `load`, one of `loads`."""
    # An erasure holds for the past too, so rewrites are always those of today.
    latest = loads[-1].versions if loads else {}
    return Snapshot(folder, load, read_rewrites(folder, latest))
