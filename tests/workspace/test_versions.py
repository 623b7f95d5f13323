"""What was known on a day: later versions are not seen, however late the question is asked."""

from datetime import UTC, datetime

import pytest

from regulars.workspace import Workspace
from regulars.workspace.tables import open_tables

pytestmark = pytest.mark.slow


def see(desk, table, columns, *, before):
    """Rows of a table as they were known before a moment."""
    workspace = Workspace(desk.workspace)
    with workspace.open_scratch() as scratch, workspace.open_engine(scratch) as backend:
        opened = open_tables(workspace.lake.snapshot(), backend, before=before)
        rows = opened[table].select(*columns).order_by(columns).to_pyarrow().to_pylist()
    return [tuple(row.values()) for row in rows]


@pytest.mark.parametrize(
    ("before", "seen"),
    [
        (datetime(2024, 1, 10, tzinfo=UTC), []),
        (datetime(2024, 1, 11, tzinfo=UTC), [("1", "basic"), ("2", "gold")]),
        (datetime(2024, 2, 10, tzinfo=UTC), [("1", "basic"), ("2", "gold")]),
        (datetime(2024, 2, 11, tzinfo=UTC), [("1", "gold"), ("2", "gold"), ("3", "basic")]),
    ],
)
def test_of_a_profile_the_version_of_that_day_is_seen(desk, before, seen):
    head = "customer_id,plan\n"
    desk.load_text(head + "1,basic\n2,gold\n", "--as-of", "2024-01-10")
    desk.load_text(head + "1,gold\n2,gold\n3,basic\n", "--as-of", "2024-02-10")

    assert see(desk, "profiles", ["customer_id", "plan"], before=before) == seen


@pytest.mark.parametrize(
    ("before", "seen"),
    [
        (datetime(2024, 1, 10, tzinfo=UTC), []),
        (datetime(2024, 1, 11, tzinfo=UTC), [("1", "basic"), ("2", "gold")]),
    ],
)
def test_a_profile_that_never_changed_is_seen_from_its_day_on(desk, before, seen):
    desk.load_text("customer_id,plan\n1,basic\n2,gold\n", "--as-of", "2024-01-10")

    assert see(desk, "profiles", ["customer_id", "plan"], before=before) == seen


def test_an_end_that_became_known_today_is_not_seen_yesterday(desk):
    head = "subscription_id,customer_id,tariff_id,started_on,ended_on\n"
    desk.load_text(head + "S1,1,T1,2023-01-01,\nS2,2,T1,2023-05-01,\n")
    desk.load_text(head + "S1,1,T1,2023-01-01,2024-02-29\nS2,2,T1,2023-05-01,\n")
    columns = ["subscription_id", "ended_on"]

    early = see(desk, "subscriptions", columns, before=datetime(2023, 3, 1, tzinfo=UTC))
    later = see(desk, "subscriptions", columns, before=datetime(2024, 6, 1, tzinfo=UTC))
    now = see(desk, "subscriptions", columns, before=datetime(2100, 1, 1, tzinfo=UTC))

    assert early == [("S1", None)]
    assert later == [("S1", None), ("S2", None)]
    assert [str(row[1]) for row in now] == ["2024-02-29", "None"]


def test_an_analysis_of_a_day_in_the_past_describes_that_day(desk):
    rows = "".join(
        f"{n},{20 + n * 7 % 50},{n * 13 % 90},Oslo,{'yes' if n * 7 % 10 < 3 else 'no'}\n"
        for n in range(200)
    )
    desk.write("clients.csv", "customer_id,age,spend,city,churn\n" + rows)

    ran = desk.run("analyze", "clients.csv", "--as-of", "2024-05-01", "--format", "json")
    again = desk.run("analyze", "clients.csv", "--as-of", "2024-05-01", "--format", "json")

    assert (ran.code, again.code) == (0, 0)
    assert ran.json["as_of"] == "2024-05-01"
    assert ran.json["data"]["rows_inserted"] == 200
    assert again.json["data"]["rows_unchanged"] == 200
    assert again.json["segments"] == ran.json["segments"]
    assert again.json["churn"]["holdout"] == ran.json["churn"]["holdout"]
