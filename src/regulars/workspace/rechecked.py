"""The verb `predict recheck`: what kept models said of their own day, beside what has come since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.errors import InvalidParameterError, NotFoundError, QualityError
from regulars.evaluate import Interval
from regulars.features import AsOf, read_profile_column
from regulars.predictions import observe_outcome
from regulars.predictions.comparing.recheck import Recheck, recheck_scores
from regulars.predictions.outcomes.definitions import ColumnOutcome
from regulars.predictions.outcomes.outcome import label_values
from regulars.workspace.as_of import choose_as_of
from regulars.workspace.chosen_models import choose_models
from regulars.workspace.rule_sources import find_end, read_mappings
from regulars.workspace.score_parts import score_part
from regulars.workspace.score_source import ScoreSource
from regulars.workspace.tables import open_history, see_tables

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingABC
    from collections.abc import Sequence
    from datetime import date

    import ibis
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from regulars.predictions.outcomes.definitions import OutcomeDefinition
    from regulars.registry import ModelManifest
    from regulars.schema.mapping import Mapping
    from regulars.schema.wording import Wording
    from regulars.workspace.chosen_models import ChosenModels
    from regulars.workspace.folder import Workspace

__all__ = ["RecheckedRun", "align_labels", "recheck_run"]


@dataclass(frozen=True, slots=True)
class RecheckedRun:
    """An earlier run's scores beside what came after it.

    Attributes
    ----------
    run, model, title
        Whose scores; None where they are kept in a file.
    outcome
        What was predicted, in words.
    as_of
        First day that the scores had not seen, ISO 8601; None where it is not known.
    until
        First day that is not looked at now, ISO 8601.
    found
        The figures.
    """

    run: str | None
    model: str | None
    title: Wording | None
    outcome: Wording
    as_of: str | None
    until: str
    found: Recheck


def recheck_run(
    workspace: Workspace,
    *,
    keeper: Workspace | None = None,
    run: str | None = None,
    as_of: date | None = None,
    seed: int = 0,
) -> RecheckedRun:
    """Score the customers as they were known on the day of a run, and look what became of them.

    Whoever had the outcome by then already is left out. Features are made of what was known on that
    day, so the scores are those that were given then.

    Parameters
    ----------
    workspace
        What has become of the customers.
    keeper
        Which keeps the models, and what was known of the customers on the day of the run; the same
        workspace when None.
    run
        Which run; the last one that kept models when None.
    as_of
        First day that is not looked at now; all that is loaded is looked at when None.
    seed
        Of the bootstrap.

    Raises
    ------
    NotFoundError, UnknownNameError
        When no models are kept, or not of such a run.
    InvalidParameterError
        When the day to look until is not after that of the run.
    QualityError
        When too little has come since.
    """
    kept = keeper or workspace
    chosen = choose_models(kept, run, None)
    manifest = chosen.models.manifest
    mappings = read_mappings(workspace)
    with workspace.open_scratch() as scratch, workspace.open_engine(scratch) as backend:
        snapshot = workspace.lake.snapshot()
        latest = choose_as_of(workspace, as_of)
        until = latest if as_of else find_end(open_history(snapshot, backend), latest, mappings)
        day = AsOf(chosen.recipe.as_of, chosen.recipe.time_zone)
        if until.day <= day.day and not isinstance(manifest.outcome, ColumnOutcome):
            raise InvalidParameterError(
                en=f"Run {chosen.run} saw everything before {day.day}, and nothing later is looked at: until"
                f" {until.day}. Load what came since.",
                ru=f"Прогон {chosen.run} видел всё до {day.day:%d.%m.%Y}, а позже ничего нет: до "
                f"{until.day:%d.%m.%Y}. Загрузите то, что произошло с тех пор.",
            )
        now = see_tables(snapshot, backend, as_of=until, told_until=latest)
        scores, had_it = _score_again(kept, chosen, read_mappings(kept))
        owners = scores["customer_id"].combine_chunks()
        labels = _look_up(manifest.outcome, owners, now, mappings, day, until)
        labels[had_it] = float("nan")
    promised = _read_promise(manifest)
    found = recheck_scores(
        scores["churn_probability"].to_numpy(), labels, promised=promised, random_state=seed
    )
    return RecheckedRun(
        run=chosen.run,
        model=chosen.name,
        title=chosen.title,
        outcome=manifest.outcome.sentence,
        as_of=day.day.isoformat(),
        until=until.day.isoformat(),
        found=found,
    )


def _read_promise(manifest: ModelManifest) -> Interval:
    """ROC-AUC on customers that the chosen model had not seen."""
    figures = manifest.held_out or manifest.figures[manifest.chosen]
    told = figures.roc_auc
    return Interval(told.mean, told.low, told.high)


def _score_again(
    workspace: Workspace, chosen: ChosenModels, mappings: Sequence[Mapping]
) -> tuple[pa.Table, NDArray[np.bool_]]:
    """The scores as they were given, by the lake as it was then, and who had the outcome already."""
    import numpy as np

    recipe, models = chosen.recipe, chosen.models
    snapshot = workspace.lake.snapshot(load_id=recipe.load_id)
    if snapshot.list_vacuumed():
        snapshot = workspace.lake.snapshot()
    with workspace.open_scratch() as scratch, workspace.open_engine(scratch) as backend:
        source = ScoreSource(
            workspace,
            snapshot,
            backend,
            models,
            recipe,
            recipe.as_of,
            told_until=recipe.told_until,
        )
        features = source.build(None)
        if features is None:
            raise QualityError(
                en=f"Nobody could be scored as of {recipe.as_of}: the rows of that day are gone.",
                ru=f"На {recipe.as_of:%d.%m.%Y} оценивать некого: строк того дня больше нет.",
            )
        scores = score_part(models, features, model=chosen.name)
        definition = models.manifest.outcome
        if not isinstance(definition, ColumnOutcome):
            return scores, np.zeros(scores.num_rows, dtype=bool)
        then = see_tables(snapshot, backend, as_of=source.day, told_until=source.latest)
        owners = scores["customer_id"].combine_chunks()
        before = align_labels(owners, *_read_column(definition, then, mappings, source.day))
        return scores, before == 1


def _look_up(
    definition: OutcomeDefinition,
    owners: pa.Array,
    now: MappingABC[str, ibis.Table],
    mappings: Sequence[Mapping],
    day: AsOf,
    until: AsOf,
) -> NDArray[np.float64]:
    """What became of each customer after `day`; NaN where it is not known."""
    if isinstance(definition, ColumnOutcome):
        return align_labels(owners, *_read_column(definition, now, mappings, until))
    (seen,) = observe_outcome(definition, now, as_of=[day], until=until)
    return align_labels(owners, seen.customer_ids, seen.labels)


def _read_column(
    definition: ColumnOutcome,
    tables: MappingABC[str, ibis.Table],
    mappings: Sequence[Mapping],
    day: AsOf,
) -> tuple[pa.Array, NDArray[np.float64]]:
    """Who has the outcome by a column, of all whom it is told of."""
    import pyarrow as pa

    told = [one for one in mappings if one.table == "profiles" and one.outcome]
    if not told or "profiles" not in tables:
        raise NotFoundError(
            en=f"No file that is loaded tells '{definition.column}' of the customers any more. Load one that "
            "does.",
            ru=f"Ни один загруженный файл больше не говорит о клиентах «{definition.column}». Загрузите "
            "такой.",
        )
    profiles = tables["profiles"]
    column = told[-1].get_source(definition.column).target
    ids = read_profile_column(profiles, "customer_id", as_of=day).cast(pa.string())
    values = read_profile_column(profiles, column, as_of=day)
    return ids.combine_chunks(), label_values(values, definition)


def align_labels(
    owners: pa.Array, customer_ids: pa.Array, labels: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The labels in the order of `owners`, NaN for who has none."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    places = pc.index_in(owners.cast(pa.string()), value_set=customer_ids.cast(pa.string()))
    found = pa.array(labels).take(places).to_numpy(zero_copy_only=False)
    # A copy: what Arrow gives may not be written to.
    return np.array(found, dtype=np.float64)
