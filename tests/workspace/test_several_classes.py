"""An outcome of several classes on the command line: told apart, in both languages, and made again."""

import json
import random

import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.slow


def _file(seed=4):
    rng = random.Random(seed)
    rows = ["customer_id,age,monthly_fee,visits,status"]
    for number in range(260):
        age, fee, visits = rng.randint(18, 75), rng.randint(5, 60), rng.randint(0, 30)
        quiet, dear = visits < 10, fee > 40
        likely = "leaves" if quiet and dear else "pauses" if quiet else "stays"
        status = likely if rng.random() < 0.8 else rng.choice(["stays", "leaves", "pauses"])
        rows.append(f"{number:04},{age},{fee},{visits},{status if number % 20 else ''}")
    return "\n".join(rows)


@pytest.fixture
def told(desk):
    """A file of three classes, analyzed without saying which of them is leaving."""
    desk.write("clients.csv", _file())
    ran = desk.run("analyze", "clients.csv", "--outcome", "status", "--out", "out")
    return desk, ran, json.loads((desk.folder / "out/report.json").read_text("utf-8"))


def test_several_classes_are_compared_and_told_apart(told):
    _, ran, report = told

    part = report["classes"]
    names = [one["name"] for one in part["classes"]]
    assert (ran.code, sorted(names)) == (0, ["leaves", "pauses", "stays"])
    assert [len(row) for row in part["confusion"]] == [3, 3, 3]
    assert sum(map(sum, part["confusion"])) == part["customers"] == 247
    assert part["unknown"] == 13
    assert part["roc_auc"]["low"] > 0.7
    assert part["accuracy"]["mean"] > part["frequent_share"]
    assert len(part["models"]) == 6
    assert report["summary"]["grades"]["classes"] in ("A", "B", "C")


def test_the_list_says_that_one_class_must_be_named(told):
    desk, ran, report = told

    said = report["why_absent"]["contact_list"]
    assert (report["churn"], report["contact_list"]) == (None, None)
    assert said == report["why_absent"]["churn"]
    assert "--outcome 'status=VALUE'" in said["en"]
    assert "--outcome 'status=ЗНАЧЕНИЕ'" in said["ru"]
    assert not (desk.folder / "out/contact_list.csv").exists()
    assert "Class   Customers  ROC-AUC  Precision  Recall" in ran.out
    assert "Comparing models: “status” = “leaves”" in ran.err


def test_every_customer_has_a_class_in_a_file_of_its_own(told):
    desk, _, _ = told

    scores = pq.read_table(desk.folder / "out/classes.parquet").to_pylist()
    first = scores[0]
    shares = {one["class"]: one["probability"] for one in first["probabilities"]}
    assert len(scores) == 260
    assert sum(shares.values()) == pytest.approx(1)
    assert first["predicted_class"] == max(shares, key=shares.get)


def test_the_page_shows_which_classes_are_confused(told):
    desk, _, _ = told

    page = (desk.folder / "out/report.html").read_text("utf-8")
    assert 'id="classes"' in page
    assert "Which classes are confused" in page
    assert "most probable: pauses" in page


def test_an_erased_customer_leaves_the_file_of_classes(told):
    desk, _, _ = told

    erased = desk.run("erase", "0007", "-w", "out/workspace", "--yes", "--format", "json")

    left = pq.read_table(desk.folder / "out/classes.parquet")["customer_id"].to_pylist()
    assert erased.json["files"]["classes.parquet"] == "rewritten"
    assert (len(left), "0007" in left) == (259, False)


def test_several_classes_come_out_again(told):
    desk, _, report = told

    ran = desk.run("reproduce", report["lineage"]["run"], "-w", "out/workspace", "--format", "json")

    figures = {figure["name"] for figure in ran.json["figures"]}
    assert (ran.code, ran.json["is_same"]) == (0, True)
    assert {"classes_roc_auc", "classes_right"} <= figures


def test_a_named_class_gives_a_forecast_and_a_list(desk):
    desk.write("clients.csv", _file())

    ran = desk.run(
        *("analyze", "clients.csv", "--outcome", "status=leaves", "--lang", "ru", "--out", "out")
    )

    report = json.loads((desk.folder / "out/report.json").read_text("utf-8"))
    assert (ran.code, report["classes"]) == (0, None)
    assert report["churn"]["outcome"]["positive"] == "leaves"
    assert report["contact_list"]["kept"] > 0
    assert not (desk.folder / "out/classes.parquet").exists()
