"""The verb `predict score`: kept models applied to everybody, a part of the customers at a time."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regulars.errors import NotFoundError
from regulars.lake.parquet import BUCKETS
from regulars.schema.wording import Wording
from regulars.workspace.chosen_models import choose_models
from regulars.workspace.score_parts import ScoreParts, score_part
from regulars.workspace.score_source import ScoreSource
from regulars.workspace.tables import list_canonical

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from regulars.lake import Snapshot
    from regulars.progress import Progress
    from regulars.schema.wording import Language
    from regulars.workspace.folder import Workspace

__all__ = ["ScoredCustomers", "score_customers"]

SCORES_FILE = "scores.parquet"
_ROWS_AT_ONCE = 2_000_000
_SCORING = Wording(en="Scoring customers", ru="Оценка клиентов")


@dataclass(frozen=True, slots=True)
class ScoredCustomers:
    """What became of a scoring.

    Attributes
    ----------
    run, model
        Which model scored.
    title
        What people call it.
    outcome
        What it predicts, in words.
    as_of
        First day that was not seen, ISO 8601.
    learnt_as_of
        The same of the day when the model was learnt.
    customers
        Who was scored.
    above
        How many of them are at or above the threshold.
    threshold
        From which probability on to contact.
    mean_probability
        Of those who were scored; None when nobody was.
    parts, continued
        In how many parts the customers were scored, and how many of them an interrupted run had left.
    seconds
        How long it took.
    file
        Where the scores are: one row per customer.
    """

    run: str
    model: str
    title: Wording
    outcome: Wording
    as_of: str
    learnt_as_of: str
    customers: int
    above: int
    threshold: float
    mean_probability: float | None
    parts: int
    continued: int
    seconds: float
    file: Path

    @property
    def rows_per_second(self) -> float:
        """Customers scored in a second."""
        return self.customers / self.seconds if self.seconds else 0.0


def score_customers(
    workspace: Workspace,
    *,
    keeper: Workspace | None = None,
    run: str | None = None,
    model: str | None = None,
    as_of: date | None = None,
    reasons: int = 0,
    file: Path | None = None,
    language: Language = "en",
    progress: Progress,
) -> ScoredCustomers:
    """Score the customers of a workspace by models that were kept.

    The customers are dealt into parts by the buckets in which the lake keeps them; memory holds one
    part. Each part is written when it is done, and an interrupted scoring goes on where it stopped.

    Parameters
    ----------
    workspace
        Whose customers.
    keeper
        The workspace that keeps the models; the same by default.
    run
        Whose models; those in use by default, or of the last run that kept some.
    model
        Which of them; the chosen one by default.
    as_of
        First day that is not seen; as `analyze` takes it by default.
    reasons
        So many reasons for each customer; they take longer than the scores.
    file
        Where to write; `scores.parquet` beside the results of analyses by default.
    language
        Of stages and reasons.
    progress
        Told of each part; asked whether to stop.

    Raises
    ------
    NotFoundError
        When no models are kept, or nothing is loaded.
    UnknownNameError
        When there is no such run, or no such model in it.
    InvalidParameterError
        When the customers do not have the features that the models learnt from.
    """
    started = time.monotonic()
    chosen = choose_models(keeper or workspace, run, model)
    models = chosen.models
    target = file or workspace.results_folder / SCORES_FILE
    snapshot = workspace.lake.snapshot()
    tables = list_canonical(snapshot)
    if not tables:
        raise NotFoundError(
            en=f"Workspace '{workspace.folder}' holds no data yet. Load some: regulars load FILE.",
            ru=f"В рабочей папке «{workspace.folder}» ещё нет данных. Загрузите их: regulars load "
            "ФАЙЛ.",
        )
    with workspace.open_scratch() as scratch, workspace.open_engine(scratch) as backend:
        source = ScoreSource(workspace, snapshot, backend, models, chosen.recipe, as_of)
        asked = {
            "run": chosen.run,
            "model": chosen.name,
            "load": snapshot.load_id,
            "as_of": source.day.day.isoformat(),
            "reasons": reasons,
            "language": language if reasons else None,
        }
        buckets = _deal_buckets(snapshot, tables, is_whole=source.is_whole)
        parts = ScoreParts(target, _fingerprint(asked), len(buckets))
        with progress.stage(_SCORING.to(language), total=len(buckets)) as stage:
            for number, own in enumerate(buckets):
                if not parts.has(number):
                    features = source.build(own)
                    scored = score_part(
                        models, features, model=chosen.name, reasons=reasons, language=language
                    )
                    parts.write(number, scored)
                stage.advance()
                progress.check()
        totals = parts.join(threshold=models.manifest.threshold)
    return ScoredCustomers(
        run=chosen.run,
        model=chosen.name,
        title=chosen.title,
        outcome=models.manifest.outcome.sentence,
        as_of=source.day.day.isoformat(),
        learnt_as_of=models.manifest.as_of,
        customers=totals.customers,
        above=totals.above,
        threshold=models.manifest.threshold,
        mean_probability=totals.mean_probability,
        parts=len(buckets),
        continued=parts.continued,
        seconds=time.monotonic() - started,
        file=target,
    )


def _deal_buckets(
    snapshot: Snapshot, tables: Sequence[str], *, is_whole: bool
) -> list[range | None]:
    """The 64 buckets in so many parts that one fits into memory; one part of all when few."""
    rows = max(snapshot.row_count(name) for name in tables)
    n_parts = min(BUCKETS, -(-rows // _ROWS_AT_ONCE))
    if is_whole or n_parts <= 1:
        return [None]
    bounds = [BUCKETS * number // n_parts for number in range(n_parts + 1)]
    return [range(low, high) for low, high in pairwise(bounds)]


def _fingerprint(asked: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
