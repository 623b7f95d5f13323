"""The two SQLite files of a vault as one connection, with faults in words."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from regulars.errors import ConflictError, ForbiddenError, RegularsError, StorageError
from regulars.schema.foreign_words import say_system_error
from regulars.vault.keys import MasterKey

__all__ = ["connect", "fill_wanted", "transaction"]

_TABLES = """
begin immediate;
create table if not exists documents (
  customer_id text primary key, key_id blob not null, load_id text not null, sealed blob not null
) without rowid;
create table if not exists pending (
  load_id text not null, customer_id text not null, key_id blob not null, sealed blob not null,
  primary key (load_id, customer_id)
) without rowid;
create table if not exists pending_columns (
  load_id text not null, name text not null, primary key (load_id, name)
) without rowid;
create table if not exists columns (name text primary key) without rowid;
create table if not exists keys.wrapped (
  customer_id text primary key, key_id blob not null, wrapped blob not null
) without rowid;
create table if not exists keys.about (name text primary key, value text not null) without rowid;
commit;
"""
_WANTED = "create temp table wanted (place integer primary key, customer_id text not null)"
_ADVICE: dict[int | None, tuple[str, str]] = {
    sqlite3.SQLITE_FULL: (
        "The disk is full: free some space and try again.",
        "Диск полон: освободите место и попробуйте снова.",
    ),
    sqlite3.SQLITE_READONLY: (
        "It is read-only: make the folder writable.",
        "Он только для чтения: дайте право писать в папку.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "It cannot be opened: look at the rights of the folder.",
        "Он не открывается: посмотрите права на папку.",
    ),
    sqlite3.SQLITE_IOERR: (
        "The disk failed or is full: look at it and try again.",
        "Диск отказал или полон: проверьте его и попробуйте снова.",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "A file is damaged: restore both files from one backup.",
        "Файл повреждён: восстановите оба файла из одной резервной копии.",
    ),
    sqlite3.SQLITE_NOTADB: (
        "A file is not a database: restore both files from one backup.",
        "Файл — не база данных: восстановите оба файла из одной резервной копии.",
    ),
}
_SAFETY = """
pragma foreign_keys = off;
pragma temp_store = memory;
pragma main.secure_delete = on;
pragma keys.secure_delete = on;
"""


def connect(folder: Path, master_key: MasterKey, *, lock_wait_seconds: float) -> sqlite3.Connection:
    """The opened files of `folder`, made if need be; raises when the key is not theirs."""
    try:
        _make_files(folder)
    except OSError as error:
        raise StorageError(
            en=f"The vault {folder} cannot be made: {say_system_error(error).en}. Choose a folder that can be"
            " written.",
            ru=f"Сейф {folder} не удаётся создать: {say_system_error(error).ru}. Выберите папку, в которую "
            "можно писать.",
        ) from error
    with _faults_in_words(folder):
        connection = sqlite3.connect(
            folder / "documents.sqlite", isolation_level=None, timeout=lock_wait_seconds
        )
        try:
            # The default rollback journal, not WAL: only with it is a commit over two attached
            # files one commit, and no page of a deleted key waits in a log.
            connection.execute("attach database ? as keys", [str(folder / "keys.sqlite")])
            connection.executescript(_SAFETY)
            _make_tables(connection)
            connection.execute(_WANTED)
            _check_identity(connection, folder, master_key)
        except (sqlite3.Error, RegularsError):
            connection.close()
            raise
    return connection


def _make_files(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("documents.sqlite", "keys.sqlite"):
        path = folder / name
        if not path.exists():
            # Made here and not by SQLite, which would let the group read it.
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))


def _make_tables(connection: sqlite3.Connection) -> None:
    """Make the tables of a new vault in one commit: each commit waits for the disk."""
    # The last of each file: where these are, all are.
    query = (
        "select (select count(*) from main.sqlite_master where name = 'columns')"
        " + (select count(*) from keys.sqlite_master where name = 'about')"
    )
    if connection.execute(query).fetchone() != (2,):
        connection.executescript(_TABLES)


def _check_identity(connection: sqlite3.Connection, folder: Path, master_key: MasterKey) -> None:
    query = "select value from keys.about where name = 'master_key'"
    found = connection.execute(query).fetchone()
    if found is None:
        _refuse_lost_keys(connection, folder)
        connection.execute(
            "insert or ignore into keys.about values ('master_key', ?)", [master_key.identity]
        )
        found = connection.execute(query).fetchone()
    if found[0] != master_key.identity:
        raise ForbiddenError(
            en=f"The master key does not open the vault {folder}: it was made with the key"
            f" '{found[0][:8]}', and this is '{master_key.identity[:8]}'. Give the key that the"
            " workspace was made with, in REGULARS_MASTER_KEY or in keys/master.",
            ru=f"Главный ключ не открывает сейф {folder}: он создан с ключом «{found[0][:8]}», а"
            f" это «{master_key.identity[:8]}». Дайте ключ, с которым создана рабочая папка, в"
            " REGULARS_MASTER_KEY или в keys/master.",
        )


def _refuse_lost_keys(connection: sqlite3.Connection, folder: Path) -> None:
    if connection.execute("select 1 from documents limit 1").fetchone():
        raise StorageError(
            en=f"The vault {folder} has documents, but keys.sqlite is new: their keys are gone."
            " Restore keys.sqlite from a backup, or delete documents.sqlite as well to begin"
            " anew.",
            ru=f"В сейфе {folder} есть документы, а keys.sqlite новый: их ключей больше нет. "
            "Восстановите keys.sqlite из резервной копии или удалите и documents.sqlite, чтобы "
            "начать заново.",
        )


@contextmanager
def transaction(connection: sqlite3.Connection, folder: Path, *, kind: str) -> Iterator[None]:
    """All or nothing, over both files; `kind` is `immediate` for writing, `deferred` for reading."""
    with _faults_in_words(folder):
        connection.execute(f"begin {kind}")
        try:
            yield
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:
                connection.execute("rollback")
            raise


def fill_wanted(connection: sqlite3.Connection, customer_ids: Sequence[str]) -> None:
    """Put ids into the temporary table `wanted`, by their place."""
    connection.execute("delete from wanted")
    connection.executemany("insert into wanted values (?, ?)", enumerate(customer_ids))


@contextmanager
def _faults_in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _describe(folder, error) from error


def _describe(folder: Path, error: sqlite3.Error) -> RegularsError:
    code = getattr(error, "sqlite_errorcode", None)
    # The low byte is the kind of fault; the rest says more than a person needs.
    kind = code & 0xFF if isinstance(code, int) else None
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return ConflictError(
            en=f"Another process is writing to the vault {folder}. Wait for it and try again, or"
            " raise the setting lock_wait_seconds.",
            ru=f"В сейф {folder} пишет другой процесс. Дождитесь его и попробуйте снова или "
            "увеличьте настройку lock_wait_seconds.",
        )
    advice, advice_ru = _ADVICE.get(kind, ("Nothing was changed.", "Ничего не изменено."))
    return StorageError(
        en=f"The vault {folder} failed ({error}). {advice}",
        ru=f"Сбой сейфа {folder} ({error}). {advice_ru}",
    )
