"""Whether the customers of an analysis are enough for what was done with them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from regulars.quality import advise_sample_size
from regulars.schema.contract import get_contract

if TYPE_CHECKING:
    from regulars.schema.wording import Wording
    from regulars.workspace.check import DataState
    from regulars.workspace.study import CustomerStudy

__all__ = ["advise_on_sample"]

_DAYS_OF_A_FLOW = 90
"""Facts of so many days are a history that grows, and not one look at the customers."""


def advise_on_sample(study: CustomerStudy, state: DataState) -> tuple[Wording, ...]:
    """What the number of customers and of outcomes allows, in sentences."""
    if study.features is None:
        return ()
    outcome = study.churn.outcome if study.churn else None
    advice = advise_sample_size(
        len(study.features),
        # Over several dates a customer is counted more than once, and is still one customer.
        outcome.positives // max(outcome.dates, 1) if outcome else None,
        n_features=len(study.features.features),
        is_growing=_is_growing(state),
        is_regularized=True,
    )
    return advice.sentences


def _is_growing(state: DataState) -> bool:
    spans = [
        (date.fromisoformat(table.newest[:10]) - date.fromisoformat(table.oldest[:10])).days
        for table in state.tables
        if table.oldest and table.newest and get_contract(table.name).temporal == "fact"
    ]
    return max(spans, default=0) >= _DAYS_OF_A_FLOW
