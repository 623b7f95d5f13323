"""PostgreSQL, read with COPY through psycopg: exact text of every type, at the server's pace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any

from regulars.connectors.sql.session import Session
from regulars.errors import ConnectorError, TransientError

if TYPE_CHECKING:
    import psycopg

__all__ = ["PostgresqlSession"]

_SECONDS_TO_CONNECT = 10
# ISO dates, UTC and hexadecimal bytes, whatever the server's own habits; and nothing is written.
_SETTINGS = (
    "-c default_transaction_read_only=on -c default_transaction_isolation=repeatable\\ read"
    " -c datestyle=ISO -c timezone=UTC -c intervalstyle=iso_8601 -c bytea_output=hex"
)
_REFUSED = ("password", "authentication", "role", "no pg_hba")


class PostgresqlSession(Session):
    """One read-only transaction on PostgreSQL."""

    def _connect(self) -> psycopg.Connection[Any]:
        import psycopg

        self.driver_errors = (psycopg.Error,)
        address = self.address
        parameters: dict[str, Any] = {
            "host": address.host,
            "port": address.port,
            "dbname": address.database,
            "user": address.user or None,
            "password": address.password or None,
            "client_encoding": "UTF8",
            "connect_timeout": _SECONDS_TO_CONNECT,
            **address.options,
            "options": f"{_SETTINGS} {address.options.get('options', '')}",
        }
        try:
            return psycopg.connect(**parameters)
        except psycopg.Error as error:
            raise self._explain_refusal(str(error)) from error

    def _explain_refusal(self, said: str) -> ConnectorError:
        first = self.address.hide(said).strip().partition("\n")[0]
        if any(word in first for word in _REFUSED) or "does not exist" in first:
            return ConnectorError(
                en=f"{self.address.name} refused user '{self.address.user}': {first}."
                " Check the user, the password and the database in the URL.",
                ru=f"{self.address.name} не пускает пользователя «{self.address.user}»: {first}. "
                "Проверьте пользователя, пароль и базу в адресе.",
            )
        return TransientError(
            en=f"{self.address.name} cannot be reached: {first}."
            " Check host and port, and that the server runs; then try again.",
            ru=f"{self.address.name} недоступен: {first}. Проверьте хост и порт, работает ли "
            "сервер, и попробуйте ещё раз.",
        )

    def list_tables(self) -> list[str]:
        """Tables and views; those outside the search path with their schema."""
        with self._query(
            "SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname"
            " ELSE n.nspname || '.' || c.relname END"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')"
            " AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
            " AND n.nspname NOT LIKE 'pg\\_%' ORDER BY 1"
        ) as cursor:
            return [row[0] for row in cursor.fetchall()]

    def quote(self, name: str) -> str:
        """An identifier."""
        return '"' + name.replace('"', '""') + '"'

    def write_literal(self, value: str, *, select: str, column: str) -> str:
        """A literal without a type: it takes the type of the column."""
        return "'" + value.replace("'", "''") + "'"

    def find_greatest(self, select: str, column: str) -> str | None:
        """The greatest value, written by the server."""
        with self._query(f"SELECT max({self.quote(column)})::text FROM ({select}) AS q") as cursor:
            row = cursor.fetchone()
            return row[0] if row else None

    def copy(self, select: str, columns: Sequence[str], stream: IO[bytes]) -> None:
        """Write all rows as CSV, as they arrive."""
        statement = f"COPY ({self._as_text(select, columns)}) TO STDOUT (FORMAT csv)"
        cursor = self._connection.cursor()
        try:
            with cursor.copy(statement) as copy:
                for block in copy:
                    stream.write(block)
        except self.driver_errors as error:
            raise self.explain(error) from error
        finally:
            cursor.close()

    def _as_text(self, select: str, columns: Sequence[str]) -> str:
        listed = ", ".join(f"{self.quote(name)}::text AS {self.quote(name)}" for name in columns)
        return f"SELECT {listed} FROM ({select}) AS q"
