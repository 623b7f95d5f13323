"""Who moved to a dearer plan: subscriptions that begin at a higher fee than those that were there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.errors import QualityError, UnknownNameError
from regulars.schema.billing_periods import MONTH_DAYS, find_period_days

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis
    from numpy.typing import NDArray

    from regulars.features.table import AsOf
    from regulars.predictions.outcomes.definitions import PlanUpgrade

__all__ = ["observe_upgrades"]

_EPOCH = 719_163
"""The day number of 1 January 1970 in the calendar of Python."""

_NEVER = 4_000_000
"""A day number beyond the calendar: no end is known."""


def observe_upgrades(
    definition: PlanUpgrade, tables: Mapping[str, ibis.Table], *, as_of: Sequence[AsOf]
) -> list[tuple[pa.StringArray, NDArray[np.float64]]]:
    """For each date who was subscribed at a known fee, sorted, and 1.0 or 0.0 for each of them.

    Parameters
    ----------
    definition, tables, as_of
        As in `observe_outcome`; fees are those of the subscriptions, else of their tariffs.

    Raises
    ------
    QualityError
        When no fee is known.
    """
    ids, customers, starts, ends, fees = _read(tables)
    found = []
    for moment in as_of:
        day = moment.day.toordinal()
        active = (starts <= day) & (ends >= day)
        # The dearest plan that a customer has: one that comes beside it and is cheaper is no upgrade.
        now = np.full(len(ids), -np.inf)
        np.maximum.at(now, customers[active], fees[active])
        first = day + definition.gap_days
        begun = (starts > day) & (starts >= first) & (starts < first + definition.horizon_days)
        then = np.full(len(ids), -np.inf)
        np.maximum.at(then, customers[begun], fees[begun])
        at_risk = np.isfinite(now)
        labels = (then > now).astype(np.float64)
        found.append((ids.filter(pa.array(at_risk)), labels[at_risk]))
    return found


def _read(
    tables: Mapping[str, ibis.Table],
) -> tuple[
    pa.StringArray,
    NDArray[np.int64],
    NDArray[np.int64],
    NDArray[np.int64],
    NDArray[np.float64],
]:
    """Every customer, and of each subscription its customer, first and last day, and fee a month."""
    if "subscriptions" not in tables:
        raise UnknownNameError("table", "subscriptions", list(tables), ru="таблицы")
    table = tables["subscriptions"]
    known = table.filter(table["customer_id"].notnull(), table["started_on"].notnull())
    rows = known.to_pyarrow()
    fees = _read_fees(rows, tables)
    is_known = np.isfinite(fees)
    if not is_known.any():
        raise QualityError(
            en="No fee of a subscription is known, so nothing tells which plan is dearer. Load subscriptions with"
            " their fee (fee_amount), or tariffs with theirs.",
            ru="Ни у одной подписки не известна плата, поэтому неясно, какой тариф дороже. Загрузите подписки с"
            " платой (fee_amount) или тарифы с их платой.",
        )
    rows = rows.filter(pa.array(is_known))
    owners = rows["customer_id"].cast(pa.string())
    ids = pc.unique(owners).sort()
    ids = ids.take(pc.sort_indices(ids))
    customers = pc.index_in(owners, value_set=ids).to_numpy().astype(np.int64)
    starts = _read_days(rows["started_on"])
    ends = np.full(len(customers), _NEVER, dtype=np.int64)
    if "ended_on" in rows.column_names:
        ends = _read_days(rows["ended_on"])
    return ids, customers, starts, ends, fees[is_known]


def _read_fees(rows: pa.Table, tables: Mapping[str, ibis.Table]) -> NDArray[np.float64]:
    """What each subscription pays a month: its own fee, else that of its tariff; NaN where unknown."""
    fees = _as_month(rows) if "fee_amount" in rows.column_names else np.full(len(rows), np.nan)
    if "tariffs" not in tables or "tariff_id" not in rows.column_names:
        return fees
    tariffs = tables["tariffs"].to_pyarrow()
    if "fee_amount" not in tariffs.column_names:
        return fees
    place = pc.index_in(
        rows["tariff_id"].cast(pa.string()), value_set=tariffs["tariff_id"].cast(pa.string())
    )
    listed = pa.array(_as_month(tariffs)).take(place.combine_chunks())
    return np.where(np.isnan(fees), listed.to_numpy(zero_copy_only=False).astype(np.float64), fees)


def _as_month(rows: pa.Table) -> NDArray[np.float64]:
    fees = np.asarray(rows["fee_amount"].cast(pa.float64()).to_numpy(), np.float64)
    if "billing_period" not in rows.column_names:
        return fees
    lengths = [find_period_days(one) for one in rows["billing_period"].to_pylist()]
    return fees * MONTH_DAYS / np.array(lengths, dtype=np.float64)


def _read_days(column: pa.ChunkedArray) -> NDArray[np.int64]:
    days = column.cast(pa.date32()).cast(pa.int32()).cast(pa.float64()).to_numpy()
    return np.where(np.isnan(days), _NEVER, np.nan_to_num(days) + _EPOCH).astype(np.int64)
