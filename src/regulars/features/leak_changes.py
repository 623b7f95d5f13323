"""Which columns change at the moment the outcome is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis

__all__ = ["measure_changes"]


def measure_changes(
    versions: ibis.Table, columns: Sequence[str], *, outcome: str, positive: str
) -> dict[str, tuple[float, float]]:
    """By column: how often it changes in the step in which the outcome comes, and in other steps.

    A step leads from one version of a customer to the next. A column that is filled in because the
    customer left changes in that step and hardly ever otherwise.

    Parameters
    ----------
    versions
        All versions of the profiles: `customer_id`, `known_at` and the columns.
    columns
        Which to look at.
    outcome, positive
        The column that says who left, and its value for those.

    Returns
    -------
    dict
        Shares (0-1); empty when no outcome came between two versions.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> import ibis, pyarrow as pa
    >>> rows = [
    ...     {
    ...         "customer_id": "1",
    ...         "known_at": datetime(2026, 1, 1, tzinfo=UTC),
    ...         "left": "no",
    ...         "code": 0,
    ...     },
    ...     {
    ...         "customer_id": "1",
    ...         "known_at": datetime(2026, 2, 1, tzinfo=UTC),
    ...         "left": "yes",
    ...         "code": 9,
    ...     },
    ...     {
    ...         "customer_id": "2",
    ...         "known_at": datetime(2026, 1, 1, tzinfo=UTC),
    ...         "left": "no",
    ...         "code": 0,
    ...     },
    ...     {
    ...         "customer_id": "2",
    ...         "known_at": datetime(2026, 2, 1, tzinfo=UTC),
    ...         "left": "no",
    ...         "code": 0,
    ...     },
    ... ]
    >>> versions = ibis.memtable(pa.Table.from_pylist(rows))
    >>> measure_changes(versions, ["code"], outcome="left", positive="yes")
    {'code': (1.0, 0.0)}
    """
    import ibis

    window = ibis.window(group_by="customer_id", order_by="known_at")
    came = (versions[outcome].cast("string") == positive).fill_null(ibis.literal(False))  # noqa: FBT003 - the value of a cell
    marked = versions.select(
        "customer_id",
        "known_at",
        came=came,
        **{f"now_{number}": versions[name] for number, name in enumerate(columns)},
    )
    previous = {
        f"then_{number}": marked[f"now_{number}"].lag().over(window)
        for number in range(len(columns))
    }
    steps = marked.mutate(
        place=ibis.row_number().over(window),
        came_before=marked["came"].lag().over(window),
        **previous,
    )
    steps = steps.filter(steps["place"] > 0)
    arrives = steps["came"] & ~steps["came_before"]
    figures = {
        f"{side}_{number}": (~steps[f"now_{number}"].identical_to(steps[f"then_{number}"]))
        .cast("float64")
        .mean(where=where)
        for number in range(len(columns))
        for side, where in (("at", arrives), ("other", ~arrives))
    }
    (row,) = steps.aggregate(**figures).to_pyarrow().to_pylist()
    return {
        name: (row[f"at_{number}"], row[f"other_{number}"] or 0.0)
        for number, name in enumerate(columns)
        if row[f"at_{number}"] is not None
    }
