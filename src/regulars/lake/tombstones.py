"""Who was erased, as keyed hashes: a source that still has them must not bring them back."""

from collections.abc import Mapping
from pathlib import Path

from regulars.lake.delta import open_table
from regulars.lake.shapes import ERASED
from regulars.lake.small_files import read_rows
from regulars.lake.storage import storage_guard

__all__ = ["read_tombstones"]


def read_tombstones(lake: Path, versions: Mapping[str, int]) -> frozenset[str]:
    """The tombstones that hold in the lake whose latest tables have these versions.

    A row says that somebody was erased or, later, readmitted; the last row counts.
    """
    if ERASED not in versions:
        return frozenset()
    table = open_table(lake / ERASED, versions[ERASED])
    if table is None or not table.files:
        return frozenset()
    with storage_guard(lake):
        rows = read_rows(table.folder, [file.path for file in table.files], table.columns)
    # Of one moment the erasure counts: nobody comes back by chance.
    rows.sort(key=lambda row: (row["known_at"], row["erased_at"] is not None))
    last = {row["tombstone"]: row for row in rows}
    return frozenset(name for name, row in last.items() if row["erased_at"] is not None)
