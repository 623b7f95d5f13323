"""The scores of every customer, and from them the contact list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.campaigns import (
    NEUTRAL_ACTION,
    ActionTable,
    build_contact_list,
)
from regulars.report.assemble_segments import name_segment
from regulars.workspace.reasons import gather_reasons

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from regulars.campaigns import ContactList
    from regulars.features import FeatureTable
    from regulars.predictions import ChurnComparison, Outcome
    from regulars.schema.wording import Language
    from regulars.segments import Segmentation

__all__ = ["HAS_LEFT", "gather_scores", "list_contacts"]

HAS_LEFT = "has_left"
"""Why a customer is not on the list: the outcome column says that they left already."""

HAS_OUTCOME = "has_outcome"
"""The same where the outcome is not leaving."""


def gather_scores(
    features: FeatureTable,
    segmentation: Segmentation | None,
    churn: ChurnComparison | None,
    *,
    brought: NDArray[np.float64] | None,
    language: Language,
) -> pa.Table:
    """One row per customer: segment, probability, risk and reasons, and what is at stake.

    Parameters
    ----------
    features
        The customers.
    segmentation, churn
        None where they could not be made.
    brought
        What each customer brings; with it the scores have `expected_loss`.
    language
        Of the reasons.
    """
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
    scores = pa.table(columns)
    return scores if churn is None or brought is None else _append_loss(scores, brought)


def _append_loss(scores: pa.Table, brought: NDArray[np.float64]) -> pa.Table:
    """With what is at stake: the probability times what the customer brings."""
    import pyarrow as pa

    probability = scores.column("churn_probability").to_numpy()
    at_stake = pa.array(probability * brought, pa.float64(), from_pandas=True)
    return scores.append_column("expected_loss", at_stake)


def list_contacts(
    scores: pa.Table,
    features: FeatureTable,
    churn: ChurnComparison,
    *,
    top: int | None,
    actions: ActionTable | None = None,
) -> ContactList:
    """Whom to contact: all above the threshold, or the `top`.

    Parameters
    ----------
    scores
        As `gather_scores` makes them.
    features
        The same customers.
    churn
        Their probabilities.
    top
        So many customers; None asks for all above the threshold.
    actions
        What to suggest for which reason; None takes what comes with Regulars.
    """
    # Over time nobody who is scored has left yet: only those at risk are.
    is_past = churn.past_scores is None
    left = _list_left(features, churn.outcome) if is_past else set()
    is_churn = churn.outcome.is_churn
    if actions is None and not is_churn:
        actions = ActionTable(otherwise=NEUTRAL_ACTION)
    if top is not None:
        # Who asks for a hundred wants a hundred: those who left do not take a place.
        return build_contact_list(_without(scores, left), top=top, actions=actions)
    return build_contact_list(
        scores,
        threshold=churn.threshold.value,
        exclusions={HAS_LEFT if is_churn else HAS_OUTCOME: left},
        actions=actions,
    )


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
