"""What leaving is, said on the command line: a definition, its gap, its quiet days, its events."""

import json
from datetime import UTC, date, datetime, timedelta

import ibis
import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import InvalidParameterError, UnknownNameError
from regulars.predictions import ContractEnd, EventOutcome, NoEvent, NoPurchase, NoSession
from regulars.workspace.outcomes import (
    LeavingWishes,
    check_leaving,
    choose_outcome,
    list_other_kinds,
)

DAY = date(2025, 1, 1)
MOMENT = datetime(2025, 1, 1, tzinfo=UTC)


def _tables(*names):
    """Thirty customers, each of whom is subscribed for a month, buys once and logs in daily."""
    ids = [f"{n:02}" for n in range(30)]
    begun = [DAY + timedelta(days=n) for n in range(30)]
    moments = [MOMENT + timedelta(days=n) for n in range(30)]
    told = {
        "subscriptions": {
            "customer_id": ids,
            "started_on": begun,
            "paid_until_on": [day + timedelta(days=30) for day in begun],
            "ended_on": [day + timedelta(days=40) for day in begun],
        },
        "purchases": {"customer_id": ids, "purchased_at": moments, "amount": [1.0] * 30},
        "events": {"customer_id": ids, "occurred_at": moments, "name": ["login", "call"] * 15},
    }
    return {name: ibis.memtable(pa.table(told[name])) for name in names}


ALL = ("subscriptions", "purchases", "events")


@pytest.mark.parametrize(
    ("wishes", "definition"),
    [
        (LeavingWishes(), ContractEnd(horizon_days=30)),
        (LeavingWishes(gap_days=7), ContractEnd(horizon_days=30, gap_days=7)),
        (LeavingWishes("no-session"), NoSession(horizon_days=30, quiet_days=30)),
        (
            LeavingWishes("no-session", 60, 5, 14, ("login",)),
            NoSession(horizon_days=60, gap_days=5, quiet_days=14, session_names=("login",)),
        ),
        (LeavingWishes(grace_days=0), ContractEnd(horizon_days=30, grace_days=0)),
        (
            LeavingWishes("no-purchase", 45, active_days=90),
            NoPurchase(horizon_days=45, active_days=90),
        ),
        (
            LeavingWishes("event", 20, event_names=("call",), active_days=60),
            EventOutcome(horizon_days=20, event_names=("call",), active_days=60),
        ),
        (LeavingWishes("no-purchase", 45, 3), NoPurchase(horizon_days=45, gap_days=3)),
        (
            LeavingWishes("no-event", 20, event_names=("call",)),
            NoEvent(horizon_days=20, event_names=("call",)),
        ),
    ],
)
def test_leaving_is_what_was_said(wishes, definition):
    assert choose_outcome(_tables(*ALL), wishes) == definition


def test_subscriptions_that_never_ended_look_a_month_ahead():
    tables = _tables("subscriptions", "events")
    endless = tables["subscriptions"].select("customer_id", "started_on")

    found = choose_outcome(tables | {"subscriptions": endless}, LeavingWishes("contract-end"))

    assert found == ContractEnd(horizon_days=30)


def test_periods_that_are_still_paid_for_do_not_count_as_ended():
    ended = [DAY + timedelta(days=3 * n) for n in range(10)]
    paid = [DAY + timedelta(days=40 + n) for n in range(20)]
    subscriptions = {
        "customer_id": [f"{n:02}" for n in range(30)],
        "started_on": [DAY] * 30,
        "paid_until_on": [*ended, *paid],
    }
    tables = _tables("events") | {"subscriptions": ibis.memtable(pa.table(subscriptions))}

    seen = choose_outcome(tables, LeavingWishes("no-session"), until=date(2025, 2, 5))

    assert seen == NoSession(horizon_days=90)
    assert choose_outcome(tables, LeavingWishes("no-session")) == NoSession(horizon_days=60)


@pytest.mark.parametrize(
    ("wishes", "loaded", "told"),
    [
        (LeavingWishes("no-session"), ("purchases",), "looks at subscriptions, events"),
        (LeavingWishes("no-session"), ("events",), "choose what they allow: no-event"),
        (LeavingWishes("no-event"), (), "or name a column: --outcome COLUMN"),
        (LeavingWishes(gap_days=-1), ALL, "gap_days must be at least 0; found -1"),
        (LeavingWishes("no-session", quiet_days=0), ALL, "quiet_days must be at least 1; found 0"),
        (LeavingWishes(grace_days=-1), ALL, "grace_days must be at least 0; found -1"),
        (LeavingWishes(active_days=0), ALL, "active_days must be at least 1; found 0"),
        (LeavingWishes(gap_days=3, event_names=("x",)), (), "Leave out --gap-days, --event-names"),
    ],
)
def test_what_these_tables_do_not_allow_is_refused(wishes, loaded, told):
    with pytest.raises(InvalidParameterError) as refused:
        check_leaving(wishes, _tables(*loaded), ())

    assert told in refused.value.en


def test_an_option_of_another_definition_is_refused():
    with pytest.raises(InvalidParameterError, match="--quiet-days goes with --leaving no-session"):
        choose_outcome(_tables(*ALL), LeavingWishes(quiet_days=9))
    with pytest.raises(
        InvalidParameterError, match="--active-days goes with --leaving no-purchase"
    ):
        choose_outcome(_tables(*ALL), LeavingWishes(active_days=9))
    with pytest.raises(
        InvalidParameterError, match="--grace-days goes with --leaving contract-end"
    ):
        choose_outcome(_tables(*ALL), LeavingWishes("no-event", grace_days=9))


def test_an_event_that_never_happened_offers_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'login'"):
        choose_outcome(_tables(*ALL), LeavingWishes("no-event", event_names=("logon",)))


def test_other_definitions_are_those_that_the_tables_allow():
    assert list_other_kinds(ContractEnd(), _tables("subscriptions", "events")) == (
        "no-session",
        "no-event",
    )
    assert list_other_kinds(NoPurchase(), _tables("purchases")) == ()


def test_the_names_that_count_are_in_the_sentence():
    quiet = NoSession(session_names=("login", "visit"), gap_days=7)

    assert "of the end of a gap of 7 days after the cut-off date" in quiet.sentence.en
    assert "no session (“login”, “visit”) follows for 30 days" in quiet.sentence.en
    assert "нет ни одного сеанса («login», «visit»)" in quiet.sentence.ru


def _write_company(desk, customers=260, days=330):
    """Paid months that go on for a while; who is about to stop logs in rarely."""
    generator = np.random.default_rng(5)
    contracts = ["contract_id,customer_id,started_on,paid_until_on"]
    visits = ["customer_id,occurred_at,event"]
    for customer in range(customers):
        begun, months = int(generator.integers(0, 90)), 1 + int(generator.exponential(6))
        end = begun + 30 * months
        paid = DAY + timedelta(days=min(end, days + 25))
        contracts.append(f"S{customer},C{customer:03},{DAY + timedelta(days=begun)},{paid}")
        for day in range(begun, min(end, days)):
            if generator.random() < (0.05 if day > end - 30 else 0.4):
                moment = MOMENT + timedelta(days=day, hours=10)
                visits.append(f"C{customer:03},{moment:%Y-%m-%d %H:%M},login")
    desk.write("contracts.csv", "\n".join(contracts))
    desk.write("visits.csv", "\n".join(visits))
    return ("contracts.csv", "visits.csv")


@pytest.mark.slow
def test_no_session_after_the_paid_period_is_predicted_and_made_again(desk):
    files = _write_company(desk)

    ran = desk.run(
        *("analyze", *files, "--leaving", "no-session", "--gap-days", "5", "--quiet-days", "14"),
        *("--event-names", "login", "--horizon-days", "30", "--out", "out", "--lang", "ru"),
    )

    report = json.loads((desk.folder / "out/report.json").read_text("utf-8"))
    again = desk.run("reproduce", report["lineage"]["run"], "-w", "out/workspace")
    outcome = report["churn"]["outcome"]
    assert (ran.code, again.code) == (0, 0)
    assert (outcome["kind"], outcome["horizon_days"], outcome["gap_days"]) == ("no-session", 30, 5)
    assert outcome["others"] == ["contract-end", "no-event"]
    assert outcome["sentence"]["en"].startswith(
        "The outcome is that the paid period ends within 30 days of the end of a gap of 5 days after"
        " the cut-off date and no session (“login”) follows for 14 days; at risk are those whose"
        f" period is paid on that date: {outcome['positives']:,} of "
    )
    assert "14 дней после него нет ни одного сеанса («login»)" in " ".join(ran.out.split())
    assert report["churn"]["quality"]["roc_auc"] > 0.7


@pytest.mark.slow
def test_what_was_said_goes_before_the_column_of_a_loaded_file(desk):
    rows = [f"C{n:03},{20 + n % 50},{'yes' if n % 7 < 2 else 'no'}" for n in range(260)]
    desk.write("clients.csv", "\n".join(["customer_id,age,churn", *rows]))

    ran = desk.run(
        *("analyze", "clients.csv", *_write_company(desk)),
        *("--leaving", "no-event", "--horizon-days", "30", "--out", "out"),
    )

    report = json.loads((desk.folder / "out/report.json").read_text("utf-8"))
    assert ran.code == 0
    assert report["churn"]["outcome"]["kind"] == "no-event"
    assert report["as_of"] == "2025-11-27"


@pytest.mark.slow
def test_a_history_too_short_for_what_was_said_fails_and_the_rest_is_written(desk):
    files = _write_company(desk, customers=60, days=100)

    ran = desk.run(
        *("analyze", *files, "--leaving", "no-session", "--quiet-days", "90", "--out", "out")
    )

    report = json.loads((desk.folder / "out/report.json").read_text("utf-8"))
    assert ran.code == 1
    assert "The history is too short" in report["why_absent"]["churn"]["en"]
    assert report["segments"] is not None


def test_a_column_and_a_definition_are_not_both_taken(desk):
    desk.write("clients.csv", "customer_id,churn\n1,yes\n2,no\n")

    ran = desk.run("analyze", "clients.csv", "--outcome", "churn", "--leaving", "no-event")

    assert ran.code == 2
    assert "--outcome churn and --leaving no-event both say what is foretold" in ran.complaint
