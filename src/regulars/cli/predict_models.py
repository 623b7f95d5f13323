"""`regulars predict models`: the models that are kept, run by run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regulars.cli.console import print_json, print_lines
from regulars.cli.options import (
    LanguageOption,
    OutputFormat,
    WorkspaceOption,
    find_workspace,
)
from regulars.schema.wording import Wording, pluralize

if TYPE_CHECKING:
    from regulars.schema.wording import Language
    from regulars.workspace.kept_models import KeptModels

__all__ = ["models"]

_MODELS = {"en": ("model", "models"), "ru": ("модель", "модели", "моделей")}
_NONE = Wording(
    en="No models are kept yet. `regulars analyze` keeps those that it compares.",
    ru="Моделей ещё нет. Их оставляет `regulars analyze`, когда сравнивает.",
)


def models(
    *,
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
    from regulars.workspace.kept_models import list_models

    home, language = find_workspace(workspace, lang)
    found = list_models(home)
    if format == "json":
        print_json({"models": [_describe(one, language) for one in found]})
    elif found:
        print_lines(*(line for one in found for line in _say(one, language)))
    else:
        print_lines(_NONE.to(language))
    return 0


def _describe(one: KeptModels, language: Language) -> dict[str, Any]:
    return {
        "run": one.run,
        "class": one.class_number,
        "as_of": one.as_of,
        "outcome": one.outcome.to(language),
        "chosen": one.chosen,
        "roc_auc": one.roc_auc.model_dump(),
        "n_models": one.n_models,
    }


def _say(one: KeptModels, language: Language) -> list[str]:
    from regulars.quality.numbers import format_number

    mean, low, high = (
        format_number(figure, language, digits=3)
        for figure in (one.roc_auc.mean, one.roc_auc.low, one.roc_auc.high)
    )
    others = pluralize(one.n_models, language, *_MODELS[language])
    class_number = f" #{one.class_number}" if one.class_number else ""
    return [
        f"{one.run}{class_number}",
        f"  {one.title.to(language)}, ROC-AUC {mean} ({low}–{high}); {others}",
        f"  {one.outcome.to(language)}.",
    ]
