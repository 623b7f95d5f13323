"""`regulars segment before-leaving`: a planted sequence, and that nothing later is seen."""

import json
import random
from datetime import date, timedelta

import pytest

from regulars.cli.app import run

pytestmark = pytest.mark.slow


def make_files(folder, *, later=False):
    """Contracts that end, and what customers did in the weeks before."""
    chance = random.Random(4)
    contracts = ["contract_id,customer_id,plan,started_on,ended_on"]
    events = ["customer_id,occurred_at,event"]
    for number in range(600):
        ended = (
            date(2025, 3, 1) + timedelta(days=chance.randrange(270)) if number % 3 == 0 else None
        )
        contracts.append(f"K{number},{number},basic,2024-06-01,{ended or ''}")
        for _ in range(6):
            day = date(2024, 7, 1) + timedelta(days=chance.randrange(515))
            if ended is None or day < ended:
                events.append(f"{number},{day}T10:00:00Z,visit")
        if ended is not None and number % 2 == 0:
            events.append(f"{number},{ended - timedelta(days=40)}T10:00:00Z,complaint")
            events.append(f"{number},{ended - timedelta(days=35)}T10:00:00Z,cancel page")
        if ended is not None and later:
            events.append(f"{number},{ended + timedelta(days=1)}T10:00:00Z,survey")
    (folder / "contracts.csv").write_text("\n".join(contracts) + "\n", encoding="utf-8")
    (folder / "events.csv").write_text("\n".join(events) + "\n", encoding="utf-8")


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_files(tmp_path)
    return tmp_path


def ask(capsys, *words):
    code = run(["segment", "before-leaving", *words])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_a_planted_sequence_comes_first(shop, capsys):
    words = ("contracts.csv", "events.csv", "--days", "60", "--horizon-days", "30")

    code, out, err = ask(capsys, *words, "--format", "json")

    assert code == 0, err
    told = json.loads(out)
    assert told["leaving"].startswith("The outcome is that the subscription ends within 30 days")
    assert {step for one in told["top"][:3] for step in one["steps"]} <= {
        "“complaint”",
        "“cancel page”",
        "“visit”",
    }
    lifts = {tuple(one["steps"]): one["lift"] for one in told["top"]}
    assert lifts["“complaint”",] > 4
    assert lifts["“cancel page”",] > 4
    assert ("“visit”",) not in lifts
    assert all(one["low"] > 1 for one in told["top"])


def test_what_happens_after_leaving_is_not_seen(shop, capsys):
    words = ("contracts.csv", "events.csv", "--days", "60", "--horizon-days", "30")
    words = (*words, "--as-of", "2025-12-01", "--format", "json")
    _, before, _ = ask(capsys, *words)
    make_files(shop, later=True)

    _, after, err = ask(capsys, *words)

    assert json.loads(after)["dates"] == json.loads(before)["dates"], err
    steps = [step for one in json.loads(after)["top"] for step in one["steps"]]
    assert "“survey”" not in steps


def test_the_table_says_what_was_counted_in_russian(shop, capsys):
    code, out, _ = ask(
        capsys, "contracts.csv", "events.csv", "--days", "60", "--steps", "1", "--lang", "ru"
    )

    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith("Исход: подписка кончается в течение 60 дней")
    assert lines[1] == "Проверено: 3; перед уходом чаще, чем обычно: 2."
    assert lines[2].split()[-6:] == [
        "Случаев",
        "Ушли",
        "Поддержка",
        "Уверенность",
        "Лифт",
        "Границы",
    ]


def test_nothing_beyond_chance_says_how_to_go_on(shop, capsys):
    _, out, _ = ask(capsys, "contracts.csv", "events.csv", "--days", "2")

    assert out.splitlines()[1].endswith(
        "Look farther back: --days 4; or at rarer ones: --support 0.01."
    )


def test_a_file_without_a_history_is_refused(shop, capsys):
    (shop / "people.csv").write_text("id,age\n1,30\n2,40\n3,50\n", encoding="utf-8")

    code, _, err = ask(capsys, "people.csv")

    assert code == 1
    assert "No history here tells who left." in err


def test_days_below_one_are_wrong_usage(shop, capsys):
    code, _, err = ask(capsys, "contracts.csv", "events.csv", "--days", "0")

    assert code == 2
    assert "--days 0 leaves nothing to look at" in err
