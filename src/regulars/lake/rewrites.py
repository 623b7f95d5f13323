"""Files that an erasure rewrote: which new file stands for which old one, in every version."""

from collections.abc import Mapping
from pathlib import Path

from regulars.lake.delta import open_table
from regulars.lake.small_files import read_rows
from regulars.lake.storage import storage_guard

__all__ = ["REWRITES", "Rewrites", "read_rewrites"]

REWRITES = "rewrites"


class Rewrites:
    """Finds the file that stands for another one now."""

    def __init__(self, replaced: Mapping[tuple[str, str], str | None]) -> None:
        self._replaced = dict(replaced)

    def resolve(self, table: str, path: str) -> str | None:
        """The path to read for `path` of `table`; None when no row of it was left.

        Examples
        --------
        >>> rewrites = Rewrites({("events", "a"): "b", ("events", "b"): "c"})
        >>> rewrites.resolve("events", "a"), rewrites.resolve("events", "z")
        ('c', 'z')
        """
        found: str | None = path
        while found is not None and (table, found) in self._replaced:
            found = self._replaced[table, found]
        return found

    def list_replaced(self) -> tuple[tuple[str, str], ...]:
        """Table and path of every file that must not exist any more."""
        return tuple(self._replaced)


def read_rewrites(lake: Path, versions: Mapping[str, int]) -> Rewrites:
    """The rewrites of the lake whose latest tables have these versions."""
    if REWRITES not in versions:
        return Rewrites({})
    table = open_table(lake / REWRITES, versions[REWRITES])
    if table is None or not table.files:
        return Rewrites({})
    with storage_guard(lake):
        rows = read_rows(table.folder, [file.path for file in table.files], table.columns)
    return Rewrites({(row["table"], row["path"]): row["replaced_by"] for row in rows})
