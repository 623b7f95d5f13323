"""Who is likely to leave, how sure that is, and why."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.predictions.comparison import compare_churn_models, compare_models_over_time
    from regulars.predictions.contract_end import observe_contract_ends
    from regulars.predictions.definitions import (
        ColumnOutcome,
        ContractEnd,
        NoPurchase,
        NoSession,
        OutcomeDefinition,
    )
    from regulars.predictions.naive_bayes import IntervalNaiveBayes
    from regulars.predictions.outcome import Outcome, read_outcome
    from regulars.predictions.results import (
        Alarm,
        ChurnComparison,
        Driver,
        ModelResult,
        Quality,
        Reason,
        RiskBand,
        ScorecardLine,
        Threshold,
    )

__all__ = [
    "Alarm",
    "ChurnComparison",
    "ColumnOutcome",
    "ContractEnd",
    "Driver",
    "IntervalNaiveBayes",
    "ModelResult",
    "NoPurchase",
    "NoSession",
    "Outcome",
    "OutcomeDefinition",
    "Quality",
    "Reason",
    "RiskBand",
    "ScorecardLine",
    "Threshold",
    "compare_churn_models",
    "compare_models_over_time",
    "observe_contract_ends",
    "read_outcome",
]

_LAZY = {
    "Alarm": "results",
    "ChurnComparison": "results",
    "ColumnOutcome": "definitions",
    "ContractEnd": "definitions",
    "Driver": "results",
    "IntervalNaiveBayes": "naive_bayes",
    "ModelResult": "results",
    "NoPurchase": "definitions",
    "NoSession": "definitions",
    "Outcome": "outcome",
    "OutcomeDefinition": "definitions",
    "Quality": "results",
    "Reason": "results",
    "RiskBand": "results",
    "ScorecardLine": "results",
    "Threshold": "results",
    "compare_churn_models": "comparison",
    "compare_models_over_time": "comparison",
    "observe_contract_ends": "contract_end",
    "read_outcome": "outcome",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
