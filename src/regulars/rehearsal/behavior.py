"""How the customers of the simulated telecom company live, month by month, until they leave."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from regulars.rehearsal.hazard import (
    OFFER_EFFECTS,
    Standing,
    compute_log_odds,
    compute_offer_effect,
    to_probability,
)
from regulars.rehearsal.population import (
    BURN_IN_MONTHS,
    TARIFFS,
    TYPES,
    USAGE,
    Calendar,
    Population,
)

__all__ = [
    "NOTICE_DAYS",
    "PRICE_RISE",
    "STILL_HERE",
    "Behavior",
    "list_price_rises",
    "live",
]  # fmt: skip

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

STILL_HERE = np.iinfo(np.int64).max
"""The last day of those who have not left."""

NOTICE_DAYS = 7
"""Who decides to leave stays at least so long: terminations take effect from the 8th to the 30th."""

PRICE_RISE = 0.12
"""The share by which a fee rises."""

_PILOT_SHARE = 0.08
_SEASON_OF_USAGE = (0.02, 0.06)  # fewer calls in summer, more before New Year
_LEAST_LEVEL = 0.12
_SMOOTHING = 4.0
_LEAVING_MONTH_LEVEL = 0.6


@dataclass(frozen=True, slots=True)
class Behavior:
    """What happened in each month to each customer; arrays of shape (n_months, n_customers).

    The months begin `BURN_IN_MONTHS` before the history; `hazard`, `hazard_if_offered` and
    `leaves` have one month more, the one that follows the history.

    Attributes
    ----------
    usage
        Events of each kind of `USAGE`, shape (n_months, n_customers, 4).
    complaints, unresolved, questions
        Contacts of the customer with the company.
    failed_payments
        Attempts to charge the fee that failed, 0 to 2.
    cancel_views
        One session showed the page on leaving.
    offered
        An offer was made on the last days of the month.
    is_withdrawing
        Uses less and less; not to be seen but through usage.
    hazard, hazard_if_offered
        Probability of leaving in the month, as it is and had an offer been made; NaN for those who
        are not customers on its first day.
    leaves
        Who leaves in the month.
    last_day
        Last day as a customer, or `STILL_HERE`; shape (n_customers,).
    """

    usage: NDArray[np.int16]
    complaints: NDArray[np.int16]
    unresolved: NDArray[np.int16]
    questions: NDArray[np.int16]
    failed_payments: NDArray[np.int16]
    cancel_views: Flags
    offered: Flags
    is_withdrawing: Flags
    hazard: Floats
    hazard_if_offered: Floats
    leaves: Flags
    last_day: Numbers


def live(population: Population, calendar: Calendar, generator: Generator) -> Behavior:
    """Let the customers live through all months; who leaves is drawn from the hazard."""
    months, customers = calendar.months + BURN_IN_MONTHS, len(population)
    lived = _make_empty(months, customers)
    level, is_poor = np.ones(customers), np.zeros(customers, dtype=bool)
    for place in range(months + 1):
        if place >= BURN_IN_MONTHS:
            _decide(lived, population, calendar, place, generator)
        if place == months:
            break
        days = _count_days(lived, population, calendar, place)
        level = _change_level(lived, population, calendar, place, level, generator)
        _use(lived, population, calendar, place, days, level, generator)
        _contact(lived, place, days, generator)
        is_poor = _pay(lived, population, calendar, place, is_poor, generator)
        if place - BURN_IN_MONTHS in calendar.pilot:
            drawn = generator.random(customers) < _PILOT_SHARE
            is_there = (days > 0) & (lived.last_day >= calendar.starts[place + 1])
            lived.offered[place] = drawn & is_there
    return lived


def list_price_rises(population: Population, calendar: Calendar, place: int) -> Flags:
    """Whose fee is announced to rise in the month: a term of a year protects from it."""
    codes = calendar.price_rises.get(place - BURN_IN_MONTHS, ())
    raised = np.array([tariff.code in codes for tariff in TARIFFS])
    return raised[population.tariff] & ~population.is_one_year


def _make_empty(months: int, customers: int) -> Behavior:
    made: dict[str, NDArray[np.generic]] = {
        "usage": np.zeros((months, customers, len(USAGE)), np.int16),
        "hazard": np.full((months + 1, customers), np.nan),
        "hazard_if_offered": np.full((months + 1, customers), np.nan),
        "leaves": np.zeros((months + 1, customers), bool),
        "last_day": np.full(customers, STILL_HERE),
    }
    flags = ("cancel_views", "offered", "is_withdrawing")
    for field in fields(Behavior):
        kind = bool if field.name in flags else np.int16
        made.setdefault(field.name, np.zeros((months, customers), kind))
    return Behavior(**made)  # type: ignore[arg-type]


def _decide(
    lived: Behavior, population: Population, calendar: Calendar, place: int, generator: Generator
) -> None:
    """Who leaves in the month that begins, and on which day."""
    first = int(calendar.starts[place])
    is_there = (population.start_day < first) & (lived.last_day >= first)
    standing = _stand(lived, population, calendar, place)
    log_odds = compute_log_odds(standing)
    type_effect = np.array([OFFER_EFFECTS[each.name] for each in TYPES])[population.kind]
    with_offer = log_odds + compute_offer_effect(standing, type_effect)
    was_offered = lived.offered[place - 1]
    hazard = to_probability(np.where(was_offered, with_offer, log_odds))
    leaves = is_there & (generator.random(len(population)) < hazard)
    lived.hazard[place] = np.where(is_there, hazard, np.nan)
    lived.hazard_if_offered[place] = np.where(is_there, to_probability(with_offer), np.nan)
    lived.leaves[place] = leaves
    latest = min(30, int(calendar.starts[place + 1]) - first)
    lived.last_day[leaves] = first + generator.integers(NOTICE_DAYS, latest, leaves.sum())


def _stand(lived: Behavior, population: Population, calendar: Calendar, place: int) -> Standing:
    """What was to be seen of each customer before the month began."""
    first = int(calendar.starts[place])
    recent = slice(place - 3, place)
    left = (lived.last_day < first) & (lived.last_day >= calendar.starts[place - 3])
    contacts_left = np.zeros(len(population), np.int64)
    for own, other in ((0, 1), (1, 0)):
        np.add.at(contacts_left, population.links[:, own], left[population.links[:, other]])
    tenure_days = first - population.start_day
    month = (calendar.to_dates(np.array([first]))[0].astype("datetime64[M]").astype(int)) % 12
    return Standing(
        is_month_to_month=~population.is_one_year,
        term_ends=population.is_one_year & (tenure_days % 365 > 365 - 31),
        tenure_months=np.maximum(tenure_days, 0) / 30.4,
        usage_drop=_measure_drop(lived, population, calendar, place),
        complaints=lived.complaints[recent].sum(axis=0, dtype=np.int64),
        unresolved=lived.unresolved[recent].sum(axis=0, dtype=np.int64),
        failed_payments=lived.failed_payments[recent].sum(axis=0, dtype=np.int64),
        has_price_rise=np.any(
            [list_price_rises(population, calendar, before) for before in range(place - 3, place)],
            axis=0,
        ),
        contacts_left=contacts_left,
        has_cancel_view=lived.cancel_views[place - 1],
        is_autopay=population.is_autopay,
        season=float(np.cos(2 * np.pi * month / 12)),
    )


def _measure_drop(
    lived: Behavior, population: Population, calendar: Calendar, place: int
) -> Floats:
    """Usage a day of the last month against that of the two before it; 0 for new customers.

    Both are smoothed by a few events, so that one call fewer of somebody who hardly calls says
    little.
    """
    totals = lived.usage[place - 3 : place].sum(axis=2, dtype=np.float64)
    starts = calendar.starts[place - 3 : place]
    ends = calendar.starts[place - 2 : place + 1]
    from_day = np.maximum(starts[:, np.newaxis], population.start_day)
    days = np.clip(ends[:, np.newaxis] - from_day, 0, None)
    before = totals[:-1].sum(axis=0) / np.maximum(days[:-1].sum(axis=0), 1) * 30
    last = totals[-1] / np.maximum(days[-1], 1) * 30
    drop = 1 - (last + _SMOOTHING) / (before + _SMOOTHING)
    return np.where(days[:-1].sum(axis=0) >= 15, np.clip(drop, 0, 1), 0.0)


def _count_days(lived: Behavior, population: Population, calendar: Calendar, place: int) -> Numbers:
    """Days of the month on which each is a customer."""
    first, end = calendar.starts[place], calendar.starts[place + 1]
    until = np.where(lived.last_day == STILL_HERE, end, np.minimum(lived.last_day + 1, end))
    return np.clip(until - np.maximum(population.start_day, first), 0, None)


def _change_level(
    lived: Behavior,
    population: Population,
    calendar: Calendar,
    place: int,
    level: Floats,
    generator: Generator,
) -> Floats:
    """Who withdraws uses ever less; trouble makes people withdraw, and some come back."""
    drawn = generator.random(len(population))
    if place == 0:
        lived.is_withdrawing[place] = drawn < 0.05
        return level
    was = lived.is_withdrawing[place - 1]
    troubled = (
        0.03
        + 0.07 * np.minimum(lived.unresolved[place - 1], 2)
        + 0.03 * np.minimum(lived.complaints[place - 1], 2)
        + 0.03 * list_price_rises(population, calendar, place - 1)
        + 0.04 * (lived.failed_payments[place - 1] > 0)
    )
    lived.is_withdrawing[place] = np.where(was, drawn > 0.14, drawn < troubled)
    changed = np.where(lived.is_withdrawing[place], level * 0.55, level * 1.5)
    return np.clip(changed, _LEAST_LEVEL, 1.0)


def _use(
    lived: Behavior,
    population: Population,
    calendar: Calendar,
    place: int,
    days: Numbers,
    level: Floats,
    generator: Generator,
) -> None:
    month = (
        calendar.to_dates(calendar.starts[[place]])[0].astype("datetime64[M]").astype(int)
    ) % 12
    summer, winter = _SEASON_OF_USAGE
    season = 1 - summer * (month in (6, 7)) + winter * (month == 11)
    leaving = np.where(lived.leaves[place], _LEAVING_MONTH_LEVEL, 1.0)
    expected = population.daily_usage * (season * days * level * leaving)[:, np.newaxis]
    lived.usage[place] = generator.poisson(expected)
    looks = np.where(lived.is_withdrawing[place], 0.25, 0.012)
    has_session = lived.usage[place, :, USAGE.index("session")] > 0
    lived.cancel_views[place] = has_session & (generator.random(len(population)) < looks)


def _contact(lived: Behavior, place: int, days: Numbers, generator: Generator) -> None:
    """Complaints and questions; those who withdraw complain more."""
    share = days / 30.4
    rate = np.where(lived.is_withdrawing[place], 0.28, 0.06) * share
    lived.complaints[place] = generator.poisson(rate)
    lived.unresolved[place] = generator.binomial(lived.complaints[place], 0.4)
    lived.questions[place] = generator.poisson(0.10 * share)


def _pay(
    lived: Behavior,
    population: Population,
    calendar: Calendar,
    place: int,
    is_poor: Flags,
    generator: Generator,
) -> Flags:
    """Charge the fee; who is short of money fails often and for months."""
    drawn, failing = generator.random(len(population)), generator.random((2, len(population)))
    is_poor = np.where(is_poor, drawn > 0.3, drawn < 0.02)
    chance = np.where(is_poor, 0.6, np.where(population.is_autopay, 0.015, 0.03))
    failed = failing[0] < chance
    failed_twice = failed & (failing[1] < chance)
    due = calendar.starts[place] + population.billing_day - 1
    is_charged = (population.start_day < due) & (lived.last_day >= due)
    lived.failed_payments[place] = (failed.astype(np.int16) + failed_twice) * is_charged
    return is_poor
