"""`regulars predict survival`: straight on a file, and on the subscriptions of a workspace."""

import json
from datetime import date, timedelta

import numpy as np
import pytest

from regulars.cli.app import run

pytestmark = pytest.mark.slow


def write_customers(folder, n=300):
    generator = np.random.default_rng(4)
    lines = ["id,months,left,fee,paid,plan"]
    for number in range(n):
        fee = int(generator.integers(10, 90))
        is_basic = bool(generator.integers(0, 2))
        stay = int(np.ceil(generator.exponential(8 if is_basic else 40)))
        seen = int(generator.integers(1, 37))
        months = min(stay, seen)
        left = "yes" if stay <= seen else "no"
        plan = "basic" if is_basic else "pro"
        lines.append(f"c{number},{months},{left},{fee},{fee * months},{plan}")
    (folder / "customers.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_customers(tmp_path)
    return tmp_path


def ask(capsys, *options):
    code = run(["predict", "survival", *options])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_a_file_gives_one_object_of_json(shop, capsys):
    code, out, _ = ask(
        capsys, "customers.csv", "--duration", "months", "--event", "left=yes", "--format", "json"
    )

    found = json.loads(out)
    assert code == 0
    assert list(found) == [
        "c_index",
        "median_days",
        "median_low",
        "median_high",
        "curve",
        "customers",
        "left",
        "duration_unit",
        "without_duration",
        "negative_duration",
        "models",
        "chosen",
        "why",
        "calibration",
        "hazard_ratios",
        "dropped",
        "note",
        "customer",
    ]
    assert found["customer"] is None
    assert found["c_index"]["low"] < found["c_index"]["mean"] < found["c_index"]["high"]
    assert found["c_index"]["mean"] > 0.6
    assert found["duration_unit"] == "months"
    assert [one["column"] for one in found["dropped"]] == ["paid"]
    assert list(found["curve"][0]) == ["days", "share", "low", "high", "at_risk"]
    assert found["curve"][0]["days"] == 30.4375


def test_the_unit_may_be_said(shop, capsys):
    options = ("--duration", "months", "--event", "left", "--duration-unit", "weeks")
    _, out, _ = ask(capsys, "customers.csv", *options, "--format", "json")

    assert json.loads(out)["curve"][0]["days"] == 7.0


def test_it_is_said_in_words_and_in_russian(shop, capsys):
    _, english, _ = ask(capsys, "customers.csv", "--duration", "months", "--event", "left")
    _, russian, _ = ask(
        capsys, "customers.csv", "--duration", "months", "--event", "left", "--lang", "ru"
    )

    assert "“months” is taken to be in months (up to 36)." in english
    assert "Left out: “paid” is the duration times “fee”" in english
    assert "Still there:" in english
    assert "— это длительность, умноженная на" in russian
    assert "Половина клиентов уходит за" in russian


def test_those_who_are_still_there_are_written_to_a_file(shop, capsys):
    options = ("--duration", "months", "--event", "left", "--out", "stay.csv")
    code, out, _ = ask(capsys, "customers.csv", *options)

    lines = (shop / "stay.csv").read_text(encoding="utf-8-sig").splitlines()
    assert code == 0
    assert out.splitlines()[-1] == "stay.csv"
    assert lines[0] == (
        "customer_id,duration_days,leaves_within_30_days,leaves_within_90_days,"
        "leaves_within_180_days,leaves_within_365_days,median_days_left"
    )
    customers = (shop / "customers.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) - 1 == sum(",no," in line for line in customers)


def test_one_customer_is_told_when_and_why(shop, capsys):
    rows = [line.split(",") for line in (shop / "customers.csv").read_text().splitlines()[1:]]
    (customer, months, *_), *_ = [row for row in rows if row[2] == "no" and row[5] == "basic"]
    options = ("--duration", "months", "--event", "left", "--customer", customer)

    _, printed, _ = ask(capsys, "customers.csv", *options, "--format", "json", "--reasons", "1")
    _, russian, _ = ask(capsys, "customers.csv", *options, "--lang", "ru")

    found = json.loads(printed)["customer"]
    assert list(found) == [
        "customer_id",
        "duration_days",
        "leaves_within",
        "median_days_left",
        "others_median_days_left",
        "is_sooner",
        "reasons",
    ]
    assert found["customer_id"] == customer
    assert found["duration_days"] == float(months) * 30.4375
    assert list(found["leaves_within"][0]) == ["days", "probability", "others"]
    (reason,) = found["reasons"]
    assert reason["feature"] == "plan"
    assert reason["contribution"] > 0
    assert reason["text"].startswith("plan “basic”: ")
    assert "Почему раньше других:\n  Тариф «basic»: из таких клиентов ушли" in russian


def test_a_kept_column_stays(shop, capsys):
    options = ("--duration", "months", "--event", "left", "--keep", "paid", "--format", "json")
    _, out, _ = ask(capsys, "customers.csv", *options)

    found = json.loads(out)
    assert found["dropped"] == []
    assert found["c_index"]["mean"] > 0.8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--duration", "month", "--event", "left"], "no column 'month'. Did you mean 'months'?"),
        (["--duration", "months", "--event", "lft"], "no column 'lft'. Did you mean 'left'?"),
        (["--duration", "months", "--event", "left=maybe"], "'left' has no value 'maybe'"),
        (
            ["--duration", "plan", "--event", "left"],
            "A duration is a number, and 'plan' holds text",
        ),
        (["--duration", "months"], "Name both columns"),
        (["--event", "left"], "Name both columns"),
        ([], "there are no subscriptions with a start and an end"),
        (["--duration", "months", "--event", "left", "--out", "x.pdf"], "'x.pdf' does not"),
    ],
)
def test_what_cannot_be_is_said_with_what_to_do(shop, capsys, options, message):
    code, out, err = ask(capsys, "customers.csv", *options)

    assert code in (1, 2)
    assert out == ""
    assert message in err


@pytest.mark.parametrize(
    ("lefts", "message"),
    [(0, "is 'no' for all 100 customers"), (5, "5 customers and not for 95; at least 20")],
)
def test_too_few_who_left_are_refused(tmp_path, monkeypatch, capsys, lefts, message):
    monkeypatch.chdir(tmp_path)
    rows = [f"c{n},{n % 30 + 1},{'yes' if n < lefts else 'no'},{n % 7}" for n in range(100)]
    (tmp_path / "few.csv").write_text("id,months,left,fee\n" + "\n".join(rows), encoding="utf-8")

    code, _, err = ask(capsys, "few.csv", "--duration", "months", "--event", "left")

    assert code == 1
    assert message in err


def test_a_file_of_contracts_with_their_starts_has_a_row_for_each_customer(shop, capsys):
    lines = (shop / "customers.csv").read_text(encoding="utf-8").splitlines()
    dated = [f"{line},2024-{1 + n % 12:02}-01" for n, line in enumerate(lines[1:])]
    head = lines[0].replace("id,", "contract_no,") + ",started_on"
    (shop / "contracts.csv").write_text("\n".join([head, *dated]), encoding="utf-8")

    code, out, err = ask(
        capsys, "contracts.csv", "--duration", "months", "--event", "left", "--format", "json"
    )

    assert code == 0, err
    assert json.loads(out)["customers"] == 300


@pytest.mark.parametrize("stayed", [0, 3])
def test_nobody_has_to_have_stayed(tmp_path, monkeypatch, capsys, stayed):
    monkeypatch.chdir(tmp_path)
    rows = [f"c{n},{n % 30 + 1},{'no' if n < stayed else 'yes'},{n % 7}" for n in range(100)]
    (tmp_path / "gone.csv").write_text("id,months,left,fee\n" + "\n".join(rows), encoding="utf-8")

    code, out, err = ask(
        capsys, "gone.csv", "--duration", "months", "--event", "left", "--format", "json"
    )

    assert code == 0, err
    assert (json.loads(out)["left"], json.loads(out)["median_days"]) == (100 - stayed, 14 * 30.4375)


@pytest.mark.parametrize(("wanted", "left"), [("yes", 1), ("no", 0)])
def test_a_column_of_true_and_false_is_asked_for_by_any_word(
    tmp_path, monkeypatch, capsys, wanted, left
):
    monkeypatch.chdir(tmp_path)
    write_customers(tmp_path)
    text = (tmp_path / "customers.csv").read_text(encoding="utf-8")
    counts = [text.count(",no,"), text.count(",yes,")]
    told = text.replace(",yes,", ",true,").replace(",no,", ",false,")
    (tmp_path / "customers.csv").write_text(told, encoding="utf-8")
    # Loaded first without a word about the outcome.
    assert run(["init", "home"]) == 0
    assert run(["load", "customers.csv", "--workspace", "home", "--kind", "customers"]) == 0
    capsys.readouterr()

    options = ("--workspace", "home", "--duration", "months", "--event", f"left={wanted}")
    _, out, _ = ask(capsys, *options, "--format", "json")

    assert json.loads(out)["left"] == counts[left]


def test_negative_and_missing_durations_are_left_out_and_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_customers(tmp_path)
    text = (tmp_path / "customers.csv").read_text(encoding="utf-8")
    (tmp_path / "customers.csv").write_text(
        text + "x1,-3,no,20,10,pro\nx2,,yes,20,10,pro\n", encoding="utf-8"
    )

    _, out, _ = ask(
        capsys, "customers.csv", "--duration", "months", "--event", "left", "--format", "json"
    )

    found = json.loads(out)
    counts = (found["customers"], found["without_duration"], found["negative_duration"])
    assert counts == (300, 1, 1)


def test_subscriptions_tell_durations_by_themselves(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    generator = np.random.default_rng(6)
    first, last = date(2024, 1, 1), date(2025, 12, 31)
    lines = ["subscription_id,customer_id,tariff,started_on,ended_on,fee_amount"]
    for number in range(400):
        is_basic = bool(generator.integers(0, 2))
        start = first + timedelta(days=int(generator.integers(0, 700)))
        end = start + timedelta(days=int(generator.exponential(150 if is_basic else 900)))
        ended = end.isoformat() if end < last else ""
        plan, fee = ("basic", 10) if is_basic else ("pro", 25)
        lines.append(f"s{number},c{number % 390},{plan},{start},{ended},{fee}")
    (tmp_path / "subscriptions.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    code, out, _ = ask(capsys, "subscriptions.csv", "--as-of", "2026-01-01", "--format", "json")

    found = json.loads(out)
    assert code == 0
    assert found["duration_unit"] == "days"
    assert found["c_index"]["mean"] > 0.6
    assert found["note"] == "The features are as they were when each subscription began."
    assert found["dropped"] == []


@pytest.mark.data
def test_telco_is_ranked_as_well_as_known_without_the_total_that_leaks(
    dataset, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    path = str(dataset("telco/Telco-Customer-Churn.csv"))

    _, out, _ = ask(
        capsys, path, "--duration", "tenure", "--event", "Churn=Yes", "--format", "json"
    )

    found = json.loads(out)
    # Cox without the total reaches 0.864; with it 0.927, and trees 0.968.
    assert 0.86 <= found["c_index"]["mean"] < 0.88
    assert [one["column"] for one in found["dropped"]] == ["TotalCharges"]
    assert (found["customers"], found["left"], found["duration_unit"]) == (7043, 1869, "months")
    assert found["median_days"] is None
    assert found["note"].startswith(
        "The features are as they were when each customer was last seen"
    )
