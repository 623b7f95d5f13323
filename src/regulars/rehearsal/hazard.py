"""The law by which customers of the simulated telecom company leave: a stated monthly hazard."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["OFFER_EFFECTS", "WEIGHTS", "Standing", "compute_log_odds", "to_probability"]

Floats = NDArray[np.float64]

WEIGHTS = {
    "intercept": -6.45,
    "month_to_month": 1.1,
    "term_ends": 1.3,
    "newness": 1.2,
    "usage_drop": 7.3,
    "complaints": 0.9,
    "unresolved": 0.6,
    "failed_payments": 1.1,
    "price_rise": 0.6,
    "contacts_left": 0.7,
    "cancel_views": 1.6,
    "autopay": -0.6,
    "season": 0.2,
}
"""What each term adds to the log-odds of leaving within the month; ADR 13 explains them."""

OFFER_EFFECTS = {"young": -1.2, "family": -0.8, "business": -0.2, "senior": 0.3}
"""What an offer adds to the log-odds by type of customer: it brings some of them to leave."""

_OFFER_AFTER_COMPLAINT = 0.5
_OFFER_AFTER_PRICE_RISE = -0.5
_MOST_COUNTED = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """How customers stand on the first day of a month; one entry per customer.

    Everything happened before that day and is written down in the company's files, so that an
    observer without the truth can find it out.

    Attributes
    ----------
    is_month_to_month
        Without a term.
    term_ends
        The term of a year ends in the month that begins.
    tenure_months
        Since the first subscription.
    usage_drop
        By how much usage in the last month fell short of that of the two before, 0 to 1.
    complaints, unresolved
        Complaints in the last three months, and those of them that were not settled.
    failed_payments
        In the last three months.
    has_price_rise
        A higher fee was announced in the last three months.
    contacts_left
        Customers they are in touch with who left in the last three months.
    has_cancel_view
        Looked at the page on leaving in the last month.
    is_autopay
        Pays by itself.
    season
        Of the month that begins, -1 to 1.
    """

    is_month_to_month: NDArray[np.bool_]
    term_ends: NDArray[np.bool_]
    tenure_months: Floats
    usage_drop: Floats
    complaints: NDArray[np.int64]
    unresolved: NDArray[np.int64]
    failed_payments: NDArray[np.int64]
    has_price_rise: NDArray[np.bool_]
    contacts_left: NDArray[np.int64]
    has_cancel_view: NDArray[np.bool_]
    is_autopay: NDArray[np.bool_]
    season: float


def compute_log_odds(standing: Standing) -> Floats:
    """Log-odds of leaving within the month that begins, without an offer."""
    terms = {
        "month_to_month": standing.is_month_to_month,
        "term_ends": standing.term_ends,
        "newness": np.exp(-standing.tenure_months / 6.0),
        "usage_drop": standing.usage_drop,
        "complaints": np.minimum(standing.complaints, _MOST_COUNTED),
        "unresolved": np.minimum(standing.unresolved, _MOST_COUNTED),
        "failed_payments": np.minimum(standing.failed_payments, _MOST_COUNTED),
        "price_rise": standing.has_price_rise,
        "contacts_left": np.minimum(standing.contacts_left, _MOST_COUNTED),
        "cancel_views": standing.has_cancel_view,
        "autopay": standing.is_autopay,
    }
    log_odds = np.full(
        len(standing.usage_drop), WEIGHTS["intercept"] + WEIGHTS["season"] * standing.season
    )
    for name, values in terms.items():
        log_odds += WEIGHTS[name] * values
    return log_odds


def compute_offer_effect(standing: Standing, type_effect: Floats) -> Floats:
    """What an offer adds to the log-odds of each customer."""
    return (
        type_effect
        + _OFFER_AFTER_COMPLAINT * (standing.complaints > 0)
        + _OFFER_AFTER_PRICE_RISE * standing.has_price_rise
    )


def to_probability(log_odds: Floats) -> Floats:
    """The probability of log-odds."""
    return 1.0 / (1.0 + np.exp(-log_odds))
