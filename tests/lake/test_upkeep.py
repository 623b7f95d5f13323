"""Compaction changes no row; vacuum takes only what nobody may ask for."""

import os
from datetime import timedelta

import pytest
from shop_lake import CARDS, FIRST_DAY, ORDERS, VISITS, order

from regulars.errors import InvalidParameterError, NotFoundError

EVERYTHING = "order_id, customer_id, epoch(ordered_at), amount, epoch(known_at), load_id"


def fill(shop, loads=3):
    for n in range(loads):
        shop.load(VISITS, [order(f"{n}-{c}", str(c), day=n + 1) for c in range(5)])
        shop.load(CARDS, [order(str(c), str(c), amount=n) for c in range(5)])


def later(shop, days=0):
    return FIRST_DAY + timedelta(days=shop.loads + 1 + days)


def test_compaction_makes_one_file_a_bucket_and_changes_no_row(shop):
    fill(shop)
    before = shop.read("visits", EVERYTHING), shop.read("cards", EVERYTHING)

    compaction = shop.lake.compact(connection=shop.connection, now=later(shop), least_files=2)

    assert (shop.read("visits", EVERYTHING), shop.read("cards", EVERYTHING)) == before
    assert compaction.files_before == {"cards": 3, "visits": 15}
    assert compaction.files_after == {"cards": 1, "visits": 5}
    assert len(shop.lake.snapshot().files("cards")) == 1
    assert shop.lake.list_loads()[-1].action == "compaction"


def test_the_past_is_the_same_after_a_compaction(shop):
    fill(shop)
    before = shop.read("visits", EVERYTHING, load_id="load-3")

    shop.lake.compact(connection=shop.connection, now=later(shop), least_files=2)

    assert shop.read("visits", EVERYTHING, load_id="load-3") == before


def test_a_table_with_few_files_is_left_alone(shop):
    fill(shop)

    compaction = shop.lake.compact(connection=shop.connection, now=later(shop))

    assert compaction.load_id is None
    assert len(shop.lake.list_loads()) == 6


def test_vacuum_keeps_every_state_within_the_retention(shop):
    fill(shop)
    shop.lake.compact(connection=shop.connection, now=later(shop), least_files=2)

    vacuum = shop.lake.vacuum(now=later(shop), retention_days=30)

    assert vacuum.files_removed == 0
    assert vacuum.loads_kept == 7
    assert len(shop.read("visits", load_id="load-1")) == 5


def test_vacuum_takes_the_files_of_older_states(shop):
    fill(shop)
    shop.lake.compact(connection=shop.connection, now=later(shop), least_files=2)
    rows = shop.read("visits", EVERYTHING), shop.read("cards", EVERYTHING)

    vacuum = shop.lake.vacuum(now=later(shop, days=60), retention_days=30)

    assert vacuum.files_removed >= 18
    assert vacuum.bytes_removed > 0
    assert (shop.read("visits", EVERYTHING), shop.read("cards", EVERYTHING)) == rows
    with pytest.raises(NotFoundError, match="vacuum removed its files"):
        shop.read("visits", load_id="load-1")


def test_vacuum_keeps_what_was_known_when_the_retention_begins(shop):
    shop.load(ORDERS, [order("1", amount=1)])
    shop.load(ORDERS, [order("1", amount=2)])
    shop.loads += 50
    shop.load(ORDERS, [order("1", amount=3)])

    shop.lake.vacuum(now=later(shop), retention_days=30)

    assert len(shop.read("orders", load_id="load-2")) == 1
    with pytest.raises(NotFoundError):
        shop.read("orders", load_id="load-1")


def test_vacuum_keeps_a_load_that_is_asked_for(shop):
    shop.load(ORDERS, [order("1", amount=1)])
    shop.load(ORDERS, [order("1", amount=2)])
    shop.load(ORDERS, [order("1", amount=3)])

    vacuum = shop.lake.vacuum(now=later(shop, days=90), retention_days=30, keep=["load-1"])

    assert vacuum.loads_kept == 2
    assert len(shop.read("orders", load_id="load-1")) == 1


def test_vacuum_after_an_erasure_keeps_the_rewritten_files(shop):
    fill(shop)
    shop.erase("3")

    shop.lake.vacuum(now=later(shop), retention_days=30)

    assert len(shop.read("visits", load_id="load-1")) == 4
    assert len(shop.read("visits")) == 12


def test_vacuum_leaves_a_file_that_another_program_is_about_to_commit(shop):
    fill(shop, loads=1)
    fresh = shop.lake.folder / "visits" / "part-00000-foreign.parquet"
    old = shop.lake.folder / "visits" / "part-00001-foreign.parquet"
    for path in (fresh, old):
        path.write_bytes(b"x")
    os.utime(old, (0, 0))
    os.utime(fresh, (later(shop).timestamp(), later(shop).timestamp()))

    shop.lake.vacuum(now=later(shop), retention_days=30)

    assert (fresh.exists(), old.exists()) == (True, False)


def test_numbers_that_make_no_sense_are_refused(shop):
    with pytest.raises(InvalidParameterError, match="retention_days must be 0 or more; got -1"):
        shop.lake.vacuum(now=FIRST_DAY, retention_days=-1)
    with pytest.raises(InvalidParameterError, match="least_files must be 2 or more; got 1"):
        shop.lake.compact(connection=shop.connection, now=FIRST_DAY, least_files=1)
