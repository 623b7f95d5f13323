"""The vault in a folder: two SQLite files and a journal.

`documents.sqlite` holds the sealed documents, `keys.sqlite` the wrapped keys of customers. They are
apart so that they can be backed up apart: a copy of the documents is worth nothing once the key
of a customer is gone from the keys.

What a load puts is *pending* until the load is confirmed: nobody reads it, and a load that died
is rolled back by dropping it, whatever other loads did meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from regulars.errors import InvalidParameterError, UnknownColumnError
from regulars.vault import statements
from regulars.vault.database import connect, fill_wanted, transaction
from regulars.vault.journal import JournalEntry, append_entry, read_journal
from regulars.vault.keys import MasterKey
from regulars.vault.protocol import Access, PutCounts
from regulars.vault.sealing import CustomerKey, KeyWrapper

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FileVault"]

_ID = "customer_id"
_BATCH_ROWS = 10_000


@dataclass(frozen=True, slots=True, repr=False)
class _Known:
    """What the vault holds of one customer before a batch is put."""

    key: CustomerKey | None
    document: dict[str, str]
    pending: dict[str, str]


class FileVault:
    """Personal data of customers in a folder, encrypted.

    Parameters
    ----------
    folder
        Made if it does not exist, for its owner only.
    master_key
        The key of the workspace; a vault opens only with the key it was made with.
    lock_wait_seconds
        How long to wait while another process writes.

    Raises
    ------
    ForbiddenError
        The vault was made with another key.
    StorageError
        The folder cannot be written, or a file is damaged.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import datetime, timezone
    >>> from pathlib import Path
    >>> import pyarrow as pa
    >>> folder = tempfile.TemporaryDirectory()
    >>> vault = FileVault(Path(folder.name), MasterKey(bytes(32)))
    >>> rows = pa.table({"customer_id": ["1"], "phone": ["+79000000000"]})
    >>> vault.put(rows, load_id="a")
    PutCounts(inserted=1, updated=0, unchanged=0, without_customer=0)
    >>> vault.confirm("a")
    1
    >>> access = Access("anna", "a call back", datetime(2026, 1, 10, tzinfo=timezone.utc))
    >>> vault.get(["1"], access=access).to_pylist()
    [{'customer_id': '1', 'phone': '+79000000000'}]
    >>> vault.close()
    >>> folder.cleanup()
    """

    def __init__(
        self, folder: Path, master_key: MasterKey, *, lock_wait_seconds: float = 60.0
    ) -> None:
        self._folder = folder
        self._wrapper = KeyWrapper(master_key.wrapping_key)
        self._connection = connect(folder, master_key, lock_wait_seconds=lock_wait_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"FileVault({str(self._folder)!r})"

    def close(self) -> None:
        """Close the files; the vault cannot be used afterwards."""
        self._connection.close()

    def put(self, rows: pa.Table | Iterable[pa.RecordBatch], *, load_id: str) -> PutCounts:
        """Keep the personal columns of a load aside until it is confirmed.

        Parameters
        ----------
        rows
            One row per customer (the last value wins where there are more): `customer_id`, and
            personal columns, all kept as text. A missing value leaves what is known.
        load_id
            The load; putting the same rows again for it adds nothing.
        """
        import pyarrow as pa

        batches = rows.to_batches(_BATCH_ROWS) if isinstance(rows, pa.Table) else rows
        states: dict[str, str] = {}
        without_customer = 0
        for batch in batches:
            arriving = _read_batch(batch)
            without_customer += batch[_ID].null_count
            with self._transaction("immediate"):
                states |= self._put_batch(arriving, load_id)
                self._note_columns(batch.schema.names, load_id)
        counts = dict.fromkeys(("inserted", "updated", "unchanged"), 0)
        for state in states.values():
            counts[state] += 1
        return PutCounts(**counts, without_customer=without_customer)

    def _put_batch(self, arriving: dict[str, dict[str, str]], load_id: str) -> dict[str, str]:
        known = self._look_up(list(arriving), load_id)
        states, keys, sealed = {}, [], []
        for customer_id, document in arriving.items():
            before = known[customer_id]
            merged = {**before.pending, **document}
            news = {
                name: value for name, value in merged.items() if before.document.get(name) != value
            }
            states[customer_id] = _state(before, news)
            if news == before.pending:
                continue
            # What a later row took back leaves an empty patch, which changes nothing.
            key = before.key or self._wrapper.make(customer_id)
            if before.key is None:
                keys.append((customer_id, key.key_id, self._wrapper.wrap(key)))
            sealed.append((load_id, customer_id, key.key_id, key.seal(news)))
        self._connection.executemany("insert into keys.wrapped values (?, ?, ?)", keys)
        self._connection.executemany("insert or replace into pending values (?, ?, ?, ?)", sealed)
        return states

    def _look_up(self, customer_ids: Sequence[str], load_id: str) -> dict[str, _Known]:
        fill_wanted(self._connection, customer_ids)
        known = {}
        for customer_id, key_id, wrapped, document, pending in self._connection.execute(
            statements.KNOWN, {"load_id": load_id}
        ):
            if key_id is None:
                known[customer_id] = _Known(None, {}, {})
                continue
            key = self._wrapper.unwrap(customer_id, key_id, wrapped)
            known[customer_id] = _Known(
                key,
                key.open(document) if document else {},
                key.open(pending) if pending else {},
            )
        return known

    def _note_columns(self, names: Sequence[str], load_id: str) -> None:
        self._connection.executemany(
            "insert or ignore into pending_columns values (?, ?)",
            [(load_id, name) for name in names if name != _ID],
        )

    def confirm(self, load_id: str) -> int:
        """Make what the load put readable.

        Returns
        -------
        int
            How many customers; 0 when the load is unknown or was confirmed before.
        """
        wanted = {"load_id": load_id}
        with self._transaction("immediate"):
            self._merge_overlapping(load_id)
            count = self._count_pending(load_id)
            self._connection.execute(statements.NEW, wanted)
            self._connection.execute(
                "insert or ignore into columns select name from pending_columns"
                " where load_id = :load_id",
                wanted,
            )
            self._drop_pending(load_id)
        return count

    def _merge_overlapping(self, load_id: str) -> None:
        """Lay pending values over the documents of customers who have one."""
        after = ""
        while rows := self._connection.execute(
            statements.OVERLAPPING, {"load_id": load_id, "after": after, "batch": _BATCH_ROWS}
        ).fetchall():
            merged = []
            for customer_id, key_id, wrapped, document, pending in rows:
                key = self._wrapper.unwrap(customer_id, key_id, wrapped)
                sealed = key.seal({**key.open(document), **key.open(pending)})
                merged.append((load_id, sealed, customer_id))
            self._connection.executemany(
                "update documents set load_id = ?, sealed = ? where customer_id = ?", merged
            )
            after = rows[-1][0]

    def _count_pending(self, load_id: str) -> int:
        query = "select count(*) from pending where load_id = ?"
        return int(self._connection.execute(query, [load_id]).fetchone()[0])

    def _drop_pending(self, load_id: str) -> None:
        self._connection.execute("delete from pending where load_id = ?", [load_id])
        self._connection.execute("delete from pending_columns where load_id = ?", [load_id])

    def roll_back(self, load_id: str) -> int:
        """Drop what an unconfirmed load put.

        Returns
        -------
        int
            How many customers; 0 when the load is unknown or was confirmed before.
        """
        with self._transaction("immediate"):
            count = self._count_pending(load_id)
            self._drop_pending(load_id)
        return count

    def list_pending_loads(self) -> tuple[str, ...]:
        """Loads that have put something and were neither confirmed nor rolled back."""
        query = "select distinct load_id from pending_columns order by load_id"
        with self._transaction("deferred"):
            return tuple(row[0] for row in self._connection.execute(query))

    def get(
        self,
        customer_ids: Sequence[str],
        *,
        columns: Sequence[str] | None = None,
        access: Access,
    ) -> pa.Table:
        """What is known of customers; written to the journal before it is handed out.

        Parameters
        ----------
        customer_ids
            Whom to read.
        columns
            Which personal columns; all by default. Ask for no more than is needed.
        access
            Who reads, what for, and when.

        Returns
        -------
        pyarrow.Table
            One row per id, in the order asked: `customer_id` and texts; null where not known.
        """
        import pyarrow as pa

        names = self._choose_columns(columns)
        found: dict[str, dict[str, str]] = {}
        for start in range(0, len(customer_ids), _BATCH_ROWS):
            found |= self._read_documents(customer_ids[start : start + _BATCH_ROWS])
        append_entry(
            self.journal_path, access, action="read", columns=names, customer_count=len(found)
        )
        arrays = [pa.array(customer_ids, pa.string())]
        for name in names:
            values = [found.get(customer_id, {}).get(name) for customer_id in customer_ids]
            arrays.append(pa.array(values, pa.string()))
        return pa.table(arrays, names=[_ID, *names])

    def _choose_columns(self, columns: Sequence[str] | None) -> tuple[str, ...]:
        available = self.list_columns()
        for name in columns or ():
            if name not in available:
                raise UnknownColumnError(name, available, where="The vault", ru="В сейфе")
        return available if columns is None else tuple(columns)

    def _read_documents(self, customer_ids: Sequence[str]) -> dict[str, dict[str, str]]:
        with self._transaction("deferred"):
            fill_wanted(self._connection, customer_ids)
            return {
                customer_id: self._wrapper.unwrap(customer_id, key_id, wrapped).open(sealed)
                for _, customer_id, key_id, wrapped, sealed in self._connection.execute(
                    statements.READ
                )
            }

    def find(self, customer_ids: Sequence[str]) -> frozenset[str]:
        """Which of these customers the vault knows; no document is opened."""
        found: set[str] = set()
        with self._transaction("immediate"):
            for start in range(0, len(customer_ids), _BATCH_ROWS):
                fill_wanted(self._connection, customer_ids[start : start + _BATCH_ROWS])
                found |= {row[0] for row in self._connection.execute(statements.KNOWN_WANTED)}
        return frozenset(found)

    def forget(
        self, customer_ids: Sequence[str], *, access: Access, tombstones: Sequence[str] = ()
    ) -> int:
        """Delete the documents and the keys of customers; it cannot be undone.

        The journal names nobody but by the `tombstones`. A copy of `documents.sqlite` made before is unreadable for them from then on, unless a
        copy of `keys.sqlite` of that time exists as well.

        Returns
        -------
        int
            How many of them the vault knew.
        """
        forgotten = 0
        with self._transaction("immediate"):
            for start in range(0, len(customer_ids), _BATCH_ROWS):
                fill_wanted(self._connection, customer_ids[start : start + _BATCH_ROWS])
                forgotten += self._delete_wanted()
            append_entry(
                self.journal_path,
                access,
                action="forget",
                columns=(),
                customer_count=forgotten,
                tombstones=tombstones,
            )
        return forgotten

    def _delete_wanted(self) -> int:
        known = len(self._connection.execute(statements.KNOWN_WANTED).fetchall())
        for table in ("keys.wrapped", "documents", "pending"):
            self._connection.execute(
                f"delete from {table} where customer_id in (select customer_id from wanted)"  # noqa: S608 - no value in it
            )
        return known

    def list_columns(self) -> tuple[str, ...]:
        """Names of the personal columns ever kept, in alphabetical order."""
        with self._transaction("deferred"):
            names = self._connection.execute("select name from columns order by name")
            return tuple(row[0] for row in names)

    def count(self) -> int:
        """How many customers have a readable document."""
        with self._transaction("deferred"):
            return int(self._connection.execute(statements.COUNT).fetchone()[0])

    @property
    def journal_path(self) -> Path:
        """Where readings are written down."""
        return self._folder / "journal.jsonl"

    def read_journal(self) -> Iterator[JournalEntry]:
        """Who read or forgot what, oldest first."""
        return read_journal(self.journal_path)

    def _transaction(self, kind: str) -> AbstractContextManager[None]:
        return transaction(self._connection, self._folder, kind=kind)


def _state(before: _Known, news: dict[str, str]) -> str:
    if not news:
        return "unchanged"
    return "updated" if before.document else "inserted"


def _read_batch(batch: pa.RecordBatch) -> dict[str, dict[str, str]]:
    """Present values by customer, as text; later rows of one customer over earlier ones."""
    import pyarrow as pa

    if _ID not in batch.schema.names:
        raise UnknownColumnError(
            _ID, batch.schema.names, where="The rows for the vault", ru="В строках для сейфа"
        )
    dtype = batch.schema.field(_ID).type
    if not (pa.types.is_string(dtype) or pa.types.is_large_string(dtype)):
        raise InvalidParameterError(
            en=f"The rows for the vault have customer ids of type {dtype}."
            " Give them as text, so that leading zeros stay.",
            ru=f"В строках для сейфа id клиентов имеют тип {dtype}. Передайте их текстом, чтобы не "
            "пропали нули в начале.",
        )
    texts = {name: batch[name].cast(pa.string()).to_pylist() for name in batch.schema.names}
    ids = texts.pop(_ID)
    documents: dict[str, dict[str, str]] = {}
    for place, customer_id in enumerate(ids):
        if customer_id is None:
            continue
        document = documents.setdefault(customer_id, {})
        document.update(
            {name: values[place] for name, values in texts.items() if values[place] is not None}
        )
    return documents
