"""The journal of a vault: one line per reading or forgetting, only ever appended to."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from regulars.errors import InvalidParameterError, StorageError
from regulars.schema.foreign_words import say_system_error
from regulars.vault.protocol import Access

__all__ = ["JournalEntry", "append_entry", "read_journal"]


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """What was done with personal data; never a value of it.

    Attributes
    ----------
    at
        When, in UTC.
    action
        `read` or `forget`.
    reader, purpose, run_id
        As in `Access`.
    columns
        Which columns were read.
    customer_count
        Of how many customers something was found.
    tombstones
        Keyed hashes of those who were forgotten, where they were given.
    """

    at: datetime
    action: Literal["read", "forget"]
    reader: str
    purpose: str
    run_id: str | None
    columns: tuple[str, ...]
    customer_count: int
    tombstones: tuple[str, ...] = ()


def append_entry(
    path: Path,
    access: Access,
    *,
    action: Literal["read", "forget"],
    columns: Sequence[str],
    customer_count: int,
    tombstones: Sequence[str] = (),
) -> None:
    """Write one line and wait for the disk: what is not journalled is not handed out."""
    line = {
        "at": _to_utc(access.at).isoformat(),
        "action": action,
        "reader": access.reader,
        "purpose": access.purpose,
        "run_id": access.run_id,
        "columns": list(columns),
        "customer_count": customer_count,
    }
    if tombstones:
        line["tombstones"] = list(tombstones)
    text = json.dumps(line, ensure_ascii=False) + "\n"
    try:
        # One write to a file opened for appending: lines of two processes never mix.
        number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(number, text.encode())
            os.fsync(number)
        finally:
            os.close(number)
    except OSError as error:
        raise StorageError(
            en=f"The journal {path} cannot be written: {say_system_error(error).en}. Nothing was handed out;"
            " make the vault's folder writable and try again.",
            ru=f"Журнал {path} не удаётся записать: {say_system_error(error).ru}. Ничего не выдано; дайте "
            "право писать в папку сейфа и попробуйте снова.",
        ) from error


def _to_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise InvalidParameterError(
            en=f"The moment of an access has no time zone: {moment.isoformat()}. Give an aware one.",
            ru=f"У момента доступа нет часового пояса: {moment.isoformat()}. Укажите время с "
            "поясом.",
        )
    return moment.astimezone(UTC)


def read_journal(path: Path) -> Iterator[JournalEntry]:
    """Every entry, oldest first; nothing when nobody has read yet."""
    if not path.exists():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            entry = json.loads(line)
            entry["at"] = datetime.fromisoformat(entry["at"])
            entry["columns"] = tuple(entry["columns"])
            entry["tombstones"] = tuple(entry.get("tombstones", ()))
            yield JournalEntry(**entry)
        except (ValueError, KeyError, TypeError) as error:
            raise StorageError(
                en=f"{path}, line {number}: this is no entry of a journal. Restore the file from a"
                " backup, or move it away to begin a new one.",
                ru=f"{path}, строка {number}: это не запись журнала. Восстановите файл из резервной "
                "копии или уберите его, чтобы начать новый.",
            ) from error
