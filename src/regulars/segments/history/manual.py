"""Customers taken into a segment or out of it by hand: a layer over what the rule says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    import ibis
    import pyarrow as pa

__all__ = ["ManualChoice", "apply_choices", "make_choices", "see_choices"]

ManualChoice = Literal["include", "exclude", "release"]
"""In whatever the rule says, out whatever it says, or as it says again."""


def make_choices(rows: Sequence[dict[str, object]] = ()) -> pa.Table:
    """Choices as a table: what `manual_memberships` of the lake holds.

    One row per choice: `customer_id`, `segment`, `choice`, `effective_on`, `until_on` (the last day
    for which it holds; missing for good), `decided_by`, `known_at` (UTC).
    """
    import pyarrow as pa

    schema = pa.schema(
        [
            ("customer_id", pa.string()),
            ("segment", pa.string()),
            ("choice", pa.string()),
            ("effective_on", pa.date32()),
            ("until_on", pa.date32()),
            ("decided_by", pa.string()),
            ("known_at", pa.timestamp("us", "UTC")),
        ]
    )
    return pa.Table.from_pylist(list(rows), schema=schema)


def see_choices(
    choices: ibis.Table, segment: str, *, on: date, known_by: datetime | None = None
) -> ibis.Table:
    """The choices that hold on a day: of each customer the last one made.

    Parameters
    ----------
    choices
        As `make_choices` describes them.
    segment
        Which one.
    on
        The day.
    known_by
        Only what was chosen by this instant (UTC) counts; None for all of it.

    Returns
    -------
    Table
        One row per customer about whom something is chosen: the columns of `choices`.
    """
    import ibis

    own = choices.filter(choices["segment"] == segment, choices["effective_on"] <= ibis.literal(on))
    if known_by is not None:
        own = own.filter(own["known_at"] <= ibis.literal(known_by, type=own["known_at"].type()))
    window = ibis.window(
        group_by="customer_id", order_by=[ibis.desc("known_at"), ibis.desc("effective_on")]
    )
    last = own.mutate(choice_rank=ibis.row_number().over(window))
    last = last.filter(last["choice_rank"] == 0, last["choice"] != "release").drop("choice_rank")
    return last.filter(last["until_on"].isnull() | (last["until_on"] >= ibis.literal(on)))


def apply_choices(members: pa.Array, choices: pa.Table) -> pa.Array:
    """The members by a rule, with those who were chosen in and without those who were chosen out.

    Examples
    --------
    >>> import pyarrow as pa
    >>> chosen = pa.table({"customer_id": ["a", "c"], "choice": ["exclude", "include"]})
    >>> apply_choices(pa.array(["a", "b"]), chosen).to_pylist()
    ['b', 'c']
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    who, is_in = choices["customer_id"], pc.equal(choices["choice"], "include")
    left = members.filter(pc.invert(pc.is_in(members, value_set=who)))
    return pa.concat_arrays([left.cast(pa.string()), who.filter(is_in).combine_chunks()])
