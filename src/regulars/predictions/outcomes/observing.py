"""Who was at risk at a date, and what became of them: outcomes read from purchases and subscriptions."""

from __future__ import annotations

import itertools
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.errors import InvalidParameterError, UnknownNameError
from regulars.features.table import AsOf, FeatureTable
from regulars.predictions.outcomes.definitions import (
    ContractEnd,
    NoEvent,
    NoPurchase,
    NoSession,
    PlanUpgrade,
    TimedOutcome,
)
from regulars.predictions.outcomes.happenings import Happening, observe_happening
from regulars.predictions.outcomes.outcome import Outcome
from regulars.predictions.outcomes.spells import Spells, find_spells
from regulars.predictions.outcomes.upgrades import observe_upgrades

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis
    from numpy.typing import NDArray

__all__ = [
    "Observation",
    "choose_cutoffs",
    "keep_at_risk",
    "label_customers",
    "observe_outcome",
    "propose_quiet_days",
]

_MOST_CUTOFFS = 12
_MANY_CUTOFFS = 8
"""With so many dates that lie a horizon apart none between them is needed."""

_MONTH = range(28, 32)
_USUAL_SPANS = (30, 60, 90, 180, 365)
_LONG_GAP = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """Who was at risk at one date.

    Attributes
    ----------
    definition
        What counts as yes.
    as_of
        The cut-off date.
    customer_ids
        Those at risk, sorted.
    labels
        1.0 yes, 0.0 no, NaN not known yet, shape (n_at_risk,).
    """

    definition: TimedOutcome
    as_of: AsOf
    customer_ids: pa.StringArray
    labels: NDArray[np.float64]


def observe_outcome(
    definition: TimedOutcome,
    tables: Mapping[str, ibis.Table],
    *,
    as_of: Sequence[AsOf],
    until: AsOf,
) -> tuple[Observation, ...]:
    """The outcome at one or many cut-off dates.

    Parameters
    ----------
    definition
        Which outcome.
    tables
        `purchases` for `NoPurchase`, `events` for `NoEvent`, `subscriptions` for `ContractEnd`,
        `subscriptions` and `events` for `NoSession`; `events` for `EventOutcome`, `interactions` for
        `SupportContact` and `AnswerOutcome`; `subscriptions`, and `tariffs` where these have the fees,
        for `PlanUpgrade`.
    as_of
        The cut-off dates.
    until
        The first day that the tables do not tell of. An outcome that reaches beyond it is not known.

    Returns
    -------
    tuple of Observation
        One per date, in the order given.

    Examples
    --------
    >>> import ibis
    >>> from datetime import UTC, date, datetime
    >>> days = [
    ...     datetime(2026, 1, 5, tzinfo=UTC),
    ...     datetime(2026, 1, 8, tzinfo=UTC),
    ...     datetime(2026, 1, 12, tzinfo=UTC),
    ... ]
    >>> rows = {"customer_id": ["1", "2", "2"], "purchased_at": days, "amount": [5.0, 5.0, 5.0]}
    >>> seen = observe_outcome(
    ...     NoPurchase(horizon_days=10),
    ...     {"purchases": ibis.memtable(pa.table(rows))},
    ...     as_of=[AsOf(date(2026, 1, 10))],
    ...     until=AsOf(date(2026, 1, 20)),
    ... )
    >>> seen[0].customer_ids.to_pylist(), seen[0].labels.tolist()
    (['1', '2'], [1.0, 0.0])
    """
    if isinstance(definition, NoPurchase | NoEvent):
        found = _observe_activity(definition, _see_activity(definition, tables), as_of)
    elif isinstance(definition, Happening):
        found = observe_happening(definition, tables, as_of=as_of, until=until)
    elif isinstance(definition, PlanUpgrade):
        found = observe_upgrades(definition, tables, as_of=as_of)
    else:
        found = _observe_subscriptions(definition, tables, as_of)
    return tuple(
        Observation(definition, moment, ids, _hide_unknown(definition, moment, until, labels))
        for moment, (ids, labels) in zip(as_of, found, strict=True)
    )


def keep_at_risk(features: FeatureTable, observation: Observation) -> tuple[FeatureTable, Outcome]:
    """The features of those at risk, and their outcome in the same order.

    Parameters
    ----------
    features
        At the same date; customers who are not at risk are left out.
    observation
        Of that date.
    """
    if features.as_of.day != observation.as_of.day:
        raise InvalidParameterError(
            en=f"The features are of {features.as_of.day}, the outcome of {observation.as_of.day}. "
            "Give both at one date.",
            ru=f"Признаки на {features.as_of.day}, а исход на {observation.as_of.day}. Дайте то и "
            "другое на одну дату.",
        )
    at_risk = pc.is_in(features.customer_ids, value_set=observation.customer_ids)
    kept = FeatureTable(features.table.filter(at_risk), features.features, features.as_of)
    return kept, label_customers(kept, observation)


def label_customers(features: FeatureTable, observation: Observation) -> Outcome:
    """The outcome in the order of the features; NaN of whom is not at risk.

    Parameters
    ----------
    features, observation
        Of the same date.
    """
    place = pc.index_in(features.customer_ids, value_set=observation.customer_ids)
    labels = pa.array(observation.labels, pa.float64()).take(place)
    return Outcome(observation.definition, np.asarray(labels.to_numpy(zero_copy_only=False), float))


def choose_cutoffs(
    definition: TimedOutcome, *, first: AsOf, until: AsOf, most: int = _MOST_CUTOFFS
) -> tuple[AsOf, ...]:
    """Dates to learn and to test at, oldest first; none when the time is too short.

    They leave a horizon of history before the first, or `active_days` where these are more. Where the history is long they lie a horizon
    apart, and with a horizon of a month on the same day of the month as `until`, because much follows
    the months; otherwise they step back from the last date whose outcome is known, half a horizon
    at a time.

    Parameters
    ----------
    definition
        Which outcome.
    first
        The first day that the tables tell of.
    until
        The first day that they do not.
    most
        At most so many dates.

    Examples
    --------
    >>> from datetime import date
    >>> dates = choose_cutoffs(
    ...     NoPurchase(horizon_days=60), first=AsOf(date(2025, 1, 1)), until=AsOf(date(2025, 7, 1))
    ... )
    >>> [str(moment.day) for moment in dates]
    ['2025-03-03', '2025-04-02', '2025-05-02']
    >>> dates = choose_cutoffs(
    ...     ContractEnd(), first=AsOf(date(2024, 1, 1)), until=AsOf(date(2026, 1, 1))
    ... )
    >>> len(dates), str(dates[0].day), str(dates[-1].day)
    (12, '2024-12-01', '2025-11-01')
    """
    last = until.day - timedelta(days=definition.days_until_known)
    earliest = first.day + timedelta(days=definition.days_before)
    days = _step_back(definition.horizon_days, until.day, last=last, earliest=earliest)
    if len(days) < _MANY_CUTOFFS:
        step = timedelta(days=max(1, definition.horizon_days // 2))
        days = [last - number * step for number in range(max(0, (last - earliest) // step + 1))]
        days = days[:_MANY_CUTOFFS]
    return tuple(AsOf(day, until.zone) for day in reversed(days[:most]))


def _step_back(horizon_days: int, until: date, *, last: date, earliest: date) -> list[date]:
    """Days a horizon apart, latest first."""
    if horizon_days in _MONTH:
        months = ((until.year * 12 + until.month - 1 - back) for back in itertools.count(1))
        steps = (_on_day_of_month(month, until.day) for month in months)
    else:
        steps = (last - timedelta(days=horizon_days * back) for back in itertools.count())
    reached = itertools.takewhile(lambda day: day >= earliest, steps)
    return [day for day in reached if day <= last]


def _on_day_of_month(month: int, day: int) -> date:
    """A day of a month that is counted from the year 0; its last day where it is shorter."""
    year, place = divmod(month, 12)
    return date(year, place + 1, min(day, monthrange(year, place + 1)[1]))


def propose_quiet_days(rows: ibis.Table, *, time_column: str = "purchased_at") -> int:
    """How many days without a purchase (or an event) are unusual here, for want of a stated number.

    Nine in ten pauses of a day or more between two of one customer are shorter; rounded up to 30,
    60, 90, 180 or 365 days, and at most a quarter of the time that the rows tell of, so that there
    is something to learn from and to test on.

    Parameters
    ----------
    rows
        One row per purchase or event.
    time_column
        When it happened.
    """
    import ibis
    from ibis import _

    known = rows.filter(_.customer_id.notnull(), rows[time_column].notnull())
    active = known.select("customer_id", day=known[time_column].date()).distinct()
    window = ibis.window(group_by="customer_id", order_by="day")
    day = active["day"]
    pauses = active.select("day", pause=day.delta(day.lag().over(window), unit="day")).to_pyarrow()
    days = pauses.column("day").cast(pa.int32()).to_numpy()
    lengths = pc.drop_null(pauses.column("pause")).to_numpy()
    usual = float(np.quantile(lengths, _LONG_GAP)) if len(lengths) else 0.0
    longest = (int(days.max()) - int(days.min()) + 1) // 4 if len(days) else 0
    fitting = [span for span in _USUAL_SPANS if span <= longest] or [_USUAL_SPANS[0]]
    return next((span for span in fitting if usual <= span), fitting[-1])


def _get(tables: Mapping[str, ibis.Table], name: str) -> ibis.Table:
    if name not in tables:
        raise UnknownNameError("table", name, list(tables), ru="таблицы")
    return tables[name]


def _hide_unknown(
    definition: TimedOutcome, as_of: AsOf, until: AsOf, labels: NDArray[np.float64]
) -> NDArray[np.float64]:
    is_known = as_of.day + timedelta(days=definition.days_until_known) <= until.day
    return labels if is_known else np.full(len(labels), np.nan)


def _shift(as_of: AsOf, days: int) -> AsOf:
    return AsOf(as_of.day + timedelta(days=days), as_of.zone)


def _see_activity(definition: NoPurchase | NoEvent, tables: Mapping[str, ibis.Table]) -> ibis.Table:
    """Whose signs of life there are, and when: `customer_id`, `moment`."""
    from ibis import _

    if isinstance(definition, NoPurchase):
        purchases = _get(tables, "purchases")
        # What was brought back was not bought.
        bought = purchases.filter((_.amount >= 0).fill_null(True))  # noqa: FBT003 - the value of a cell
        active = bought.select("customer_id", moment="purchased_at")
    else:
        events = _get(tables, "events")
        if definition.event_names:
            events = events.filter(events["name"].isin(definition.event_names))
        active = events.select("customer_id", moment="occurred_at")
    return active.filter(_.customer_id.notnull())


def _observe_activity(
    definition: NoPurchase | NoEvent, active: ibis.Table, as_of: Sequence[AsOf]
) -> list[tuple[pa.StringArray, NDArray[np.float64]]]:
    """All dates in one pass: who was active in the days before, and who in the horizon after."""
    import ibis

    moment_type = active["moment"].type()

    def count(start: AsOf, days: int) -> ibis.Value:
        first = ibis.literal(start.instant, type="timestamp('UTC')").cast(moment_type)
        last = ibis.literal(_shift(start, days).instant, type="timestamp('UTC')").cast(moment_type)
        at = active["moment"]
        return ((at >= first) & (at < last)).sum()

    before, span = definition.at_risk_days, definition.horizon_days
    measures = {}
    for place, moment in enumerate(as_of):
        measures[f"before_{place}"] = count(_shift(moment, -before), before)
        measures[f"after_{place}"] = count(_shift(moment, definition.gap_days), span)
    counts = active.group_by("customer_id").aggregate(**measures).to_pyarrow()
    counts = counts.sort_by("customer_id")
    ids = counts.column("customer_id").combine_chunks().cast(pa.string())
    found = []
    for place in range(len(as_of)):
        at_risk = counts.column(f"before_{place}").to_numpy() > 0
        labels = (counts.column(f"after_{place}").to_numpy()[at_risk] == 0).astype(np.float64)
        found.append((ids.filter(pa.array(at_risk)), labels))
    return found


def _observe_subscriptions(
    definition: ContractEnd | NoSession, tables: Mapping[str, ibis.Table], as_of: Sequence[AsOf]
) -> list[tuple[pa.StringArray, NDArray[np.float64]]]:
    rows = _get(tables, "subscriptions")
    if isinstance(definition, ContractEnd):
        spells = find_spells(rows, ["ended_on"], pause_days=definition.grace_days)
        is_loss = np.ones(len(spells.ends), dtype=bool)
    else:
        spells = find_spells(rows, ["paid_until_on", "ended_on"], pause_days=definition.quiet_days)
        is_loss = ~_mark_sessions(definition, spells, _get(tables, "events"), as_of[0].zone)
    return [_label_spells(definition, spells, is_loss, moment) for moment in as_of]


def _label_spells(
    definition: ContractEnd | NoSession,
    spells: Spells,
    is_loss: NDArray[np.bool_],
    as_of: AsOf,
) -> tuple[pa.StringArray, NDArray[np.float64]]:
    # Who ends within the gap is lost before anybody could act, and is not at risk.
    start = as_of.day.toordinal() + definition.gap_days
    at_risk = spells.find_subscribed(start)
    ends_within = spells.ends[at_risk] < start + definition.horizon_days
    labels = (ends_within & is_loss[at_risk]).astype(np.float64)
    customers = spells.customers[at_risk]
    return spells.customer_ids.take(pa.array(customers)), labels


def _mark_sessions(
    definition: NoSession, spells: Spells, events: ibis.Table, zone: str
) -> NDArray[np.bool_]:
    """For each spell whether a session follows its end within the quiet days."""
    import ibis

    if definition.session_names:
        events = events.filter(events["name"].isin(definition.session_names))
    ended = np.flatnonzero(spells.has_end)
    moments = [AsOf(spells.day_after(place), zone) for place in ended.tolist()]
    ends = ibis.memtable(
        pa.table(
            {
                "spell": pa.array(ended),
                "owner": spells.customer_ids.take(pa.array(spells.customers[ended])),
                "quiet_from": pa.array(
                    [moment.instant for moment in moments], pa.timestamp("us", "UTC")
                ),
                "quiet_to": pa.array(
                    [_shift(moment, definition.quiet_days).instant for moment in moments],
                    pa.timestamp("us", "UTC"),
                ),
            }
        )
    )
    at = events["occurred_at"].cast("timestamp('UTC')")
    seen = events.select(owner=events["customer_id"], at=at).join(ends, "owner")
    followed = seen.filter((seen["at"] >= seen["quiet_from"]) & (seen["at"] < seen["quiet_to"]))
    marks = np.zeros(len(spells.ends), dtype=bool)
    marks[followed.select("spell").distinct().to_pyarrow().column("spell").to_numpy()] = True
    return marks
