"""PostgreSQL, MySQL, MariaDB and SQLite as sources, by URL."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.connectors.sql.opening import open_database

__all__ = ["open_database"]


def __getattr__(name: str) -> object:
    # PEP 562: the drivers load when a database is opened.
    if name in __all__:
        return getattr(import_module("regulars.connectors.sql.opening"), name)
    raise AttributeError(f"module 'regulars.connectors.sql' has no attribute '{name}'")
