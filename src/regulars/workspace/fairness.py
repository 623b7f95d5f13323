"""How the models of a run treat groups of customers: as kept with them, or looked at anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.errors import InvalidParameterError, NotFoundError, UnknownNameError
from regulars.lake import storage_guard
from regulars.workspace.models import open_models
from regulars.workspace.recipe import Recipe
from regulars.workspace.runs import read_record
from regulars.workspace.tested import open_tested, take_rows
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from regulars.features import FeatureTable
    from regulars.predictions.fairness.group_checks import GroupCheck
    from regulars.predictions.fairness.mitigation import Remedy
    from regulars.progress import Progress
    from regulars.registry import ModelManifest, SavedModels
    from regulars.schema.wording import Language
    from regulars.workspace.cleaning import CleanedFeatures
    from regulars.workspace.folder import Workspace

__all__ = ["FairnessReport", "check_fairness", "ensure_models", "find_run"]


@dataclass(frozen=True, slots=True)
class FairnessReport:
    """How the chosen model of a run treats groups of customers.

    Attributes
    ----------
    run
        Its name.
    manifest
        What the models are.
    checks
        One per column.
    remedies
        For each column what could be done; empty when it was not asked for.
    """

    run: str
    manifest: ModelManifest
    checks: tuple[GroupCheck, ...]
    remedies: tuple[tuple[Remedy, ...], ...] = ()


def find_run(workspace: Workspace, run: str | None, *, class_number: int | None = None) -> str:
    """The run that is meant: the named one, or the last that kept models.

    Raises
    ------
    UnknownNameError
        When no run of that name kept models.
    NotFoundError
        When none did.
    InvalidParameterError
        When it kept models of several classes and none of them was named, or one that is not there.
    """
    runs = workspace.folder / "runs"
    with storage_guard(runs):
        classes = {
            path.parent.name: len(list(path.glob("*/manifest.json")))
            for path in sorted(runs.glob("*/models"))
            if any(path.rglob("manifest.json"))
        }
    if not classes:
        raise NotFoundError(
            en=f"No run in '{workspace.folder}' kept models. Compare some: regulars analyze.",
            ru=f"Ни один прогон в «{workspace.folder}» не сохранил моделей. Сравните модели: regulars analyze.",
        )
    fitting = [name for name, count in classes.items() if _has_class(count, class_number)]
    is_last = run in (None, "latest")
    if not is_last and run not in classes:
        raise UnknownNameError("run", str(run), classes, ru="прогона")
    if fitting and (is_last or run in fitting):
        return fitting[-1] if is_last else str(run)
    name = list(classes)[-1] if is_last else str(run)
    if not classes[name]:
        raise InvalidParameterError(
            en=f"Run {name} kept models of one outcome, not of several classes. Leave --class out.",
            ru=f"Прогон {name} сохранил модели одного исхода, а не нескольких классов. Уберите --class.",
        )
    raise InvalidParameterError(
        en=f"Run {name} kept models of {classes[name]} classes. Say which: --class 1 to --class"
        f" {classes[name]}; `regulars predict models` names them.",
        ru=f"Прогон {name} сохранил модели нескольких классов, их {classes[name]}. Скажите, какого: от "
        f"--class 1 до --class {classes[name]}; их называет regulars predict models.",
    )


def _has_class(count: int, class_number: int | None) -> bool:
    return count == 0 if class_number is None else 1 <= class_number <= count


def ensure_models(
    workspace: Workspace,
    *,
    as_of: date | None = None,
    class_number: int | None = None,
    language: Language,
    progress: Progress,
) -> None:
    """Analyze what is loaded, unless the last run that kept models was of exactly that.

    Parameters
    ----------
    workspace
        Of the files.
    as_of
        First day that is not seen.
    class_number
        Of an outcome of several classes which, from 1.
    language, progress
        Told of each stage.
    """
    from regulars.workspace.analyze import AnalysisWishes, analyze_workspace

    try:
        last = find_run(workspace, None, class_number=class_number)
        record = read_record(workspace.folder / "runs", last)
    except NotFoundError:
        record = {}
    recipe = record.get("recipe", {})
    is_same_day = as_of is None or recipe.get("as_of") == as_of.isoformat()
    if recipe.get("load_id") == workspace.lake.snapshot().load_id and is_same_day and recipe:
        return
    analyze_workspace(
        workspace,
        folder=workspace.results_folder,
        analysis=AnalysisWishes(as_of=as_of),
        language=language,
        progress=progress,
    )


def check_fairness(
    workspace: Workspace,
    columns: Sequence[str] = (),
    *,
    run: str | None = None,
    class_number: int | None = None,
    weigh_remedies: bool = False,
    language: Language,
    progress: Progress,
) -> FairnessReport:
    """How the chosen model of a run treats the groups of some columns.

    Parameters
    ----------
    workspace
        Whose run.
    columns
        Names of columns, as the file has them; none stands for those that tell sex, age and region,
        which are looked at with every analysis.
    run
        Which run; the last one that kept models when None.
    class_number
        Of an outcome of several classes which, from 1.
    weigh_remedies
        Also say what could be done and what it costs: models are learnt again.
    language, progress
        Told of each stage.

    Raises
    ------
    UnknownNameError, UnknownColumnError
        When there is no such run, or no such column.
    InvalidParameterError
        When no column is named and none tells sex, age or region.
    QualityError
        When there are not two groups of a column large enough.
    StorageError
        When the models are not as they were written.
    """
    name = find_run(workspace, run, class_number=class_number)
    kept = open_models(workspace, name, class_number=class_number)
    known = {check.column: check for check in kept.manifest.groups}
    if not columns and not known:
        raise InvalidParameterError(
            en=f"No column of run {name} tells sex, age or region, of at least two groups. Name the"
            " column to look at: --by COLUMN.",
            ru=f"Ни один столбец прогона {name} не говорит о поле, возрасте или регионе хотя бы двух "
            "групп. Назовите столбец: --by СТОЛБЕЦ.",
        )
    if set(columns) <= known.keys() and not weigh_remedies:
        return FairnessReport(name, kept.manifest, tuple(known[one] for one in columns or known))
    look = _Look(workspace, name, kept, class_number, language, progress)
    wanted = [look.name_column(one) for one in columns] or list(known)
    checks = tuple(known.get(one) or look.check(one) for one in wanted)
    remedies = tuple(look.weigh(check) for check in checks) if weigh_remedies else ()
    return FairnessReport(name, kept.manifest, checks, remedies)


class _Look:
    """One run looked at again: its customers as they were, and what its models say of them."""

    def __init__(
        self,
        workspace: Workspace,
        run: str,
        kept: SavedModels,
        class_number: int | None,
        language: Language,
        progress: Progress,
    ) -> None:
        self.kept, self.language, self.progress = kept, language, progress
        self.tested = open_tested(workspace, run, kept.manifest, class_number=class_number)
        self.recipe = Recipe.model_validate(read_record(workspace.folder / "runs", run)["recipe"])
        with progress.stage(speak(language)("features")):
            self.cleaned, self.seen, self.sources = _recall_features(
                workspace, self.recipe, kept.manifest
            )

    @property
    def features(self) -> FeatureTable:
        return self.cleaned.to_learn

    def name_column(self, asked: str) -> str:
        """What the lake calls a column of the file."""
        return self.sources.get(asked, asked)

    def check(self, column: str) -> GroupCheck:
        from regulars.predictions.fairness.group_checks import check_group
        from regulars.predictions.fairness.groups import read_groups

        groups = read_groups(self.features, column)
        return check_group(
            groups,
            take_rows(self.tested, groups),
            threshold=self.kept.manifest.threshold,
            scorer=self.kept.get(),
            matrix=self.kept.encode(self.seen),
            codes=groups.locate(self.seen.customer_ids),
            random_state=self.recipe.seed,
        )

    def weigh(self, check: GroupCheck) -> tuple[Remedy, ...]:
        import numpy as np
        import pyarrow.compute as pc

        from regulars.evaluate import ContactCosts, group_identical_rows
        from regulars.predictions import ColumnOutcome
        from regulars.predictions.fairness.groups import read_groups
        from regulars.predictions.fairness.mitigation import equalize_recall, refit_remedies
        from regulars.predictions.fitting.cleaned import spread_plan
        from regulars.predictions.fitting.training import TrainingRows

        groups = read_groups(self.features, check.column)
        rows, manifest = take_rows(self.tested, groups), self.kept.manifest
        costs = ContactCosts(missed=1 / manifest.threshold, contact=1.0)
        found = [equalize_recall(rows, groups.names, costs=costs)]
        if isinstance(manifest.outcome, ColumnOutcome):
            matrix = self.kept.encode(self.seen)
            place = pc.index_in(
                self.seen.customer_ids, value_set=self.tested["customer_id"].combine_chunks()
            )
            known = np.flatnonzero(place.is_valid().to_numpy(zero_copy_only=False))
            labels = rows.labels[place.drop_null().to_numpy(zero_copy_only=False)]
            X = matrix.values[known]
            names = [feature.name for feature in matrix.features]
            found += refit_remedies(
                TrainingRows(
                    X,
                    labels,
                    group_identical_rows(X),
                    matrix.is_category,
                    spread_plan(self.cleaned.plan, names) if self.cleaned.plan else None,
                ),
                groups.locate(self.seen.customer_ids)[known],
                groups.names,
                model=manifest.chosen,
                columns=names,
                column=groups.feature,
                proxies=check.guess.features if check.guess else (),
                costs=costs,
                random_state=self.recipe.seed,
                stage=speak(self.language)("remedies", column=check.meaning.to(self.language)),
                progress=self.progress,
            )
        return tuple(one for one in found if one is not None)


def _recall_features(
    workspace: Workspace, recipe: Recipe, manifest: ModelManifest
) -> tuple[CleanedFeatures, FeatureTable, dict[str, str]]:
    """What was known of the customers of a run, what its models see of whom, and the lake's columns."""
    from regulars.features import AsOf, load_features
    from regulars.predictions import ColumnOutcome
    from regulars.schema.mapping import Mapping
    from regulars.workspace.cleaning import clean_features
    from regulars.workspace.customer_features import build_features_again
    from regulars.workspace.leaving import build_leaving_features
    from regulars.workspace.tables import open_history, see_tables

    as_of = AsOf(recipe.as_of, recipe.time_zone)
    mappings = [Mapping.from_toml(text, where="the run's mapping") for text in recipe.mappings]
    snapshot = workspace.lake.snapshot(load_id=recipe.load_id)
    with workspace.open_scratch() as scratch, workspace.open_engine(scratch) as backend:
        tables = see_tables(
            snapshot,
            backend,
            tables=recipe.tables,
            as_of=as_of,
            told_until=AsOf(recipe.told_until or recipe.as_of, recipe.time_zone),
        )
        definitions = load_features(recipe.features)
        built = build_features_again(tables, mappings, as_of=as_of, definitions=definitions)
        if built is None:
            raise NotFoundError(
                en="Nothing is known of the customers of this run any more. Load them again and analyze.",
                ru="О клиентах этого прогона больше ничего не известно. Загрузите их снова и "
                "проанализируйте.",
            )
        cleaned = clean_features(
            built, plan=recipe.plan, outliers=recipe.outliers, mappings=mappings
        )
        seen = cleaned.to_learn
        if not isinstance(manifest.outcome, ColumnOutcome):
            history = open_history(snapshot, backend, tables=recipe.tables)
            names = [feature.name for feature in manifest.features]
            (seen,) = build_leaving_features(history, [as_of], definitions, names=names)
    sources = {column.source: column.target for one in mappings for column in one.columns}
    return cleaned, seen, sources
