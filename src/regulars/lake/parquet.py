"""DuckDB writes Parquet files and says what is in them; Delta's statistics come from that."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from regulars.lake.column_types import StoredColumn
from regulars.lake.delta import DataFile
from regulars.lake.sql import (
    name_scratch,
    quote_name,
    quote_names,
    quote_path_list,
    quote_text,
)
from regulars.lake.storage import storage_guard

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from regulars.lake.staging import Origin

__all__ = [
    "BUCKETS",
    "RowWriter",
    "bucket_of",
    "is_parquet",
    "read_bucket",
    "scan_files",
    "select_columns",
]

BUCKETS = 64
_PARQUET_END = b"PAR1"

# Version 2 stores times and numbers as differences: a third less on the disk at the same speed.
# Dictionaries of ids are not worth their time; those of categories are.
_FORMAT = "FORMAT parquet, PARQUET_VERSION v2, DICTIONARY_SIZE_LIMIT 1000, RETURN_STATS"

# Bounds of texts stay out of the log: they would be somebody's id or words, and an erasure could
# not take them out again.
_UNBOUNDED = ("VARCHAR", "BOOLEAN")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00")


def bucket_of(expression: str) -> str:
    """SQL of the bucket of a customer: the same on every engine that has md5."""
    return f"CAST(CAST('0x' || substr(md5({expression}), 1, 2) AS UINTEGER) % {BUCKETS} AS INTEGER)"


def read_bucket(path: str) -> int | None:
    """The bucket of a file, by its path below the table's folder; None without buckets.

    Examples
    --------
    >>> read_bucket("bucket=7/part-1.parquet")
    7
    """
    head = path.split("/", 1)[0]
    return int(head.removeprefix("bucket=")) if head.startswith("bucket=") else None


def is_parquet(path: Path) -> bool:
    """Whether a file ends as one of Parquet does."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - len(_PARQUET_END)))
        return stream.read() == _PARQUET_END


def scan_files(
    folder: Path,
    paths: Sequence[str],
    columns: Iterable[StoredColumn] | None = None,
    *,
    more: str = "",
) -> str:
    """SQL that stands after FROM and gives the rows of some files of a table.

    Parameters
    ----------
    folder, paths
        The table's folder, and the files below it.
    columns
        What to read, missing where a file does not have it: a load leaves out of its files what
        its source says nothing about. None for all that is in any of the files.
    more
        Further options.
    """
    listed = quote_path_list([str(folder / path) for path in paths])
    given = "union_by_name = true" if columns is None else f"schema = {_render_schema(columns)}"
    return f"read_parquet({listed}, hive_partitioning = false, {given}{more})"


def _render_schema(columns: Iterable[StoredColumn]) -> str:
    fields = (
        f"{quote_text(one.name)}: {{name: {quote_text(one.name)}, type: {quote_text(one.type)},"
        " default_value: NULL}"
        for one in columns
    )
    return f"MAP {{{', '.join(fields)}}}"


def select_columns(columns: Iterable[StoredColumn], *, has_foreign_files: bool) -> str:
    """What stands after SELECT to get `columns` of a scan of them."""
    known = f"coalesce(bucket, {bucket_of('customer_id')}, 0) AS bucket"
    return ", ".join(
        # Other programs leave the partition out of their files.
        known if column.name == "bucket" and has_foreign_files else quote_name(column.name)
        for column in columns
    )


@dataclass(frozen=True, slots=True)
class RowWriter:
    """Writes the rows of a query into new files of one table.

    Attributes
    ----------
    connection
        Where the query runs.
    folder
        The table's folder.
    load_id
        Becomes part of the files' names: so what a dead load left is known.
    columns
        What is written, in order.
    """

    connection: "DuckDBPyConnection"
    folder: Path
    load_id: str
    columns: tuple[StoredColumn, ...]

    def write(self, rows: str) -> list[DataFile]:
        """Write the rows in the order in which they come, into one file."""
        target = self.folder / f"part-{self.load_id}-{uuid4()}.parquet"
        names = quote_names(column.name for column in self.columns)
        return self._copy(
            f"COPY (SELECT {names} FROM ({rows})) TO {quote_text(str(target))} ({_FORMAT})"
        )

    def write_buckets(
        self,
        rows: str,
        *,
        customers: Sequence[str],
        time_column: str | None = None,
        is_new: bool = False,
    ) -> list[DataFile]:
        """Write the rows into a file a bucket, sorted by customer and, if one is named, a time column.

        `customers` are the queries whose column `customer_id` holds every customer of the rows;
        `is_new` says that `load_id` is this load's in every row.
        """
        names = [quote_name(column.name) for column in self.columns]
        # What is the same in every row need not be carried through the sorting.
        sorted_names = ", ".join(f"r.{n}" for n in names if not is_new or n != '"load_id"')
        order = f", r.{quote_name(time_column)}" if time_column else ""
        with self._rank_customers(" UNION ALL ".join(customers)) as ids:
            return self._copy_buckets(
                f"SELECT {sorted_names}, coalesce(c.bucket, 0) AS bucket FROM ({rows}) AS r"
                f" LEFT JOIN {ids} AS c ON r.customer_id = c.customer_id"
                f" ORDER BY coalesce(c.rank, 0){order}",
                is_new=is_new,
            )

    def write_derived(self, origin: "Origin", values: str) -> list[DataFile]:
        """Write rows of this load into a file a bucket, sorted by customer before they are worked out.

        `values` is the select list that makes them of the rows that `origin` derives.
        """
        customer = origin.customer
        with self._rank_customers(
            f"SELECT {customer} AS customer_id FROM {origin.relation}"
        ) as ids:
            # Of the sorted rows not even the id is carried along: its rank tells it.
            arranged = (
                f"(SELECT a.*, c.customer_id AS {customer}, coalesce(c.bucket, 0) AS bucket FROM"
                f" (SELECT r.* EXCLUDE ({customer}), c.rank AS lake_rank FROM {origin.relation} AS r"
                f" LEFT JOIN {ids} AS c ON r.{customer} = c.customer_id"
                f" ORDER BY coalesce(c.rank, 0)) AS a LEFT JOIN {ids} AS c ON a.lake_rank = c.rank)"
            )
            derived = origin.derive(arranged, "bucket")
            return self._copy_buckets(f"SELECT {values}, bucket FROM ({derived})", is_new=True)

    @contextmanager
    def _rank_customers(self, customers: str) -> Iterator[str]:
        """A table of the customers of a query: the bucket of each, and a rank that sorts by bucket."""
        # Hashing and sorting texts row by row would cost more than the copy itself: every
        # customer gets a bucket and a rank once, and the rows are sorted by the rank.
        ids = name_scratch("customers")
        self.connection.execute(
            f"CREATE TEMP TABLE {ids} AS SELECT customer_id, bucket,"
            f" CAST(row_number() OVER (ORDER BY bucket, digest) AS UINTEGER) AS rank"
            f" FROM (SELECT customer_id, md5(customer_id) AS digest,"
            f" {bucket_of('customer_id')} AS bucket"
            f" FROM (SELECT DISTINCT customer_id FROM ({customers}) WHERE customer_id IS NOT NULL))"
        )
        try:
            yield ids
        finally:
            self.connection.execute(f"DROP TABLE {ids}")

    def _copy_buckets(self, rows: str, *, is_new: bool) -> list[DataFile]:
        names = [quote_name(column.name) for column in self.columns]
        # Of an ENUM the writer knows the dictionary: of a text it would look up every row's.
        own = quote_text(self.load_id)
        constant = {'"load_id"': f"CAST({own} AS ENUM ({own}))"} if is_new else {}
        written = ", ".join(f"{constant[n]} AS {n}" if n in constant else n for n in names)
        return self._copy(
            f"COPY (SELECT {written}, bucket FROM ({rows}))"
            f" TO {quote_text(str(self.folder))} ({_FORMAT}, PARTITION_BY (bucket),"
            f" WRITE_PARTITION_COLUMNS true, APPEND,"
            f" FILENAME_PATTERN {quote_text(f'part-{self.load_id}-{{uuid}}')})"
        )

    def write_in_place_of(self, path: str, rows: str) -> list[DataFile]:
        """Write the rows into one new file in the folder, and so the bucket, of the file `path`."""
        folder = (self.folder / path).parent
        target = folder / f"part-{self.load_id}-{uuid4()}.parquet"
        return self._copy(
            f"COPY ({rows}) TO {quote_text(str(target))} ({_FORMAT})",
            bucket=read_bucket(path),
        )

    def _copy(self, statement: str, *, bucket: int | None = None) -> list[DataFile]:
        with storage_guard(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            written = self.connection.execute(statement).fetchall()
            files = [self._describe(row, bucket) for row in written]
            for file in files:
                if not file.rows:
                    (self.folder / file.path).unlink()
        return [file for file in files if file.rows]

    def _describe(self, row: tuple[Any, ...], bucket: int | None) -> DataFile:
        name, count, size, _, statistics, keys = row
        path = Path(name).relative_to(self.folder).as_posix()
        bounded = {column.name for column in self.columns if column.type not in _UNBOUNDED}
        stats = _render_stats(int(count), statistics or {}, bounded)
        found = (keys or {}).get("bucket")
        return DataFile(path, int(size), int(count), bucket if found is None else int(found), stats)


def _render_stats(
    count: int, statistics: Mapping[str, Mapping[str, str]], bounded: Collection[str]
) -> str:
    nulls: list[str] = []
    lowest: list[str] = []
    highest: list[str] = []
    for quoted, found in statistics.items():
        name = quoted.removeprefix('"').removesuffix('"').replace('""', '"')
        if name == "bucket":
            continue
        key = json.dumps(name, ensure_ascii=False)
        nulls.append(f"{key}: {int(found.get('null_count', 0))}")
        low, high = _render_bound(found, "min"), _render_bound(found, "max")
        if name in bounded and low and high:
            lowest.append(f"{key}: {low}")
            highest.append(f"{key}: {high}")
    return (
        f'{{"numRecords": {count}, "minValues": {{{", ".join(lowest)}}},'
        f' "maxValues": {{{", ".join(highest)}}}, "nullCount": {{{", ".join(nulls)}}}}}'
    )


def _render_bound(found: Mapping[str, str], which: str) -> str | None:
    text = found.get(which, "")
    if found.get("has_nan") == "true":
        return None
    if _NUMBER.fullmatch(text):
        return text
    if _DAY.fullmatch(text):
        return json.dumps(text)
    if _INSTANT.fullmatch(text):
        return json.dumps(text.replace(" ", "T").replace("+00", "Z"))
    return None
