"""What a docstring says about parameters is what the signature says."""

import inspect
import re

import pytest
from public_names import list_modules, list_public_objects, walk_callables

HEADING = re.compile(r"^(\w[\w ]*)\n-{3,}$", re.MULTILINE)


def section(docstring: str, title: str) -> str:
    parts = HEADING.split(inspect.cleandoc(docstring))
    titles, bodies = parts[1::2], parts[2::2]
    return dict(zip(titles, bodies, strict=True)).get(title, "")


def names_in(body: str) -> list[str]:
    entries = [line for line in body.splitlines() if line and not line.startswith(" ")]
    names = [entry.partition(":")[0] for entry in entries]
    return [name.strip().lstrip("*") for entry in names for name in entry.split(",")]


def parameters_of(one: object) -> list[str]:
    return [name for name in inspect.signature(one).parameters if name not in {"self", "cls"}]


DOCUMENTED = {
    path: one for path, one in walk_callables() if section(one.__doc__ or "", "Parameters")
}
WITH_ATTRIBUTES = {
    path: one
    for path, one in list_public_objects().items()
    if section(one.__doc__ or "", "Attributes")
}


def test_every_name_in_all_exists():
    missing = [
        f"{module.__name__}.{name}"
        for module in list_modules()
        for name in getattr(module, "__all__", ())
        if not hasattr(module, name)
    ]

    assert missing == []


def test_every_public_class_function_and_method_has_a_docstring():
    silent = [path for path, one in walk_callables() if not inspect.getdoc(one)]

    assert silent == []


@pytest.mark.parametrize("path", DOCUMENTED)
def test_the_parameters_section_names_the_parameters(path):
    one = DOCUMENTED[path]

    assert names_in(section(one.__doc__, "Parameters")) == parameters_of(one)


@pytest.mark.parametrize("path", WITH_ATTRIBUTES)
def test_the_attributes_section_names_what_the_class_has(path):
    one = WITH_ATTRIBUTES[path]
    known = set(dir(one)) | set(parameters_of(one)) | set(inspect.get_annotations(one))
    source = inspect.getsource(one)

    unknown = [
        name
        for name in names_in(section(one.__doc__, "Attributes"))
        if name not in known and f"self.{name}" not in source
    ]
    assert unknown == []
