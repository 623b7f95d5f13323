"""What an analysis learns from: features of the customers, who left, and the columns that know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.errors import QualityError
from regulars.features import AsOf, FeatureTable, read_profile_column
from regulars.predictions import (
    Classes,
    ContractEnd,
    NoSession,
    Outcome,
    PlanUpgrade,
    read_classes,
    read_outcome,
)
from regulars.predictions.outcomes.outcome import MOST_CLASSES, as_boolean, count_classes
from regulars.schema.wording import Wording
from regulars.workspace.classes import say_several_classes, search_class_leaks
from regulars.workspace.cleaning import CleanedFeatures, OutlierChoice, clean_features
from regulars.workspace.customer_features import TableUse, build_customer_features
from regulars.workspace.leaks import LeakSearch, search_leaks
from regulars.workspace.leaving import list_at_risk
from regulars.workspace.outcomes import (
    LeavingKind,
    LeavingWishes,
    choose_outcome,
    list_other_kinds,
    names_outcome,
)
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingABC
    from collections.abc import Sequence

    import ibis
    import numpy as np
    from numpy.typing import NDArray

    from regulars.features import FeatureDefinition
    from regulars.predictions.outcomes.definitions import TimedOutcome
    from regulars.progress import Progress
    from regulars.quality import CleaningPlan
    from regulars.schema.mapping import Mapping
    from regulars.schema.wording import Language
    from regulars.workspace.outcome_kind import OutcomeKind

__all__ = ["Material", "gather_material", "keep_subscribed"]

_MOST_PAIRS = 5
_LONGEST_VALUE = 20
_NO_OUTCOME = Wording(
    en="No column says who left. Name one with --outcome COLUMN or --outcome COLUMN=VALUE.",
    ru="Ни один столбец не говорит, кто ушёл. Назовите его: --outcome СТОЛБЕЦ или --outcome СТОЛБЕЦ=ЗНАЧЕНИЕ.",
)
_NOTHING_TELLS = Wording(
    en="Nothing here tells who left: neither a column of a file with one row per customer, nor "
    "subscriptions with their ends, nor purchases, nor events.",
    ru="Здесь ничто не говорит, кто ушёл: нет ни столбца в файле, где на клиента одна строка, ни подписок "
    "с датами окончания, ни покупок, ни событий.",
)


@dataclass(frozen=True, slots=True)
class Material:
    """What there is to learn from.

    Attributes
    ----------
    features
        What models see; None when the tables tell nothing about customers.
    uses
        Which rows of which table it was made of.
    cleaned
        What was done with missing values and outliers.
    outcome
        Who left, as a column tells; None where no column does.
    classes
        The same where the column has several classes and none of them was named.
    leaks
        Columns that know the outcome, and which of them are left out; None without an outcome.
    timed
        What leaving is where no column tells but what happened does; None where nothing tells.
    other_kinds
        What else leaving could be by these tables.
    why_no_outcome
        Said where `outcome` is None.
    everybody
        What is known of all customers, of those too who have left already: not for models.
    """

    features: FeatureTable | None = None
    uses: tuple[TableUse, ...] = ()
    cleaned: CleanedFeatures | None = None
    outcome: Outcome | None = None
    classes: Classes | None = None
    leaks: LeakSearch | None = None
    timed: TimedOutcome | None = None
    other_kinds: tuple[LeavingKind, ...] = ()
    why_no_outcome: Wording | None = None
    everybody: FeatureTable | None = None

    @property
    def filled(self) -> FeatureTable | None:
        """The same features as segments see them: without the gaps that models fill by themselves."""
        if self.features is None or self.cleaned is None:
            return self.features
        seen = set(self.features.names)
        return self.cleaned.features.drop(
            [name for name in self.cleaned.features.names if name not in seen]
        )


def gather_material(
    tables: MappingABC[str, ibis.Table],
    mappings: Sequence[Mapping],
    *,
    as_of: AsOf,
    seed: int,
    plan: CleaningPlan | None = None,
    outliers: OutlierChoice = "keep",
    keep: Sequence[str] = (),
    leaving: LeavingWishes | None = None,
    outcome_kind: OutcomeKind | None = None,
    definitions: Sequence[FeatureDefinition] | None = None,
    language: Language,
    progress: Progress,
) -> Material:
    """Features of the customers of the tables, cleaned, and the outcome where a column tells it.

    Parameters are those of `study_customers`; `outcome_kind` says as what the column is to be taken.
    """
    say = speak(language)
    # What is said outright goes before a column that was said earlier, or found by its name.
    is_told = names_outcome(mappings) and not (leaving and leaving.kind)
    timed = None if is_told else choose_outcome(tables, leaving, until=as_of.day)
    with progress.stage(say("features")):
        built = build_customer_features(tables, mappings, as_of=as_of, definitions=definitions)
    if built.features is None or not len(built.features):
        return Material(uses=built.uses)
    features = built.features
    features = keep_subscribed(features, timed, tables)
    cleaned = clean_features(features, plan=plan, outliers=outliers, mappings=mappings)
    outcome, why = _find_outcome(
        tables, mappings if is_told else (), as_of, cleaned.kept, outcome_kind
    )
    if why is _NO_OUTCOME:
        why = _propose_outcome(cleaned.features, mappings)
    if outcome is None:
        return Material(
            cleaned.to_learn,
            built.uses,
            cleaned,
            timed=timed,
            other_kinds=list_other_kinds(timed, tables),
            why_no_outcome=why,
            everybody=built.features,
        )
    with progress.stage(say("leaks")):
        if isinstance(outcome, Classes):
            leaks = search_class_leaks(
                cleaned.to_learn, outcome, keep=keep, mappings=mappings, seed=seed
            )
            return Material(
                leaks.features,
                built.uses,
                cleaned,
                classes=outcome,
                leaks=leaks,
                why_no_outcome=say_several_classes(outcome),
                everybody=built.features,
            )
        leaks = search_leaks(cleaned.to_learn, outcome, keep=keep, mappings=mappings, seed=seed)
    return Material(
        leaks.features, built.uses, cleaned, outcome, leaks=leaks, everybody=built.features
    )


def keep_subscribed(
    features: FeatureTable,
    definition: TimedOutcome | None,
    tables: MappingABC[str, ibis.Table],
) -> FeatureTable:
    """Only those with a subscription today, where leaving is to end one: the others are customers no more.

    Parameters
    ----------
    features
        Of everybody.
    definition
        What leaving is; None where a column tells.
    tables
        The loaded canonical tables by name.

    Returns
    -------
    FeatureTable
        The same where leaving is something else, or nobody has a subscription.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if not isinstance(definition, ContractEnd | NoSession | PlanUpgrade):
        return features
    at_risk = list_at_risk(definition, tables, as_of=features.as_of).customer_ids
    is_kept = pc.is_in(features.customer_ids, value_set=at_risk.cast(pa.string()))
    if not pc.any(is_kept).as_py():
        return features
    return FeatureTable(features.table.filter(is_kept), features.features, features.as_of)


def _find_outcome(
    tables: MappingABC[str, ibis.Table],
    mappings: Sequence[Mapping],
    as_of: AsOf,
    kept: NDArray[np.bool_],
    kind: OutcomeKind | None,
) -> tuple[Outcome | Classes | None, Wording | None]:
    """The outcome, of two or of several classes, or why there is none."""
    import pyarrow as pa

    if "profiles" not in tables:
        return None, _NOTHING_TELLS
    told = [mapping for mapping in mappings if mapping.outcome and mapping.table == "profiles"]
    if not told or told[-1].outcome is None:
        return None, _NO_OUTCOME
    mapping, wanted = told[-1], told[-1].outcome
    column = mapping.get_source(wanted.column)
    values = read_profile_column(tables["profiles"], column.target, as_of=as_of)
    values = values.filter(pa.array(kept))
    try:
        is_several = kind == "classes" or 2 < len(count_classes(values)) <= MOST_CLASSES
        if is_several and wanted.positive is None and kind != "yes-no":
            return read_classes(values, column=wanted.column), None
        positive = _as_stored(wanted.positive, column.type)
        return read_outcome(values, column=wanted.column, positive_value=positive), None
    except QualityError as error:
        return None, Wording(en=error.en, ru=error.ru)


def _propose_outcome(features: FeatureTable, mappings: Sequence[Mapping]) -> Wording:
    """That no column is known to be the outcome, and which ones have two values as one would."""
    import pyarrow.compute as pc

    sources = {column.target: column.source for one in mappings for column in one.columns}
    pairs = []
    for feature in features.features:
        if feature.kind == "numeric" or feature.group != "profile":
            continue
        values = pc.unique(features.table[feature.name].drop_null())
        if len(values) == 2:
            shown = sorted(str(value)[:_LONGEST_VALUE] for value in values.to_pylist())
            pairs.append(f"{sources.get(feature.name, feature.name)} ({', '.join(shown)})")
    if not pairs:
        return _NO_OUTCOME
    listed = ", ".join(pairs[:_MOST_PAIRS]) + (" …" if len(pairs) > _MOST_PAIRS else "")
    return Wording(
        en=f"{_NO_OUTCOME.en} Of two values, as an outcome has them: {listed}.",
        ru=f"{_NO_OUTCOME.ru} По два значения, как у исхода, в столбцах: {listed}.",
    )


def _as_stored(positive: str | None, column_type: str) -> str | None:
    """The positive value as the lake holds it: a boolean column knows true and false only."""
    if positive is None or column_type != "boolean":
        return positive
    return as_boolean(positive) or "true"
