"""Which rows of a table may be seen, and the columns that features need of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.errors import UnknownColumnError
from regulars.features.cuts import local_seconds, make_bound
from regulars.features.versions import see_versions

if TYPE_CHECKING:
    from collections.abc import Iterable

    import ibis

    from regulars.features.table import AsOf
    from regulars.schema.contract import Contract

__all__ = ["CUSTOMER", "day_number", "see_facts", "see_lookup", "see_states", "with_columns"]

CUSTOMER = "customer_id"
_DAY = 86_400


def see_facts(table: ibis.Table, contract: Contract, *, as_of: AsOf) -> ibis.Table:
    """Rows that had happened and were known before `as_of`.

    A row that does not say when it happened had happened when it was known.
    """
    seen = table
    if "known_at" in table.columns:
        seen = seen.filter(seen["known_at"] < make_bound(as_of.day, as_of.zone, seen["known_at"]))
    time = contract.time_column
    if time is not None and time in table.columns:
        column = seen[time]
        seen = seen.filter((column < make_bound(as_of.day, as_of.zone, column)) | column.isnull())
    return seen


def see_states(table: ibis.Table, contract: Contract, *, as_of: AsOf) -> ibis.Table:
    """The version of each state that was known before `as_of`, without what lies at or after it."""
    seen = see_versions(table, key=contract.key, before=as_of.instant)
    time = contract.time_column
    if time is not None and time in seen.columns:
        column = seen[time]
        seen = seen.filter((column < make_bound(as_of.day, as_of.zone, column)) | column.isnull())
    hidden = {
        name: (seen[name] < make_bound(as_of.day, as_of.zone, seen[name])).ifelse(seen[name], None)
        for name in seen.columns
        if (seen[name].type().is_date() or seen[name].type().is_timestamp()) and name != "known_at"
    }
    return seen.mutate(**hidden) if hidden else seen


def see_lookup(rows: ibis.Table, states: ibis.Table, *, table: str, key: str) -> ibis.Table:
    """The rows with the columns of the state they refer to, called `table.column`."""
    named = states.select(**{f"{table}.{name}": states[name] for name in states.columns})
    joined = rows.left_join(named, rows[key] == named[f"{table}.{key}"])
    return joined.select(*rows.columns, *named.columns)


def with_columns(rows: ibis.Table, names: Iterable[str], *, table: str, zone: str) -> ibis.Table:
    """The rows with the day, hour and weekday of instants that were not stored with them.

    Raises
    ------
    UnknownColumnError
        When a column is neither there nor can be told from one that is.
    """
    added: dict[str, ibis.Value] = {}
    for name in names:
        if name in rows.columns:
            continue
        stem, _, part = name.rpartition("_")
        source = f"{stem}_at"
        if part not in _PARTS or source not in rows.columns:
            raise UnknownColumnError(name, rows.columns, where=f"Table '{table}'")
        added[name] = _PARTS[part](rows, stem, zone)
    return rows.mutate(**added) if added else rows


def day_number(column: ibis.Column, zone: str) -> ibis.Column:
    """Days from 1970-01-01 to the column's day, by the calendar of `zone`."""
    import ibis

    if column.type().is_date():
        return column.delta(ibis.date("1970-01-01"), unit="day")
    return (local_seconds(column, zone) / _DAY).floor().cast("int64")


def _day(rows: ibis.Table, stem: str, zone: str) -> ibis.Value:
    import ibis

    days = day_number(rows[f"{stem}_at"], zone)
    return (ibis.date("1970-01-01") + days.as_interval("D")).cast("date")


def _hour(rows: ibis.Table, stem: str, zone: str) -> ibis.Value:
    seconds = local_seconds(rows[f"{stem}_at"], zone)
    within = seconds - (seconds / _DAY).floor().cast("int64") * _DAY
    return (within / 3_600).floor().cast("int64")


def _weekday(rows: ibis.Table, stem: str, zone: str) -> ibis.Value:
    """1 is Monday; 1970-01-01 was a Thursday."""
    has_day = f"{stem}_on" in rows.columns
    days = day_number(rows[f"{stem}_on"] if has_day else rows[f"{stem}_at"], zone)
    return (days + 3) % 7 + 1


_PARTS = {"on": _day, "hour": _hour, "weekday": _weekday}
