"""Open a table or a query of a database as a source of rows."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.connectors.sql.address import Address, Engine, parse_url
from regulars.connectors.sql.mysql import MysqlSession
from regulars.connectors.sql.postgresql import PostgresqlSession
from regulars.connectors.sql.session import Session
from regulars.connectors.sql.sqlite import SqliteSession
from regulars.errors import (
    InvalidParameterError,
    SchemaError,
    StorageError,
    UnknownColumnError,
    UnknownNameError,
)
from regulars.schema.foreign_words import say_system_error
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from regulars.connectors.protocol import RejectedLine

__all__ = ["DatabaseSource", "open_database"]

_SESSIONS: Mapping[Engine, type[Session]] = {
    "postgresql": PostgresqlSession,
    "mysql": MysqlSession,
    "sqlite": SqliteSession,
}
_LONGEST_ROW_BYTES = 1 << 24


def open_database(
    url: str,
    *,
    work_folder: Path,
    table: str | None = None,
    query: str | None = None,
    cursor: str | None = None,
    since: str | None = None,
) -> DatabaseSource:
    """Open a table or a query as a source of rows; the connection cannot write.

    Parameters
    ----------
    url
        ``postgresql://user:password@host:port/database``, ``mysql://…`` or ``sqlite:///path``.
    work_folder
        Where the rows are copied to; `close` removes them.
    table
        A table or view, with its schema if need be.
    query
        A SELECT, instead of a table.
    cursor
        A column that grows when a row is added or changed, for incremental loads.
    since
        The `cursor_value` of the last load. Rows **at** that value are read again, so that none
        that shares it is lost, and so are rows where the column is missing; loading them twice
        changes nothing, as rows are updated by key.

    Returns
    -------
    DatabaseSource
        A `Source` whose columns are all text; the caller closes it.

    Examples
    --------
    >>> import sqlite3, duckdb
    >>> folder = Path(tempfile.mkdtemp())
    >>> company = sqlite3.connect(folder / "crm.db")
    >>> _ = company.execute("CREATE TABLE clients (id TEXT, seen INTEGER)")
    >>> _ = company.execute("INSERT INTO clients VALUES ('007', 1), ('008', 2)")
    >>> company.commit()
    >>> source = open_database(
    ...     f"sqlite:///{folder}/crm.db",
    ...     table="clients",
    ...     cursor="seen",
    ...     since="2",
    ...     work_folder=folder,
    ... )
    >>> duckdb.sql(f"SELECT * FROM {source.scan(duckdb.connect())}").fetchall()
    [('008', '2')]
    >>> source.cursor_value()
    '2'
    """
    if (table is None) == (query is None):
        raise InvalidParameterError(
            en="Give either a table or a query, and not both.",
            ru="Укажите либо таблицу, либо запрос, и только одно из двух.",
        )
    if since is not None and cursor is None:
        raise InvalidParameterError(
            en="A value to begin from (since) needs the cursor column that it belongs to.",
            ru="Значению, с которого продолжать (since), нужен столбец-курсор, к которому оно "
            "относится.",
        )
    address = parse_url(url)
    with _session(address) as session:
        select = _choose_rows(session, table, query)
        columns = session.list_columns(select)
        _check_columns(columns, cursor, table)
        if cursor is not None and since is not None:
            select = _restrict(session, select, cursor, since)
    return DatabaseSource(
        address,
        select,
        columns,
        label=table or _name_query(query or ""),
        cursor=cursor,
        since=since,
        work_folder=work_folder,
    )


@contextmanager
def _session(address: Address) -> Iterator[Session]:
    session = _SESSIONS[address.engine](address)
    try:
        yield session
    finally:
        session.close()


def _choose_rows(session: Session, table: str | None, query: str | None) -> str:
    if query is not None:
        return query.strip().rstrip(";")
    tables = session.list_tables()
    name = table or ""
    if name not in tables and name.removeprefix("public.") not in tables:
        raise UnknownNameError("table", name, tables, ru="таблицы")
    return f"SELECT * FROM {session.quote_table(name)}"


def _name_query(query: str) -> str:
    # Two queries of one database are two sources: each has a cursor value of its own.
    return f"query-{hashlib.sha256(query.encode()).hexdigest()[:8]}"


def _check_columns(columns: tuple[str, ...], cursor: str | None, table: str | None) -> None:
    where, ru = (
        (f"Table '{table}'", f"В таблице «{table}»") if table else ("The query", "В запросе")
    )
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise SchemaError(
            en=f"{where} has more than one column '{twice[0]}'. Give them different names with AS.",
            ru=f"{ru} не один столбец «{twice[0]}». Дайте им разные имена через AS.",
        )
    if cursor is not None and cursor not in columns:
        raise UnknownColumnError(cursor, columns, where=where, ru=ru)


def _restrict(session: Session, select: str, cursor: str, since: str) -> str:
    column = session.quote(cursor)
    literal = session.write_literal(since, select=select, column=cursor)
    return f"SELECT * FROM ({select}) AS r WHERE {column} >= {literal} OR {column} IS NULL"


class DatabaseSource:
    """One table or query, copied to the work folder when its rows are first asked for.

    Made by `open_database`. The copy and the greatest cursor value come from one snapshot, so a
    row that arrives meanwhile is left to the next load and not lost between the two.
    """

    has_header = True
    is_baskets = False

    def __init__(
        self,
        address: Address,
        select: str,
        columns: tuple[str, ...],
        *,
        label: str,
        cursor: str | None,
        since: str | None,
        work_folder: Path,
    ) -> None:
        self._address = address
        self._select = select
        self._label = label
        self._cursor = cursor
        self._since = since
        self._greatest = since
        self.columns = columns
        self._folder = _make_folder(work_folder)

    def __repr__(self) -> str:
        return f"<DatabaseSource {self.name}: {len(self.columns)} columns>"

    @property
    def name(self) -> str:
        """The database and the table, without user and password."""
        return f"{self._address.name}#{self._label}"

    @property
    def notes(self) -> tuple[Wording, ...]:
        """Whether all rows are read, or those since the last load."""
        if self._cursor is None or self._since is None:
            return ()
        return (
            Wording(
                en=f"Only rows where {self._cursor} is at least {self._since}, or missing.",
                ru=f"Только строки, где {self._cursor} не меньше {self._since} или не указано.",
            ),
        )

    @cached_property
    def _rows(self) -> Path:
        path = self._folder / "rows.csv"
        with _session(self._address) as session:
            if self._cursor is not None:
                self._greatest = session.find_greatest(self._select, self._cursor) or self._since
            try:
                with path.open("wb") as stream:
                    session.copy(self._select, self.columns, stream)
            except OSError as error:
                raise StorageError(
                    en=f"The rows of {self.name} could not be copied to {self._folder}:"
                    f" {say_system_error(error).en}. Free some space, or choose another work folder.",
                    ru=f"Строки {self.name} не удалось скопировать в {self._folder}: {say_system_error(error).ru}. "
                    "Освободите место или выберите другую рабочую папку.",
                ) from error
        return path

    def scan_head(self, _rows: int) -> None:
        """None: a database may take as long for the first rows as for all."""

    def fingerprint(self) -> str:
        """A sha256 of where the rows come from and of the rows themselves."""
        with self._rows.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        parts = (self.name, self._select, *self.columns, digest)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def sample(self, connection: DuckDBPyConnection, rows: int) -> pa.Table:
        """At most `rows` rows, asked of the database by themselves."""
        import pyarrow as pa

        with _session(self._address) as session:
            taken = session.fetch_first(self._select, self.columns, int(rows))
        cells = zip(*taken, strict=True) if taken else ((),) * len(self.columns)
        arrays = [pa.array(column, pa.string()) for column in cells]
        return pa.Table.from_arrays(arrays, names=list(self.columns))

    def scan(self, connection: DuckDBPyConnection) -> str:
        """SQL that may stand after FROM: all rows, every column as text."""
        names = ", ".join(f"{_quote(name)}: 'VARCHAR'" for name in self.columns)
        return (
            f"read_csv({_quote(_escape(self._rows))}, auto_detect=false, columns={{{names}}},"
            " delim=',', quote='\"', escape='\"', header=false, compression='none',"
            f" hive_partitioning=false, max_line_size={_LONGEST_ROW_BYTES})"
        )

    def find_lines(self, _connection: DuckDBPyConnection, numbers: Sequence[int]) -> dict[int, int]:
        """The numbers of the rows as they were read: a table has no lines."""
        return {number: number for number in numbers}

    def rejected_lines(self, connection: DuckDBPyConnection) -> list[RejectedLine]:
        """None: a database has rows."""
        return []

    def cursor_value(self) -> str | None:
        """The greatest value of the cursor column that was read, or `since` when none was."""
        if self._cursor is None:
            return None
        _ = self._rows
        return self._greatest

    def close(self) -> None:
        """Remove the copy."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _make_folder(work_folder: Path) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="source-", dir=work_folder)).absolute()
    except OSError as error:
        raise StorageError(
            en=f"Nothing can be written in the work folder {work_folder}: {say_system_error(error).en}."
            " Choose another, or change its permissions.",
            ru=f"В рабочую папку {work_folder} нельзя писать: {say_system_error(error).ru}. Выберите другую "
            "или измените права.",
        ) from error


def _escape(path: Path) -> str:
    # The engine takes brackets, stars and question marks for patterns.
    return "".join(f"[{sign}]" if sign in "[*?" else sign for sign in str(path))


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
