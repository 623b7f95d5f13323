"""What the billing of the simulated telecom company knows: tariffs, subscriptions, payments."""

import numpy as np
import pyarrow as pa
from numpy.random import Generator
from numpy.typing import NDArray

from regulars.rehearsal.behavior import PRICE_RISE
from regulars.rehearsal.history import DAY_SECONDS, History, to_texts
from regulars.rehearsal.population import BURN_IN_MONTHS, TARIFFS, Calendar, Population

__all__ = ["fill_payments", "fill_subscriptions", "fill_tariffs"]

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

_TERM_DAYS = 365
_TERM_DISCOUNT = 0.9
_RETRY_DAYS = 3
_METHODS = ("bank transfer", "cash", "card")
_FAILURES = ("not enough money", "card expired", "declined by the bank")
_CANCEL_REASONS = ("too expensive", "poor service", "moved", "another operator", "not said")


def fill_tariffs() -> pa.Table:
    """One row per tariff: each plan month to month and, cheaper, for a term of one year."""
    rows = [
        {
            "tariff_id": f"{tariff.code}{ending}",
            "tariff_name": f"{tariff.name}{words}",
            "fee_amount": round(tariff.fee * factor, 2),
            "currency": "RUB",
            "billing_period": "month",
            "included_minutes": tariff.minutes,
            "included_gigabytes": tariff.gigabytes,
            "included_sms_count": tariff.sms,
        }
        for tariff in TARIFFS
        for ending, words, factor in (("-0", "", 1.0), ("-12", ", one year", _TERM_DISCOUNT))
    ]
    return pa.Table.from_pylist(rows)


def _name_subscription(customer_id: str, term: int = 0) -> str:
    """The number of a customer's subscription; each renewal has the next."""
    return f"S{customer_id}-{term + 1}"


def fill_subscriptions(history: History, generator: Generator) -> pa.Table:
    """One row per subscription; a contract of one year is renewed by a new one on the next day."""
    population, calendar = history.population, history.calendar
    until = np.minimum(history.behavior.last_day, calendar.days - 1)
    terms = np.where(population.is_one_year, (until - population.start_day) // _TERM_DAYS, 0) + 1
    customer = np.repeat(np.arange(len(population)), terms)
    term = np.arange(len(customer)) - np.repeat(np.cumsum(terms) - terms, terms)
    start = population.start_day[customer] + term * _TERM_DAYS
    is_last = term + 1 == terms[customer]
    last = history.behavior.last_day[customer]
    # What ends after the history is not known yet.
    has_left = is_last & (last < calendar.days)
    end = np.where(is_last, np.where(has_left, last, 0), start + _TERM_DAYS - 1)
    is_open = is_last & ~has_left
    # The clerk chooses a reason from a list; it says little.
    reason = generator.integers(0, len(_CANCEL_REASONS), len(customer))
    names = history.ids.to_pylist()
    return pa.table(
        {
            "subscription_id": [
                _name_subscription(names[who], which)
                for who, which in zip(customer.tolist(), term.tolist(), strict=True)
            ],
            "customer_id": history.name_customers(customer),
            "tariff_id": _name_tariffs(population, customer),
            "started_on": history.to_dates(start),
            "ended_on": history.to_dates(end, missing=is_open),
            "status": to_texts(
                ("active", "renewed", "ended"), np.where(is_open, 0, np.where(is_last, 2, 1))
            ),
            "fee_amount": _compute_fees(population, calendar, customer, np.full(len(customer), -1)),
            "currency": pa.repeat("RUB", len(customer)),
            "billing_period": pa.repeat("month", len(customer)),
            "is_renewed_automatically": population.is_one_year[customer],
            "cancel_reason": to_texts(_CANCEL_REASONS, reason, missing=~has_left),
        }
    )


def fill_payments(history: History, generator: Generator) -> pa.Table:
    """One row per attempt to charge a fee, in order of time; a failed one is tried again."""
    population, calendar = history.population, history.calendar
    months, customers, attempts = _list_attempts(history)
    failures = history.behavior.failed_payments[months, customers]
    is_failed = attempts < failures
    day = calendar.starts[months] + population.billing_day[customers] - 1 + attempts * _RETRY_DAYS
    at = day * DAY_SECONDS + generator.integers(6 * 3_600, 20 * 3_600, len(day))
    order = np.argsort(at, kind="stable")
    at, months, customers = at[order], months[order], customers[order]
    is_failed = is_failed[order]
    day = at // DAY_SECONDS
    term = (day - population.start_day[customers]) // _TERM_DAYS
    term = np.where(population.is_one_year[customers], term, 0)
    method = np.where(population.is_autopay, 2, np.arange(len(population)) % 2)
    reason = generator.integers(0, len(_FAILURES), len(at))
    names = history.ids.to_pylist()
    return pa.table(
        {
            "payment_id": [f"P{number:08d}" for number in range(1, len(at) + 1)],
            "customer_id": history.name_customers(customers),
            "subscription_id": [
                _name_subscription(names[who], which)
                for who, which in zip(customers.tolist(), term.tolist(), strict=True)
            ],
            "paid_at": history.to_instants(at),
            "amount": _compute_fees(population, calendar, customers, months - BURN_IN_MONTHS),
            "currency": pa.repeat("RUB", len(at)),
            "payment_method": to_texts(_METHODS, method[customers]),
            "status": to_texts(("paid", "failed"), is_failed.astype(np.int64)),
            "failure_reason": to_texts(_FAILURES, reason, missing=~is_failed),
        }
    )


def _list_attempts(history: History) -> tuple[Numbers, Numbers, Numbers]:
    """Month, customer and number (from 0) of each attempt within the history."""
    population, behavior = history.population, history.behavior
    found = []
    for attempt in range(3):
        for month in history.months:
            due = history.calendar.starts[month] + population.billing_day - 1
            tried = due + attempt * _RETRY_DAYS
            is_due = (population.start_day < due) & (behavior.last_day >= tried)
            customers = np.flatnonzero(is_due & (behavior.failed_payments[month] >= attempt))
            same = np.ones_like(customers)
            found.append(np.stack([month * same, customers, attempt * same]))
    months, customers, attempts = np.concatenate(found, axis=1)
    return months, customers, attempts


def _name_tariffs(population: Population, customers: Numbers) -> pa.Array:
    names = tuple(f"{tariff.code}{ending}" for ending in ("-0", "-12") for tariff in TARIFFS)
    place = population.tariff + len(TARIFFS) * population.is_one_year
    return to_texts(names, place[customers])


def _compute_fees(
    population: Population, calendar: Calendar, customers: Numbers, months: Numbers
) -> Floats:
    """The fee in each month of the history: a rise counts from the month after its notice."""
    fee = np.array([tariff.fee for tariff in TARIFFS])[population.tariff[customers]]
    is_one_year = population.is_one_year[customers]
    for month, codes in calendar.price_rises.items():
        raised = np.array([tariff.code in codes for tariff in TARIFFS])[population.tariff]
        fee = fee * np.where((months > month) & raised[customers] & ~is_one_year, 1 + PRICE_RISE, 1)
    return np.round(fee * np.where(is_one_year, _TERM_DISCOUNT, 1.0), 2)
