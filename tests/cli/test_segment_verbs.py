"""The verb `segment`: what it prints, and with which code it leaves."""

import json
import random

import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from regulars.cli.app import run

FILE = """customer_id,purchased_at,amount
1,2026-01-02,700
1,2026-02-20,200
2,2026-01-15,90
3,2026-02-24,40
"""
EVENTS = """customer_id,occurred_at,event
1,2026-02-01T10:00:00Z,visit
2,2026-02-02T10:00:00Z,visit
"""
RULE = {"all": [{"bought": {}, "within_days": 30}, {"spent": ">=", "value": 100}]}


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A folder with purchases and a rule, which is the current folder too."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "purchases.csv").write_text(FILE, encoding="utf-8")
    (tmp_path / "rule.json").write_text(json.dumps(RULE), encoding="utf-8")
    return tmp_path


def test_a_rule_is_counted_straight_on_a_file(shop, capsys):
    code = run(["segment", "count", "rule.json", "purchases.csv", "--preview", "2"])

    assert code == 0
    assert capsys.readouterr().out.splitlines() == [
        "Had purchases in the last 30 days and the sum of purchases is at least 100.",
        "1 of 3 customers (33.3%).",
        "Clause                                Customers  Together",
        "had purchases in the last 30 days     2          2       ",
        "the sum of purchases is at least 100  1          1       ",
        "1",
    ]


def test_the_count_is_one_object_of_json(shop, capsys):
    code = run(
        ["segment", "count", "rule.json", "purchases.csv", "--format", "json", "--lang", "ru"]
    )

    assert code == 0
    assert json.loads(capsys.readouterr().out) == {
        "rule": RULE,
        "version": "ea56c6724d9c",
        "sentence": "за последние 30 дней были покупки и сумма покупок не меньше 100",
        "as_of": "2026-02-25",
        "customers": 3,
        "members": 1,
        "share": 1 / 3,
        "is_exact": True,
        "sampled": 3,
        "low": 1,
        "high": 1,
        "clauses": [
            {"sentence": "за последние 30 дней были покупки", "members": 2, "together": 2},
            {"sentence": "сумма покупок не меньше 100", "members": 1, "together": 1},
        ],
        "preview": [],
        "flaws": [],
        "by_hand": None,
    }


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"did_not": "call"}, "The rule holds for everybody, so it sets no one apart."),
        (
            {"spent": ">", "value": 5000},
            "The rule holds for nobody. Look at its clauses one by one.",
        ),
    ],
)
def test_a_rule_for_nobody_or_everybody_is_said_so(shop, capsys, rule, said):
    (shop / "rule.json").write_text(json.dumps(rule), encoding="utf-8")
    (shop / "events.csv").write_text(EVENTS, encoding="utf-8")

    code = run(["segment", "count", "rule.json", "purchases.csv", "events.csv"])

    assert code == 0
    assert said in capsys.readouterr().out.splitlines()


def test_a_rule_that_contradicts_itself_leaves_with_one(shop, capsys):
    spent = [{"spent": ">", "value": 100}, {"spent": "<", "value": 50}]
    (shop / "rule.json").write_text(json.dumps({"all": spent}), encoding="utf-8")

    code = run(["segment", "check", "rule.json", "purchases.csv"])

    lines = capsys.readouterr().out.splitlines()
    assert code == 1
    assert lines[0] == (
        "Nobody can satisfy both: the sum of purchases is over 100; and: the sum of purchases is"
        " under 50."
    )


def test_a_sound_rule_says_what_hangs_on_its_bounds(shop, capsys):
    (shop / "rule.json").write_text(json.dumps({"spent": ">", "value": 88}), encoding="utf-8")

    code = run(["segment", "check", "rule.json", "purchases.csv", "--format", "json"])

    checked = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (checked["customers"], checked["members"]) == (3, 2)
    assert [flaw["kind"] for flaw in checked["flaws"]] == ["touchy"]
    assert checked["bounds"] == [
        {
            "sentence": "the sum of purchases is over 88",
            "bound": 88,
            "flips_below": 0,
            "flips_above": 1,
        }
    ]


def test_one_customer_is_told_why(shop, capsys):
    code = run(["segment", "why", "rule.json", "purchases.csv", "--customer", "3"])

    assert code == 0
    assert capsys.readouterr().out.splitlines() == [
        "Not in the segment: the sum of purchases is under 100 (40).",
        "- had purchases in the last 30 days and the sum of purchases is at least 100",
        "  + had purchases in the last 30 days (1)",
        "  - the sum of purchases is at least 100 (40)",
        "The answer would turn if:",
        "  the sum of purchases is at least 100 (now 40: 60 more)",
    ]


def test_the_reason_is_one_object_of_json(shop, capsys):
    code = run(
        ["segment", "why", "rule.json", "purchases.csv", "--customer", "1", "--format", "json"]
    )

    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert set(told) == {"customer_id", "is_member", "sentence", "clause", "changes"}
    assert told["is_member"] is True
    assert [part["found"] for part in told["clause"]["parts"]] == ["1", "900"]


def test_a_loaded_workspace_is_taken_without_a_file(desk):
    desk.load_text(FILE)
    rule = desk.write("rule.toml", "bought = {}\nwithin_days = 30\n")

    counted = desk.run("segment", "count", rule, "-w", desk.workspace, "--format", "json")

    assert counted.code == 0
    assert counted.json["members"] == 2


def test_an_earlier_day_sees_less(shop, capsys):
    asked = ["segment", "count", "rule.json", "purchases.csv", "--format", "json"]

    code = run([*asked, "--as-of", "2026-02-01"])

    counted = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (counted["as_of"], counted["customers"], counted["members"]) == ("2026-02-01", 2, 1)


@pytest.mark.parametrize(
    ("rule", "code", "said"),
    [
        ({"column": "purchase_30d", "op": ">", "value": 1}, 2, "Did you mean 'purchases_30d'?"),
        ({"column": "recency_days", "op": ">", "value": "abc"}, 2, "the text 'abc' does not fit"),
        ({"dit": "call"}, 1, "rule.json: no kind of condition has these keys: 'dit'."),
        ({"segment": "vip"}, 2, "There is no segment 'vip'."),
        ({"had": "payments"}, 2, "There is no loaded table 'payments'. Choose from: purchases."),
    ],
)
def test_a_slip_in_a_rule_is_one_line(shop, capsys, rule, code, said):
    (shop / "rule.json").write_text(json.dumps(rule), encoding="utf-8")

    left_with = run(["segment", "count", "rule.json", "purchases.csv"])

    told = capsys.readouterr().err.splitlines()[-1]
    assert left_with == code
    assert told.startswith("regulars: ")
    assert said in told


def test_files_and_a_workspace_exclude_each_other(shop, capsys):
    code = run(["segment", "count", "rule.json", "purchases.csv", "--workspace", "ws"])

    assert code == 2
    assert "regulars load FILE --workspace ws" in capsys.readouterr().err


def test_a_saved_segment_is_counted_by_its_name_and_used_by_another(desk):
    desk.load_text(FILE)
    recent = desk.write("recent.json", '{"bought": {}, "within_days": 30}')
    rich = desk.write(
        "rich.json", '{"all": [{"segment": "recent"}, {"spent": ">=", "value": 100}]}'
    )
    at_home = ("-w", desk.workspace)

    saved = desk.run("segment", "save", "recent", recent, "--title", "Recent buyers", *at_home)
    desk.run("segment", "save", "rich", rich, *at_home)
    counted = desk.run("segment", "count", "rich", *at_home, "--format", "json")
    listed = desk.run("segment", "list", *at_home, "--format", "json")
    refused = desk.run("segment", "delete", "recent", *at_home)

    assert saved.out.startswith("recent@")
    assert (counted.json["customers"], counted.json["members"]) == (3, 1)
    own = [one["name"] for one in listed.json["segments"] if not one["is_preset"]]
    assert own == ["recent", "rich"]
    assert refused.code == 1
    assert refused.complaint.startswith("Segment 'recent' is used by: rich.")


def test_a_segment_is_shown_as_a_sentence_and_as_a_file(desk):
    rule = desk.write("rule.json", json.dumps(RULE))
    desk.run("segment", "save", "rich", rule, "--title", "Rich", "-w", desk.workspace)

    shown = desk.run("segment", "show", "rich", "-w", desk.workspace)

    assert shown.out.startswith(
        "Rich\nHad purchases in the last 30 days and the sum of purchases is at least 100.\n"
    )
    assert "[[rule.all]]" in shown.out


def test_a_circle_is_refused_when_it_is_saved(desk):
    rule = desk.write("rule.json", '{"segment": "a"}')

    refused = desk.run("segment", "save", "a", rule, "-w", desk.workspace)

    assert refused.code == 1
    assert "Segments stand on each other in a circle: a → a." in refused.complaint


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_the_members_are_written_in_the_asked_form(shop, capsys, ending):
    code = run(["segment", "members", "rule.json", "purchases.csv", "--out", f"rich.{ending}"])

    assert code == 0
    assert capsys.readouterr().out == f"rich.{ending}: 1 customer\n"
    readers = {"csv": _read_csv, "xlsx": _read_workbook, "parquet": _read_parquet}
    assert readers[ending](shop / f"rich.{ending}") == [["customer_id"], ["1"]]


def test_members_in_another_form_are_refused_before_anything_is_loaded(shop, capsys):
    code = run(["segment", "members", "rule.json", "purchases.csv", "--out", "rich.doc"])

    assert code == 2
    assert "'rich.doc' does not" in capsys.readouterr().err
    assert not (shop / "purchases-regulars").exists()


def _read_csv(file):
    return [line.split(",") for line in file.read_text(encoding="utf-8-sig").splitlines()]


def _read_workbook(file):
    return CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()


def _read_parquet(file):
    table = pq.read_table(file)
    return [table.column_names, *([value] for value in table["customer_id"].to_pylist())]


def test_a_sample_looks_at_whole_customers_of_some_buckets(desk):
    lines = [f"c{number},2026-02-{number % 20 + 1:02},{number}" for number in range(3_000)]
    text = "customer_id,purchased_at,amount\n" + "\n".join(lines)
    desk.load_text(text, "--kind", "purchases")
    rule = desk.write("rule.json", '{"spent": ">=", "value": 1500}')

    counted = desk.run(
        "segment", "count", rule, "--sample", "-w", desk.workspace, "--format", "json"
    )

    assert counted.json["is_exact"] is False
    assert counted.json["sampled"] < 400
    assert counted.json["low"] <= 1500 <= counted.json["high"]
    assert counted.json["customers"] == pytest.approx(3_000, rel=0.25)


OLD_EVENTS = "customer_id,occurred_at,event\n" + "".join(
    f"{n % 40},2023-{1 + n % 12:02}-{1 + n % 28:02}T10:00:00Z,visit\n" for n in range(400)
)


def test_a_history_that_ended_long_ago_is_asked_at_its_end_with_those_who_were_in_it(desk):
    desk.load_text("customer_id,city\n" + "".join(f"{n},Omsk\n" for n in range(50)))
    desk.load_text(OLD_EVENTS, name="events.csv")
    rule = {"all": [{"did": "visit", "within_days": 30}, {"column": "city", "in": ["Omsk"]}]}
    desk.write("rule.json", json.dumps(rule))

    whole = desk.run("segment", "count", "rule.json", "-w", "ws", "--format", "json").json
    sampled = desk.run(
        "segment", "count", "rule.json", "-w", "ws", "--format", "json", "--sample"
    ).json

    assert (whole["as_of"], whole["customers"]) == ("2023-12-29", 50)
    assert 0 < whole["members"] < 50
    assert sampled["as_of"] == "2023-12-29"
    assert sampled["low"] <= whole["members"] <= sampled["high"]


CHANCE = random.Random(8)
SCORED = "customer_id,age,plan,churn\n" + "".join(
    f"{n},{20 + n * 7 % 50},{'gold' if n % 3 else 'basic'},{'yes' if CHANCE.random() < 0.3 else 'no'}\n"
    for n in range(200)
)


@pytest.mark.slow
def test_scores_are_those_of_the_last_analysis_and_none_for_a_day_before_it(desk):
    desk.load_text(SCORED, "--as-of", "2026-01-01")
    desk.write("rule.json", json.dumps({"score": "churn", "op": ">=", "value": 0.0}))
    before = desk.run("segment", "count", "rule.json", "-w", "ws")
    desk.run("analyze", "-w", "ws", "--as-of", "2026-03-01")

    after = desk.run(
        "segment", "count", "rule.json", "-w", "ws", "--as-of", "2026-03-01", "--format", "json"
    )
    earlier = desk.run("segment", "count", "rule.json", "-w", "ws", "--as-of", "2026-02-28")

    assert before.complaint.startswith("The rule asks for the score 'churn', and nobody was scored")
    assert (after.json["customers"], after.json["members"]) == (200, 200)
    assert earlier.code == 1
    assert earlier.complaint == (
        "The rule asks for the score 'churn', and nobody was scored by 2026-02-28. Scores come"
        " from an analysis of the same file or workspace: regulars analyze."
    )


def test_a_saved_rule_names_nobody(desk):
    desk.write("rule.json", json.dumps({"not": {"column": "customer_id", "in": ["17"]}}))

    ran = desk.run("segment", "save", "vip", "rule.json", "-w", "ws")

    assert ran.code == 2
    assert "a saved rule may not compare 'customer_id'" in ran.complaint
    assert not (desk.workspace / "definitions/segment").exists()


def test_it_is_said_how_a_file_is_read(desk):
    desk.write("people.txt", "a1|30|gold\na2|50|basic\na3|70|gold\n")
    desk.write("rule.json", '{"column": "age", "op": ">", "value": 40}')
    how = ("--delimiter", "|", "--columns", "who,age,plan", "--id", "who", "--kind", "customers")

    count = desk.run("segment", "count", "rule.json", "people.txt", *how, "--format", "json")
    why = desk.run("segment", "why", "rule.json", "people.txt", *how, "--customer", "a1")

    assert count.json["members"] == 2
    assert why.out.startswith("Not in the segment: age is at most 40 (30).")


def test_how_a_file_is_read_without_a_file_is_wrong_usage(desk):
    desk.write("rule.json", '{"column": "age", "op": ">", "value": 40}')

    ran = desk.run("segment", "count", "rule.json", "--kind", "customers")

    assert ran.code == 2
    assert ran.complaint.startswith("--kind, --id, --map and the like say how a file is read")
