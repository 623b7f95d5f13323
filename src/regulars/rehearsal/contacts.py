"""What the contact center of the simulated telecom company wrote down, and what people reviewed."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.random import Generator
from numpy.typing import NDArray

from regulars.rehearsal.behavior import list_price_rises
from regulars.rehearsal.history import DAY_SECONDS, History, to_texts
from regulars.rehearsal.reviews import write_reviews

__all__ = ["fill_feedback", "fill_interactions", "fill_relations"]

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

TOPICS = ("complaint", "question", "price change", "offer")
_COMPLAINT, _QUESTION, _PRICE, _OFFER = range(4)
_CHANNELS = ("call", "chat", "message")
_OUTCOMES = ("settled", "not settled", "delivered", "accepted", "declined", "no answer")
_OPERATORS = 40
_CSAT_SHARE = 0.4
_REVIEW_RATE = 0.035
_RATED_AFTER_COMPLAINT = 0.12


@dataclass(frozen=True, slots=True)
class _Contacts:
    """One entry per contact: who, the place of the topic, the moment, left without a settlement."""

    customer: Numbers
    topic: Numbers
    at: Numbers
    is_unsettled: Flags


def fill_interactions(history: History, generator: Generator) -> pa.Table:
    """One row per contact in either direction, in order of time.

    Complaints and questions come in; notices of a higher price and the offers of the pilot go out.
    """
    listed = _list_contacts(history, generator)
    order = np.argsort(listed.at, kind="stable")
    customers, topic, at = listed.customer[order], listed.topic[order], listed.at[order]
    is_unsettled = listed.is_unsettled[order]
    count = len(at)
    is_incoming = topic <= _QUESTION
    channel = np.where(topic == _PRICE, 2, generator.integers(0, 2, count))
    is_spoken = channel == 0
    has_csat = is_incoming & (generator.random(count) < _CSAT_SHARE)
    csat = np.clip(np.round(generator.normal(4.3, 0.7, count) - 1.3 * is_unsettled), 1, 5)
    return pa.table(
        {
            "interaction_id": [f"C{number:07d}" for number in range(1, count + 1)],
            "customer_id": history.name_customers(customers),
            "occurred_at": history.to_instants(at),
            "channel": to_texts(_CHANNELS, channel),
            "direction": to_texts(("out", "in"), is_incoming.astype(np.int64)),
            "topic": to_texts(TOPICS, topic),
            "outcome": to_texts(_OUTCOMES, _draw_outcomes(topic, is_unsettled, generator)),
            "operator_id": pa.array(
                [f"op{number:02d}" for number in range(1, _OPERATORS + 1)]
            ).take(pa.array(generator.integers(0, _OPERATORS, count), mask=channel == 2)),
            "duration_seconds": pa.array(
                np.round(generator.lognormal(5.2, 0.6, count)), mask=~is_spoken
            ),
            "wait_seconds": pa.array(
                np.round(generator.exponential(70, count)), mask=~(is_spoken & is_incoming)
            ),
            "csat": pa.array(csat, mask=~has_csat),
            "is_resolved": pa.array(~is_unsettled, mask=~is_incoming),
            "campaign_id": to_texts(("pilot",), np.zeros(count, np.int64), missing=topic != _OFFER),
            "offer": to_texts(
                ("20 % off for 6 months",), np.zeros(count, np.int64), missing=topic != _OFFER
            ),
        }
    )


def fill_feedback(history: History, generator: Generator, *, speaks_english: Flags) -> pa.Table:
    """One row per review, in order of time; who withdraws or complained is seldom content."""
    behavior = history.behavior
    complained = np.minimum(behavior.complaints, 2)
    is_there = behavior.usage.sum(axis=2) > 0
    rate = is_there * (_REVIEW_RATE + _RATED_AFTER_COMPLAINT * complained)
    months, customers = history.list_occasions(generator.random(rate.shape) < rate)
    at = history.draw_moments(months, customers, generator, hours="evening")
    mood = (
        4.3
        - 1.1 * np.minimum(behavior.complaints[months, customers], 2)
        - 1.0 * behavior.is_withdrawing[months, customers]
        + generator.normal(0, 0.8, len(at))
    )
    order = np.argsort(at, kind="stable")
    customers, at, mood = customers[order], at[order], mood[order]
    rating = np.clip(np.round(mood), 1, 5).astype(np.int64)
    nps = np.clip(np.round(mood * 2.2 - 0.8 + generator.normal(0, 0.7, len(at))), 0, 10)
    is_survey = generator.random(len(at)) < 0.4
    channel = np.where(is_survey, 3, generator.integers(0, 3, len(at)))
    return pa.table(
        {
            "feedback_id": [f"F{number:06d}" for number in range(1, len(at) + 1)],
            "customer_id": history.name_customers(customers),
            "occurred_at": history.to_instants(at),
            "channel": to_texts(("App Store", "Google Play", "site", "survey"), channel),
            "rating": pa.array(rating, mask=is_survey),
            "nps": pa.array(nps.astype(np.int64), mask=~is_survey),
            "text": write_reviews(rating, speaks_english[customers], generator),
        }
    )


def fill_relations(history: History, generator: Generator) -> pa.Table:
    """One row per referral within the history: who brought whom, on the day of joining."""
    start, referrer = history.population.start_day, history.population.referrer
    is_told = (referrer >= 0) & (start >= 0) & (history.behavior.last_day[referrer] >= start)
    brought = np.flatnonzero(is_told)
    at = start[brought] * DAY_SECONDS + generator.integers(9 * 3_600, 19 * 3_600, len(brought))
    order = np.argsort(at, kind="stable")
    brought, at = brought[order], at[order]
    return pa.table(
        {
            "customer_id": history.name_customers(referrer[brought]),
            "related_customer_id": history.name_customers(brought),
            "relation": pa.repeat("referral", len(at)),
            "occurred_at": history.to_instants(at),
        }
    )


def _list_contacts(history: History, generator: Generator) -> _Contacts:
    """Every contact within the history, in no order of time."""
    behavior = history.behavior
    months, customers = history.list_occasions(behavior.complaints)
    # The complaints of a month lie together; the first of them are those left unsettled.
    place = np.arange(len(months))
    is_new = np.ones(len(months), dtype=np.bool_)
    is_new[1:] = (months[1:] != months[:-1]) | (customers[1:] != customers[:-1])
    number = place - np.maximum.accumulate(np.where(is_new, place, 0))
    is_unsettled = number < behavior.unresolved[months, customers]
    found = {
        _COMPLAINT: (months, customers),
        _QUESTION: history.list_occasions(behavior.questions),
        _PRICE: history.list_occasions(_find_notices(history)),
    }
    moments = [history.draw_moments(*occasions, generator) for occasions in found.values()]
    found[_OFFER] = history.list_occasions(behavior.offered)
    moments.append(_draw_month_ends(history, *found[_OFFER], generator))
    contacts = _Contacts(
        customer=np.concatenate([who for _, who in found.values()]),
        topic=np.repeat(list(found), [len(at) for at in moments]),
        at=np.concatenate(moments),
        is_unsettled=np.full(sum(len(at) for at in moments), fill_value=False),
    )
    contacts.is_unsettled[: len(is_unsettled)] = is_unsettled
    return contacts


def _find_notices(history: History) -> Flags:
    """Who is told of a higher price in each month; shape (n_months, n_customers)."""
    population, starts = history.population, history.calendar.starts
    notices = np.zeros(history.behavior.offered.shape, dtype=np.bool_)
    for month in history.months:
        is_there = (population.start_day < starts[month + 1]) & (
            history.behavior.last_day >= starts[month]
        )
        notices[month] = list_price_rises(population, history.calendar, month) & is_there
    return notices


def _draw_month_ends(
    history: History, months: Numbers, customers: Numbers, generator: Generator
) -> Numbers:
    """Working hours of the last five days of the month, all of which the customer is there."""
    end = history.calendar.starts[months + 1]
    first = np.maximum(end - 5, history.population.start_day[customers])
    day = generator.integers(first, end)
    return day * DAY_SECONDS + generator.integers(9 * 3_600, 19 * 3_600, len(day))


def _draw_outcomes(topic: Numbers, is_unsettled: Flags, generator: Generator) -> Numbers:
    answered = generator.choice([3, 4, 5], len(topic), p=(0.25, 0.45, 0.3))
    settled = np.where(is_unsettled, 1, 0)
    return np.where(topic == _OFFER, answered, np.where(topic == _PRICE, 2, settled))
