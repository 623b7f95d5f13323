"""Rules about customers: what the grammar takes, how it refuses the rest, and how it is written."""

import json

import pytest
import tomlkit
from hypothesis import given
from random_rules import RULES

from regulars.conditions import (
    All,
    Compare,
    Did,
    Goods,
    Occasion,
    compile_condition,
    condition_to_dict,
    explain_condition,
    load_condition,
    load_rule,
    read_condition,
    version_of,
)
from regulars.conditions.behavior import Bought
from regulars.errors import DefinitionError, InvalidParameterError


@given(tree=RULES)
def test_a_rule_is_the_same_from_python_json_and_toml(tree):
    rule = load_rule(tree, where="test")
    plain = condition_to_dict(rule)

    from_json = load_rule(json.dumps(plain, ensure_ascii=False), where="test")
    from_toml = load_rule(tomlkit.dumps(plain), where="test")

    assert rule == from_json == from_toml
    assert version_of(rule) == version_of(from_json) == version_of(from_toml)


@given(tree=RULES)
def test_every_rule_is_read_in_both_languages(tree):
    rule = load_rule(tree, where="test")

    assert read_condition(rule, "en")
    assert read_condition(rule, "ru")


def test_a_rule_made_in_python_is_that_of_the_file():
    made = All(
        conditions=(
            Did(did="call", where=Compare(column="duration_seconds", op=">", value=60), at_least=3),
            Occasion(last=Bought(bought=Goods()), op=">", days_ago=60),
        )
    )
    written = """
    [[all]]
    did = "call"
    where = { column = "duration_seconds", op = ">", value = 60 }
    at_least = 3

    [[all]]
    last = { bought = {} }
    op = ">"
    days_ago = 60
    """

    assert load_rule(written, where="test") == made


def test_what_a_condition_is_about_stands_first_in_a_file():
    rule = load_rule({"within_days": 30, "at_least": 3, "did": "call"}, where="test")

    assert list(condition_to_dict(rule)) == ["did", "at_least", "within_days"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"did": "call"}, {"did": "call", "at_least": 1}),
        ({"did_not": "call"}, {"did": "call", "at_most": 0}),
        ({"did": "call", "at_most": 2}, {"did": "call", "at_least": 0, "at_most": 2}),
        ({"spent": ">", "value": 5}, {"value": 5, "spent": ">"}),
    ],
)
def test_two_ways_to_say_the_same_have_one_version(one, other):
    assert version_of(load_rule(one, where="test")) == version_of(load_rule(other, where="test"))


def test_another_bound_is_another_version():
    first = load_rule({"did": "call", "at_least": 2}, where="test")
    second = load_rule({"did": "call", "at_least": 3}, where="test")

    assert version_of(first) != version_of(second)


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        (
            {"dit": "call"},
            "rule: no kind of condition has these keys: 'dit'. Did you mean 'did'? Say one of: "
            "'did', 'did_not', 'had', 'bought', 'spent', 'first', 'last', 'sequence', 'segment', "
            "'score', 'all', 'any', 'not', 'between', 'in', 'is_missing', 'text', 'op'.",
        ),
        (
            {"did": "call", "att_least": 3},
            "rule: att_least: the key 'att_least' is not allowed. Did you mean 'at_least'? Allowed "
            "here: where, within_days, between, at_least, at_most, did.",
        ),
        (
            {"bought": {"categ": "milk"}},
            "rule: bought.categ: the key 'categ' is not allowed. Did you mean 'category'? Allowed "
            "here: category, product.",
        ),
        (
            {"did": "call", "at_least": 0},
            "rule: 'at_least' 0 is true of everybody; say 1 or more, or 'at_most'.",
        ),
        (
            {"did": "call", "at_least": 3, "at_most": 2},
            "rule: 'at_least' 3 is above 'at_most' 2.",
        ),
        (
            {"did_not": "call", "at_least": 2},
            "rule: 'did_not' says never; leave out 'did', 'at_least' and 'at_most'.",
        ),
        (
            {"did": "call", "within_days": 3, "between": ["2026-01-01", "2026-01-31"]},
            "rule: say either 'within_days' or 'between', and not both.",
        ),
        (
            {"did": "call", "between": ["2026-02-01", "2026-01-01"]},
            "rule: the first day 2026-02-01 is after the last day 2026-01-01.",
        ),
        (
            {"first": {"did": "a"}, "last": {"did": "a"}, "op": ">", "days_ago": 3},
            "rule: say either 'first' or 'last', and not both.",
        ),
        (
            {"last": {"did": "call"}, "op": ">"},
            "rule: say either 'days_ago' or 'on' (a day), and not both.",
        ),
        (
            {"last": {"did": "call", "at_least": 2}, "op": ">", "days_ago": 3},
            "rule: 'at_least' and 'at_most' have no meaning here; leave them out.",
        ),
        ({"sequence": [{"did": "a"}]}, "rule: sequence: the list has 1. Give 2 or more."),
        (
            {"all": [{"did": "call", "where": {"did": "visit"}}]},
            "rule: all[1].where: 'did' asks about a customer, and here stands a condition about one "
            "row; it belongs in the rule of a segment.",
        ),
    ],
)
def test_what_the_grammar_does_not_know_is_refused_with_the_place_and_the_nearest(
    definition, message
):
    with pytest.raises(DefinitionError) as refused:
        load_rule(definition, where="rule")

    assert refused.value.en == message


def test_a_condition_about_a_row_does_not_ask_what_a_customer_did():
    with pytest.raises(DefinitionError, match="'had' asks about a customer"):
        load_condition({"not": {"had": "payments"}}, where="a check")


def test_a_row_is_neither_filtered_nor_explained_by_behavior():
    rule = load_rule({"segment": "vip"}, where="test")

    with pytest.raises(InvalidParameterError, match="'segment' asks about a customer"):
        explain_condition(rule, {})
    with pytest.raises(InvalidParameterError, match="'segment' asks about a customer"):
        compile_condition(rule, None)


@pytest.mark.parametrize(
    ("definition", "english", "russian"),
    [
        ({"did": "call"}, 'had "call" events', "были события «call»"),
        (
            {"did": "call", "at_least": 3, "within_days": 30},
            'had at least 3 "call" events in the last 30 days',
            "за последние 30 дней было не менее 3 событий «call»",
        ),
        (
            {"did_not": "call", "within_days": 1},
            'had no "call" events in the last day',
            "за последний день не было событий «call»",
        ),
        (
            {"did": "call", "where": {"column": "duration_seconds", "op": ">", "value": 60}},
            'had "call" events (how long it lasted is over 60)',
            "были события «call» (сколько длилось больше 60)",
        ),
        (
            {"had": "interactions", "at_most": 2, "within_days": 21},
            "had at most 2 interactions in the last 21 days",
            "за последний 21 день было не более 2 обращений",
        ),
        (
            {"had": "payments", "at_least": 21},
            "had at least 21 payments",
            "было не менее 21 платежа",
        ),
        (
            {"had": "payments", "at_least": 1, "at_most": 1},
            "had exactly 1 payment",
            "был ровно 1 платёж",
        ),
        (
            {"not": {"had": "payments", "at_least": 2, "at_most": 2}},
            "did not have exactly 2 payments",
            "было не ровно 2 платежа",
        ),
        (
            {"had": "deals", "at_least": 2, "at_most": 5, "between": ["2026-01-01", "2026-03-31"]},
            "had from 2 to 5 deals from 1 January 2026 to 31 March 2026",
            "с 1 января 2026 года по 31 марта 2026 года было от 2 до 5 сделок",
        ),
        (
            {"not": {"had": "deals", "at_least": 2, "at_most": 5}},
            "had fewer than 2 or more than 5 deals",
            "было менее 2 или более 5 сделок",
        ),
        (
            {"bought": {"category": "Milk"}, "at_least": 2, "within_days": 90},
            'had at least 2 purchases in category "Milk" in the last 90 days',
            "за последние 90 дней было не менее 2 покупок в категории «Milk»",
        ),
        (
            {"not": {"bought": {"product": "P1"}}},
            'had no purchases of product "P1"',
            "не было покупок товара «P1»",
        ),
        (
            {"spent": ">=", "value": 10000, "within_days": 90},
            "the sum of purchases in the last 90 days is at least 10,000",
            "сумма покупок за последние 90 дней не меньше 10_000",
        ),
        (
            {"last": {"bought": {}}, "op": ">", "days_ago": 60},
            "the last purchase was more than 60 days ago",
            "последняя покупка была более 60 дней назад",
        ),
        (
            {"not": {"last": {"had": "payments"}, "op": "<=", "days_ago": 21}},
            "had no payments or the last payment was more than 21 days ago",
            "не было платежей или последний платёж был более 21 дня назад",
        ),
        (
            {"first": {"did": "call"}, "op": "<", "on": "2026-01-01"},
            'the first "call" event was before 1 January 2026',
            "первое событие «call» было раньше 1 января 2026 года",
        ),
        (
            {"sequence": [{"did": "alarm"}, {"had": "payments"}], "within_days": 7},
            'had an "alarm" event and then a payment within 7 days',
            "сначала событие «alarm», затем платёж, в пределах 7 дней",
        ),
        ({"segment": "vip"}, 'is in segment "vip"', "входит в сегмент «vip»"),
        (
            {"not": {"score": "churn", "op": ">", "value": 0.5}},
            'score "churn" is missing or is at most 0.5',
            "оценка «churn» отсутствует или не больше 0,5",
        ),
        (
            {"had": "secrets", "at_least": 3},
            'had at least 3 rows of "secrets"',
            "было не менее 3 записей в «secrets»",
        ),
    ],
)
def test_a_rule_reads_as_a_sentence_with_the_right_cases(definition, english, russian):
    rule = load_rule(definition, where="test")

    assert read_condition(rule, "en") == english
    assert read_condition(rule, "ru").replace("\N{NO-BREAK SPACE}", "_") == russian
