"""Customers who were erased stay away although a source still has them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from regulars.ingest.canonical import CONFORMED
from regulars.ingest.rejection import ERASED, reject_again
from regulars.lake.sql import quote_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from regulars.connectors.protocol import RejectedLine
    from regulars.lake import LoadTransaction

__all__ = ["Tombstones", "blank_lines", "reject_erased"]

_IDS = "erased_ids"
_BLANKED = "conformed_without_erased"
_COUNTERPARTS = ("counterpart_id",)
_WORD = re.compile(r"[^\s,;|\"']+")


@dataclass(frozen=True, slots=True)
class Tombstones:
    """Who may not come back with a load, and who may again.

    Attributes
    ----------
    read
        Gives the tombstones of the lake as they are now.
    make
        Values of `customer_id` → their tombstones.
    readmitted
        Tombstones of those who have agreed to be kept again.
    """

    read: Callable[[], frozenset[str]]
    make: Callable[[pa.Array], pa.ChunkedArray]
    readmitted: frozenset[str] = frozenset()

    def list_kept_away(self) -> frozenset[str]:
        """The tombstones that hold for this load."""
        return self.read() - self.readmitted

    def readmit(self, transaction: LoadTransaction, connection: DuckDBPyConnection) -> None:
        """Write down in the load who is kept again from now on."""
        back = sorted(self.readmitted & self.read())
        if not back:
            return
        import pyarrow as pa

        moment = transaction.render_now()
        connection.register("readmitted", pa.table({"tombstone": pa.array(back, pa.string())}))
        transaction.append(
            "erased",
            f"(SELECT tombstone, CAST(NULL AS TIMESTAMPTZ) AS erased_at, {moment} AS readmitted_at,"
            f" {moment} AS known_at FROM readmitted)",
        )
        connection.unregister("readmitted")


def reject_erased(
    kept_away: frozenset[str],
    make: Callable[[pa.Array], pa.ChunkedArray],
    connection: DuckDBPyConnection,
) -> bool:
    """Reject the rows of erased customers; where one is the other side of an event, blank it.

    Whatever else is wrong with such a row, the reason is `erased`: nothing of it is kept. Returns
    whether anything was blanked.
    """
    if not kept_away:
        return False
    import pyarrow as pa
    import pyarrow.compute as pc

    described = connection.execute(f"DESCRIBE {CONFORMED}").fetchall()
    names = [str(row[0]) for row in described]
    own = [name for name in names if name == "customer_id" or name.endswith("_customer_id")]
    others = [name for name in names if name in _COUNTERPARTS]
    if not own and not others:
        return False
    distinct = " UNION ".join(
        f"SELECT {quote_name(one)} AS id FROM {CONFORMED}" for one in own + others
    )
    ids = connection.execute(f"SELECT id FROM ({distinct}) WHERE id IS NOT NULL").to_arrow_table()
    column = ids.column("id").combine_chunks()
    known = pa.array(sorted(kept_away), pa.string())
    erased = column.filter(pc.is_in(make(column), value_set=known).combine_chunks())
    connection.register("arriving_erased", pa.table({"id": erased}))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {_IDS} AS SELECT id FROM arriving_erased")
    connection.unregister("arriving_erased")
    if not len(erased):
        return False
    if own:
        named = " OR ".join(f"{quote_name(one)} IN (SELECT id FROM {_IDS})" for one in own)
        reject_again(f"SELECT source_row FROM {CONFORMED} WHERE {named}", ERASED, connection)
    if others:
        _blank(others, connection)
    return bool(others)


def _blank(names: Iterable[str], connection: DuckDBPyConnection) -> None:
    blanked = ", ".join(
        f"CASE WHEN {quote_name(one)} IN (SELECT id FROM {_IDS}) THEN NULL"
        f" ELSE {quote_name(one)} END AS {quote_name(one)}"
        for one in names
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {_BLANKED} AS SELECT * REPLACE ({blanked}) FROM {CONFORMED}"
    )
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {CONFORMED} AS SELECT * FROM {_BLANKED}")


def blank_lines(
    lines: Sequence[RejectedLine],
    kept_away: frozenset[str],
    make: Callable[[pa.Array], pa.ChunkedArray],
) -> list[RejectedLine]:
    """Lines that could not be split, without the text of those that name an erased customer."""
    if not kept_away or not lines:
        return list(lines)
    import pyarrow as pa

    words = sorted({word for line in lines for word in _WORD.findall(line.text)})
    marks = make(pa.array(words, pa.string())).to_pylist()
    erased = {word for word, mark in zip(words, marks, strict=True) if mark in kept_away}
    return [
        replace(line, text="") if erased & set(_WORD.findall(line.text)) else line for line in lines
    ]
