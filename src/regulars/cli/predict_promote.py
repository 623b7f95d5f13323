"""`regulars predict promote`: take a model into use, through a gate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from regulars.cli.console import open_progress, print_json, print_lines
from regulars.cli.figures import describe_interval
from regulars.cli.options import LanguageOption, OutputFormat, WorkspaceOption, find_workspace
from regulars.errors import InvalidParameterError
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from regulars.evaluate import Interval
    from regulars.registry.champions import ChampionEntry
    from regulars.schema.wording import Language
    from regulars.workspace.challenge import Challenge
    from regulars.workspace.champions import Promotion

__all__ = ["promote", "refuse_file"]

RunArgument = Annotated[
    str, Parameter(help="Whose model: `regulars predict models`; `latest` for the last run.")
]
ByOption = Annotated[
    str | None, Parameter(help="Who decides; the name of the user on this computer if not said.")
]

_MARKS = {"met": "✓", "not_shown": "?", "not_met": "✗"}
_DONE = Wording(
    en="{title} of run {run} is in use now; {by} decided so, entry {number} of the journal.",
    ru="{title}, прогон {run}: модель в деле. Решение: {by}, запись № {number} в журнале.",
)
_OVERRIDDEN = Wording(
    en="In spite of the figures marked ✗. The reason given: {reason}",
    ru="Несмотря на показатели с пометкой ✗. Названная причина: {reason}",
)
_WOULD = Wording(en="It would be promoted.", ru="Её можно ввести в дело.")
_WOULD_NOT = Wording(
    en="It would not be promoted: see the figures marked ✗.",
    ru="Ввести в дело её нельзя: см. показатели с пометкой ✗.",
)
_GROUNDS = {
    "later": Wording(
        en="{n} customers whose outcome came after both models were learnt, {positives} with the outcome",
        ru="клиентов, чей исход наступил после обучения обеих моделей: {n}, с исходом {positives}",
    ),
    "same": Wording(
        en="the same {n} tests, each scored by models that had not seen the outcome, {positives} with the outcome",
        ru="одни и те же проверки, каждая моделью, не видевшей исхода: {n}, с исходом {positives}",
    ),
}
_PAIRED = Wording(
    en="Beside the model in use (run {run}), on {ground}: ROC-AUC {challenger} against {champion}, the difference is {difference}{verdict}.",
    ru="Рядом с моделью, которая в деле (прогон {run}): {ground}. ROC-AUC {challenger} против {champion}, разница {difference}{verdict}.",
)
_UNPAIRED = Wording(
    en="Beside the model in use (run {run}), each on customers of its own: ROC-AUC {challenger} against {champion}. These are not the same customers, so the difference is no comparison.",
    ru="Рядом с моделью, которая в деле (прогон {run}), каждая на своих клиентах: ROC-AUC {challenger} против {champion}. Это разные клиенты, и разница ничего не доказывает.",
)
_BETTER = Wording(en=": the new one ranks better", ru=": новая упорядочивает лучше")
_WORSE = Wording(en=": the new one ranks worse", ru=": новая упорядочивает хуже")
_EVEN = Wording(en=", which chance may make", ru=", она может быть и случайной")
_UNREADABLE = Wording(
    en="The model in use (run {run}) cannot be opened, so the two are not compared.",
    ru="Модель, которая в деле (прогон {run}), не открыть; сравнения нет.",
)


def promote(
    run: RunArgument,
    /,
    *,
    class_number: Annotated[
        int | None,
        Parameter(name="--class", help="Of an outcome of several classes which, from 1."),
    ] = None,
    override: Annotated[
        str | None,
        Parameter(
            help="Why it is promoted in spite of a bound that is not met; with `--by`, and in the journal."
        ),
    ] = None,
    by: ByOption = None,
    dry_run: Annotated[bool, Parameter(negative=(), help="Only say what the gate finds.")] = False,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Take the chosen model of a run into use, when it meets the bounds of the gate.

    Parameters
    ----------
    format
        Text, or one JSON object.
    """
    from regulars.workspace.champions import promote_model

    refuse_file(run)
    home, language = find_workspace(workspace, lang)
    with open_progress(language) as progress:
        done = promote_model(
            home,
            run,
            class_number=class_number,
            override=override,
            by=by,
            is_rehearsal=dry_run,
            language=language,
            progress=progress,
        )
    if format == "json":
        print_json(_describe(done, language))
    else:
        print_lines(*_say(done, language))
    return 0


def refuse_file(run: str | None) -> None:
    """A file has no models: they are kept in the workspace of its analysis."""
    if run is None or not Path(run).is_file():
        return
    home = f"{Path(run).stem}-regulars/workspace"
    raise InvalidParameterError(
        en=f"'{run}' is a file, and this takes the name of a run whose models are kept. Those of a file that was"
        f" analyzed are in the workspace beside its results: -w {home}.",
        ru=f"«{run}» — это файл, а здесь нужно имя прогона, чьи модели сохранены. Модели проанализированного файла"
        f" лежат в рабочей папке рядом с результатами: -w {home}.",
    )


def _describe(done: Promotion, language: Language) -> dict[str, Any]:
    challenge = done.challenge
    return {
        "run": done.run,
        "class": done.class_number,
        "model": done.manifest.chosen,
        "would_pass": not done.refused,
        "promoted": done.entry is not None,
        "gate": [
            {**line.model_dump(), "sentence": line.sentence.to(language)} for line in done.gate
        ],
        "challenge": None
        if challenge is None
        else {
            "champion_run": challenge.champion_run,
            "champion_model": challenge.champion_model,
            "ground": challenge.ground,
            "n": challenge.n,
            "positives": challenge.positives,
            "champion": describe_interval(challenge.champion),
            "challenger": describe_interval(challenge.challenger),
            "difference": describe_interval(challenge.difference),
        },
        "entry": None if done.entry is None else describe_entry(done.entry),
    }


def describe_entry(entry: ChampionEntry) -> dict[str, Any]:
    """One decision as JSON has it."""
    return {
        "number": entry.number,
        "at": entry.at,
        "by": entry.by,
        "action": entry.action,
        "run": entry.run,
        "class": entry.class_number,
        "model": entry.model,
        "override": entry.override,
        "not_met": [line.name for line in entry.gate if line.state == "not_met"],
    }


def _say(done: Promotion, language: Language) -> list[str]:
    from regulars.predictions.fitting.roster import FAMILIES

    lines = [f"{_MARKS[line.state]} {line.sentence.to(language)}." for line in done.gate]
    if done.challenge is not None:
        lines.append(_say_challenge(done.challenge, language))
    elif done.champion is not None:
        lines.append(_UNREADABLE.to(language).format(run=done.champion.run))
    if done.entry is None:
        return [*lines, (_WOULD_NOT if done.refused else _WOULD).to(language)]
    said = _DONE.to(language).format(
        title=FAMILIES[done.manifest.chosen].title.to(language),
        run=done.run,
        by=done.entry.by,
        number=done.entry.number,
    )
    if done.entry.override is None:
        return [*lines, said]
    return [*lines, said, _OVERRIDDEN.to(language).format(reason=done.entry.override)]


def _say_challenge(found: Challenge, language: Language) -> str:
    figures = {
        "run": found.champion_run,
        "champion": _say_interval(found.champion, language),
        "challenger": _say_interval(found.challenger, language),
    }
    if found.difference is None or found.ground == "own":
        return _UNPAIRED.to(language).format(**figures)
    verdict = _EVEN
    if found.difference.low > 0:
        verdict = _BETTER
    elif found.difference.high < 0:
        verdict = _WORSE
    return _PAIRED.to(language).format(
        ground=_GROUNDS[found.ground].to(language).format(n=found.n, positives=found.positives),
        difference=_say_interval(found.difference, language),
        verdict=verdict.to(language),
        **figures,
    )


def _say_interval(found: Interval, language: Language) -> str:
    from regulars.quality.numbers import format_number

    mean, low, high = (
        format_number(round(value, 3) + 0.0, language, digits=3)
        for value in (found.mean, found.low, found.high)
    )
    return {"en": f"{mean} ({low} to {high})", "ru": f"{mean} (от {low} до {high})"}[language]
