"""`regulars segment unusual`: customers and records that are unlike the others."""

import json
import random

import pytest

from regulars.cli.app import run

pytestmark = pytest.mark.slow


def make_customers():
    chance = random.Random(11)
    lines = ["customer_id,email,age,monthly_fee,plan"]
    for number in range(200):
        age = 340 if number == 17 else chance.randrange(18, 80)
        fee = chance.randrange(200, 900)
        plan = chance.choice(["basic", "gold"])
        lines.append(f"{number},c{number}@example.org,{age},{fee},{plan}")
    return "\n".join(lines) + "\n"


def make_purchases():
    chance = random.Random(12)
    lines = ["order_id,customer_id,purchased_at,amount"]
    for number in range(400):
        amount = 99_000 if number == 123 else chance.randrange(10, 90)
        hour = 3 if number == 300 else 9 + number % 9
        lines.append(f"{number},{number % 40},2026-01-{1 + number % 28:02}T{hour:02}:15,{amount}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "customers.csv").write_text(make_customers(), encoding="utf-8")
    (tmp_path / "purchases.csv").write_text(make_purchases(), encoding="utf-8")
    return tmp_path


def ask(capsys, *words):
    code = run(["segment", "unusual", *words])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_an_impossible_age_stands_out(shop, capsys):
    code, out, _ = ask(capsys, "customers.csv", "--top", "1", "--format", "json")

    assert code == 0
    told = json.loads(out)
    assert (told["of"], told["rows"], told["fields"]) == ("customers", 200, 3)
    (first,) = told["top"]
    assert (first["customer_id"], first["stands_out"]) == ("17", True)
    assert (first["reasons"][0]["field"], first["reasons"][0]["value"]) == ("age", 340.0)


def test_personal_values_are_neither_looked_at_nor_shown(shop, capsys):
    _, out, _ = ask(capsys, "customers.csv", "--top", "200", "--format", "json")

    assert "example.org" not in out
    assert {one["field"] for row in json.loads(out)["top"] for one in row["reasons"]} <= {
        "age",
        "monthly_fee",
        "plan",
    }


def test_records_are_named_by_their_key_customer_and_time(shop, capsys):
    code, out, _ = ask(capsys, "purchases.csv", "--of", "purchases", "--top", "2")

    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith("Looked at 400 rows in 3 fields; standing out from the rest: ")
    assert lines[2].startswith("123 · 3 · 2026-01-12 15:15 (")
    assert lines[2].endswith(" times as far from its like as usual; stands out)")
    assert any(line.startswith("  What was paid: 99,000, usually from ") for line in lines[3:6])
    assert "  Hours of the day “0-5”, as 0.2% have it" in lines


def test_the_same_in_russian(shop, capsys):
    _, out, _ = ask(capsys, "customers.csv", "--top", "1", "--lang", "ru")

    lines = out.splitlines()
    assert lines[0] == "Посмотрели: 200 клиентов, 3 поля; заметно выделяется: 1."
    assert lines[2].startswith("17 (до похожих в ")
    assert lines[3].startswith("  Возраст: 340, обычно ")


def test_what_happened_after_the_day_is_not_looked_at(shop, capsys):
    words = ("purchases.csv", "--of", "purchases", "--as-of", "2026-01-10", "--format", "json")

    _, out, _ = ask(capsys, *words, "--top", "400")

    found = json.loads(out)["top"]
    assert len(found) == 134
    assert max(one["purchased_at"] for one in found) < "2026-01-10"


def test_a_table_that_is_not_loaded_is_refused_with_the_nearest(shop, capsys):
    code, _, err = ask(capsys, "purchases.csv", "--of", "purchase")

    assert code == 2
    assert "Did you mean 'purchases'?" in err


@pytest.mark.data
def test_the_largest_orders_of_online_retail_are_found(tmp_path, monkeypatch, capsys, dataset):
    file = dataset("online_retail/online_retail.parquet")
    monkeypatch.chdir(tmp_path)

    _, out, _ = ask(capsys, str(file), "--of", "purchases", "--top", "9", "--format", "json")

    found = [one["purchase_id"] for one in json.loads(out)["top"]]
    assert found[:2] == ["C581484", "581483"]
