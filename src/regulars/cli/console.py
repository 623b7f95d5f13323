"""What a person sees while work goes on, and results as text or JSON."""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from regulars.cli import ctrl_c

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from regulars.progress import Progress, Stage
    from regulars.schema.wording import Language

__all__ = ["Format", "open_progress", "print_json", "print_lines", "print_text", "stdout_console"]

Format: TypeAlias = Literal["auto", "table", "json"]
"""`auto` is a table on a terminal and when piped; `json` one documented object."""


def stdout_console() -> Console:
    """A console for results."""
    from rich.console import Console

    class ResultConsole(Console):
        def on_broken_pipe(self) -> None:
            # Rich would end the process with 1; a reader that has seen enough is no failure.
            raise BrokenPipeError

    return ResultConsole(highlight=False, soft_wrap=not sys.stdout.isatty())


def print_json(document: dict[str, Any]) -> None:
    """Write one JSON object and a line end to standard output."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def print_text(*parts: object) -> None:
    """Write renderables to standard output, each on lines of its own."""
    console = stdout_console()
    for part in parts:
        console.print(part)


def print_lines(*lines: str) -> None:
    """Write texts to standard output as they are: a bracket in one is no markup."""
    from rich.text import Text

    print_text(*map(Text, lines))


@contextmanager
def open_progress(language: Language, *, is_quiet: bool = False) -> Iterator[Progress]:
    """A progress on standard error: moving on a terminal, one line a stage when piped.

    Parameters
    ----------
    language
        Of the numbers; the names of the stages are given.
    is_quiet
        Show nothing at all.
    """
    from regulars.progress import Silent

    if is_quiet:
        yield Silent()
    elif sys.stderr.isatty():
        from rich.console import Console

        with _bars(Console(stderr=True)) as bars:
            yield _Terminal(bars)
    else:
        yield _Lines(language)


def _bars(console: Console) -> RichProgress:
    from rich.progress import (
        BarColumn,
        SpinnerColumn,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.progress import Progress as RichProgress

    return RichProgress(
        SpinnerColumn(finished_text="[green]✓[/]"),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TaskProgressColumn(show_speed=False),
        TimeElapsedColumn(),
        console=console,
        transient=False,
    )


class _TerminalStage:
    def __init__(self, bars: RichProgress, task: TaskID) -> None:
        self._bars, self._task = bars, task

    def advance(self, done: float = 1.0) -> None:
        self._bars.advance(self._task, done)


class _Terminal:
    """Stages as bars; a stage of unknown length pulses."""

    def __init__(self, bars: RichProgress) -> None:
        self._bars = bars

    @contextmanager
    def stage(self, name: str, *, total: float | None = None) -> Iterator[Stage]:
        self.check()
        task = self._bars.add_task(name, total=total)
        yield _TerminalStage(self._bars, task)
        self._bars.update(task, total=total or 1, completed=total or 1)

    def check(self) -> None:
        """Ctrl-C arrives as an exception of its own, unless somebody lost it."""
        ctrl_c.check()


def _write_line(line: str) -> None:
    try:
        sys.stderr.write(line)
    except BrokenPipeError:
        # Nobody listens any more (`2>&1 | head`); what was asked for is done all the same.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


class _LineStage:
    def advance(self, done: float = 1.0) -> None:
        """A log wants one line a stage, not a line a step."""


class _Lines:
    """One line a stage, for logs and pipes."""

    def __init__(self, language: Language) -> None:
        self._language = language

    @contextmanager
    def stage(self, name: str, *, total: float | None = None) -> Iterator[Stage]:
        self.check()
        started = time.monotonic()
        yield _LineStage()
        seconds = f"{time.monotonic() - started:.1f}"
        took = {"en": f"{seconds} s", "ru": f"{seconds.replace('.', ',')} с"}[self._language]
        _write_line(f"{name}: {took}\n")

    def check(self) -> None:
        """Ctrl-C arrives as an exception of its own, unless somebody lost it."""
        ctrl_c.check()
