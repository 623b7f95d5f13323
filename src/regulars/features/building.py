"""Compiled features as feature tables: computed once, split by day, sorted by customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.conditions import Condition, compile_condition
from regulars.errors import UnknownColumnError, UnknownNameError
from regulars.features.bucketed import CUT
from regulars.features.compile import compile_features, find_features
from regulars.features.rows import CUSTOMER
from regulars.features.table import AsOf, Feature, FeatureKind, FeatureTable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import ibis

    from regulars.features.definition import FeatureDefinition

__all__ = ["build_tables", "check_found"]

_DIGITS = 9
_SMALLEST = 1e-12
_POWERS = 10.0 ** np.arange(23)
_ROWS_AT_ONCE = 40_000_000
"""Rows times days that are worked on together: about 2 GiB with eighty features."""


def build_tables(
    tables: Mapping[str, ibis.Table],
    definitions: Sequence[FeatureDefinition],
    *,
    names: Sequence[str],
    exact: Collection[str] = (),
    dates: Sequence[AsOf],
    filters: Mapping[str, Condition] | None = None,
    customers: Condition | None = None,
) -> tuple[FeatureTable, ...]:
    """A feature table for each day, in the order of `dates`.

    Parameters
    ----------
    tables
        Canonical tables by name.
    definitions
        What is needed.
    names
        Which of the features are wanted, in order.
    exact
        Those of them that may not be left out when a table or a column is missing.
    dates
        First days that must not be seen; repeated days are built once.
    filters
        For tables by name: only these rows are looked at.
    customers
        Only these customers, by their features.
    """
    found = find_features(definitions, tables)
    check_found(found, definitions, exact, tables)
    ordered = sorted(set(dates), key=lambda as_of: as_of.day)
    made = {name for feature in found for name in feature.feature_names}
    present = [name for name in names if name in made]
    count, n_parts = len(ordered), _count_parts(tables, found, ordered)
    pieces: list[list[pa.Table]] = [[] for _ in ordered]
    for number in range(n_parts):
        part = (number, n_parts) if n_parts > 1 else None
        compiled = compile_features(tables, found, dates=ordered, filters=filters, part=part)
        if customers is not None:
            compiled = compiled.filter(compile_condition(customers, compiled))
        keys = [CUSTOMER] if count == 1 else [CUSTOMER, CUT]
        rows: pa.Table = compiled.select(*keys, *present).to_pyarrow()
        for cut, own in enumerate(_split(rows, count)):
            pieces[cut].append(own)
    features = _describe(found, present, pieces[0][0].schema)
    built = {
        as_of: FeatureTable(_shape(pa.concat_tables(pieces.pop(0)), features), features, as_of)
        for as_of in ordered
    }
    return tuple(built[as_of] for as_of in dates)


def _count_parts(
    tables: Mapping[str, ibis.Table],
    features: Sequence[FeatureDefinition],
    dates: Sequence[AsOf],
) -> int:
    """Into how many parts the customers are dealt, so that many days at once fit into memory."""
    if len(dates) == 1:
        return 1
    names = {feature.table for feature in features if feature.table}
    rows = max(int(tables[name].count().to_pyarrow().as_py()) for name in names)
    return min(len(dates), max(1, -(-rows * len(dates) // _ROWS_AT_ONCE)))


def _split(rows: pa.Table, count: int) -> list[pa.Table]:
    """The rows of each day."""
    if count == 1:
        return [rows]
    cuts = rows.column(CUT)
    return [rows.filter(pc.equal(cuts, cut)).drop_columns([CUT]) for cut in range(count)]


def check_found(
    found: Collection[FeatureDefinition],
    definitions: Sequence[FeatureDefinition],
    exact: Collection[str],
    tables: Mapping[str, ibis.Table],
) -> None:
    """Raise when a feature that was asked for by its name (in `exact`) cannot be made."""
    for feature in definitions:
        if feature in found or not _is_asked(feature, exact):
            continue
        if feature.table and feature.table not in tables:
            raise UnknownNameError("table", feature.table, tables, ru="таблицы")
        columns = tables[feature.table].columns if feature.table else list(tables)
        missing = next((name for name in feature.list_columns() if name not in columns), "")
        raise UnknownColumnError(
            missing or str(feature.lookup),
            columns,
            where=f"For '{feature.name}', table '{feature.table}'",
            ru=f"Для «{feature.name}» в таблице «{feature.table}»",
        )


def _is_asked(feature: FeatureDefinition, exact: Collection[str]) -> bool:
    return any(name in exact for name in feature.feature_names)


def _describe(
    definitions: Sequence[FeatureDefinition], names: Sequence[str], schema: pa.Schema
) -> tuple[Feature, ...]:
    owners = {
        feature.name_of(days): (feature, days)
        for feature in definitions
        for days in feature.windows or (None,)
    }
    described = []
    for name in names:
        definition, days = owners[name]
        described.append(
            Feature(
                name,
                definition.meaning_of(days),
                definition.unit,
                _kind_of(schema.field(name).type),
                group=definition.group or definition.table or "derived",
                source=definition.column,
            )
        )
    return tuple(described)


def _kind_of(arrow_type: pa.DataType) -> FeatureKind:
    if pa.types.is_boolean(arrow_type):
        return "boolean"
    is_text = pa.types.is_string(arrow_type) or pa.types.is_large_string(arrow_type)
    return "category" if is_text else "numeric"


def _round(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The numbers to nine significant digits.

    The last bits of a sum hang on the order in which the engine's threads added it up. Left in,
    they move bounds and splits, and the same files give other segments and other models.
    """
    numbers = column.combine_chunks()
    values = numbers.fill_null(0.0).to_numpy(zero_copy_only=False)
    # Whole numbers are exact as they are, and most features count.
    places = np.flatnonzero((values != np.rint(values)) & (np.abs(values) > _SMALLEST))
    if not len(places):
        return column
    fractions = values[places]
    digits = _DIGITS - 1 - np.floor(np.log10(np.abs(fractions))).astype(np.int64)
    # Powers of ten up to 22 are exact, so that the nearest double of the decimal number comes out.
    powers = _POWERS[np.clip(digits, 0, len(_POWERS) - 1)]
    rounded = values.copy()
    rounded[places] = np.rint(fractions * powers) / powers
    return pa.chunked_array([pc.if_else(numbers.is_valid(), pa.array(rounded), None)])


def _shape(rows: pa.Table, features: Sequence[Feature]) -> pa.Table:
    """Sorted by `customer_id` in code point order, each column in the type of its kind."""
    types = {"boolean": pa.bool_(), "category": pa.string(), "numeric": pa.float64()}
    arrays = [rows.column(CUSTOMER).cast(pa.string())]
    for feature in features:
        column = rows.column(feature.name).cast(types[feature.kind])
        arrays.append(_round(column) if feature.kind == "numeric" else column)
    table = pa.table(arrays, names=[CUSTOMER, *(feature.name for feature in features)])
    return table.take(pc.sort_indices(table, sort_keys=[(CUSTOMER, "ascending")]))
