"""What a table without the moments of knowing may tell of a day before it was written."""

from datetime import UTC, date, datetime

import ibis
import pyarrow as pa

from regulars.features import AsOf
from regulars.features.rows import see
from regulars.features.versions import see_versions
from regulars.schema.contract import get_contract

CONTRACTS = pa.table(
    {
        "subscription_id": ["A", "B", "C"],
        "customer_id": ["1", "2", "3"],
        "started_on": [date(2025, 1, 1)] * 3,
        "ended_on": [date(2025, 3, 1), date(2025, 9, 1), None],
        "status": ["ended", "ended", "active"],
        "cancel_reason": ["price", "price", None],
        "fee_amount": [10.0, 10.0, 12.0],
    }
)


def look(day):
    seen = see(ibis.memtable(CONTRACTS), get_contract("subscriptions"), as_of=AsOf(day))
    return seen.order_by("subscription_id").to_pyarrow().to_pydict()


def test_a_status_written_later_is_hidden_of_all_that_go_on():
    seen = look(date(2025, 6, 1))

    assert seen["status"] == ["ended", None, None]
    assert seen["cancel_reason"] == ["price", None, None]
    assert seen["ended_on"] == [date(2025, 3, 1), None, None]
    assert seen["fee_amount"] == [10.0, 10.0, 12.0]


def test_a_table_that_tells_of_no_later_day_is_seen_as_it_is():
    seen = look(date(2026, 1, 1))

    assert seen["status"] == ["ended", "ended", "active"]
    assert seen["cancel_reason"] == ["price", "price", None]


def test_contracts_without_numbers_are_no_versions_of_each_other():
    known = [datetime(2025, 1, 2, tzinfo=UTC)] * 4
    unnamed = CONTRACTS.set_column(0, "subscription_id", pa.array([None] * 3, pa.string()))
    named = CONTRACTS.slice(0, 1).set_column(3, "ended_on", pa.array([None], pa.date32()))
    later = pa.concat_tables([unnamed, named]).append_column("known_at", pa.array(known))

    seen = see_versions(
        ibis.memtable(later), key=["subscription_id"], before=datetime(2026, 1, 1, tzinfo=UTC)
    )

    assert sorted(seen["customer_id"].to_pyarrow().to_pylist()) == ["1", "1", "2", "3"]
