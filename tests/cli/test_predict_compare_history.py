"""`regulars predict compare` over a history: later dates, and what says nothing of them."""

import numpy as np
import pytest

pytestmark = pytest.mark.slow

QUICK = ("--models", "baseline,naive_bayes,logistic")

ORDERS = "order_id,customer_id,purchase_date,amount\n" + "".join(
    f"{customer}-{month},{customer},2025-{month:02}-{1 + customer % 27:02},{10 + customer % 5}\n"
    for customer in range(200)
    for month in range(1, 13)
    if month <= 3 + (customer * 7) % 10
)


def test_a_workspace_with_a_history_is_compared_over_time(desk, capsys):
    desk.load(desk.write("orders.csv", ORDERS))

    ask = (
        *("predict", "compare", "-w", desk.workspace, "--leaving", "no-purchase"),
        *("--horizon-days", "45"),
    )

    ran = desk.run(*ask, "--models", "logistic", "--format", "json")
    priced = desk.run(
        *(*ask, "--models", "logistic", "--format", "json"),
        *("--capacity", "20", "--prices", "500,10,1"),
    ).json
    told = desk.run(*ask, "--models", "logistic", "--lang", "ru").out
    grouped = desk.run(*ask, "--models", "baseline", "--by", "plan")
    everyday = desk.run(*ask, "--format", "json").json

    assert ran.code == 0
    found = ran.json
    tests = sum(found["quality"]["confusion"].values())
    assert found["split"] == "time"
    assert "nothing that is loaded has a column that describes the customers" in grouped.complaint
    assert found["customers"] == 160
    assert found["tests"] > 600
    assert [one["name"] for one in found["models"]] == ["baseline", "logistic"]
    assert found["models"][1]["roc_auc"]["mean"] > 0.5
    assert found["threshold"]["value"] == found["quality"]["threshold"]
    assert "so a contact pays from a probability of 20% on" in found["threshold"]["sentence"]
    assert (found["capacity"]["share"], found["capacity"]["customers"]) == (0.1, round(tests / 10))
    assert sum(one["customers"] for one in found["calibration"]) == tests
    assert priced["profit"]["per_customer"]["mean"] > found["profit"]["per_customer"]["mean"]
    assert priced["capacity"]["customers"] == 20 * 5
    assert "стоит столько же, сколько 5 обращений" in told
    assert "Там, где обе ошибки одинаково часты" in told
    assert f"с самой высокой вероятностью (всего {round(tests / 10)}, дат: 5)" in told
    assert "Кампания при таких ценах" in told
    assert [one["name"] for one in everyday["models"]][:2] == ["baseline", "one_feature"]


def test_what_says_nothing_of_a_history_is_refused(desk):
    desk.load(desk.write("orders.csv", ORDERS))
    ask = (
        *("predict", "compare", "-w", desk.workspace, "--leaving", "no-purchase"),
        *("--horizon-days", "45"),
    )

    costs = desk.run(*ask, "--costs", "a,b,c,d", "--keep", "zzz")
    window = desk.run(*ask, "--split", "rolling", "--budget", "1", "--lang", "ru")
    order = desk.run(*ask, "--split", "stratified", "--order-by", "row")
    nobody = desk.run(*ask, "--capacity", "0")

    assert [one.code for one in (costs, window, order, nobody)] == [2, 2, 2, 2]
    assert "Said in vain: --costs, --keep. Here a history tells the outcome" in costs.complaint
    assert "Указано напрасно: --split rolling, --budget." in window.complaint
    assert "models are tested at later dates than they learnt from. Leave" in order.complaint
    assert "The capacity must be a share up to 1" in nobody.complaint


def test_a_day_long_after_the_data_is_refused_and_the_rest_analyzed(desk):
    desk.load(desk.write("orders.csv", ORDERS))
    late = ("-w", desk.workspace, "--as-of", "2027-06-01")

    compared = desk.run("predict", "compare", *late, "--leaving", "no-purchase")
    analyzed = desk.run("analyze", *late, "--lang", "ru")

    assert "nobody is at risk" in compared.complaint
    assert "--as-of 2025-12-28" in compared.complaint
    assert analyzed.code == 0
    assert "Последний загруженный день — 27.12.2025" in analyzed.out


def test_over_time_quality_is_told_by_tenure_and_by_a_column(desk):
    chance = np.random.default_rng(8)
    contracts = ["customer_id,started_on,ended_on,plan"]
    visits = ["customer_id,occurred_at,name"]
    begin = np.datetime64("2024-01-01")
    for customer in range(400):
        start = int(chance.integers(-400, 300))
        end = start + 40 + int(chance.exponential(300))
        ended = begin + end if end < 500 else ""
        contracts.append(f"{customer},{begin + start},{ended},{'basic' if customer % 3 else 'max'}")
        day = max(start, 0)
        while day < min(end, 500):
            visits.append(f"{customer},{begin + day}T12:00:00,login")
            day += 1 + int(chance.exponential(5 if end - day > 40 else 20))
    desk.load(desk.write("contracts.csv", "\n".join(contracts) + "\n"))
    desk.load(desk.write("visits.csv", "\n".join(visits) + "\n"))
    ask = (
        *("predict", "compare", "-w", desk.workspace, "--leaving", "contract-end"),
        *("--models", "baseline,logistic"),
    )

    found = desk.run(*ask, "--by", "plan", "--format", "json").json
    told = desk.run(*ask, "--lang", "ru").out
    unknown = desk.run(*ask, "--by", "plam")

    assert [one["by"] for one in found["by_group"]] == ["plan", "tenure"]
    assert [one["name"] for one in found["groups"]] == ["basic", "max"]
    by_tenure = found["by_group"][1]["groups"]
    tests = sum(one["customers"] for one in by_tenure)
    assert tests == sum(found["quality"]["confusion"].values())
    assert all(one["is_too_few"] == (one["roc_auc"] is None) for one in by_tenure)
    lead = found["lead_time"]
    assert sum(one["customers"] for one in lead["distribution"]) == lead["warned"]
    assert lead["reason"].startswith("The model warned about")
    assert "Сколько времени они клиенты:" in told
    assert "Did you mean 'plan'" in unknown.complaint


def test_an_outcome_is_counted_at_every_date_before_anything_is_learnt(desk):
    desk.load(desk.write("orders.csv", ORDERS))
    ask = ("predict", "compare", "-w", desk.workspace, "--leaving", "no-purchase", "--count")

    history = desk.run(*ask, "--horizon-days", "45", "--format", "json").json
    told = desk.run(*ask, "--horizon-days", "45", "--lang", "ru").out
    late = desk.run(*ask, "--horizon-days", "45", "--as-of", "2025-04-10", "--format", "json").json

    assert len(history["dates"]) > 3
    assert sum(one["positives"] for one in history["dates"]) == history["positives"]
    assert (history["known"], history["customers"]) == (
        history["positives"] + history["negatives"],
        160,
    )
    assert "Этого достаточно" in told
    assert late["is_enough"] is False
