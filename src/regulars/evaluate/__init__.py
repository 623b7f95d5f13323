"""How good a model is, and how sure one can be of that."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.evaluate.costs import Confusion, ContactCosts
    from regulars.evaluate.folds import deal_folds, group_identical_rows
    from regulars.evaluate.intervals import Interval, bootstrap_interval, corrected_interval
    from regulars.evaluate.lead_time import LeadTime, measure_lead_time

__all__ = [
    "Confusion",
    "ContactCosts",
    "Interval",
    "LeadTime",
    "bootstrap_interval",
    "corrected_interval",
    "deal_folds",
    "group_identical_rows",
    "measure_lead_time",
]

_LAZY = {
    "Confusion": "costs",
    "ContactCosts": "costs",
    "Interval": "intervals",
    "LeadTime": "lead_time",
    "bootstrap_interval": "intervals",
    "corrected_interval": "intervals",
    "deal_folds": "folds",
    "group_identical_rows": "folds",
    "measure_lead_time": "lead_time",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
