"""How good a model is, and how sure one can be of that."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.evaluate.costs import Confusion, ContactCosts
    from regulars.evaluate.folds import deal_folds, group_identical_rows
    from regulars.evaluate.gains import Gain, measure_gains
    from regulars.evaluate.intervals import Interval, bootstrap_interval, bootstrap_intervals
    from regulars.evaluate.lead_time import LeadTime, measure_lead_time
    from regulars.evaluate.metrics import EqualErrors, equalize_errors
    from regulars.evaluate.ranking import RankingQuality
    from regulars.evaluate.splits import Round, deal_rounds, roll_rounds

__all__ = [
    "Confusion",
    "ContactCosts",
    "EqualErrors",
    "Gain",
    "Interval",
    "LeadTime",
    "RankingQuality",
    "Round",
    "bootstrap_interval",
    "bootstrap_intervals",
    "deal_folds",
    "deal_rounds",
    "equalize_errors",
    "group_identical_rows",
    "measure_gains",
    "measure_lead_time",
    "roll_rounds",
]

_LAZY = {
    "Confusion": "costs",
    "ContactCosts": "costs",
    "EqualErrors": "metrics",
    "Gain": "gains",
    "Interval": "intervals",
    "LeadTime": "lead_time",
    "RankingQuality": "ranking",
    "Round": "splits",
    "bootstrap_interval": "intervals",
    "bootstrap_intervals": "intervals",
    "deal_folds": "folds",
    "deal_rounds": "splits",
    "equalize_errors": "metrics",
    "group_identical_rows": "folds",
    "measure_gains": "gains",
    "measure_lead_time": "lead_time",
    "roll_rounds": "splits",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
