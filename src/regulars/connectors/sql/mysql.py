"""MySQL and MariaDB through PyMySQL, row by row: the text the server sends, unconverted."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any

from regulars.connectors.sql.session import Session
from regulars.errors import (
    ConnectorError,
    InvalidParameterError,
    TransientError,
    UnknownNameError,
)

__all__ = ["MysqlSession"]

_SECONDS_TO_CONNECT = 10
# As the command line client of MySQL calls them; `charset` is always utf8mb4, and may be said.
_OPTIONS = (
    "ssl_mode",
    "ssl_ca",
    "ssl_cert",
    "ssl_key",
    "unix_socket",
    "connect_timeout",
    "charset",
)
_SSL_MODES = ("DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY")
_REFUSED = {1044, 1045, 1049, 1698}


class MysqlSession(Session):
    """One read-only transaction on MySQL or MariaDB."""

    def _connect(self) -> Any:  # noqa: ANN401 - the driver ships no types
        import pymysql  # type: ignore[import-untyped]

        self.driver_errors = (pymysql.MySQLError,)
        address = self.address
        options = _read_options(address.options)
        try:
            connection = pymysql.connect(
                host=address.host,
                port=address.port,
                user=address.user or None,
                # As bytes: the driver would write a text in Latin-1.
                password=address.password.encode(),
                database=address.database,
                unix_socket=options.get("unix_socket"),
                charset="utf8mb4",
                connect_timeout=int(options.get("connect_timeout", _SECONDS_TO_CONNECT)),
                **_choose_encryption(options),
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


def _read_options(given: Mapping[str, str]) -> dict[str, str]:
    """What follows the question mark, under our names; raises when it would do nothing."""
    options = {name.lower().replace("-", "_"): value for name, value in given.items()}
    for name, value in options.items():
        if name not in _OPTIONS:
            raise UnknownNameError(
                "option of a MySQL address", name, _OPTIONS, ru="настройки адреса"
            )
        if name == "connect_timeout" and not value.isdecimal():
            raise InvalidParameterError(
                en="connect_timeout of the address is not a number of seconds, such as 10.",
                ru="connect_timeout в адресе — не число секунд, например 10.",
            )
    return options


def _choose_encryption(options: Mapping[str, str]) -> dict[str, Any]:
    """The arguments of the driver that stand for `ssl_mode` and the files beside it.

    Without a mode, the connection is encrypted where the server can; with a certificate authority
    the server must prove who it is, as with the client of MySQL.
    """
    mode = options.get("ssl_mode", "VERIFY_CA" if "ssl_ca" in options else "PREFERRED").upper()
    if mode not in _SSL_MODES:
        raise UnknownNameError("ssl_mode", mode, _SSL_MODES, ru="значения ssl_mode")
    if mode == "DISABLED":
        return {"ssl_disabled": True}
    if mode == "PREFERRED" and "ssl_cert" not in options:
        return {}
    try:
        context = ssl.create_default_context(cafile=options.get("ssl_ca"))
        context.check_hostname = mode == "VERIFY_IDENTITY"
        if not mode.startswith("VERIFY"):
            context.verify_mode = ssl.CERT_NONE
        if "ssl_cert" in options:
            context.load_cert_chain(options["ssl_cert"], options.get("ssl_key"))
    except OSError as error:
        raise InvalidParameterError(
            en=f"A certificate named in the address cannot be used ({error}). Check ssl_ca, ssl_cert"
            " and ssl_key.",
            ru=f"Сертификат из адреса не подходит ({error}). Проверьте ssl_ca, ssl_cert и ssl_key.",
        ) from error
    return {"ssl": context}
