"""A generated company whose truth is known, to rehearse on before touching a real one."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.rehearsal.company import Company, make_company, write_company

_LAZY = {
    "Company": "regulars.rehearsal.company",
    "make_company": "regulars.rehearsal.company",
    "write_company": "regulars.rehearsal.company",
}

__all__ = ["Company", "make_company", "write_company"]


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'regulars.rehearsal' has no attribute '{name}'")
