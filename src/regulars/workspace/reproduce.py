"""The verb `reproduce`: make a recorded study again and compare its figures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from regulars.errors import NotFoundError, StorageError, UnknownNameError
from regulars.schema.wording import pluralize
from regulars.workspace.erase import finish_erasure
from regulars.workspace.recipe import Recipe, follow_recipe, measure_study
from regulars.workspace.runs import code_version, read_record

if TYPE_CHECKING:
    from pathlib import Path

    from regulars.progress import Progress
    from regulars.workspace.folder import Workspace

__all__ = ["Comparison", "Reproduction", "reproduce_run"]

_CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure as it was and as it came out again.

    Attributes
    ----------
    name
        Of the figure.
    before, again
        Its values.
    is_same
        Equal; of a float to a relative 1e-9.
    """

    name: str
    before: Any
    again: Any
    is_same: bool


@dataclass(frozen=True, slots=True)
class Reproduction:
    """A run made again.

    Attributes
    ----------
    run_id
        Which run.
    code_before, code_again
        Versions of the code then and now.
    erased
        How many customers were erased since: what stood on them cannot come out as before.
    figures
        Compared one by one.
    """

    run_id: str
    code_before: str
    code_again: str
    erased: int
    figures: tuple[Comparison, ...]

    @property
    def is_same(self) -> bool:
        """Whether every figure came out as before."""
        return all(figure.is_same for figure in self.figures)


def reproduce_run(workspace: Workspace, run_id: str, *, progress: Progress) -> Reproduction:
    """Make the study of a run again from the lake as it was then, and compare its figures.

    Nothing is written. Counts, memberships and lists must be identical, floats equal to a relative
    1e-9.

    Parameters
    ----------
    workspace
        That made the run.
    run_id
        Its name, as the report has it under *How it was made*; `latest` for the last one.
    progress
        Told of each stage.

    Raises
    ------
    UnknownNameError
        When there is no such run.
    NotFoundError
        When a vacuum has removed what it was made of.
    StorageError
        When the run's record is damaged, or older than recipes are.
    """
    record, name = _read_run(workspace.folder / "runs", run_id)
    try:
        recipe = Recipe.model_validate(record.get("recipe"))
        before = dict(record["figures"])
    except (ValidationError, KeyError) as error:
        raise StorageError(
            en=f"The record of run {name} does not say how it was made. Analyze the file again.",
            ru=f"Запись о прогоне {name} не говорит, как он сделан. Проанализируйте файл заново.",
        ) from error
    _check_kept(workspace, recipe, name, n_figures=len(before))
    # Whoever is half erased must not take part again.
    finish_erasure(workspace, language=recipe.language, progress=progress)
    again = measure_study(follow_recipe(workspace, recipe, progress=progress))
    return Reproduction(
        run_id=name,
        code_before=str(record.get("lineage", {}).get("code", "")),
        code_again=code_version(),
        erased=max(len(workspace.lake.read_tombstones()) - int(record.get("erased", 0)), 0),
        figures=tuple(_compare(figure, before.get(figure), again.get(figure)) for figure in before),
    )


def _check_kept(workspace: Workspace, recipe: Recipe, name: str, *, n_figures: int) -> None:
    """Raise `NotFoundError` when what the run was made of is no longer on the disk."""
    snapshot = workspace.lake.snapshot(load_id=recipe.load_id)
    gone = [table for table in snapshot.list_vacuumed() if table in recipe.tables]
    if not gone:
        return
    tables = pluralize(len(recipe.tables), "en", "table", "tables")
    tables_ru = pluralize(len(recipe.tables), "ru", "таблицы", "таблиц", "таблиц")
    figures = pluralize(n_figures, "en", "figure", "figures")
    figures_ru = pluralize(n_figures, "ru", "показатель", "показателя", "показателей")
    raise NotFoundError(
        en=f"Run {name} cannot be made again: of {tables} that it was made of, vacuum has removed the"
        f" versions of {len(gone)}: {', '.join(gone)}. None of its {figures} can be compared; they"
        " stay in its run.json. To make runs again for longer, raise retention_days; to have the"
        " figures anew, analyze the file again.",
        ru=f"Прогон {name} не повторить: из {tables_ru}, по которым он сделан, при очистке удалены "
        f"версии у {len(gone)}: {', '.join(gone)}. Сравнить нечего; {figures_ru} прогона "
        "остаются в его run.json. Чтобы прогоны можно было повторять дольше, увеличьте "
        "retention_days; чтобы получить цифры заново, проанализируйте файл ещё раз.",
    )


def _read_run(folder: Path, run_id: str) -> tuple[dict[str, Any], str]:
    known = sorted(path.parent.name for path in folder.glob("*/run.json"))
    if not known:
        raise NotFoundError(
            en=f"There is no run in {folder}. Analyze a file first, or name another workspace.",
            ru=f"В {folder} нет ни одного прогона. Сначала проанализируйте файл или назовите"
            " другую рабочую папку.",
        )
    name = known[-1] if run_id == "latest" else run_id
    if name not in known:
        raise UnknownNameError("run", name, known, ru="прогона")
    return read_record(folder, name), name


def _compare(name: str, before: object, again: object) -> Comparison:
    is_same = before == again
    if isinstance(before, float) and isinstance(again, float):
        is_same = math.isclose(before, again, rel_tol=_CLOSE)
    return Comparison(name, before, again, is_same)
