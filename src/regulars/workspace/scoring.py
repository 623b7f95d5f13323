"""The verb `predict score`: kept models applied to everybody, a part of the customers at a time."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regulars.errors import NotFoundError
from regulars.lake.parquet import BUCKETS
from regulars.schema.contract import get_contract
from regulars.schema.wording import Wording
from regulars.workspace.chosen_models import choose_models
from regulars.workspace.score_parts import ScoreParts, hold_scores, score_part, shape_scores
from regulars.workspace.score_source import ScoreSource
from regulars.workspace.tables import list_canonical

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence
    from datetime import date

    from regulars.features import FeatureTable
    from regulars.progress import Progress
    from regulars.registry import SavedModels
    from regulars.schema.wording import Language
    from regulars.workspace.folder import Workspace

__all__ = ["ScoredCustomers", "score_customers"]

SCORES_FILE = "scores.parquet"
_ROWS_AT_ONCE = 2_000_000
"""Of what happened, for one part."""

_CUSTOMERS_AT_ONCE = 100_000
_BUCKETED_AT_ONCE = 250_000
"""Each part of buckets looks at all ids anew."""

_EXPLAINED_AT_ONCE = 20_000
"""Reasons take their time: an interrupted scoring begins at the last part that was done."""

_SAMPLED = 20_000
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
    scored_now
        Customers of the other parts.
    is_whole
        Whether they had to be looked at together, so that memory held all of them.
    seconds
        How long it took.
    file
        Where the scores are: one row per customer.
    new_levels
        By feature, how many of the customers who were scored now have a level that nobody had when the
        model learnt: to it they are customers of whom that is not known.
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
    scored_now: int
    is_whole: bool
    seconds: float
    file: Path
    new_levels: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows_per_second(self) -> float:
        """Customers scored in a second; those that an interrupted run had left are not counted."""
        return self.scored_now / self.seconds if self.seconds else 0.0


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

    The rows of a file of customers are read one part after another; where features come from what
    happened, customers are dealt into parts by the buckets in which the lake keeps them. Memory holds
    one part. Each is written when it is done, and an interrupted scoring goes on where it stopped.

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
    ConflictError
        When another process is writing the same scores.
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
    with (
        hold_scores(target),
        workspace.open_scratch() as scratch,
        workspace.open_engine(scratch) as backend,
    ):
        source = ScoreSource(workspace, snapshot, backend, models, chosen.recipe, as_of)
        dealt = _deal(source, tables, reasons=reasons)
        asked = {
            "run": chosen.run,
            "model": chosen.name,
            "load": snapshot.load_id,
            # An erasure writes files anew: parts from before it name who is erased.
            "files": [file for name in tables for file in snapshot.files(name)],
            "as_of": source.day.day.isoformat(),
            "reasons": reasons,
            "language": language if reasons else None,
            "parts": [dealt.count, dealt.rows],
        }
        schema = shape_scores(has_reasons=reasons > 0)
        new_levels: Counter[str] = Counter()
        parts = ScoreParts(target, _fingerprint(asked), dealt.count, schema)
        with (
            progress.stage(_SCORING.to(language), total=dealt.count) as stage,
            # Closed before the engine is, whatever happens: a part may still be on its way.
            closing(_read(source, dealt, parts, models)) as read,
        ):
            for number, features in read:
                if not parts.has(number):
                    scored = score_part(
                        models,
                        features,
                        model=chosen.name,
                        reasons=reasons,
                        language=language,
                        is_checked=dealt.is_stream,
                        new_levels=new_levels,
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
        parts=dealt.count,
        continued=parts.continued,
        scored_now=parts.written_rows,
        is_whole=source.is_whole,
        seconds=time.monotonic() - started,
        file=target,
        new_levels=dict(new_levels),
    )


@dataclass(frozen=True, slots=True)
class _Dealt:
    """How the customers are dealt into parts: so many rows each of a stream, or buckets."""

    count: int
    rows: int
    is_stream: bool = False

    def list_buckets(self) -> list[range | None]:
        """The buckets of each part; None for all."""
        bounds = [BUCKETS * number // self.count for number in range(self.count + 1)]
        own = [range(low, high) for low, high in pairwise(bounds)]
        return [None] if self.count == 1 else [*own]


def _deal(source: ScoreSource, tables: Sequence[str], *, reasons: int) -> _Dealt:
    """The customers in so many parts that one fits into memory, and is done within minutes."""
    snapshot = source.snapshot
    usual = _CUSTOMERS_AT_ONCE if source.is_stream else _BUCKETED_AT_ONCE
    most = min(_EXPLAINED_AT_ONCE, usual) if reasons else usual
    described = [name for name in tables if not get_contract(name).is_bucketed]
    customers = max((snapshot.row_count(name) for name in described), default=0)
    if source.is_stream:
        return _Dealt(max(1, -(-customers // most)), most, is_stream=True)
    rows = max(snapshot.row_count(name) for name in tables)
    count = 1 if source.is_whole else max(-(-rows // _ROWS_AT_ONCE), -(-customers // most))
    return _Dealt(min(BUCKETS, count), 0)


def _read(
    source: ScoreSource, dealt: _Dealt, parts: ScoreParts, models: SavedModels
) -> Generator[tuple[int, FeatureTable | None]]:
    """Each part that has to be scored, and its number; of others the number alone."""
    if not dealt.is_stream:
        for number, own in enumerate(dealt.list_buckets()):
            yield number, None if parts.has(number) else source.build(own)
        return
    # Neighbors in a file are alike: whether it is another unit is asked of customers from everywhere.
    sample = source.sample(_SAMPLED)
    if sample is not None:
        models.encode(sample)
    number = -1
    with closing(_read_ahead(source.stream(dealt.rows))) as stream:
        for number, features in enumerate(stream):
            yield number, features
    for rest in range(number + 1, dealt.count):
        yield rest, None


def _read_ahead(stream: Iterator[FeatureTable]) -> Generator[FeatureTable]:
    """The tables; the next one is read in a thread of its own while one is scored."""
    with ThreadPoolExecutor(max_workers=1) as reader:
        coming = reader.submit(next, stream, None)
        while (features := coming.result()) is not None:
            coming = reader.submit(next, stream, None)
            yield features


def _fingerprint(asked: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
