"""`regulars predict models`: the models that are kept, run by run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from regulars.cli.console import print_json, print_lines
from regulars.cli.options import (
    LanguageOption,
    OutputFormat,
    WorkspaceOption,
    find_workspace,
)
from regulars.cli.predict_promote import describe_entry
from regulars.schema.wording import Wording, pluralize

if TYPE_CHECKING:
    from regulars.registry.champions import ChampionEntry
    from regulars.schema.wording import Language
    from regulars.workspace.kept_models import KeptModels

__all__ = ["models"]

_MODELS = {"en": ("model", "models"), "ru": ("модель", "модели", "моделей")}
_NONE = Wording(
    en="No models are kept yet. `regulars analyze` keeps those that it compares.",
    ru="Моделей ещё нет. Их оставляет `regulars analyze`, когда сравнивает.",
)
_IN_USE = Wording(en="  ★ in use since {at}", ru="  ★ в деле с {at}")
_ACTIONS = {
    "promote": Wording(en="promoted", ru="введена в дело модель прогона"),
    "rollback": Wording(en="rolled back to", ru="возврат к модели прогона"),
}
_IN_SPITE = Wording(en="  in spite of: {lines}", ru="  несмотря на: {lines}")
_REASON = Wording(en="  because: {reason}", ru="  причина: {reason}")


def models(
    *,
    journal: Annotated[
        bool,
        Parameter(negative=(), help="Also show every decision about which model is in use."),
    ] = False,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """List the models that are kept, run by run, oldest first.

    Parameters
    ----------
    format
        A table, or one JSON object.
    """
    from regulars.workspace.champions import list_decisions
    from regulars.workspace.kept_models import list_models

    home, language = find_workspace(workspace, lang)
    found = list_models(home)
    decisions = list_decisions(home) if journal else ()
    if format == "json":
        told = {"models": [_describe(one, language) for one in found]}
        if journal:
            told["journal"] = [describe_entry(entry) for entry in decisions]
        print_json(told)
    elif found:
        print_lines(*(line for one in found for line in _say(one, language)))
    else:
        print_lines(_NONE.to(language))
    if format == "table" and journal:
        print_lines("", *(line for entry in decisions for line in _say_entry(entry, language)))
    return 0


def _describe(one: KeptModels, language: Language) -> dict[str, Any]:
    return {
        "run": one.run,
        "class": one.class_number,
        "as_of": one.as_of,
        "outcome": one.outcome.to(language),
        "chosen": one.chosen,
        "roc_auc": one.roc_auc.model_dump(),
        "parameters": {name: dict(told) for name, told in one.parameters.items()},
        "n_models": one.n_models,
        "champion_since": one.champion_since,
    }


def _say(one: KeptModels, language: Language) -> list[str]:
    from regulars.quality.numbers import format_number
    from regulars.registry.parameters import say_parameters

    mean, low, high = (
        format_number(figure, language, digits=3)
        for figure in (one.roc_auc.mean, one.roc_auc.low, one.roc_auc.high)
    )
    others = pluralize(one.n_models, language, *_MODELS[language])
    class_number = f" #{one.class_number}" if one.class_number else ""
    settings = one.parameters.get(one.chosen)
    in_use = _IN_USE.to(language).format(at=one.champion_since) if one.champion_since else ""
    return [
        f"{one.run}{class_number}{in_use}",
        f"  {one.title.to(language)}, ROC-AUC {mean} ({low}–{high}); {others}",
        f"  {one.outcome.to(language)}.",
        *([f"  {say_parameters(settings)}"] if settings else []),
    ]


def _say_entry(entry: ChampionEntry, language: Language) -> list[str]:
    class_number = f" #{entry.class_number}" if entry.class_number else ""
    action = _ACTIONS[entry.action].to(language)
    lines = [f"{entry.number}. {entry.at}, {entry.by}: {action} {entry.run}{class_number}"]
    missed = [line.sentence.to(language) for line in entry.gate if line.state == "not_met"]
    if entry.override is not None:
        lines.append(_IN_SPITE.to(language).format(lines="; ".join(missed)))
        lines.append(_REASON.to(language).format(reason=entry.override))
    return lines
