"""Orders summed up from their items, when a file has one row per item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.lake.sql import fetch_counts, quote_name
from regulars.schema.contract import get_contract

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["ORDERS", "OrderCounts", "sum_up_orders"]

ORDERS = "orders"
_SUMMED = "summed_orders"


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """How many orders a load touched, and in how many the lines name several customers."""

    orders: int
    mixed: int


def sum_up_orders(items: str, fit: str, connection: DuckDBPyConnection) -> OrderCounts:
    """Make the temporary view `orders`: one row per order that the load touched.

    Parameters
    ----------
    items
        Relation of all items the lake now holds, the new ones included: an order that came in
        two files is summed up whole.
    fit
        Query of the fit rows of the source, with what they say of the order itself.
    connection
        Where both are.
    """
    columns = [str(row[0]) for row in connection.execute(f"DESCRIBE {fit}").fetchall()]
    # What the source says of the order itself (shop, channel …) comes from its own rows.
    own = set(columns) & set(get_contract("purchases").column_names)
    own -= {"purchase_id", "customer_id", "purchased_at", "currency", "amount", "item_count"}
    said = "".join(f", any_value({quote_name(name)}) AS {quote_name(name)}" for name in sorted(own))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {_SUMMED} AS"
        f" WITH said AS (SELECT purchase_id, min(source_row) AS source_row{said} FROM ({fit})"
        " WHERE purchase_id IS NOT NULL GROUP BY purchase_id)"
        " SELECT items.purchase_id, min(said.source_row) AS source_row,"
        "  min(items.customer_id) AS customer_id, min(items.purchased_at) AS purchased_at,"
        "  min(items.purchased_on) AS purchased_on,"
        "  arg_min(items.purchased_hour, items.purchased_at) AS purchased_hour,"
        # Amounts of two currencies have no sum.
        "  CASE WHEN count(DISTINCT items.currency) <= 1"
        "   THEN CAST(sum(items.line_amount) AS DECIMAL(18,4)) END AS amount,"
        "  CASE WHEN count(DISTINCT items.currency) <= 1 THEN min(items.currency) END AS currency,"
        "  count(*) AS item_count, count(DISTINCT items.customer_id) AS customer_count,"
        "  min(items.known_at) AS known_at"
        + "".join(
            f", any_value(said.{quote_name(name)}) AS {quote_name(name)}" for name in sorted(own)
        )
        + f" FROM {items} AS items JOIN said USING (purchase_id) GROUP BY items.purchase_id"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {ORDERS} AS SELECT * EXCLUDE (customer_count) FROM {_SUMMED}"
    )
    orders, mixed = fetch_counts(
        connection, f"SELECT count(*), count(*) FILTER (customer_count > 1) FROM {_SUMMED}"
    )
    return OrderCounts(orders, mixed)
