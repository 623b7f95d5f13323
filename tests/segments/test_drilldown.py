"""Customers by every combination of a few fields, and what must not follow from it."""

from datetime import date
from itertools import product

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.features import AsOf, Feature, FeatureTable
from regulars.schema.wording import Wording
from regulars.segments import drill_down


def make_features(**columns):
    arrays = {"customer_id": pa.array([str(n) for n in range(len(columns["sex"]))])}
    arrays |= {name: pa.array(values) for name, values in columns.items()}
    known = tuple(Feature(name, Wording(en=name, ru=name), None, "category") for name in columns)
    return FeatureTable(pa.table(arrays), known, AsOf(date(2026, 1, 1)))


CUSTOMERS = make_features(
    sex=["m"] * 60 + ["f"] * 40,
    job=["cook"] * 50 + ["driver"] * 10 + ["cook"] * 33 + ["driver"] * 7,
)
SEGMENT = np.array([1, 2] * 50)


def test_every_combination_is_counted_with_its_share_of_the_outcome():
    outcome = np.array([1.0] * 30 + [0.0] * 30 + [np.nan] * 40)

    found = drill_down(CUSTOMERS, SEGMENT, outcome=outcome, fields=["sex", "job"])

    men = found.cells[((1, 0),)]
    assert [field.feature for field in found.fields] == [None, "sex", "job"]
    assert (found.whole.count, found.whole.outcome_share) == (100, 0.5)
    assert (men.count, men.outcome_share) == (60, 0.5)
    assert found.cells[((1, 1),)].outcome_share is None
    assert found.cells[((0, 0), (1, 0))].count == 30
    assert found.cells[((0, 1), (1, 0), (2, 0))].count == 25


def test_without_an_outcome_customers_are_only_counted():
    found = drill_down(CUSTOMERS, SEGMENT, fields=["sex"])

    assert {cell.outcome_share for cell in found.cells.values()} == {None}


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from("mf"), st.sampled_from("abcd"), st.integers(1, 3)),
        min_size=20,
        max_size=80,
    )
)
def test_nothing_shown_leads_to_fewer_than_five_customers_by_subtraction(rows):
    sexes, jobs, segments = zip(*rows, strict=True)
    features = make_features(sex=list(sexes), job=list(jobs))

    found = drill_down(features, np.array(segments), fields=["sex", "job"])

    counts = {key: cell.count for key, cell in found.cells.items()} | {(): len(rows)}
    shown = {key: count for key, count in counts.items() if len(key) < 3}
    rests = [
        whole - sum(children)
        for (parent, whole), field in product(shown.items(), range(3))
        if field not in {place for place, _ in parent}
        and (
            children := [
                count
                for key, count in counts.items()
                if len(key) == len(parent) + 1
                and set(parent) < set(key)
                and (set(key) - set(parent)).pop()[0] == field
            ]
        )
    ]
    assert min(counts.values()) >= 5
    assert [rest for rest in rests if 0 < rest < 5] == []
