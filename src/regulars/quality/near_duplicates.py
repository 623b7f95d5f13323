"""Rows that are the same once spelling is set aside."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

from regulars.quality.texts import keep_digits, normalize_text, sort_words

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["find_near_duplicates"]

# A block with more spellings than this has a value that says nothing ("нет", "test"): comparing
# its pairs would cost a lot and find little.
_MOST_IN_BLOCK = 500
_BLOCK_LETTERS = 3
# DuckDB counts edits in bytes, and a Cyrillic letter has two: each is given one byte that
# compared text never holds.
_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
_SINGLE_BYTES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&*"


def find_near_duplicates(
    table: "ir.Table",
    columns: Mapping[str, str],
    *,
    most_edits: int = 0,
    block: Sequence[str] = (),
    entity: str | None = None,
) -> "ir.Table":
    """Groups of rows that look the same, with the number of rows beyond the first.

    Parameters
    ----------
    table
        Any rows.
    columns
        Column → `words`, `text`, `digits` or `exact`, as in `NearDuplicatesCheck`.
    most_edits
        How many letters of the compared texts may differ in all.
    block
        Columns that must be equal for a pair to be compared when `most_edits` is above 0.
    entity
        The column that tells rows apart (`customer_id`): two of them in one group are one too
        many. Without it spellings are told apart, and what is the same letter for letter counts
        once, for that is an exact duplicate.

    Returns
    -------
    Table
        One row per group: `extra` (those beyond the first), `alike_count`, and of each column
        the first and the last spelling: `name`, `name_too`.

    Examples
    --------
    >>> import ibis
    >>> import pyarrow as pa
    >>> products = ibis.memtable(pa.table({"name": ["Зелёный чай", "чай зеленый", "кофе"]}))
    >>> find_near_duplicates(products, {"name": "words"}).to_pyarrow().to_pylist()
    [{'alike_count': 2, 'name': 'Зелёный чай', 'name_too': 'чай зеленый', 'extra': 1}]
    """
    normal = {name: _NORMALIZERS[how](table[name]) for name, how in columns.items()}
    told_apart = [entity] if entity else list(columns)
    known = table.mutate(
        **{f"normal_{name}": key for name, key in normal.items()},
        identity=_join([table[name].cast("string").fill_null("") for name in told_apart]),
    )
    keys = [f"normal_{name}" for name in columns]
    filled = known.filter(reduce(and_, [known[key].fill_null("") != "" for key in keys]))
    spellings = filled.group_by(*keys, *block, "identity").aggregate(
        **{name: filled[name].cast("string").min() for name in columns}
    )
    if most_edits == 0:
        return _group(spellings, keys, list(columns))
    return _pair(spellings, keys, columns, most_edits=most_edits, block=block)


def _group(spellings: "ir.Table", keys: list[str], columns: list[str]) -> "ir.Table":
    ends = {}
    for name in columns:
        ends[name] = spellings[name].min()
        ends[f"{name}_too"] = spellings[name].max()
    groups = spellings.group_by(*keys).aggregate(alike_count=spellings.identity.nunique(), **ends)
    alike = groups.filter(groups.alike_count > 1)
    return alike.mutate(extra=alike.alike_count - 1).drop(*keys)


def _pair(
    spellings: "ir.Table",
    keys: list[str],
    columns: Mapping[str, str],
    *,
    most_edits: int,
    block: Sequence[str],
) -> "ir.Table":
    compared = _join([spellings[key] for key in keys])
    blocked = spellings.mutate(
        compared=compared,
        letters=compared.translate(_CYRILLIC, _SINGLE_BYTES),
        block_key=_join([spellings[name].cast("string").fill_null("") for name in block])
        if block
        else compared.left(_BLOCK_LETTERS),
    )
    sizes = blocked.group_by("block_key").aggregate(block_size=blocked.count())
    small = blocked.semi_join(sizes.filter(sizes.block_size <= _MOST_IN_BLOCK), "block_key")
    left = small.select("block_key", "compared", "letters", "identity", *columns)
    right = small.select("block_key", "compared", "letters", "identity", *columns).view()
    pairs = left.join(
        right,
        [left.block_key == right.block_key, left.identity > right.identity],
        lname="{name}_too",
        rname="{name}",
    )
    close = pairs.filter(
        (pairs.compared.length() - pairs.compared_too.length()).abs() <= most_edits,
        pairs.letters.levenshtein(pairs.letters_too) <= most_edits,
    )
    # Each spelling that has an earlier one close by is one row too many.
    ends = {}
    for name in columns:
        ends[name] = close[name].min()
        ends[f"{name}_too"] = close[f"{name}_too"].min()
    found = close.group_by("identity_too").aggregate(alike_count=close.count() + 1, **ends)
    return found.mutate(extra=1).drop("identity_too")


def _exact(column: "ir.Value") -> "ir.StringValue":
    return column.cast("string").lower().strip()


def _join(parts: "Sequence[ir.StringValue]") -> "ir.StringValue":
    return reduce(lambda joined, part: joined + "\x1f" + part, parts)


_NORMALIZERS: dict[str, Callable[["ir.Value"], "ir.StringValue"]] = {
    "words": sort_words,
    "text": normalize_text,
    "digits": keep_digits,
    "exact": _exact,
}
