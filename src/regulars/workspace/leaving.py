"""Who leaves, where no column tells: learnt at earlier dates, tested at later ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from regulars.errors import QualityError
from regulars.evaluate import measure_lead_time
from regulars.features import AsOf, FeatureSpace, FeatureTable
from regulars.features.library import list_parts
from regulars.predictions import (
    EVERYDAY_MODELS,
    ContractEnd,
    choose_cutoffs,
    compare_models_over_time,
    keep_at_risk,
    observe_outcome,
)
from regulars.predictions.outcomes.spells import find_spells
from regulars.schema.contract import list_contracts
from regulars.workspace.data_end import find_data_end, see_known_days, warn_of_silence
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingABC
    from collections.abc import Sequence

    import ibis
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from regulars.evaluate import LeadTime
    from regulars.features import FeatureDefinition
    from regulars.predictions import ChurnComparison, Observation, Outcome
    from regulars.predictions.families.names import ModelName
    from regulars.predictions.outcomes.definitions import TimedOutcome
    from regulars.progress import Progress
    from regulars.schema.wording import Language
    from regulars.workspace.cleaning import CleanedFeatures

__all__ = [
    "LeavingStudy",
    "build_leaving_features",
    "choose_dates",
    "list_at_risk",
    "study_leaving",
]

_SPOKEN_FOR = frozenset({"profiles", "purchase_items"})
"""A profile says how a customer is today, not how they were; the items have made their purchase."""

_LEAST_KNOWN = 0.02
"""A feature that is known for fewer customers than this share tells too few of them apart."""

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, eq=False)
class LeavingStudy:
    """Who is about to leave, learnt from who left.

    Attributes
    ----------
    comparison
        The models; those at risk today are scored.
    lead_time
        How long before the end customers were above the threshold; None where no day says when
        somebody left.
    """

    comparison: ChurnComparison
    lead_time: LeadTime | None = None


def list_at_risk(
    definition: TimedOutcome, tables: MappingABC[str, ibis.Table], *, as_of: AsOf
) -> Observation:
    """Those who could leave from `as_of` on; whether they will is not known."""
    (today,) = observe_outcome(definition, tables, as_of=[as_of], until=as_of)
    return today


def study_leaving(
    definition: TimedOutcome,
    tables: MappingABC[str, ibis.Table],
    history: MappingABC[str, ibis.Table],
    *,
    as_of: AsOf,
    seed: int,
    definitions: Sequence[FeatureDefinition],
    customers: pa.Array | None = None,
    cleaned: CleanedFeatures | None = None,
    models: Sequence[ModelName] | None = None,
    monotone: MappingABC[str, int] | None = None,
    tuning_seconds: float = 30.0,
    progress: Progress,
    language: Language = "en",
) -> LeavingStudy:
    """Models of who leaves; those at risk are scored as of today.

    Parameters
    ----------
    definition
        What leaving is.
    tables
        The canonical tables as they were known before `as_of`: they tell who left.
    history
        The same with all rows and versions, and what facts said before they were corrected as
        `superseded_NAME`: features are made of what was known at each date.
    as_of
        First day that is not seen.
    seed
        Of everything random.
    definitions
        The features that are looked for.
    customers
        Identifiers of those who are scored; None scores everybody at risk. All are learnt from.
    cleaned
        What is done with missing values and outliers, and who is left out, at every date.
    models
        Which are compared; the everyday ones when None.
    monotone, tuning_seconds
        As in `compare_models_over_time`.
    progress, language
        Told of every stage, and how stages are called.

    Raises
    ------
    QualityError
        When the history is too short, or nobody was or is at risk.
    """
    import pyarrow.compute as pc

    dates = choose_dates(definition, tables, as_of)
    observed = observe_outcome(definition, tables, as_of=[*dates, as_of], until=as_of)
    _check_at_risk(observed[-1].customer_ids, definition, tables, as_of)
    with progress.stage(speak(language)("history", count=str(len(observed)))):
        built = build_leaving_features(history, [*dates, as_of], definitions)
    kept = [keep_at_risk(table, seen) for table, seen in zip(built, observed, strict=True)]
    if customers is not None:
        today_table, unknown = kept[-1]
        scored = pc.is_in(today_table.customer_ids, value_set=customers)
        kept[-1] = _take(today_table, unknown, scored.to_numpy(zero_copy_only=False))
    if cleaned is not None:
        kept = [_take(table, outcome, cleaned.keep(table)) for table, outcome in kept]
    _check_at_risk(kept[-1][0].customer_ids, definition, tables, as_of)
    told = _drop_silent(kept)
    if cleaned is not None:
        told = [(cleaned.treat(table), outcome) for table, outcome in told]
    *past, (today, _) = told
    comparison = compare_models_over_time(
        past,
        today,
        random_state=seed,
        cleaning=cleaned.plan if cleaned else None,
        progress=progress,
        language=language,
        models=models or EVERYDAY_MODELS,
        monotone=monotone,
        tuning_seconds=tuning_seconds,
    )
    silence = warn_of_silence(definition, tables, as_of)
    comparison = replace(comparison, alarms=(*comparison.alarms, *silence))
    return LeavingStudy(comparison, _measure_lead(definition, tables, comparison))


def _check_at_risk(
    customer_ids: pa.Array,
    definition: TimedOutcome,
    tables: MappingABC[str, ibis.Table],
    as_of: AsOf,
) -> None:
    """Refuse a day on which there is nobody to score, and say where what is loaded ends."""
    if len(customer_ids):
        return
    end = find_data_end(definition, tables, as_of)
    said = definition.sentence
    en = f"On {as_of.day} nobody is at risk, so there is nobody to score. {said.en}."
    ru = f"На {as_of.day:%d.%m.%Y} под риском никого нет, оценивать некого. {said.ru}."
    if end.day < as_of.day:
        last = end.day - timedelta(days=1)
        raise QualityError(
            en=f"{en} The last day that is loaded is {last}. Name an earlier day, --as-of {end.day}, or leave"
            " --as-of out.",
            ru=f"{ru} Последний загруженный день — {last:%d.%m.%Y}. Назовите день раньше, --as-of {end.day},"
            " или уберите --as-of.",
        )
    raise QualityError(
        en=f"{en} Name an earlier day with --as-of, or a longer horizon with --horizon-days.",
        ru=f"{ru} Назовите день раньше (--as-of) или горизонт длиннее (--horizon-days).",
    )


def choose_dates(
    definition: TimedOutcome, tables: MappingABC[str, ibis.Table], as_of: AsOf
) -> tuple[AsOf, ...]:
    """The dates to learn who leaves at, oldest first.

    Raises
    ------
    QualityError
        When the history is too short.
    """
    first = _find_first_day(tables, as_of)
    # At a date whose horizon passes the end of the data everybody would seem to have stopped.
    until = see_known_days(definition, tables, as_of)
    dates = choose_cutoffs(definition, first=first, until=until)
    if dates:
        return dates
    before = definition.days_before
    needed = before + definition.days_until_known
    raise QualityError(
        en=f"The history is too short to learn who leaves: {needed} days are needed to see "
        f"{before} days before a date and {definition.days_until_known} after it; it begins on "
        f"{first.day}. Load a longer period or name a shorter horizon: --horizon-days.",
        ru=f"История слишком коротка, чтобы узнать, кто уходит: нужно дней: {needed}, чтобы видеть "
        f"{before} до даты отсчёта и {definition.days_until_known} после; она начинается "
        f"{first.day:%d.%m.%Y}. Загрузите больший период или назовите горизонт короче: --horizon-days.",
    )


def _find_first_day(tables: MappingABC[str, ibis.Table], as_of: AsOf) -> AsOf:
    """Since when the largest table of facts tells something; subscriptions where there is none.

    Contracts reach back to before anything else was written down.
    """
    facts = {
        contract.name: contract.time_column
        for contract in list_contracts()
        if contract.temporal == "fact" and contract.name in tables and contract.time_column
    }
    counts = {name: int(tables[name].count().to_pyarrow().as_py()) for name in facts}
    name = max(counts, key=lambda name: counts[name], default="subscriptions")
    column = tables[name][facts.get(name) or "started_on"]
    earliest = column.min().cast("date").to_pyarrow().as_py()
    return AsOf(earliest or as_of.day, as_of.zone)


def build_leaving_features(
    history: MappingABC[str, ibis.Table],
    dates: Sequence[AsOf],
    definitions: Sequence[FeatureDefinition],
    *,
    names: Sequence[str] = ("*",),
) -> tuple[FeatureTable, ...]:
    """The features of all tables at each of the dates, by what was known then.

    Parameters
    ----------
    history
        As in `study_leaving`.
    dates
        First days that are not seen.
    definitions
        As in `study_leaving`.
    names
        Only these; all by default.
    """
    plain = [
        feature
        for feature in definitions
        if not feature.is_derived and feature.table in history and feature.table not in _SPOKEN_FOR
    ]
    made = {name for feature in plain for name in feature.feature_names}
    derived = [
        feature
        for feature in definitions
        if feature.is_derived and made.issuperset(list_parts(feature))
    ]
    tables = {name: table for name, table in history.items() if name not in _SPOKEN_FOR}
    space = FeatureSpace(name="leaving", features=tuple(names))
    return space.build(tables, as_of=dates, definitions=[*plain, *derived])


def _take(
    features: FeatureTable, outcome: Outcome, stays: NDArray[np.bool_]
) -> tuple[FeatureTable, Outcome]:
    import pyarrow as pa

    if stays.all():
        return features, outcome
    rows = features.table.filter(pa.array(stays))
    return (
        FeatureTable(rows, features.features, features.as_of),
        replace(outcome, labels=outcome.labels[stays]),
    )


def _drop_silent(
    kept: Sequence[tuple[FeatureTable, Outcome]],
) -> list[tuple[FeatureTable, Outcome]]:
    """Without features that at the dates to learn from were hardly known or never differed."""
    import pyarrow as pa
    import pyarrow.compute as pc

    past = [table.table for table, _ in kept[:-1]]
    rows = pa.concat_tables([table.cast(past[0].schema) for table in past])
    silent = [
        name
        for name in kept[0][0].names
        if pc.count_distinct(rows[name], mode="only_valid").as_py() < 2
        or rows.num_rows - rows[name].null_count < _LEAST_KNOWN * rows.num_rows
    ]
    return [(table.drop(silent), outcome) for table, outcome in kept]


def _measure_lead(
    definition: TimedOutcome, tables: MappingABC[str, ibis.Table], comparison: ChurnComparison
) -> LeadTime | None:
    """From the first warning to the last day of the subscription, for those who left."""
    import pyarrow as pa
    import pyarrow.compute as pc

    told = comparison.past_scores
    if not isinstance(definition, ContractEnd) or told is None:
        return None
    warnings = told.select(["customer_id", "as_of"]).append_column(
        "is_warned", pc.greater_equal(told["churn_probability"], comparison.threshold.value)
    )
    spells = find_spells(tables["subscriptions"], ["ended_on"], pause_days=definition.grace_days)
    ended = spells.has_end
    ends = pa.table(
        {
            "customer_id": spells.customer_ids.take(pa.array(spells.customers[ended])),
            "lost_on": pa.array((spells.ends[ended] - _EPOCH).astype("int32"), pa.int32()).cast(
                pa.date32()
            ),
        }
    )
    first = pc.min(told["as_of"])
    last = pc.max(told["as_of"]).as_py() + timedelta(days=definition.horizon_days)
    within = pc.and_(pc.greater_equal(ends["lost_on"], first), pc.less(ends["lost_on"], last))
    lost = ends.filter(within).group_by("customer_id").aggregate([("lost_on", "max")])
    return measure_lead_time(warnings, lost.rename_columns(["customer_id", "lost_on"]))
