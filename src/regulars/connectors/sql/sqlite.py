"""SQLite through the standard library; any cell may hold any type, so all is read as text."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from regulars.connectors.sql.session import Session
from regulars.errors import NotFoundError, SourceError, suggest

__all__ = ["SqliteSession"]


class SqliteSession(Session):
    """One read-only transaction on an SQLite file."""

    driver_errors = (sqlite3.Error,)

    def _connect(self) -> sqlite3.Connection:
        path = _find(self.address.database)
        try:
            connection = sqlite3.connect(
                f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None
            )
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_master")
        except sqlite3.Error as error:
            raise SourceError(
                en=f"{path.name} cannot be read as an SQLite database ({error})."
                " Check the path and the rights; nothing was loaded.",
                ru=f"{path.name} не читается как база SQLite ({error}). Проверьте путь и права; ничего "
                "не загружено.",
            ) from error
        return connection

    def list_tables(self) -> list[str]:
        """Tables and views."""
        with self._query(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
            " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1"
        ) as cursor:
            return [row[0] for row in cursor.fetchall()]

    def quote(self, name: str) -> str:
        """An identifier."""
        return '"' + name.replace('"', '""') + '"'

    def write_literal(self, value: str, *, select: str, column: str) -> str:
        """A text or a number, as the greatest value of the column is one."""
        with self._query(f"SELECT typeof(max({self.quote(column)})) FROM ({select})") as cursor:
            kind = cursor.fetchone()[0]
        text = "'" + value.replace("'", "''") + "'"
        return f"CAST({text} AS NUMERIC)" if kind in {"integer", "real"} else text


def _find(database: str) -> Path:
    # Both habits are common: sqlite:////absolute and sqlite:///relative; and sqlite:///absolute.
    absolute = Path("/" + database.lstrip("/"))
    relative = Path(database.lstrip("/"))
    for path in (absolute, relative):
        if path.is_file():
            return path
    is_bare = relative.parent == Path()  # Nobody keeps a database at the root of the disk.
    folder = absolute.parent if absolute.parent.is_dir() and not is_bare else relative.parent
    folder = folder.absolute()
    names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    hint, hint_ru = suggest(absolute.name, names)
    raise NotFoundError(
        en=f"There is no SQLite database '{absolute.name}' in {folder}.{hint or ' Check the path.'}",
        ru=f"Базы SQLite «{absolute.name}» нет в {folder}.{hint_ru or ' Проверьте путь.'}",
    )
