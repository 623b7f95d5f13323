"""Ctrl-C at a moment that is chosen: while one module or another is imported for the first time."""

from pathlib import Path

import pytest
from desk import finish, start

import regulars

pytestmark = pytest.mark.slow

SOURCES = Path(regulars.__file__).resolve().parents[1]

# Python imports a module of this name when it starts; it presses Ctrl-C when `wanted` is asked for.
PRESS = """
import os, signal, sys

def press():
    os.kill(os.getpid(), signal.SIGINT)

class Finalized:
    def __del__(self):
        press()

class Finder:
    def find_spec(self, name, *_):
        if name == {wanted!r}:
            sys.meta_path.remove(self)
            {how}

sys.meta_path.insert(0, Finder())
"""


def load_and_press(desk, wanted, *options, how="press()", environment=None):
    """Load a file and press Ctrl-C when the module `wanted` is about to be imported."""
    desk.write("plans.csv", "customer_id,plan\n1,a\n2,b\n3,a\n")
    desk.write("sitecustomize.py", PRESS.format(wanted=wanted, how=how))
    folder = {"PYTHONPATH": f"{desk.folder}:{SOURCES}"}
    arguments = ("load", "plans.csv", "-w", "ws", *options)
    return finish(start(*arguments, cwd=desk.folder, environment={**folder, **(environment or {})}))


@pytest.mark.parametrize("module", ["regulars.cli.app", "cyclopts", "inspect"])
def test_ctrl_c_while_a_command_starts_ends_it_with_a_line(desk, module):
    ran = load_and_press(desk, module)

    assert (ran.code, ran.out) == (130, "")
    assert ran.err == "\nregulars: stopped; nothing had been begun.\n"


@pytest.mark.parametrize(
    ("options", "language"), [(["--lang=ru"], "en"), ([], "ru"), (["--lang", "ru"], "ru")]
)
def test_whoever_reads_russian_is_told_in_russian(desk, options, language):
    ran = load_and_press(desk, "cyclopts", *options, environment={"REGULARS_LANGUAGE": language})

    assert (ran.code, ran.err) == (130, "\nregulars: остановлено; ничего ещё не было начато.\n")


@pytest.mark.parametrize(
    "module",
    ["regulars.settings", "pydantic", "pydantic_core", "regulars.workspace", "duckdb", "deltalake"],
)
def test_ctrl_c_during_a_command_rolls_it_back(desk, module):
    ran = load_and_press(desk, module)

    assert ran.code == 130
    assert ran.err.endswith("\nregulars: stopped; what was begun has been rolled back.\n")
    assert "Traceback" not in ran.err
    assert (desk.lake.list_loads(), desk.list_leftovers()) == ([], [])


@pytest.mark.parametrize(
    "how",
    [
        # Python notes that a KeyboardInterrupt left an `eval`, and ends by the signal after all.
        "eval('press()', globals())",
        # What is raised in a finalizer is only shown.
        "Finalized()",
    ],
)
def test_ctrl_c_is_not_lost_on_its_way(desk, how):
    ran = load_and_press(desk, "deltalake", how=how)

    assert ran.code == 130
    assert ran.err.endswith("\nregulars: stopped; what was begun has been rolled back.\n")
    assert "Traceback" not in ran.err
    assert desk.lake.list_loads() == []


def test_an_error_that_ctrl_c_has_become_is_told_as_what_it_is(desk):
    swallow = """
            try:
                press()
            except KeyboardInterrupt:
                raise ValueError("SchemaError") from None
    """

    ran = load_and_press(desk, "deltalake", how=swallow.strip())

    assert (ran.code, "Traceback" in ran.err) == (130, False)


def test_a_command_in_the_background_does_not_listen(desk):
    # As a shell starts what ends with `&`: the signal is ignored, and the child inherits that.
    ran = load_and_press(desk, "deltalake", how="signal.signal(signal.SIGINT, signal.SIG_IGN)")

    assert ran.code == 0
