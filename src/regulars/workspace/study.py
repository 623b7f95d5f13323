"""Who the customers are and who is about to leave: features, segments, scores and the list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from regulars.campaigns import ContactList, build_contact_list
from regulars.errors import QualityError
from regulars.features import (
    AsOf,
    FeatureTable,
    ProfileColumn,
    profile_features,
    read_profile_column,
)
from regulars.features.purchases import purchase_features
from regulars.features.sentences import capitalize
from regulars.predictions import ChurnComparison, compare_churn_models, read_outcome
from regulars.report.assemble import name_segment
from regulars.schema.column_labels import label_column
from regulars.schema.contract import Role
from regulars.schema.wording import Wording
from regulars.segments import Segmentation, segment_customers
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingABC
    from collections.abc import Sequence

    import ibis
    import pyarrow as pa

    from regulars.predictions import Outcome
    from regulars.progress import Progress
    from regulars.schema.mapping import Mapping
    from regulars.schema.wording import Language

__all__ = ["HAS_LEFT", "CustomerStudy", "study_customers"]

Piece = Literal["segments", "churn", "contact_list"]

HAS_LEFT = "has_left"
"""Why a customer is not on the list: the outcome column says that they left already."""
_NO_OUTCOME = Wording(
    en="No column says who left. Name one with --outcome COLUMN or --outcome COLUMN=VALUE.",
    ru="Ни один столбец не говорит, кто ушёл. Назовите его: --outcome СТОЛБЕЦ или --outcome СТОЛБЕЦ=ЗНАЧЕНИЕ.",
)
_NO_SCORES = Wording(
    en="Without churn probabilities there is nobody to put on the list.",
    ru="Без вероятностей оттока список составить не из кого.",
)
_ONLY_PROFILES = Wording(
    en="Churn is predicted here from a file with one row per customer and a column that says who left.",
    ru="Отток здесь прогнозируется по файлу, где на клиента одна строка и есть столбец о том, кто ушёл.",
)


@dataclass(frozen=True, slots=True)
class CustomerStudy:
    """What was found out about the customers; a piece that could not be made says why.

    Attributes
    ----------
    features
        What the rest stands on; None when the tables tell nothing about customers.
    segmentation, churn, contact_list
        The results.
    scores
        One row per customer: `customer_id`, `segment`, `churn_probability`, `risk`, `reasons`.
    why_absent
        For each missing piece the reason.
    """

    features: FeatureTable | None = None
    segmentation: Segmentation | None = None
    churn: ChurnComparison | None = None
    contact_list: ContactList | None = None
    scores: pa.Table | None = None
    why_absent: MappingABC[Piece, Wording] = field(default_factory=dict)


def study_customers(
    tables: MappingABC[str, ibis.Table],
    mappings: Sequence[Mapping],
    *,
    as_of: AsOf,
    seed: int,
    top: int | None = None,
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
    language
        Of the stages and of the reasons in the scores.
    progress
        Told of each stage.
    """
    say = speak(language)
    with progress.stage(say("features")):
        features = _build_features(tables, mappings, as_of)
    if features is None or not len(features):
        nothing = Wording(
            en="The loaded tables hold nothing about customers.",
            ru="В загруженных таблицах ничего нет о клиентах.",
        )
        return CustomerStudy(
            why_absent={"segments": nothing, "churn": nothing, "contact_list": nothing}
        )
    absent: dict[Piece, Wording] = {}
    outcome = _find_outcome(tables, mappings, as_of, absent)
    segmentation = churn = None
    with progress.stage(say("segments")):
        try:
            segmentation = segment_customers(
                features, outcome=outcome.labels if outcome else None, random_state=seed
            )
        except QualityError as error:
            absent["segments"] = _same(error)
    if outcome is not None:
        with progress.stage(say("churn")):
            try:
                churn = compare_churn_models(features, outcome, random_state=seed)
            except QualityError as error:
                absent["churn"] = _same(error)
    scores = _gather_scores(features, segmentation, churn, language)
    contacts = None
    if churn is None or outcome is None:
        absent["contact_list"] = _NO_SCORES
    else:
        left = _list_left(features, outcome)
        if top is None:
            contacts = build_contact_list(
                scores, threshold=churn.threshold.value, exclusions={HAS_LEFT: left}
            )
        else:
            # Who asks for a hundred wants a hundred: those who left do not take a place.
            contacts = build_contact_list(_without(scores, left), top=top)
    return CustomerStudy(features, segmentation, churn, contacts, scores, absent)


def _same(error: QualityError) -> Wording:
    return Wording(en=error.en, ru=error.ru)


def _build_features(
    tables: MappingABC[str, ibis.Table], mappings: Sequence[Mapping], as_of: AsOf
) -> FeatureTable | None:
    if "profiles" in tables:
        return profile_features(tables["profiles"], _profile_columns(mappings), as_of=as_of)
    if "purchases" in tables:
        return purchase_features(tables["purchases"], as_of=as_of)
    return None


def _profile_columns(mappings: Sequence[Mapping]) -> list[ProfileColumn]:
    columns = {
        column.target: ProfileColumn(
            column.target,
            column.role,
            column.type,
            meaning=label_column(column.source),
        )
        for mapping in mappings
        if mapping.table == "profiles"
        for column in mapping.columns
        if column.role not in (Role.PERSONAL, Role.IGNORED)
    }
    return list(columns.values())


def _find_outcome(
    tables: MappingABC[str, ibis.Table],
    mappings: Sequence[Mapping],
    as_of: AsOf,
    absent: dict[Piece, Wording],
) -> Outcome | None:
    if "profiles" not in tables:
        absent["churn"] = _ONLY_PROFILES
        return None
    told = [mapping for mapping in mappings if mapping.outcome and mapping.table == "profiles"]
    if not told or told[-1].outcome is None:
        absent["churn"] = _NO_OUTCOME
        return None
    mapping, wanted = told[-1], told[-1].outcome
    column = mapping.get_source(wanted.column)
    values = read_profile_column(tables["profiles"], column.target, as_of=as_of)
    try:
        return read_outcome(
            values, column=wanted.column, positive_value=_as_stored(wanted.positive, column.type)
        )
    except QualityError as error:
        absent["churn"] = _same(error)
        return None


def _as_stored(positive: str, column_type: str) -> str:
    """The positive value as the lake holds it: a boolean column knows true and false only."""
    return "true" if column_type == "boolean" else positive


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

    count = len(features)
    segments = (
        [name_segment(number) for number in segmentation.segment.tolist()]
        if segmentation
        else [None] * count
    )
    columns: dict[str, pa.Array] = {
        "customer_id": features.customer_ids,
        "segment": pa.array(segments, pa.string()),
        "churn_probability": pa.array(
            churn.churn_probability if churn else [None] * count, pa.float64()
        ),
        "risk": pa.array(churn.risk if churn else [None] * count, pa.string()),
        "reasons": _gather_reasons(churn, count, language),
    }
    return pa.table(columns)


def _gather_reasons(churn: ChurnComparison | None, count: int, language: Language) -> pa.Array:
    import pyarrow as pa

    kind = pa.list_(
        pa.struct(
            [
                ("feature", pa.string()),
                ("value", pa.string()),
                ("peer_value", pa.string()),
                ("contribution", pa.float64()),
                ("text", pa.string()),
            ]
        )
    )
    if churn is None:
        return pa.array([[]] * count, kind)
    rows = [
        [
            {
                "feature": reason.feature,
                "value": _plain(reason.value),
                "peer_value": _plain(reason.peer_value),
                "contribution": reason.contribution,
                "text": capitalize(reason.text.to(language)),
            }
            for reason in reasons
        ]
        for reasons in churn.reasons()
    ]
    return pa.array(rows, kind)


def _plain(value: float | str | bool | None) -> str | None:  # noqa: FBT001 - a value, not a switch
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}"
