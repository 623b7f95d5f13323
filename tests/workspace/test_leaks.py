"""Columns that know the outcome are found, left out and accounted for."""

import json
import random

import pytest

pytestmark = pytest.mark.slow

CHANCE = random.Random(1)
ROWS = [(n, CHANCE.randint(20, 70), "yes" if CHANCE.random() < 0.3 else "no") for n in range(300)]


@pytest.fixture
def leaky(desk):
    """A file in which a code is filled in for those who left."""
    header = "customer_id,age,closing_note_number,churn\n"
    lines = [f"{n},{age},{n % 5 if left == 'yes' else ''},{left}\n" for n, age, left in ROWS]
    desk.write("clients.csv", header + "".join(lines))
    return desk


def _analyze(desk, *words):
    ran = desk.run("analyze", "clients.csv", *words, "--format", "json", "--out", "out")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_a_column_filled_in_for_those_who_left_is_left_out_and_both_figures_are_told(leaky):
    report = _analyze(leaky)

    (leak,) = report["leakage"]
    assert (leak["column"], leak["is_blocking"], leak["is_dropped"]) == (
        "closing_note_number",
        True,
        True,
    )
    assert leak["roc_auc_with"] > 0.99
    assert leak["roc_auc_without"] < 0.7
    assert "closing_note_number" not in {one["feature"] for one in report["churn"]["drivers"]}


def test_of_several_columns_each_is_put_back_alone(desk):
    header = "customer_id,age,closing_note_number,final_bill_number,churn\n"
    lines = [
        f"{n},{age},{n % 5 if left == 'yes' else ''},{n % 2 if left == 'yes' and n % 4 else ''},{left}\n"
        for n, age, left in ROWS
    ]
    desk.write("clients.csv", header + "".join(lines))

    report = _analyze(desk)

    leaks = {leak["column"]: leak for leak in report["leakage"] if leak["is_dropped"]}
    with_each = {name: leak["roc_auc_with"] for name, leak in leaks.items()}
    assert with_each.keys() == {"closing_note_number", "final_bill_number"}
    assert with_each["closing_note_number"] > 0.99
    assert 0.8 < with_each["final_bill_number"] < 0.95
    assert len({leak["roc_auc_without"] for leak in leaks.values()}) == 1


def test_a_column_that_the_person_vouches_for_stays(leaky):
    report = _analyze(leaky, "--keep", "closing_note_number")

    (leak,) = report["leakage"]
    assert (leak["is_blocking"], leak["is_dropped"]) == (True, False)
    assert leak["roc_auc_with"] is None
    assert report["churn"]["holdout"]["roc_auc"] > 0.99


def test_a_column_to_keep_that_is_not_there_is_named(leaky):
    ran = leaky.run("analyze", "clients.csv", "--keep", "closing_note", "--out", "out")

    assert ran.code == 2
    assert "'closing_note'" in ran.err
    assert "closing_note_number" in ran.err
