"""A telecom company of subscribers that does not exist, with its history and the truth behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.random import Generator, SeedSequence, default_rng
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError
from regulars.rehearsal.behavior import live
from regulars.rehearsal.billing import fill_payments, fill_subscriptions, fill_tariffs
from regulars.rehearsal.contacts import fill_feedback, fill_interactions, fill_relations
from regulars.rehearsal.dirt import soil
from regulars.rehearsal.history import History, to_texts
from regulars.rehearsal.people import Person, invent_people
from regulars.rehearsal.population import (
    BURN_IN_MONTHS,
    CHANNELS,
    DEVICES,
    TYPES,
    draw_population,
    make_calendar,
)
from regulars.rehearsal.usage import fill_sessions, fill_usage

__all__ = ["TelecomCompany", "make_telecom_company"]

_FEWEST_MONTHS = 6


@dataclass(frozen=True, slots=True, eq=False)
class TelecomCompany:
    """What a telecom company wrote down in its files, and what only its maker knows.

    Attributes
    ----------
    tables
        By name of the file: `customers`, `tariffs`, `subscriptions`, `payments`, `usage` (calls,
        messages, traffic), `sessions`, `contacts`, `reviews`, `referrals`; columns are called as
        in the canonical tables. Moments bear no zone: they are the company's.
    truth
        One row per customer and month at whose start they were one, the month after the history
        included: `customer_id`, `as_of` (first day of the month), `type` (how the customer lives),
        `is_withdrawing` (uses less and less), `was_offered` (an offer came just before),
        `churn_probability` (the hazard: within the month), `churn_probability_if_offered`,
        `churned`. It is never written beside the files.
    dirt
        Dirty rows by the check that finds them.
    as_of
        The day after the last of the history.
    """

    tables: Mapping[str, pa.Table]
    truth: pa.Table
    dirt: Mapping[str, int]
    as_of: date


def make_telecom_company(
    *,
    customers: int = 20_000,
    months: int = 24,
    seed: int = 7,
    as_of: date = date(2026, 1, 1),
) -> TelecomCompany:
    """A company with that many customers, of whom about half are there at any time.

    Every month each customer leaves with a probability that follows from what the files say of
    the months before: `regulars.rehearsal.hazard` states it. The same arguments give the same
    company.

    Parameters
    ----------
    customers
        All who ever were one, at least 1; about half are there when the history begins, the
        others join.
    months
        Of history, at least 6.
    seed
        Everything random follows from it.
    as_of
        First day after the history, the first of a month.

    Raises
    ------
    InvalidParameterError
        When there are no customers, too few months, or `as_of` is not the first of a month.

    Examples
    --------
    >>> company = make_telecom_company(customers=200, months=6, seed=1)
    >>> sorted(company.tables)[:4]
    ['contacts', 'customers', 'payments', 'referrals']
    >>> company.truth["as_of"][0].as_py().isoformat()
    '2025-07-01'
    """
    _check(customers, months, as_of)
    who, life, names, calls, clicks, money, talks, words, dirt = (
        default_rng(each) for each in SeedSequence(seed).spawn(9)
    )
    calendar = make_calendar(as_of, months)
    population = draw_population(customers, calendar, who)
    behavior = live(population, calendar, life)
    people = invent_people(customers, names)
    ids = pa.array([f"{100_000 + 37 * number:07d}" for number in range(customers)])
    history = History(ids, population, behavior, calendar)
    is_english = np.array([person.full_name.isascii() for person in people])
    tables = {
        "customers": _fill_customers(history, people, names),
        "tariffs": fill_tariffs(),
        "subscriptions": fill_subscriptions(history, money),
        "payments": fill_payments(history, money),
        "usage": fill_usage(history, calls),
        "sessions": fill_sessions(history, clicks),
        "contacts": fill_interactions(history, talks),
        "reviews": fill_feedback(history, words, speaks_english=is_english),
        "referrals": fill_relations(history, talks),
    }
    planted = soil(tables, dirt)
    return TelecomCompany(tables, _tell_truth(history), planted, as_of)


def _check(customers: int, months: int, as_of: date) -> None:
    if customers < 1:
        raise InvalidParameterError(
            en=f"A company needs customers; found {customers}. Give at least 1.",
            ru=f"Компании нужны клиенты; задано {customers}. Укажите хотя бы 1.",
        )
    if months < _FEWEST_MONTHS:
        raise InvalidParameterError(
            en=f"A history needs at least {_FEWEST_MONTHS} months; found {months}.",
            ru=f"История должна длиться не меньше {_FEWEST_MONTHS} месяцев; задано {months}.",
        )
    if as_of.day != 1:
        first = as_of.replace(day=1)
        raise InvalidParameterError(
            en="The history ends with a whole month, so as_of must be the first day of one;"
            f" found {as_of}. Give {first}.",
            ru="История кончается целым месяцем, поэтому as_of должно быть первым днём месяца;"
            f" задано {as_of}. Укажите {first}.",
        )


def _fill_customers(history: History, people: list[Person], generator: Generator) -> pa.Table:
    """One row per customer."""
    population, count = history.population, len(people)
    no_email = generator.random(count) < 0.06
    no_city = generator.random(count) < 0.03
    return pa.table(
        {
            "customer_id": history.ids,
            "full_name": [person.full_name for person in people],
            "phone": [person.phone for person in people],
            "email": pa.array([person.email for person in people], mask=no_email),
            "city": pa.array([person.city for person in people], mask=no_city),
            "age": population.age.astype(np.int64),
            "acquisition_channel": to_texts(CHANNELS, population.channel),
            "device": to_texts(DEVICES, population.device),
            "registered_on": history.to_dates(population.start_day),
        }
    )


def _tell_truth(history: History) -> pa.Table:
    behavior = history.behavior
    hazard = behavior.hazard[BURN_IN_MONTHS:]
    month, customer = np.nonzero(~np.isnan(hazard))
    place = month + BURN_IN_MONTHS
    types = tuple(each.name for each in TYPES)

    def before(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return flags[place - 1, customer]

    return pa.table(
        {
            "customer_id": history.name_customers(customer),
            "as_of": history.to_dates(history.calendar.starts[place]),
            "type": to_texts(types, history.population.kind[customer]),
            "is_withdrawing": before(behavior.is_withdrawing),
            "was_offered": before(behavior.offered),
            "churn_probability": hazard[month, customer],
            "churn_probability_if_offered": behavior.hazard_if_offered[place, customer],
            "churned": behavior.leaves[place, customer],
        }
    )
