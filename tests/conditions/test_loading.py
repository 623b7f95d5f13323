import json
import tomllib

import pytest
import tomlkit
from pydantic import TypeAdapter

from regulars.conditions import (
    All,
    Compare,
    Condition,
    In,
    Not,
    condition_to_dict,
    list_columns,
    load_condition,
)
from regulars.errors import DefinitionError

WHERE = "checks/age.toml, check 'age'"
WHOLE_TREE = {
    "all": [
        {"column": "age", "op": ">", "value": 120},
        {"column": "paid_amount", "between": [0, 9.99]},
        {"not": {"column": "city", "in": ["Самара", "Казань"]}},
        {
            "any": [
                {"column": "ended_on", "op": "<", "other": "started_on"},
                {"column": "ended_on", "op": ">", "value": {"as_of_plus_days": -30}},
                {"column": "name", "text": "contains", "value": "ООО", "ignore_case": True},
                {"column": "phone", "is_missing": False},
            ]
        },
    ]
}


def test_a_tree_comes_back_from_json_as_it_was():
    condition = load_condition(WHOLE_TREE, where=WHERE)

    assert load_condition(json.dumps(condition_to_dict(condition)), where=WHERE) == condition
    assert condition_to_dict(condition) == WHOLE_TREE


def test_a_tree_comes_back_from_toml_as_it_was():
    condition = load_condition(WHOLE_TREE, where=WHERE)

    text = tomlkit.dumps(condition_to_dict(condition))

    assert load_condition(text, where=WHERE) == condition


def test_a_day_in_toml_and_in_json_is_the_same_condition():
    from_toml = load_condition(
        tomllib.loads('column = "ended_on"\nop = "<"\nvalue = 1900-01-01'), where=WHERE
    )
    from_json = load_condition(
        '{"column": "ended_on", "op": "<", "value": "1900-01-01"}', where=WHERE
    )

    assert from_toml == from_json


def test_a_moment_in_toml_is_kept_in_utc():
    text = 'column = "paid_at"\nop = "<"\nvalue = 2026-01-01T03:00:00+03:00'

    assert load_condition(text, where=WHERE).value == "2026-01-01T00:00:00Z"


def test_conditions_are_built_in_python_too():
    built = All(conditions=(Not(condition=In(column="city", values=("Самара",))),))

    assert condition_to_dict(built) == {"all": [{"not": {"column": "city", "in": ["Самара"]}}]}


def test_columns_are_listed_once_in_the_order_they_are_named():
    condition = load_condition(WHOLE_TREE, where=WHERE)

    assert list_columns(condition) == (
        "age",
        "paid_amount",
        "city",
        "ended_on",
        "started_on",
        "name",
        "phone",
    )


def test_a_json_schema_lets_an_editor_complete_conditions():
    schema = TypeAdapter(Condition).json_schema()

    assert set(schema["$defs"]["In"]["properties"]) == {"column", "in"}


def test_true_is_not_taken_for_a_number():
    condition = load_condition({"column": "is_active", "op": "=", "value": True}, where=WHERE)

    assert condition == Compare(column="is_active", op="=", value=True)
    assert condition.value is True


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        (
            {"column": "age", "opp": ">", "value": 1},
            "no kind of condition has these keys: 'column', 'opp', 'value'. Did you mean 'op'?"
            " Say one of: 'all', 'any', 'not', 'between', 'in', 'is_missing', 'text', 'op'.",
        ),
        (
            {"column": "age", "op": "=>", "value": 1},
            "op: '=>' is not allowed. Did you mean '>'? Choose from: =, !=, <, <=, >, >=.",
        ),
        (
            {"column": "age", "op": ">", "valeu": 1},
            "valeu: the key 'valeu' is not allowed. Did you mean 'value'?"
            " Allowed here: column, op, value, other.",
        ),
        (
            {"column": "age", "op": ">"},
            "say either 'value' or 'other' (another column), and not both.",
        ),
        (
            {"column": "age", "op": "=", "value": None},
            "value: null is not a value; to ask for a missing one say is_missing = true.",
        ),
        (
            {"all": [{"column": "x", "is_missing": True}, {"not": {"column": "x", "in": []}}]},
            "all[2].not.in: the list is empty. Give 1 or more.",
        ),
        (
            {"column": "age", "op": ">", "value": [1]},
            "value: a value is a number, a text, true or false, found [1].",
        ),
        (
            {"column": "age", "between": [3, 1]},
            "between: the lower bound 3 is above the upper bound 1.",
        ),
        ({"column": "age", "op": ">", "value": float("nan")}, "value: a number must be finite."),
        (
            {"column": "age", "op": ">", "value": 2**64},
            "value: a whole number must be within ±9223372036854775807.",
        ),
        (
            5,
            "a condition is a table, found 5. Give a table with one of: 'all', 'any', 'not',"
            " 'between', 'in', 'is_missing', 'text', 'op'.",
        ),
    ],
)
def test_a_bad_definition_is_told_with_its_place_and_what_is_allowed(definition, message):
    with pytest.raises(DefinitionError) as raised:
        load_condition(definition, where=WHERE)

    assert str(raised.value) == f"{WHERE}: {message}"


def test_a_text_that_is_neither_json_nor_toml_says_where_it_breaks():
    with pytest.raises(DefinitionError, match="neither JSON nor TOML: Invalid value"):
        load_condition("column = ", where=WHERE)


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        ("(?=a)b", "a look-around"),
        ("(?<!a)b", "a look-around"),
        (r"(a)\1", "a back-reference"),
        ("(?P<x>a)", "a named group"),
        ("(?i)a", "a flag"),
        (r"\bа", r"'\\b'"),
        (r"\p{L}", r"'\\p'"),
        ("a{1,101}", "a repeat of more than 100"),
        ("a++", "a possessive repeat"),
        ("[a", "a '\\[' that is not closed"),
        ("(a", "cannot be read"),
        ("((a{60}){60}){60}", "RE2, the engine of patterns, refuses it"),
        ("[[:alpha:]]", "within brackets"),
    ],
)
def test_a_pattern_that_engines_read_differently_is_refused(pattern, what):
    with pytest.raises(DefinitionError, match=what):
        load_condition({"column": "x", "text": "matches", "value": pattern}, where=WHERE)


def _nest(depth):
    tree = {"column": "x", "is_missing": True}
    for _ in range(depth - 1):
        tree = {"not": tree}
    return tree


def test_twenty_levels_are_allowed():
    assert load_condition(_nest(20), where=WHERE)


@pytest.mark.parametrize("depth", [21, 60, 5_000])
def test_deeper_trees_are_refused(depth):
    with pytest.raises(DefinitionError, match="nested deeper than 20 levels"):
        load_condition(_nest(depth), where=WHERE)


def test_a_text_nested_without_end_is_refused():
    text = '{"not": ' * 50_000 + "1" + "}" * 50_000

    with pytest.raises(DefinitionError, match="nested deeper than 20 levels"):
        load_condition(text, where=WHERE)


def test_more_than_a_thousand_conditions_are_refused():
    part = {"any": [{"column": "x", "is_missing": True}] * 400}

    with pytest.raises(DefinitionError, match="more than 1000 conditions in one tree"):
        load_condition({"all": [part, part, part]}, where=WHERE)
