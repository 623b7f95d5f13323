"""What a docstring says about parameters is what the signature says."""

import inspect
import re

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


def expected_of(path: str, one: object, documented: list[str]) -> list[str]:
    # Options that several commands share carry their help with their type, once for all.
    is_command = path.startswith("regulars.cli.")
    return [name for name in parameters_of(one) if name in documented or not is_command]


def attributes_of(one: type) -> set[str]:
    set_in_methods = re.findall(r"self\.(\w+)", inspect.getsource(one))
    annotated = [name for base in one.__mro__ for name in inspect.get_annotations(base)]
    return {*dir(one), *annotated, *set_in_methods}


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


def test_a_parameters_section_names_the_parameters_in_order():
    stated = {
        path: (names_in(section(one.__doc__ or "", "Parameters")), one)
        for path, one in walk_callables()
    }

    differing = {
        path: (names, parameters_of(one))
        for path, (names, one) in stated.items()
        if names and names != expected_of(path, one, names)
    }
    assert differing == {}


def test_an_attributes_section_names_what_the_class_has():
    stated = {
        path: (set(names_in(section(one.__doc__ or "", "Attributes"))), one)
        for path, one in list_public_objects().items()
        if inspect.isclass(one)
    }

    unknown = {path: names - attributes_of(one) for path, (names, one) in stated.items() if names}
    assert {path: names for path, names in unknown.items() if names} == {}
