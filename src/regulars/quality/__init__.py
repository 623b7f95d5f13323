"""Checks and their findings, the state of tables, cleaning, and whether there is enough."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.quality.check import Check
    from regulars.quality.cleaning import CleaningPlan, propose_cleaning
    from regulars.quality.describing import describe_table
    from regulars.quality.finding import Finding, has_errors
    from regulars.quality.loading import load_checks
    from regulars.quality.reconciliation import Reconciliation
    from regulars.quality.row_tests import rejection_reason, row_check_expressions
    from regulars.quality.running import run_checks
    from regulars.quality.sample_size import advise_sample_size, widen_period
    from regulars.quality.state import ColumnState, TableState

__all__ = [
    "Check",
    "CleaningPlan",
    "ColumnState",
    "Finding",
    "Reconciliation",
    "TableState",
    "advise_sample_size",
    "describe_table",
    "has_errors",
    "load_checks",
    "propose_cleaning",
    "rejection_reason",
    "row_check_expressions",
    "run_checks",
    "widen_period",
]

_LAZY = {
    "Check": "regulars.quality.check",
    "CleaningPlan": "regulars.quality.cleaning",
    "ColumnState": "regulars.quality.state",
    "Finding": "regulars.quality.finding",
    "Reconciliation": "regulars.quality.reconciliation",
    "TableState": "regulars.quality.state",
    "advise_sample_size": "regulars.quality.sample_size",
    "describe_table": "regulars.quality.describing",
    "has_errors": "regulars.quality.finding",
    "load_checks": "regulars.quality.loading",
    "propose_cleaning": "regulars.quality.cleaning",
    "rejection_reason": "regulars.quality.row_tests",
    "row_check_expressions": "regulars.quality.row_tests",
    "run_checks": "regulars.quality.running",
    "widen_period": "regulars.quality.sample_size",
}


def __getattr__(name: str) -> object:
    # PEP 562: importing the package stays light; its modules load when they are named.
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'regulars.quality' has no attribute '{name}'")
