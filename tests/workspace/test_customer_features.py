"""Features of several tables side by side."""

from datetime import UTC, date, datetime

import ibis
import pyarrow as pa

from regulars.features import AsOf
from regulars.workspace.customer_features import build_customer_features

AS_OF = AsOf(date(2026, 2, 1))
INSTANT = pa.timestamp("us", tz="UTC")


def _moment(day):
    return datetime(2026, 1, day, tzinfo=UTC)


def test_who_has_no_row_did_it_no_times_and_the_rest_is_not_known():
    known = [_moment(1)] * 5
    customers = pa.table(
        {
            "customer_id": [*"abcde"],
            "city": ["Perm", "Omsk", "Perm", "Omsk", "Perm"],
            "known_at": pa.array(known, INSTANT),
        }
    )
    days = pa.array([_moment(day) for day in (5, 9, 20, 25, 30, 31)], INSTANT)
    contacts = pa.table(
        {
            "customer_id": [*"aaabbc"],
            "occurred_at": days,
            "known_at": days,
            "channel": ["chat", "call", "chat", "call", "chat", "chat"],
            "topic": ["bill", "bill", "other", "other", "bill", "bill"],
        }
    )
    tables = {"profiles": ibis.memtable(customers), "interactions": ibis.memtable(contacts)}

    built = build_customer_features(tables, [], as_of=AS_OF).features

    assert built.table["contacts_30d"].to_pylist() == [3.0, 2.0, 1.0, 0.0, 0.0]
    assert built.table["days_since_contact"].to_pylist() == [12.0, 2.0, 1.0, None, None]
