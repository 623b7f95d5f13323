"""How long customers stay, and how much longer each of them is likely to."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.predictions.survival.comparison import compare_survival
    from regulars.predictions.survival.curves import CurvePoint, SurvivalCurve, measure_curve
    from regulars.predictions.survival.durations import Durations, DurationUnit, read_durations
    from regulars.predictions.survival.echoes import DurationEcho, find_duration_echoes
    from regulars.predictions.survival.reasons import LeavesWithin, StayExplainer, StayReasons
    from regulars.predictions.survival.results import SurvivalComparison, SurvivalResult

__all__ = [
    "CurvePoint",
    "DurationEcho",
    "DurationUnit",
    "Durations",
    "LeavesWithin",
    "StayExplainer",
    "StayReasons",
    "SurvivalComparison",
    "SurvivalCurve",
    "SurvivalResult",
    "compare_survival",
    "find_duration_echoes",
    "measure_curve",
    "read_durations",
]

_LAZY = {
    "CurvePoint": "curves",
    "DurationEcho": "echoes",
    "DurationUnit": "durations",
    "Durations": "durations",
    "LeavesWithin": "reasons",
    "StayExplainer": "reasons",
    "StayReasons": "reasons",
    "SurvivalComparison": "results",
    "SurvivalCurve": "curves",
    "SurvivalResult": "results",
    "compare_survival": "comparison",
    "find_duration_echoes": "echoes",
    "measure_curve": "curves",
    "read_durations": "durations",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
