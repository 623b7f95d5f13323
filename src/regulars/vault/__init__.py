"""Personal data, encrypted customer by customer, apart from everything that is analyzed."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.vault.files import FileVault
    from regulars.vault.journal import JournalEntry
    from regulars.vault.keys import MasterKey, copy_master_key, create_master_key, load_master_key
    from regulars.vault.protocol import Access, PutCounts, Vault

__all__ = [
    "Access",
    "FileVault",
    "JournalEntry",
    "MasterKey",
    "PutCounts",
    "Vault",
    "copy_master_key",
    "create_master_key",
    "load_master_key",
]

_LAZY = {
    "Access": "protocol",
    "FileVault": "files",
    "JournalEntry": "journal",
    "MasterKey": "keys",
    "PutCounts": "protocol",
    "Vault": "protocol",
    "copy_master_key": "keys",
    "create_master_key": "keys",
    "load_master_key": "keys",
}


def __getattr__(name: str) -> object:
    # PEP 562: cryptography and Arrow load when the vault is used.
    if name not in _LAZY:
        raise AttributeError(f"module 'regulars.vault' has no attribute '{name}'")
    return getattr(import_module(f"regulars.vault.{_LAZY[name]}"), name)
