"""`regulars predict recheck`: scores of an earlier day beside what has come since."""

import numpy as np
import pytest

pytestmark = pytest.mark.slow


def orders():
    """Customers who buy every two or three weeks until, at some time, they stop."""
    chance = np.random.default_rng(5)
    lines = ["order_id,customer_id,purchase_date,amount"]
    for customer in range(400):
        pause = int(chance.integers(8, 24))
        last = int(chance.integers(60, 700))
        day, number = int(chance.integers(0, 20)), 0
        while day < min(last, 364):
            date = np.datetime64("2025-01-01") + day
            lines.append(f"{customer}-{number},{customer},{date},{10 + customer % 7}")
            day, number = day + pause + int(chance.integers(0, 5)), number + 1
    return "\n".join(lines) + "\n"


@pytest.fixture
def shop(desk):
    desk.load(desk.write("orders.csv", orders()))
    return desk


def analyze(shop, *options):
    return shop.run(
        *("analyze", "-w", shop.workspace, "--leaving", "no-purchase"),
        *("--horizon-days", "45", *options),
    )


def test_a_run_of_an_earlier_day_is_judged_by_what_came(shop):
    import pyarrow.parquet as pq

    analyze(shop, "--as-of", "2025-10-01")
    given = pq.read_table(shop.workspace / "analysis/customers.parquet")

    found = shop.run("predict", "recheck", "-w", shop.workspace, "--format", "json").json
    told = shop.run("predict", "recheck", "-w", shop.workspace, "--lang", "ru").out

    assert (found["as_of"], found["until"]) == ("2025-10-01", "2025-12-31")
    assert found["scored"] == found["known"] > 250
    assert found["positives"] > 10
    assert found["roc_auc"]["low"] > 0.5
    assert found["verdict"] in {"kept", "better", "worse"}
    assert found["reason"].startswith("ROC-AUC on what came since")
    said = given["churn_probability"].drop_null().to_numpy()
    assert len(said) == found["scored"]
    assert found["said"] == pytest.approx(said.mean(), rel=1e-9)
    assert "оценки на 2025-10-01, смотрим до 2025-12-31" in told
    assert "ROC-AUC по тому, что произошло с тех пор" in told


def test_a_run_that_has_seen_everything_cannot_be_judged(shop):
    analyze(shop)

    ran = shop.run("predict", "recheck", "-w", shop.workspace)

    assert ran.code == 2
    assert "saw everything before 2025-12-31, and nothing later is looked at" in ran.complaint


def test_a_column_is_judged_by_those_of_whom_it_was_not_known_then(desk):
    chance = np.random.default_rng(2)
    visits = chance.integers(0, 20, 600)
    left = chance.random(600) < 1 / (1 + np.exp((visits - 8) / 3))

    def write(until):
        rows = [
            f"{row},{visits[row]},{row % 7},{('yes' if left[row] else 'no') if row < until else ''}"
            for row in range(600)
        ]
        return desk.write("clients.csv", "\n".join(["client,visits,fee,left", *rows]) + "\n")

    desk.load(write(400), "--kind", "customers", "--id", "client", "--outcome", "left")
    desk.run("analyze", "-w", desk.workspace)
    desk.load(write(600), "--kind", "customers", "--id", "client", "--outcome", "left")

    found = desk.run("predict", "recheck", "-w", desk.workspace, "--format", "json").json

    assert found["scored"] == 600
    assert found["positives"] > 50
    assert found["roc_auc"]["low"] > 0.6


def test_without_models_it_says_who_keeps_them(desk):
    ran = desk.run("predict", "recheck", "-w", desk.workspace)

    assert ran.code != 0
    assert "regulars analyze" in ran.complaint


def test_scores_in_a_file_are_judged_by_a_file_of_outcomes(desk, monkeypatch):
    monkeypatch.chdir(desk.folder)
    chance = np.random.default_rng(2)
    said = chance.uniform(0.05, 0.95, 400).round(3)
    left = chance.random(400) < said
    desk.write("said.csv", "id,score\n" + "".join(f"k{n},{said[n]}\n" for n in range(400)))
    rows = "".join(f"k{n},{n % 7},{'yes' if left[n] else 'no'}\n" for n in range(50, 400))
    desk.write("now.csv", "id,fee,left\n" + rows)
    ask = ("predict", "recheck", "now.csv", "--id", "id", "--outcome", "left")

    found = desk.run(*ask, "--scores", "said.csv", "--format", "json").json
    told = desk.run(*ask, "--scores", "said.csv", "--lang", "ru").out

    assert (found["run"], found["promised_roc_auc"], found["verdict"]) == (None, None, None)
    assert (found["scored"], found["known"], found["positives"]) == (400, 350, left[50:].sum())
    assert found["said"] == pytest.approx(said[50:].mean())
    assert found["came"]["mean"] == pytest.approx(left[50:].mean())
    assert found["roc_auc"]["low"] > 0.7
    assert found["reason"].endswith("as was said.")
    assert "Оценки из файла, смотрим до" in told
    assert "лучше случайного. Что было обещано, здесь не известно." in told


def test_scores_in_a_file_are_judged_by_a_history(shop, monkeypatch):
    monkeypatch.chdir(shop.folder)
    chance = np.random.default_rng(3)
    said = "".join(f"{n};{chance.uniform(0, 1):.3f}\n" for n in range(400))
    shop.write("said.csv", "customer_id;probability\n" + said)
    ask = ("predict", "recheck", "orders.csv", "--scores", "said.csv", "--leaving", "no-purchase")

    found = shop.run(*ask, "--horizon-days", "45", "--scored-on", "2025-10-01", "--format", "json")
    no_day = shop.run(*ask)

    assert found.json["as_of"] == "2025-10-01"
    assert found.json["positives"] > 10
    assert "no better than chance may be" in found.json["reason"]
    assert no_day.code == 2
    assert "--scored-on YYYY-MM-DD" in no_day.complaint


def test_kept_models_are_judged_by_a_file_that_came_later(desk, monkeypatch):
    monkeypatch.chdir(desk.folder)
    chance = np.random.default_rng(2)
    visits = chance.integers(0, 20, 600)
    left = chance.random(600) < 1 / (1 + np.exp((visits - 8) / 3))

    def write(name, known):
        rows = [
            f"{row},{visits[row]},{row % 7},{('yes' if left[row] else 'no') if row < known else ''}"
            for row in range(600)
        ]
        desk.write(name, "\n".join(["client,visits,fee,left", *rows]) + "\n")

    write("then.csv", 400)
    write("now.csv", 600)
    how = ("--kind", "customers", "--id", "client", "--outcome", "left")
    desk.run("analyze", "then.csv", *how)

    found = desk.run(
        *("predict", "recheck", "now.csv", "--from", "then-regulars/workspace"),
        *(*how[2:], "--format", "json"),
    ).json

    assert found["scored"] == 600
    assert found["promised_roc_auc"]["mean"] > 0.6
    assert found["verdict"] in {"kept", "better", "worse"}


def test_what_is_missing_to_judge_is_said(desk, monkeypatch):
    monkeypatch.chdir(desk.folder)
    desk.write(
        "now.csv", "id,left\n" + "".join(f"{n},{'yes' if n % 2 else 'no'}\n" for n in range(60))
    )
    desk.write("far.csv", "id,score\n0,17.5\n")
    desk.write("other.csv", "id,score\nx,0.5\n")
    desk.write("none.csv", "id,chance\n1,0.5\n")
    ask = ("predict", "recheck", "now.csv", "--id", "id", "--outcome", "left")

    neither = desk.run(*ask)
    both = desk.run(*ask, "--scores", "far.csv", "--from", "ws")
    far = desk.run(*ask, "--scores", "far.csv")
    other = desk.run(*ask, "--scores", "other.csv")
    none = desk.run(*ask, "--scores", "none.csv")

    assert "what was said earlier is missing" in neither.complaint
    assert "Leave one of them out" in both.complaint
    assert "must be probabilities between 0 and 1" in far.complaint
    assert "None of the 1 customers who have a score in 'other.csv'" in other.complaint
    assert "The file of scores 'none.csv' has no column 'churn_probability'" in none.complaint
