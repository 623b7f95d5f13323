"""A database through the command line: in full, and then only what is new."""

import psycopg
import pytest
from desk import Desk, sums

from regulars.workspace import Workspace


@pytest.fixture
def desk(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Workspace.create(tmp_path / "ws")
    return Desk(tmp_path, capsys)


@pytest.fixture
def orders(postgresql):
    """A table of orders in PostgreSQL, and its owner."""
    with psycopg.connect(postgresql.url(), autocommit=True) as owner:
        owner.execute("DROP TABLE IF EXISTS orders")
        owner.execute(
            "CREATE TABLE orders (order_id int, customer_id text, order_date timestamptz,"
            " amount numeric(12,2), changed_at timestamptz)"
        )
        yield owner
        owner.execute("DROP TABLE orders")


def add(owner, *orders):
    for number, customer, amount, changed in orders:
        owner.execute(
            "INSERT INTO orders VALUES (%s, %s, '2024-05-01 12:00+00', %s, %s)",
            (number, customer, amount, changed),
        )


def load(desk, server, *options):
    return desk.load(server.url(), "--table", "orders", "--kind", "purchases", *options)


@pytest.mark.service
def test_a_table_is_loaded_in_full_and_then_since_the_cursor(desk, postgresql, orders):
    cursor = ("--cursor", "changed_at")
    add(orders, (1, "007", 5, "2024-05-01"), (2, "008", 6.25, "2024-05-02"))
    first = load(desk, postgresql, *cursor)
    same = load(desk, postgresql, *cursor)
    add(orders, (3, "007", 7, "2024-05-03"), (4, "009", 8, "2024-05-03"))
    orders.execute("UPDATE orders SET amount = 9, changed_at = '2024-05-04' WHERE order_id = 1")

    new = load(desk, postgresql, *cursor)
    everything = load(desk, postgresql, *cursor, "--full")

    assert (first.code, sums(first.json)) == (0, (2, 2, 0, 0, 0))
    assert sums(same.json) == (1, 0, 0, 1, 0)
    assert sums(new.json) == (4, 2, 1, 1, 0)
    assert sums(everything.json) == (4, 0, 0, 4, 0)
    assert new.json["cursor_value"].startswith("2024-05-04")
    assert desk.read("purchases", "purchase_id, customer_id, amount::DOUBLE") == [
        ("1", "007", 9.0),
        ("2", "008", 6.25),
        ("3", "007", 7.0),
        ("4", "009", 8.0),
    ]


@pytest.mark.service
def test_no_word_of_the_address_is_kept(desk, postgresql, orders):
    add(orders, (1, "007", 5, "2024-05-01"))

    told = load(desk, postgresql)

    assert (
        told.json["source"]
        == f"postgresql://127.0.0.1:{postgresql.port}/{postgresql.database}#orders"
    )
    assert "s3cr" not in told.out + told.err


@pytest.mark.service
def test_a_cursor_that_is_no_column_offers_the_nearest(desk, postgresql, orders):
    refused = load(desk, postgresql, "--cursor", "change_at")

    assert refused.code == 2
    assert (
        "Table 'orders' has no column 'change_at'. Did you mean 'changed_at'?" in refused.complaint
    )
    assert desk.lake.list_loads() == []
