"""One writer at a time; a process that dies lets go."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from regulars.errors import ConflictError
from regulars.lake.storage import storage_guard

__all__ = ["hold_writer_lock"]

_LOCK_NAME = ".writer.lock"
_FIRST_TRY_SECONDS = 0.05


@contextmanager
def hold_writer_lock(
    lake: Path, *, wait_seconds: float, on_wait: Callable[[], None] | None = None
) -> Iterator[None]:
    """Be the only writer of the lake; raises `ConflictError` after `wait_seconds`.

    `on_wait` is called once, when somebody else is writing, so that the wait can be said.
    """
    # The operating system frees the lock of a dead process; a lock that is only a file would stay.
    lock = FileLock(lake / _LOCK_NAME, thread_local=False)
    began = time.monotonic()
    with storage_guard(lake):
        try:
            lock.acquire(timeout=min(_FIRST_TRY_SECONDS, wait_seconds))
        except Timeout:
            if on_wait is not None:
                on_wait()
            left = max(0.0, wait_seconds - (time.monotonic() - began))
            try:
                lock.acquire(timeout=left)
            except Timeout as error:
                raise ConflictError(
                    en=f"Another command is writing to the lake {lake}; waited {wait_seconds:g} s."
                    " Run this command again when the other one has ended.",
                    ru=f"Другая команда пишет в озеро {lake}; ждали {wait_seconds:g} с. Повторите "
                    "команду, когда та закончит.",
                ) from error
    try:
        yield
    finally:
        lock.release()
