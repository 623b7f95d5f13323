"""What the loaded tables say about each customer, side by side, and which rows went into it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from regulars.features import (
    AsOf,
    FeatureSpace,
    FeatureTable,
    ProfileColumn,
    find_features,
    load_features,
    profile_features,
)
from regulars.features.library import list_parts
from regulars.features.purchases import purchase_features
from regulars.schema.column_labels import label_column
from regulars.schema.contract import Role, get_contract

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from collections.abc import Mapping as MappingABC

    import ibis
    import pyarrow as pa

    from regulars.features import FeatureDefinition
    from regulars.schema.mapping import Mapping

__all__ = [
    "CustomerFeatures", "TableUse", "build_customer_features", "build_features_again",
    "build_space_features", "takes_everything",
]  # fmt: skip

_SPOKEN_FOR = frozenset({"profiles", "purchase_items"})
"""Profiles have features of their own; the items of an order have made its purchase."""
_LEAST_KNOWN = 0.02
"""A feature that is known for fewer customers than this share tells too few of them apart."""


@dataclass(frozen=True, slots=True)
class TableUse:
    """Which rows of one table became features.

    Attributes
    ----------
    table
        Its name.
    rows
        Rows that it holds.
    rows_used
        Rows of known customers before `as_of`, which features were made of.
    customers
        Customers that have a row here.
    customers_matched
        How many of them are among the customers of the analysis.
    """

    table: str
    rows: int
    rows_used: int
    customers: int
    customers_matched: int


@dataclass(frozen=True, slots=True)
class CustomerFeatures:
    """Features of all tables side by side.

    Attributes
    ----------
    features
        One row per customer; None when no table says anything about customers.
    uses
        One per loaded table, in order.
    """

    features: FeatureTable | None
    uses: tuple[TableUse, ...]


def build_customer_features(
    tables: MappingABC[str, ibis.Table],
    mappings: Sequence[Mapping],
    *,
    as_of: AsOf,
    definitions: Sequence[FeatureDefinition] | None = None,
) -> CustomerFeatures:
    """Features of profiles, purchases and whatever else is loaded, joined by customer.

    The customers are those of `profiles` where there are any: a file of customers says who they
    are. Whoever bought and is not in it is counted, and not analyzed.

    Parameters
    ----------
    tables
        The loaded canonical tables by name.
    mappings
        How the sources were read; those of kind customers give the columns' roles.
    as_of
        First day that is not seen.
    definitions
        The features that are looked for; None takes the library.
    """
    known_features = tuple(load_features() if definitions is None else definitions)
    parts = {
        name: part if name in ("profiles", "purchases") else part.drop(_list_silent(part))
        for name, part in _build_parts(tables, mappings, known_features, as_of).items()
    }
    features = _join(parts, known_features)
    uses = tuple(_count_use(name, table, parts, features, as_of) for name, table in tables.items())
    return CustomerFeatures(features, uses)


def build_features_again(
    tables: MappingABC[str, ibis.Table],
    mappings: Sequence[Mapping],
    *,
    as_of: AsOf,
    definitions: Sequence[FeatureDefinition],
) -> FeatureTable | None:
    """The same features of other customers, or on another day: none is left out for telling little.

    Parameters are those of `build_customer_features`; None when no table says anything.
    """
    return _join(_build_parts(tables, mappings, definitions, as_of), definitions)


def build_space_features(
    space: FeatureSpace,
    tables: MappingABC[str, ibis.Table],
    mappings: Sequence[Mapping],
    *,
    as_of: AsOf,
) -> FeatureTable:
    """What a feature space says; with the columns of a file of customers where it takes everything.

    Parameters
    ----------
    space
        With its definitions; it takes everything by the pattern `*`, unless it chooses customers.
    tables
        Canonical tables by name.
    mappings
        How the sources were read; those of kind customers give the columns' roles.
    as_of
        First day that must not be seen.

    Raises
    ------
    UnknownNameError, UnknownColumnError
        As `FeatureSpace.build`.
    """
    if "profiles" not in tables or not takes_everything(space):
        return space.build(tables, as_of=as_of)
    own = profile_features(tables["profiles"], list_profile_columns(mappings), as_of=as_of)
    if not find_features(space.definitions, tables):
        return own
    built = space.build(tables, as_of=as_of)
    counted = {
        name
        for feature in space.definitions
        if feature.is_zero_without_rows
        for name in feature.feature_names
    }
    return join_features([own, built.drop(_list_silent(built))], counted=counted)


def takes_everything(space: FeatureSpace) -> bool:
    """Whether a space leaves the choice of features and customers to what is loaded, as `analyze` does."""
    return "*" in space.features and space.customers is None


def _build_parts(
    tables: MappingABC[str, ibis.Table],
    mappings: Sequence[Mapping],
    definitions: Sequence[FeatureDefinition],
    as_of: AsOf,
) -> dict[str, FeatureTable]:
    """What each table says, by its name."""
    parts: dict[str, FeatureTable] = {}
    if "profiles" in tables:
        columns = list_profile_columns(mappings)
        parts["profiles"] = profile_features(tables["profiles"], columns, as_of=as_of)
    # Purchases first: without a file of customers they say who the customers are.
    for name in sorted(tables, key=lambda name: name != "purchases"):
        built = _build_of_table(name, tables, definitions, as_of)
        if built is not None:
            parts[name] = built
    return parts


def _join(
    parts: MappingABC[str, FeatureTable], definitions: Sequence[FeatureDefinition]
) -> FeatureTable | None:
    known = [part for part in parts.values() if len(part)]
    counted = {
        name
        for feature in definitions
        if feature.is_zero_without_rows
        for name in feature.feature_names
    }
    return join_features(known, counted=counted) if known else None


def _build_of_table(
    name: str,
    tables: MappingABC[str, ibis.Table],
    definitions: Sequence[FeatureDefinition],
    as_of: AsOf,
) -> FeatureTable | None:
    """What the library makes of one table; None when nothing."""
    if name == "purchases":
        return purchase_features(tables[name], as_of=as_of, definitions=definitions)
    own = [feature for feature in definitions if feature.table == name]
    if name in _SPOKEN_FOR or not own or "customer_id" not in tables[name].columns:
        return None
    made = {each for feature in own for each in feature.feature_names}
    derived = [
        feature
        for feature in definitions
        if feature.is_derived and made.issuperset(list_parts(feature))
    ]
    space = FeatureSpace(name="analysis")
    return space.build(tables, as_of=as_of, definitions=[*own, *derived])


def _list_silent(built: FeatureTable) -> list[str]:
    """Features that are the same for everybody, or hardly ever known."""
    import pyarrow.compute as pc

    least = max(2, _LEAST_KNOWN * len(built))
    columns = {name: built.table.column(name) for name in built.names}
    return [
        name
        for name, column in columns.items()
        if len(column) - column.null_count < least or pc.count_distinct(column).as_py() < 2
    ]


def list_profile_columns(mappings: Sequence[Mapping]) -> list[ProfileColumn]:
    """The columns of `profiles` as the mappings understood them, called by words."""
    columns = {
        column.target: ProfileColumn(
            column.target, column.role, column.type, meaning=label_column(column.source)
        )
        for mapping in mappings
        if mapping.table == "profiles"
        for column in (*mapping.columns, *mapping.derived)
        if column.role not in (Role.PERSONAL, Role.IGNORED)
    }
    return list(columns.values())


def join_features(parts: Sequence[FeatureTable], *, counted: Collection[str]) -> FeatureTable:
    """The features of the first part's customers, with what the others say about them.

    A feature whose name is taken already gets the name of its group in front. Those in `counted`
    are zero for who is not in their part: without a row there is nothing to count or sum up, and
    that is known.
    """
    import pyarrow as pa

    base = parts[0]
    columns: dict[str, pa.ChunkedArray] = {
        name: base.table.column(name) for name in base.table.column_names
    }
    features = list(base.features)
    for part in parts[1:]:
        places = _find_places(base, part)
        for feature in part.features:
            name = (
                feature.name if feature.name not in columns else f"{feature.group}_{feature.name}"
            )
            column = part.table.column(feature.name).take(places)
            columns[name] = column.fill_null(0.0) if feature.name in counted else column
            features.append(replace(feature, name=name))
    return FeatureTable(pa.table(columns), tuple(features), base.as_of)


def _find_places(base: FeatureTable, part: FeatureTable) -> pa.Array:
    """For each customer of `base` the row in `part`, null where there is none."""
    import pyarrow.compute as pc

    return pc.index_in(base.customer_ids, value_set=part.customer_ids)


def _count_use(
    name: str,
    table: ibis.Table,
    parts: MappingABC[str, FeatureTable],
    features: FeatureTable | None,
    as_of: AsOf,
) -> TableUse:
    rows = int(table.count().to_pyarrow().as_py())
    if "customer_id" not in table.columns:
        # A table of relations has two customers a row; its features say who they are.
        built = parts.get(name)
        customers = len(built) if built else 0
        matched = _count_matching(built.customer_ids, features) if built else 0
        return TableUse(name, rows, rows if built else 0, customers, matched)
    ids = table.filter(table["customer_id"].notnull())
    present = ids.select("customer_id").distinct().to_pyarrow().column(0).combine_chunks()
    matched = _count_matching(present, features)
    used = 0
    if name in parts and features is not None:
        used = int(_see(ids, name, as_of).count().to_pyarrow().as_py())
    return TableUse(name, rows, used, len(present), matched)


def _see(table: ibis.Table, name: str, as_of: AsOf) -> ibis.Table:
    """The rows that happened before `as_of`."""
    import ibis

    time_column = get_contract(name).time_column
    if time_column is None or get_contract(name).temporal == "state":
        return table
    column = table[time_column]
    return table.filter(column < ibis.literal(as_of.instant).cast(column.type()))


def _count_matching(present: pa.Array, features: FeatureTable | None) -> int:
    import pyarrow as pa
    import pyarrow.compute as pc

    if features is None:
        return 0
    found = pc.is_in(present.cast(pa.string()), value_set=features.customer_ids)
    return int(pc.sum(found).as_py() or 0)
