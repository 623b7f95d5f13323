"""How long the customers of a workspace stay: by a column of a file, or by their subscriptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regulars.errors import InvalidParameterError, NotFoundError, QualityError
from regulars.features import Feature, FeatureTable
from regulars.predictions import ContractEnd, Outcome, read_outcome
from regulars.predictions.outcomes.spells import find_spells
from regulars.predictions.survival import Durations, compare_survival, read_durations
from regulars.schema.wording import Wording
from regulars.workspace.leaks import search_leaks
from regulars.workspace.rule_sources import open_seen_sources, read_mappings
from regulars.workspace.told_columns import DroppedColumn, as_stored, open_told_columns
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import ibis
    import pyarrow as pa

    from regulars.features import AsOf
    from regulars.predictions.outcomes.spells import Spells
    from regulars.predictions.survival import DurationUnit, SurvivalComparison
    from regulars.progress import Progress
    from regulars.schema.wording import Language
    from regulars.workspace.folder import Workspace

__all__ = ["SurvivalStudy", "study_survival"]

_SUBSCRIPTIONS = "subscriptions"
_PAUSE_DAYS = 30
_FEWEST_ENDS = 20
_MOST_LEVELS = 200
_KNOWN_AT_START: dict[str, Wording] = {
    "tariff_id": Wording(en="tariff", ru="тариф"),
    "fee_amount": Wording(en="fee", ru="абонентская плата"),
    "billing_period": Wording(en="billing period", ru="период оплаты"),
}
"""What a subscription tells from its first day on; its status and end it tells later."""
_SPELLS = Wording(
    en=f"A customer's subscriptions with pauses of up to {_PAUSE_DAYS} days between them count as one time;"
    " who came back later counts again.",
    ru=f"Подписки клиента с перерывами до {_PAUSE_DAYS} дней считаются одним сроком; вернувшийся позже"
    " считается заново.",
)


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalStudy:
    """How long customers stay.

    Attributes
    ----------
    comparison
        The models, the curve of all, and how much longer each customer is likely to stay.
    dropped
        Columns that were left out: first those that know who left, then those that are made of the
        duration.
    """

    comparison: SurvivalComparison
    dropped: tuple[DroppedColumn, ...] = ()


def study_survival(
    workspace: Workspace,
    *,
    duration: str | None = None,
    event: str | None = None,
    event_value: str | None = None,
    unit: DurationUnit | None = None,
    keep: Sequence[str] = (),
    as_of: date | None = None,
    seed: int = 0,
    language: Language,
    progress: Progress,
) -> SurvivalStudy:
    """Survival models of the customers of a workspace.

    Parameters
    ----------
    workspace
        Whose lake.
    duration, event, event_value
        The column that says how long each customer was there, the one that says whether they left
        then, and its value for yes. Without them each unbroken time of subscription is a duration, as
        the dates of the subscriptions tell.
    unit
        Of `duration`; proposed by its name and values when None.
    keep
        Columns that stay although they know who left, or are made of the duration.
    as_of
        First day that must not be seen; by default that of `analyze`.
    seed
        Of the folds and the trees.
    language, progress
        Told of every stage, and how stages are called.

    Raises
    ------
    InvalidParameterError, UnknownColumnError
        When only one of the two columns is named, or one is not there.
    NotFoundError
        When there is neither a file with one row per customer nor a subscription.
    QualityError
        When too few customers left to learn from.
    """
    _check_both(duration, event)
    with open_seen_sources(workspace, as_of=as_of) as (sources, day):
        mappings = read_mappings(workspace)
        if duration is None or event is None:
            with progress.stage(speak(language)("features")):
                features, durations, outcome = _read_spells(sources.tables, day)
            found = compare_survival(
                features,
                durations,
                outcome,
                random_state=seed,
                is_at_start=True,
                progress=progress,
                language=language,
            )
            return SurvivalStudy(found)
        with progress.stage(speak(language)("features")):
            told = open_told_columns(sources.tables, mappings, as_of=day)
            durations = read_durations(told.read(duration), column=duration, unit=unit)
            outcome = read_outcome(
                told.read(event),
                column=event,
                positive_value=as_stored(event_value, told.find_type(event)),
                fewest_without=0,
            )
            features = told.without([duration, event])
            kept = told.list_made_of(keep)
    with progress.stage(speak(language)("leaks")):
        searched = search_leaks(features, outcome, keep=keep, mappings=mappings, seed=seed)
    found = compare_survival(
        searched.features,
        durations,
        outcome,
        random_state=seed,
        keep=kept,
        progress=progress,
        language=language,
    )
    leaks = [leak for leak in searched.leaks if leak.feature in searched.dropped]
    because = {leak.feature: leak.sentence for leak in leaks}
    because |= {echo.feature: echo.sentence for echo in found.echoes}
    return SurvivalStudy(found, tuple(told.call(*one) for one in because.items()))


def _check_both(duration: str | None, event: str | None) -> None:
    if (duration is None) == (event is None):
        return
    raise InvalidParameterError(
        en="How long customers were there and whether they left then belong together. Name both columns:"
        " --duration COLUMN --event COLUMN=VALUE.",
        ru="Сколько клиент пробыл и ушёл ли он тогда — нужно и то и другое. Назовите оба столбца:"
        " --duration СТОЛБЕЦ --event СТОЛБЕЦ=ЗНАЧЕНИЕ.",
    )


def _read_spells(
    tables: Mapping[str, ibis.Table], as_of: AsOf
) -> tuple[FeatureTable, Durations, Outcome]:
    """Every unbroken time of subscription: how long it lasted, and what it began with."""
    subscriptions = tables.get(_SUBSCRIPTIONS)
    if subscriptions is None or not {"started_on", "ended_on"} <= set(subscriptions.columns):
        raise NotFoundError(
            en="Nothing here says how long customers stayed: there are no subscriptions with a start and an"
            " end. Name the columns of a file: --duration COLUMN --event COLUMN=VALUE.",
            ru="Здесь ничто не говорит, сколько клиенты оставались: нет подписок с датами начала и конца."
            " Назовите столбцы файла: --duration СТОЛБЕЦ --event СТОЛБЕЦ=ЗНАЧЕНИЕ.",
        )
    spells = find_spells(subscriptions, ["ended_on"], pause_days=_PAUSE_DAYS)
    today = as_of.day.toordinal()
    has_begun = np.flatnonzero(spells.begins < today)
    begins, ends = spells.begins[has_begun], spells.ends[has_begun]
    # An end that is still to come has not come.
    has_left = ends < today - 1
    days = np.where(has_left, ends + 1, today) - begins
    durations = Durations("ended_on", days.astype(np.float64), "days", origin=_SPELLS)
    outcome = Outcome(
        ContractEnd(horizon_days=1, grace_days=_PAUSE_DAYS), has_left.astype(np.float64)
    )
    _check_ends(outcome)
    return _describe_starts(subscriptions, spells, has_begun, as_of), durations, outcome


def _check_ends(outcome: Outcome) -> None:
    fewer = min(outcome.positives, outcome.negatives)
    if fewer < _FEWEST_ENDS:
        raise QualityError(
            en=f"{outcome.positives} subscriptions have ended and {outcome.negatives} go on; at least"
            f" {_FEWEST_ENDS} of each are needed. Load a longer history.",
            ru=f"Подписок закончилось {outcome.positives}, продолжается {outcome.negatives}, а нужно хотя"
            f" бы по {_FEWEST_ENDS}. Загрузите историю подлиннее.",
        )


def _describe_starts(
    subscriptions: ibis.Table, spells: Spells, chosen: np.ndarray, as_of: AsOf
) -> FeatureTable:
    """What the subscription that each spell began with told on its first day."""
    import pyarrow as pa
    import pyarrow.compute as pc

    names = [name for name in _KNOWN_AT_START if name in subscriptions.columns]
    order = ["customer_id", "started_on", *names]
    rows = subscriptions.filter(
        subscriptions["customer_id"].notnull(), subscriptions["started_on"].notnull()
    ).select(order)
    found = rows.to_pyarrow().sort_by([(name, "ascending") for name in order])
    owners = pc.index_in(found["customer_id"].cast(pa.string()), value_set=spells.customer_ids)
    starts = found["started_on"].cast(pa.date32()).cast(pa.int32()).to_numpy() + _EPOCH
    keys = owners.to_numpy().astype(np.int64) * _APART + starts
    wanted = spells.customers[chosen] * _APART + spells.begins[chosen]
    place = pa.array(np.searchsorted(keys, wanted, side="left"))
    columns = {"customer_id": spells.customer_ids.take(pa.array(spells.customers[chosen]))}
    features = []
    for name in names:
        is_number = name == "fee_amount"
        values = found[name].take(place).cast(pa.float64() if is_number else pa.string())
        if pc.count_distinct(values).as_py() > 1 and (is_number or _is_short(values)):
            columns[name] = values
            kind = "numeric" if is_number else "category"
            features.append(Feature(name, _KNOWN_AT_START[name], None, kind, _SUBSCRIPTIONS))  # type: ignore[arg-type] # one of the two
    return FeatureTable(pa.table(columns), tuple(features), as_of)


def _is_short(values: pa.ChunkedArray) -> bool:
    import pyarrow.compute as pc

    return int(pc.count_distinct(values).as_py()) <= _MOST_LEVELS


_EPOCH = 719163
"""`date(1970, 1, 1).toordinal()`."""
_APART = 10_000_000
