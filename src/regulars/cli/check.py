"""`regulars check`: the data state of a workspace."""

from __future__ import annotations

from pathlib import Path

from regulars.cli.console import open_progress, print_json, print_text
from regulars.cli.options import LanguageOption, OutputFormat, WorkspaceOption, find_workspace

__all__ = ["check"]


def check(
    table: str | None = None,
    /,
    *,
    html: Path | None = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Say in what state the loaded data is: completeness, distributions, what is wrong.

    Leaves with 1 when a check of severity error found something.

    Parameters
    ----------
    table
        Only this table; all by default.
    html
        Write the data state as one HTML page to this file.
    format
        A table, or one JSON object.
    """
    from regulars.report.assemble import report_findings, report_tables
    from regulars.workspace.check import check_data, write_data_state

    home, language = find_workspace(workspace, lang)
    with open_progress() as progress:
        state = check_data(
            home, tables=(table,) if table else (), language=language, progress=progress
        )
    if html is not None:
        write_data_state(state, html, title=home.folder.resolve().name, language=language)
    if format == "json":
        print_json(
            {
                "load_id": state.load_id,
                "tables": [one.model_dump(mode="json") for one in report_tables(state.tables)],
                "findings": [
                    one.model_dump(mode="json") for one in report_findings(state.findings)
                ],
            }
        )
    else:
        from regulars.report.text import render_data_state

        print_text(render_data_state(state, language))
    return 1 if state.has_errors else 0
