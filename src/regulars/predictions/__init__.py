"""Who is likely to leave, how sure that is, and why."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.predictions.classifier import CustomerClassifier
    from regulars.predictions.comparing.classes import (
        ClassComparison,
        Classes,
        compare_classes,
        read_classes,
    )
    from regulars.predictions.comparing.comparison import (
        compare_churn_models,
        compare_models_over_time,
    )
    from regulars.predictions.comparing.results import (
        Alarm,
        ChurnComparison,
        ModelResult,
        Quality,
        RiskBand,
        ScorecardLine,
        Threshold,
    )
    from regulars.predictions.families.naive_bayes import IntervalNaiveBayes
    from regulars.predictions.fitting.roster import EVERYDAY_MODELS, arrange_models, list_installed
    from regulars.predictions.outcomes.definitions import (
        AnswerOutcome,
        ColumnOutcome,
        ContractEnd,
        EventOutcome,
        NoEvent,
        NoPurchase,
        NoSession,
        OutcomeDefinition,
        PlanUpgrade,
        SupportContact,
    )
    from regulars.predictions.outcomes.observing import (
        Observation,
        choose_cutoffs,
        keep_at_risk,
        observe_outcome,
        propose_quiet_days,
    )
    from regulars.predictions.outcomes.outcome import Outcome, read_outcome
    from regulars.predictions.reasons.reason import Driver, Reason

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
    "PlanUpgrade",
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
    "SupportContact": "outcomes.definitions",
    "EventOutcome": "outcomes.definitions",
    "AnswerOutcome": "outcomes.definitions",
    "EVERYDAY_MODELS": "fitting.roster",
    "Alarm": "comparing.results",
    "ChurnComparison": "comparing.results",
    "ClassComparison": "comparing.classes",
    "Classes": "comparing.classes",
    "ColumnOutcome": "outcomes.definitions",
    "ContractEnd": "outcomes.definitions",
    "CustomerClassifier": "classifier",
    "Driver": "reasons.reason",
    "IntervalNaiveBayes": "families.naive_bayes",
    "ModelResult": "comparing.results",
    "NoEvent": "outcomes.definitions",
    "NoPurchase": "outcomes.definitions",
    "NoSession": "outcomes.definitions",
    "PlanUpgrade": "outcomes.definitions",
    "Observation": "outcomes.observing",
    "Outcome": "outcomes.outcome",
    "OutcomeDefinition": "outcomes.definitions",
    "Quality": "comparing.results",
    "Reason": "reasons.reason",
    "RiskBand": "comparing.results",
    "ScorecardLine": "comparing.results",
    "Threshold": "comparing.results",
    "arrange_models": "fitting.roster",
    "choose_cutoffs": "outcomes.observing",
    "compare_churn_models": "comparing.comparison",
    "compare_classes": "comparing.classes",
    "compare_models_over_time": "comparing.comparison",
    "keep_at_risk": "outcomes.observing",
    "list_installed": "fitting.roster",
    "observe_outcome": "outcomes.observing",
    "propose_quiet_days": "outcomes.observing",
    "read_classes": "comparing.classes",
    "read_outcome": "outcomes.outcome",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
