"""Leaks of several kinds are found and named; honest strong features are left in peace."""

import io
import zipfile
from datetime import UTC, date, datetime

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from regulars.errors import InvalidParameterError
from regulars.features import AsOf, Feature, FeatureTable, find_leaks, list_blocking
from regulars.features.leak_changes import measure_changes
from regulars.schema.wording import Wording

AS_OF = AsOf(date(2026, 1, 10))
SIZE = 2_000


def _table(columns: dict[str, object], group: str = "profile") -> FeatureTable:
    arrays = {"customer_id": pa.array([f"{number:05}" for number in range(_size(columns))])}
    features = []
    for name, values in columns.items():
        array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)
        is_text = pa.types.is_string(array.type)
        arrays[name] = array if is_text else array.cast(pa.float64())
        kind = "category" if is_text else "numeric"
        features.append(Feature(name, Wording(en=name, ru=name), None, kind, group, name))
    return FeatureTable(pa.table(arrays), tuple(features), AS_OF)


def _size(columns: dict[str, object]) -> int:
    return len(next(iter(columns.values())))


@pytest.fixture
def labels():
    """A quarter of the customers left, in a way that usage tells in part."""
    generator = np.random.default_rng(3)
    return (generator.random(SIZE) < 0.25).astype(float)


@pytest.fixture
def honest(labels):
    """Columns known beforehand, some of them good."""
    generator = np.random.default_rng(4)
    return {
        "minutes": 300 - 80 * labels + generator.normal(0, 100, SIZE),
        "fee": 500 + 20 * labels + generator.normal(0, 80, SIZE),
        "complaints": generator.poisson(0.4 + 0.5 * labels),
        "city": generator.choice(["Perm", "Samara", "Tver"], SIZE).tolist(),
        "age": [None if number % 7 == 0 else number % 60 for number in range(SIZE)],
    }


def _blocking(columns, labels, **more) -> tuple[str, ...]:
    return list_blocking(find_leaks(_table(columns), labels, **more))


def test_honest_columns_are_left_in_peace(honest, labels):
    assert find_leaks(_table(honest), labels) == ()


def test_a_column_that_tells_the_outcome_by_itself_is_blocked(honest, labels):
    code = labels * 10 + np.random.default_rng(1).normal(0, 1, SIZE)

    (leak,) = find_leaks(_table(honest | {"x7": code}), labels)

    assert (leak.feature, leak.severity) == ("x7", "blocking")
    assert leak.power > 0.99
    assert "alone tells the outcome almost for certain" in leak.sentence.en
    assert "почти точно выдаёт исход" in leak.sentence.ru


def test_where_many_columns_tell_the_outcome_none_is_blocked_but_a_copy_of_it(labels):
    generator = np.random.default_rng(5)
    columns = {f"m{place}": 2 * labels + generator.normal(0, 1, SIZE) for place in range(6)}
    columns["m0"] = 6 * labels + generator.normal(0, 1, SIZE)
    columns["verdict"] = np.where(labels == 1, "B", "A").tolist()

    first, second = find_leaks(_table(columns), labels)[:2]

    assert (first.feature, first.severity) == ("verdict", "blocking")
    assert (second.feature, second.severity) == ("m0", "suspect")
    assert "and so do weaker features together" in second.sentence.en
    assert "но и более слабые признаки вместе тоже" in second.sentence.ru


def test_a_column_filled_in_for_those_who_left_only_is_blocked(honest, labels):
    generator = np.random.default_rng(2)
    # Only a third of those who left were asked.
    note = ["price" if label and generator.random() < 0.33 else None for label in labels]

    (leak,) = find_leaks(_table(honest | {"note": note}), labels)

    assert (leak.feature, leak.severity) == ("note", "blocking")
    assert [one.kind for one in leak.evidence] == ["missing"]
    assert "filled in, 100% of the customers are those with the outcome" in leak.sentence.en


def test_a_column_emptied_for_those_who_left_is_blocked(honest, labels):
    next_invoice = [None if label else 30.0 for label in labels]

    assert _blocking(honest | {"next_invoice": next_invoice}, labels) == ("next_invoice",)


def test_a_number_that_is_not_zero_for_those_who_left_only_is_blocked(honest, labels):
    generator = np.random.default_rng(5)
    honest["adjustment"] = np.where((labels == 1) & (generator.random(SIZE) < 0.7), 90.0, 0.0)

    (leak,) = find_leaks(_table(honest), labels)

    assert (leak.feature, leak.severity) == ("adjustment", "blocking")
    assert "Where “adjustment” is not 0, 100% of the customers are those with the outcome" in (
        leak.sentence.en
    )


def test_a_level_that_only_those_who_left_have_is_blocked(honest, labels):
    generator = np.random.default_rng(5)
    is_marked = (labels == 1) & (generator.random(SIZE) < 0.08)
    honest["queue"] = np.where(is_marked, "Z9", honest["city"]).tolist()

    (leak,) = find_leaks(_table(honest), labels)

    assert (leak.feature, leak.severity) == ("queue", "blocking")
    assert "“queue” — «Z9»" not in leak.sentence.en
    assert leak.sentence.ru.startswith("Там, где «queue» — «Z9», 100")


def test_that_nobody_who_was_active_has_left_is_no_leak(honest, labels):
    generator = np.random.default_rng(5)
    honest["logins"] = np.where((labels == 0) & (generator.random(SIZE) < 0.3), 4.0, 0.0)

    assert _blocking(honest, labels) == ()


def test_gaps_that_have_nothing_to_do_with_the_outcome_are_left_in_peace(honest, labels):
    generator = np.random.default_rng(5)
    income = [None if generator.random() < 0.4 else 50.0 for _ in labels]

    assert find_leaks(_table(honest | {"income": income}), labels) == ()


@pytest.mark.parametrize(
    "name",
    ["ChurnScore", "cancellation_flag", "date_closed", "Причина расторжения", "статус_клиента"],
)
def test_a_name_that_tells_with_power_behind_it_is_blocked(honest, labels, name):
    score = labels + np.random.default_rng(6).normal(0, 0.8, SIZE)

    assert _blocking(honest | {name: score}, labels, outcome="left") == (name,)


def test_a_name_that_tells_without_power_is_a_suspicion(honest, labels):
    noise = np.random.default_rng(7).normal(0, 1, SIZE)

    (leak,) = find_leaks(_table(honest | {"end_date": noise}), labels)

    assert (leak.feature, leak.severity) == ("end_date", "suspect")


def test_a_column_called_after_the_outcome_is_blocked(honest, labels):
    score = labels + np.random.default_rng(8).normal(0, 0.8, SIZE)

    assert _blocking(honest | {"Attrited_Value": score}, labels, outcome="Attrited") == (
        "Attrited_Value",
    )


def test_a_measure_of_the_contact_itself_is_blocked_when_it_leads(honest, labels):
    seconds = np.exp(5 + 1.5 * labels + np.random.default_rng(9).normal(0, 1, SIZE))

    (leak,) = find_leaks(_table(honest | {"call_duration": seconds}), labels, outcome="agreed")

    assert (leak.feature, leak.severity) == ("call_duration", "blocking")
    assert [one.kind for one in leak.evidence] == ["power", "name"]


def test_a_habit_of_calls_is_no_measure_of_the_contact(honest, labels):
    seconds = np.exp(5 + 1.5 * labels + np.random.default_rng(9).normal(0, 1, SIZE))

    leaks = find_leaks(_table(honest | {"avg_call_duration_30d": seconds}), labels)

    assert [leak.severity for leak in leaks] == ["suspect"]


def test_features_made_of_rows_in_time_are_not_judged_by_their_names(honest, labels):
    views = np.random.default_rng(10).poisson(1, SIZE)

    assert find_leaks(_table(honest | {"cancel_date_views": views}, "events"), labels) == ()


def test_a_column_that_changes_with_the_outcome_is_blocked(honest, labels):
    tier = np.random.default_rng(11).normal(0, 1, SIZE)

    leaks = find_leaks(_table(honest | {"tier": tier}), labels, changes={"tier": (0.9, 0.05)})

    assert [(leak.feature, leak.severity) for leak in leaks] == [("tier", "blocking")]
    assert "changes for 90% of customers at the very moment" in leaks[0].sentence.en


def test_changes_are_measured_step_by_step():
    moments = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3)]
    rows = [
        {"customer_id": "1", "left": left, "tier": tier, "fee": fee, "known_at": moment}
        for left, tier, fee, moment in zip(
            ["no", "no", "yes"], ["a", "a", "z"], [1, 2, 3], moments, strict=True
        )
    ]

    changes = measure_changes(
        ibis.memtable(pa.Table.from_pylist(rows)), ["tier", "fee"], outcome="left", positive="yes"
    )

    assert changes == {"tier": (1.0, 0.0), "fee": (1.0, 1.0)}


def test_without_versions_nothing_is_said_of_changes():
    rows = [
        {
            "customer_id": "1",
            "left": "yes",
            "tier": "a",
            "known_at": datetime(2026, 1, 1, tzinfo=UTC),
        }
    ]

    versions = ibis.memtable(pa.Table.from_pylist(rows))

    assert measure_changes(versions, ["tier"], outcome="left", positive="yes") == {}


def test_customers_whose_outcome_is_not_known_are_passed_over(honest, labels):
    code = labels * 10
    unknown = labels.copy()
    unknown[::2] = np.nan

    assert _blocking(honest | {"x7": code}, unknown) == ("x7",)


def test_an_outcome_that_never_came_tells_nothing(honest, labels):
    assert find_leaks(_table(honest), np.zeros(SIZE)) == ()


def test_there_must_be_a_label_for_each_customer(honest):
    with pytest.raises(InvalidParameterError, match="3 labels for 2000 customers"):
        find_leaks(_table(honest), np.zeros(3))


def _read(table: pa.Table, outcome: str, positive: str, without: tuple[str, ...] = ()):
    columns = {
        name: table[name].cast(pa.string())
        if pa.types.is_boolean(table[name].type)
        else table[name]
        for name in table.column_names
        if name not in (outcome, *without)
    }
    labels = np.array([float(str(value) == positive) for value in table[outcome].to_pylist()])
    return _table(columns), labels


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("name", ["bank-additional-full.csv", "bank-full.csv"])
def test_the_length_of_the_call_is_caught_in_bank_marketing(dataset, name):
    with zipfile.ZipFile(dataset("bank_marketing/bank-additional.zip")) as archive:
        raw = io.BytesIO(archive.read(f"bank-additional/{name}"))
    table = pa.csv.read_csv(raw, parse_options=pa.csv.ParseOptions(delimiter=";"))
    features, labels = _read(table, "y", "yes")

    leaks = find_leaks(features, labels, outcome="y")

    assert [(leak.feature, leak.severity) for leak in leaks] == [("duration", "blocking")]


@pytest.mark.data
def test_telco_is_left_in_peace(dataset):
    table = pa.csv.read_csv(dataset("telco/Telco-Customer-Churn.csv"))
    features, labels = _read(table, "Churn", "Yes", ("customerID",))

    assert find_leaks(features, labels, outcome="Churn") == ()


@pytest.mark.data
@pytest.mark.slow
def test_page_values_are_a_suspicion_and_stay(dataset):
    table = pa.csv.read_csv(dataset("online_shoppers/online_shoppers_intention.csv"))
    features, labels = _read(table, "Revenue", "True")

    leaks = find_leaks(features, labels, outcome="Revenue")

    assert [(leak.feature, leak.severity) for leak in leaks] == [("PageValues", "suspect")]
