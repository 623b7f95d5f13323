"""Repeat purchases of every customer, counted out of a table of purchases in one pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from regulars.errors import NotFoundError
from regulars.features.rows import CUSTOMER, day_number, see, with_columns
from regulars.predictions.lifetime_value.histories import RepeatPurchases
from regulars.schema.contract import get_contract

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa
    from numpy.typing import NDArray

    from regulars.features import AsOf

__all__ = ["PurchaseCounts", "PurchaseHistory", "sum_up_purchases"]

_DAY_ZERO = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class PurchaseCounts:
    """What became of every row: `rows` is the sum of the next four, and nothing is lost silently.

    Attributes
    ----------
    rows
        Rows of the table that were seen.
    purchase_days
        Customers' days with purchases: what the models count.
    same_day
        Further purchases on such a day; they count as one with it.
    returns
        Rows with an amount below zero: no purchases; they are taken off the customer's baskets.
    without_customer
        Rows of nobody known.
    free
        Purchases with an amount of zero; they count, and their basket is zero.
    without_amount
        Purchases whose amount is not known; they count, and tell nothing of the basket.
    amount
        Sum of the customers' purchases; None where amounts of several currencies have no sum.
    returned_amount
        Sum of their returns, below zero; None as before.
    only_returns
        Customers with returns and no purchase, who are left out.
    currencies
        Those of the amounts.
    first_on, last_on
        Days of the first and the last purchase.
    """

    rows: int
    purchase_days: int
    same_day: int
    returns: int
    without_customer: int
    free: int
    without_amount: int
    amount: float | None
    returned_amount: float | None
    only_returns: int
    currencies: tuple[str, ...]
    first_on: date
    last_on: date


@dataclass(frozen=True, slots=True, eq=False)
class PurchaseHistory:
    """The repeat purchases of all customers, and of the first half of the history alone.

    Attributes
    ----------
    purchases
        Of every customer who bought before `as_of`.
    earlier
        The same as of the middle of the history, of those who had bought by then.
    later_counts
        Purchase days of these after the middle, shape (n_earlier,).
    checked_days
        From the middle to the end.
    counts
        What became of every row.
    """

    purchases: RepeatPurchases
    earlier: RepeatPurchases
    later_counts: NDArray[np.int64]
    checked_days: int
    counts: PurchaseCounts


def sum_up_purchases(
    purchases: ibis.Table,
    *,
    as_of: AsOf,
    superseded: ibis.Table | None = None,
) -> PurchaseHistory:
    """The repeat purchases of every customer.

    The engine groups by customer and day, then by customer; what comes back is one line of numbers a
    customer, however many purchases there are. Tenure ends on the day before `as_of`.

    Parameters
    ----------
    purchases
        One row per purchase: `customer_id`, `purchased_at`, and where known `amount`, `currency`.
    as_of
        First day that must not be seen.
    superseded
        Earlier versions of corrected rows, as the lake keeps them.

    Raises
    ------
    NotFoundError
        When nobody known bought anything before `as_of`.

    Examples
    --------
    >>> import ibis
    >>> import pyarrow as pa
    >>> from datetime import UTC, datetime
    >>> from regulars.features import AsOf
    >>> days = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 5, 5, 9, 20)]
    >>> amounts = [10.0, 20.0, 5.0, -5.0, 99.0]
    >>> rows = {"customer_id": ["a"] * 5, "purchased_at": days, "known_at": days, "amount": amounts}
    >>> found = sum_up_purchases(ibis.memtable(pa.table(rows)), as_of=AsOf(date(2026, 1, 15)))
    >>> bought = found.purchases
    >>> [int(one[0]) for one in (bought.repeat_purchase_count, bought.active_span_days)]
    [1, 4]
    >>> int(bought.tenure_days[0]), round(float(bought.mean_amount[0]), 2), found.counts.returns
    (13, 21.43, 1)
    """
    contract = get_contract("purchases")
    seen = see(purchases, contract, as_of=as_of, superseded=superseded)
    rows = _shape(with_columns(seen, ["purchased_on"], table="purchases", zone=as_of.zone), as_of)
    known = rows.filter(rows[CUSTOMER].notnull() & ~rows["is_return"])
    ends = (
        known.aggregate(first=known["day"].min(), last=known["day"].max()).to_pyarrow().to_pylist()
    )
    if not ends or ends[0]["first"] is None:
        raise _say_nothing(purchases, as_of)
    last_seen = (as_of.day - _DAY_ZERO).days - 1
    middle = (ends[0]["first"] + last_seen) // 2
    told = _group(rows, middle).to_pyarrow()
    return _read(told, ends[0], (middle, last_seen), as_of)


def _shape(rows: ibis.Table, as_of: AsOf) -> ibis.Table:
    """The few columns that count, under names of their own."""
    import ibis

    def column(name: str, kind: str) -> ibis.Value:
        return rows[name] if name in rows.columns else ibis.null(kind)

    amount = column("amount", "float64")
    return rows.select(
        customer_id=rows[CUSTOMER],
        day=day_number(rows["purchased_on"], as_of.zone),
        amount=amount,
        is_return=(amount < 0).fill_null(False),  # noqa: FBT003 - the value of a cell
        currency=column("currency", "string"),
    )


def _group(rows: ibis.Table, middle: int) -> ibis.Table:
    """One row per customer, and one for nobody known, with counts that add up to the rows."""
    bought = ~rows["is_return"]
    days = rows.group_by(CUSTOMER, "day").aggregate(
        rows=rows.count(),
        purchases=bought.sum(),
        known=(bought & rows["amount"].notnull()).sum(),
        free=(rows["amount"] == 0).sum(),
        amount=rows["amount"].sum(where=bought).fill_null(0),
        returned=rows["amount"].sum(where=rows["is_return"]).fill_null(0),
        currency=rows["currency"].min(where=rows["amount"].notnull()),
        other_currency=rows["currency"].max(where=rows["amount"].notnull()),
        unnamed=(rows["amount"].notnull() & rows["currency"].isnull()).sum(),
    )
    is_bought = days["purchases"] > 0
    is_early = is_bought & (days["day"] <= middle)
    is_known = days["known"] > 0
    return days.group_by(CUSTOMER).aggregate(
        rows=days["rows"].sum(),
        purchases=days["purchases"].sum(),
        known=days["known"].sum(),
        free=days["free"].sum(),
        days=is_bought.sum(),
        known_days=(is_bought & is_known).sum(),
        first=days["day"].min(where=is_bought),
        last=days["day"].max(where=is_bought),
        amount=days["amount"].sum().cast("float64"),
        first_amount=days["amount"].argmin(days["day"], where=is_bought).cast("float64"),
        first_known=is_known.cast("int64").argmin(days["day"], where=is_bought),
        returned=days["returned"].sum().cast("float64"),
        early_days=is_early.sum(),
        early_last=days["day"].max(where=is_early),
        currency=days["currency"].min(),
        other_currency=days["other_currency"].max(),
        unnamed=days["unnamed"].sum(),
    )


def _say_nothing(purchases: ibis.Table, as_of: AsOf) -> NotFoundError:
    ends = purchases.aggregate(
        first=purchases["purchased_at"].min(), named=purchases[CUSTOMER].count()
    )
    told = ends.to_pyarrow().to_pylist()[0]
    last = as_of.day - timedelta(days=1)
    if told["first"] is not None and told["named"] and told["first"].date() > last:
        day = told["first"].date()
        return NotFoundError(
            en=f"Nothing was bought until {last}: the first purchase is of {day}. Choose a later day:"
            " --until.",
            ru=f"До {last} ничего не куплено: первая покупка — {day}. Возьмите более позднюю дату:"
            " --until.",
        )
    return NotFoundError(
        en="No purchase names its customer (returns do not count): lifetime value needs to know who bought."
        " Name the column with the customer's id: --id COLUMN.",
        ru="Ни у одной покупки не указан клиент (возвраты не в счёт): для пожизненной ценности нужно знать,"
        " кто купил. Назовите столбец с номером клиента: --id СТОЛБЕЦ.",
    )


def _read(
    told: pa.Table, ends: dict[str, int], days: tuple[int, int], as_of: AsOf
) -> PurchaseHistory:
    import pyarrow.compute as pc

    middle, last_seen = days
    named = pc.and_(pc.is_valid(told[CUSTOMER]), pc.greater(told["days"], 0))
    buyers = told.filter(named).sort_by(CUSTOMER)

    def numbers(name: str) -> NDArray[np.int64]:
        return np.asarray(buyers[name].combine_chunks().fill_null(0), dtype=np.int64)

    first, count = numbers("first"), numbers("days")
    purchases = RepeatPurchases(
        count - 1,
        numbers("last") - first,
        last_seen - first,
        _average_baskets(buyers),
        numbers("known_days") - numbers("first_known"),
        buyers[CUSTOMER].combine_chunks(),
        as_of,
    )
    early = numbers("early_days")
    is_early = early > 0
    earlier = RepeatPurchases(
        (early - 1)[is_early],
        (numbers("early_last") - first)[is_early],
        (middle - first)[is_early],
    )
    return PurchaseHistory(
        purchases,
        earlier,
        (count - early)[is_early],
        last_seen - middle,
        _count(told, ends),
    )


def _average_baskets(buyers: pa.Table) -> NDArray[np.float64]:
    """Mean amount of the days after the first, less the share of all purchases that was given back."""

    def numbers(name: str) -> NDArray[np.float64]:
        return np.asarray(buyers[name].combine_chunks().fill_null(0), dtype=np.float64)

    count = numbers("known_days") - numbers("first_known")
    amount, returned = numbers("amount"), numbers("returned")
    with np.errstate(divide="ignore", invalid="ignore"):
        kept = np.where(amount > 0, np.clip(1.0 + returned / amount, 0.0, 1.0), 1.0)
        mean = (amount - numbers("first_amount")) / count * kept
    # Amounts are summed as decimals; the difference of two floats may miss zero by a hair.
    return np.where(count > 0, np.maximum(mean, 0.0), np.nan)


def _count(told: pa.Table, ends: dict[str, int]) -> PurchaseCounts:
    import pyarrow.compute as pc

    known = told.filter(pc.is_valid(told[CUSTOMER]))

    def total(name: str, of: pa.Table = known) -> float:
        return pc.sum(of[name]).as_py() or 0

    rows, named = int(total("rows", told)), int(total("rows"))
    bought, days = int(total("purchases")), int(total("days"))
    codes = {
        code for name in ("currency", "other_currency") for code in known[name].to_pylist() if code
    }
    if total("unnamed") and codes:
        codes.add("")
    return PurchaseCounts(
        rows=rows,
        purchase_days=days,
        same_day=bought - days,
        returns=named - bought,
        without_customer=rows - named,
        free=int(total("free")),
        without_amount=bought - int(total("known")),
        amount=None if len(codes) > 1 else float(total("amount")),
        returned_amount=None if len(codes) > 1 else float(total("returned")),
        only_returns=int(pc.sum(pc.equal(known["days"], 0)).as_py() or 0),
        currencies=tuple(sorted(codes)),
        first_on=_DAY_ZERO + timedelta(days=int(ends["first"])),
        last_on=_DAY_ZERO + timedelta(days=int(ends["last"])),
    )
