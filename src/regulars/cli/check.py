"""`regulars check`: the data state of a workspace, or of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from regulars.cli.console import open_progress, print_json, print_text
from regulars.cli.options import (
    Language,
    LanguageOption,
    OutputFormat,
    WorkspaceOption,
    choose_language,
    find_workspace,
    refuse_both,
)

if TYPE_CHECKING:
    from regulars.workspace.check import DataState

__all__ = ["check"]


def check(
    table_or_file: str | None = None,
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
    table_or_file
        A table of the workspace, or a file, which is loaded as `analyze` does; all tables if not
        said.
    html
        Write the data state as one HTML page to this file.
    format
        A table, or one JSON object.
    """
    from regulars.report.assemble import report_findings, report_tables
    from regulars.workspace.check import write_data_state

    if table_or_file is not None and _is_file(table_or_file):
        state, name, language = _check_file(table_or_file, workspace, lang)
    else:
        state, name, language = _check_workspace(table_or_file, workspace, lang)
    if html is not None:
        write_data_state(state, html, title=name, language=language)
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
        from regulars.report.state_text import render_data_state

        print_text(render_data_state(state, language))
    return 1 if state.has_errors else 0


def _is_file(what: str) -> bool:
    """Whether a file is meant: names of tables have no dot and no folder."""
    return any(mark in what for mark in "./\\:") or Path(what).is_file()


def _check_file(
    file: str, workspace: Path | None, lang: Language | None
) -> tuple[DataState, str, Language]:
    from regulars.workspace.check import check_data
    from regulars.workspace.straight import load_files

    refuse_both(workspace)
    language = choose_language(lang)
    with open_progress(language) as progress:
        loaded = load_files([file], verb="check", language=language, progress=progress)
        state = check_data(
            loaded.workspace,
            tables=tuple(dict.fromkeys(name for load in loaded.loads for name in load.tables)),
            language=language,
            progress=progress,
        )
    while_loading = [finding for load in loaded.loads for finding in load.findings]
    return state.add(while_loading), Path(file).name, language


def _check_workspace(
    table: str | None, workspace: Path | None, lang: Language | None
) -> tuple[DataState, str, Language]:
    from regulars.workspace.check import check_data

    home, language = find_workspace(workspace, lang)
    with open_progress(language) as progress:
        state = check_data(
            home, tables=(table,) if table else (), language=language, progress=progress
        )
    return state, home.folder.resolve().name, language
