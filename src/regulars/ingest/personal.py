"""Personal columns on their way to the vault, and ids that are personal themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.ingest.canonical import CONFORMED, PERSONAL_PREFIX
from regulars.ingest.conform import quote_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from regulars.schema.mapping import Mapping
    from regulars.vault import Vault

__all__ = ["keep_personal", "replace_personal_ids"]

_ROWS_A_BATCH = 20_000
_PSEUDONYMS = "pseudonyms"


def replace_personal_ids(
    mapping: Mapping,
    make_pseudonyms: Callable[[pa.Array], pa.Array],
    connection: DuckDBPyConnection,
) -> None:
    """Put a keyed hash in place of ids that are phones, e-mails or documents.

    Every column that names a customer is replaced, so that joins still hold; the id itself
    goes to the vault as the personal column `customer_id`.
    """
    if not mapping.id_is_personal:
        return
    import pyarrow as pa

    columns = [name for name in _columns(connection) if name.endswith("customer_id")]
    distinct = " UNION ".join(
        f"SELECT {quote_name(name)} AS id FROM {CONFORMED}" for name in columns
    )
    ids = connection.execute(f"SELECT id FROM ({distinct}) WHERE id IS NOT NULL").to_arrow_table()
    values = ids.column("id").combine_chunks()
    connection.register(_PSEUDONYMS, pa.table({"id": values, "pseudonym": make_pseudonyms(values)}))
    replaced = ", ".join(
        f"(SELECT pseudonym FROM {_PSEUDONYMS} WHERE id = {CONFORMED}.{quote_name(name)})"
        f" AS {quote_name(name)}"
        for name in columns
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {CONFORMED} AS SELECT * REPLACE ({replaced}),"
        f" customer_id AS {quote_name(PERSONAL_PREFIX + 'customer_id')} FROM {CONFORMED}"
    )
    connection.unregister(_PSEUDONYMS)


def keep_personal(vault: Vault, load_id: str, connection: DuckDBPyConnection) -> int:
    """Put the personal values of every fit row into the vault; returns how many customers.

    Where a customer stands in several rows, the last row with a value wins.
    """
    columns = [name for name in _columns(connection) if name.startswith(PERSONAL_PREFIX)]
    if not columns or "customer_id" not in _columns(connection):
        return 0
    last = ", ".join(
        f"max_by({quote_name(name)}, source_row) AS {quote_name(name)}" for name in columns
    )
    connection.execute(
        f"SELECT customer_id, {last} FROM {CONFORMED}"
        " WHERE rejected_reason IS NULL AND customer_id IS NOT NULL GROUP BY customer_id"
    )
    return vault.put(_documents(connection, columns), load_id=load_id)


def _documents(
    connection: DuckDBPyConnection, columns: list[str]
) -> Iterator[tuple[str, dict[str, str]]]:
    names = [name.removeprefix(PERSONAL_PREFIX) for name in columns]
    for batch in connection.to_arrow_reader(_ROWS_A_BATCH):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            values = zip(names, row[1:], strict=True)
            document = {name: str(value) for name, value in values if value is not None}
            if document:
                yield str(row[0]), document


def _columns(connection: DuckDBPyConnection) -> list[str]:
    return [str(row[0]) for row in connection.execute(f"DESCRIBE {CONFORMED}").fetchall()]
