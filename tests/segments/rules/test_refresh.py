"""Asking again only those whose answer may have turned comes to the same as asking all."""

from datetime import timedelta

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_histories import AS_OF, HISTORIES, make_sources
from random_rules import RULES

from regulars.conditions import load_rule
from regulars.features import AsOf
from regulars.segments.rules import compile_rule
from regulars.segments.rules.refresh import find_touched, refresh_members

SLOW = settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
FACTS = ("events", "purchases", "purchase_items")


def _ids(connection, table):
    return sorted(connection.to_pyarrow(table)["customer_id"].to_pylist())


def _add(history, added):
    grown = dict(history)
    for name in FACTS:
        grown[name] = history[name] + added[name]
    return grown


@pytest.mark.slow
@given(rule=RULES, history=HISTORIES, added=HISTORIES, days=st.sampled_from([0, 1, 7, 40]))
@SLOW
def test_a_refresh_comes_to_the_same_as_asking_all(duckdb, rule, history, added, days):
    loaded, before = (
        load_rule(rule, where="test"),
        AsOf(AS_OF.day - timedelta(days=days), AS_OF.zone),
    )
    then, now = make_sources(history), make_sources(_add(history, added))
    changed = {row["customer_id"] for name in FACTS for row in added[name] if row["customer_id"]}
    old = duckdb.to_pyarrow(compile_rule(loaded, then, as_of=before).members)

    refreshed = refresh_members(
        loaded,
        now,
        ibis.memtable(old),
        before=before,
        as_of=AS_OF,
        changed=ibis.memtable(pa.table({"customer_id": pa.array(sorted(changed), pa.string())})),
    )

    assert _ids(duckdb, refreshed) == _ids(duckdb, compile_rule(loaded, now, as_of=AS_OF).members)


@pytest.fixture
def quiet():
    """Customer `b` called 10 days before, `a` 31 days before, `c` never."""
    rows = [("a", 31), ("b", 10)]
    events = [
        {
            "event_id": who,
            "customer_id": who,
            "occurred_at": AS_OF.instant - timedelta(days=days, hours=-9),
            "known_at": AS_OF.instant - timedelta(days=days, hours=-9),
            "name": "call",
            "duration_seconds": None,
        }
        for who, days in rows
    ]
    people = {who: {"age": 30, "city": "Уфа"} for who in "abc"}
    return make_sources(
        {
            "customers": people,
            "events": events,
            "purchases": [],
            "purchase_items": [],
            "segments": {"vip": set()},
            "scores": {},
        }
    )


@pytest.mark.parametrize(
    ("rule", "touched"),
    [
        ({"did": "call", "within_days": 30}, ["a"]),
        ({"did": "call", "within_days": 9}, ["b"]),
        ({"did": "visit", "within_days": 30}, []),
        ({"did": "call"}, []),
        ({"last": {"did": "call"}, "op": ">", "days_ago": 31}, ["a"]),
        ({"last": {"did": "call"}, "op": ">", "on": "2026-01-01"}, []),
        ({"column": "age", "op": ">", "value": 18}, []),
    ],
)
def test_time_alone_turns_the_answers_of_those_at_a_bound(duckdb, quiet, rule, touched):
    before = AsOf(AS_OF.day - timedelta(days=1), AS_OF.zone)

    found = find_touched(load_rule(rule, where="test"), quiet, before=before, as_of=AS_OF)

    assert _ids(duckdb, found) == touched


def test_what_moves_for_everybody_is_asked_of_everybody(quiet):
    rule = load_rule({"column": "activity_gap_variation_90d", "is_missing": True}, where="test")
    moving = load_rule({"column": "days_since_event", "is_missing": False}, where="test")
    before = AsOf(AS_OF.day - timedelta(days=1), AS_OF.zone)

    assert find_touched(rule, quiet, before=before, as_of=AS_OF) is not None
    assert find_touched(moving, quiet, before=before, as_of=AS_OF) is None
