"""What an analysis does with missing values and outliers, and that it says so."""

import json
import random
from datetime import date

import pyarrow as pa
import pytest

from regulars.errors import UnknownColumnError
from regulars.features import AsOf, Feature, FeatureTable
from regulars.quality import CleaningPlan
from regulars.schema.wording import Wording
from regulars.workspace.cleaning import clean_features

pytestmark = pytest.mark.slow

FEATURES = tuple(
    Feature(name, Wording(en=name, ru=name), None, kind)
    for name, kind in (("income", "numeric"), ("age", "numeric"), ("city", "category"))
)
TABLE = FeatureTable(
    pa.table(
        {
            "customer_id": ["1", "2", "3", "4", "5", "6"],
            "income": [10.0, None, 30.0, 20.0, 20.0, 900.0],
            "age": [30.0, 40.0, 50.0, 60.0, None, 45.0],
            "city": ["Samara", None, "Samara", "Kazan", "Samara", "Kazan"],
        }
    ),
    FEATURES,
    AsOf(date(2026, 1, 1)),
)


def _plan(*columns):
    return CleaningPlan(columns=columns)


def test_by_default_nothing_is_changed_and_what_models_do_is_said():
    cleaned = clean_features(TABLE)

    income, _, city = cleaned.columns
    assert cleaned.features is TABLE
    assert (income.missing_count, income.fill, income.plan.missing) == (1, 20.0, "median")
    assert income.plan.reason.en.startswith("17% missing: the median of the training rows")
    assert (city.missing_count, city.fill) == (1, None)
    assert income.is_default


def test_a_plan_fills_each_column_by_its_strategy():
    plan = _plan(
        {"column": "income", "missing": "mean", "has_indicator": True},
        {"column": "city", "missing": "mode"},
    )

    cleaned = clean_features(TABLE, plan=plan)

    table = cleaned.features.table
    assert table["income"].to_pylist() == [10.0, 196.0, 30.0, 20.0, 20.0, 900.0]
    assert table["missing_income"].to_pylist() == [False, True, False, False, False, False]
    assert table["city"].to_pylist()[1] == "Samara"
    assert table["age"].to_pylist()[4] is None
    assert [column.fill for column in cleaned.columns[::2]] == [196.0, "Samara"]


def test_what_takes_learning_is_left_to_the_folds():
    plan = _plan(
        {"column": "income", "missing": "mean", "has_indicator": True, "outliers": "cap"},
        {"column": "age", "missing": "constant", "constant": 41.0},
        {"column": "city", "missing": "mode"},
    )

    cleaned = clean_features(TABLE, plan=plan)

    table = cleaned.to_learn.table
    assert table["income"].to_pylist() == [10.0, None, 30.0, 20.0, 20.0, 900.0]
    assert table["missing_income"].to_pylist() == [False, True, False, False, False, False]
    assert table["age"].to_pylist()[4] == 41.0
    assert table["city"].to_pylist()[1] is None
    assert [(one.column, one.missing, one.outliers) for one in cleaned.plan.columns] == [
        ("income", "mean", "cap"),
        ("city", "mode", "keep"),
    ]
    assert cleaned.features.names == cleaned.to_learn.names


def test_features_of_another_date_are_treated_alike():
    plan = _plan(
        {"column": "income", "missing": "mean", "has_indicator": True},
        {"column": "age", "missing": "drop_column"},
        {"column": "city", "missing": "constant", "constant": "(unknown)"},
    )
    cleaned = clean_features(TABLE, plan=plan)
    before = FeatureTable(TABLE.table.slice(0, 2), FEATURES, AsOf(date(2025, 1, 1)))

    treated = cleaned.treat(before)

    assert treated.names == cleaned.to_learn.names == ("income", "city", "missing_income")
    assert treated.table["income"].to_pylist() == [10.0, None]
    assert treated.table["city"].to_pylist() == ["Samara", "(unknown)"]
    assert clean_features(TABLE).treat(before) is before


def test_customers_are_left_out_at_another_date_by_what_they_were_then():
    plan = _plan(
        {"column": "income", "missing": "keep", "outliers": "drop", "low": 0.0, "high": 100.0},
        {"column": "age", "missing": "drop_rows"},
    )
    cleaned = clean_features(TABLE, plan=plan)
    then = pa.table(
        {
            "customer_id": ["1", "3", "5", "6", "7"],
            "income": [500.0, None, 30.0, 40.0, 50.0],
            "age": [30.0, None, 35.0, 44.0, 20.0],
        }
    )
    before = FeatureTable(then, FEATURES[:2], AsOf(date(2025, 1, 1)))

    assert cleaned.kept.tolist() == [True, True, True, True, False, False]
    assert cleaned.keep(before).tolist() == [False, False, True, True, True]
    # Where a date does not have the column, those go whom it leaves out today.
    assert cleaned.keep(before.drop(["age"])).tolist() == [False, True, False, True, True]
    assert clean_features(TABLE).keep(before).all()


def test_a_column_that_the_plan_drops_is_not_seen_over_time_either(desk):
    chance = random.Random(1)
    rows = "".join(
        f"{n},2024-{month:02d}-{chance.randint(1, 28):02d},{chance.randint(5, 50)}\n"
        for n in range(150)
        for month in range(1, 13)
        if chance.random() < 0.45
    )
    desk.write("orders.csv", "customer_id,date,amount\n" + rows)
    desk.write(
        "plan.toml",
        '[[columns]]\ncolumn = "recency_days"\nmissing = "drop_column"\n'
        'reason = {en = "No.", ru = "Нет."}\n',
    )

    plain, cleaned = (
        desk.run(
            "analyze", "orders.csv", "--kind", "purchases", "--horizon-days", "45",
            "--out", "out", "--format", "json", *options,
        ).json
        for options in ([], ["--clean", "plan.toml"])
    )  # fmt: skip

    features = [
        {driver["feature"] for driver in report["churn"]["drivers"]} for report in (plain, cleaned)
    ]
    assert "recency_days" in features[0]
    assert "recency_days" not in features[1]


def test_a_column_may_go_and_leave_word_of_its_gaps():
    plan = _plan({"column": "income", "missing": "drop_column", "has_indicator": True})

    cleaned = clean_features(TABLE, plan=plan)

    assert cleaned.features.names == ("age", "city", "missing_income")


def test_customers_without_a_value_may_be_left_out():
    cleaned = clean_features(TABLE, plan=_plan({"column": "age", "missing": "drop_rows"}))

    assert cleaned.features.customer_ids.to_pylist() == ["1", "2", "3", "4", "6"]
    assert cleaned.kept.tolist() == [True, True, True, True, False, True]


@pytest.mark.parametrize(("choice", "customers", "largest"), [("cap", 6, 45.0), ("drop", 5, 30.0)])
def test_outliers_are_treated_as_asked(choice, customers, largest):
    cleaned = clean_features(TABLE, outliers=choice)

    income = cleaned.features.table["income"].to_pylist()
    assert len(cleaned.features) == customers
    assert max(value for value in income if value is not None) == largest
    assert (cleaned.columns[0].outlier_count, cleaned.columns[0].high) == (1, 45.0)


def test_a_plan_that_names_no_feature_is_refused():
    with pytest.raises(UnknownColumnError, match="incom"):
        clean_features(TABLE, plan=_plan({"column": "incom"}))


def test_the_plan_is_written_recorded_and_can_be_given_back(desk):
    rows = "".join(
        f"{n},{20 + n * 7 % 50 if n % 9 else ''},{n * 13 % 90},{'yes' if n * 7 % 10 < 3 else 'no'}\n"
        for n in range(200)
    )
    desk.write("clients.csv", "customer_id,Age,Spend,churn\n" + rows)
    first = json.loads(desk.run("analyze", "clients.csv", "--out", "out", "--format", "json").out)
    desk.write("plan.toml", '[[columns]]\ncolumn = "Age"\nmissing = "mean"\n')

    ran = desk.run(
        "analyze", "clients.csv", "--out", "out", "--format", "json", "--clean", "plan.toml"
    )

    (before, after) = (report["data"]["cleaning"]["columns"][0] for report in (first, ran.json))
    assert (before["missing"], before["missing_count"], before["is_default"]) == (
        "median",
        23,
        True,
    )
    assert (after["missing"], after["is_default"]) == ("mean", False)
    assert CleaningPlan.from_toml((desk.folder / "out/cleaning.toml").read_text(), where="it")
    record = desk.folder / f"out/workspace/runs/{ran.json['lineage']['run']}/run.json"
    assert json.loads(record.read_text())["cleaning"][0]["missing"] == "mean"
