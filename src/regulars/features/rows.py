"""Which rows of a table may be seen, and the columns that features need of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.errors import UnknownColumnError
from regulars.features.cuts import local_seconds, make_bound
from regulars.features.versions import see_facts, see_states

if TYPE_CHECKING:
    from collections.abc import Iterable

    import ibis

    from regulars.features.table import AsOf
    from regulars.schema.contract import Contract

__all__ = ["CUSTOMER", "day_number", "see", "see_lookup", "with_columns"]

CUSTOMER = "customer_id"
_DAY = 86_400


def see(
    table: ibis.Table, contract: Contract, *, as_of: AsOf, superseded: ibis.Table | None = None
) -> ibis.Table:
    """What was known before `as_of` of a table, and had happened or begun by then."""
    if contract.temporal == "fact":
        if "known_at" in table.columns:
            return see_facts(table, contract, before=as_of.instant, superseded=superseded)
        return _see_happened(table, contract, as_of)
    if "known_at" not in table.columns:
        table = _hide_unsettled(table, contract, as_of)
    seen = see_states(table, key=contract.key, before=as_of.instant, day=as_of.day)
    time = contract.time_column
    if time is None or time not in seen.columns or not contract.get_column(time).is_required:
        return seen
    # A beginning that lies ahead is hidden, and what has not begun is not there.
    return seen.filter(seen[time].notnull())


def _hide_unsettled(table: ibis.Table, contract: Contract, as_of: AsOf) -> ibis.Table:
    """Without what may have been written later, where the table was: it tells of ends from `as_of` on.

    A state without the moment at which it became known says how it is today. That a subscription is
    "ended", and why, is not known before its end, and is hidden of all that go on: were it hidden
    only of those that end, its absence would tell.
    """
    import ibis

    end = contract.end_column
    if end is None or end not in table.columns:
        return table
    day = ibis.literal(as_of.day)
    ends_on = table[end].cast("date")
    has_ended = (ends_on < day).fill_null(False)  # noqa: FBT003 - the value of a cell
    is_later = (ends_on >= day).any().over(ibis.window()).fill_null(False)  # noqa: FBT003 - as above
    is_seen = has_ended | ~is_later
    hidden = {
        column.name: ibis.ifelse(is_seen, table[column.name], None)
        for column in contract.columns
        if not column.is_settled and column.name in table.columns and column.name != end
    }
    return table.mutate(**hidden) if hidden else table


def _see_happened(table: ibis.Table, contract: Contract, as_of: AsOf) -> ibis.Table:
    time = contract.time_column
    if time is None or time not in table.columns:
        return table
    return table.filter(table[time] < make_bound(as_of.day, as_of.zone, table[time]))


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
            raise UnknownColumnError(
                name, rows.columns, where=f"Table '{table}'", ru=f"В таблице «{table}»"
            )
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
