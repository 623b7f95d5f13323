"""Formats that the engine does not split itself: turned into text columns in the work folder."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.connectors.files.engine_text import quote_path
from regulars.connectors.files.places import Places
from regulars.connectors.protocol import RejectedLine
from regulars.errors import StorageError
from regulars.schema.foreign_words import say_system_error

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from regulars.schema.wording import Wording

__all__ = ["ConvertedRows", "Row"]

Row = Sequence[str | None]
_BATCH_CELLS = 1 << 18


class ConvertedRows:
    """Rows that Python splits, kept as a Parquet file of text columns.

    A subclass says `names`, the `notes`, and how to `iterate` over rows and rejected lines; where
    rows have a line, it sets `line_number` before it yields one.
    """

    def __init__(self, names: Sequence[str], folder: Path) -> None:
        self.names = tuple(names)
        self.folder = folder
        self._rejected: list[RejectedLine] = []
        self._places = Places()
        self.line_number: int | None = None

    @property
    def notes(self) -> tuple[Wording, ...]:
        """What was decided."""
        return ()

    def settle(self) -> None:
        """What must be known before all is read; nothing for most."""

    def iterate(self) -> Generator[Row | RejectedLine]:
        """All rows in order, and the lines that are none."""
        raise NotImplementedError

    def sample(self, _connection: DuckDBPyConnection, rows: int) -> pa.Table:
        """The first rows; stops reading there."""
        taken: list[Row] = []
        with closing(self.iterate()) as stream:
            for item in stream:
                if len(taken) >= rows:
                    break
                if not isinstance(item, RejectedLine):
                    taken.append(item)
        return _as_table(self.names, taken)

    def scan(self, _connection: DuckDBPyConnection) -> str:
        """SQL for all rows."""
        return f"read_parquet({quote_path(self._parquet)}, hive_partitioning=false)"

    def rejected_lines(self, _connection: DuckDBPyConnection) -> list[RejectedLine]:
        """The lines that are no rows."""
        return list(self._rejected)

    def find_lines(self, _connection: DuckDBPyConnection, numbers: Sequence[int]) -> dict[int, int]:
        """Where each of these rows stands."""
        _ = self._parquet
        return dict(zip(numbers, self._places.find(numbers), strict=True))

    @cached_property
    def _parquet(self) -> Path:
        path = self.folder / "rows.parquet"
        self.settle()
        write_rows(path, self.names, self._keep_rejected(self.iterate()))
        return path

    def _keep_rejected(self, items: Iterable[Row | RejectedLine]) -> Iterator[Row]:
        for item in items:
            if isinstance(item, RejectedLine):
                self._rejected.append(item)
            else:
                if self.line_number is not None:
                    self._places.add(self.line_number)
                yield item


def write_rows(path: Path, names: Sequence[str], rows: Iterable[Row]) -> None:
    """Write rows of text to a Parquet file, a batch at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.string()) for name in names])
    most = max(_BATCH_CELLS // max(len(names), 1), 1)
    batch: list[Row] = []
    try:
        with pq.ParquetWriter(path, schema, compression="lz4") as writer:
            for row in rows:
                batch.append(row)
                if len(batch) >= most:
                    writer.write_table(_as_table(names, batch))
                    batch.clear()
            writer.write_table(_as_table(names, batch))
    except OSError as error:
        raise StorageError(
            en=f"A working copy could not be written in {path.parent}: {say_system_error(error).en}."
            " Free some space, or choose another work folder.",
            ru=f"Рабочую копию не удалось записать в {path.parent}: {say_system_error(error).ru}. Освободите место или "
            "выберите другую рабочую папку.",
        ) from error


def _as_table(names: Sequence[str], rows: Sequence[Row]) -> pa.Table:
    import pyarrow as pa

    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    arrays = [pa.array(column, pa.string()) for column in columns]
    return pa.Table.from_arrays(arrays, names=list(names))
