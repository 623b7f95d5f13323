"""What purchases say about a customer before `as_of`: recency, frequency, money, tenure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from regulars.features.calendar import count_days
from regulars.features.table import AsOf, Feature, FeatureTable
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    import ibis

__all__ = ["purchase_features"]

_FEATURES = (
    Feature(
        "recency_days",
        Wording(en="days since the last purchase", ru="дней с последней покупки"),
        "day",
        "numeric",
        group="purchases",
        source="purchased_at",
    ),
    Feature(
        "tenure_days",
        Wording(en="days since the first purchase", ru="дней с первой покупки"),
        "day",
        "numeric",
        group="purchases",
        source="purchased_at",
    ),
    Feature(
        "frequency",
        Wording(en="purchases", ru="покупок"),
        "count",
        "numeric",
        group="purchases",
        source="purchase_id",
    ),
    Feature(
        "mean_amount",
        Wording(en="mean amount of a purchase", ru="средняя сумма покупки"),
        "currency",
        "numeric",
        group="purchases",
        source="amount",
    ),
    Feature(
        "returned_share",
        Wording(en="share of returns among purchases", ru="доля возвратов среди покупок"),
        "share",
        "numeric",
        group="purchases",
        source="amount",
    ),
)


def purchase_features(purchases: ibis.Table, *, as_of: AsOf) -> FeatureTable:
    """Recency, tenure, frequency and money of everyone who bought before `as_of`.

    Returns (amounts below zero) count as returns and not as purchases; purchases without a
    customer are not seen.

    Parameters
    ----------
    purchases
        One row per purchase: `customer_id`, `purchased_at`, `known_at`, `amount`.
    as_of
        First day that must not be seen.

    Returns
    -------
    FeatureTable
        One row per customer, sorted by `customer_id`.

    Examples
    --------
    >>> import ibis
    >>> from datetime import UTC, date, datetime
    >>> day = datetime(2026, 1, 8, tzinfo=UTC)
    >>> rows = {"customer_id": ["1"], "purchased_at": [day], "known_at": [day], "amount": [30.0]}
    >>> purchases = ibis.memtable(pa.table(rows))
    >>> table = purchase_features(purchases, as_of=AsOf(date(2026, 1, 10)))
    >>> table.table.select(["recency_days", "frequency", "mean_amount"]).to_pylist()
    [{'recency_days': 2.0, 'frequency': 1.0, 'mean_amount': 30.0}]
    """
    import ibis
    from ibis import _

    known_type = purchases["known_at"].type()
    end = ibis.literal(as_of.instant, type=known_type)
    seen = purchases.filter(
        _.known_at < end, _.purchased_at < end.cast(purchases["purchased_at"].type())
    ).filter(_.customer_id.notnull())
    is_return = (seen["amount"] < 0).fill_null(False)  # noqa: FBT003 - the value of a cell
    measured = seen.group_by("customer_id").aggregate(
        last_second=seen["purchased_at"].max().epoch_seconds(),
        first_second=seen["purchased_at"].min().epoch_seconds(),
        frequency=(~is_return).sum().cast("float64"),
        amount=seen["amount"].sum(where=~is_return).cast("float64"),
        returns=is_return.sum().cast("float64"),
    )
    features = measured.select(
        "customer_id",
        recency_days=_.last_second,
        tenure_days=_.first_second,
        frequency=_.frequency,
        mean_amount=_.amount / _.frequency.nullif(0.0),
        returned_share=_.returns / (_.frequency + _.returns),
    )
    rows: pa.Table = features.to_pyarrow()
    rows = rows.sort_by("customer_id")
    for place, name in enumerate(("recency_days", "tenure_days"), start=1):
        days = count_days(rows.column(name).cast(pa.float64()).to_numpy(), as_of)
        rows = rows.set_column(place, name, pa.array(days))
    return FeatureTable(rows, _FEATURES, as_of)
