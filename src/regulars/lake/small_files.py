"""Parquet files of a few rows, read and written without the engine: the lake's own lists.

Arrow looks for pandas, and imports it, whenever it makes an array of Python's values. That takes
as long as everything else that a command does before its work begins, so rows go the way of JSON.
"""

import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.json
import pyarrow.parquet as pq

__all__ = ["read_rows", "write_rows"]


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of one file, by column name."""
    # One column of one row group is the finest that is worth a thread; these are smaller.
    return list(pq.ParquetFile(path).read(use_threads=False).to_pylist())


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> None:
    """Write `rows` of texts, whole numbers and moments (a `datetime` with its zone)."""
    lines = "\n".join(json.dumps(row, default=datetime.isoformat) for row in rows).encode()
    table = pyarrow.json.read_json(
        io.BytesIO(lines),
        read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=len(lines) + 1),
        parse_options=pyarrow.json.ParseOptions(
            explicit_schema=schema, unexpected_field_behavior="error"
        ),
    )
    pq.write_table(table.select(schema.names), path)
