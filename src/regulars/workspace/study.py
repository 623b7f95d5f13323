"""Who the customers are and who is about to leave: features, segments, scores and the list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from regulars.campaigns import (
    NEUTRAL_ACTION,
    ActionTable,
    ContactList,
    build_contact_list,
    packaged_actions,
)
from regulars.errors import InvalidParameterError, QualityError
from regulars.features import AsOf, FeatureTable
from regulars.predictions import ChurnComparison, compare_churn_models
from regulars.report.assemble_segments import name_segment
from regulars.schema.wording import Wording
from regulars.segments import DrillDown, Segmentation, drill_down
from regulars.workspace.cleaning import CleanedFeatures, OutlierChoice
from regulars.workspace.customer_features import TableUse, read_money
from regulars.workspace.leaks import LeakSearch
from regulars.workspace.leaving import compare_on_purchases
from regulars.workspace.material import gather_material
from regulars.workspace.reasons import gather_reasons
from regulars.workspace.segmenting import SegmentStudy, SegmentWishes, find_segments
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingABC
    from collections.abc import Sequence

    import ibis
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from regulars.features import FeatureDefinition
    from regulars.predictions import Outcome
    from regulars.progress import Progress
    from regulars.quality import CleaningPlan
    from regulars.schema.mapping import Mapping
    from regulars.schema.wording import Language

__all__ = ["HAS_LEFT", "CustomerStudy", "study_customers"]

Piece = Literal["segments", "churn", "contact_list"]

HAS_LEFT = "has_left"
"""Why a customer is not on the list: the outcome column says that they left already."""

HAS_OUTCOME = "has_outcome"
"""The same where the outcome is not leaving."""

_NO_SCORES = Wording(
    en="Without churn probabilities there is nobody to put on the list.",
    ru="Без вероятностей оттока список составить не из кого.",
)


@dataclass(frozen=True, slots=True)
class CustomerStudy:
    """What was found out about the customers; a piece that could not be made says why.

    Attributes
    ----------
    features
        What the rest stands on; None when the tables tell nothing about customers.
    uses
        Which rows of which table it was made of.
    cleaned
        What was done with missing values and outliers.
    leaks
        Columns that know the outcome, and which of them the models did not see.
    segments, churn, contact_list
        The results.
    scores
        One row per customer: `customer_id`, `segment`, `churn_probability`, `risk`, `reasons`.
    why_absent
        For each missing piece the reason.
    drilled
        Fields crossed with the segments and the outcome, or its probability where it is to come.
    """

    features: FeatureTable | None = None
    uses: tuple[TableUse, ...] = ()
    cleaned: CleanedFeatures | None = None
    leaks: LeakSearch | None = None
    segments: SegmentStudy | None = None
    churn: ChurnComparison | None = None
    contact_list: ContactList | None = None
    scores: pa.Table | None = None
    why_absent: MappingABC[Piece, Wording] = field(default_factory=dict)
    drilled: DrillDown | None = None

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """Of each customer in `features`, NaN where not scored, shape (n_customers,)."""
        import numpy as np

        if self.scores is None:
            return np.empty(0)
        return np.asarray(self.scores.column("churn_probability").to_numpy(), np.float64)


def study_customers(
    tables: MappingABC[str, ibis.Table],
    mappings: Sequence[Mapping],
    *,
    as_of: AsOf,
    seed: int,
    top: int | None = None,
    segments: SegmentWishes | None = None,
    money: str | None = None,
    plan: CleaningPlan | None = None,
    outliers: OutlierChoice = "keep",
    keep: Sequence[str] = (),
    horizon_days: int | None = None,
    definitions: Sequence[FeatureDefinition] | None = None,
    language: Language,
    progress: Progress,
) -> CustomerStudy:
    """Segments, churn scores and a contact list, as far as the tables allow.

    Parameters
    ----------
    tables
        The loaded canonical tables by name.
    mappings
        How the loaded sources were read; those of kind customers give roles and the outcome.
    as_of
        First day that is not seen.
    seed
        Of everything random.
    top
        So many customers on the list; None asks for all above the threshold.
    segments
        By which method.
    money
        The column that says what a customer brings; the sum of purchases when None.
    plan, outliers
        What is done with missing values and outliers.
    keep
        Columns that the models may see even if they seem to know the outcome.
    horizon_days
        Where no column tells who left: how many days without a purchase count as having stopped.
    definitions
        The features that are looked for; None takes the library.
    language
        Of the stages and of the reasons in the scores.
    progress
        Told of each stage.

    Raises
    ------
    InvalidParameterError
        When a horizon is given where none is needed.
    """
    import pyarrow as pa

    _check_horizon(horizon_days, tables, mappings)
    material = gather_material(
        tables,
        mappings,
        as_of=as_of,
        seed=seed,
        plan=plan,
        outliers=outliers,
        keep=keep,
        definitions=definitions,
        language=language,
        progress=progress,
    )
    features, filled, outcome = material.features, material.filled, material.outcome
    if features is None or filled is None:
        nothing = Wording(
            en="The loaded tables hold nothing about customers.",
            ru="В загруженных таблицах ничего нет о клиентах.",
        )
        return CustomerStudy(
            uses=material.uses,
            why_absent={"segments": nothing, "churn": nothing, "contact_list": nothing},
        )
    absent: dict[Piece, Wording] = {}
    if material.why_no_outcome is not None:
        absent["churn"] = material.why_no_outcome
    brought = read_money(filled, mappings, money)
    found = churn = None
    with progress.stage(speak(language)("segments")):
        try:
            found = find_segments(
                filled,
                wishes=segments or SegmentWishes(),
                outcome=outcome.labels if outcome else None,
                money=brought,
                seed=seed,
            )
        except QualityError as error:
            absent["segments"] = _same(error)
    if outcome is not None or _may_stop_buying(tables, mappings):
        try:
            churn = (
                compare_churn_models(
                    features,
                    outcome,
                    random_state=seed,
                    cleaning=material.cleaned.plan if material.cleaned else None,
                    progress=progress,
                    language=language,
                )
                if outcome is not None
                else compare_on_purchases(
                    tables,
                    mappings,
                    as_of=as_of,
                    seed=seed,
                    horizon_days=horizon_days,
                    definitions=definitions,
                    progress=progress,
                    language=language,
                )
            )
            absent.pop("churn", None)
        except QualityError as error:
            absent["churn"] = _same(error)
    scores = _gather_scores(features, found.segmentation if found else None, churn, language)
    if churn is not None and brought is not None:
        probability = scores.column("churn_probability").to_numpy()
        at_stake = pa.array(probability * brought, pa.float64(), from_pandas=True)
        scores = scores.append_column("expected_loss", at_stake)
    contacts = None
    if churn is None:
        absent["contact_list"] = _NO_SCORES
    else:
        # Over time nobody who is scored has left yet: only those at risk are.
        left = _list_left(features, outcome) if outcome is not None else set()
        contacts = _list_contacts(scores, left, churn, top)
    return CustomerStudy(
        features,
        material.uses,
        material.cleaned,
        material.leaks,
        found,
        churn,
        contacts,
        scores,
        absent,
        _drill_down(features, found, outcome, churn, scores),
    )


def _drill_down(
    features: FeatureTable,
    found: SegmentStudy | None,
    outcome: Outcome | None,
    churn: ChurnComparison | None,
    scores: pa.Table,
) -> DrillDown | None:
    """What goes together with the outcome most is what a reader wants to split by."""
    import numpy as np

    if found is None:
        return None
    drivers = [driver.feature for driver in churn.drivers] if churn else []
    labels = outcome.labels if outcome else scores.column("churn_probability").to_numpy()
    return drill_down(
        features,
        found.segmentation.segment,
        outcome=np.asarray(labels, dtype=np.float64),
        fields=[name for name in drivers if name in features.names] or None,
    )


def _check_horizon(
    horizon_days: int | None,
    tables: MappingABC[str, ibis.Table],
    mappings: Sequence[Mapping],
) -> None:
    """Raise `InvalidParameterError` for a horizon that is none, or that nothing is measured by."""
    if horizon_days is None:
        return
    if horizon_days < 1:
        raise InvalidParameterError(
            en=f"horizon_days must be at least 1; found {horizon_days}.",
            ru=f"horizon_days должен быть не меньше 1; получено {horizon_days}.",
        )
    if not _may_stop_buying(tables, mappings):
        raise InvalidParameterError(
            en="A horizon in days is for a history of purchases; here a column of the file says who"
            " left, or there is no purchase. Leave out --horizon-days.",
            ru="Горизонт в днях нужен истории покупок, а здесь, кто ушёл, говорит столбец файла "
            "или покупок нет. Уберите --horizon-days.",
        )


def _may_stop_buying(tables: MappingABC[str, ibis.Table], mappings: Sequence[Mapping]) -> bool:
    """Whether purchases can tell who stops, because no column that was named does."""
    named = any(mapping.outcome for mapping in mappings if mapping.table == "profiles")
    return "purchases" in tables and not named


def _list_contacts(
    scores: pa.Table, left: set[str], churn: ChurnComparison, top: int | None
) -> ContactList:
    is_churn = churn.outcome.is_churn
    actions = packaged_actions() if is_churn else ActionTable(otherwise=NEUTRAL_ACTION)
    if top is not None:
        # Who asks for a hundred wants a hundred: those who left do not take a place.
        return build_contact_list(_without(scores, left), top=top, actions=actions)
    return build_contact_list(
        scores,
        threshold=churn.threshold.value,
        exclusions={HAS_LEFT if is_churn else HAS_OUTCOME: left},
        actions=actions,
    )


def _same(error: QualityError) -> Wording:
    return Wording(en=error.en, ru=error.ru)


def _list_left(features: FeatureTable, outcome: Outcome) -> set[str]:
    labels = outcome.labels.tolist()
    return {
        customer
        for customer, label in zip(features.customer_ids.to_pylist(), labels, strict=True)
        if label == 1.0
    }


def _without(scores: pa.Table, customers: set[str]) -> pa.Table:
    import pyarrow as pa

    ids = scores.column("customer_id").to_pylist()
    return scores.filter(pa.array([customer not in customers for customer in ids], pa.bool_()))


def _gather_scores(
    features: FeatureTable,
    segmentation: Segmentation | None,
    churn: ChurnComparison | None,
    language: Language,
) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    count = len(features)
    segments = (
        [name_segment(number) for number in segmentation.segment.tolist()]
        if segmentation
        else [None] * count
    )
    # Where there is time only those at risk are scored.
    place = pc.index_in(features.customer_ids, value_set=churn.customer_ids) if churn else None
    columns: dict[str, pa.Array] = {
        "customer_id": features.customer_ids,
        "segment": pa.array(segments, pa.string()),
        "churn_probability": pa.array(churn.churn_probability, pa.float64()).take(place)
        if churn
        else pa.nulls(count, pa.float64()),
        "risk": pa.array(churn.risk, pa.string()).take(place)
        if churn
        else pa.nulls(count, pa.string()),
        "reasons": gather_reasons(churn, features, language),
    }
    return pa.table(columns)
