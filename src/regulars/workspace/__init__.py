"""The verbs over one workspace folder: the only place where the parts are wired together."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.workspace.folder import Workspace

__all__ = ["Workspace"]


def __getattr__(name: str) -> object:
    if name == "Workspace":
        return import_module("regulars.workspace.folder").Workspace
    raise AttributeError(f"module 'regulars.workspace' has no attribute '{name}'")
