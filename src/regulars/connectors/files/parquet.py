"""Parquet: typed columns, read by the engine where they lie."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.connectors.files.engine_text import quote_name, quote_path
from regulars.connectors.files.naming import make_names
from regulars.errors import SourceError

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from regulars.connectors.protocol import RejectedLine

__all__ = ["ParquetColumns"]


class ParquetColumns:
    """The rows of a Parquet file, with the types it has; nested values become JSON text."""

    def __init__(self, path: Path, *, name: str, columns: Sequence[str] | None = None) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            schema = pq.read_schema(path)
        except (pa.ArrowInvalid, OSError) as error:
            raise SourceError(
                en=f"{name} begins as a Parquet file but is damaged or cut off ({error})."
                " Copy or download it again; nothing was loaded.",
                ru=f"{name} начинается как файл Parquet, но повреждён или обрезан ({error}). "
                "Скопируйте или скачайте его заново; ничего не загружено.",
            ) from error
        self._path = path
        self._nested = [pa.types.is_nested(field.type) for field in schema]
        self._found = list(schema.names)
        self.names, self.notes = make_names(columns or schema.names)

    def sample(self, connection: DuckDBPyConnection, rows: int) -> pa.Table:
        """The first rows as text."""
        listed = ", ".join(
            f"CAST({quote_name(name)} AS VARCHAR) AS {quote_name(name)}" for name in self.names
        )
        query = f"SELECT {listed} FROM {self.scan(connection)} LIMIT {int(rows)}"
        return connection.execute(query).to_arrow_table()

    def scan(self, _connection: DuckDBPyConnection) -> str:
        """SQL for all rows."""
        call = f"read_parquet({quote_path(self._path)}, hive_partitioning=false)"
        aliases = ", ".join(f"c{number}" for number in range(len(self.names)))
        columns = ", ".join(
            f"{f'CAST(to_json(c{number}) AS VARCHAR)' if is_nested else f'c{number}'}"
            f" AS {quote_name(name)}"
            for number, (name, is_nested) in enumerate(zip(self.names, self._nested, strict=True))
        )
        return f"(SELECT {columns} FROM {call} AS t({aliases}))"

    def find_lines(self, _connection: DuckDBPyConnection, numbers: Sequence[int]) -> dict[int, int]:
        """The numbers of the rows: a Parquet file has no lines."""
        return {number: number for number in numbers}

    def rejected_lines(self, _connection: DuckDBPyConnection) -> list[RejectedLine]:
        """None: there are no lines to split."""
        return []
