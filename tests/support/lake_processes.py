"""What other processes do to a lake in its tests; started with spawn, never forked."""

import multiprocessing
import os
import signal
from datetime import UTC, datetime
from pathlib import Path

from shop_lake import CARDS, ORDERS, VISITS, Shop, order

from regulars.lake import Lake, LoadRecord

STARS = "CASE WHEN order_id = '2' THEN NULL ELSE 5 END"
SPAWN = multiprocessing.get_context("spawn")


def second_rows():
    """What the load that dies brings: one changed row, one known, one new."""
    return [order("1", amount=11), order("2"), order("3", "8")]


def load_everything(shop, load_id):
    """A load of three tables, with rows put aside and a new column; returns the counts."""
    shop.hold(second_rows())
    with shop.begin(load_id) as load:
        results = [
            load.upsert(ORDERS, f"(SELECT *, {STARS} AS stars FROM source_rows)"),
            load.upsert(VISITS, "source_rows"),
            load.upsert(CARDS, "source_rows"),
        ]
        load.append("quarantine", "(SELECT 'rows' AS source, 1 AS source_row, 'x' AS reason)")
        load.commit(LoadRecord(source="rows", kind="orders", rows_in=3))
    return [(result.inserted, result.updated, result.unchanged) for result in results]


def die_at(folder: Path, step: int) -> None:
    """Load, and be killed at the step of that number."""
    seen = []

    def count(name: str) -> None:
        seen.append(name)
        if len(seen) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    load_everything(Shop(folder, on_step=count), "dying")


def load_numbers(folder: Path, load_id: str, first: int, last: int) -> None:
    """Load orders and visits with these numbers, waiting for other writers."""
    shop = Shop(folder)
    shop.hold([order(str(n), str(n % 50)) for n in range(first, last)])
    lake = Lake.open(folder)
    now = datetime(2026, 2, 1, tzinfo=UTC)
    with lake.begin(load_id, connection=shop.connection, now=now, wait_seconds=60) as load:
        one = load.upsert(ORDERS, "source_rows")
        other = load.upsert(VISITS, "source_rows")
        load.commit(
            LoadRecord(
                source="rows",
                kind="orders",
                rows_in=last - first,
                rows_inserted=one.inserted,
                rows_unchanged=one.unchanged,
                tables={"visits": {"inserted": other.inserted}},
            )
        )


def hold_the_lock(folder: Path, is_held) -> None:
    """Begin a load, say so, and wait to be killed."""
    shop = Shop(folder)
    with shop.begin("holding"):
        is_held.set()
        signal.pause()
