"""Events cut into sessions wherever a customer paused."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["measure_sessions", "split_sessions"]


def split_sessions(
    events: "ir.Table",
    *,
    gap_minutes: float = 30,
    customer: str = "customer_id",
    time: str = "occurred_at",
) -> "ir.Table":
    """`events` with the number of the session that each belongs to.

    Parameters
    ----------
    events
        One row per event, with the columns named by `customer` and `time` (an instant).
    gap_minutes
        A pause longer than this begins another session.
    customer, time
        Names of the columns.

    Returns
    -------
    Table
        The same rows and columns with `session_number`, from 1 for each customer's first; rows
        without a customer or a time are left out, for they belong to no session.

    Examples
    --------
    >>> import ibis
    >>> import pyarrow as pa
    >>> from datetime import datetime
    >>> moments = [datetime(2026, 1, 9, 10, 0), datetime(2026, 1, 9, 10, 31)]
    >>> events = ibis.memtable(pa.table({"customer_id": ["1", "1"], "occurred_at": moments}))
    >>> split_sessions(events).order_by("occurred_at").session_number.to_list()
    [1, 2]
    """
    import ibis

    known = events.filter(events[customer].notnull() & events[time].notnull())
    window = ibis.window(group_by=known[customer], order_by=known[time])
    previous = known[time].lag().over(window)
    pause = known[time].epoch_seconds() - previous.epoch_seconds()
    starts = (previous.isnull() | (pause > gap_minutes * 60)).cast("int64")
    marked = known.mutate(starts_session=starts)
    # Events of the same moment share a session, whatever order the engine gives them.
    so_far = ibis.cumulative_window(group_by=marked[customer], order_by=marked[time])
    return marked.mutate(session_number=marked.starts_session.sum().over(so_far)).drop(
        "starts_session"
    )


def measure_sessions(
    events: "ir.Table",
    *,
    gap_minutes: float = 30,
    customer: str = "customer_id",
    time: str = "occurred_at",
) -> "ir.Table":
    """One row per session: customer, `session_number`, `started_at`, `session_minutes`, `event_count`."""
    numbered = split_sessions(events, gap_minutes=gap_minutes, customer=customer, time=time)
    sessions = numbered.group_by(customer, "session_number").aggregate(
        started_at=numbered[time].min(),
        ended_at=numbered[time].max(),
        event_count=numbered.count(),
    )
    seconds = sessions.ended_at.epoch_seconds() - sessions.started_at.epoch_seconds()
    return sessions.mutate(session_minutes=seconds / 60).drop("ended_at")
