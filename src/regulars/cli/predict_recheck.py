"""`regulars predict recheck`: what kept models said, beside what has come since."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from regulars.cli.console import open_progress, print_json, print_lines
from regulars.cli.figures import describe_interval
from regulars.cli.options import Day, LanguageOption, OutputFormat, WorkspaceOption
from regulars.cli.predict_score import FromOption
from regulars.cli.segment_files import AsOfOption, Files, HowRead, find_home
from regulars.errors import InvalidParameterError
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
_FILE = Wording(
    en="Scores of a file as of {as_of}, looked at until {until}.",
    ru="Оценки из файла на {as_of}, смотрим до {until}.",
)
_FILE_ANY_DAY = Wording(
    en="Scores of a file, looked at until {until}.", ru="Оценки из файла, смотрим до {until}."
)
_KNOWN = Wording(
    en="Of {scored} customers scored it is known of {known} what became of them: {positives} had the outcome.",
    ru="Из {scored} оценённых клиентов известно о {known}, что с ними стало: исход был у {positives}.",
)


def recheck(
    file: Files = (),
    /,
    *,
    run: Annotated[
        str | None,
        Parameter(
            help="Whose scores: `regulars predict models`; those of the last run if not said."
        ),
    ] = None,
    from_: FromOption = None,
    scores: Annotated[
        Path | None,
        Parameter(
            help="Scores that are kept in a file, Parquet or text: an id and `churn_probability` in each row."
        ),
    ] = None,
    scored_on: Annotated[
        Day | None,
        Parameter(
            help="First day that the scores of the file had not seen, where a history tells."
        ),
    ] = None,
    leaving: Annotated[
        Literal["contract-end", "no-session", "no-purchase", "no-event"] | None,
        Parameter(help="What leaving is, where no column says it, or instead of one."),
    ] = None,
    horizon_days: Annotated[
        int | None, Parameter(help="Where no column says who left: within how many days.")
    ] = None,
    how: HowRead | None = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Compare what was said of customers earlier with what has come since.

    What has come is in the workspace, or in files; what was said follows from kept models, or is in a file.

    Parameters
    ----------
    format
        A table, or one JSON object.
    """
    from regulars.workspace import Workspace
    from regulars.workspace.outcomes import LeavingWishes
    from regulars.workspace.rechecked import recheck_run
    from regulars.workspace.rechecked_file import recheck_file

    _check_options(file, run, from_, scores, scored_on, leaving, horizon_days)
    if how is not None and how.outcome is not None and how.kind is None and len(file) == 1:
        # Only a file with a row per customer has a column that tells the outcome.
        how = replace(how, kind="customers")
    home, language = find_home(file, workspace, lang, as_of, how=how, verb="predict recheck")
    with open_progress(language) as progress, progress.stage(_LOOKING.to(language)):
        if scores is None:
            found = recheck_run(
                home, keeper=Workspace(from_) if from_ else None, run=run, as_of=as_of
            )
        else:
            found = recheck_file(
                home,
                scores,
                scored_on=scored_on,
                leaving=LeavingWishes(kind=leaving, horizon_days=horizon_days),
                as_of=as_of,
            )
    if format == "json":
        print_json(_describe(found, language))
    else:
        print_lines(*_say(found, language))
    return 0


def _check_options(
    file: tuple[str, ...],
    run: str | None,
    from_: Path | None,
    scores: Path | None,
    scored_on: Day | None,
    leaving: str | None,
    horizon_days: int | None,
) -> None:
    """What was said comes from kept models or from a file, and not from both, or neither."""
    if scores is not None and (run is not None or from_ is not None):
        raise InvalidParameterError(
            en="--scores says what was said, and --run and --from take it from kept models. Leave one of them out.",
            ru="--scores — это сами оценки, а --run и --from берут их у сохранённых моделей. Уберите одно из"
            " них.",
        )
    if scores is None and any(one is not None for one in (scored_on, leaving, horizon_days)):
        raise InvalidParameterError(
            en="--scored-on, --leaving and --horizon-days are of scores in a file; kept models know them. Leave them"
            " out, or name the file: --scores FILE.",
            ru="--scored-on, --leaving и --horizon-days нужны для оценок из файла; сохранённые модели знают их"
            " сами. Уберите их или назовите файл: --scores ФАЙЛ.",
        )
    if file and scores is None and from_ is None:
        raise InvalidParameterError(
            en="The files tell what came; what was said earlier is missing. Name the scores, --scores FILE, or the"
            " workspace that keeps the models, --from WORKSPACE.",
            ru="Файлы говорят, что произошло; не хватает того, что было названо раньше. Назовите оценки, --scores"
            " ФАЙЛ, или рабочую папку с моделями, --from ПАПКА.",
        )


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


def _say_head(rechecked: RecheckedRun, language: Language) -> str:
    if rechecked.title is None:
        words = _FILE if rechecked.as_of else _FILE_ANY_DAY
        return words.to(language).format(as_of=rechecked.as_of, until=rechecked.until)
    return _HEAD.to(language).format(
        run=rechecked.run,
        title=rechecked.title.to(language),
        as_of=rechecked.as_of,
        until=rechecked.until,
    )


def _say(rechecked: RecheckedRun, language: Language) -> list[str]:
    from regulars.features.sentences import format_number

    found = rechecked.found
    counts = {
        name: format_number(getattr(found, name), language)
        for name in ("scored", "known", "positives")
    }
    return [
        _say_head(rechecked, language),
        f"{rechecked.outcome.to(language)}.",
        _KNOWN.to(language).format(**counts),
        found.sentence.to(language),
    ]
