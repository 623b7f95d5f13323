"""The canonical tables as contracts, and how foreign columns are recognised and mapped to them."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.schema.column_mapping import ColumnMapping, Outcome
    from regulars.schema.contract import Contract, Role, get_contract, list_contracts
    from regulars.schema.mapping import Mapping, MappingLine
    from regulars.schema.recognition import KINDS, recognize, suggest_columns
    from regulars.schema.shapes import MISSING_TOKENS, SourceColumn

__all__ = [
    "KINDS",
    "MISSING_TOKENS",
    "ColumnMapping",
    "Contract",
    "Mapping",
    "MappingLine",
    "Outcome",
    "Role",
    "SourceColumn",
    "get_contract",
    "list_contracts",
    "recognize",
    "suggest_columns",
]

_MODULES = {
    "regulars.schema.contract": ("Contract", "Role", "get_contract", "list_contracts"),
    "regulars.schema.column_mapping": ("ColumnMapping", "Outcome"),
    "regulars.schema.mapping": ("Mapping", "MappingLine"),
    "regulars.schema.recognition": ("KINDS", "recognize", "suggest_columns"),
    "regulars.schema.shapes": ("MISSING_TOKENS", "SourceColumn"),
}
_LAZY = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    # PEP 562: `--help` needs a language or a role, not all of recognition.
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'regulars.schema' has no attribute '{name}'")
