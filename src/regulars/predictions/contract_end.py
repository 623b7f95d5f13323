"""Whose contract ended after a cut-off date: the outcome of subscriptions, seen afterwards."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.predictions.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis
    from numpy.typing import NDArray

    from regulars.features import AsOf, FeatureTable
    from regulars.predictions.definitions import ContractEnd

__all__ = ["observe_contract_ends"]

_NEVER = np.iinfo(np.int32).max
_FAR = 1 << 33


def observe_contract_ends(
    subscriptions: ibis.Table,
    features: Sequence[FeatureTable],
    definition: ContractEnd,
    *,
    until: AsOf,
) -> tuple[Outcome, ...]:
    """Who left after each cut-off date, as `compare_models_over_time` wants it.

    A customer has left on the last day of the last subscription that none follows within
    `grace_days`; a contract that is renewed, or one of several that ends, is no loss. At risk is
    who is subscribed on the first day of the horizon.

    Parameters
    ----------
    subscriptions
        The versions known last: `customer_id`, `started_on`, `ended_on` (the last day; empty or
        in the future while it goes on). Rows that end before they start are not looked at.
    features
        The customers at each cut-off date.
    definition
        Horizon, gap and grace, in days.
    until
        First day of which nothing is known yet. At a cut-off date whose horizon and grace were
        not over by then all labels are NaN.

    Returns
    -------
    tuple of Outcome
        One for each feature table: 1.0 left, 0.0 stayed, NaN not at risk or not known yet.

    Examples
    --------
    >>> import ibis
    >>> from regulars.features import AsOf, FeatureTable
    >>> from regulars.predictions import ContractEnd
    >>> rows = {
    ...     "customer_id": ["1", "2", "2"],
    ...     "started_on": [date(2025, 1, 1), date(2025, 1, 1), date(2025, 7, 1)],
    ...     "ended_on": [date(2025, 6, 20), date(2025, 6, 30), None],
    ... }
    >>> june = FeatureTable(pa.table({"customer_id": ["1", "2"]}), (), AsOf(date(2025, 6, 1)))
    >>> (outcome,) = observe_contract_ends(
    ...     ibis.memtable(pa.table(rows)), [june], ContractEnd(), until=AsOf(date(2026, 1, 1))
    ... )
    >>> outcome.labels.tolist()
    [1.0, 0.0]
    """
    stays = _Stays(subscriptions, grace_days=definition.grace_days)
    return tuple(
        Outcome(definition, stays.label(table, definition, until=until.day)) for table in features
    )


class _Stays:
    """Subscriptions of each customer in order, each with the day on which the stay ends.

    A stay is what subscriptions make that follow each other within the grace.
    """

    def __init__(self, subscriptions: ibis.Table, *, grace_days: int) -> None:
        rows: pa.Table = subscriptions.select("customer_id", "started_on", "ended_on").to_pyarrow()
        rows = rows.filter(
            pc.fill_null(pc.greater_equal(rows["ended_on"], rows["started_on"]), True)  # noqa: FBT003 - the value of a cell
        ).sort_by([("customer_id", "ascending"), ("started_on", "ascending")])
        self.customers = rows["customer_id"].combine_chunks()
        self.started = _to_days(rows["started_on"])
        self.ended = _to_days(rows["ended_on"])
        self.stays_until = self._join(grace_days)

    def _join(self, grace_days: int) -> NDArray[np.int64]:
        if not len(self.customers):
            return self.ended
        codes = self.customers.dictionary_encode().indices.to_numpy().astype(np.int64)
        # Each customer's days lie far above those of the one before, so one pass does for all.
        latest = np.maximum.accumulate(codes * _FAR + self.ended) - codes * _FAR
        begins = np.ones(len(codes), dtype=np.bool_)
        begins[1:] = (codes[1:] != codes[:-1]) | (self.started[1:] > latest[:-1] + 1 + grace_days)
        first = np.flatnonzero(begins)
        last = np.append(first[1:], len(codes)) - 1
        return np.repeat(latest[last], last - first + 1)

    def label(
        self, features: FeatureTable, definition: ContractEnd, *, until: date
    ) -> NDArray[np.float64]:
        """1.0 left, 0.0 stayed, NaN not at risk or not known yet; shape (n_customers,)."""
        labels = np.full(len(features), np.nan)
        as_of = features.as_of.day
        if as_of + timedelta(days=definition.days_until_known) > until:
            return labels
        begin = (as_of - date(1970, 1, 1)).days + definition.gap_days
        at_risk = (self.started <= begin) & (self.ended >= begin)
        customers = self.customers.filter(pa.array(at_risk))
        leaves = self.stays_until[at_risk] < begin + definition.horizon_days
        # Of several subscriptions all lie in one stay, so any of them tells.
        place = pc.index_in(features.customer_ids, value_set=customers)
        found = place.is_valid().to_numpy(zero_copy_only=False)
        labels[found] = leaves[place.drop_null().to_numpy()]
        return labels


def _to_days(dates: pa.ChunkedArray) -> NDArray[np.int64]:
    days = dates.cast(pa.date32()).cast(pa.int32()).fill_null(_NEVER)
    return np.asarray(days.to_numpy(), dtype=np.int64)
