"""What the contracts of a workspace are worth: how long customers stay, times what they pay."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regulars.errors import InvalidParameterError, QualityError
from regulars.predictions.lifetime_value import Horizon, value_contracts
from regulars.schema.billing_periods import MONTH_DAYS, find_period_days
from regulars.workspace.rule_sources import open_seen_sources, read_mappings
from regulars.workspace.survival import SurvivalStudy, study_survival
from regulars.workspace.told_columns import open_told_columns

if TYPE_CHECKING:
    from datetime import date

    import ibis
    import pyarrow as pa
    from numpy.typing import NDArray

    from regulars.features import AsOf
    from regulars.predictions.lifetime_value.forecast import Expectation
    from regulars.progress import Progress
    from regulars.schema.wording import Language
    from regulars.workspace.folder import Workspace

__all__ = ["ContractValues", "list_contracts", "value_customer_contracts"]

_ENDING = re.compile(r"^leaves_within_(\d+)_days$")


@dataclass(frozen=True, slots=True, eq=False)
class ContractValues:
    """What the customers who are still there will pay.

    Attributes
    ----------
    study
        How long customers stay, and the model that says so.
    horizon
        Over which time, at which discount and margin.
    customer_ids
        Of everybody who is still there and whose fee is known.
    fees
        What each pays a month, shape (n_customers,).
    value
        Of each customer.
    without_fee
        How many are still there whose fee is not known; they are left out.
    longest
        How many are there as long as anybody ever was: how soon such customers leave was not seen, and the
        mean hazard stands for theirs.
    as_of
        First day that was not seen.
    seconds
        That it took.
    """

    study: SurvivalStudy
    horizon: Horizon
    customer_ids: pa.Array
    fees: NDArray[np.float64]
    value: Expectation
    without_fee: int
    longest: int
    as_of: AsOf
    seconds: float


def value_customer_contracts(
    workspace: Workspace,
    *,
    duration: str | None = None,
    event: str | None = None,
    event_value: str | None = None,
    fee: str | None = None,
    horizon: Horizon | None = None,
    as_of: date | None = None,
    language: Language = "en",
    progress: Progress,
) -> ContractValues:
    """What customers with a contract will pay within the horizon: see `value_contracts`.

    Parameters
    ----------
    workspace
        Whose lake.
    duration, event, event_value
        As `study_survival` takes them; without them the dates of the subscriptions tell.
    fee
        The column of a file with what each customer pays a month; None for the fees of the subscriptions.
    horizon
        Over which time, at which discount and margin; a year at 10 % by default.
    as_of
        First day that must not be seen; by default that of `analyze`.
    language, progress
        Told of every stage, and how stages are called.

    Raises
    ------
    InvalidParameterError
        When a file is looked at and its column of fees is not named.
    QualityError
        When no fee of anybody who is still there is known.
    NotFoundError, UnknownColumnError, QualityError
        As `study_survival`.
    """
    started, asked = time.monotonic(), horizon or Horizon()
    if (duration is None) != (fee is None):
        raise InvalidParameterError(
            en="The value of contracts needs three columns of a file: --duration COLUMN --event COLUMN=VALUE"
            " --fee COLUMN, the last with what a customer pays a month.",
            ru="Для ценности договоров нужны три столбца файла: --duration СТОЛБЕЦ --event СТОЛБЕЦ=ЗНАЧЕНИЕ"
            " --fee СТОЛБЕЦ; в последнем — сколько клиент платит в месяц.",
        )
    study = study_survival(
        workspace,
        duration=duration,
        event=event,
        event_value=event_value,
        keep=() if fee is None else (fee,),
        as_of=as_of,
        language=language,
        progress=progress,
    )
    with open_seen_sources(workspace, as_of=as_of) as (sources, day):
        if fee is None:
            owners, amounts = _sum_fees(sources.tables["subscriptions"], day)
        else:
            told = open_told_columns(sources.tables, read_mappings(workspace), as_of=day)
            owners, amounts = told.features.customer_ids, _read_numbers(told.read(fee), fee)
    scored = study.comparison.scored
    fees = _align(owners, amounts, scored["customer_id"].combine_chunks())
    known = np.isfinite(fees)
    if not known.any():
        raise QualityError(
            en="No fee of a customer who is still there is known. Name the column with what they pay a month:"
            " --fee COLUMN.",
            ru="Ни у одного оставшегося клиента не известна плата. Назовите столбец с платой за месяц: --fee"
            " СТОЛБЕЦ.",
        )
    rows = scored.filter(known)
    leaves = {
        int(found.group(1)): rows[name].to_numpy()
        for name in rows.column_names
        if (found := _ENDING.match(name))
    }
    value = value_contracts(
        leaves,
        fees[known] / MONTH_DAYS,
        ends_seen=study.comparison.left,
        horizon=asked,
    )
    return ContractValues(
        study,
        asked,
        rows["customer_id"].combine_chunks(),
        fees[known],
        value,
        int((~known).sum()),
        int(np.isnan(leaves[min(leaves)]).sum()),
        day,
        time.monotonic() - started,
    )


def _read_numbers(values: pa.ChunkedArray, column: str) -> NDArray[np.float64]:
    import pyarrow as pa

    try:
        told = values.cast(pa.float64())
    except pa.ArrowInvalid as error:
        raise InvalidParameterError(
            en=f"--fee {column} is no column of numbers. Name the one with what customers pay a month.",
            ru=f"--fee {column}: это не числовой столбец. Назовите тот, где плата за месяц.",
        ) from error
    return np.asarray(told.combine_chunks().to_numpy(zero_copy_only=False), dtype=np.float64)


def _sum_fees(subscriptions: ibis.Table, as_of: AsOf) -> tuple[pa.Array, NDArray[np.float64]]:
    """Owners of the subscriptions that go on, and what each pays a month."""
    import ibis
    import pyarrow as pa

    if "fee_amount" not in subscriptions.columns:
        return pa.array([], pa.string()), np.empty(0)
    # An end from the day on is not seen: such a subscription goes on.
    ends = subscriptions["ended_on"].cast("date")
    goes_on = (ends >= ibis.literal(as_of.day)).fill_null(True)  # noqa: FBT003 - the value of a cell
    has_period = "billing_period" in subscriptions.columns
    period = subscriptions["billing_period"] if has_period else ibis.null("string")
    rows = subscriptions.filter(goes_on, subscriptions["customer_id"].notnull()).select(
        customer_id=subscriptions["customer_id"].cast("string"),
        fee=subscriptions["fee_amount"].cast("float64"),
        period=period,
    )
    summed = rows.group_by("customer_id", "period").aggregate(fee=rows["fee"].sum()).to_pyarrow()
    lengths = [find_period_days(one) for one in summed["period"].to_pylist()]
    fees = summed["fee"].to_numpy() * MONTH_DAYS / np.array(lengths, dtype=np.float64)
    table = pa.table({"customer_id": summed["customer_id"], "fee": fees})
    told = table.group_by("customer_id").aggregate([("fee", "sum")])
    return told["customer_id"].combine_chunks(), told["fee_sum"].to_numpy()


def _align(owners: pa.Array, amounts: NDArray[np.float64], wanted: pa.Array) -> NDArray[np.float64]:
    import pyarrow as pa
    import pyarrow.compute as pc

    place = pc.index_in(wanted.cast(pa.string()), value_set=owners.cast(pa.string()))
    found = pa.array(amounts, pa.float64()).take(place)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.float64)


def list_contracts(found: ContractValues) -> pa.Table:
    """One row per customer who is still there, the most valuable first.

    Returns
    -------
    Table
        `customer_id`, `fee_amount` (a month), `lifetime_value` with `lifetime_value_low` and
        `lifetime_value_high`, `horizon_days`, `as_of`.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    low, high = found.value.bounds()
    # Nobody pays more than those who stay to the end.
    rate = found.horizon.rate / found.horizon.unit_days
    days = -np.expm1(-rate * found.horizon.days) / rate if rate else float(found.horizon.days)
    high = np.minimum(high, found.fees / MONTH_DAYS * found.horizon.margin * days)
    size = len(found.fees)
    table = pa.table(
        {
            "customer_id": found.customer_ids,
            "fee_amount": found.fees,
            "lifetime_value": found.value.values,
            "lifetime_value_low": low,
            "lifetime_value_high": high,
            "horizon_days": np.full(size, found.horizon.days),
            "as_of": pa.array([found.as_of.day] * size),
        }
    )
    order = [("lifetime_value", "descending"), ("customer_id", "ascending")]
    return table.take(pc.sort_indices(table, sort_keys=order))
