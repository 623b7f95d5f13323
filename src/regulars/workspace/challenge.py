"""A model beside the one in use: on the same customers where there are some, side by side else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from regulars.workspace.later import PairedScores, score_later
from regulars.workspace.models import open_models
from regulars.workspace.tested import open_tested

if TYPE_CHECKING:
    import pyarrow as pa

    from regulars.evaluate import Interval
    from regulars.progress import Progress
    from regulars.registry import ModelManifest
    from regulars.registry.champions import ChampionEntry
    from regulars.schema.wording import Language
    from regulars.workspace.folder import Workspace

__all__ = ["Challenge", "challenge_champion"]

_FEWEST = 20
"""Of each outcome so many tests at least are compared."""
_Z = 1.959963984540054

Ground = Literal["later", "same", "own"]


@dataclass(frozen=True, slots=True)
class Challenge:
    """How well a model ranks beside the one in use.

    Attributes
    ----------
    champion_run, champion_model
        The model in use.
    ground
        `later`: customers whose outcome came after both were learnt; `same`: the same customers, each
        scored by models that had not seen their outcome; `own`: each on customers of its own, which is
        no comparison.
    n, positives
        Tests that both were scored on, and how many had the outcome; None for `own`.
    champion, challenger
        ROC-AUC of each.
    difference
        Of the challenger less the champion on the same customers; None for `own`.
    """

    champion_run: str
    champion_model: str
    ground: Ground
    n: int | None
    positives: int | None
    champion: Interval
    challenger: Interval
    difference: Interval | None


def challenge_champion(
    workspace: Workspace,
    run: str,
    champion: ChampionEntry,
    *,
    class_number: int | None = None,
    language: Language,
    progress: Progress,
) -> Challenge:
    """Hold the chosen model of a run beside the model in use.

    Parameters
    ----------
    workspace
        Whose models.
    run
        That of the challenger.
    champion
        The decision by which the other one is in use.
    class_number
        Of several classes which.
    language, progress
        Told of each stage.

    Raises
    ------
    NotFoundError, StorageError
        When one of them cannot be opened.
    """
    ours = open_models(workspace, run, class_number=class_number)
    theirs = open_models(workspace, champion.run, class_number=champion.class_number)
    tested = (
        open_tested(workspace, champion.run, theirs.manifest, class_number=champion.class_number),
        open_tested(workspace, run, ours.manifest, class_number=class_number),
    )
    later = score_later(
        workspace, theirs, ours, (champion.run, run), tested, language=language, progress=progress
    )
    grounds: tuple[tuple[Ground, PairedScores | None], ...] = (
        ("later", later),
        ("same", _join(*tested)),
    )
    for ground, scores in grounds:
        if scores is not None and scores.count_least() >= _FEWEST:
            return _compare(champion, ground, scores)
    own, own_theirs = _read_ranking(ours.manifest), _read_ranking(theirs.manifest)
    return Challenge(champion.run, champion.model, "own", None, None, own_theirs, own, None)


def _join(champion: pa.Table, challenger: pa.Table) -> PairedScores | None:
    """Tests of the same customers, on the same day where there is time, with the same outcome."""
    import numpy as np
    import pyarrow.compute as pc

    def name(rows: pa.Table) -> pa.Table:
        day = rows["as_of"].cast("string").fill_null("")
        key = pc.binary_join_element_wise(rows["customer_id"], day, " ")
        return rows.append_column("key", key)

    theirs, ours = name(champion), name(challenger)
    place = pc.index_in(ours["key"], value_set=theirs["key"].combine_chunks())
    known = place.is_valid()
    ours, other = ours.filter(known), theirs.take(place.drop_null())
    labels = np.asarray(ours["label"].to_numpy(), np.float64)
    is_same = labels == other["label"].to_numpy()
    if not is_same.any():
        return None
    owners = ours["customer_id"].to_numpy()[is_same]
    days = ours["as_of"].cast("string").fill_null("").to_numpy()[is_same]
    return PairedScores(
        labels=labels[is_same],
        champion=np.asarray(other["churn_probability"].to_numpy(), np.float64)[is_same],
        challenger=np.asarray(ours["churn_probability"].to_numpy(), np.float64)[is_same],
        customers=np.unique(owners, return_inverse=True)[1],
        rounds=np.unique(days, return_inverse=True)[1],
    )


def _compare(champion: ChampionEntry, ground: Ground, scores: PairedScores) -> Challenge:
    from regulars.evaluate import Interval

    theirs, ours = scores.rank()
    difference, error = ours.minus(theirs)
    return Challenge(
        champion.run,
        champion.model,
        ground,
        len(scores.labels),
        int(scores.labels.sum()),
        theirs.interval(),
        ours.interval(),
        Interval(difference, difference - _Z * error, difference + _Z * error),
    )


def _read_ranking(manifest: ModelManifest) -> Interval:
    from regulars.evaluate import Interval

    found = manifest.held_out.roc_auc if manifest.held_out else None
    told = found or manifest.figures[manifest.chosen].roc_auc
    return Interval(told.mean, told.low, told.high)
