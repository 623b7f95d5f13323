"""Who is likely to leave, how sure that is, and why."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.predictions.classes import (
        ClassComparison,
        Classes,
        compare_classes,
        read_classes,
    )
    from regulars.predictions.classifier import CustomerClassifier
    from regulars.predictions.comparison import compare_churn_models, compare_models_over_time
    from regulars.predictions.definitions import (
        AnswerOutcome,
        ColumnOutcome,
        ContractEnd,
        EventOutcome,
        NoEvent,
        NoPurchase,
        NoSession,
        OutcomeDefinition,
        SupportContact,
    )
    from regulars.predictions.naive_bayes import IntervalNaiveBayes
    from regulars.predictions.observing import (
        Observation,
        choose_cutoffs,
        keep_at_risk,
        observe_outcome,
        propose_quiet_days,
    )
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
    from regulars.predictions.roster import EVERYDAY_MODELS, arrange_models, list_installed

__all__ = [
    "EVERYDAY_MODELS",
    "Alarm",
    "AnswerOutcome",
    "ChurnComparison",
    "ClassComparison",
    "Classes",
    "ColumnOutcome",
    "ContractEnd",
    "CustomerClassifier",
    "Driver",
    "EventOutcome",
    "IntervalNaiveBayes",
    "ModelResult",
    "NoEvent",
    "NoPurchase",
    "NoSession",
    "Observation",
    "Outcome",
    "OutcomeDefinition",
    "Quality",
    "Reason",
    "RiskBand",
    "ScorecardLine",
    "SupportContact",
    "Threshold",
    "arrange_models",
    "choose_cutoffs",
    "compare_churn_models",
    "compare_classes",
    "compare_models_over_time",
    "keep_at_risk",
    "list_installed",
    "observe_outcome",
    "propose_quiet_days",
    "read_classes",
    "read_outcome",
]

_LAZY = {
    "SupportContact": "definitions",
    "EventOutcome": "definitions",
    "AnswerOutcome": "definitions",
    "EVERYDAY_MODELS": "roster",
    "Alarm": "results",
    "ChurnComparison": "results",
    "ClassComparison": "classes",
    "Classes": "classes",
    "ColumnOutcome": "definitions",
    "ContractEnd": "definitions",
    "CustomerClassifier": "classifier",
    "Driver": "results",
    "IntervalNaiveBayes": "naive_bayes",
    "ModelResult": "results",
    "NoEvent": "definitions",
    "NoPurchase": "definitions",
    "NoSession": "definitions",
    "Observation": "observing",
    "Outcome": "outcome",
    "OutcomeDefinition": "definitions",
    "Quality": "results",
    "Reason": "results",
    "RiskBand": "results",
    "ScorecardLine": "results",
    "Threshold": "results",
    "arrange_models": "roster",
    "choose_cutoffs": "observing",
    "compare_churn_models": "comparison",
    "compare_classes": "classes",
    "compare_models_over_time": "comparison",
    "keep_at_risk": "observing",
    "list_installed": "roster",
    "observe_outcome": "observing",
    "propose_quiet_days": "observing",
    "read_classes": "classes",
    "read_outcome": "outcome",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
