"""Results as data, and what people look at: HTML, spreadsheets, text, JSON. Draws, computes nothing."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.report.model import REPORT_VERSION, Report

_LAZY = {
    "REPORT_VERSION": "regulars.report.model",
    "Report": "regulars.report.model",
}

__all__ = ["REPORT_VERSION", "Report"]


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'regulars.report' has no attribute '{name}'")
