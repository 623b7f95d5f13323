"""Files as sources: delimited and aligned text, workbooks, Parquet, JSON, baskets."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.connectors.files.opening import Layout, open_file

__all__ = ["Layout", "open_file"]


def __getattr__(name: str) -> object:
    # PEP 562: the readers load when a file is opened.
    if name in __all__:
        return getattr(import_module("regulars.connectors.files.opening"), name)
    raise AttributeError(f"module 'regulars.connectors.files' has no attribute '{name}'")
