"""What the customers of the simulated telecom company did: calls, messages, traffic, sessions."""

import numpy as np
import pyarrow as pa
from numpy.random import Generator
from numpy.typing import NDArray

from regulars.rehearsal.history import DAY_SECONDS, History, to_texts
from regulars.rehearsal.population import DEVICES, USAGE, Population

__all__ = ["fill_sessions", "fill_usage"]

Numbers = NDArray[np.int64]

_SHARE_TO_CUSTOMERS = 0.35
_OTHER_PEOPLE = 6
_PAGES = ("home", "bill", "tariffs", "top up", "support", "cancel subscription")
_PAGE_SHARES = (0.42, 0.24, 0.12, 0.14, 0.08)
_CALL, _SMS, _TRAFFIC, _SESSION = range(len(USAGE))


def fill_usage(history: History, generator: Generator) -> pa.Table:
    """One row per call, message and use of the network, in order of time."""
    parts = []
    for counted, hours in ((_CALL, "day"), (_SMS, "day"), (_TRAFFIC, "evening")):
        months, customers = history.list_occasions(history.behavior.usage[:, :, counted])
        at = history.draw_moments(months, customers, generator, hours=hours)
        parts.append((np.full(len(at), counted), customers, at))
    kind, customers, at = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(at, kind="stable")
    kind, customers, at = kind[order], customers[order], at[order]
    seconds = np.maximum(1, np.round(generator.lognormal(4.6, 0.9, len(kind))))
    megabytes = np.round(generator.lognormal(4.4, 1.0, len(kind)), 1)
    is_incoming = (generator.random(len(kind)) < 0.45).astype(np.int64)
    counterpart = _draw_counterparts(history, customers, at, generator)
    names = pa.concat_arrays([history.ids, _name_other_people(len(history.population))])
    is_traffic = kind == _TRAFFIC
    return pa.table(
        {
            "customer_id": history.name_customers(customers),
            "occurred_at": history.to_instants(at),
            "name": to_texts(USAGE, kind),
            "direction": to_texts(("out", "in"), is_incoming, missing=is_traffic),
            "counterpart_id": names.take(pa.array(counterpart, mask=is_traffic)),
            "duration_seconds": pa.array(seconds, mask=kind != _CALL),
            "traffic_megabytes": pa.array(megabytes, mask=~is_traffic),
        }
    )


def fill_sessions(history: History, generator: Generator) -> pa.Table:
    """One row per session in the app or on the site, in order of time, with its last page."""
    months, customers = history.list_occasions(history.behavior.usage[:, :, _SESSION])
    at = history.draw_moments(months, customers, generator, hours="evening")
    page = generator.choice(len(_PAGE_SHARES), len(at), p=_PAGE_SHARES)
    # Those of a month lie side by side: the first of them is the one that shows the page.
    is_first = np.ones(len(at), dtype=bool)
    is_first[1:] = (months[1:] != months[:-1]) | (customers[1:] != customers[:-1])
    looks = history.behavior.cancel_views[months, customers]
    page[is_first & looks] = _PAGES.index("cancel subscription")
    order = np.argsort(at, kind="stable")
    customers, at, page = customers[order], at[order], page[order]
    seconds = np.maximum(3, np.round(generator.lognormal(4.8, 0.8, len(at))))
    return pa.table(
        {
            "customer_id": history.name_customers(customers),
            "occurred_at": history.to_instants(at),
            "name": pa.repeat("session", len(at)),
            "session_id": [f"V{number:07d}" for number in range(1, len(at) + 1)],
            "duration_seconds": seconds,
            "page": to_texts(_PAGES, page),
            "device": to_texts(DEVICES, history.population.device[customers]),
        }
    )


def _draw_counterparts(
    history: History, customers: Numbers, at: Numbers, generator: Generator
) -> Numbers:
    """Whom they talk to: acquaintances who are customers on that day, or other people.

    The others come after all customers, `_OTHER_PEOPLE` for each.
    """
    population = history.population
    begins, others = _gather_acquaintances(population)
    degree = np.diff(begins)[customers]
    drawn = generator.random((3, len(customers)))
    place = begins[customers] + np.floor(drawn[0] * degree).astype(np.int64)
    other = others[np.minimum(place, len(others) - 1)]
    day = at // DAY_SECONDS
    is_there = (population.start_day[other] <= day) & (history.behavior.last_day[other] >= day)
    is_customer = (degree > 0) & is_there & (drawn[1] < _SHARE_TO_CUSTOMERS)
    favorite = np.floor(drawn[2] ** 2 * _OTHER_PEOPLE).astype(np.int64)
    outside = len(population) + customers * _OTHER_PEOPLE + favorite
    return np.where(is_customer, other, outside)


def _name_other_people(customers: int) -> pa.StringArray:
    return pa.array([f"n{number:07d}" for number in range(customers * _OTHER_PEOPLE)], pa.string())


def _gather_acquaintances(population: Population) -> tuple[Numbers, Numbers]:
    """For each customer where the acquaintances begin, and all acquaintances one after another."""
    both = np.concatenate([population.links, population.links[:, ::-1]])
    both = both[np.argsort(both[:, 0], kind="stable")]
    begins = np.searchsorted(both[:, 0], np.arange(len(population) + 1))
    # A company without any acquaintances still needs a place to look at.
    return begins, both[:, 1] if len(both) else np.zeros(1, np.int64)
