"""The same file again, a changed one, one that overlaps: nothing is doubled, changes are kept."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from desk import sums

pytestmark = pytest.mark.slow

PLANS = "customer_id,plan,city\n1,basic,Rome\n2,gold,Rome\n3,basic,Oslo\n"
CHANGED_PLANS = "customer_id,plan,city\n1,basic,Rome\n2,basic,Rome\n4,gold,Oslo\n"


def test_the_very_same_file_again_is_unchanged_and_writes_nothing(desk):
    first = desk.load_text(PLANS)
    versions = desk.lake.snapshot().versions

    second = desk.load_text(PLANS)

    assert sums(first) == (3, 3, 0, 0, 0)
    assert sums(second) == (3, 0, 0, 3, 0)
    assert second["is_repeat"] is True
    assert second["load_id"] == first["load_id"]
    assert second["tables"] == {"profiles": {"inserted": 0, "updated": 0, "unchanged": 3}}
    assert desk.lake.snapshot().versions == versions
    assert len(desk.lake.list_loads()) == 1


def test_the_same_file_again_is_answered_as_the_first_time(desk):
    text = "order_id,customer_id,order_date,amount\n1,a,1980-01-01,5\n2,,2024-01-02,6\n3,a,?!,7\n"

    first = desk.load_text(text, "--kind", "purchases")
    second = desk.load_text(text, "--kind", "purchases")

    assert second["is_repeat"] is True
    assert first["quarantine_reasons"] == second["quarantine_reasons"] == {"unreadable": 1}
    assert first["rows_without_customer"] == second["rows_without_customer"] == 1
    assert [note["en"] for note in second["notes"]] == [note["en"] for note in first["notes"]]
    assert [{**finding, "examples": []} for finding in first["findings"]] == [
        {**finding, "examples": list(finding["examples"])} for finding in second["findings"]
    ]
    assert len(first["findings"]) >= 1


def test_the_same_rows_in_another_file_are_unchanged(desk):
    desk.load_text(PLANS)
    versions = desk.lake.snapshot().versions

    told = desk.load_text(PLANS.replace(",", ";"))

    assert sums(told) == (3, 0, 0, 3, 0)
    assert told["is_repeat"] is False
    assert desk.lake.snapshot().versions == versions


def test_a_changed_file_updates_what_changed_and_keeps_the_earlier_version(desk):
    first = desk.load_text(PLANS)

    told = desk.load_text(CHANGED_PLANS)

    assert sums(told) == (3, 1, 1, 1, 0)
    assert desk.read("profiles", "customer_id, plan, city") == [
        ("1", "basic", "Rome"),
        ("2", "basic", "Rome"),
        ("2", "gold", "Rome"),
        ("3", "basic", "Oslo"),
        ("4", "gold", "Oslo"),
    ]
    assert desk.read("profiles", "customer_id, plan", load_id=first["load_id"]) == [
        ("1", "basic"),
        ("2", "gold"),
        ("3", "basic"),
    ]


def test_the_first_file_again_after_a_changed_one_is_not_a_repeat(desk):
    desk.load_text(PLANS)
    desk.load_text(CHANGED_PLANS)

    told = desk.load_text(PLANS)

    assert sums(told) == (3, 0, 1, 2, 0)


def test_facts_without_a_key_that_come_twice_are_stored_as_often_as_one_file_has_them(desk):
    head = "customer_id,event_time,event_name\n"
    visit, click = "1,2024-03-05 10:00:00,visit\n", "2,2024-03-05 11:00:00,click\n"
    new = "3,2024-03-06 09:00:00,visit\n"

    first = desk.load_text(head + visit + visit + click)
    second = desk.load_text(head + visit + click + click + new)

    assert sums(first) == (3, 3, 0, 0, 0)
    assert sums(second) == (4, 2, 0, 2, 0)
    assert desk.read("events", "customer_id, name") == [
        ("1", "visit"),
        ("1", "visit"),
        ("2", "click"),
        ("2", "click"),
        ("3", "visit"),
    ]


def test_a_purchase_that_changed_is_rewritten(desk):
    head = "order_id,customer_id,order_date,amount\n"
    desk.load_text(head + "A1,1,2024-03-05,10\nA2,2,2024-03-06,20\n")

    told = desk.load_text(head + "A1,1,2024-03-05,11\nA2,2,2024-03-06,20\nA3,2,2024-03-07,5\n")

    assert sums(told) == (3, 1, 1, 1, 0)
    assert desk.read("purchases", "purchase_id, amount") == [
        ("A1", Decimal(11)),
        ("A2", Decimal(20)),
        ("A3", Decimal(5)),
    ]


def test_an_order_whose_items_come_in_two_files_is_summed_up_whole(desk):
    head = "order_id,customer_id,order_date,product,quantity,unit_price\n"
    desk.load_text(head + "A1,1,2024-03-05 10:00:00,tea,2,1.25\n")

    told = desk.load_text(head + "A1,1,2024-03-05 10:00:00,cup,1,4\n")

    assert told["tables"] == {
        "purchase_items": {"inserted": 1, "updated": 0, "unchanged": 0},
        "purchases": {"inserted": 0, "updated": 1, "unchanged": 0},
    }
    assert desk.read("purchases", "purchase_id, amount, item_count") == [("A1", Decimal("6.5"), 2)]


def test_a_column_that_a_later_file_brings_is_missing_in_earlier_rows(desk):
    desk.load_text("customer_id,plan\n1,basic\n2,gold\n")

    desk.load_text("customer_id,plan,city\n3,gold,Paris\n4,gold,Rome\n")

    assert desk.read("profiles", "customer_id, plan, city") == [
        ("1", "basic", None),
        ("2", "gold", None),
        ("3", "gold", "Paris"),
        ("4", "gold", "Rome"),
    ]


HEAD = "subscription_id,customer_id,tariff_id,started_on,ended_on,status\n"


def test_a_state_is_known_since_its_start_its_status_and_a_change_since_the_day_told_of(desk):
    first = "S1,1,T1,2023-01-01,,active\nS2,2,T1,2023-05-01,,active\n"
    second = "S1,1,T1,2023-01-01,2024-02-29,ended\nS2,2,T1,2023-05-01,,active\n"
    desk.load_text(HEAD + first, "--as-of", "2024-02-01")

    desk.load_text(HEAD + second, "--as-of", "2024-03-10")

    versions = desk.read(
        "subscriptions", "subscription_id, status, known_at", order="subscription_id, known_at"
    )
    assert versions == [
        ("S1", None, datetime(2023, 1, 1, tzinfo=UTC)),
        ("S1", "active", datetime(2024, 2, 1, tzinfo=UTC)),
        ("S1", "ended", datetime(2024, 3, 10, tzinfo=UTC)),
        ("S2", None, datetime(2023, 5, 1, tzinfo=UTC)),
        ("S2", "active", datetime(2024, 2, 1, tzinfo=UTC)),
    ]


def test_a_state_that_had_ended_before_it_was_told_of_is_known_to_end_on_its_last_day(desk):
    desk.load_text(HEAD + "S1,1,T1,2023-01-01,2024-02-29,ended\nS2,2,T1,2023-05-01,,active\n")

    versions = desk.read("subscriptions", "status, ended_on, known_at", order="known_at LIMIT 3")
    assert versions == [
        (None, None, datetime(2023, 1, 1, tzinfo=UTC)),
        (None, None, datetime(2023, 5, 1, tzinfo=UTC)),
        ("ended", date(2024, 2, 29), datetime(2024, 2, 29, tzinfo=UTC)),
    ]


def test_a_file_said_to_describe_an_earlier_day_is_known_since_that_day(desk):
    (desk.workspace / "regulars.toml").write_text('time_zone = "Europe/Moscow"\n')

    desk.load_text(PLANS, "--as-of", "2024-02-10")

    assert desk.read("profiles", "DISTINCT known_at") == [
        (datetime(2024, 2, 9, 21, tzinfo=UTC),),
    ]


def test_ids_keep_their_leading_zeros_and_join_across_files(desk):
    desk.load_text("customer_id,age\n007,30\n0010,40\n")
    desk.load_text("order_id,customer_id,order_date,amount\n0001,007,2024-03-05,10\n")

    assert desk.read("profiles", "customer_id") == [("0010",), ("007",)]
    assert desk.read("purchases", "purchase_id, customer_id") == [("0001", "007")]


def test_a_column_that_was_empty_at_first_is_read_as_soon_as_it_is_filled(desk):
    head = "subscription_id,customer_id,tariff_id,started_on,ended_on,status,note\n"
    desk.load_text(head + "S1,1,T1,2023-01-01,,active,\nS2,2,T1,2023-05-01,,active,\n")

    told = desk.load_text(
        head + "S1,1,T1,2023-01-01,2024-02-29,ended,moved\nS2,2,T1,2023-05-01,,active,\n"
    )

    assert sums(told) == (2, 0, 1, 1, 0)
    assert desk.read_latest("subscriptions", "subscription_id, ended_on, attributes") == [
        ("S1", date(2024, 2, 29), '{"note":"moved"}'),
        ("S2", None, None),
    ]


def test_an_outcome_that_nobody_had_at_first_is_found_when_somebody_has(desk):
    head = "customer_id,plan,churn\n"
    first = desk.load_text(head + "1,basic,\n2,gold,\n")

    second = desk.load_text(head + "1,basic,no\n2,gold,yes\n")

    assert first["outcome"] is None
    assert second["outcome"]["column"] == "churn"
    assert desk.read("profiles", "customer_id, churn", load_id=second["load_id"])[1] == ("1", None)


def test_a_value_that_all_rows_share_is_kept(desk):
    desk.load_text("customer_id,plan\n1,basic\n2,gold\n3,basic\n")

    desk.load_text("customer_id,plan,city\n1,gold,Oslo\n3,gold,Oslo\n")

    assert desk.read("profiles", "customer_id, plan, city", order="customer_id, known_at") == [
        ("1", "basic", None),
        ("1", "gold", "Oslo"),
        ("2", "gold", None),
        ("3", "basic", None),
        ("3", "gold", "Oslo"),
    ]


def test_an_older_file_that_has_the_last_word_is_said_and_the_later_one_again_sets_it_right(desk):
    january = "customer_id,plan\n" + "".join(f"{n},basic\n" for n in range(5))
    march = january.replace("4,basic", "4,gold")
    february = january.replace("1,basic", "1,pro").replace("4,basic", "4,pro")
    for name, text, day in (("jan", january, "2026-01-31"), ("mar", march, "2026-03-31")):
        desk.load_text(text, "--as-of", day, name=f"{name}.csv")

    told = desk.load_text(february, "--as-of", "2026-02-28", name="feb.csv")
    wrong = desk.read_latest("profiles", "customer_id, plan")
    again = desk.load_text(march + "\n", "--as-of", "2026-03-31", name="mar.csv")

    (finding,) = told["findings"]
    assert (finding["check"], finding["count"]) == ("rows_overtaking", 1)
    assert "load the later files once more" in finding["sentence"]["en"]
    assert wrong[1] == ("1", "pro")
    assert again["findings"] == []
    assert desk.read_latest("profiles", "customer_id, plan") == [
        ("0", "basic"),
        ("1", "basic"),
        ("2", "basic"),
        ("3", "basic"),
        ("4", "gold"),
    ]


def test_a_file_of_a_later_day_has_the_last_word_without_a_warning(desk):
    desk.load_text("customer_id,plan\n1,a\n2,b\n", "--as-of", "2026-01-31", name="jan.csv")

    told = desk.load_text("customer_id,plan\n1,c\n2,b\n", "--as-of", "2026-02-28", name="feb.csv")

    assert (told["rows_updated"], told["findings"]) == (1, [])
