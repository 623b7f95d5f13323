"""Numbers that a query counts, as Python's values."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["fetch_counts"]


def fetch_counts(table: "ir.Table") -> dict[str, int]:
    """The only row of `table`, which holds nothing but counts, by column name.

    Examples
    --------
    >>> import ibis
    >>> import pyarrow as pa
    >>> numbers = ibis.memtable(pa.table({"a": [1, 2]}))
    >>> fetch_counts(
    ...     numbers.aggregate(rows=numbers.count(), large=numbers.count(where=numbers.a > 1))
    ... )
    {'rows': 2, 'large': 1}
    """
    # As batches: to give a table Ibis imports pandas, which takes a small load half its time. What
    # batches do not do, bringing values to the types that were promised, counts do not need.
    (row,) = table.to_pyarrow_batches().read_all().to_pylist()
    return dict(row)
