"""MySQL and MariaDB through PyMySQL, row by row: the text the server sends, unconverted."""

from __future__ import annotations

from typing import Any

from regulars.connectors.sql.session import Session
from regulars.errors import ConnectorError, TransientError

__all__ = ["MysqlSession"]

_SECONDS_TO_CONNECT = 10
_REFUSED = {1044, 1045, 1049, 1698}


class MysqlSession(Session):
    """One read-only transaction on MySQL or MariaDB."""

    def _connect(self) -> Any:  # noqa: ANN401 - the driver ships no types
        import pymysql  # type: ignore[import-untyped]

        self.driver_errors = (pymysql.MySQLError,)
        address = self.address
        try:
            connection = pymysql.connect(
                host=address.host,
                port=address.port,
                user=address.user or None,
                # As bytes: the driver would write a text in Latin-1.
                password=address.password.encode(),
                database=address.database,
                unix_socket=address.options.get("unix_socket"),
                charset="utf8mb4",
                connect_timeout=_SECONDS_TO_CONNECT,
                # Nothing is converted on arrival: '0000-00-00' and DECIMAL stay what they are.
                conv=pymysql.converters.encoders,
                cursorclass=pymysql.cursors.SSCursor,
            )
            with connection.cursor() as cursor:
                cursor.execute("SET time_zone = '+00:00'")
                cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        except pymysql.MySQLError as error:
            raise self._explain_refusal(error) from error
        return connection

    def _explain_refusal(self, error: Exception) -> ConnectorError:
        code = error.args[0] if error.args else 0
        said = self.address.hide(str(error.args[-1] if error.args else error))
        if code in _REFUSED:
            return ConnectorError(
                en=f"{self.address.name} refused user '{self.address.user}': {said}."
                " Check the user, the password and the database in the URL.",
                ru=f"{self.address.name} не пускает пользователя «{self.address.user}»: {said}. "
                "Проверьте пользователя, пароль и базу в адресе.",
            )
        return TransientError(
            en=f"{self.address.name} cannot be reached: {said}."
            " Check host and port, and that the server runs; then try again.",
            ru=f"{self.address.name} недоступен: {said}. Проверьте хост и порт, работает ли "
            "сервер, и попробуйте ещё раз.",
        )

    def list_tables(self) -> list[str]:
        """Tables and views of the database."""
        with self._query(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = database() ORDER BY 1"
        ) as cursor:
            return [row[0] for row in cursor.fetchall()]

    def quote(self, name: str) -> str:
        """An identifier."""
        return "`" + name.replace("`", "``") + "`"

    def write_literal(self, value: str, *, select: str, column: str) -> str:
        """A text; the server converts it to the type of the column."""
        return self._connection.escape(value)
