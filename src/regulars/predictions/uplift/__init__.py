"""What a contact changes, for everybody together and for whom most."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.predictions.uplift.afterwards import LateColumn, find_late_columns
    from regulars.predictions.uplift.comparison import compare_uplift
    from regulars.predictions.uplift.experiment import (
        Experiment,
        Imbalance,
        measure_effect,
        read_experiment,
    )
    from regulars.predictions.uplift.results import LearnerResult, UpliftComparison, UpliftDecile

__all__ = [
    "Experiment",
    "Imbalance",
    "LateColumn",
    "LearnerResult",
    "UpliftComparison",
    "UpliftDecile",
    "compare_uplift",
    "find_late_columns",
    "measure_effect",
    "read_experiment",
]

_LAZY = {
    "Experiment": "experiment",
    "Imbalance": "experiment",
    "LateColumn": "afterwards",
    "LearnerResult": "results",
    "UpliftComparison": "results",
    "UpliftDecile": "results",
    "compare_uplift": "comparison",
    "find_late_columns": "afterwards",
    "measure_effect": "experiment",
    "read_experiment": "experiment",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
