"""`regulars segment propose`: rules for the segments of an analysis, and what becomes of them."""

import json
import random

import pytest

from regulars.cli.app import run

pytestmark = pytest.mark.slow


def make_customers():
    chance = random.Random(5)
    lines = ["customer_id,age,monthly_fee,plan,calls"]
    for number in range(600):
        kind = number % 3
        age = chance.randrange(18, 30) if kind == 0 else chance.randrange(40, 75)
        fee = round(chance.gauss((200, 900, 300)[kind], 30), 2)
        plan = ("basic", "gold", "family")[kind]
        lines.append(f"{number},{age},{fee},{plan},{chance.randrange(50) + 200 * (kind == 2)}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "customers.csv").write_text(make_customers(), encoding="utf-8")
    return tmp_path


def ask(capsys, *words):
    code = run(list(words))
    printed = capsys.readouterr()
    assert code == 0, printed.err
    return printed.out


def test_rules_straight_on_a_file_tell_its_segments(shop, capsys):
    told = json.loads(ask(capsys, "segment", "propose", "customers.csv", "--format", "json"))

    assert told["is_stored"] is False
    assert [one["segment"] for one in told["rules"]] == ["S1", "S2", "S3"]
    assert [one["members"] for one in told["rules"]] == [200, 200, 200]
    assert {one["verdict"] for one in told["rules"]} == {"tells"}
    assert {one["f1"] for one in told["rules"]} == {1.0}


def test_the_segments_of_an_earlier_analysis_are_taken(shop, capsys):
    ask(capsys, "analyze", "customers.csv", "--no-input", "--segments", "2")

    told = json.loads(ask(capsys, "segment", "propose", "customers.csv", "--format", "json"))

    assert told["is_stored"] is True
    assert [one["segment"] for one in told["rules"]] == ["S1", "S2"]


def test_saved_rules_are_segments_of_as_many_members(shop, capsys):
    ask(capsys, "init", "ws")
    ask(capsys, "load", "customers.csv", "-w", "ws")

    words = ("segment", "propose", "-w", "ws", "--save", "found", "--format", "json")
    told = json.loads(ask(capsys, *words))

    assert [one["saved"] for one in told["rules"]] == ["found-1", "found-2", "found-3"]
    counted = [
        json.loads(ask(capsys, "segment", "count", name, "-w", "ws", "--format", "json"))["members"]
        for name in ("found-1", "found-2", "found-3")
    ]
    assert counted == [one["found"] for one in told["rules"]]


def test_a_rule_takes_new_customers_in(shop, capsys):
    ask(capsys, "init", "ws")
    ask(capsys, "load", "customers.csv", "-w", "ws")
    words = ("segment", "propose", "-w", "ws", "--save", "found", "--format", "json")
    told = json.loads(ask(capsys, *words))
    header = "customer_id,age,monthly_fee,plan,calls\n"
    (shop / "new.csv").write_text(f"{header}n1,20,200,basic,20\n", encoding="utf-8")
    ask(capsys, "load", "new.csv", "-w", "ws", "--kind", "customers")

    counted = [
        json.loads(ask(capsys, "segment", "count", one["saved"], "-w", "ws", "--format", "json"))
        for one in told["rules"]
    ]

    assert sum(one["members"] for one in counted) == 601


def test_the_text_says_how_well_a_rule_tells_in_both_languages(shop, capsys):
    english = ask(capsys, "segment", "propose", "customers.csv", "--lang", "en").splitlines()
    russian = ask(capsys, "segment", "propose", "customers.csv", "--lang", "ru").splitlines()

    assert english[0].startswith("There is no analysis here; segments found now, as of ")
    assert english[4] == (
        "  The rule stands for the segment: it holds for 200 customers (33.3% of all), 100% of them"
        " are in the segment, and it finds 100% of the segment's 200 customers."
    )
    assert russian[4] == (
        "  Правило заменяет сегмент: под него подходит 200 клиентов (33,3\xa0% всех), из них в сегменте"
        " 100\xa0%; из сегмента (200 клиентов) находит 100\xa0%."
    )


def test_a_name_that_is_none_is_refused(shop, capsys):
    code = run(["segment", "propose", "customers.csv", "--save", "Not a name"])

    assert code == 2
    assert "Not a name" in capsys.readouterr().err
