"""Personal columns on their way to the vault, and ids that are personal themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.ingest.canonical import CONFORMED, PERSONAL_PREFIX
from regulars.ingest.rejection import select_fit
from regulars.lake.sql import fetch_counts, quote_name
from regulars.vault import PutCounts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from regulars.schema.mapping import Mapping
    from regulars.vault import FileVault, Vault

__all__ = [
    "ORIGINAL_ID",
    "confirm_completed",
    "count_personal_of_nobody",
    "keep_personal",
    "replace_personal_ids",
    "settle_dead_loads",
]

ORIGINAL_ID = "original_id"
"""The personal column that keeps an id which a pseudonym stands for."""

_ROWS_A_BATCH = 20_000
_PSEUDONYMS = "pseudonyms"
_REPLACED = "conformed_under_pseudonyms"


def replace_personal_ids(
    mapping: Mapping,
    make_pseudonyms: Callable[[pa.Array], pa.ChunkedArray],
    connection: DuckDBPyConnection,
) -> None:
    """Put a keyed hash in place of ids that are phones, e-mails or documents.

    Every column that names a customer is replaced, so that joins still hold; the id itself
    goes to the vault as the personal column `original_id`.
    """
    if not mapping.id_is_personal:
        return
    import pyarrow as pa

    columns = [name for name in _columns(connection) if name.endswith("customer_id")]
    distinct = " UNION ".join(
        f"SELECT {quote_name(name)} AS id FROM {CONFORMED}" for name in columns
    )
    ids = connection.execute(
        f"SELECT DISTINCT id FROM ({distinct}) WHERE id IS NOT NULL"
    ).to_arrow_table()
    values = ids.column("id").combine_chunks()
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {_PSEUDONYMS} (id VARCHAR, pseudonym VARCHAR)"
    )
    connection.register("arriving", pa.table({"id": values, "pseudonym": make_pseudonyms(values)}))
    connection.execute(f"INSERT INTO {_PSEUDONYMS} SELECT id, pseudonym FROM arriving")
    connection.unregister("arriving")
    replaced = ", ".join(
        f"(SELECT pseudonym FROM {_PSEUDONYMS} WHERE id = {quote_name(name)}) AS {quote_name(name)}"
        for name in columns
    )
    if mapping.has_unnumbered_orders:
        # Such a number begins with the id itself.
        replaced += (
            f", (SELECT pseudonym FROM {_PSEUDONYMS} WHERE id = customer_id)"
            " || substr(purchase_id, length(customer_id) + 1) AS purchase_id"
        )
    # Now a table: the ids are replaced once and for all, and nothing reads the old view.
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {_REPLACED} AS SELECT * REPLACE ({replaced}),"
        f" customer_id AS {quote_name(PERSONAL_PREFIX + ORIGINAL_ID)} FROM {CONFORMED}"
    )
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {CONFORMED} AS SELECT * FROM {_REPLACED}")


def keep_personal(vault: Vault, load_id: str, connection: DuckDBPyConnection) -> PutCounts:
    """Put the personal values of every fit row into the vault, pending until `load_id` is confirmed.

    Where a customer stands in several rows, the last row with a value wins.
    """
    found = _columns(connection)
    columns = [name for name in found if name.startswith(PERSONAL_PREFIX)]
    if not columns or "customer_id" not in found:
        return PutCounts()
    last = ", ".join(
        f"max_by({quote_name(name)}, source_row) FILTER ({quote_name(name)} IS NOT NULL)"
        f" AS {quote_name(name.removeprefix(PERSONAL_PREFIX))}"
        for name in columns
    )
    connection.execute(
        f"SELECT customer_id, {last} FROM ({select_fit(found, connection)})"
        " WHERE customer_id IS NOT NULL GROUP BY customer_id"
    )
    return vault.put(connection.to_arrow_reader(_ROWS_A_BATCH), load_id=load_id)


def count_personal_of_nobody(connection: DuckDBPyConnection) -> int:
    """Fit rows with personal values and without a customer to whom they belong."""
    found = _columns(connection)
    columns = [name for name in found if name.startswith(PERSONAL_PREFIX)]
    if not columns or "customer_id" not in found:
        return 0
    has_any = " OR ".join(f"{quote_name(name)} IS NOT NULL" for name in columns)
    (count,) = fetch_counts(
        connection,
        f"SELECT count(*) FROM ({select_fit(found, connection)})"
        f" WHERE customer_id IS NULL AND ({has_any})",
    )
    return count


def confirm_completed(vault: FileVault, completed: Collection[str]) -> None:
    """Confirm what loads put that died between their last commit and the vault's."""
    for load_id in set(vault.list_pending_loads()) & set(completed):
        vault.confirm(load_id)


def settle_dead_loads(vault: FileVault, completed: Collection[str]) -> None:
    """Confirm what a load put whose figures arrived, and drop what a dead load left.

    Called under the lake's writer lock, so that no load of another process is under way.
    """
    confirm_completed(vault, completed)
    for load_id in vault.list_pending_loads():
        vault.roll_back(load_id)


def _columns(connection: DuckDBPyConnection) -> list[str]:
    return [str(row[0]) for row in connection.execute(f"DESCRIBE {CONFORMED}").fetchall()]
