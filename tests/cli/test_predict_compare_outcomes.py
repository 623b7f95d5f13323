"""Every kind of outcome that a history tells, compared by the verb."""

import numpy as np
import pytest

pytestmark = pytest.mark.slow

BEGIN = np.datetime64("2024-01-01")
DAYS, N = 600, 450
FEES = {"basic": 10, "plus": 20, "max": 35}


def day(number):
    return str(BEGIN + int(number))


def histories():
    """Contracts of which some end and some become dearer, visits before both, and calls."""
    chance = np.random.default_rng(11)
    contracts = ["subscription_id,customer_id,started_on,ended_on,tariff_id,fee_amount"]
    visits = ["customer_id,occurred_at,name"]
    calls = ["interaction_id,customer_id,occurred_at,channel,direction,outcome"]
    for customer in range(N):
        begin = int(chance.integers(-200, 300))
        end = begin + 60 + int(chance.exponential(500))
        change = begin + 60 + int(chance.exponential(200))
        if change < min(end, DAYS):
            spans = [(begin, change - 1, "basic"), (change, end, "plus" if customer % 2 else "max")]
        else:
            spans = [(begin, end, "plus")]
        for number, (first, last, plan) in enumerate(spans):
            ended = day(last) if last < DAYS else ""
            row = f"{customer}-{number},{customer},{day(first)},{ended},{plan},{FEES[plan]}"
            contracts.append(row)
        moment = max(begin, 0)
        while moment < min(end, DAYS):
            name = "tour" if 0 < change - moment < 40 and chance.random() < 0.6 else "login"
            visits.append(f"{customer},{day(moment)}T10:00:00,{name}")
            moment += 1 + int(chance.exponential(4 if end - moment > 50 else 20))
        for number in range(chance.poisson(8)):
            at = chance.integers(max(begin, 0), max(min(end, DAYS), 1) + 1)
            way = "inbound" if chance.random() < 0.5 else "outbound"
            ending = "accepted" if customer % 3 == 0 else "declined"
            calls.append(
                f"{customer}-{number},{customer},{day(min(at, DAYS - 1))}T12:00:00,call,{way},{ending}"
            )
    return contracts, visits, calls


@pytest.fixture(scope="module")
def company():
    return histories()


@pytest.fixture
def loaded(desk, company):
    for name, lines in zip(("contracts", "visits", "calls"), company, strict=True):
        desk.load(desk.write(f"{name}.csv", "\n".join(lines) + "\n"))
    return desk


def test_every_kind_of_outcome_is_compared(loaded):
    asked = {
        "contract_end": ["--leaving", "contract-end", "--horizon-days", "60"],
        "no_session": ["--leaving", "no-session", "--quiet-days", "20", "--horizon-days", "60"],
        "no_event": ["--leaving", "no-event", "--horizon-days", "30"],
        "event": ["--happens", "event", "--event-names", "tour", "--horizon-days", "60"],
        "support_contact": ["--happens", "support-contact", "--horizon-days", "60"],
        "answer": ["--happens", "answer", "--answers", "accepted", "--horizon-days", "60"],
        "upgrade": ["--happens", "upgrade", "--horizon-days", "60", "--gap", "3"],
    }

    found = {
        kind: loaded.run(
            *("predict", "compare", "-w", loaded.workspace, *options),
            *("--models", "baseline,logistic", "--format", "json"),
        )
        for kind, options in asked.items()
    }

    assert {kind: (ran.code, ran.err if ran.code else "") for kind, ran in found.items()} == (
        dict.fromkeys(asked, (0, ""))
    )
    assert [ran.json["outcome"] for ran in found.values()] == list(asked)
    assert all(0 < ran.json["base_rate"] < 1 for ran in found.values())
    upgrade = found["upgrade"].json
    assert "a subscription begins whose fee a month is higher" in upgrade["said_outcome"]
    assert "the end of a gap of 3 days" in upgrade["said_outcome"]
    assert upgrade["models"][1]["roc_auc"]["mean"] > 0.55


def test_what_a_history_lacks_is_said(desk, company):
    desk.load(desk.write("visits.csv", "\n".join(company[1]) + "\n"))
    ask = ("predict", "compare", "-w", desk.workspace)

    upgrade = desk.run(*ask, "--happens", "upgrade")
    both = desk.run(*ask, "--happens", "upgrade", "--leaving", "no-event")

    assert (
        "--happens upgrade looks at subscriptions, and subscriptions is not loaded"
        in upgrade.complaint
    )
    assert "Leave one of them out" in both.complaint
