"""Recognition on the files of real companies."""

import gzip
import zipfile
from itertools import islice

import pytest

from regulars.schema import SourceColumn, recognize, suggest_columns
from regulars.schema.contract import Role

pytestmark = pytest.mark.data

ROWS = 3_000


def _columns(lines, delimiter=",", header=None):
    import csv

    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter == " ")
    names = header or next(reader)
    values = zip(*(row[: len(names)] for row in islice(reader, ROWS)), strict=True)
    return [SourceColumn(name, values=found) for name, found in zip(names, values, strict=True)]


def _read(path, **how):
    with (
        gzip.open(path, "rt") if path.suffix == ".gz" else path.open(encoding="utf-8-sig") as lines
    ):
        return _columns(lines, **how)


def _read_bank(path):
    with zipfile.ZipFile(path) as archive:
        text = archive.read("bank-additional/bank-additional-full.csv").decode()
    return _columns(text.splitlines(), delimiter=";")


def _read_retail(path):
    import duckdb

    rows = duckdb.sql(f"SELECT columns(*)::VARCHAR FROM '{path}' LIMIT {ROWS}")
    values = zip(*rows.fetchall(), strict=True)
    return [
        SourceColumn(name, values=found) for name, found in zip(rows.columns, values, strict=True)
    ]


def _targets(mapping):
    return {column.source: column.target for column in mapping.columns}


def test_telco_is_a_flat_file_with_an_id_and_an_outcome(dataset):
    mapping = recognize(_read(dataset("telco/Telco-Customer-Churn.csv")))

    assert (mapping.kind, mapping.id_column) == ("customers", "customerID")
    assert (mapping.outcome.column, mapping.outcome.positive) == ("Churn", "Yes")
    assert [c.source for c in mapping.list_role(Role.NUMERIC)] == [
        "tenure",
        "MonthlyCharges",
        "TotalCharges",
    ]
    assert mapping.personal == ()


def test_online_retail_is_purchases_with_items(dataset):
    mapping = recognize(_read_retail(dataset("online_retail/online_retail.parquet")))

    assert (mapping.kind, mapping.has_items) == ("purchases", True)
    assert _targets(mapping) == {
        "InvoiceNo": "purchase_id",
        "StockCode": "product_id",
        "Description": "product_name",
        "Quantity": "quantity",
        "InvoiceDate": "purchased_at",
        "UnitPrice": "unit_price",
        "CustomerID": "customer_id",
        "Country": "country",
    }
    assert mapping.get_source("CustomerID").format == "whole_number"
    assert (mapping.personal, mapping.id_is_personal) == ((), False)


def test_wholesale_has_neither_id_nor_outcome(dataset):
    mapping = recognize(_read(dataset("wholesale/Wholesale customers data.csv")))

    assert (mapping.kind, mapping.id_column, mapping.outcome) == ("customers", None, None)
    assert [c.source for c in mapping.list_role(Role.CATEGORY)] == ["Channel", "Region"]
    assert mapping.personal == ()


def test_the_bank_has_no_id_and_its_outcome_is_y(dataset):
    mapping = recognize(_read_bank(dataset("bank_marketing/bank-additional.zip")))

    assert (mapping.kind, mapping.id_column) == ("customers", None)
    assert (mapping.outcome.column, mapping.outcome.positive) == ("y", "yes")
    assert mapping.list_role(Role.IGNORED) == ()
    assert mapping.personal == ()


def test_hillstroms_visit_and_conversion_are_not_taken_for_an_outcome(dataset):
    mapping = recognize(_read(dataset("hillstrom/hillstrom_email_data.csv")))

    assert (mapping.kind, mapping.id_column, mapping.outcome) == ("customers", None, None)
    assert mapping.personal == ()


def test_cdnow_with_names_is_purchases_without_items(dataset):
    names = ["master id", "sample id", "date", "CDs", "dollars"]

    columns = _read(dataset("cdnow/CDNOW_sample.txt"), delimiter=" ", header=names)
    mapping = recognize(columns)

    assert (mapping.kind, mapping.has_items) == ("purchases", False)
    assert _targets(mapping) == {
        "master id": "customer_id",
        "sample id": "sample_id",
        "date": "purchased_at",
        "CDs": "item_count",
        "dollars": "amount",
    }
    assert mapping.get_source("date").format == "%Y%m%d"
    assert suggest_columns(columns) == ("customer_id", "code", "date", "quantity", "amount")
    assert mapping.personal == ()


def test_the_shops_log_is_events(dataset):
    mapping = recognize(_read(dataset("shop_events/simple-onlineshop.csv")))

    assert mapping.kind == "events"
    assert _targets(mapping) == {
        "user_id": "customer_id",
        "event": "name",
        "timestamp": "occurred_at",
    }
    assert not mapping.id_is_personal


def test_the_tv_provider_has_an_id_and_a_target(dataset):
    mapping = recognize(_read(dataset("tv_churn/churn_tv_subscriptions.csv.gz")))

    assert (mapping.kind, mapping.id_column) == ("customers", "id")
    assert (mapping.outcome.column, mapping.outcome.positive) == ("target", "1.0")
    assert mapping.personal == ()


@pytest.mark.parametrize(
    ("kind", "callee"), [(None, "counterpart_id"), ("relations", "related_customer_id")]
)
def test_calls_are_events_or_when_asked_relations(dataset, kind, callee):
    mapping = recognize(_read(dataset("copenhagen_calls/calls.csv")), kind=kind)

    assert mapping.kind == (kind or "events")
    assert _targets(mapping) == {
        "timestamp": "occurred_at",
        "caller": "customer_id",
        "callee": callee,
        "duration": "duration_seconds",
    }
    assert mapping.get_source("timestamp").format == "epoch_seconds"
    assert "seconds since 1970" in mapping.notes[0].en


def test_the_complete_journeys_transactions_are_purchases_with_items(dataset):
    path = dataset("complete_journey/complete_journey_transactions_sample.csv.gz")

    mapping = recognize(_read(path))

    assert (mapping.kind, mapping.has_items, mapping.id_column) == (
        "purchases",
        True,
        "household_id",
    )
    assert [c.source for c in mapping.attributes] == ["coupon_disc", "coupon_match_disc", "week"]
    assert mapping.find_target("line_amount").source == "sales_value"
    assert (mapping.personal, mapping.id_is_personal) == ((), False)


@pytest.mark.parametrize(
    ("name", "id_column"),
    [
        ("online_shoppers/online_shoppers_intention.csv", None),
        ("complete_journey/complete_journey_demographics.csv.gz", "household_id"),
        ("copenhagen_calls/genders.csv", "user"),
        ("cdnow/cdnow_customers_summary_with_transactions.csv", "ID"),
    ],
)
def test_other_flat_files_hold_nothing_personal(dataset, name, id_column):
    mapping = recognize(_read(dataset(name)))

    assert (mapping.kind, mapping.id_column, mapping.outcome) == ("customers", id_column, None)
    assert (mapping.personal, mapping.id_is_personal) == ((), False)
