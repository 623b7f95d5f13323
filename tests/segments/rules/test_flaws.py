"""What is wrong with a rule: what follows from how it is written, and from who is there."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.conditions import explain_condition, load_rule
from regulars.features import AsOf
from regulars.segments.rules import RuleSources, check_rule
from regulars.segments.rules.flaws import find_written_flaws

DAY = AsOf(date(2026, 3, 1))
AGES = st.builds(
    lambda op, value: {"column": "age", "op": op, "value": value},
    st.sampled_from(["=", "<", "<=", ">", ">=", "!="]),
    st.integers(1, 4),
)
RANGES = st.tuples(st.integers(1, 4), st.integers(1, 4)).map(
    lambda pair: {"column": "age", "between": [min(pair), max(pair)]}
)
CITIES = st.one_of(
    st.sampled_from("AB").map(lambda name: {"column": "city", "op": "=", "value": name}),
    st.lists(st.sampled_from("ABC"), min_size=1, unique=True).map(
        lambda names: {"column": "city", "in": names}
    ),
)
LEAVES = st.one_of(AGES, RANGES, CITIES)
LEAVES = LEAVES | LEAVES.map(lambda leaf: {"not": leaf})
PEOPLE = [
    {"age": age, "city": city}
    for age in (None, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5)
    for city in (None, "A", "B", "C", "D")
]


def _answers(rule):
    return [explain_condition(rule, person).holds for person in PEOPLE]


@given(one=LEAVES, other=LEAVES, joint=st.sampled_from(["all", "any"]))
def test_what_is_called_a_flaw_is_one_for_every_customer(one, other, joint):
    rule = load_rule({joint: [one, other]}, where="test")

    kinds = {flaw.kind for flaw in find_written_flaws(rule, rule)}

    alone = [_answers(load_rule(part, where="test")) for part in (one, other)]
    proofs = {
        "contradiction": not any(_answers(rule)),
        "always": all(_answers(rule)),
        "duplicate": alone[0] == alone[1] == _answers(rule),
        "dead": _answers(rule) in alone,
    }
    assert all(proofs[kind] for kind in kinds)


@pytest.mark.parametrize(
    ("rule", "kind", "message"),
    [
        (
            {
                "all": [
                    {"column": "age", "op": ">", "value": 5},
                    {"column": "age", "op": "<", "value": 3},
                ]
            },
            "contradiction",
            "Nobody can satisfy both: age is over 5; and: age is under 3.",
        ),
        (
            {
                "all": [
                    {"column": "age", "op": ">", "value": 5},
                    {"column": "age", "op": ">", "value": 3},
                ]
            },
            "dead",
            "It changes nothing: age is over 3. The clause beside it decides: age is over 5.",
        ),
        (
            {
                "any": [
                    {"column": "age", "op": ">", "value": 5},
                    {"column": "age", "op": ">", "value": 3},
                ]
            },
            "dead",
            "It changes nothing: age is over 5. The clause beside it decides: age is over 3.",
        ),
        (
            {
                "all": [
                    {"column": "city", "in": ["A", "B"]},
                    {"column": "city", "in": ["B", "A", "B"]},
                ]
            },
            "dead",
            'It changes nothing: city is "B", "A" or "B". The clause beside it decides: city is'
            ' "A" or "B".',
        ),
        (
            {"any": [{"column": "age", "op": ">", "value": 5}] * 2},
            "duplicate",
            "It is said twice: age is over 5. Leave one out.",
        ),
        (
            {
                "any": [
                    {"column": "age", "is_missing": True},
                    {"not": {"column": "age", "is_missing": True}},
                ]
            },
            "always",
            "One or the other is true of everybody: age is missing; or: age is known.",
        ),
    ],
)
def test_a_flaw_is_named_with_both_clauses(rule, kind, message):
    loaded = load_rule(rule, where="test")

    (flaw,) = find_written_flaws(loaded, loaded)

    assert (flaw.kind, flaw.message.en) == (kind, message)


def test_flaws_are_found_inside_other_parts():
    ages = [{"column": "age", "op": ">", "value": 5}, {"column": "age", "op": "<", "value": 3}]
    rule = load_rule(
        {"any": [{"column": "city", "op": "=", "value": "A"}, {"not": {"all": ages}}]}, where="test"
    )

    assert [flaw.kind for flaw in find_written_flaws(rule, rule)] == ["contradiction"]


@pytest.fixture(scope="module")
def sources():
    """A hundred customers; the n-th spent n and called n % 4 times."""
    moment = DAY.instant - timedelta(days=5)
    numbers = list(range(1, 101))
    ids = [str(number) for number in numbers]
    calls = [one for one, number in zip(ids, numbers, strict=True) for _ in range(number % 4)]
    tables = {
        "profiles": {"customer_id": ids, "city": ["Самара", "Уфа"] * 50},
        "purchases": {
            "customer_id": ids,
            "purchased_at": [moment] * 100,
            "amount": [float(number) for number in numbers],
        },
        "events": {
            "customer_id": calls,
            "occurred_at": [datetime(2026, 2, 1, tzinfo=UTC)] * len(calls),
            "name": ["call"] * len(calls),
        },
    }
    return RuleSources({name: ibis.memtable(pa.table(rows)) for name, rows in tables.items()})


def _check(rule, sources):
    return check_rule(load_rule(rule, where="test"), sources, as_of=DAY)


def test_customers_who_change_sides_with_a_bound_are_counted(sources):
    checked = _check({"spent": ">", "value": 60}, sources)

    (bound,) = checked.bounds
    assert (checked.customers, checked.members) == (100, 40)
    assert (bound.bound, bound.below, bound.above) == (60, 3, 3)


def test_both_bounds_of_a_range_are_moved(sources):
    rule = {"did": "call", "at_least": 1, "at_most": 20}

    assert [(one.bound, one.below, one.above) for one in _check(rule, sources).bounds] == [
        (1, 0, 0),
        (20, 0, 0),
    ]


def test_a_bound_on_which_much_hangs_is_told(sources):
    checked = _check({"spent": ">", "value": 90}, sources)

    assert [(flaw.kind, flaw.customers) for flaw in checked.flaws] == [("touchy", 5)]


def test_a_clause_for_nobody_offers_the_nearest_event(sources):
    checked = _check({"any": [{"did": "cal"}, {"spent": ">", "value": 50}]}, sources)

    assert [(flaw.kind, flaw.message.en) for flaw in checked.flaws] == [
        ("nobody", 'Nobody: had "cal" events.'),
        ("unknown_value", "Nothing is called 'cal'. Did you mean 'call'?"),
    ]


def test_a_clause_for_nobody_offers_the_nearest_value_of_a_column(sources):
    rule = {"column": "city", "op": "=", "value": "Самар"}

    messages = [flaw.message.ru for flaw in _check(rule, sources).flaws]

    assert messages[-1] == "Ничего с именем «Самар» нет. Может быть, «Самара»?"


def test_a_clause_for_everybody_is_told(sources):
    checked = _check({"all": [{"spent": ">", "value": 50}, {"had": "purchases"}]}, sources)

    assert [(flaw.kind, flaw.message.en) for flaw in checked.flaws] == [
        ("everybody", "Everybody: had purchases.")
    ]


def test_a_segment_of_nearly_the_same_customers_is_told(sources):
    rich = ibis.memtable(pa.table({"customer_id": [str(number) for number in range(52, 101)]}))
    others = replace(sources, memberships={"rich": rich, "poor": rich.limit(3)})

    checked = _check({"spent": ">", "value": 50}, others)

    assert [flaw.message.en for flaw in checked.flaws] == [
        "Nearly the same customers as in segment 'rich': of all who are in one of the two, 98% are"
        " in both."
    ]
