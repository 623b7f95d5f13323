"""`regulars predict amount`: what it prints, leaves out and refuses."""

import csv
import random

import pytest

pytestmark = pytest.mark.slow

CHANCE = random.Random(4)
ROWS = [
    (n, CHANCE.randint(1, 30), CHANCE.choice(["basic", "gold"]), CHANCE.gauss(0, 20))
    for n in range(300)
]
CLIENTS = "customer_id,visits,plan,Spend,spend_in_cents\n" + "".join(
    f"{n},{visits},{plan},{10 * visits + noise + 500:.2f},{100 * (10 * visits + noise + 500):.0f}\n"
    for n, visits, plan, noise in ROWS
)


@pytest.fixture
def shop(desk):
    desk.write("clients.csv", CLIENTS)
    return desk


def ask(shop, *options):
    return shop.run("predict", "amount", "clients.csv", "--kind", "customers", *options)


def test_the_object_has_the_models_and_leaves_out_what_knows_the_number(shop):
    told = ask(shop, "--column", "Spend", "--format", "json").json

    assert [one["name"] for one in told["models"]] == ["mean", "ridge", "lightgbm", "blend"]
    assert [one["column"] for one in told["leakage"] if one["is_dropped"]] == ["spend_in_cents"]
    assert told["customers"] == 300
    chosen = next(one for one in told["models"] if one["name"] == told["chosen"])
    assert 0.85 < chosen["explained"]["mean"] < 0.99


def test_the_table_is_told_in_russian(shop):
    ran = ask(shop, "--column", "Spend", "--lang", "ru")

    assert ran.code == 0
    assert "«Spend», клиентов: 300" in ran.out
    assert "Не участвуют, потому что знают это число: spend_in_cents." in ran.out
    assert "Гребневая" in ran.out


def test_every_customer_is_written(shop):
    ask(shop, "--column", "Spend", "--out", "foretold.csv")

    with (shop.folder / "foretold.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 300
    assert set(rows[0]) == {"customer_id", "predicted"}


def test_a_column_of_texts_is_refused_with_the_verb_that_suits(shop):
    ran = ask(shop, "--column", "plan")

    assert ran.code == 2
    assert "Column 'plan' holds no numbers" in ran.complaint
    assert "regulars predict compare --outcome" in ran.complaint


def test_an_unknown_column_is_told_with_the_nearest(shop):
    ran = ask(shop, "--column", "Spent")

    assert ran.code == 2
    assert "no column 'Spent'. Did you mean 'Spend'?" in ran.complaint
