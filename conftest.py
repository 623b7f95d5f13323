"""The examples of README.md and docs/ run as tests: every python and console block."""

import atexit
import doctest
import os
import re
import subprocess
import sys
import tempfile
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from sybil import Example, Sybil
from sybil.integration.pytest import SybilItem
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

# The documentation's Python files configure Sphinx and close the network; they hold no examples.
collect_ignore_glob = ["docs/*.py", "docs/*/*.py"]

_ROOT = Path(__file__).resolve().parent
# An analysis keeps its key in the person's folder of keys, and this person's is not the tests'.
_KEYS = tempfile.TemporaryDirectory(prefix="regulars-keys-")
os.environ["REGULARS_KEY_FOLDER"] = _KEYS.name
atexit.register(_KEYS.cleanup)
if "PYTEST_XDIST_WORKER" in os.environ:
    # Each worker has a core to itself. Threads of OpenMP that wait for each other do so in a busy loop,
    # and where cores are fewer than threads a fit of a tenth of a second takes seconds.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
_CHECKER = doctest.OutputChecker()
_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def _open_folder(namespace: dict[str, Any]) -> None:
    # The examples of one page share a folder, so a later one may use what an earlier one made.
    namespace["_folder"] = tempfile.TemporaryDirectory(prefix="regulars-example-")
    namespace["_home"] = Path.cwd()
    os.chdir(namespace["_folder"].name)


def _close_folder(namespace: dict[str, Any]) -> None:
    os.chdir(namespace["_home"])
    namespace["_folder"].cleanup()


def _environment(folder: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REGULARS_")}
    beside_python = str(Path(sys.executable).parent)
    return {
        **kept,
        "HOME": folder,
        "XDG_CONFIG_HOME": f"{folder}/.config",
        "PATH": beside_python + os.pathsep + kept.get("PATH", ""),
        # The code beside these pages, wherever an installation points to.
        "PYTHONPATH": os.pathsep.join([str(_ROOT / "docs" / "offline"), str(_ROOT / "src")]),
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }


def _run_console(example: Example) -> str | None:
    """Run each ``$ command`` (further lines after ``> ``) and compare what it prints.

    ``...`` stands for anything. Every command has to succeed; one that is meant to fail says so:
    ``regulars check || echo "left with $?"``.
    """
    folder = example.namespace["_folder"].name
    for part in re.split(r"^\$ ", example.parsed, flags=re.MULTILINE)[1:]:
        first, *rest = part.splitlines()
        shown = [line for line in rest if not line.startswith("> ")]
        command = "\n".join([first, *(line[2:] for line in rest if line.startswith("> "))])
        ran = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        expected = "\n".join(shown).strip()
        if ran.returncode:
            return f"$ {command}\nended with {ran.returncode}:\n{ran.stdout}"
        if expected and not _CHECKER.check_output(expected, ran.stdout.strip(), _FLAGS):
            return f"$ {command}\nprinted:\n{ran.stdout}\nthe page shows:\n{expected}"
    return None


pytest_collect_file = Sybil(
    parsers=[
        SkipParser(),
        PythonCodeBlockParser(doctest_optionflags=_FLAGS),
        CodeBlockParser("console", _run_console),
    ],
    patterns=["README.md", "docs/**/*.md"],
    path=str(_ROOT),
    setup=_open_folder,
    teardown=_close_folder,
).pytest()


def _page_of(item: pytest.Item) -> Path:
    return item.path


def _place_in_page(item: SybilItem) -> tuple[int, int]:
    return item.example.line, item.example.column


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Tests run in random order; the examples of one page build on each other and keep theirs.
    examples = [item for item in items if isinstance(item, SybilItem)]
    others = [item for item in items if not isinstance(item, SybilItem)]
    ordered = sorted(examples, key=_page_of)
    pages = [sorted(page, key=_place_in_page) for _, page in groupby(ordered, key=_page_of)]
    items[:] = others + [item for page in pages for item in page]
