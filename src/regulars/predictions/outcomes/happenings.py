"""Who could do something after a date, and who did: events, contacts with support, answers to contacts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from regulars.errors import UnknownNameError
from regulars.features.table import AsOf
from regulars.predictions.outcomes.definitions import AnswerOutcome, EventOutcome, SupportContact
from regulars.predictions.outcomes.spells import find_spells

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis
    from numpy.typing import NDArray

__all__ = ["Happening", "observe_happening"]

Happening = EventOutcome | SupportContact | AnswerOutcome
"""An outcome that somebody does, and not one that they stop doing."""

_INCOMING = r"^(in|inbound|incoming|received|from (the )?customer|вход.*|от клиента)$"
_MOMENTS = {"purchases": "purchased_at", "events": "occurred_at", "interactions": "occurred_at"}


def observe_happening(
    definition: Happening,
    tables: Mapping[str, ibis.Table],
    *,
    as_of: Sequence[AsOf],
    until: AsOf,
) -> list[tuple[pa.StringArray, NDArray[np.float64]]]:
    """For each date who was at risk, sorted, and 1.0 or 0.0 for each of them.

    Parameters
    ----------
    definition, tables, as_of, until
        As in `observe_outcome`.
    """
    if isinstance(definition, EventOutcome):
        rows = _mark_events(definition, tables)
    elif isinstance(definition, SupportContact):
        rows = _mark_support(tables)
    else:
        rows = _mark_answers(definition, tables)
    counts = _count(definition, rows, as_of)
    ids = counts.column("customer_id").combine_chunks().cast(pa.string())
    found = []
    for place, moment in enumerate(as_of):
        named = {
            name: counts.column(f"{name}_{place}").to_numpy()
            for name in ("active_before", "done_before", "done_after", "asked_after", "ever_before")
        }
        labels = (named["done_after"] > 0).astype(np.float64)
        at_risk = _choose(definition, named, is_today=moment.day >= until.day)
        if isinstance(definition, SupportContact) and "subscriptions" in tables:
            found.append(_keep_subscribed(tables["subscriptions"], ids, labels, moment))
        else:
            found.append((ids.filter(pa.array(at_risk)), labels[at_risk]))
    return found


def _choose(
    definition: Happening, named: Mapping[str, NDArray[np.int64]], *, is_today: bool
) -> NDArray[np.bool_]:
    if isinstance(definition, AnswerOutcome):
        # Whom the company will contact is not known yet: anybody whom it knows may be.
        return named["ever_before" if is_today else "asked_after"] > 0
    at_risk = named["active_before"] > 0
    if isinstance(definition, EventOutcome) and definition.is_first:
        at_risk &= named["done_before"] == 0
    return at_risk


def _mark_events(definition: EventOutcome, tables: Mapping[str, ibis.Table]) -> ibis.Table:
    events = _get(tables, "events")
    is_outcome = events["name"].isin(definition.event_names).fill_null(False)  # noqa: FBT003 - a cell
    return events.select(
        "customer_id", moment="occurred_at", is_outcome=is_outcome, is_asked=is_outcome
    )


def _mark_support(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    """Contacts that customers began; where no direction is told, all of them."""
    import ibis

    contacts = _get(tables, "interactions")
    began = ibis.literal(True)  # noqa: FBT003 - a value
    if "direction" in contacts.columns:
        told = contacts["direction"].lower().strip()
        began = told.isnull() | told.re_search(_INCOMING)
    marked = contacts.select("customer_id", moment="occurred_at", is_outcome=began, is_asked=began)
    others = [
        tables[name].select(
            "customer_id",
            moment=tables[name][moment].cast(marked["moment"].type()),
            is_outcome=ibis.literal(False),  # noqa: FBT003 - a value
            is_asked=ibis.literal(False),  # noqa: FBT003 - a value
        )
        for name, moment in _MOMENTS.items()
        if name in tables and name != "interactions"
    ]
    return ibis.union(marked, *others) if others else marked


def _mark_answers(definition: AnswerOutcome, tables: Mapping[str, ibis.Table]) -> ibis.Table:
    """Contacts that the company began, with their ends."""
    contacts = _get(tables, "interactions")
    ends = contacts["outcome"]
    is_asked = ends.notnull()
    if "direction" in contacts.columns:
        told = contacts["direction"].lower().strip()
        is_asked &= told.isnull() | ~told.re_search(_INCOMING)
    return contacts.select(
        "customer_id",
        moment="occurred_at",
        is_outcome=(is_asked & ends.isin(definition.answers)).fill_null(False),  # noqa: FBT003 - a cell
        is_asked=is_asked.fill_null(False),  # noqa: FBT003 - a cell
    )


def _count(definition: Happening, rows: ibis.Table, as_of: Sequence[AsOf]) -> pa.Table:
    """All dates in one pass: what each customer did in the days before, and in the horizon after."""
    import ibis
    from ibis import _

    rows = rows.filter(_.customer_id.notnull())
    at, kind = rows["moment"], rows["moment"].type()
    span = definition.horizon_days
    watched = definition.at_risk_days if isinstance(definition, EventOutcome) else span

    def literal(moment: AsOf, days: int) -> ibis.Value:
        day = AsOf(moment.day + timedelta(days=days), moment.zone)
        return ibis.literal(day.instant, type="timestamp('UTC')").cast(kind)

    measures: dict[str, ibis.Value] = {}
    for place, moment in enumerate(as_of):
        start = literal(moment, 0)
        after = (at >= literal(moment, definition.gap_days)) & (
            at < literal(moment, definition.gap_days + span)
        )
        before = at < start
        measures |= {
            f"active_before_{place}": (before & (at >= literal(moment, -watched))).sum(),
            f"ever_before_{place}": before.sum(),
            f"done_before_{place}": (before & rows["is_outcome"]).sum(),
            f"done_after_{place}": (after & rows["is_outcome"]).sum(),
            f"asked_after_{place}": (after & rows["is_asked"]).sum(),
        }
    counts = rows.group_by("customer_id").aggregate(**measures).to_pyarrow()
    return counts.sort_by("customer_id")


def _keep_subscribed(
    subscriptions: ibis.Table, ids: pa.StringArray, labels: NDArray[np.float64], moment: AsOf
) -> tuple[pa.StringArray, NDArray[np.float64]]:
    """Those subscribed on the day, whether they ever turned to the company or not."""
    import pyarrow.compute as pc

    spells = find_spells(subscriptions, ["ended_on"], pause_days=0)
    subscribed = spells.find_subscribed(moment.day.toordinal())
    own = pc.unique(spells.customer_ids.take(pa.array(spells.customers[subscribed])))
    own = own.take(pc.sort_indices(own))
    place = pc.index_in(own, value_set=ids)
    known = np.append(labels, 0.0)
    return own, known[place.fill_null(len(labels)).to_numpy()]


def _get(tables: Mapping[str, ibis.Table], name: str) -> ibis.Table:
    if name not in tables:
        raise UnknownNameError("table", name, list(tables), ru="таблицы")
    return tables[name]
