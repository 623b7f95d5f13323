"""Short rules: planted ones are found, and what is said of them is what they do."""

from datetime import date

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.conditions import compile_condition, condition_to_dict, read_condition
from regulars.errors import QualityError
from regulars.features import AsOf, Feature, FeatureTable
from regulars.schema.wording import Wording
from regulars.segments.short_rules import Fidelity, tell_segments

DAY = AsOf(date(2026, 1, 1))


def put(**columns):
    kinds = {name: pa.array(values) for name, values in columns.items()}
    features = tuple(
        Feature(name, Wording(en=name, ru=name), None, kind_of(array.type))
        for name, array in kinds.items()
    )
    ids = [f"{n:05}" for n in range(len(next(iter(columns.values()))))]
    return FeatureTable(pa.table({"customer_id": ids} | kinds), features, DAY)


def kind_of(kind):
    if pa.types.is_boolean(kind):
        return "boolean"
    return "category" if pa.types.is_string(kind) else "numeric"


def mix(count=2000, seed=0):
    chance = np.random.default_rng(seed)
    return {
        "age": chance.integers(18, 80, count).astype(float),
        "spent": chance.gamma(2.0, 500.0, count),
        "city": chance.choice(["Kazan", "Moscow", "Perm", "Samara", "Ufa"], count),
        "is_premium": chance.random(count) < 0.3,
    }


def test_a_planted_rule_is_found_with_round_bounds():
    columns = mix()
    is_member = (columns["age"] >= 40) & np.isin(columns["city"], ["Samara", "Ufa"])

    told = tell_segments(put(**columns), np.where(is_member, 1, 2))

    assert condition_to_dict(told[0].rule) == {
        "all": [
            {"column": "city", "in": ["Samara", "Ufa"]},
            {"column": "age", "op": ">=", "value": 40},
        ]
    }
    assert told[0].fidelity.f1 == 1.0
    assert told[0].fidelity.verdict == "tells"


def test_two_bounds_on_whole_numbers_become_one_condition():
    columns = mix()
    is_member = (columns["age"] >= 30) & (columns["age"] <= 45) & columns["is_premium"]

    rule = tell_segments(put(**columns), np.where(is_member, 1, 2))[0].rule

    assert read_condition(rule, "en") == "is_premium is true and age is from 30 to 45"


def test_what_is_missing_may_be_what_tells():
    columns = mix()
    is_member = columns["spent"] > 2000
    columns["spent"] = np.where(is_member, None, columns["spent"]).astype(object)

    told = tell_segments(put(**columns), np.where(is_member, 1, 2))

    assert condition_to_dict(told[0].rule) == {"column": "spent", "is_missing": True}
    assert told[0].fidelity.f1 == 1.0


def test_a_segment_by_chance_is_told_by_no_rule_and_that_is_said():
    columns = mix()
    is_member = np.random.default_rng(9).random(2000) < 0.1

    told = tell_segments(put(**columns), np.where(is_member, 1, 2))

    assert told[0].fidelity.verdict == "fails"
    assert told[0].fidelity.f1 < 0.3


def test_a_segment_of_four_has_no_rule():
    columns = mix()
    segment = np.where(np.arange(2000) < 4, 2, 1)

    told = tell_segments(put(**columns), segment)

    assert [(one.segment, one.rule is None) for one in told] == [(1, False), (2, True)]
    assert told[1].fidelity == Fidelity(4, 0, 0, 2000)


def test_a_rule_has_no_more_clauses_than_asked():
    columns = mix()
    is_member = (columns["age"] >= 40) & columns["is_premium"] & (columns["city"] == "Ufa")

    told = tell_segments(put(**columns), np.where(is_member, 1, 2), most_clauses=1)

    assert condition_to_dict(told[0].rule) == {"column": "city", "op": "=", "value": "Ufa"}


def test_bounds_stay_exact_where_rounding_would_cost():
    spent = np.repeat([1231.0, 1234.0, 1236.0, 1239.0], 250)

    told = tell_segments(put(spent=spent), np.repeat([1, 2], 500))

    assert [condition_to_dict(one.rule) for one in told] == [
        {"column": "spent", "op": "<", "value": 1236},
        {"column": "spent", "op": ">=", "value": 1236},
    ]


def test_customers_of_no_segment_count_against_a_rule():
    age = np.repeat([20.0, 30.0, 40.0], 100)

    told = tell_segments(put(age=age), np.repeat([1, 2, 0], 100))

    assert condition_to_dict(told[1].rule) == {"column": "age", "between": [30, 39]}


def test_a_rule_that_was_looked_for_on_a_sample_is_measured_on_everybody():
    columns = mix(count=30_000)
    is_member = columns["spent"] >= 1500

    told = tell_segments(put(**columns), np.where(is_member, 1, 2))

    assert told[0].fidelity.members == int(is_member.sum())
    assert told[0].fidelity.customers == 30_000
    assert told[0].fidelity.f1 > 0.98


def test_one_segment_of_everybody_is_refused():
    with pytest.raises(QualityError, match="nothing to tell it apart from"):
        tell_segments(put(age=[1.0, 2.0]), np.array([1, 1]))


def test_no_features_are_refused():
    nothing = FeatureTable(pa.table({"customer_id": ["1", "2"]}), (), DAY)

    with pytest.raises(QualityError, match="no feature that a rule could compare"):
        tell_segments(nothing, np.array([1, 2]))


def test_columns_that_are_the_same_for_all_give_no_rule():
    told = tell_segments(put(age=[5.0] * 20), np.repeat([1, 2], 10))

    assert [one.rule for one in told] == [None, None]


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(5, 300))
def test_the_fidelity_is_that_of_the_rule_as_it_is_computed(seed, most_clauses, count):
    chance = np.random.default_rng(seed)
    columns = mix(count, seed)
    columns["spent"] = np.where(chance.random(count) < 0.2, np.nan, columns["spent"])
    columns["city"] = np.where(chance.random(count) < 0.1, None, columns["city"])
    features = put(**columns)
    segment = np.where(chance.random(count) < columns["age"] / 100, 1, 2)
    segment[:2] = 1, 2

    told = tell_segments(features, segment, most_clauses=most_clauses)

    table = ibis.memtable(features.table)
    asked = [one for one in told if one.rule is not None]
    holds = [
        table.select(holds=compile_condition(one.rule, table, as_of=DAY.instant))
        .to_pyarrow()["holds"]
        .to_numpy()
        for one in asked
    ]
    assert [int(own.sum()) for own in holds] == [one.fidelity.found for one in asked]
    assert [
        int((own & (segment == one.segment)).sum()) for own, one in zip(holds, asked, strict=True)
    ] == [one.fidelity.both for one in asked]
