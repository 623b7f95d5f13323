"""`regulars predict rollback`: take the model into use again that was before."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from regulars.cli.console import print_json, print_lines
from regulars.cli.options import LanguageOption, OutputFormat, WorkspaceOption, find_workspace
from regulars.cli.predict_fairness import ClassOption
from regulars.cli.predict_promote import ByOption, describe_entry, refuse_file
from regulars.schema.wording import Wording

__all__ = ["rollback"]

_DONE = Wording(
    en="{title} of run {run} is in use again; {by} decided so, entry {number} of the journal.",
    ru="{title}, прогон {run}: модель снова в деле. Решение: {by}, запись № {number} в журнале.",
)


def rollback(
    run: Annotated[
        str | None,
        Parameter(
            help="The run whose model goes out of use, where several outcomes have one; that of the last"
            " decision if not said."
        ),
    ] = None,
    /,
    *,
    class_number: ClassOption = None,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Take the model into use again that was before the one in use.

    Parameters
    ----------
    format
        Text, or one JSON object.
    """
    from regulars.predictions.fitting.roster import FAMILIES
    from regulars.workspace.champions import roll_back

    refuse_file(run)
    home, language = find_workspace(workspace, lang)
    entry = roll_back(home, run, class_number=class_number, by=by)
    if format == "json":
        print_json({"entry": describe_entry(entry)})
        return 0
    title = FAMILIES[entry.model].title.to(language)
    print_lines(
        _DONE.to(language).format(title=title, run=entry.run, by=entry.by, number=entry.number)
    )
    return 0
