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
