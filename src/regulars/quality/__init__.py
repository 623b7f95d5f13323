"""Checks and their findings, the state of tables, cleaning, and whether there is enough."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.quality.check import Check
    from regulars.quality.describing import describe_table
    from regulars.quality.finding import Finding
    from regulars.quality.loading import load_checks
    from regulars.quality.reconciliation import Reconciliation
    from regulars.quality.row_tests import rejection_reason, row_check_expressions
    from regulars.quality.running import run_checks
    from regulars.quality.state import TableState

__all__ = [
    "Check",
    "Finding",
    "Reconciliation",
    "TableState",
    "describe_table",
    "load_checks",
    "rejection_reason",
    "row_check_expressions",
    "run_checks",
]

_LAZY = {
    "Check": "regulars.quality.check",
    "Finding": "regulars.quality.finding",
    "Reconciliation": "regulars.quality.reconciliation",
    "TableState": "regulars.quality.state",
    "describe_table": "regulars.quality.describing",
    "load_checks": "regulars.quality.loading",
    "rejection_reason": "regulars.quality.row_tests",
    "row_check_expressions": "regulars.quality.row_tests",
    "run_checks": "regulars.quality.running",
}


def __getattr__(name: str) -> object:
    # PEP 562: importing the package stays light; its modules load when they are named.
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'regulars.quality' has no attribute '{name}'")
