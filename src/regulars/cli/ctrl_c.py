"""Ctrl-C ends a command with one line and the exit code 130, whenever it comes."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager

TYPE_CHECKING = False  # as in `regulars`: the first moments count
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType
    from typing import NoReturn

__all__ = ["EXIT_CODE", "Stopped", "check", "keeping_parts", "listen", "say_stopped", "was_pressed"]

EXIT_CODE = 130
_NOTHING = {
    "en": "stopped; nothing had been begun.",
    "ru": "остановлено; ничего ещё не было начато.",
}
_ROLLED_BACK = {
    "en": "stopped; what was begun has been rolled back.",
    "ru": "остановлено; начатое отменено.",
}

_KEPT = {
    "en": "stopped; the parts that are done are kept: the same command goes on from there.",
    "ru": "остановлено; готовые части сохранены: та же команда продолжит с этого места.",
}


class Stopped(KeyboardInterrupt):
    """Ctrl-C, as it arrives in the midst of a command.

    A class of its own, because `python -m` ends by the signal, whatever the exit code, when an
    exception of just the class `KeyboardInterrupt` has once left an `eval`.
    """


class _Listener:
    """Whether Ctrl-C was pressed.

    Who hears it may lose it: some libraries turn it into an error of their own, and what is raised
    in a finalizer is only shown.
    """

    def __init__(self) -> None:
        self.was_pressed = False
        self.keeps_parts = False

    def leave(self, _number: int, _frame: FrameType | None) -> NoReturn:
        """Leave at once: while a command starts, there is nothing to roll back."""
        # The settings are not read yet, and cannot be in a handler.
        said = " ".join(sys.argv).replace("=", " ")
        is_russian = os.environ.get("REGULARS_LANGUAGE") == "ru"  # noqa: TID251 - as above
        language = "ru" if "--lang ru" in said or (is_russian and "--lang" not in said) else "en"
        os.write(2, f"\nregulars: {_NOTHING[language]}\n".encode())
        os._exit(EXIT_CODE)

    def interrupt(self, _number: int, _frame: FrameType | None) -> NoReturn:
        """Interrupt the work, which rolls back what it has begun."""
        self.was_pressed = True
        raise Stopped


_LISTENER = _Listener()


def listen(*, is_starting: bool) -> None:
    """Hear Ctrl-C from now on, unless this process is not to hear it: one in the background."""
    ours = (signal.default_int_handler, _LISTENER.leave)
    if signal.getsignal(signal.SIGINT) not in ours:
        return
    signal.signal(signal.SIGINT, _LISTENER.leave if is_starting else _LISTENER.interrupt)
    if not is_starting:
        show = sys.unraisablehook
        # `check` raises it again.
        sys.unraisablehook = lambda lost: None if lost.exc_type is Stopped else show(lost)


def was_pressed() -> bool:
    """Whether Ctrl-C came since the command began."""
    return _LISTENER.was_pressed


def check() -> None:
    """Raise `Stopped` when Ctrl-C was pressed, and somebody who heard it went on."""
    if _LISTENER.was_pressed and sys.exc_info()[1] is None:
        raise Stopped


@contextmanager
def keeping_parts() -> Iterator[None]:
    """Should Ctrl-C come inside the block, the command says that what is done is kept."""
    _LISTENER.keeps_parts = True
    try:
        yield
    finally:
        # Who was interrupted is told when all blocks are left.
        _LISTENER.keeps_parts = _LISTENER.was_pressed


def say_stopped(language: str) -> None:
    """Write the line of a command that was interrupted to standard error."""
    said = _KEPT if _LISTENER.keeps_parts else _ROLLED_BACK
    sys.stderr.write(f"\nregulars: {said[language]}\n")
