"""What goes wrong with disks and files, said so that somebody can act on it."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb  # noqa: TID253 - this module is about the errors of DuckDB and Delta
from deltalake.exceptions import DeltaError  # noqa: TID253 - as above

from regulars.errors import RegularsError, StorageError

__all__ = ["explain_storage_error", "storage_guard"]

_FULL = ("No space left on device", "os error 28", "Disk quota exceeded")
_READ_ONLY = ("Read-only file system", "os error 30", "Permission denied", "os error 13")
_FULL_NUMBERS = (errno.ENOSPC, errno.EDQUOT)
_READ_ONLY_NUMBERS = (errno.EROFS, errno.EACCES, errno.EPERM)


@contextmanager
def storage_guard(folder: Path) -> Iterator[None]:
    """Turn the failures of files below `folder` into `StorageError`; let all others pass.

    Examples
    --------
    >>> with storage_guard(Path("lake")):
    ...     raise OSError(errno.EROFS, "Read-only file system", "lake/loads")
    Traceback (most recent call last):
        ...
    regulars.errors.StorageError: The folder lake cannot be written: it is read-only, ...
    """
    try:
        yield
    except RegularsError:
        raise
    except (OSError, duckdb.Error, DeltaError) as error:
        explained = explain_storage_error(error, folder)
        if explained is None:
            raise
        raise explained from error


def explain_storage_error(error: Exception, folder: Path) -> StorageError | None:
    """The sentence for a failure of the disk or of a file in `folder`; None when it is neither."""
    text = str(error)
    number = getattr(error, "errno", None)
    if number in _FULL_NUMBERS or any(mark in text for mark in _FULL):
        return _explain_full(folder)
    if number in _READ_ONLY_NUMBERS or any(mark in text for mark in _READ_ONLY):
        return StorageError(
            en=f"The folder {folder} cannot be written: it is read-only, or this user may not write"
            " there. Nothing was changed. Give the user the right to write, or choose another folder.",
            ru=f"В папку {folder} нельзя писать: она только для чтения, или этот пользователь не"
            " имеет права. Ничего не изменено. Дайте право на запись или выберите другую папку.",
        )
    if isinstance(error, DeltaError | OSError) or str(folder) in text:
        first_line = text.strip().splitlines()[0] if text.strip() else type(error).__name__
        return StorageError(
            en=f"A file in {folder} is damaged or missing: {first_line}"
            " Restore the folder from a backup, or look at an earlier load with"
            " snapshot(load_id=…).",
            ru=f"Файл в {folder} повреждён или пропал: {first_line}"
            " Восстановите папку из резервной копии или посмотрите более раннюю загрузку:"
            " snapshot(load_id=…).",
        )
    return None


def _explain_full(folder: Path) -> StorageError:
    free = shutil.disk_usage(folder if folder.exists() else folder.parent).free
    return StorageError(
        en=f"The disk that holds {folder} is full: {free:,} bytes are free. What was begun has been"
        " rolled back. Free some space, or vacuum the lake, and run the same command again.",
        ru=f"Диск с папкой {folder} полон: свободно {free:,} байт. Начатое отменено."
        " Освободите место или очистите озеро от старых версий и повторите команду.",
    )
