"""What a vault can do: the file vault here, and the one that the server keeps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Access", "PutCounts", "Vault"]


@dataclass(frozen=True, slots=True)
class Access:
    """Who reads personal data, what for, and when: written to the journal, values never.

    Attributes
    ----------
    reader
        The person or program: "cli:anna", "worker".
    purpose
        In words: "contact list autumn".
    at
        The moment, with a time zone; the vault has no clock.
    run_id
        The run that needs it, if there is one.
    """

    reader: str
    purpose: str
    at: datetime
    run_id: str | None = None


@dataclass(frozen=True, slots=True)
class PutCounts:
    """What one `put` did, in customers.

    Attributes
    ----------
    inserted
        Not known before.
    updated
        Known, and something about them changed.
    unchanged
        Nothing new.
    without_customer
        Rows (not customers) without an id: there is nobody to keep them for.
    """

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    without_customer: int = 0

    def __add__(self, other: PutCounts) -> PutCounts:
        return PutCounts(
            self.inserted + other.inserted,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.without_customer + other.without_customer,
        )


@runtime_checkable
class Vault(Protocol):
    """Personal data, apart from everything else, one document per customer."""

    def put(self, rows: pa.Table | Iterable[pa.RecordBatch], *, load_id: str) -> PutCounts:
        """Keep the personal columns of a load aside until it is confirmed.

        One row per customer: `customer_id` and personal columns, all kept as text. A missing
        value leaves what is known.
        """
        ...

    def confirm(self, load_id: str) -> int:
        """Make what the load put readable; how many customers. Twice does nothing more."""
        ...

    def roll_back(self, load_id: str) -> int:
        """Drop what an unconfirmed load put; how many customers."""
        ...

    def get(
        self,
        customer_ids: Sequence[str],
        *,
        columns: Sequence[str] | None = None,
        access: Access,
    ) -> pa.Table:
        """One row per id, in the order asked: `customer_id` and texts; null where not known."""
        ...

    def find(self, customer_ids: Sequence[str]) -> frozenset[str]:
        """Which of these customers are known here."""
        ...

    def forget(
        self, customer_ids: Sequence[str], *, access: Access, tombstones: Sequence[str] = ()
    ) -> int:
        """Delete documents and keys, so that copies of the documents go dark; how many."""
        ...

    def list_columns(self) -> tuple[str, ...]:
        """Names of the personal columns ever kept, in alphabetical order."""
        ...

    def count(self) -> int:
        """How many customers have a readable document."""
        ...
