"""`regulars predict compare`: what it prints, what it sees planted, and what it refuses."""

import json
from dataclasses import replace

import numpy as np
import pytest
from small_shop import CUSTOMERS

from regulars.cli.app import run
from regulars.predictions.fitting.roster import FAMILIES

pytestmark = pytest.mark.slow

QUICK = ("--models", "baseline,naive_bayes,logistic")
N = 600


def clients(*, n=N, seed=2, **extra):
    """Customers of whom a third leaves, as columns."""
    generator = np.random.default_rng(seed)
    months, calls = generator.integers(1, 72, n), generator.poisson(5, n)
    fee = generator.normal(600, 200, n).round(2)
    plan, city = generator.choice(["pro", "free", "max"], n), generator.choice(list("abcdef"), n)
    chance = 1 / (1 + np.exp(-0.8 + 0.05 * months - 0.1 * calls + 0.8 * (plan == "pro")))
    left = generator.random(n) < chance
    return {
        "months": months,
        "calls": calls,
        "fee": fee,
        "plan": plan,
        "city": city,
        "day": np.arange(n),
    } | {name: make(left, generator) for name, make in extra.items()} | {
        "left": np.where(left, "yes", "no")
    }  # fmt: skip


def to_csv(columns):
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return "\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)]) + "\n"


def repeat(columns, rows):
    return {name: column[rows] for name, column in columns.items()}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clients.csv").write_text(to_csv(clients()), encoding="utf-8")
    return tmp_path


@pytest.fixture
def compare(folder, capsys):
    """Compare the models on a file of these columns; `(code, printed, complaint)`."""

    def ask(*options, columns=None):
        if columns is not None:
            (folder / "clients.csv").write_text(to_csv(columns), encoding="utf-8")
        code = run(["predict", "compare", "clients.csv", *options])
        told = capsys.readouterr()
        return code, told.out, told.err

    return ask


def as_json(compare, *options, columns=None):
    code, out, err = compare(*options, "--format", "json", columns=columns)
    assert code == 0, err
    return json.loads(out)


def test_the_object_holds_what_is_documented(compare):
    found = as_json(compare, "--outcome", "left", *QUICK, "--no-input")

    assert list(found)[:4] == ["outcome", "positive_value", "said_outcome", "base_rate"]
    assert (found["outcome"], found["split"]) == ("left", "stratified")
    # Months tell a good part of it (ROC-AUC 0.72), as honest columns do.
    assert found["leakage"] == []
    assert [model["name"] for model in found["models"]] == ["baseline", "naive_bayes", "logistic"]
    best = found["models"][2]
    assert found["by_group"] == []
    assert best["roc_auc"]["low"] < best["roc_auc"]["mean"] < best["roc_auc"]["high"]
    assert 0 < best["brier"] < 0.25
    assert 0 < best["log_loss"] < 0.7
    assert 0 <= best["calibration_error"] < 0.2
    assert found["chosen"] in {"naive_bayes", "logistic"}
    assert "ROC-AUC" in found["why"]
    assert found["random_split"] is None


def test_the_table_marks_the_chosen_model(compare):
    code, out, _ = compare("--outcome", "left=yes", *QUICK)

    assert code == 0
    assert [line for line in out.splitlines() if line.startswith("→")] != []
    assert "each outcome is recognized in" in out


def test_the_same_in_russian(compare):
    code, out, _ = compare("--outcome", "left", *QUICK, "--lang", "ru")

    assert code == 0
    assert "→" in out
    assert "каждый исход распознаётся" in out


def test_the_order_of_the_file_is_an_order(compare):
    found = as_json(compare, "--outcome", "left", "--split", "time", *QUICK)

    assert (found["split"], found["ordered_by"], found["rounds"]) == ("time", "row", 1)
    assert found["random_split"]["roc_auc"]["mean"] > 0.5
    assert found["random_split"]["reason"].startswith("A random split would have said")


def test_a_column_that_orders_the_rows_is_no_feature(compare):
    found = as_json(compare, "--outcome", "left", "--split", "rolling", "--order-by", "day", *QUICK)

    assert (found["split"], found["ordered_by"]) == ("rolling", "day")
    assert all(set(model["roc_auc_within"]) == {"mean", "low", "high"} for model in found["models"])


def test_rows_of_a_customer_who_comes_again_stay_together(compare):
    weekly = clients() | {"client": np.char.add("C", (np.arange(N) // 4).astype(str))}

    found = as_json(compare, "--outcome", "left", *QUICK, columns=weekly)
    in_order = as_json(compare, "--outcome", "left", "--split", "time", *QUICK, columns=weekly)

    assert found["said_split"].startswith("600 rows of 150 customers were dealt at random")
    assert in_order["said_split"].startswith("The rows stand in the order of the file.")


def test_quality_is_told_by_ranges_of_a_number_and_by_values(compare):
    by_months = as_json(compare, "--outcome", "left", "--by", "months", *QUICK)["groups"]
    by_plan = as_json(compare, "--outcome", "left", "--by", "plan", *QUICK)["groups"]

    assert [group["name"][:2] for group in by_months] == ["1:", "2:", "3:", "4:", "5:"]
    assert [group["name"] for group in by_plan] == ["free", "max", "pro"]
    assert sum(group["customers"] for group in by_plan) == N


def test_an_outcome_is_counted_before_anything_is_learnt(compare):
    counted = as_json(compare, "--outcome", "left", "--count")

    assert counted["positives"] + counted["negatives"] == N
    assert (counted["fewest"], counted["is_enough"], counted["dates"]) == (20, True, [])


def test_costs_of_each_customer_are_no_features_and_tell_what_is_saved(compare):
    columns = clients(
        vain=lambda left, generator: np.full(len(left), 10),
        missed=lambda left, generator: generator.integers(20, 400, len(left)),
        kept=lambda left, generator: np.full(len(left), 12),
        nothing=lambda left, generator: np.zeros(len(left), int),
    )

    found = as_json(
        compare,
        *("--outcome", "left", *QUICK, "--costs", "vain,missed,kept,nothing"),
        columns=columns,
    )

    saved = found["savings"]
    assert saved["cost_per_customer"] < saved["cost_if_everybody"] < saved["cost_if_nobody"]
    assert saved["ahead_of_blind"]["low"] > 0


def test_costs_want_four_columns_of_numbers(compare):
    few, _, said_few = compare("--outcome", "left", "--costs", "fee,calls")
    texts, _, said_texts = compare("--outcome", "left", "--costs", "fee,calls,plan,months")

    assert (few, texts) == (2, 2)
    assert "--costs takes 4 columns" in said_few
    assert "--costs: column 'plan' does not hold numbers" in said_texts


# What is planted has to be seen.


def test_a_class_padded_before_the_split_is_noticed_and_does_not_raise_the_figures(compare):
    columns = clients(day=lambda left, generator: np.zeros(len(left), int))
    leavers = np.flatnonzero(columns["left"] == "yes")
    more = np.random.default_rng(1).choice(leavers, 3 * len(leavers))
    padded = repeat(columns, np.concatenate([np.arange(N), more]))

    honest = as_json(compare, "--outcome", "left", *QUICK, columns=columns)
    found = as_json(compare, "--outcome", "left", *QUICK, columns=padded)

    assert "copies" in [alarm["kind"] for alarm in found["alarms"]]
    best = {model["name"]: model["roc_auc"]["mean"] for model in found["models"]}
    plain = {model["name"]: model["roc_auc"]["mean"] for model in honest["models"]}
    assert best["logistic"] < plain["logistic"] + 0.04


def test_a_category_encoded_by_the_outcome_of_all_rows_is_noticed(compare):
    def encode(left, generator):
        street = generator.integers(0, N // 2, N)
        means = np.bincount(street, weights=left, minlength=N) / np.maximum(
            np.bincount(street, minlength=N), 1
        )
        return means[street].round(4)

    found = as_json(compare, "--outcome", "left", *QUICK, columns=clients(street=encode))

    named = [one["column"] for one in found["leakage"] + found["alarms"]]
    assert "street" in named


def test_a_column_written_after_the_cut_off_is_left_out(compare):
    found = as_json(
        compare,
        *("--outcome", "left", *QUICK),
        columns=clients(refund=lambda left, generator: np.where(left, 50, 0)),
    )

    assert [(one["column"], one["is_left_out"]) for one in found["leakage"]] == [("refund", True)]
    assert found["leakage"][0]["roc_auc_with"] > 0.95


def test_a_column_that_is_the_outcome_is_left_out(compare):
    found = as_json(
        compare,
        *("--outcome", "left", *QUICK),
        columns=clients(gone=lambda left, generator: np.where(left, "Y", "N")),
    )

    assert [(one["column"], one["is_left_out"]) for one in found["leakage"]] == [("gone", True)]
    assert max(model["roc_auc"]["mean"] for model in found["models"]) < 0.9


def test_customers_loaded_twice_never_stand_on_both_sides(compare):
    columns = clients(day=lambda left, generator: np.zeros(len(left), int))
    twice = repeat(columns, np.repeat(np.arange(N), 2))

    once = as_json(compare, "--outcome", "left", *QUICK, columns=columns)
    found = as_json(compare, "--outcome", "left", *QUICK, columns=twice)

    plain, doubled = (one["models"][2]["roc_auc"]["mean"] for one in (once, found))
    assert abs(doubled - plain) < 0.03


# What cannot be compared is refused in words.


def test_an_unknown_column_to_order_by_is_named_with_the_nearest(compare):
    code, _, err = compare("--outcome", "left", "--split", "time", "--order-by", "dya")

    assert code == 2
    assert "--order-by: the file has no column 'dya'. Did you mean 'day'?" in err


def test_texts_order_nothing(compare):
    code, _, err = compare("--outcome", "left", "--split", "time", "--order-by", "plan")

    assert code == 2
    assert "--order-by 'plan' holds texts that are neither dates nor numbers" in err


def test_the_order_of_a_file_with_ids_is_not_kept(compare, folder):
    (folder / "clients.csv").write_text(CUSTOMERS, encoding="utf-8")

    code, _, err = compare("--outcome", "churn", "--split", "time")

    assert code == 2
    assert "not in the order of the file. Name the column that says which rows are earlier" in err


def test_one_class_only_is_refused(compare):
    columns = clients()
    code, _, err = compare("--outcome", "left", columns=columns | {"left": np.full(N, "no")})

    assert code == 1
    assert "there is nothing to learn from" in err


def test_five_positives_are_too_few(compare):
    few = np.where(np.arange(N) < 5, "yes", "no")
    code, _, err = compare("--outcome", "left", columns=clients() | {"left": few})

    assert code == 1
    assert "was seen for 5 customers and not for 595; at least 20 of each are needed" in err


def test_a_day_before_everything_is_refused(compare):
    columns = clients()
    days = np.datetime64("2026-01-01") + columns["day"].astype("timedelta64[D]")
    dated = {"observed_at": days.astype(str), **columns}

    code, _, err = compare("--outcome", "left", "--as-of", "2020-01-01", *QUICK, columns=dated)

    assert code == 1
    assert "Nothing was known about any customer before 2020-01-01: there are no rows," in err


def test_a_date_orders_the_rows_and_a_gap_is_counted_in_days(compare):
    columns = clients()
    days = np.datetime64("2024-01-01") + columns["day"].astype("timedelta64[D]")
    dated = {"signed_on": days.astype(str), **columns}

    found = as_json(
        compare,
        *("--outcome", "left", "--split", "time", "--order-by", "signed_on", "--gap", "14"),
        *QUICK,
        columns=dated,
    )

    assert found["ordered_by"] == "signed_on"
    assert "with 14 days left empty between them" in found["said_split"]


def test_a_category_of_a_level_for_everybody_is_survived(compare):
    found = as_json(
        compare,
        *("--outcome", "left", *QUICK),
        columns=clients(
            street=lambda left, generator: np.array([f"s{row}" for row in range(len(left))])
        ),
    )

    assert found["chosen"] in {"naive_bayes", "logistic"}


def test_prices_that_are_no_numbers_are_refused(compare):
    code, _, err = compare("--outcome", "left", "--prices", "much")

    assert code == 2
    assert "is not 3 numbers" in err


def test_an_unknown_model_is_named_with_the_nearest(compare):
    code, _, err = compare("--outcome", "left", "--models", "logistik")

    assert code == 2
    assert "Did you mean 'logistic'" in err


def test_what_is_not_installed_is_said_in_a_line(compare, monkeypatch):
    for name, family in FAMILIES.items():
        if name not in ("baseline", "naive_bayes"):
            absent = replace(family, package="no_such_package", extra="boosters")
            monkeypatch.setitem(FAMILIES, name, absent)

    code, printed, _ = compare("--outcome", "left")
    _, named, _ = compare("--outcome", "left", "--models", "baseline")

    assert code == 0
    assert "Not compared, because not installed: One-feature rule" in " ".join(printed.split())
    assert "pip install 'regulars[boosters]'" in " ".join(printed.split())
    assert "not installed" not in named


def wrong_way(*, n=N, seed=4):
    """More calls mean leaving here, against what is known of calls; months tell rightly."""
    generator = np.random.default_rng(seed)
    calls, months = generator.integers(0, 40, n), generator.integers(1, 72, n)
    left = generator.random(n) < 1 / (1 + np.exp(-0.15 * (calls - 20)))
    return {
        "calls": calls,
        "months": months,
        "plan": generator.choice(["pro", "free"], n),
        "left": np.where(left, "yes", "no"),
    }


def test_a_number_that_goes_the_wrong_way_is_not_followed(compare):
    models = ("--models", "logistic,one_feature,lightgbm", "--outcome", "left")

    free = as_json(compare, *models, columns=wrong_way())
    held = as_json(compare, *models, "--monotone", "calls=down", columns=wrong_way())
    right = as_json(compare, *models, "--monotone", "calls=up", columns=wrong_way())

    finds_them = [
        {one["name"]: one["roc_auc"]["mean"] > 0.55 for one in told["models"]}
        for told in (free, held, right)
    ]
    assert finds_them == [
        {"baseline": False, "one_feature": True, "logistic": True, "lightgbm": True},
        {"baseline": False, "one_feature": False, "lightgbm": False},
        {"baseline": False, "one_feature": True, "lightgbm": True},
    ]
    learnt = free["models"][1:] + right["models"][1:]
    assert min(one["roc_auc"]["mean"] for one in learnt) > 0.8


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--monotone", "call=down"), "Did you mean 'calls'?"),
        (
            ("--monotone", "plan=up"),
            "a category has no more and no less. Name a number: calls, months",
        ),
        (("--monotone", "calls=left"), "is not COLUMN=up or COLUMN=down"),
        (("--monotone", "calls"), "is not COLUMN=up or COLUMN=down"),
        (("--models", "logistic", "--monotone", "calls=up"), "can be held to the way of a feature"),
        (("--tuning-seconds", "5"), "Add it, as in --models logistic,lightgbm,tuned"),
    ],
)
def test_a_way_or_a_search_that_cannot_be_is_refused(compare, options, said):
    code, _, complaint = compare("--outcome", "left", *options, columns=wrong_way(n=200))

    assert code == 2
    assert said in " ".join(complaint.split())


def test_a_number_has_no_way_to_be_held_to(compare):
    code, _, complaint = compare(
        "--outcome", "months", "--monotone", "calls=up", columns=wrong_way()
    )

    assert code == 2
    assert "and 'months' is not one. Name the value that counts as yes" in complaint


def test_a_search_takes_as_long_as_is_said(compare):
    pytest.importorskip("optuna")

    told = as_json(
        compare,
        *("--outcome", "left", "--models", "baseline,tuned", "--tuning-seconds", "0.05"),
        columns=wrong_way(n=200),
    )

    assert [one["name"] for one in told["models"]] == ["baseline", "tuned"]
    assert told["models"][1]["seconds"] < 20
