"""Spellings of one value are one level of a category; what is stored stays."""

from datetime import date

import ibis
import pyarrow as pa

from regulars.features.matrix import encode_features
from regulars.features.profile import ProfileColumn, profile_features
from regulars.features.table import AsOf
from regulars.schema.contract import Role

AS_OF = AsOf(date(2026, 1, 10))
COLUMNS = [ProfileColumn("city", Role.CATEGORY, "string")]


def features_of(cities):
    rows = pa.table({"customer_id": [str(n) for n in range(len(cities))], "city": cities})
    return profile_features(ibis.memtable(rows), COLUMNS, as_of=AS_OF)


def test_spellings_of_one_value_are_one_level():
    table = features_of(["Москва", "Москва", "МОСКВА", "москва ", "Орёл", "Орёл", "Орел", None])

    assert table.table.column("city").to_pylist() == [
        "Москва", "Москва", "Москва", "Москва", "Орёл", "Орёл", "Орёл", None,
    ]  # fmt: skip
    assert encode_features(table).levels == (("Москва", "Орёл"),)


def test_a_model_meets_the_spellings_that_it_learnt():
    learnt = encode_features(features_of(["Москва", "Москва", "Уфа"]))

    applied = encode_features(features_of(["МОСКВА", "МОСКВА", "уфа"]), levels=learnt.levels)

    assert applied.values[:, 0].tolist() == [0.0, 0.0, 1.0]
