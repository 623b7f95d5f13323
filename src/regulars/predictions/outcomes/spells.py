"""Unbroken times of subscription, from rows that may overlap, follow each other or leave a pause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis
    from numpy.typing import NDArray

__all__ = ["Spells", "find_spells"]

_NEVER = 4_000_000
"""A day number beyond the calendar: no end is known."""

_APART = 10_000_000
"""Keeps the days of one customer apart from those of the next in one running maximum."""

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, eq=False)
class Spells:
    """Unbroken times of subscription, sorted by customer and beginning.

    Attributes
    ----------
    customer_ids
        Every customer, sorted.
    customers
        For each spell the position of its customer, shape (n_spells,).
    begins, ends
        First and last day as proleptic day numbers (`date.toordinal`).
    row_spells, row_begins, row_ends
        For each subscription its spell and its own first and last day: between two of them a
        spell may pause.
    """

    customer_ids: pa.StringArray
    customers: NDArray[np.int64]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    row_spells: NDArray[np.int64]
    row_begins: NDArray[np.int64]
    row_ends: NDArray[np.int64]

    @property
    def has_end(self) -> NDArray[np.bool_]:
        """Which spells have ended or will end."""
        return self.ends < _NEVER

    def find_subscribed(self, day: int) -> NDArray[np.int64]:
        """Numbers of the spells with a subscription on that day, in order."""
        return np.unique(self.row_spells[(self.row_begins <= day) & (self.row_ends >= day)])

    def day_after(self, spell: int) -> date:
        """The first day without a subscription."""
        return date.fromordinal(int(self.ends[spell])) + timedelta(days=1)


def find_spells(
    subscriptions: ibis.Table, end_columns: Sequence[str], *, pause_days: int
) -> Spells:
    """Spells of every customer who ever subscribed.

    Parameters
    ----------
    subscriptions
        One row per subscription: `customer_id`, `started_on` and columns of ends.
    end_columns
        The last day is the first of these that is known; of those that the table lacks none is.
    pause_days
        A subscription that begins at most so many days after the last one's end continues it.

    Examples
    --------
    >>> import ibis
    >>> rows = {
    ...     "customer_id": ["1", "1", "1"],
    ...     "started_on": [date(2026, 1, 1), date(2026, 2, 5), date(2026, 6, 1)],
    ...     "ended_on": [date(2026, 1, 31), date(2026, 2, 28), None],
    ... }
    >>> spells = find_spells(ibis.memtable(pa.table(rows)), ["ended_on"], pause_days=14)
    >>> [(str(date.fromordinal(int(day))), str(spells.day_after(0))) for day in spells.begins[:1]]
    [('2026-01-01', '2026-03-01')]
    >>> spells.has_end.tolist()
    [True, False]
    """
    names = [name for name in end_columns if name in subscriptions.columns]
    known = subscriptions.filter(
        subscriptions["customer_id"].notnull(), subscriptions["started_on"].notnull()
    )
    rows = known.select("customer_id", "started_on", *names).to_pyarrow()
    ids = pc.unique(rows.column("customer_id")).sort().cast(pa.string())
    customer = pc.index_in(rows.column("customer_id").cast(pa.string()), value_set=ids)
    customers = customer.to_numpy().astype(np.int64)
    starts = _read_days(rows.column("started_on"))
    ends = np.full(len(customers), _NEVER, dtype=np.int64)
    for name in reversed(names):
        days = _read_days(rows.column(name))
        ends = np.where(days < _NEVER, days, ends)
    return _join(ids, customers, starts, ends, pause_days)


def _read_days(column: pa.ChunkedArray) -> NDArray[np.int64]:
    days = column.cast(pa.date32()).cast(pa.int32()).cast(pa.float64()).to_numpy()
    return np.where(np.isnan(days), _NEVER, np.nan_to_num(days) + _EPOCH).astype(np.int64)


def _join(
    ids: pa.StringArray,
    customers: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    pause_days: int,
) -> Spells:
    # What ends before it starts was never a subscription.
    customers, starts, ends = (array[ends >= starts] for array in (customers, starts, ends))
    order = np.lexsort((starts, customers))
    customers, starts, ends = customers[order], starts[order], ends[order]
    if len(customers) == 0:
        return Spells(ids, customers, starts, ends, customers, starts, ends)
    latest = np.maximum.accumulate(ends + customers * _APART)
    begins_new = np.ones(len(customers), dtype=bool)
    begins_new[1:] = starts[1:] + customers[1:] * _APART > latest[:-1] + pause_days + 1
    first = np.flatnonzero(begins_new)
    last = np.append(first[1:], len(customers)) - 1
    return Spells(
        ids,
        customers[first],
        starts[first],
        latest[last] - customers[last] * _APART,
        np.cumsum(begins_new) - 1,
        starts,
        ends,
    )
