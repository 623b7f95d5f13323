"""What was known of a table at a moment: the one place that keeps the future out of features."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    import ibis

    from regulars.schema.contract import Contract

__all__ = ["see_facts", "see_known", "see_states", "see_versions"]

_UNTIL = "until_at"


def see_versions(table: ibis.Table, *, key: Sequence[str], before: datetime) -> ibis.Table:
    """The last version of each row that was known before an instant, with all that it says.

    For showing and checking. What a version says of days to come is in it too: features take
    `see_states`.

    Parameters
    ----------
    table
        Versions of a state; a table without `known_at` has one version a row and stays as it is.
    key
        Columns that name a row. A row for which one of them is missing stands for itself.
    before
        The instant (UTC) from which on nothing is seen.

    Examples
    --------
    >>> import ibis
    >>> import pyarrow as pa
    >>> from datetime import UTC, datetime
    >>> moments = [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)]
    >>> rows = pa.table({"tariff_id": ["S", "S"], "fee": [10, 12], "known_at": moments})
    >>> tariffs = ibis.memtable(rows)
    >>> seen = see_versions(tariffs, key=["tariff_id"], before=datetime(2026, 2, 1, tzinfo=UTC))
    >>> seen["fee"].to_pyarrow().to_pylist()
    [10]
    """
    import ibis

    if "known_at" not in table.columns:
        return table
    seen = see_known(table, before=before)
    # Two loads may share an instant: the load's id then decides, so the answer stays the same.
    ties = [ibis.desc(name) for name in ("load_id",) if name in table.columns]
    window = ibis.window(group_by=list(key), order_by=[ibis.desc("known_at"), *ties])
    numbered = seen.mutate(version_rank=ibis.row_number().over(window))
    # Rows without a name are no versions of each other: subscriptions often come without a number.
    unnamed = [numbered[name].isnull() for name in key]
    return numbered.filter(ibis.or_(numbered["version_rank"] == 0, *unnamed)).drop("version_rank")


def see_known(table: ibis.Table, *, before: datetime) -> ibis.Table:
    """All versions that were known before an instant (UTC), of a table with `known_at`."""
    return table.filter(table["known_at"] < _as_known(table, before))


def see_states(
    table: ibis.Table,
    *,
    key: Sequence[str],
    before: datetime,
    day: date,
    has_versions: bool = True,
) -> ibis.Table:
    """The last version of each row known before an instant, without the days to come in it.

    A date or an instant that is not before `as_of` is missing, planned as it may be: a contract
    that is to end next month has not ended.

    Parameters
    ----------
    table, key, before
        As in `see_versions`.
    day
        The same moment as a company day, for columns that hold days.
    has_versions
        Whether a row may have several; to look for the last of them takes a sort of all rows.

    Examples
    --------
    >>> import ibis
    >>> import pyarrow as pa
    >>> from datetime import UTC, date, datetime
    >>> rows = {"subscription_id": ["A", "B"], "ended_on": [date(2026, 1, 9), date(2026, 2, 1)]}
    >>> rows["known_at"] = [datetime(2026, 1, 1, tzinfo=UTC)] * 2
    >>> seen = see_states(
    ...     ibis.memtable(pa.table(rows)),
    ...     key=["subscription_id"],
    ...     before=datetime(2026, 2, 1, tzinfo=UTC),
    ...     day=date(2026, 2, 1),
    ... )
    >>> seen.order_by("subscription_id")["ended_on"].to_pyarrow().to_pylist()
    [datetime.date(2026, 1, 9), None]
    """
    import ibis

    seen = (
        see_versions(table, key=key, before=before)
        if has_versions or "known_at" not in table.columns
        else see_known(table, before=before)
    )
    masked = {}
    for name, kind in seen.schema().items():
        if kind.is_date():
            masked[name] = ibis.ifelse(seen[name] < ibis.literal(day), seen[name], None)
        elif kind.is_timestamp() and name != "known_at":
            instant = before if kind.timezone else before.replace(tzinfo=None)
            is_past = seen[name] < ibis.literal(instant, type=kind)
            masked[name] = ibis.ifelse(is_past, seen[name], None)
    return seen.mutate(**masked) if masked else seen


def see_facts(
    table: ibis.Table,
    contract: Contract,
    *,
    before: datetime,
    superseded: ibis.Table | None = None,
) -> ibis.Table:
    """The facts that were known before an instant and had happened by then, as they were told then.

    Parameters
    ----------
    table
        Facts as they are told now.
    contract
        Theirs.
    before
        The instant (UTC) from which on nothing is seen.
    superseded
        What facts said before they were corrected, each until `until_at`.

    Examples
    --------
    >>> import ibis
    >>> import pyarrow as pa
    >>> from datetime import UTC, datetime
    >>> from regulars.schema.contract import get_contract
    >>> def paid(amount, day, **more):
    ...     known = datetime(2026, 1, day, tzinfo=UTC)
    ...     at = datetime(2026, 1, 2, tzinfo=UTC)
    ...     row = {"purchase_id": "1", "purchased_at": at, "amount": amount, "known_at": known}
    ...     return ibis.memtable(pa.Table.from_pylist([row | more]))
    >>> now, past = paid(12.0, 20), paid(10.0, 2, until_at=datetime(2026, 1, 20, tzinfo=UTC))
    >>> def ask(day):
    ...     before = datetime(2026, 1, day, tzinfo=UTC)
    ...     seen = see_facts(now, get_contract("purchases"), before=before, superseded=past)
    ...     return seen["amount"].to_pyarrow().to_pylist()
    >>> ask(2), ask(20), ask(21)
    ([], [10.0], [12.0])
    """
    told = see_known(table, before=before)
    if superseded is not None:
        instant = _as_known(superseded, before)
        then = superseded.filter(superseded["known_at"] < instant, superseded[_UNTIL] >= instant)
        told = told.union(_shape_as(then, table))
    time = contract.time_column
    if time is None or time not in told.columns:
        return told
    # Facts without a time of their own happened when they became known.
    happened = told[time].fill_null(told["known_at"].cast(told[time].type()))
    return told.filter(happened < _as_known(told, before).cast(told[time].type()))


def _shape_as(rows: ibis.Table, model: ibis.Table) -> ibis.Table:
    """The columns of `model`; what `rows` does not have was not known."""
    import ibis

    return rows.select(
        **{
            name: rows[name].cast(kind) if name in rows.columns else ibis.null(kind)
            for name, kind in model.schema().items()
        }
    )


def _as_known(table: ibis.Table, before: datetime) -> ibis.Scalar:
    import ibis

    known_type = table["known_at"].type()
    instant = before if known_type.timezone else before.replace(tzinfo=None)
    return ibis.literal(instant, type=known_type)
