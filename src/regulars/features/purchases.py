"""What purchases say about a customer before `as_of`: recency, frequency, money, tenure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.features.space import FeatureSpace
from regulars.features.table import AsOf, FeatureTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis

    from regulars.features.definition import FeatureDefinition

__all__ = ["purchase_features"]

_SPACE = FeatureSpace(
    name="purchases",
    features=("recency_days", "tenure_days", "frequency", "mean_amount", "returned_share"),
)


def purchase_features(
    purchases: ibis.Table,
    *,
    as_of: AsOf,
    definitions: Sequence[FeatureDefinition] | None = None,
) -> FeatureTable:
    """The few features of the library that say most about purchases, of everyone in the table.

    Returns (amounts below zero) count as returns and not as purchases.

    Parameters
    ----------
    purchases
        One row per purchase: `customer_id`, `purchased_at`, `known_at`, `amount`.
    as_of
        First day that must not be seen.
    definitions
        Where the features are looked up; None takes the library.

    Returns
    -------
    FeatureTable
        One row per customer, sorted by `customer_id`.

    Examples
    --------
    >>> import ibis
    >>> import pyarrow as pa
    >>> from datetime import UTC, date, datetime
    >>> day = datetime(2026, 1, 8, tzinfo=UTC)
    >>> rows = {"customer_id": ["1"], "purchased_at": [day], "known_at": [day], "amount": [30.0]}
    >>> purchases = ibis.memtable(pa.table(rows))
    >>> table = purchase_features(purchases, as_of=AsOf(date(2026, 1, 10)))
    >>> table.table.select(["recency_days", "frequency", "mean_amount"]).to_pylist()
    [{'recency_days': 2.0, 'frequency': 1.0, 'mean_amount': 30.0}]
    """
    return _SPACE.build({"purchases": purchases}, as_of=as_of, definitions=definitions)
