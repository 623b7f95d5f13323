"""The list of commands, and what an error becomes: one line and an exit code."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

from cyclopts import App, CycloptsError, Group

from regulars import __version__
from regulars.cli import ctrl_c
from regulars.cli.usage import explain_usage, find_language
from regulars.errors import (
    Cancelled,
    InvalidParameterError,
    RegularsError,
    UnknownColumnError,
    UnknownNameError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from regulars.cli.options import Language

__all__ = ["app", "run"]

_DONE, _FAILED, _WRONG_USAGE = 0, 1, 2
_USAGE_ERRORS = (InvalidParameterError, UnknownNameError, UnknownColumnError)

app = App(
    name="regulars",
    help="Know your regulars. Keep them: who your customers are, who is about to leave, and why.",
    version=__version__,
    suppress_keyboard_interrupt=False,
    result_action="return_value",
    help_epilogue=(
        "Start with `regulars demo`, or with your own file: `regulars analyze customers.csv`.\n\n"
        "Exit codes: 0 done, 1 failed (for `check`: an error was found), 2 wrong usage."
    ),
)
_WORK = Group("From data to a list", sort_key=1)
_ROUND = Group("Around it", sort_key=2)

# Lazily, by import path: `regulars --help` imports none of the modules behind the verbs.
for _verb, _group, _help in (
    ("analyze", _WORK, "From a file to segments, churn with reasons, and a contact list."),
    ("init", _WORK, "Make a workspace."),
    ("load", _WORK, "Load files, or a table of a database, into the lake."),
    ("check", _WORK, "Say in what state the loaded data is."),
    (
        "segment",
        _WORK,
        "Segments by rules and by clusters, who moves between them, and patterns of behavior.",
    ),
    (
        "predict",
        _WORK,
        "Predictions: models compared, lifetime value, time to leaving, effect of a contact.",
    ),
    ("features", _ROUND, "List the features, or show what one is made of."),
    ("spaces", _ROUND, "List, create, show, compare and delete feature spaces."),
    ("erase", _ROUND, "Erase a customer everywhere, on request."),
    ("tidy", _ROUND, "Join small files, and delete versions that are past their time."),
    ("demo", _ROUND, "The main job on a company that is made up."),
    ("reproduce", _ROUND, "Make an analysis again from the same data, and compare."),
    ("datasets", _ROUND, "List, verify and locate well-known data sets on this machine."),
):
    app.command(f"regulars.cli.{_verb}:{_verb}", group=_group, help=_help)
app.register_install_completion_command(group=_ROUND)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line.

    Parameters
    ----------
    arguments
        What stands after `regulars`; None takes the process's own.

    Returns
    -------
    int
        The exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        with _help_in(find_language(given)):
            outcome = app(given, exit_on_error=False, print_error=False)
    except KeyboardInterrupt:
        return _tell_interrupted(given)
    except BrokenPipeError:
        # The reader (`| head`) has gone; the flush at exit must not complain about it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _DONE
    except Exception as error:
        code = _tell_error(error, given)
        if code is None:
            raise
        return code
    return outcome if isinstance(outcome, int) else _DONE


def _help_in(language: Language) -> AbstractContextManager[None]:
    """While it is open, `--help` is in this language."""
    if language == "en":
        return nullcontext()
    from regulars.cli.russian_help import RussianHelp, say_text

    russian = {"help_formatter": RussianHelp(), "help_epilogue": say_text(app.help_epilogue or "")}
    return app.app_stack([], overrides=russian)


def _tell_error(error: Exception, arguments: Sequence[str]) -> int | None:
    """Say what went wrong; the exit code, or None when it is no error that was foreseen."""
    if ctrl_c.was_pressed() or _was_interrupted(error):
        return _tell_interrupted(arguments)
    if isinstance(error, CycloptsError):
        return _tell_usage(error, arguments)
    if not isinstance(error, RegularsError):
        return None
    sys.stderr.write(f"regulars: {error.to(find_language(arguments))}\n")
    if isinstance(error, Cancelled):
        return ctrl_c.EXIT_CODE
    return _WRONG_USAGE if isinstance(error, _USAGE_ERRORS) else _FAILED


def _was_interrupted(error: BaseException | None) -> bool:
    """Whether Ctrl-C came during a query: the engine turns it into a RuntimeError of its own."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False


def _tell_interrupted(arguments: Sequence[str]) -> int:
    ctrl_c.say_stopped(find_language(arguments))
    return ctrl_c.EXIT_CODE


def _tell_usage(error: CycloptsError, arguments: Sequence[str]) -> int:
    said = explain_usage(error, app, find_language(arguments))
    sys.stderr.write(f"regulars: {said}\n")
    return _WRONG_USAGE
