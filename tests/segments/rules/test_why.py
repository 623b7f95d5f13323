"""Why a customer is in a segment, and what would turn the answer."""

from datetime import UTC, date, datetime, timedelta

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from plain_rules import holds
from random_histories import AS_OF, HISTORIES, make_sources
from random_rules import RULES

from regulars.conditions import explain_condition, load_rule
from regulars.errors import NotFoundError
from regulars.features import AsOf
from regulars.segments.rules import RuleSources, compile_rule, explain_membership
from regulars.segments.rules.changes import find_nearest_change

FEW = settings(deadline=None, max_examples=20, suppress_health_check=list(HealthCheck))
DAY = AsOf(date(2026, 3, 1))


@pytest.fixture(scope="module")
def sources():
    def days_ago(days):
        return datetime(2026, 3, 1, tzinfo=UTC) - timedelta(days=days)

    tables = {
        "purchases": {
            "customer_id": ["1", "1", "2"],
            "purchased_at": [days_ago(80), days_ago(5), days_ago(45)],
            "amount": [700.0, 200.0, 90.0],
        },
        "events": {
            "customer_id": ["1", "2"],
            "occurred_at": [days_ago(3), days_ago(9)],
            "name": ["call", "visit"],
        },
    }
    return RuleSources({name: ibis.memtable(pa.table(rows)) for name, rows in tables.items()})


@pytest.mark.slow
@given(rule=RULES, history=HISTORIES)
@FEW
def test_the_answer_is_that_of_the_rule(rule, history):
    why = explain_membership(load_rule(rule, where="test"), make_sources(history), "a", as_of=AS_OF)

    assert why.is_member == holds(rule, "a", history, AS_OF)
    assert why.is_member == why.clause.holds


@pytest.mark.slow
@given(rule=RULES, history=HISTORIES)
@FEW
def test_the_nearest_change_turns_the_answer(rule, history):
    compiled = compile_rule(load_rule(rule, where="test"), make_sources(history), as_of=AS_OF)
    row = compiled.table.order_by("customer_id").limit(1).to_pyarrow().to_pylist()[0]
    lowered = compiled.lowered.condition
    before = explain_condition(lowered, row, as_of=AS_OF.instant).holds

    changes = find_nearest_change(compiled.rule, lowered, row, as_of=AS_OF.instant)

    # Two clauses about one column may ask for two values; a text or a yes has no nearest one.
    columns = [change.lowered.column for change in changes]
    assume(all(change.target is not None for change in changes))
    assume(len(columns) == len(set(columns)))
    turned = row | {change.lowered.column: change.target for change in changes}
    assume(_do_not_turn_each_other(lowered, columns))
    assert changes
    assert explain_condition(lowered, turned, as_of=AS_OF.instant).holds != before


def _do_not_turn_each_other(lowered, columns):
    """Whether no column that is changed is asked about more than once."""
    asked = str(lowered)
    return all(asked.count(f"column='{column}'") == 1 for column in columns)


def test_a_clause_that_fails_says_what_is_missing(sources):
    rule = load_rule({"bought": {}, "at_least": 3, "within_days": 90}, where="test")

    english = explain_membership(rule, sources, "1", as_of=DAY)
    russian = explain_membership(rule, sources, "1", as_of=DAY, language="ru")

    assert english.sentence == (
        "Not in the segment: had at most 2 purchases in the last 90 days (2)."
    )
    assert english.changes == ("had at least 3 purchases in the last 90 days (now 2: 1 more)",)
    assert russian.sentence == ("Не в сегменте: за последние 90 дней было не более 2 покупок (2).")
    assert russian.changes == ("за последние 90 дней было не менее 3 покупок (сейчас 2: ещё 1)",)


def test_the_tree_has_the_values_of_the_customer(sources):
    rule = load_rule(
        {
            "all": [
                {"spent": ">", "value": 100},
                {"last": {"bought": {}}, "op": ">", "days_ago": 30},
                {"not": {"did": "call"}},
            ]
        },
        where="test",
    )

    why = explain_membership(rule, sources, "2", as_of=DAY)

    spent, last, call = why.clause.parts
    assert (spent.holds, spent.found) == (False, "90")
    assert (last.holds, last.found) == (True, "45 days ago")
    assert (call.holds, call.parts[0].found) == (True, "0")
    assert why.sentence == "Not in the segment: the sum of purchases is at most 100 (90)."
    assert why.changes == ("the sum of purchases is over 100 (now 90: 11 more)",)


def test_the_easiest_of_several_ways_is_told(sources):
    rule = load_rule(
        {
            "any": [
                {"all": [{"did": "call"}, {"did": "visit"}, {"spent": ">=", "value": 1000}]},
                {"all": [{"did": "call"}, {"spent": ">=", "value": 1000}]},
            ]
        },
        where="test",
    )

    assert explain_membership(rule, sources, "1", as_of=DAY).changes == (
        "the sum of purchases is at least 1000 (now 900: 100 more)",
    )


def test_what_never_happened_is_said_so(sources):
    rule = load_rule({"last": {"did": "call"}, "op": "<", "days_ago": 30}, where="test")

    why = explain_membership(rule, sources, "2", as_of=DAY, language="ru")

    assert why.clause.found == "ни разу"
    assert why.changes == ("последнее событие «call» было менее 30 дней назад (сейчас ни разу)",)


def test_a_feature_is_called_by_its_meaning(sources):
    rule = load_rule({"column": "purchases_90d", "op": ">", "value": 5}, where="test")

    why = explain_membership(rule, sources, "1", as_of=DAY)

    assert why.sentence == (
        "Not in the segment: the number of purchases in the last 90 days is at most 5 (2)."
    )


def test_an_unknown_customer_is_refused_without_repeating_the_id(sources):
    rule = load_rule({"did": "call"}, where="test")

    with pytest.raises(NotFoundError, match="Nothing was known of that customer before 2026-03-01"):
        explain_membership(rule, sources, "+79990001122", as_of=DAY)
