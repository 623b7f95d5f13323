"""Where a database is, taken from a URL; the password is never shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from regulars.errors import InvalidParameterError, UnknownNameError

__all__ = ["Address", "Engine", "parse_url"]

Engine = Literal["postgresql", "mysql", "sqlite"]

_ENGINES: Mapping[str, Engine] = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
}
_PORTS: Mapping[Engine, int] = {"postgresql": 5432, "mysql": 3306, "sqlite": 0}


@dataclass(frozen=True, slots=True)
class Address:
    """One database and who reads it.

    Attributes
    ----------
    engine
        Which system it is.
    host, port, user, database
        The parts of the URL; for SQLite `database` is the path.
    password
        Not part of the representation.
    options
        What follows the question mark: `sslmode=require`.
    """

    engine: Engine
    host: str
    port: int
    user: str
    database: str
    password: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """How messages call it: no user, no password."""
        if self.engine == "sqlite":
            return f"sqlite:///{self.database.lstrip('/')}"
        return f"{self.engine}://{self.host}:{self.port}/{self.database}"

    def hide(self, text: str) -> str:
        """`text` with the password blotted out, should a driver have quoted it."""
        return text.replace(self.password, "***") if self.password else text


def parse_url(url: str) -> Address:
    """Take a URL apart; raises an error that does not repeat it.

    Examples
    --------
    >>> parse_url("postgresql://reader:s%40cret@db.local/crm")
    Address(engine='postgresql', host='db.local', port=5432, user='reader', database='crm')
    >>> parse_url("mysql://reader:secret@db.local:3307/crm").name
    'mysql://db.local:3307/crm'
    """
    scheme = url.partition("://")[0].partition("+")[0].lower()
    if scheme not in _ENGINES or "://" not in url:
        raise UnknownNameError(
            "kind of database", scheme[:20], get_args(Engine), ru="вида базы данных"
        )
    engine = _ENGINES[scheme]
    if engine == "sqlite":
        path = unquote(url.partition("://")[2].partition("?")[0])
        return Address("sqlite", "", 0, "", path)
    parts = _split(url, engine)
    database = unquote(parts.path.lstrip("/"))
    if not database:
        raise InvalidParameterError(
            en=f"The URL names no database. Write {engine}://user:password@host:port/DATABASE.",
            ru=f"В адресе не названа база. Пишите {engine}://user:password@host:port/DATABASE.",
        )
    return Address(
        engine,
        host=parts.hostname or "localhost",
        port=parts.port or _PORTS[engine],
        user=unquote(parts.username or ""),
        database=database,
        password=unquote(parts.password or ""),
        options=dict(parse_qsl(parts.query)),
    )


def _split(url: str, engine: Engine) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        # The cause would repeat a part of the URL, perhaps with the password in it.
        raise InvalidParameterError(
            en="The URL of the database cannot be taken apart. Write"
            f" {engine}://user:password@host:port/database, with the signs / @ : # ? % of a"
            " password as %2F %40 %3A %23 %3F %25.",
            ru="Адрес базы не удаётся разобрать. Пишите "
            f"{engine}://user:password@host:port/database, а знаки / @ : # ? % в пароле — как "
            "%2F %40 %3A %23 %3F %25.",
        ) from None
    return parts
