"""`regulars segment rhythm`: straight on a file and on a workspace."""

import json

import pytest

from regulars.cli.app import run


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """Twenty who buy more every month and fifteen who buy less, from March to the 10th of September."""
    monkeypatch.chdir(tmp_path)
    lines = ["customer_id,purchased_at,amount"]
    for customer in range(35):
        for month in range(3, 9):
            often = month - 2 if customer < 20 else 9 - month
            lines += [f"c{customer:02},2025-{month:02}-{day + 1:02},10" for day in range(often)]
    lines.append("c00,2025-09-10,10")
    (tmp_path / "purchases.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def ask(capsys, *options):
    code = run(["segment", "rhythm", *options])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.mark.parametrize("by", ["shape", "dtw"])
def test_rhythms_are_one_object_of_json(shop, capsys, by):
    code, out, _ = ask(capsys, "purchases.csv", "--by", by, "--k", "2", "--format", "json")

    found = json.loads(out)
    assert code == 0
    assert found["of"] == "purchases"
    # September is not over, and nothing was bought before March.
    assert found["months"] == [f"2025-0{month}" for month in range(3, 9)]
    assert [one["size"] for one in found["rhythms"]] == [20, 15]
    assert found["rhythms"][0]["mean"] == [1, 2, 3, 4, 5, 6]
    assert found["rhythms"][1]["mean"] == [6, 5, 4, 3, 2, 1]


def test_rhythms_are_drawn_a_bar_a_month(shop, capsys):
    code, out, _ = ask(capsys, "purchases.csv", "--k", "2")

    assert code == 0
    assert out.splitlines() == [
        "Purchases a month, 2025-03 to 2025-08; every customer at their own level.",
        "   Months  A month  Customers  Share  Stability",
        "1  ▁▂▄▅▇█      3.5         20  57.1%          1",
        "2  █▇▅▄▂▁      3.5         15  42.9%          1",
        "2 rhythms, as asked.",
    ]


def test_a_workspace_is_looked_at_as_of_a_day_in_russian(shop, capsys):
    run(["init", "home"])
    run(["load", "purchases.csv", "--workspace", "home"])
    capsys.readouterr()

    code, out, _ = ask(
        *(capsys, "--workspace", "home", "--as-of", "2025-07-15", "--months", "4", "--k", "2"),
        *("--lang", "ru"),
    )

    assert code == 0
    assert out.startswith("Покупки по месяцам, 2025-03 – 2025-06;")


def test_a_file_without_a_history_says_what_is_needed(shop, capsys):
    (shop / "people.csv").write_text("id,age\n1,30\n2,40\n", encoding="utf-8")

    code, _, err = ask(capsys, "people.csv", "--kind", "customers")

    assert code == 1
    assert "Nothing here tells what happened month by month" in err


def test_too_short_a_history_is_refused_in_a_sentence(shop, capsys):
    code, _, err = ask(capsys, "purchases.csv", "--as-of", "2025-05-20")

    assert code == 1
    assert "at least 4 whole months; found 2" in err
