"""Any sequence of loads gives what a few lines of plain Python say it gives."""

import shutil
import tempfile
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shop_lake import CARDS, FIRST_DAY, ORDERS, VISITS, Shop, order

pytestmark = pytest.mark.slow

ROWS = st.lists(
    st.builds(
        order,
        st.sampled_from(["1", "2", "3", None]),
        st.sampled_from(["17", "c", None]),
        day=st.integers(1, 2),
        amount=st.sampled_from([1, 2, None]),
        note=st.sampled_from(["x", None]),
    ),
    max_size=8,
)
LOADS = st.lists(ROWS, min_size=1, max_size=4)
CONTENT = "order_id, customer_id, epoch(ordered_at), amount, note"


@pytest.mark.parametrize("contract", [ORDERS, VISITS, CARDS], ids=lambda contract: contract.name)
@settings(max_examples=15)
@given(loads=LOADS)
def test_loads_and_time_travel_agree_with_the_model(contract, loads):
    model = Model(contract)
    folder = Path(tempfile.mkdtemp())
    shop = Shop(folder / "lake")
    expected = []

    for rows in loads:
        result = shop.load(contract, rows)
        expected.append(model.load(rows))
        assert (result.inserted, result.updated, result.unchanged, result.conflicts) == model.counts
        assert sum(model.counts) == len(rows)

    for number, content in enumerate(expected, start=1):
        seen = shop.read(contract.name, CONTENT, load_id=f"load-{number}")
        assert Counter(seen) == content
    shop.connection.close()
    shutil.rmtree(folder)


@settings(max_examples=8)
@given(loads=LOADS, erased=st.sampled_from(["17", "c", "nobody"]))
def test_after_an_erasure_every_version_is_the_same_without_the_customer(loads, erased):
    folder = Path(tempfile.mkdtemp())
    shop = Shop(folder / "lake")
    for rows in loads:
        shop.load(ORDERS, rows)
        shop.load(CARDS, rows)
    versions = range(1, shop.loads + 1)
    tables = [
        (table, n) for n in versions for table in ("orders", "cards") if (table, n) != ("cards", 1)
    ]
    before = [shop.read(table, CONTENT, load_id=f"load-{n}") for table, n in tables]

    shop.erase(erased)

    after = [shop.read(table, CONTENT, load_id=f"load-{n}") for table, n in tables]
    assert after == [[row for row in rows if row[1] != erased] for rows in before]
    shop.connection.close()
    shutil.rmtree(folder)


class Model:
    """A table as a dictionary of keyed rows, a counter of the others, and a list of versions."""

    def __init__(self, contract):
        self.is_state = contract.temporal == "state"
        self.has_key = bool(contract.key)
        self.keyed = {}
        self.past = Counter()
        self.loose = Counter()
        self.counts = (0, 0, 0, 0)

    def load(self, rows):
        inserted = updated = unchanged = conflicts = 0
        keyed = [row for row in rows if self.has_key and row["order_id"] is not None]
        last = {row["order_id"]: _content(row) for row in keyed}
        seen = Counter(row["order_id"] for row in keyed)
        for row in keyed:
            conflicts += _content(row) != last[row["order_id"]]
        repeated = sum(seen.values()) - len(seen)
        unchanged += repeated - conflicts
        for key, content in last.items():
            known = self.keyed.get(key)
            inserted += known is None
            unchanged += known == content
            updated += known not in (None, content)
            if self.is_state and known not in (None, content):
                self.past[known] += 1
            self.keyed[key] = content
        loose = Counter(_content(row) for row in rows if row not in keyed)
        more = loose - self.loose
        inserted += more.total()
        unchanged += loose.total() - more.total()
        self.loose |= loose
        self.counts = (inserted, updated, unchanged, conflicts)
        return Counter(self.keyed.values()) + self.past + self.loose


def _content(row):
    amount = None if row["amount"] is None else Decimal(row["amount"])
    seconds = row["ordered_at"].timestamp()
    return (row["order_id"], row["customer_id"], seconds, amount, row["note"])


def test_the_clock_of_the_tests_moves_a_day_a_load(shop):
    shop.load(ORDERS, [order("1")])

    (load,) = shop.lake.list_loads()

    assert load.loaded_at == FIRST_DAY + timedelta(days=1)
