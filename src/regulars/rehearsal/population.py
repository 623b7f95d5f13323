"""Who the customers of the simulated telecom company are: drawn once, before anything happens."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

__all__ = [
    "CHANNELS", "CONTRACTS", "DEVICES", "TARIFFS", "TYPES", "USAGE", "Calendar", "Population",
    "Tariff", "draw_population", "make_calendar",
]  # fmt: skip

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

USAGE = ("call", "sms", "traffic", "session")
"""What is counted as usage, in the order of every array of usage."""

CONTRACTS = ("month to month", "one year")
DEVICES = ("Android", "iOS", "keypad phone")
CHANNELS = ("shop", "site", "referral", "advertising")

BURN_IN_MONTHS = 3
"""Lived through before the history begins, so that its first month has months to compare with."""

_JOINING_A_MONTH = 0.04
_REFERRED_SHARE = 0.35
_LINKS_A_CUSTOMER = 1.2
_LONGEST_TENURE_DAYS = 3_000


@dataclass(frozen=True, slots=True)
class _Type:
    """How customers of one kind live: usage in events a month, shares of choices."""

    name: str
    share: float
    age: float
    usage: tuple[float, float, float, float]
    tariffs: tuple[float, ...]
    one_year: float
    devices: tuple[float, ...]
    autopay: float


TYPES = (
    _Type("young", 0.34, 26, (5.5, 1.2, 9.0, 6.5), (0.25, 0.6, 0.05, 0.1), 0.2,
          (0.6, 0.4, 0.0), 0.55),
    _Type("family", 0.28, 41, (11.0, 3.5, 5.5, 3.5), (0.02, 0.18, 0.7, 0.1), 0.55,
          (0.62, 0.36, 0.02), 0.55),
    _Type("business", 0.13, 38, (19.0, 3.5, 5.5, 4.5), (0.0, 0.05, 0.15, 0.8), 0.5,
          (0.4, 0.6, 0.0), 0.65),
    _Type("senior", 0.25, 67, (8.0, 3.0, 1.0, 1.0), (0.9, 0.08, 0.02, 0.0), 0.5,
          (0.35, 0.02, 0.63), 0.15),
)  # fmt: skip
"""The true groups. The files do not name them."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """A plan: its price a month and what is included."""

    code: str
    name: str
    fee: float
    minutes: int
    gigabytes: int
    sms: int


TARIFFS = (
    Tariff("START", "Start", 350.0, 200, 5, 50),
    Tariff("SMART", "Smart", 550.0, 400, 20, 100),
    Tariff("FAMILY", "Family", 850.0, 1_000, 30, 200),
    Tariff("UNLIM", "Unlimited", 1_150.0, 3_000, 100, 500),
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The months of the history, as days counted from its first day.

    Attributes
    ----------
    first_on
        First day of the history.
    starts
        First day of each month: `BURN_IN_MONTHS` before the history, the history, and the month
        that follows it; one entry more closes the last of them.
    """

    first_on: date
    starts: Numbers

    @property
    def months(self) -> int:
        """Months of the history."""
        return len(self.starts) - BURN_IN_MONTHS - 2

    @property
    def days(self) -> int:
        """Days of the history."""
        return int(self.starts[BURN_IN_MONTHS + self.months])

    @property
    def price_rises(self) -> dict[int, tuple[str, ...]]:
        """Month in which a higher fee is announced → for which tariffs."""
        return {
            self.months * 3 // 8: ("SMART", "UNLIM"),
            self.months * 3 // 4: ("START", "FAMILY"),
        }

    @property
    def pilot(self) -> range:
        """Months at whose end an offer is made to customers drawn by lot."""
        return range(self.months // 2, self.months * 3 // 4)

    def day_of(self, month: int) -> int:
        """First day of a month; month 0 is the first of the history."""
        return int(self.starts[month + BURN_IN_MONTHS])

    def to_dates(self, days: Numbers) -> NDArray[np.datetime64]:
        """The days as dates."""
        return np.datetime64(self.first_on, "D") + days.astype("timedelta64[D]")


def make_calendar(as_of: date, months: int) -> Calendar:
    """The `months` whole months before the first day of a month.

    Examples
    --------
    >>> calendar = make_calendar(date(2026, 1, 1), 2)
    >>> calendar.first_on.isoformat(), calendar.days, calendar.day_of(1)
    ('2025-11-01', 61, 30)
    """
    end = np.datetime64(as_of, "M")
    firsts = np.arange(end - months - BURN_IN_MONTHS, end + 2).astype("datetime64[D]")
    first = firsts[BURN_IN_MONTHS]
    return Calendar(first.item(), (firsts - first).astype(np.int64))


@dataclass(frozen=True, slots=True)
class Population:
    """One entry per customer.

    Attributes
    ----------
    kind
        Place in `TYPES`.
    age
        In years.
    start_day
        First day as a customer; below 0 for those who were there before the history.
    tariff, device, channel
        Places in `TARIFFS`, `DEVICES` and `CHANNELS`.
    is_one_year
        Has a contract with a term of one year that renews itself; the others may leave any month.
    is_autopay
        The fee is taken from a card by itself.
    billing_day
        Day of the month on which the fee is charged, 1 to 20.
    daily_usage
        Events a day of each kind of `USAGE`, shape (n_customers, 4).
    links
        Who is in touch with whom: pairs of customers, shape (n_links, 2). The first came later.
    referrer
        Who brought the customer; -1 for nobody.
    """

    kind: Numbers
    age: Floats
    start_day: Numbers
    tariff: Numbers
    device: Numbers
    channel: Numbers
    is_one_year: NDArray[np.bool_]
    is_autopay: NDArray[np.bool_]
    billing_day: Numbers
    daily_usage: Floats
    links: Numbers
    referrer: Numbers

    def __len__(self) -> int:
        return len(self.kind)


def draw_population(customers: int, calendar: Calendar, generator: Generator) -> Population:
    """Everybody who is or becomes a customer, those who come first in front."""
    kind = generator.choice(len(TYPES), customers, p=[each.share for each in TYPES])
    start_day = _draw_starts(customers, calendar, generator)
    referrer = _draw_referrers(start_day, generator)
    usage = np.array([each.usage for each in TYPES])[kind] / 30.4
    channel = generator.choice(3, customers, p=(0.45, 0.35, 0.2))
    channel = np.where(channel == 2, 3, channel)
    return Population(
        kind=kind,
        age=np.clip(np.round(generator.normal(_of_type("age", kind), 6.0)), 18, 92),
        start_day=start_day,
        tariff=_choose("tariffs", kind, generator),
        device=_choose("devices", kind, generator),
        channel=np.where(referrer >= 0, CHANNELS.index("referral"), channel),
        is_one_year=generator.random(customers) < _of_type("one_year", kind),
        is_autopay=generator.random(customers) < _of_type("autopay", kind),
        billing_day=generator.integers(1, 21, customers),
        daily_usage=usage * generator.gamma(6.0, 1 / 6.0, (customers, 1)),
        links=_draw_links(referrer, generator),
        referrer=referrer,
    )


def _draw_starts(customers: int, calendar: Calendar, generator: Generator) -> Numbers:
    """About as many come as leave, so the base keeps its size."""
    there = max(1, round(customers / (1 + _JOINING_A_MONTH * calendar.months)))
    tenure = np.minimum(generator.gamma(1.3, 650.0, there), _LONGEST_TENURE_DAYS)
    before = calendar.day_of(-BURN_IN_MONTHS) - 1 - tenure.astype(np.int64)
    later = np.sort(generator.integers(0, calendar.days, customers - there))
    return np.concatenate([np.sort(before), later])


def _draw_referrers(start_day: Numbers, generator: Generator) -> Numbers:
    """Some were brought by somebody who came before; a few bring many."""
    place = np.arange(len(start_day))
    chosen = np.floor(generator.random(len(start_day)) ** 2 * place).astype(np.int64)
    is_referred = (generator.random(len(start_day)) < _REFERRED_SHARE) & (place > 0)
    return np.where(is_referred, chosen, -1)


def _draw_links(referrer: Numbers, generator: Generator) -> Numbers:
    """Referrals, and as many acquaintances as make `_LINKS_A_CUSTOMER` together."""
    referred = np.flatnonzero(referrer >= 0)
    known = np.column_stack([referred, referrer[referred]])
    more = max(0, round(_LINKS_A_CUSTOMER * len(referrer)) - len(known))
    pairs = generator.integers(0, len(referrer), (more, 2))
    pairs = np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1)[:, ::-1]
    return np.unique(np.concatenate([known, pairs]), axis=0)


def _of_type(name: str, kind: Numbers) -> Floats:
    """The figure `name` of each customer's type."""
    return np.array([float(getattr(each, name)) for each in TYPES])[kind]


def _choose(name: str, kind: Numbers, generator: Generator) -> Numbers:
    """One choice per customer, with the shares of the customer's type."""
    bounds = np.cumsum([getattr(each, name) for each in TYPES], axis=1)[kind]
    drawn = generator.random(len(kind))[:, np.newaxis]
    return np.minimum((drawn >= bounds).sum(axis=1), bounds.shape[1] - 1)
