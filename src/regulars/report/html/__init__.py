"""The report, and the data state alone, as one HTML file that loads nothing."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.report.html.pages import render_data_state_html, render_html

_LAZY = {
    "render_data_state_html": "regulars.report.html.pages",
    "render_html": "regulars.report.html.pages",
}

__all__ = ["render_data_state_html", "render_html"]


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'regulars.report.html' has no attribute '{name}'")
