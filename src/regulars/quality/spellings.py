"""Values of a column that are the same but for their spelling."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.schema.spelling import choose_spellings

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["Spellings", "find_spellings"]

_BATCH = 50
_MOST_VALUES = 5_000
_MOST_DISTINCT_SHARE = 0.5
_FEW_VALUES = 20


@dataclass(frozen=True)
class Spellings:
    """One column of which values are spelled in several ways.

    Attributes
    ----------
    column
        Its name.
    count
        Rows with another spelling than the usual one.
    variants
        (spelling, the usual one, rows), most frequent first.
    """

    column: str
    count: int
    variants: tuple[tuple[str, str, int], ...]


def find_spellings(table: "ir.Table", names: Sequence[str], *, row_count: int) -> list[Spellings]:
    """The text columns of `names` with spellings that differ in letter case, ё or blanks only.

    Columns of free texts, in which most values are different, are passed over.

    Examples
    --------
    >>> import ibis
    >>> import pyarrow as pa
    >>> people = ibis.memtable(pa.table({"city": ["Уфа", "Уфа", "УФА", "Орёл"]}))
    >>> [(each.column, each.count) for each in find_spellings(people, ["city"], row_count=4)]
    [('city', 1)]
    """
    texts = [name for name in names if table[name].type().is_string()]
    found = []
    for name in _list_suspects(table, texts, row_count=row_count):
        rows = table.group_by(value=table[name]).aggregate(row_count=table.count()).to_pyarrow()
        counts = {row["value"]: row["row_count"] for row in rows.to_pylist() if row["value"]}
        usual = choose_spellings(counts)
        variants = sorted(
            ((value, better, counts[value]) for value, better in usual.items()),
            key=lambda each: (-each[2], each[0]),
        )
        if variants:
            found.append(Spellings(name, sum(each[2] for each in variants), tuple(variants)))
    return found


def _list_suspects(table: "ir.Table", names: Sequence[str], *, row_count: int) -> list[str]:
    """The columns that have fewer values when spelling is set aside: one pass for many columns."""
    suspects = []
    for start in range(0, len(names), _BATCH):
        batch = names[start : start + _BATCH]
        narrow = table.select(*batch)
        asked: dict[str, ir.Scalar] = {}
        for place, name in enumerate(batch):
            column = narrow[name]
            # No blanks at all: coarser than the normal form, so it misses nothing.
            folded = column.lower().replace("ё", "е").re_replace("[\\s\u00a0\u202f]+", "")
            asked[f"d{place}"], asked[f"f{place}"] = column.nunique(), folded.nunique()
        (row,) = narrow.aggregate(**asked).to_pyarrow().to_pylist()
        most = max(_FEW_VALUES, min(_MOST_VALUES, _MOST_DISTINCT_SHARE * row_count))
        suspects += [
            name for place, name in enumerate(batch) if row[f"f{place}"] < row[f"d{place}"] <= most
        ]
    return suspects
