"""Results as data, and what people look at: HTML, spreadsheets, text, JSON. Draws, computes nothing."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.report.assemble import (
        report_churn,
        report_contact_list,
        report_findings,
        report_tables,
    )
    from regulars.report.assemble_segments import report_segments
    from regulars.report.excel import write_contact_list
    from regulars.report.html.pages import render_data_state_html, render_html
    from regulars.report.model import REPORT_VERSION, Report
    from regulars.report.state_text import render_data_state, render_findings
    from regulars.report.summary import summarize
    from regulars.report.tables import write_contact_list_csv, write_customers, write_quarantine
    from regulars.report.text import (
        render_analysis,
        render_load,
        render_mapping,
    )

_LAZY = {
    "REPORT_VERSION": "regulars.report.model",
    "Report": "regulars.report.model",
    "render_analysis": "regulars.report.text",
    "render_data_state": "regulars.report.state_text",
    "render_data_state_html": "regulars.report.html.pages",
    "render_findings": "regulars.report.state_text",
    "render_html": "regulars.report.html.pages",
    "render_load": "regulars.report.text",
    "render_mapping": "regulars.report.text",
    "report_churn": "regulars.report.assemble",
    "report_contact_list": "regulars.report.assemble",
    "report_findings": "regulars.report.assemble",
    "report_segments": "regulars.report.assemble_segments",
    "report_tables": "regulars.report.assemble",
    "summarize": "regulars.report.summary",
    "write_contact_list": "regulars.report.excel",
    "write_contact_list_csv": "regulars.report.tables",
    "write_customers": "regulars.report.tables",
    "write_quarantine": "regulars.report.tables",
}

__all__ = [
    "REPORT_VERSION",
    "Report",
    "render_analysis",
    "render_data_state",
    "render_data_state_html",
    "render_findings",
    "render_html",
    "render_load",
    "render_mapping",
    "report_churn",
    "report_contact_list",
    "report_findings",
    "report_segments",
    "report_tables",
    "summarize",
    "write_contact_list",
    "write_contact_list_csv",
    "write_customers",
    "write_quarantine",
]


def __getattr__(name: str) -> object:
    # PEP 562: importing the package stays light; its modules load when they are named.
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'regulars.report' has no attribute '{name}'")
