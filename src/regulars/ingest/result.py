"""What a load did, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingType

    from regulars.quality import Finding, Reconciliation
    from regulars.schema.mapping import Mapping
    from regulars.schema.wording import Wording

__all__ = ["LoadResult", "TableCounts"]


@dataclass(frozen=True, slots=True)
class TableCounts:
    """What a load did to one table of the lake, in rows of that table."""

    inserted: int
    updated: int
    unchanged: int

    def to_dict(self) -> dict[str, int]:
        """The counts by name."""
        return {
            "inserted": self.inserted,
            "updated": self.updated,
            "unchanged": self.unchanged,
        }


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What became of every row of a source.

    Attributes
    ----------
    load_id
        Of this load; of the earlier one when the source was already loaded.
    source, source_sha256
        Its name and its fingerprint.
    mapping
        How its columns were read.
    rows
        The sum: rows in = inserted + updated + unchanged + quarantined, in rows of the source.
    tables
        What happened in each table of the lake, in rows of that table.
    findings
        What the checks of single rows found.
    quarantine_reasons
        Reason → rows of the source.
    notes
        What was decided while reading.
    rows_without_customer
        Loaded rows that belong to no known customer.
    is_repeat
        The very same source had been loaded as the last thing; nothing was done.
    cursor_value
        For an incremental source, where the next load goes on.
    """

    load_id: str
    source: str
    source_sha256: str
    mapping: Mapping
    rows: Reconciliation
    tables: MappingType[str, TableCounts]
    findings: tuple[Finding, ...] = ()
    quarantine_reasons: MappingType[str, int] = field(default_factory=dict)
    notes: tuple[Wording, ...] = ()
    rows_without_customer: int = 0
    is_repeat: bool = False
    cursor_value: str | None = None

    def to_dict(self) -> dict[str, object]:
        """The object that `load --format json` prints; counts are rows of the source."""
        return {
            "load_id": self.load_id,
            "source": self.source,
            "kind": self.mapping.kind,
            "rows_in": self.rows.rows_in,
            "rows_inserted": self.rows.inserted,
            "rows_updated": self.rows.updated,
            "rows_unchanged": self.rows.unchanged,
            "rows_quarantined": self.rows.quarantined,
            "rows_loaded": self.rows.loaded,
            "rows_without_customer": self.rows_without_customer,
            "is_repeat": self.is_repeat,
            "tables": {name: counts.to_dict() for name, counts in self.tables.items()},
            "quarantine_reasons": dict(self.quarantine_reasons),
            "findings": [finding.to_dict() for finding in self.findings],
            "outcome": self.mapping.outcome.model_dump() if self.mapping.outcome else None,
            "notes": [note.model_dump() for note in self.notes],
            "cursor_value": self.cursor_value,
        }
