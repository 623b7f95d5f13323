"""Companies that do not exist, whose truth is known, to rehearse on before touching a real one.

`make_company` gives a flat file, one row per customer; `make_telecom_company` two years of the
life of a telecom company with subscriptions, in all its tables.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.rehearsal.company import Company, make_company, write_company
    from regulars.rehearsal.export import write_telecom_company, write_truth
    from regulars.rehearsal.foresight import Foresight, compare_with_truth
    from regulars.rehearsal.telecom import TelecomCompany, make_telecom_company

_LAZY = {
    "Company": "company",
    "Foresight": "foresight",
    "TelecomCompany": "telecom",
    "compare_with_truth": "foresight",
    "make_company": "company",
    "make_telecom_company": "telecom",
    "write_company": "company",
    "write_telecom_company": "export",
    "write_truth": "export",
}

__all__ = [
    "Company",
    "Foresight",
    "TelecomCompany",
    "compare_with_truth",
    "make_company",
    "make_telecom_company",
    "write_company",
    "write_telecom_company",
    "write_truth",
]


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"regulars.rehearsal.{_LAZY[name]}"), name)
    raise AttributeError(f"module 'regulars.rehearsal' has no attribute '{name}'")
