"""Which version of a state was known at a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import ibis

__all__ = ["see_versions"]


def see_versions(table: ibis.Table, *, key: Sequence[str], before: datetime) -> ibis.Table:
    """The last version of each row that was known before an instant.

    Parameters
    ----------
    table
        Versions of a state; a table without `known_at` has one version a row and stays as it is.
    key
        Columns that name a row.
    before
        The instant (UTC) from which on nothing is seen.

    Examples
    --------
    >>> import ibis
    >>> import pyarrow as pa
    >>> from datetime import UTC, datetime
    >>> moments = [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)]
    >>> rows = pa.table({"tariff_id": ["S", "S"], "fee": [10, 12], "known_at": moments})
    >>> tariffs = ibis.memtable(rows)
    >>> seen = see_versions(tariffs, key=["tariff_id"], before=datetime(2026, 2, 1, tzinfo=UTC))
    >>> seen["fee"].to_pyarrow().to_pylist()
    [10]
    """
    import ibis

    if "known_at" not in table.columns:
        return table
    known_type = table["known_at"].type()
    instant = before if known_type.timezone else before.replace(tzinfo=None)
    seen = table.filter(table["known_at"] < ibis.literal(instant, type=known_type))
    # Two loads may share an instant: the load's id then decides, so the answer stays the same.
    ties = [ibis.desc(name) for name in ("load_id",) if name in table.columns]
    window = ibis.window(group_by=list(key), order_by=[ibis.desc("known_at"), *ties])
    numbered = seen.mutate(version_rank=ibis.row_number().over(window))
    return numbered.filter(numbered["version_rank"] == 0).drop("version_rank")
