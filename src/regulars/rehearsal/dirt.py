"""The dirt that every real file has, planted in the simulated company in stated numbers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.random import Generator
from numpy.typing import NDArray

__all__ = ["DIRT", "soil"]

Row = dict[str, Any]
Flags = NDArray[np.bool_]

_IMPOSSIBLE_AGES = (199, -3, 250, 999, 131)
_NOISE = ("аааааааааааа", "бла бла бла бла бла бла", "ok ok ok ok ok ok", "zzzzzzzzzzzz")
_ADVERTISING = "Дешёвые тарифы здесь: https://tariff.example/sale"
_ONE_IN = 20


@dataclass(frozen=True, slots=True)
class _Plant:
    """Rows of one kind of dirt.

    Attributes
    ----------
    table
        Where.
    count
        How many.
    change
        What is written into a row, from its number among the dirty ones and what it was.
    is_added
        A dirty copy beside the row; otherwise in its place.
    only
        Values that a row must have to be chosen; None stands for anything that is not missing.
    """

    table: str
    count: int
    change: Callable[[int, Row], Row]
    is_added: bool = False
    only: Mapping[str, str | None] | None = None


_PLANTS = {
    "customers_repeated": _Plant("customers", 10, lambda _, row: {}, is_added=True),
    "profiles_impossible_age": _Plant(
        "customers", 6, lambda at, row: {"age": _IMPOSSIBLE_AGES[at % len(_IMPOSSIBLE_AGES)]}
    ),
    "events_negative": _Plant(
        "usage", 20, lambda _, row: {"duration_seconds": -1.0}, only={"name": "call"}
    ),
    "events_without_customer": _Plant("usage", 30, lambda _, row: {"customer_id": None}),
    "events_of_unknown_customers": _Plant(
        "usage", 25, lambda at, row: {"customer_id": f"9{at:06d}"}, is_added=True
    ),
    "events_before_1990": _Plant(
        "usage",
        5,
        lambda at, row: {"occurred_at": datetime(1970, 1, 1) + timedelta(seconds=at)},  # noqa: DTZ001 - files name no zone
    ),
    "events_copied": _Plant("usage", 40, lambda _, row: {}, is_added=True),
    "subscriptions_end_before_start": _Plant(
        "subscriptions",
        4,
        lambda _, row: {"ended_on": row["started_on"] - timedelta(days=10)},
        only={"status": "renewed"},
    ),
    "payments_repeated": _Plant(
        "payments",
        15,
        lambda at, row: {
            "payment_id": f"P9{at:07d}",
            "paid_at": row["paid_at"] + timedelta(minutes=1),
        },
        is_added=True,
    ),
    "payments_of_unknown_subscriptions": _Plant(
        "payments", 10, lambda at, row: {"subscription_id": f"S9{at:06d}-1"}
    ),
    "interactions_negative_duration": _Plant(
        "contacts", 5, lambda _, row: {"wait_seconds": -1.0}, only={"wait_seconds": None}
    ),
    "feedback_noise": _Plant("reviews", 12, lambda at, row: {"text": _NOISE[at % len(_NOISE)]}),
    "feedback_advertising": _Plant("reviews", 8, lambda _, row: {"text": _ADVERTISING}),
    "relations_with_oneself": _Plant(
        "referrals",
        3,
        lambda _, row: {"related_customer_id": row["customer_id"]},
        is_added=True,
    ),
}

DIRT = {check: plant.count for check, plant in _PLANTS.items()}
"""Dirty rows by the check that finds them; a row that is there twice is told by the load."""


def soil(tables: dict[str, pa.Table], generator: Generator) -> dict[str, int]:
    """Make rows of `tables` dirty, no row in two ways; returns how many of each kind.

    A small table gets fewer of a kind than `DIRT` says: one row in twenty at most.
    """
    is_clean = {name: np.ones(table.num_rows, dtype=bool) for name, table in tables.items()}
    planted = {}
    for check, plant in _PLANTS.items():
        table, clean = tables[plant.table], is_clean[plant.table]
        places = np.flatnonzero(clean & _find(table.slice(0, len(clean)), plant.only))
        count = min(plant.count, len(clean) // _ONE_IN, len(places))
        chosen = np.sort(generator.choice(places, count, replace=False))
        clean[chosen] = False
        rows = table.take(pa.array(chosen)).to_pylist()
        dirty = [row | plant.change(at, row) for at, row in enumerate(rows)]
        added = pa.Table.from_pylist(dirty, schema=table.schema)
        tables[plant.table] = (
            pa.concat_tables([table, added]) if plant.is_added else _replace(table, chosen, added)
        )
        planted[check] = count
    return planted


def _find(table: pa.Table, only: Mapping[str, str | None] | None) -> Flags:
    found = np.ones(table.num_rows, dtype=bool)
    for column, value in (only or {}).items():
        values = table[column]
        fits = values.is_valid() if value is None else pc.equal(values, value)
        found &= pc.fill_null(fits, False).to_numpy()  # noqa: FBT003 - the value of a cell
    return found


def _replace(table: pa.Table, places: NDArray[np.int64], rows: pa.Table) -> pa.Table:
    mask = np.zeros(table.num_rows, dtype=bool)
    mask[places] = True
    for at, name in enumerate(table.column_names):
        old, new = table[name].combine_chunks(), rows[name].combine_chunks()
        if not table[name].take(pa.array(places)).equals(rows[name]):
            table = table.set_column(at, name, pc.replace_with_mask(old, pa.array(mask), new))
    return table
