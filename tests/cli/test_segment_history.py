"""`segment refresh`, `diff`, `members --on`, `migration`, `overlap` and `trend` over a small shop."""

import json

import pytest

pytestmark = pytest.mark.slow

# 2 falls out of thirty days by 14 February, 3 comes on the 24th.
FILE = """customer_id,purchased_at,amount
1,2026-01-02,700
1,2026-01-20,150
1,2026-02-20,200
2,2026-01-05,90
2,2026-01-15,60
3,2026-02-24,40
"""
RECENT = {"bought": {}, "within_days": 30}
RICH = {"all": [{"segment": "recent"}, {"spent": ">=", "value": 100}]}


@pytest.fixture
def shop(desk, monkeypatch):
    """A workspace with purchases and two segments, one of which stands on the other."""
    monkeypatch.setenv("REGULARS_HOME", str(desk.workspace))
    desk.load_text(FILE)
    desk.write("recent.json", json.dumps(RECENT))
    desk.write("rich.json", json.dumps(RICH))
    desk.run("segment", "save", "recent", "recent.json")
    desk.run("segment", "save", "rich", "rich.json")
    return desk


def refresh(shop, day=None, *names):
    options = ("--as-of", day) if day else ()
    ran = shop.run("segment", "refresh", *names, *options, "--format", "json")
    assert ran.code == 0, ran.err
    return {one.pop("name"): one for one in ran.json["segments"]}


def test_the_first_refresh_stores_everybody_and_the_second_writes_nothing(shop):
    first = refresh(shop, "2026-01-10")
    loads = len(shop.lake.list_loads())

    again = shop.run("segment", "refresh", "--as-of", "2026-01-10")

    assert (first["recent"]["members"], first["recent"]["came"]) == (2, {"rule": 2})
    assert (first["rich"]["members"], first["rich"]["came"]) == (1, {"rule": 1})
    assert len(shop.lake.list_loads()) == loads
    assert again.out.splitlines() == [
        "Nothing has happened since the last time; nothing was written.",
        "Segment  As of       Before  Came  Left  Members",
        "recent   2026-01-10  2       0     0     2      ",
        "rich     2026-01-10  1       0     0     1      ",
    ]


def test_a_later_refresh_writes_only_who_moved_with_the_reason(shop):
    refresh(shop, "2026-01-10")

    by_day = {day: refresh(shop, day) for day in ("2026-02-01", "2026-02-16", "2026-02-25")}

    assert by_day["2026-02-01"]["rich"]["came"] == {"data": 1}
    assert by_day["2026-02-16"]["recent"]["left"] == {"time": 1}
    # What happened in the other segment is the reason here, too.
    assert by_day["2026-02-16"]["rich"]["left"] == {"time": 1}
    assert by_day["2026-02-25"]["recent"]["came"] == {"data": 1}
    written = shop.read("membership_changes", "customer_id, segment, entered, reason, effective_on")
    assert len(written) == 7


def test_another_rule_is_the_reason_of_those_whom_it_moves(shop):
    refresh(shop, "2026-02-16")
    shop.write("recent.json", json.dumps({"bought": {}, "within_days": 60}))
    shop.run("segment", "save", "recent", "recent.json", "--replace")

    done = refresh(shop, "2026-02-16")

    assert (done["recent"]["came"], done["recent"]["members"]) == ({"rule": 1}, 2)
    assert (done["rich"]["came"], done["rich"]["members"]) == ({"rule": 1}, 2)


def test_the_members_of_a_day_are_those_of_the_refresh_before_it(shop):
    refresh(shop, "2026-01-10")
    refresh(shop, "2026-02-16")

    between = shop.run("segment", "members", "recent", "--on", "2026-02-15")
    after = shop.run("segment", "members", "recent", "--on", "2026-03-01", "--format", "json")
    too_early = shop.run("segment", "members", "recent", "--on", "2026-01-09")

    assert between.out.split() == ["1", "2"]
    assert (after.json["as_of"], after.json["customers"]) == ("2026-02-16", ["1"])
    assert too_early.code == 1
    assert too_early.complaint == (
        "The members of segment 'recent' are stored from 2026-01-10 on, and 2026-01-09 is earlier."
        " Look them up as of that day: regulars segment refresh recent --as-of 2026-01-09."
    )


def test_what_was_not_known_by_a_day_is_not_told(shop):
    refresh(shop, "2026-01-10")

    ran = shop.run("segment", "members", "recent", "--on", "2026-02-01", "--known", "2020-01-01")

    assert ran.code == 1
    assert ran.complaint.startswith("Nothing was known of segment 'recent' by then:")


def test_a_past_day_that_is_looked_up_later_changes_no_day_after_it(shop):
    refresh(shop, "2026-01-10")
    refresh(shop, "2026-02-25")

    done = refresh(shop, "2026-02-16")
    told = shop.run(
        "segment",
        "diff",
        "recent",
        "--from",
        "2026-02-16",
        "--to",
        "2026-02-25",
        "--format",
        "json",
    )

    assert done["recent"]["left"] == {"time": 1}
    assert (told.json["before"], told.json["came"], told.json["after"]) == (1, {"data": 1}, 2)
    assert shop.run("segment", "members", "recent", "--on", "2026-02-25").out.split() == ["1", "3"]


def test_the_difference_of_two_days_reconciles_and_names_everybody(shop):
    refresh(shop, "2026-01-10")
    refresh(shop, "2026-02-16")
    refresh(shop, "2026-02-25")

    told = shop.run("segment", "diff", "recent", "--from", "2026-01-10", "--to", "2026-02-25")

    assert told.out.splitlines() == [
        "2 on 2026-01-10 + 1 came - 1 left = 2 on 2026-02-25.",
        "Came: 1 (data 1). Left: 1 (time 1).",
        "Customer        On          Why ",
        "2         left  2026-02-16  time",
        "3         came  2026-02-25  data",
    ]


def test_migration_overlap_and_trend_say_the_same_customers(shop):
    refresh(shop, "2026-01-10")
    refresh(shop, "2026-02-25")
    days = ("--from", "2026-01-10", "--to", "2026-02-25", "--format", "json")

    moved = shop.run("segment", "migration", "recent", "rich", *days).json
    shared = shop.run("segment", "overlap", "--on", "2026-02-25", "--format", "json").json
    sizes = shop.run("segment", "trend", "recent", "--format", "json").json

    assert {(one["from"], one["to"]): one["customers"] for one in moved["matrix"]} == {
        ("recent", "recent"): 1,
        ("recent", "rich"): 1,
        ("recent", None): 1,
        ("rich", "recent"): 1,
        ("rich", "rich"): 1,
        (None, "recent"): 1,
    }
    assert (moved["customers"], moved["stayed"], moved["mobility"]) == (2, 1, 0.5)
    assert shared["pairs"] == [
        {"segments": ["recent", "rich"], "members": [2, 1], "shared": 1, "jaccard": 0.5}
    ]
    assert sizes["segments"][0]["points"] == [
        {"on": "2026-01-10", "members": 2, "came": 2, "left": 0},
        {"on": "2026-02-25", "members": 2, "came": 1, "left": 1},
    ]


def test_an_erased_customer_leaves_the_history(shop):
    refresh(shop, "2026-01-10")

    shop.run("erase", "2", "--yes")

    assert shop.run("segment", "members", "recent", "--on", "2026-01-10").out.split() == ["1"]
    assert shop.read("membership_changes", "DISTINCT customer_id") == [("1",)]
    assert refresh(shop, "2026-01-10")["recent"]["members"] == 1


def test_only_what_is_due_is_looked_up(shop):
    refresh(shop)

    ran = shop.run("segment", "refresh", "--due")

    assert ran.out == "No segment is due.\n"


def test_without_segments_it_is_said_how_to_get_one(desk):
    desk.load_text(FILE)

    ran = desk.run("segment", "refresh", "-w", desk.workspace)

    assert ran.code == 0
    assert ran.out.startswith("No segment is saved here. Save one (regulars segment save)")


def test_a_segment_that_comes_with_regulars_is_followed_once_it_was_named(shop):
    refresh(shop, "2026-01-10", "all-clients")

    done = refresh(shop, "2026-01-20")

    assert set(done) == {"all-clients", "recent", "rich"}


def test_a_slip_in_a_name_is_told_with_the_nearest_one(shop):
    refresh(shop, "2026-01-10")

    ran = shop.run("segment", "diff", "resent", "--from", "2026-01-10", "--to", "2026-01-11")

    assert ran.code == 1
    assert "Did you mean 'recent'?" in ran.complaint


def test_a_rule_that_cannot_be_asked_does_not_stop_the_others(shop):
    shop.write("paying.json", json.dumps({"had": "payments"}))
    shop.write("above.json", json.dumps({"not": {"segment": "paying"}}))
    shop.run("segment", "save", "paying", "paying.json")
    shop.run("segment", "save", "above", "above.json")

    every = shop.run("segment", "refresh")
    named = shop.run("segment", "refresh", "paying")

    assert every.code == 1
    assert every.out.splitlines()[-2:] == [
        "paying: There is no loaded table 'payments'. Choose from: purchases.",
        "above: It stands on paying, which could not be looked up.",
    ]
    assert shop.run("segment", "members", "recent", "--on", "2026-02-25").out.split() == ["1", "3"]
    assert named.code == 2
    assert named.complaint == "There is no loaded table 'payments'. Choose from: purchases."


def test_of_many_who_moved_twenty_are_named(desk):
    lines = [f"{number:03},2026-01-05,10" for number in range(25)]
    text = "customer_id,purchased_at,amount\n" + "\n".join(lines)
    desk.load_text(text, "--kind", "purchases")
    desk.write("recent.json", json.dumps(RECENT))
    desk.run("segment", "save", "recent", "recent.json", "-w", "ws")
    desk.run("segment", "refresh", "--as-of", "2026-01-10", "-w", "ws")
    desk.run("segment", "refresh", "--as-of", "2026-03-10", "-w", "ws")

    told = desk.run(
        *("segment", "diff", "recent", "--from", "2026-01-10", "--to", "2026-03-10", "-w", "ws")
    ).out.splitlines()

    assert told[:2] == [
        "25 on 2026-01-10 + 0 came - 25 left = 0 on 2026-03-10.",
        "Came: 0. Left: 25 (time 25).",
    ]
    assert len(told) == 24
    assert told[-1] == "… and 5 more; --format json names them all."


def test_the_history_is_told_in_russian(shop):
    refresh(shop, "2026-01-10")

    refreshed = shop.run("segment", "refresh", "recent", "--as-of", "2026-02-16", "--lang", "ru")
    days = ("--from", "2026-01-10", "--to", "2026-02-16", "--lang", "ru")
    compared = shop.run("segment", "diff", "recent", *days)
    moved = shop.run("segment", "migration", "recent", *days)

    assert refreshed.out.splitlines() == [
        "Сегмент  На день     Было  Вошли  Вышли        Стало",
        "recent   2026-02-16  2     0      1 (время 1)  1    ",
    ]
    assert compared.out.splitlines() == [
        "2 на 2026-01-10 + 0 вошли - 1 вышли = 1 на 2026-02-16.",
        "Вошли: 0. Вышли: 1 (время 1).",
        "Клиент         Когда       Почему",
        "2       выход  2026-02-16  время ",
    ]
    assert moved.out.splitlines()[-1] == (
        "Из клиентов (2) остались на месте 1 (50\xa0%), перешли 1 (50\xa0%)."
    )


def test_who_is_not_in_a_file_of_customers_that_comes_later_is_a_customer_no_more(shop):
    shop.write("some.json", json.dumps({"spent": "<", "value": 5000}))
    shop.run("segment", "save", "some", "some.json")
    before = refresh(shop, "2026-03-01")["some"]["members"]
    shop.load_text(
        "customer_id,city\n1,Omsk\n3,Omsk\n", "--as-of", "2026-01-01", name="customers.csv"
    )

    after = refresh(shop, "2026-03-01")["some"]["members"]
    counted = shop.run("segment", "count", "some", "--as-of", "2026-03-01", "--format", "json")

    assert (before, after, counted.json["members"]) == (3, 2, 2)
