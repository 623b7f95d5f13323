"""Features of the group `profile`: the columns of a flat file, as they were known before `as_of`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.errors import UnknownColumnError
from regulars.features.rows import day_number
from regulars.features.sentences import quote
from regulars.features.spellings import merge_spellings
from regulars.features.table import AsOf, Feature, FeatureKind, FeatureTable
from regulars.features.versions import see_versions
from regulars.schema.contract import ColumnType, Role
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    import ibis

__all__ = ["ProfileColumn", "profile_features", "read_profile_column", "stream_profile_features"]

_FIRST_DAY = date(1970, 1, 1)
_FEATURE_ROLES = frozenset({Role.NUMERIC, Role.CATEGORY, Role.DATE})


@dataclass(frozen=True, slots=True)
class ProfileColumn:
    """One column of `profiles` with the role its mapping gave it."""

    name: str
    role: Role
    type: ColumnType
    meaning: Wording | None = None
    unit: str | None = None


def profile_features(
    profiles: ibis.Table, columns: Sequence[ProfileColumn], *, as_of: AsOf
) -> FeatureTable:
    """Features of the group `profile`: one row per customer, sorted by `customer_id`.

    Numbers become float64, categories text (spellings that differ in letter case, ё or blanks
    only are one, see `fold_spelling`), booleans stay. A date becomes the days from it to
    `as_of` (at least 1); a date that is not before `as_of` was not seen: null. Columns of the
    roles id, outcome, personal, ignored and text never become features.

    Parameters
    ----------
    profiles
        One row per customer and version: `customer_id` and the columns. With `known_at`, only
        versions known before `as_of` are seen, and of those the last one.
    columns
        Which columns there are and what they are for.
    as_of
        First day that must not be seen.

    Examples
    --------
    >>> import ibis
    >>> from datetime import date
    >>> rows = pa.table({"customer_id": ["2", "1"], "visits": [3, 5]})
    >>> profiles = ibis.memtable(rows)
    >>> columns = [ProfileColumn("visits", Role.NUMERIC, "integer")]
    >>> table = profile_features(profiles, columns, as_of=AsOf(date(2026, 1, 10)))
    >>> table.table.to_pylist()
    [{'customer_id': '1', 'visits': 5.0}, {'customer_id': '2', 'visits': 3.0}]
    """
    chosen, features = _choose(profiles, columns, as_of)
    return _shape(chosen.to_pyarrow(), features, as_of)


def stream_profile_features(
    profiles: ibis.Table, columns: Sequence[ProfileColumn], *, as_of: AsOf, rows_at_once: int
) -> Iterator[FeatureTable]:
    """The features of `profile_features`, so many customers at a time, in the order of `profiles`.

    Memory holds those; all customers only where numbers with fractions are codes of categories, which
    have to be looked at together.

    Parameters
    ----------
    profiles, columns, as_of
        As in `profile_features`.
    rows_at_once
        How many customers each table has, but the last.

    Examples
    --------
    >>> import ibis
    >>> from datetime import date
    >>> profiles = ibis.memtable(pa.table({"customer_id": ["3", "2", "1"], "visits": [3, 5, 4]}))
    >>> columns = [ProfileColumn("visits", Role.NUMERIC, "integer")]
    >>> day = AsOf(date(2026, 1, 10))
    >>> tables = stream_profile_features(profiles, columns, as_of=day, rows_at_once=2)
    >>> [table.table.to_pydict() for table in tables]
    [{'customer_id': ['2', '3'], 'visits': [5.0, 3.0]}, {'customer_id': ['1'], 'visits': [4.0]}]
    """
    chosen, features = _choose(profiles, columns, as_of)
    has_odd_codes = any(
        feature.kind == "category" and chosen[feature.name].type().is_floating()
        for feature in features
    )
    if has_odd_codes:
        whole = _shape(chosen.to_pyarrow(), features, as_of)
        for start in range(0, len(whole), rows_at_once):
            yield whole.slice(start, rows_at_once)
        return
    for rows in _cut(chosen.to_pyarrow_batches(chunk_size=rows_at_once), rows_at_once):
        yield _shape(rows, features, as_of)


def _cut(batches: pa.RecordBatchReader, rows_at_once: int) -> Iterator[pa.Table]:
    """Tables of just so many rows; an engine gives batches of about as many."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        while sum(one.num_rows for one in held) >= rows_at_once:
            rows = pa.Table.from_batches(held)
            yield rows.slice(0, rows_at_once)
            held = rows.slice(rows_at_once).to_batches()
    if held:
        yield pa.Table.from_batches(held)


def _choose(
    profiles: ibis.Table, columns: Sequence[ProfileColumn], as_of: AsOf
) -> tuple[ibis.Table, tuple[Feature, ...]]:
    """What the features are made of, under their names, and what each of them is."""
    _check_columns(profiles, ["customer_id", *(column.name for column in columns)])
    used = [column for column in columns if column.role in _FEATURE_ROLES]
    features = _name_features(used)
    seen = _see_versions(profiles, as_of)
    expressions = [
        _days_since(seen[column.name], as_of) if column.role is Role.DATE else seen[column.name]
        for column in used
    ]
    named = {
        feature.name: expression for feature, expression in zip(features, expressions, strict=True)
    }
    return seen.select("customer_id", **named), features


def _shape(rows: pa.Table, features: tuple[Feature, ...], as_of: AsOf) -> FeatureTable:
    ordered = _sort(rows)
    arrays = [ordered.column("customer_id")]
    arrays += [_to_kind(ordered.column(feature.name), feature.kind) for feature in features]
    names = ["customer_id", *(feature.name for feature in features)]
    return FeatureTable(pa.table(arrays, names=names), features, as_of)


def read_profile_column(profiles: ibis.Table, name: str, *, as_of: AsOf) -> pa.ChunkedArray:
    """One column as it is, in the row order of `profile_features` at the same `as_of`.

    For what is not a feature but belongs to the same customers: the outcome.
    """
    _check_columns(profiles, ["customer_id", name])
    chosen = _see_versions(profiles, as_of).select("customer_id", value=name)
    return _sort(chosen.to_pyarrow()).column("value")


def _check_columns(profiles: ibis.Table, names: Sequence[str]) -> None:
    available = set(profiles.columns)
    for name in names:
        if name not in available:
            raise UnknownColumnError(
                name, profiles.columns, where="Table 'profiles'", ru="В таблице «profiles»"
            )


def _see_versions(profiles: ibis.Table, as_of: AsOf) -> ibis.Table:
    return see_versions(profiles, key=["customer_id"], before=as_of.instant)


def _days_since(column: ibis.Column, as_of: AsOf) -> ibis.Column:
    """Days of the company's calendar from the column's to `as_of`, null when not before it."""
    days = (as_of.day - _FIRST_DAY).days - day_number(column, as_of.zone)
    return (days > 0).ifelse(days, None).cast("float64")


def _sort(rows: pa.Table) -> pa.Table:
    """The rows by `customer_id` as text in code point order, which engines do not agree on."""
    ids = rows.column("customer_id").cast(pa.string())
    rows = rows.set_column(rows.column_names.index("customer_id"), "customer_id", ids)
    return rows.take(pc.sort_indices(rows, sort_keys=[("customer_id", "ascending")]))


def _name_features(columns: Sequence[ProfileColumn]) -> tuple[Feature, ...]:
    taken = {column.name for column in columns}
    features = []
    for column in columns:
        if column.role is Role.DATE:
            features.append(_date_feature(column, taken))
        else:
            meaning = column.meaning or _speak(column.name)
            kind = _kind_of(column)
            features.append(Feature(column.name, meaning, column.unit, kind, source=column.name))
    return tuple(features)


def _date_feature(column: ProfileColumn, taken: set[str]) -> Feature:
    name = f"days_since_{re.sub('_(on|at)$', '', column.name)}"
    while name in taken:
        name += "_date"
    taken.add(name)
    meaning = column.meaning or _speak(column.name)
    words = Wording(
        en=f"days since {quote(meaning.en, 'en')}", ru=f"дней после даты {quote(meaning.ru, 'ru')}"
    )
    return Feature(name, words, "day", "numeric", source=column.name)


def _speak(name: str) -> Wording:
    words = name.replace("_", " ").strip() or name
    return Wording(en=words, ru=words)


def _kind_of(column: ProfileColumn) -> FeatureKind:
    if column.type == "boolean":
        return "boolean"
    return "numeric" if column.role is Role.NUMERIC else "category"


def _to_kind(values: pa.ChunkedArray, kind: FeatureKind) -> pa.ChunkedArray:
    if kind == "boolean":
        return values.cast(pa.bool_())
    if kind == "numeric":
        return values.cast(pa.float64(), safe=False)
    if pa.types.is_floating(values.type):
        return _whole_numbers_as_text(values)
    return merge_spellings(values.cast(pa.string()))


def _whole_numbers_as_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Codes that arrived as floats read as codes: 3, not 3.0."""
    numbers = values.cast(pa.float64()).to_numpy()
    known = numbers[np.isfinite(numbers)]
    is_whole = bool(np.all(known == np.floor(known))) and bool(np.all(np.abs(known) < 2**53))
    if not is_whole:
        return values.cast(pa.string())
    missing = ~np.isfinite(numbers)
    codes = pa.array(np.where(missing, 0, numbers).astype(np.int64), mask=missing)
    return pa.chunked_array([codes.cast(pa.string())])
