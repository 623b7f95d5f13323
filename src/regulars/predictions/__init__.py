"""Who is likely to leave, how sure that is, and why."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.predictions.comparison import compare_churn_models
    from regulars.predictions.naive_bayes import IntervalNaiveBayes
    from regulars.predictions.outcome import Outcome, read_outcome
    from regulars.predictions.results import (
        Alarm,
        ChurnComparison,
        Driver,
        Holdout,
        ModelResult,
        Reason,
        RiskBand,
        Threshold,
    )

__all__ = [
    "Alarm",
    "ChurnComparison",
    "Driver",
    "Holdout",
    "IntervalNaiveBayes",
    "ModelResult",
    "Outcome",
    "Reason",
    "RiskBand",
    "Threshold",
    "compare_churn_models",
    "read_outcome",
]

_LAZY = {
    "Alarm": "results",
    "ChurnComparison": "results",
    "Driver": "results",
    "Holdout": "results",
    "IntervalNaiveBayes": "naive_bayes",
    "ModelResult": "results",
    "Outcome": "outcome",
    "Reason": "results",
    "RiskBand": "results",
    "Threshold": "results",
    "compare_churn_models": "comparison",
    "read_outcome": "outcome",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
