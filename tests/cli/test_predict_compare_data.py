"""`regulars predict compare` on real files: the figures that are known of them."""

import json

import pytest

from regulars.cli.app import run

pytestmark = [pytest.mark.data, pytest.mark.slow]

CALLS = "bank_marketing/bank-additional.zip"


@pytest.fixture
def compare(dataset, tmp_path, monkeypatch, capsys):
    def ask(name, *options, member=""):
        file = f"{dataset(name)}{member}"
        monkeypatch.chdir(tmp_path)
        assert run(["predict", "compare", file, *options, "--no-input", "--format", "json"]) == 0
        return json.loads(capsys.readouterr().out)

    return ask


def find(found, name):
    return next(model for model in found["models"] if model["name"] == name)


def test_calls_of_a_bank_are_ranked_worse_later_than_at_random_and_that_is_said(compare):
    found = compare(
        CALLS,
        *("--outcome", "y=yes", "--split", "time", "--models", "baseline,naive_bayes,logistic"),
        member="::bank-additional/bank-full.csv",
    )

    assert [(one["column"], one["is_left_out"]) for one in found["leakage"]] == [("duration", True)]
    assert find(found, found["chosen"])["roc_auc"]["mean"] >= 0.65
    assert found["random_split"]["roc_auc"]["mean"] > 0.75
    assert (
        "is not there when the model meets customers of another time"
        in (found["random_split"]["reason"])
    )


def test_calls_of_a_bank_in_a_rolling_window(compare):
    found = compare(
        CALLS,
        *("--outcome", "y=yes", "--split", "rolling", "--models", "baseline,naive_bayes"),
        member="::bank-additional/bank-full.csv",
    )

    assert found["rounds"] == 25
    assert find(found, found["chosen"])["roc_auc"]["mean"] >= 0.72
    # Who only says how frequent the outcome is at the time does as well; within a test nobody does.
    assert find(found, "baseline")["roc_auc"]["mean"] > 0.72
    assert find(found, "baseline")["roc_auc_within"]["mean"] == 0.5


def test_prices_of_each_customer_save_more_than_a_model_blind_to_them(compare):
    found = compare(
        "tv_churn/churn_tv_subscriptions.csv.gz",
        *("--outcome", "target=1", "--costs", "C_FP,C_FN,C_TP,C_TN"),
        *("--models", "baseline,lightgbm"),
    )

    assert found["savings"]["by_own_costs"]["low"] > 0.1
    assert found["savings"]["ahead_of_blind"]["low"] > 0.1


def test_the_profit_of_the_standard_set_is_the_one_that_is_known(compare):
    found = compare("telco/Telco-Customer-Churn.csv", "--models", "logistic,lightgbm,blend")

    assert find(found, found["chosen"])["roc_auc"]["mean"] >= 0.848
    assert found["profit"]["per_customer"]["low"] < 10.33 < found["profit"]["per_customer"]["high"]
    assert found["alarms"] == []
