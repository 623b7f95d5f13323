"""Whose rows came or were corrected since a load: whom a refresh of members has to ask again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.errors import NotFoundError, StorageError
from regulars.features.cuts import make_bound
from regulars.lake.shapes import name_past
from regulars.schema.contract import get_contract
from regulars.segments.rules.compile import list_who
from regulars.workspace.tables import list_canonical

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis
    import pyarrow as pa

    from regulars.features import AsOf
    from regulars.lake import Lake, LoadRecord, Snapshot

__all__ = [
    "counts_the_same_customers",
    "find_changed_customers",
    "find_data_load",
    "find_expired",
]

_DATA = ("load", "erasure")


def find_data_load(loads: Sequence[LoadRecord]) -> LoadRecord:
    """The last load that changed what is known of customers."""
    return [load for load in loads if load.action in _DATA][-1]


def find_changed_customers(
    lake: Lake, tables: Mapping[str, ibis.Table], *, since: str
) -> pa.Array | None:
    """Customers of whom a row was added or corrected since a load; None where it may be anybody.

    Anybody it may be after an erasure, after the same content was read in another way, when rows went
    without a trace, and when a table grew that is not about customers, such as that of products.

    Parameters
    ----------
    lake
        Whose loads.
    tables
        Its canonical tables, with all rows and versions, as they are now.
    since
        The load after which was looked last.
    """
    import pyarrow as pa

    loads = lake.list_loads()
    place = next((n for n, load in enumerate(loads) if load.load_id == since), None)
    if place is None:
        return None
    new = [load for load in loads[place + 1 :] if load.action in _DATA]
    if not new:
        return pa.array([], pa.string())
    if any(load.action == "erasure" for load in new) or _is_read_again(new, loads):
        return None
    before, now = lake.snapshot(load_id=since), lake.snapshot()
    names = [
        name for name in list_canonical(now) if now.versions[name] != before.versions.get(name)
    ]
    found = []
    for name in names:
        if not _is_traced(name, tables, before, now, new):
            return None
        found.append(_list_changed(name, tables, [load.load_id for load in new]))
    return pa.concat_arrays(found) if found else pa.array([], pa.string())


def find_expired(tables: Mapping[str, ibis.Table], *, before: AsOf, as_of: AsOf) -> pa.Array:
    """Customers whose rows said something until a moment between two days, and then were corrected.

    Parameters
    ----------
    tables
        Canonical tables with what was superseded.
    before, as_of
        The two days.
    """
    import pyarrow as pa

    found = []
    for name, table in tables.items():
        if name.startswith(name_past("")) and "customer_id" in table.columns:
            until = table["until_at"]
            passed = (until >= make_bound(before.day, before.zone, until)) & (
                until < make_bound(as_of.day, as_of.zone, until)
            )
            rows = table.filter(passed, table["customer_id"].notnull()).select("customer_id")
            found.append(rows.distinct().to_pyarrow()["customer_id"].combine_chunks())
    return pa.concat_arrays(found) if found else pa.array([], pa.string())


def counts_the_same_customers(
    lake: Lake, tables: Mapping[str, ibis.Table], *, since: str, day: AsOf
) -> bool:
    """Whether the same tables say who the customers were on a day as did after an earlier load.

    Where a file of customers came since, those who are not in it are customers no more.

    Parameters
    ----------
    lake, tables, since
        As in `find_changed_customers`.
    day
        First day that is not seen.
    """
    loads = [load.load_id for load in lake.list_loads()]
    old = loads[: loads.index(since) + 1]
    then = {name: one.filter(one["load_id"].isin(old)) for name, one in tables.items()}
    return list_who(then, as_of=day) == list_who(tables, as_of=day)


def _is_read_again(new: Sequence[LoadRecord], loads: Sequence[LoadRecord]) -> bool:
    """Whether a content came that was here already: what it had brought may have been taken back."""
    contents = [load.source_sha256 for load in loads if load.source_sha256]
    return any(contents.count(load.source_sha256) > 1 for load in new)


def _is_traced(
    name: str,
    tables: Mapping[str, ibis.Table],
    before: Snapshot,
    now: Snapshot,
    new: Sequence[LoadRecord],
) -> bool:
    """Whether every row of a table that went or changed still stands somewhere with its customer."""
    if "customer_id" not in tables[name].columns:
        return False
    if get_contract(name).temporal == "state":
        # Versions stay.
        return True
    counts = [load.tables.get(name, {}) for load in new]
    added = sum(one.get("inserted", 0) for one in counts)
    corrected = sum(one.get("updated", 0) for one in counts)
    try:
        grown = now.row_count(name) - (before.row_count(name) if name in before.tables else 0)
        past, kept = name_past(name), 0
        if past in now.tables:
            kept = now.row_count(past)
            kept -= before.row_count(past) if past in before.tables else 0
    except (NotFoundError, StorageError):
        # Vacuumed since.
        return False
    return grown == added and kept == corrected


def _list_changed(name: str, tables: Mapping[str, ibis.Table], loads: Sequence[str]) -> pa.Array:
    """Customers on rows of these loads, on other versions of them, and on what they corrected."""
    import ibis
    import pyarrow as pa

    table, key = tables[name], list(get_contract(name).key)
    own = table.filter(table["load_id"].isin(list(loads)))
    rows = [own]
    if key:
        rows.append(table.semi_join(own, key))
        past = tables.get(name_past(name))
        if past is not None:
            rows.append(past.semi_join(own, key))
    who = [
        column
        for column in table.columns
        if column in ("customer_id", "counterpart_id") or column.endswith("_customer_id")
    ]
    parts = [
        one.filter(one[column].notnull()).select(customer_id=one[column].cast("string"))
        for one in rows
        for column in who
        if column in one.columns
    ]
    together = ibis.union(*parts, distinct=True) if len(parts) > 1 else parts[0].distinct()
    return together.to_pyarrow()["customer_id"].combine_chunks().cast(pa.string())
