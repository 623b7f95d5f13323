"""How good a model is, and how sure one can be of that."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.evaluate.calibration import CalibrationPoint, measure_calibration
    from regulars.evaluate.costs import Confusion, ContactCosts
    from regulars.evaluate.fairness import Fairness, GroupFigures, GroupGap, measure_fairness
    from regulars.evaluate.folds import deal_folds, group_identical_rows
    from regulars.evaluate.gains import Gain, measure_gains
    from regulars.evaluate.intervals import Interval, bootstrap_interval, bootstrap_intervals
    from regulars.evaluate.lead_time import LeadTime, measure_lead_time
    from regulars.evaluate.metrics import EqualErrors, equalize_errors
    from regulars.evaluate.profit import (
        CampaignPrices,
        MaximumProfit,
        expect_maximum_profit,
        measure_maximum_profit,
    )
    from regulars.evaluate.ranking import RankingQuality
    from regulars.evaluate.savings import CustomerCosts, Savings, measure_savings
    from regulars.evaluate.splits import Round, deal_rounds, roll_rounds

__all__ = [
    "CalibrationPoint",
    "CampaignPrices",
    "Confusion",
    "ContactCosts",
    "CustomerCosts",
    "EqualErrors",
    "Fairness",
    "Gain",
    "GroupFigures",
    "GroupGap",
    "Interval",
    "LeadTime",
    "MaximumProfit",
    "RankingQuality",
    "Round",
    "Savings",
    "bootstrap_interval",
    "bootstrap_intervals",
    "deal_folds",
    "deal_rounds",
    "equalize_errors",
    "expect_maximum_profit",
    "group_identical_rows",
    "measure_calibration",
    "measure_fairness",
    "measure_gains",
    "measure_lead_time",
    "measure_maximum_profit",
    "measure_savings",
    "roll_rounds",
]

_LAZY = {
    "CalibrationPoint": "calibration",
    "CampaignPrices": "profit",
    "Confusion": "costs",
    "ContactCosts": "costs",
    "CustomerCosts": "savings",
    "EqualErrors": "metrics",
    "Fairness": "fairness",
    "Gain": "gains",
    "GroupFigures": "fairness",
    "GroupGap": "fairness",
    "Interval": "intervals",
    "LeadTime": "lead_time",
    "MaximumProfit": "profit",
    "RankingQuality": "ranking",
    "Round": "splits",
    "Savings": "savings",
    "bootstrap_interval": "intervals",
    "bootstrap_intervals": "intervals",
    "deal_folds": "folds",
    "deal_rounds": "splits",
    "equalize_errors": "metrics",
    "expect_maximum_profit": "profit",
    "group_identical_rows": "folds",
    "measure_calibration": "calibration",
    "measure_fairness": "fairness",
    "measure_gains": "gains",
    "measure_lead_time": "lead_time",
    "measure_maximum_profit": "profit",
    "measure_savings": "savings",
    "roll_rounds": "splits",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
