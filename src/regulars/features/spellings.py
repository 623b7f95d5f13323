"""Categories with the spellings of one value made one; what is stored stays as it came."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from regulars.schema.spelling import choose_spellings, fold_spelling

__all__ = ["merge_spellings", "respell"]


def merge_spellings(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The texts with each spelling replaced by the usual one, the most frequent of its value.

    Examples
    --------
    >>> merge_spellings(pa.chunked_array([["Уфа", "УФА", "Уфа", None]])).to_pylist()
    ['Уфа', 'Уфа', 'Уфа', None]
    """
    counted = pc.value_counts(column.drop_null())
    counts = {item["values"]: item["counts"] for item in counted.to_pylist()}
    return _replace(column, choose_spellings(counts))


def respell(column: pa.ChunkedArray, levels: Sequence[str]) -> pa.ChunkedArray:
    """The texts in the spelling of `levels`, which an earlier matrix found to be usual.

    Examples
    --------
    >>> respell(pa.chunked_array([["УФА", "Омск"]]), ["Уфа"]).to_pylist()
    ['Уфа', 'Омск']
    """
    known = {fold_spelling(level): level for level in reversed(levels)}
    values = pc.unique(column.drop_null()).to_pylist()
    wanted = {value: known.get(fold_spelling(value), value) for value in values}
    exact = frozenset(levels)
    return _replace(column, {a: b for a, b in wanted.items() if a != b and a not in exact})


def _replace(column: pa.ChunkedArray, wanted: dict[str, str]) -> pa.ChunkedArray:
    if not wanted:
        return column
    places = pc.index_in(column, value_set=pa.array(list(wanted), pa.string()))
    return pc.coalesce(pc.take(pa.array(list(wanted.values()), pa.string()), places), column)
