"""Deviations: planted ones are found, and named with the field that they are in."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import Cancelled, InvalidParameterError, QualityError
from regulars.features import AsOf, Feature, FeatureTable
from regulars.progress import Silent
from regulars.schema.wording import Wording
from regulars.segments.deviations import find_deviations


def put(**columns):
    arrays = {
        name: pa.array(values, from_pandas=True) if values.dtype.kind == "f" else pa.array(values)
        for name, values in columns.items()
    }
    features = tuple(
        Feature(
            name,
            Wording(en=name, ru=name),
            None,
            "numeric"
            if pa.types.is_floating(array.type)
            else "boolean"
            if pa.types.is_boolean(array.type)
            else "category",
        )
        for name, array in arrays.items()
    )
    ids = [f"{n:05}" for n in range(len(next(iter(columns.values()))))]
    return FeatureTable(pa.table({"customer_id": ids} | arrays), features, AsOf(date(2026, 1, 1)))


def make(count=1000, seed=0):
    chance = np.random.default_rng(seed)
    calls = chance.poisson(20, count).astype(float)
    return {
        "spent": chance.gamma(2.0, 500.0, count),
        "calls": calls,
        "minutes": calls * chance.normal(5, 0.5, count),
        "plan": chance.choice(["basic", "gold"], count, p=[0.8, 0.2]),
    }


def test_a_slip_by_a_factor_of_a_hundred_is_found_with_its_field():
    columns = make()
    columns["spent"][7] = 90_000.0

    found = find_deviations(put(**columns), top=1)

    assert (found.top[0].row, found.top[0].key, found.top[0].stands_out) == (7, "00007", True)
    reason = found.top[0].reasons[0]
    assert (reason.field, reason.value, reason.is_outside) == ("spent", 90_000.0, True)
    assert reason.contribution > 0.9
    low, high = np.quantile(columns["spent"], [0.05, 0.95])
    assert (reason.low, reason.high) == (low, high)
    assert reason.sentence.en == f"Spent: 90,000, usually from {low:,.0f} to {high:,.0f}"
    assert reason.sentence.ru.startswith("Spent: 90\xa0000, обычно ")


def test_an_unusual_combination_of_usual_values_is_found():
    columns = make()
    columns["calls"][3], columns["minutes"][3] = 28.0, 62.0

    found = find_deviations(put(**columns), top=1)

    assert found.top[0].row == 3
    assert {one.field for one in found.top[0].reasons} <= {"calls", "minutes"}
    assert "(unusual beside the rest)" in found.top[0].reasons[0].sentence.en


def test_a_rare_level_and_a_rare_gap_are_reasons():
    columns = make()
    columns["plan"] = np.where(np.arange(1000) == 5, "platinum", columns["plan"])
    columns["minutes"] = np.where(np.arange(1000) == 9, np.nan, columns["minutes"])

    found = find_deviations(put(**columns), top=2)

    told = {one.row: one.reasons[0] for one in found.top}
    assert told[5].sentence.en == "Plan “platinum”, as 0.1% have it"
    assert (told[5].share, told[5].is_outside) == (0.001, True)
    assert told[9].sentence.en == "Minutes: not known, as of 0.1%"
    assert told[9].value is None


def test_ten_planted_slips_among_five_thousand_come_first():
    columns = make(count=5000)
    rows = np.arange(0, 5000, 500)
    columns["spent"][rows] *= 300

    found = find_deviations(put(**columns), top=10)

    assert sorted(one.row for one in found.top) == rows.tolist()


def test_a_field_that_repeats_another_counts_once():
    columns = make()

    alone = find_deviations(put(**columns))
    twice = find_deviations(put(**columns, twice=columns["spent"] * 2 + 1))

    assert (alone.fields, twice.fields) == (4, 4)
    assert [one.row for one in twice.top] == [one.row for one in alone.top]


def test_the_order_of_the_rows_changes_only_their_numbers():
    columns = make(count=300)
    order = np.random.default_rng(1).permutation(300)
    backwards = {name: values[order] for name, values in columns.items()}

    first = find_deviations(put(**columns), top=5)
    second = find_deviations(put(**backwards), top=5)

    assert [int(order[one.row]) for one in second.top] == [one.row for one in first.top]


def test_the_same_seed_gives_the_same_rows():
    features = put(**make(count=3000))

    assert find_deviations(features, random_state=4) == find_deviations(features, random_state=4)


def test_a_crowd_without_anyone_apart_says_so():
    spent = np.tile(np.arange(10.0), 100)

    found = find_deviations(put(spent=spent), top=3)

    assert found.outlying == 0
    assert [one.stands_out for one in found.top] == [False, False, False]


def test_infinities_do_no_harm():
    columns = make()
    columns["spent"][11] = np.inf

    found = find_deviations(put(**columns), top=1)

    assert found.top[0].row == 11


def test_too_few_rows_are_refused():
    with pytest.raises(QualityError, match="There are 19 rows"):
        find_deviations(put(spent=np.arange(19.0)))


def test_rows_that_are_all_alike_are_refused():
    with pytest.raises(QualityError, match="All rows are alike"):
        find_deviations(put(spent=np.ones(30)))


def test_nobody_asked_for_is_refused():
    with pytest.raises(InvalidParameterError, match="--top 0 asks for nobody"):
        find_deviations(put(spent=np.arange(30.0)), top=0)


def test_a_search_stops_on_request():
    progress = Silent()
    progress.cancel()

    with pytest.raises(Cancelled):
        find_deviations(put(spent=np.arange(30.0)), progress=progress)
