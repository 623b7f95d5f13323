"""The tables of a snapshot: as they stand, and as they were known on a day."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from regulars.errors import UnknownNameError
from regulars.features.versions import see_facts, see_known, see_states, see_versions
from regulars.lake.parquet import BUCKETS
from regulars.lake.shapes import name_past
from regulars.schema.contract import get_contract, list_contracts

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    import ibis
    from ibis.backends.duckdb import Backend

    from regulars.features import AsOf
    from regulars.lake import Snapshot
    from regulars.schema.contract import Contract

__all__ = [
    "describe_at_end",
    "is_told_again",
    "keep_buckets",
    "list_canonical",
    "open_history",
    "open_tables",
    "see_tables",
]

_OWNERS = ("customer_id", "related_customer_id")
"""Whose row it is: of a link both customers'."""


def open_tables(
    snapshot: Snapshot,
    backend: Backend,
    *,
    tables: tuple[str, ...] = (),
    before: datetime,
) -> dict[str, ibis.Table]:
    """The canonical tables of a snapshot that hold rows; of states the version known last.

    Parameters
    ----------
    snapshot
        What to read.
    backend
        Where.
    tables
        Only these; all by default.
    before
        The instant (UTC) from which on no version is seen.
    """
    wanted = _choose_tables(snapshot, tables)
    snapshot.register(backend.con, wanted)
    opened = {}
    for name in wanted:
        contract = get_contract(name)
        table = backend.table(name)
        if contract.temporal == "state":
            table = _see_last(table, key=contract.key, before=before)
        opened[name] = table
    return opened


def _see_last(table: ibis.Table, *, key: Sequence[str], before: datetime) -> ibis.Table:
    """As `see_versions`, without looking for the last of several where each row has one version.

    Every statement would sort the whole table for it, and a table is described in dozens.
    """
    if "known_at" not in table.columns:
        return table
    if is_told_again(table, key):
        return see_versions(table, key=key, before=before)
    return see_known(table, before=before)


def is_told_again(table: ibis.Table, key: Sequence[str]) -> bool:
    """Whether some row of a table was told more than once."""
    rows, keys = (
        one.count().to_pyarrow().as_py() for one in (table, table.select(*key).distinct())
    )
    return bool(rows > keys)


def see_tables(
    snapshot: Snapshot,
    backend: Backend,
    *,
    tables: tuple[str, ...] = (),
    as_of: AsOf,
    told_until: AsOf | None = None,
    buckets: Collection[int] | None = None,
    has_versions: Mapping[str, bool] = MappingProxyType({}),
) -> dict[str, ibis.Table]:
    """The canonical tables as they were known before `as_of`: what features may be made of.

    Parameters
    ----------
    snapshot, backend, tables
        As in `open_tables`.
    as_of
        First day that is not seen, not even in a date or as the end of something.
    told_until
        What was told of states before this day counts as known before `as_of`: who looks at a history
        from its end has the descriptions that came with it. None for `as_of`.
    buckets
        Only the customers of these of the 64 buckets; None for everybody.
    has_versions
        By table whether some row was told more than once, where that is known; it is looked up where
        it is not.
    """
    wanted = _choose_tables(snapshot, tables)
    past = [name for name in map(name_past, wanted) if name in snapshot.tables]
    snapshot.register(backend.con, [*wanted, *past], buckets=buckets)
    before = as_of.instant
    told = max(before, told_until.instant) if told_until else before
    seen = {}
    for name in wanted:
        contract, table = get_contract(name), backend.table(name)
        if contract.temporal == "state":
            is_several = has_versions.get(name)
            if is_several is None:
                is_several = is_told_again(table, contract.key)
            if told > before:
                table = _count_as_known(table, contract, told=told, before=before)
            seen[name] = see_states(
                table,
                key=contract.key,
                before=before,
                day=as_of.day,
                has_versions=is_several,
            )
        else:
            then = backend.table(name_past(name)) if name_past(name) in past else None
            seen[name] = see_facts(table, contract, before=before, superseded=then)
    return seen if buckets is None else keep_buckets(seen, buckets)


def keep_buckets(
    tables: Mapping[str, ibis.Table], buckets: Collection[int]
) -> dict[str, ibis.Table]:
    """Of the tables that the lake does not deal into buckets, too, the customers of these only.

    A link stays where one of its two customers does.
    """
    import ibis

    bucketed = {contract.name for contract in list_contracts() if contract.is_bucketed}
    first = [f"{byte:02x}" for byte in range(256) if byte % BUCKETS in buckets]
    kept = {}
    for name, each in tables.items():
        table = each
        is_dealt = name in bucketed or "customer_id" not in table.columns
        if not is_dealt:
            owners = [column for column in _OWNERS if column in table.columns]
            is_own = [table[one].hexdigest("md5").substr(0, 2).isin(first) for one in owners]
            table = table.filter(ibis.or_(*is_own))
        kept[name] = table
    return kept


def describe_at_end(
    history: Mapping[str, ibis.Table], *, as_of: AsOf, told_until: AsOf
) -> dict[str, ibis.Table]:
    """A history that is looked at from its end: states count as known that came with it.

    Parameters
    ----------
    history
        As `open_history` gives it.
    as_of
        Its end: the first day that is not seen.
    told_until
        What was told of states before this day counts as known before `as_of`.
    """
    told, before = told_until.instant, as_of.instant
    states = {one.name: one for one in list_contracts() if one.temporal == "state"}
    return {
        name: _count_as_known(table, states[name], told=told, before=before)
        if name in states
        else table
        for name, table in history.items()
    }


def _count_as_known(
    table: ibis.Table, contract: Contract, *, told: datetime, before: datetime
) -> ibis.Table:
    """The states that were told before `told`, known just before `before` at the latest."""
    import ibis

    states = see_versions(table, key=contract.key, before=told)
    kind = states["known_at"].type()
    latest = before - timedelta(seconds=1)
    moment = ibis.literal(latest if kind.timezone else latest.replace(tzinfo=None), type=kind)
    return states.mutate(known_at=ibis.least(states["known_at"], moment))


def open_history(
    snapshot: Snapshot,
    backend: Backend,
    *,
    tables: tuple[str, ...] = (),
    buckets: Collection[int] | None = None,
) -> dict[str, ibis.Table]:
    """The canonical tables with all rows and versions, as features at several dates need them.

    What facts said before they were corrected stands beside them under `superseded_NAME`.

    Parameters
    ----------
    snapshot, backend, tables
        As in `open_tables`.
    buckets
        Of what happened only the customers of these of the 64 buckets; None for everybody.
    """
    wanted = _choose_tables(snapshot, tables)
    past = [name for name in map(name_past, wanted) if name in snapshot.tables]
    snapshot.register(backend.con, [*wanted, *past], buckets=buckets)
    return {name: backend.table(name) for name in [*wanted, *past]}


def _choose_tables(snapshot: Snapshot, tables: tuple[str, ...]) -> tuple[str, ...]:
    present = list_canonical(snapshot)
    for name in tables:
        if name not in present:
            raise UnknownNameError("loaded table", name, present, ru="загруженной таблицы")
    return tables or present


def list_canonical(snapshot: Snapshot) -> tuple[str, ...]:
    """The canonical tables of a snapshot that hold rows."""
    known = [contract.name for contract in list_contracts()]
    return tuple(name for name in snapshot.tables if name in known and snapshot.row_count(name))
