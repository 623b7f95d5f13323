"""`regulars predict value` of contracts: files with a duration, and subscriptions."""

import csv
import json
import random
from datetime import date, timedelta

import pytest

from regulars.cli.app import run

pytestmark = pytest.mark.slow


@pytest.fixture
def provider(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    dice = random.Random(4)
    clients = ["id,months,left,plan,fee"]
    lines = ["subscription_id,customer_id,tariff,started_on,ended_on,fee_amount,billing_period"]
    for number in range(400):
        plan = dice.choice(["basic", "pro"])
        stay, seen = (
            1 + int(dice.expovariate(1 / (12 if plan == "basic" else 40))),
            dice.randint(1, 36),
        )
        fee = 10 if plan == "basic" else 25
        left = stay <= seen
        clients.append(f"c{number},{min(stay, seen)},{'yes' if left else 'no'},{plan},{fee}")
        start = date(2025, 12, 28) - timedelta(days=30 * seen)
        end = start + timedelta(days=30 * stay) if left else ""
        is_yearly = number % 2
        price, period = (12 * fee, "year") if is_yearly else (fee, "month")
        lines.append(f"s{number},c{number},{plan},{start},{end},{price},{period}")
    (tmp_path / "clients.csv").write_text("\n".join(clients), encoding="utf-8")
    (tmp_path / "subscriptions.csv").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def ask(capsys, *options):
    code = run(["predict", "value", *options])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


COLUMNS = ("--duration", "months", "--event", "left=yes", "--fee", "fee")


def test_a_file_of_contracts_is_valued_by_how_long_customers_stay(provider, capsys):
    code, out, err = ask(capsys, "clients.csv", *COLUMNS, "--format", "json", "--top", "3")

    told = json.loads(out)
    assert code == 0, err
    assert told["of"] == "contracts"
    assert told["customers"] + told["left"] == 400
    assert told["total"]["value"]["mean"] < 12 * told["fee_a_month"]
    assert told["total"]["value"]["low"] < told["total"]["value"]["mean"]
    assert told["top"][0]["fee_amount"] == 25.0
    assert told["top"][0]["lifetime_value_high"] <= 12.01 * 25


def test_it_is_said_in_both_languages(provider, capsys):
    _, english, _ = ask(capsys, "clients.csv", *COLUMNS, "--top", "1")
    _, russian, _ = ask(capsys, "clients.csv", *COLUMNS, "--top", "1", "--lang", "ru")

    assert "still there pay" in english
    assert "they will pay" in english
    assert "ещё здесь и платят" in russian


def test_subscriptions_are_valued_by_their_fees_a_month(provider, capsys):
    code, out, err = ask(
        capsys, "subscriptions.csv", "--as-of", "2026-01-01", "--format", "json", "--out", "v.csv"
    )

    told = json.loads(out)
    with (provider / "clients.csv").open(encoding="utf-8") as file:
        stays = [float(row["fee"]) for row in csv.DictReader(file) if row["left"] == "no"]
    assert code == 0, err
    assert told["customers"] == len(stays)
    # A year's fee counts a twelfth.
    assert told["fee_a_month"] == pytest.approx(sum(stays))
    assert (provider / "v.csv").is_file()


def test_contracts_without_a_fee_are_asked_for_it(provider, capsys):
    code, _, err = ask(capsys, "clients.csv", *COLUMNS[:4])

    assert code == 2
    assert "needs three columns of a file" in err


def test_a_fee_of_words_is_refused(provider, capsys):
    code, _, err = ask(capsys, "clients.csv", *COLUMNS[:4], "--fee", "plan")

    assert code == 2
    assert "--fee plan is no column of numbers" in err


def test_groups_of_contracts_are_refused(provider, capsys):
    code, _, err = ask(capsys, "clients.csv", *COLUMNS, "--by", "plan")

    assert code == 2
    assert "contracts are valued one by one" in err
