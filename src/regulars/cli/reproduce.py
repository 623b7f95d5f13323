"""`regulars reproduce`: make a recorded analysis again and compare."""

from __future__ import annotations

from dataclasses import asdict

from regulars.cli.console import open_progress, print_json, print_text
from regulars.cli.options import LanguageOption, OutputFormat, WorkspaceOption, find_workspace

__all__ = ["reproduce"]


def reproduce(
    run: str = "latest",
    /,
    *,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Make an analysis again from the same data, and compare its figures.

    Counts, memberships and lists must be identical, and other figures equal to nine digits; leaves
    with 1 when one is not. Nothing is written.

    Parameters
    ----------
    run
        The run's name, as the report has it under "How it was made"; the last one by default.
    format
        A table, or one JSON object.
    """
    from regulars.report.text import render_reproduction
    from regulars.workspace.reproduce import reproduce_run

    home, language = find_workspace(workspace, lang)
    with open_progress(language) as progress:
        found = reproduce_run(home, run, progress=progress)
    if format == "json":
        print_json({**asdict(found), "is_same": found.is_same})
    else:
        print_text(render_reproduction(found, language))
    return 0 if found.is_same else 1
