"""How long work tells where it is, and learns that it should stop."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from regulars.errors import Cancelled

__all__ = ["InnerProgress", "Progress", "Silent", "Stage"]


class Stage(Protocol):
    """One stage that is under way."""

    def advance(self, done: float = 1.0) -> None:
        """Say that `done` more units of the stage's total are finished."""


class Progress(Protocol):
    """What long work is given, to report stages and to be cancelled.

    A stage is entered with ``with progress.stage("Reading customers.csv", total=3):``; leaving
    it marks it done. `check` raises `Cancelled` when the person asked to stop: call it between
    steps that may not be torn apart.
    """

    def stage(self, name: str, *, total: float | None = None) -> AbstractContextManager[Stage]:
        """Open a stage; `total` in whatever unit `advance` counts, None when unknown."""

    def check(self) -> None:
        """Raise `Cancelled` if the person asked to stop."""


class _SilentStage:
    def advance(self, done: float = 1.0) -> None:
        """Take no notice."""


class Silent:
    """A `Progress` that shows nothing; `cancel` makes the next `check` raise.

    Examples
    --------
    >>> progress = Silent()
    >>> with progress.stage("Counting", total=2) as stage:
    ...     stage.advance()
    >>> progress.cancel()
    >>> progress.check()
    Traceback (most recent call last):
        ...
    regulars.errors.Cancelled: Stopped on request.
    """

    def __init__(self) -> None:
        self._is_cancelled = False

    @contextmanager
    def stage(self, name: str, *, total: float | None = None) -> Iterator[Stage]:
        """Open a stage that nobody sees."""
        self.check()
        yield _SilentStage()

    def check(self) -> None:
        """Raise `Cancelled` after `cancel`."""
        if self._is_cancelled:
            raise Cancelled(en="Stopped on request.", ru="Остановлено по просьбе.")

    def cancel(self) -> None:
        """Ask the work to stop at the next `check`."""
        self._is_cancelled = True


class InnerProgress:
    """A `Progress` inside a stage: its stage has no name of its own, and all of it is one unit of the other.

    Parameters
    ----------
    stage
        The stage that is shown.
    progress
        Whose stage it is: asked whether to stop.

    Examples
    --------
    >>> class Bar:
    ...     done = 0.0
    ...
    ...     def advance(self, done=1.0):
    ...         self.done += done
    >>> bar = Bar()
    >>> with InnerProgress(bar, Silent()).stage("Reading a file", total=4) as inner:
    ...     inner.advance()
    ...     print(bar.done)
    0.25
    >>> bar.done
    1.0
    """

    def __init__(self, stage: Stage, progress: Progress) -> None:
        self._stage = stage
        self._progress = progress

    @contextmanager
    def stage(self, name: str, *, total: float | None = None) -> Iterator[Stage]:
        """Open the one stage that there is."""
        inner = _Part(self._stage, total)
        yield inner
        inner.finish()

    def check(self) -> None:
        """Raise `Cancelled` if the person asked to stop."""
        self._progress.check()


class _Part:
    def __init__(self, stage: Stage, total: float | None) -> None:
        self._stage, self._total, self._told = stage, total, 0.0

    def advance(self, done: float = 1.0) -> None:
        if self._total:
            self._tell(min(done / self._total, 1.0 - self._told))

    def finish(self) -> None:
        self._tell(1.0 - self._told)

    def _tell(self, share: float) -> None:
        self._told += share
        self._stage.advance(share)
