"""Customers chosen by hand stand over the rule, in every answer and in the history."""

import json

import pytest

pytestmark = pytest.mark.slow

FILE = """customer_id,purchased_at,amount
1,2026-01-20,150
1,2026-02-20,200
2,2026-01-15,60
3,2026-02-24,40
"""


@pytest.fixture
def shop(desk, monkeypatch):
    """Customers 1 and 3 bought recently, 2 did not; `rich` stands on `recent`."""
    monkeypatch.setenv("REGULARS_HOME", str(desk.workspace))
    desk.load_text(FILE)
    desk.write("recent.json", json.dumps({"bought": {}, "within_days": 30}))
    rich = {"all": [{"segment": "recent"}, {"spent": ">=", "value": 50}]}
    desk.write("rich.json", json.dumps(rich))
    desk.run("segment", "save", "recent", "recent.json")
    desk.run("segment", "save", "rich", "rich.json")
    return desk


def members(shop, name):
    return shop.run("segment", "members", name).out.split()


def test_a_choice_is_taken_into_members_counts_and_segments_above(shop):
    chosen = shop.run("segment", "include", "recent", "--customer", "2", "--until", "2026-03-31")
    shop.run("segment", "exclude", "recent", "--customer", "1")

    counted = shop.run("segment", "count", "recent", "--format", "json").json

    assert chosen.out == (
        "recent: 1 customer in the segment by hand, from 2026-02-25 to 2026-03-31.\n"
    )
    assert members(shop, "recent") == ["2", "3"]
    assert members(shop, "rich") == ["2"]
    assert counted["members"] == 2
    assert counted["by_hand"] == {"included": 1, "excluded": 1, "members": 2}


def test_a_choice_is_the_answer_to_why(shop):
    shop.run("segment", "exclude", "recent", "--customer", "3")

    told = shop.run("segment", "why", "recent", "--customer", "3", "--format", "json").json
    in_russian = shop.run("segment", "why", "recent", "--customer", "3", "--lang", "ru")

    assert told["is_member"] is False
    assert told["sentence"] == (
        "Not in the segment, by hand. By the rule: in the segment: had purchases in the last 30"
        " days (1)."
    )
    assert in_russian.out.splitlines()[0] == (
        "Не в сегменте, вручную. По правилу: в сегменте: за последние 30 дней были покупки (1)."
    )


def test_the_history_says_by_hand_until_the_choice_ends_or_is_taken_back(shop):
    shop.run("segment", "refresh", "recent")
    shop.run("segment", "include", "recent", "--customer", "2", "--until", "2026-02-27")
    shop.run("segment", "exclude", "recent", "--customer", "3")
    chosen = shop.run("segment", "refresh", "recent", "--format", "json").json
    shop.run("segment", "release", "recent", "--customer", "3")

    ended = shop.run(
        "segment", "refresh", "recent", "--as-of", "2026-02-28", "--format", "json"
    ).json

    assert chosen["segments"][0]["came"] == chosen["segments"][0]["left"] == {"manual": 1}
    assert (ended["segments"][0]["came"], ended["segments"][0]["left"]) == (
        {"manual": 1},
        {"manual": 1},
    )
    assert ended["segments"][0]["members"] == 2


def test_who_chose_is_kept_and_an_erasure_takes_the_customer_out(shop):
    shop.run("segment", "include", "recent", "--customer", "2")
    kept = shop.read("manual_memberships", "customer_id, segment, choice, decided_by IS NULL")

    shop.run("erase", "2", "--yes")

    assert kept == [("2", "recent", "include", False)]
    assert shop.read("manual_memberships") == []
    assert members(shop, "recent") == ["1", "3"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("include", "recent", "--customer", "99"), 1, "Nothing is known of 1 of the 1 customers"),
        (("release", "recent", "--customer", "2"), 1, "Nothing is chosen by hand about this"),
        (("include", "resent", "--customer", "2"), 2, "Did you mean 'recent'?"),
        (
            ("exclude", "recent", "--customer", "2", "--until", "2026-02-01"),
            2,
            "The choice would end on 2026-02-01, before it begins",
        ),
    ],
)
def test_a_slip_is_one_line_and_chooses_nobody(shop, arguments, code, said):
    ran = shop.run("segment", *arguments)

    assert ran.code == code
    assert said in ran.complaint
    assert "99" not in ran.complaint
    assert "manual_memberships" not in shop.lake.snapshot().tables


def test_a_static_segment_keeps_its_members_whatever_comes_later(shop):
    saved = shop.run("segment", "save", "february", "recent.json", "--frozen-on", "2026-02-01")
    shop.load_text(
        "customer_id,purchased_at,amount\n7,2026-01-25,10\n", "--as-of", "2026-01-27", name="b.csv"
    )

    again = shop.run("segment", "refresh", "february", "--format", "json").json["segments"]
    shop.run("segment", "include", "february", "--customer", "7")
    chosen = shop.run("segment", "refresh", "february", "--format", "json").json["segments"]

    assert saved.out.splitlines()[1] == "2026-02-01: 2 customers"
    assert (again[0]["members"], again[0]["is_new"]) == (2, False)
    assert chosen[0]["came"] == {"manual": 1}
    assert members(shop, "february") == ["1", "2", "7"]
    on_its_day = shop.run("segment", "members", "february", "--on", "2026-02-01")
    assert on_its_day.out.split() == ["1", "2"]


def test_a_segment_says_who_was_chosen_by_hand_and_by_whom(shop):
    shop.run("segment", "include", "recent", "--customer", "2", "--until", "2026-03-31")
    shop.run("segment", "exclude", "recent", "--customer", "3", "--customer", "1")
    shop.run("segment", "release", "recent", "--customer", "1")

    shown = shop.run("segment", "show", "recent", "--lang", "ru").out.splitlines()
    (first, second) = shop.run("segment", "show", "recent", "--format", "json").json["by_hand"]

    assert shown[3].startswith("2: в сегменте вручную, с 2026-02-25 по 2026-03-31 (")
    assert shown[4].startswith("3: вне сегмента вручную, с 2026-02-25 (")
    assert (first["customer_id"], first["choice"], first["until_on"]) == (
        "2",
        "include",
        "2026-03-31",
    )
    assert (second["customer_id"], second["until_on"]) == ("3", None)


def test_a_segment_says_how_often_it_is_looked_up_and_what_is_stored(shop):
    shop.run("segment", "save", "hourly", "recent.json", "--every-hours", "6")
    shop.run("segment", "refresh", "hourly")

    shown = shop.run("segment", "show", "hourly").out.splitlines()

    assert shown[2] == "Looked up every 6 hours."
    assert shown[3].startswith("Stored for 2026-02-25: 2 customers (version ")
