"""Every public name of Regulars: what a module lists in `__all__`."""

import inspect
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType

import regulars


@cache
def list_modules() -> tuple[ModuleType, ...]:
    """All modules of Regulars but `__main__`, which runs."""
    names = [module.name for module in walk_packages(regulars.__path__, "regulars.")]
    return (regulars, *(import_module(name) for name in names if "__main__" not in name))


@cache
def list_public_objects() -> dict[str, object]:
    """Classes and functions that some module exports, by the place where they are defined."""
    exported = [
        getattr(module, name)
        for module in list_modules()
        for name in getattr(module, "__all__", ())
    ]
    ours = [one for one in exported if inspect.isclass(one) or inspect.isfunction(one)]
    return {
        f"{one.__module__}.{one.__qualname__}": one
        for one in ours
        if one.__module__.startswith("regulars")
    }


def walk_callables() -> Iterator[tuple[str, object]]:
    """Public functions, classes, and the public methods written in those classes."""
    for path, one in list_public_objects().items():
        yield path, one
        if inspect.isclass(one):
            for name, member in vars(one).items():
                if inspect.isfunction(member) and not name.startswith("_"):
                    yield f"{path}.{name}", member


def list_package_exports() -> list[object]:
    """What `regulars` and each package or module right beneath it exports."""
    nearest = [module for module in list_modules() if module.__name__.count(".") < 2]
    return [getattr(module, name) for module in nearest for name in getattr(module, "__all__", ())]
