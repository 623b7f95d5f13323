"""What is asked of a database, whichever it is: names, columns, rows as text, in one snapshot."""

from __future__ import annotations

import csv
import io
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from regulars.connectors.sql.address import Address
from regulars.errors import ConnectorError

__all__ = ["Session"]

_BATCH_ROWS = 10_000


class Session(ABC):
    """A connection that cannot write, inside one transaction.

    A subclass says how to connect, how to quote, and which errors its driver raises; the rest is
    the DB-API that all drivers share.
    """

    driver_errors: tuple[type[Exception], ...] = ()

    def __init__(self, address: Address) -> None:
        self.address = address
        self._connection = self._connect()

    @abstractmethod
    def _connect(self) -> Any:  # noqa: ANN401 - the DB-API is a convention, not a type
        """A read-only connection, its snapshot begun."""

    @abstractmethod
    def list_tables(self) -> list[str]:
        """The tables and views that can be read, as a person would name them."""

    @abstractmethod
    def quote(self, name: str) -> str:
        """An identifier."""

    @abstractmethod
    def write_literal(self, value: str, *, select: str, column: str) -> str:
        """A value to compare `column` of `select` with."""

    def quote_table(self, name: str) -> str:
        """A table with its schema."""
        return ".".join(self.quote(part) for part in name.split("."))

    def list_columns(self, select: str) -> tuple[str, ...]:
        """The columns that a query gives."""
        with self._query(f"SELECT * FROM ({select}) AS q LIMIT 0") as cursor:
            return tuple(str(column[0]) for column in cursor.description)

    def fetch_first(
        self, select: str, columns: Sequence[str], count: int
    ) -> list[list[str | None]]:
        """The first rows as text."""
        with self._query(f"{self._as_text(select, columns)} LIMIT {count}") as cursor:
            return [[write_value(value) for value in row] for row in cursor.fetchall()]

    def find_greatest(self, select: str, column: str) -> str | None:
        """The greatest value of a column, by the order that the database itself has."""
        with self._query(f"SELECT max({self.quote(column)}) FROM ({select}) AS q") as cursor:
            row = cursor.fetchone()
            return write_value(row[0]) if row else None

    def copy(self, select: str, columns: Sequence[str], stream: IO[bytes]) -> None:
        """Write all rows as CSV, a batch at a time."""
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\n")
        with self._query(self._as_text(select, columns)) as cursor:
            while rows := cursor.fetchmany(_BATCH_ROWS):
                writer.writerows([write_value(value) for value in row] for row in rows)
        text.detach()

    def close(self) -> None:
        """End the transaction and the connection."""
        self._connection.close()

    def _as_text(self, select: str, columns: Sequence[str]) -> str:
        listed = ", ".join(self.quote(column) for column in columns)
        return f"SELECT {listed} FROM ({select}) AS q"

    @contextmanager
    def _query(self, statement: str) -> Iterator[Any]:
        cursor = self._connection.cursor()
        try:
            cursor.execute(statement)
            yield cursor
        except self.driver_errors as error:
            raise self.explain(error) from error
        finally:
            cursor.close()

    def explain(self, error: Exception) -> ConnectorError:
        """The error of a query, in our words and without the password."""
        first = (
            self.address.hide(str(error.args[-1] if error.args else error))
            .strip()
            .partition("\n")[0]
        )
        return ConnectorError(
            en=f"{self.address.name} did not answer the query: {first}."
            " Check the table, the query and the rights of the user.",
            ru=f"{self.address.name} не ответил на запрос: {first}. Проверьте таблицу, запрос и "
            "права пользователя.",
        )


def write_value(value: object) -> str | None:
    r"""A value of a driver as text; bytes in hexadecimal, an empty text is missing.

    Examples
    --------
    >>> [write_value(value) for value in (7, "Анна", b"\xde\xad", None, "")]
    ['7', 'Анна', '\\xdead', None, None]
    """
    if value is None or value == "":
        return None
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    return str(value)
