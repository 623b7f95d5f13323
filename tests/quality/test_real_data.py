"""The figures of real files that an analyst would look for."""

from datetime import UTC, datetime

import pytest

from regulars.quality import describe_table, load_checks, run_checks
from regulars.schema.contract import get_contract

pytestmark = pytest.mark.data


@pytest.fixture
def retail_items(backend, dataset):
    path = dataset("online_retail/online_retail.parquet")
    backend.raw_sql(f"""
        CREATE TABLE items AS SELECT
            InvoiceNo AS purchase_id,
            CAST(CAST(CustomerID AS BIGINT) AS VARCHAR) AS customer_id,
            CAST(InvoiceDate AS TIMESTAMP) AS purchased_at,
            StockCode AS product_id,
            Description AS product_name,
            CAST(Quantity AS DOUBLE) AS quantity,
            CAST(UnitPrice AS DECIMAL(18, 4)) AS unit_price,
            Country AS country
        FROM '{path}'
    """)
    return backend.table("items")


def test_online_retail_shows_what_is_dirty_in_it(retail_items):
    findings = run_checks(
        {"purchase_items": retail_items},
        load_checks(),
        contracts={"purchase_items": get_contract("purchase_items")},
        as_of=datetime(2011, 12, 10, tzinfo=UTC),
    )

    assert {finding.check: (finding.severity, finding.count) for finding in findings} == {
        "items_without_customer": ("warning", 135_080),
        "items_copied": ("warning", 5_268),
        "items_for_nothing": ("warning", 2_515),
        "items_written_off": ("warning", 1_336),
        "items_adjusted": ("warning", 2),
        "items_cancelled": ("notice", 9_288),
    }


def test_online_retail_is_described(retail_items):
    state = describe_table(
        retail_items,
        get_contract("purchase_items"),
        as_of=datetime(2011, 12, 10, tzinfo=UTC),
    )

    assert (state.row_count, state.customer_count) == (541_909, 4_372)
    assert (state.oldest, state.newest) == ("2010-12-01 08:26:00", "2011-12-09 12:50:00")
    assert state.get_column("customer_id").missing_count == 135_080
    assert state.get_column("purchase_id").distinct_count == 25_900


def test_telco_has_eleven_blank_total_charges(backend, dataset):
    path = dataset("telco/Telco-Customer-Churn.csv")
    backend.raw_sql(f"CREATE TABLE telco AS SELECT * FROM read_csv('{path}')")

    state = describe_table(backend.table("telco"), as_of=datetime(2020, 1, 1, tzinfo=UTC))

    assert state.row_count == 7_043
    assert state.get_column("TotalCharges").missing_count == 11
    assert [(each.value, each.count) for each in state.get_column("Churn").values] == [
        ("false", 5_174),
        ("true", 1_869),
    ]
