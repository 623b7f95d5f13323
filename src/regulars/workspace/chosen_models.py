"""Which of the kept models a verb takes, ready to score, with the recipe of the analysis that made them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.errors import InvalidParameterError, NotFoundError, UnknownNameError
from regulars.workspace.champions import list_champions
from regulars.workspace.kept_models import list_models
from regulars.workspace.models import open_models
from regulars.workspace.recipe import Recipe

if TYPE_CHECKING:
    from regulars.predictions.families.names import ModelName
    from regulars.registry import SavedModels
    from regulars.schema.wording import Wording
    from regulars.workspace.folder import Workspace

__all__ = ["ChosenModels", "choose_models"]


@dataclass(frozen=True, slots=True)
class ChosenModels:
    """The models of one run, and which of them is wanted.

    Attributes
    ----------
    run
        Whose models.
    name, title
        Which of them, and what people call it.
    models
        All of them.
    recipe
        How the analysis was made that learnt them.
    """

    run: str
    name: ModelName
    title: Wording
    models: SavedModels
    recipe: Recipe


def choose_models(keeper: Workspace, run: str | None, model: str | None) -> ChosenModels:
    """The models of a run; one of them, the chosen one when None.

    Without a run those in use are taken, as `regulars predict promote` decided; where nothing was ever
    decided those of the last run.

    Raises
    ------
    NotFoundError
        When no models are kept.
    UnknownNameError
        When there is no such run, or no such model in it.
    InvalidParameterError
        When the run tells several classes apart, or models of several outcomes are in use.
    """
    from regulars.predictions.fitting.roster import FAMILIES

    name = _choose_run(keeper, run)
    models = open_models(keeper, name)
    record = json.loads((keeper.folder / "runs" / name / "run.json").read_text(encoding="utf-8"))
    wanted = models.check_name(model)
    recipe = Recipe.model_validate(record["recipe"])
    return ChosenModels(name, wanted, FAMILIES[wanted].title, models, recipe)


def _choose_run(keeper: Workspace, run: str | None) -> str:
    kept = list_models(keeper)
    if not kept:
        raise NotFoundError(
            en=f"Workspace '{keeper.folder}' keeps no models yet. `regulars analyze` keeps those that it "
            "compares.",
            ru=f"В рабочей папке «{keeper.folder}» ещё нет моделей. Их оставляет `regulars analyze`, "
            "когда сравнивает.",
        )
    names = list(dict.fromkeys(one.run for one in kept))
    wanted = run or _find_champion(keeper)
    if wanted is not None and wanted not in names:
        raise UnknownNameError("run with models", wanted, names, ru="прогона с моделями")
    chosen = next(one for one in reversed(kept) if wanted is None or one.run == wanted)
    if chosen.class_number is not None:
        raise InvalidParameterError(
            en=f"Run {chosen.run} tells several classes apart. Scoring takes a run of two outcomes: "
            "analyze with --outcome COLUMN=VALUE.",
            ru=f"Прогон {chosen.run} различает несколько классов. Для оценки нужен прогон с двумя "
            "исходами: проанализируйте с --outcome СТОЛБЕЦ=ЗНАЧЕНИЕ.",
        )
    return chosen.run


def _find_champion(keeper: Workspace) -> str | None:
    """The run whose models are in use; None where none was ever promoted."""
    champions = [one for one in list_champions(keeper) if one.class_number is None]
    if len(champions) > 1:
        said = "; ".join(f"{one.run} ({one.outcome.sentence.en})" for one in champions)
        said_ru = "; ".join(f"{one.run} ({one.outcome.sentence.ru})" for one in champions)
        raise InvalidParameterError(
            en=f"Models of {len(champions)} outcomes are in use: {said}. Say which: --run RUN.",
            ru=f"В деле модели нескольких исходов ({len(champions)}): {said_ru}. Скажите, какая: --run "
            "ПРОГОН.",
        )
    return champions[0].run if champions else None
