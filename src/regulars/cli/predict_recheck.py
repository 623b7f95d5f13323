"""`regulars predict recheck`: what kept models said, beside what has come since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from regulars.cli.console import open_progress, print_json, print_lines
from regulars.cli.figures import describe_interval
from regulars.cli.options import LanguageOption, OutputFormat, WorkspaceOption, find_workspace
from regulars.cli.segment_files import AsOfOption
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from regulars.schema.wording import Language
    from regulars.workspace.rechecked import RecheckedRun

__all__ = ["recheck"]

_LOOKING = Wording(en="Looking what came of the scores", ru="Проверка, что стало с клиентами")
_HEAD = Wording(
    en="{run}: {title}, scores as of {as_of}, looked at until {until}.",
    ru="{run}: {title}, оценки на {as_of}, смотрим до {until}.",
)
_KNOWN = Wording(
    en="Of {scored} customers scored it is known of {known} what became of them: {positives} had the outcome.",
    ru="Из {scored} оценённых клиентов известно о {known}, что с ними стало: исход был у {positives}.",
)


def recheck(
    run: Annotated[
        str | None,
        Parameter(
            help="Whose scores: `regulars predict models`; those of the last run if not said."
        ),
    ] = None,
    /,
    *,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Compare what kept models said with what has come since.

    Parameters
    ----------
    format
        A table, or one JSON object.
    """
    from regulars.workspace.rechecked import recheck_run

    home, language = find_workspace(workspace, lang)
    with open_progress(language) as progress, progress.stage(_LOOKING.to(language)):
        found = recheck_run(home, run=run, as_of=as_of)
    if format == "json":
        print_json(_describe(found, language))
    else:
        print_lines(*_say(found, language))
    return 0


def _describe(rechecked: RecheckedRun, language: Language) -> dict[str, Any]:
    found = rechecked.found
    return {
        "run": rechecked.run,
        "model": rechecked.model,
        "outcome": rechecked.outcome.to(language),
        "as_of": rechecked.as_of,
        "until": rechecked.until,
        "scored": found.scored,
        "known": found.known,
        "positives": found.positives,
        "roc_auc": describe_interval(found.roc_auc),
        "promised_roc_auc": describe_interval(found.promised),
        "said": found.said,
        "came": describe_interval(found.came),
        "brier": describe_interval(found.brier),
        "calibration_error": describe_interval(found.calibration_error),
        "calibration": [
            {"customers": one.customers, "said": one.said, "came": describe_interval(one.came)}
            for one in found.calibration
        ],
        "verdict": found.verdict,
        "reason": found.sentence.to(language),
    }


def _say(rechecked: RecheckedRun, language: Language) -> list[str]:
    from regulars.features.sentences import format_number

    found = rechecked.found
    counts = {
        name: format_number(getattr(found, name), language)
        for name in ("scored", "known", "positives")
    }
    head = {"run": rechecked.run, "title": rechecked.title.to(language)}
    days = {"as_of": rechecked.as_of, "until": rechecked.until}
    return [
        _HEAD.to(language).format(**head, **days),
        f"{rechecked.outcome.to(language)}.",
        _KNOWN.to(language).format(**counts),
        found.sentence.to(language),
    ]
