"""`regulars predict compare` with an outcome of several classes, or a number."""

import numpy as np
import pytest

pytestmark = pytest.mark.slow

QUICK = ("--models", "baseline,naive_bayes,logistic")
N = 600


def clients():
    generator = np.random.default_rng(3)
    months, calls = generator.integers(1, 72, N), generator.poisson(5, N)
    plan = generator.choice(["pro", "free", "max"], N)
    fee = (300 + 8 * months + 40 * calls + generator.normal(0, 80, N)).round(2)
    score = 0.05 * (months - 36) + 0.3 * (calls - 5) + generator.normal(size=N)
    status = np.where(score < -0.6, "left", np.where(score > 0.8, "active", "paused"))
    lines = ["months,calls,fee,plan,day,rooms,status"]
    lines += [
        f"{months[row]},{calls[row]},{fee[row]},{plan[row]},{row},{1 + row % 5},{status[row]}"
        for row in range(N)
    ]
    return "\n".join(lines) + "\n"


@pytest.fixture
def clinic(desk, monkeypatch):
    monkeypatch.chdir(desk.folder)
    desk.write("clients.csv", clients())
    return desk


def compare(desk, *options):
    return desk.run("predict", "compare", "clients.csv", *options)


def test_several_classes_are_recognized_and_told_apart(clinic):
    found = compare(clinic, "--outcome", "status", *QUICK, "--by", "plan", "--format", "json").json

    assert (found["outcome"], found["kind"], found["split"]) == ("status", "classes", "stratified")
    assert found["said_kind"].startswith("Taken as several classes, for it has 3 different values.")
    assert set(found["shares"]) == {"left", "paused", "active"}
    assert sum(found["shares"].values()) == pytest.approx(1)
    plain, _, logistic = found["models"]
    assert plain["roc_auc"]["mean"] == 0.5
    shares = np.array(list(found["shares"].values()))
    assert plain["brier"] == pytest.approx(1 - (shares**2).sum(), abs=0.01)
    assert plain["log_loss"] == pytest.approx(-(shares * np.log(shares)).sum(), abs=0.01)
    assert logistic["roc_auc"]["low"] > 0.7
    assert logistic["log_loss"] < plain["log_loss"]
    assert 0 < logistic["calibration_error"] < 0.2
    assert found["chosen"] in {"naive_bayes", "logistic"}
    rows = np.array(found["confusion"]["rows"])
    assert rows.sum() == found["customers"] == N
    assert found["accuracy"]["mean"] == pytest.approx(np.trace(rows) / N)
    assert found["accuracy_of_most_frequent"] == pytest.approx(rows.sum(axis=1).max() / N)
    assert [one["name"] for one in found["groups"]] == ["free", "max", "pro"]
    assert sum(one["customers"] for one in found["groups"]) == N


def test_several_classes_are_tested_in_the_order_of_time(clinic):
    found = compare(
        *(clinic, "--outcome", "status", *QUICK, "--split", "time", "--order-by", "day"),
        *("--format", "json"),
    ).json

    assert (found["split"], found["ordered_by"], found["rounds"]) == ("time", "day", 1)
    assert np.array(found["confusion"]["rows"]).sum() == N // 3
    assert found["random_split"]["roc_auc"]["mean"] > 0.7


def test_the_confusion_is_printed_in_russian(clinic):
    ran = compare(clinic, "--outcome", "status", *QUICK, "--lang", "ru")

    assert ran.code == 0
    assert "Тип исхода — несколько классов, потому что разных значений 3." in ran.out
    assert "Строки — класс клиента, столбцы — самый вероятный класс." in ran.out
    assert "если всем называть" in ran.out


def test_one_value_against_the_others_is_a_yes_or_no(clinic):
    found = compare(clinic, "--outcome", "status=left", *QUICK, "--format", "json").json

    assert (found["kind"], found["positive_value"]) == ("yes-no", "left")


def test_a_number_is_recognized_and_compared_with_the_mean(clinic):
    found = compare(
        *(clinic, "--outcome", "fee", "--models", "mean,ridge", "--by", "plan"),
        *("--format", "json"),
    ).json

    assert (found["outcome"], found["kind"], found["split"]) == ("fee", "number", "stratified")
    assert found["said_kind"].startswith("Taken as a number, for it has")
    assert [one["name"] for one in found["models"]] == ["mean", "ridge"]
    assert found["chosen"] == "ridge"
    assert found["models"][0]["explained"]["mean"] == pytest.approx(0, abs=0.02)
    assert found["models"][1]["explained"]["low"] > 0.7
    assert found["models"][1]["root_error"]["high"] < found["models"][0]["root_error"]["low"]
    assert sum(one["customers"] for one in found["groups"]) == N


def test_a_number_is_tested_in_the_order_of_time(clinic):
    found = compare(
        *(clinic, "--outcome", "fee", "--models", "mean,ridge", "--split", "rolling"),
        *("--order-by", "day", "--format", "json"),
    ).json

    assert (found["split"], found["ordered_by"]) == ("rolling", "day")
    assert found["rounds"] > 1
    assert found["models"][1]["explained"]["low"] > 0.7
    assert found["why"].startswith("Chosen on earlier rows")


def test_a_few_numbers_are_classes_unless_it_is_said(clinic):
    classes = compare(clinic, "--outcome", "rooms", *QUICK, "--format", "json").json
    number = compare(
        *(clinic, "--outcome", "rooms", "--outcome-kind", "number", "--models", "mean"),
        *("--format", "json"),
    ).json

    assert (classes["kind"], number["kind"]) == ("classes", "number")
    assert "the values as numbers: --outcome-kind number" in classes["said_kind"]
    assert number["mean"] == 3.0


def test_what_does_not_go_together_is_refused(clinic):
    texts = compare(clinic, "--outcome", "plan", "--outcome-kind", "number")
    value = compare(clinic, "--outcome", "plan=pro", "--outcome-kind", "classes")
    pair = compare(clinic, "--outcome", "status", "--outcome-kind", "yes-no")
    costs = compare(clinic, "--outcome", "status", "--costs", "fee,fee,fee,fee")
    list_length = compare(clinic, "--outcome", "fee", "--capacity", "0.2", "--prices", "9,1,1")
    models = compare(clinic, "--outcome", "fee", "--models", "logistic")

    refused = (texts, value, pair, costs, list_length, models)
    assert [one.code for one in refused] == [2, 2, 1, 2, 2, 2]
    assert "'plan' holds texts" in texts.complaint
    assert "Leave one of the two out: --outcome plan" in value.complaint
    assert "Say which value counts as yes: status=VALUE" in pair.complaint
    assert "Said in vain: --costs. What a decision brings" in costs.complaint
    assert "Said in vain: --prices, --capacity." in list_length.complaint
    assert "model of a number 'logistic'" in models.complaint


def test_classes_and_numbers_are_counted_before_anything_is_learnt(clinic):
    classes = compare(clinic, "--outcome", "status", "--count", "--format", "json").json
    number = compare(clinic, "--outcome", "fee", "--count", "--format", "json").json
    told = compare(clinic, "--outcome", "fee", "--count", "--lang", "ru").out

    assert (classes["kind"], classes["fewest"], classes["is_enough"]) == ("classes", 20, True)
    assert sum(classes["classes"].values()) == classes["known"] == N
    assert (number["kind"], number["fewest"], number["is_enough"]) == ("number", 100, True)
    assert number["known"] + number["unknown"] == N
    assert "нужно не меньше 100 клиентов" in told
