"""What crosses the lake's boundary: the record of a load, and what an operation did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["LoadRecord", "Recovery", "UpsertResult"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRecord:
    """One row of the `loads` table; the lake fills in the last five fields and `told_at`.

    Attributes
    ----------
    source
        What was loaded, without credentials: a file's name, a database and table.
    kind
        What the source holds: "purchases", "customers" …
    source_sha256, mapping_sha256
        Fingerprints of the content and of how it was read.
    mapping
        The mapping itself as text.
    rows_in, rows_inserted, rows_updated, rows_unchanged, rows_quarantined
        Rows of the source: the first is the sum of the others.
    tables
        Rows inserted, updated, unchanged by table.
    findings
        JSON text of what the checks found and why rows were set aside, without personal data and
        without customer ids.
    cursor_value
        For an incremental source `COLUMN=VALUE`: its cursor column and the greatest value read.
    action
        "load", "erasure", "compaction".
    told_at
        UTC; since when what it changed is known: the day that its source describes, else the load.
    load_id
        Carried by every row that the load wrote.
    loaded_at
        UTC; never earlier than that of the load before.
    versions
        The version of every table after this load: reading those is reading this snapshot.
    sequence
        1 for the first load, without gaps.
    """

    source: str
    kind: str
    source_sha256: str = ""
    mapping_sha256: str = ""
    mapping: str = ""
    rows_in: int = 0
    rows_inserted: int = 0
    rows_updated: int = 0
    rows_unchanged: int = 0
    rows_quarantined: int = 0
    tables: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    findings: str = "[]"
    cursor_value: str = ""
    action: str = "load"
    told_at: datetime | None = None
    load_id: str = ""
    loaded_at: datetime | None = None
    versions: Mapping[str, int] = field(default_factory=dict)
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class UpsertResult:
    """What became of the rows of one relation: their number is the sum of the four counts.

    Attributes
    ----------
    inserted, updated, unchanged
        Rows that are now in the table, as new ones, as new content, or as before.
    conflicts
        Rows that a later row of the same relation contradicts under the same key; not stored.
    conflicts_relation
        The temporary table that holds them (`source_row`, `reason`), None when there are none.
    removed
        Rows of the table that had to go: parts that a newer telling of the whole does not have.
    continued
        Of the inserted, parts of a whole that had others already.
    outdated
        Of the unchanged, rows that contradict what a source of a later day said.
    late
        Of the inserted, facts of a time that earlier loads told of already.
    overtaking
        Of the updated, states that are now the last thing known of their key although later days
        are told of: a later source may have confirmed what was known before, which leaves no trace.
    widened
        Columns that got another type to hold what came: name, DuckDB's type before and after.
    """

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    conflicts: int = 0
    conflicts_relation: str | None = None
    removed: int = 0
    continued: int = 0
    outdated: int = 0
    late: int = 0
    overtaking: int = 0
    widened: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Recovery:
    """What dead loads had left, and is gone now.

    Attributes
    ----------
    tables_rolled_back
        Tables that were ahead of the latest complete load.
    files_removed
        Data files that no complete load refers to.
    """

    tables_rolled_back: tuple[str, ...] = ()
    files_removed: int = 0
