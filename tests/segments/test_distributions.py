"""Fields over segments, and fields crossed with each other."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import InvalidParameterError
from regulars.features import AsOf, Feature, FeatureTable
from regulars.schema.wording import Wording
from regulars.segments import cross_fields, distribute_fields


def _features(**columns) -> FeatureTable:
    n_rows = len(next(iter(columns.values())))
    arrays = {"customer_id": pa.array([f"{row:05d}" for row in range(n_rows)])}
    arrays |= {name: pa.array(values) for name, values in columns.items()}
    features = tuple(
        Feature(
            name,
            Wording(en=name, ru=name),
            None,
            "category" if arrays[name].type == pa.string() else "numeric",
        )
        for name in columns
    )
    return FeatureTable(pa.table(arrays), features, AsOf(date(2026, 1, 1)))


CUSTOMERS = _features(
    sex=["m"] * 60 + ["f"] * 40,
    job=["engineer"] * 44 + ["cook"] * 16 + ["engineer"] * 3 + ["cook"] * 37,
    city=["Samara"] * 90 + [None] * 10,
    age=[float(age) for age in range(20, 120)],
)


def test_a_field_is_counted_in_every_segment():
    segment = np.array([1] * 60 + [2] * 40)

    (field,) = distribute_fields(CUSTOMERS, segment, fields=["job"])

    assert [level.en for level in field.levels] == ["“cook”", "“engineer”"]
    assert field.counts.tolist() == [[16, 37], [44, 3]]
    assert field.shares[1].tolist() == [44 / 60, 3 / 40]


def test_what_is_not_known_is_a_level_of_its_own():
    segment = np.array([1] * 60 + [2] * 40)

    (field,) = distribute_fields(CUSTOMERS, segment, fields=["city"])

    assert [level.ru for level in field.levels] == ["«Samara»", "нет данных"]
    assert field.counts.tolist() == [[60, 30], [0, 10]]


def test_numbers_are_cut_at_their_quarters():
    segment = np.ones(100, dtype=np.int64)

    (field,) = distribute_fields(CUSTOMERS, segment, fields=["age"])

    assert [level.en for level in field.levels] == [
        "up to 44",
        "over 44 up to 69",
        "over 69 up to 94",
        "over 94",
    ]
    assert field.counts[:, 0].tolist() == [25, 25, 25, 25]


def test_the_fields_in_which_segments_differ_most_come_first():
    segment = np.array([1] * 60 + [2] * 40)

    fields = distribute_fields(CUSTOMERS, segment)

    assert fields[0].feature in {"sex", "age"}
    assert all(field.counts.sum() == 100 for field in fields)


def test_men_engineers_of_one_city_are_counted():
    outcome = np.array([1.0] * 11 + [0.0] * 89)

    found = cross_fields(CUSTOMERS, ["sex", "job", "city"], outcome=outcome)

    assert found[0].sentence.en == "sex “m”, job “engineer”, city “Samara”"
    assert (found[0].count, found[0].share, found[0].outcome_share) == (44, 0.44, 0.25)


def test_combinations_of_few_customers_are_not_shown():
    found = cross_fields(CUSTOMERS, ["sex", "job"])

    assert [crossing.count for crossing in found] == [44, 37, 16]


def test_a_segment_can_be_looked_into():
    rows = np.array([False] * 60 + [True] * 40)

    found = cross_fields(CUSTOMERS, ["job"], rows=rows)

    assert [(crossing.count, crossing.share) for crossing in found] == [(37, 37 / 40)]


def test_an_unknown_field_is_named():
    with pytest.raises(InvalidParameterError, match="There is no feature 'shoe'"):
        cross_fields(CUSTOMERS, ["shoe"])
