"""Who belongs to a segment by its rule: what the engine computes is what the rule says."""

import random
from dataclasses import replace
from datetime import timedelta

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plain_rules import members
from random_histories import AS_OF, HISTORIES, INSTANT, make_sources
from random_rules import RULES

from regulars.conditions import load_rule
from regulars.errors import InvalidParameterError, UnknownColumnError, UnknownNameError
from regulars.segments.rules import RuleSources, compile_rule

pytestmark = pytest.mark.slow

EARLY = AS_OF.instant - timedelta(days=9)
SLOW = settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck))


def _compute(connection, rule, history):
    compiled = compile_rule(load_rule(rule, where="test"), make_sources(history), as_of=AS_OF)
    return sorted(connection.to_pyarrow(compiled.members)["customer_id"].to_pylist())


@given(rule=RULES, history=HISTORIES)
@SLOW
def test_the_members_are_those_that_plain_python_finds(duckdb, rule, history):
    assert _compute(duckdb, rule, history) == members(rule, history, AS_OF)


@given(rule=RULES, history=HISTORIES, seed=st.integers(0, 99))
@SLOW
def test_the_order_of_rows_changes_nothing(duckdb, rule, history, seed):
    shuffled = dict(history)
    for name in ("events", "purchases", "purchase_items"):
        shuffled[name] = random.Random(seed).sample(history[name], len(history[name]))

    assert _compute(duckdb, rule, shuffled) == _compute(duckdb, rule, history)


@given(rule=RULES, history=HISTORIES, later=HISTORIES)
@SLOW
def test_what_happens_or_becomes_known_afterwards_changes_nothing(duckdb, rule, history, later):
    shift = timedelta(days=80)
    grown = dict(history)
    for name, time in (
        ("events", "occurred_at"),
        ("purchases", "purchased_at"),
        ("purchase_items", "purchased_at"),
    ):
        afterwards = [
            row | {time: row[time] + shift, "known_at": row["known_at"] + shift}
            for row in later[name]
        ]
        learnt = [row | {"known_at": row["known_at"] + shift} for row in later[name]]
        grown[name] = history[name] + afterwards + learnt

    assert _compute(duckdb, rule, grown) == _compute(duckdb, rule, history)


@given(rule=RULES, history=HISTORIES)
@SLOW
def test_a_customer_alone_is_judged_as_among_all(duckdb, rule, history):
    sources = make_sources(history)
    alone = ibis.memtable(pa.table({"customer_id": ["b"]}))

    compiled = compile_rule(load_rule(rule, where="test"), sources, as_of=AS_OF, customers=alone)

    among_all = [who for who in _compute(duckdb, rule, history) if who == "b"]
    assert duckdb.to_pyarrow(compiled.members)["customer_id"].to_pylist() == among_all


HISTORY = {
    "customers": {
        "a": {"age": 30, "city": "Самара"},
        "b": {"age": None, "city": "Уфа"},
        "c": {"age": 50, "city": None},
    },
    "events": [],
    "purchases": [],
    "purchase_items": [],
    "segments": {"vip": {"a"}},
    "scores": {"a": 0.5},
}


def _refuse(rule, error):
    with pytest.raises(error) as refused:
        compile_rule(load_rule(rule, where="test"), make_sources(HISTORY), as_of=AS_OF)
    return refused.value.en


def test_an_unknown_feature_is_refused_with_the_nearest():
    message = _refuse({"column": "purchase_30d", "op": ">", "value": 1}, UnknownNameError)

    assert message.startswith(
        "There is no column or feature 'purchase_30d'. Did you mean 'purchases_30d'? Choose from: age,"
    )


def test_a_value_of_another_type_is_refused_before_anything_is_computed():
    message = _refuse({"column": "age", "op": ">", "value": "abc"}, InvalidParameterError)

    assert message == (
        "Column 'age' holds whole numbers, and the text 'abc' does not fit; write a number without"
        " quotes."
    )


def test_a_table_that_is_not_loaded_is_refused():
    message = _refuse({"had": "payments"}, UnknownNameError)

    assert message == (
        "There is no loaded table 'payments'. Choose from: events, profiles, purchase_items,"
        " purchases."
    )


def test_a_table_without_customers_is_refused():
    message = _refuse({"had": "tariff"}, UnknownNameError)

    assert message.startswith("There is no table of customers' rows 'tariff'.")


def test_an_unknown_column_of_events_is_refused():
    rule = {"did": "call", "where": {"column": "duration", "op": ">", "value": 60}}

    assert _refuse(rule, UnknownColumnError).startswith(
        "Table 'events' has no column 'duration'. Did you mean 'duration_seconds'?"
    )


def test_an_unknown_segment_is_refused():
    message = _refuse({"segment": "vips"}, UnknownNameError)

    assert message == ("There is no stored segment 'vips'. Did you mean 'vip'? Choose from: vip.")


def test_an_unknown_score_is_refused():
    message = _refuse({"score": "chrun", "op": ">", "value": 0.5}, UnknownNameError)

    assert message == "There is no score 'chrun'. Did you mean 'churn'? Choose from: churn."


def test_a_category_is_looked_up_among_the_products(duckdb):
    moment = AS_OF.instant - timedelta(days=3)
    items = {
        "customer_id": ["a", "b"],
        "purchase_id": ["1", "2"],
        "product_id": ["P1", "P2"],
        "purchased_at": [moment, moment],
        "known_at": [moment, moment],
        "quantity": [1.0, 1.0],
    }
    products = {"product_id": ["P1", "P2"], "category": ["milk", "bread"]}
    tables = {
        name: ibis.memtable(pa.table(rows))
        for name, rows in {"purchase_items": items, "products": products}.items()
    }
    rule = load_rule({"bought": {"category": "milk"}}, where="test")

    compiled = compile_rule(rule, RuleSources(tables), as_of=AS_OF)

    assert duckdb.to_pyarrow(compiled.members).to_pylist() == [{"customer_id": "a"}]


def test_a_column_is_found_by_the_name_that_the_file_gave_it(duckdb):
    sources = replace(make_sources(HISTORY), aliases={"Age, years": "age"})
    rule = load_rule({"column": "Age, years", "op": ">=", "value": 50}, where="test")

    compiled = compile_rule(rule, sources, as_of=AS_OF)

    assert duckdb.to_pyarrow(compiled.members).to_pylist() == [{"customer_id": "c"}]


def test_every_table_is_scanned_once_whatever_the_number_of_clauses(duckdb):
    clauses = [
        {"did": name, "at_least": count, "within_days": days}
        for name, count, days in (("call", 1, 7), ("call", 2, 30), ("visit", 3, 60), ("sms", 1, 90))
    ]
    columns = {"customer_id": "string", "occurred_at": "timestamp('UTC')", "name": "string"}
    events = duckdb.create_table("seen_events", schema=ibis.schema(columns), temp=True)
    sources = replace(
        make_sources(HISTORY),
        tables=make_sources(HISTORY).tables | {"events": events},
    )

    compiled = compile_rule(load_rule({"any": clauses}, where="test"), sources, as_of=AS_OF)

    query = str(ibis.to_sql(compiled.members, dialect="duckdb"))
    assert query.count('."seen_events" AS') == 1


def _told_of(*customers, on):
    rows = {"customer_id": list(customers), "known_at": pa.array([on] * len(customers), INSTANT)}
    return ibis.memtable(pa.table(rows))


def test_before_a_file_of_customers_is_known_whoever_did_anything_is_a_customer(duckdb):
    calls = {"customer_id": ["a", "z"], "occurred_at": pa.array([EARLY] * 2, INSTANT)}
    events = ibis.memtable(pa.table(calls | {"known_at": calls["occurred_at"]}))
    rule = load_rule({"not": {"column": "customer_id", "op": "=", "value": "z"}}, where="test")

    def ask(told_on):
        tables = {"events": events, "profiles": _told_of("a", "b", on=told_on)}
        members = compile_rule(rule, RuleSources(tables), as_of=AS_OF).members
        return sorted(duckdb.to_pyarrow(members)["customer_id"].to_pylist())

    assert ask(EARLY) == ["a", "b"]
    assert ask(AS_OF.instant) == ["a"]
