"""Modules stay readable, and names say what is there."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
MODULE_LINES_ALLOWED = 600
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "processor"}
EMPTY_WORDS = {"data", "info", "obj", "tmp"}
EMPTY_VERBS = ("do_", "process_", "handle_")
# Keys of report.json, which is a contract with other programs: `data.rows_in`, `lineage.data`.
CONTRACT_KEYS = {
    ("src/regulars/report/model.py", "data"),
    ("src/regulars/report/parts/closing.py", "data"),
}
PATTERN_NOUNS = ("Manager", "Processor", "Helper", "Handler")


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def names_bound_in(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of each definition, parameter and variable."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.lineno, node.name
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id


def is_forbidden(name: str) -> bool:
    bare = name.lstrip("_")
    return (
        bare in DRAWERS | EMPTY_WORDS
        or bare.startswith(EMPTY_VERBS)
        or bare.endswith(PATTERN_NOUNS)
    )


def test_there_is_code_to_look_at():
    assert len(SOURCES) > 20


@pytest.mark.parametrize("path", SOURCES, ids=short)
def test_a_module_is_short_enough_to_read(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())

    assert lines <= MODULE_LINES_ALLOWED, "split it, or say in an ADR why it must be one"


def test_no_package_or_module_is_a_drawer():
    drawers = [short(path) for path in SOURCES if DRAWERS & set(path.with_suffix("").parts)]

    assert drawers == []


def test_names_say_what_is_there():
    empty = [
        f"{short(path)}:{line} {name}"
        for path in SOURCES
        for line, name in names_bound_in(parsed(path))
        if is_forbidden(name) and (short(path), name) not in CONTRACT_KEYS
    ]

    assert empty == []


def test_every_module_says_what_it_is_for():
    silent = [short(path) for path in SOURCES if not ast.get_docstring(parsed(path))]

    assert silent == []
