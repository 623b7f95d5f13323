"""Why one customer has the score they have, and what would have to be otherwise."""

import json

import pyarrow.parquet as pq
import pytest

from regulars.cli.app import run
from regulars.errors import NotFoundError
from regulars.progress import Silent
from regulars.workspace.analyze import analyze_files
from regulars.workspace.scoring import score_customers
from regulars.workspace.why import explain_customer

pytestmark = pytest.mark.slow

ROWS = [
    f"{n},{20 + n * 7 % 50},{100 + n * 37 % 900},{'month' if n % 3 else 'year'},"
    f"{'yes' if (n * 37 % 900 > 450) != (n % 7 == 0) and n % 3 else 'no'}"
    for n in range(400)
]
CLIENTS = "\n".join(["customer_id,age,MonthlyFee,contract,churn", *ROWS])


@pytest.fixture(scope="module")
def analysis(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clients")
    file = folder / "clients.csv"
    file.write_text(CLIENTS, encoding="utf-8")
    return analyze_files([str(file)], folder=folder / "out", progress=Silent())


@pytest.fixture(scope="module")
def scores(analysis):
    file = score_customers(analysis.workspace, progress=Silent()).file
    table = pq.read_table(file).sort_by([("churn_probability", "descending")])
    return table.select(["customer_id", "churn_probability"]).to_pylist()


def test_the_probability_is_that_of_the_scores(analysis, scores):
    found = explain_customer(analysis.workspace, scores[0]["customer_id"])

    assert found.probability == scores[0]["churn_probability"]
    assert found.reasons


def test_the_change_is_over_what_can_be_changed_and_is_enough(analysis, scores):
    found = explain_customer(analysis.workspace, scores[0]["customer_id"])

    assert found.probability >= found.threshold
    assert found.nearest.changes
    assert found.nearest.after < found.threshold
    assert "age" in found.fixed
    assert [one.en.split(":")[0] for one in found.changes] != ["Age"]


def test_columns_are_named_as_in_the_file(analysis, scores):
    found = explain_customer(analysis.workspace, scores[0]["customer_id"], change=["MonthlyFee"])

    assert "contract" in found.fixed
    assert {one.en.split(":")[0] for one in found.changes} <= {"Monthly fee"}


def test_whoever_is_below_the_threshold_needs_no_change(analysis, scores):
    found = explain_customer(analysis.workspace, scores[-1]["customer_id"])

    assert found.probability < found.threshold
    assert found.nearest is None
    assert found.changes == ()


def test_an_unknown_customer_is_told(analysis):
    with pytest.raises(NotFoundError, match="Customer '9999' is not among those"):
        explain_customer(analysis.workspace, "9999")


def test_the_command_tells_it_in_russian_and_as_json(analysis, scores, capsys):
    customer = scores[0]["customer_id"]
    asked = ["predict", "why", "--customer", customer, "-w", str(analysis.workspace.folder)]

    run([*asked, "--lang", "ru"])
    text = capsys.readouterr().out
    run([*asked, "--format", "json"])
    told = json.loads(capsys.readouterr().out)

    assert text.startswith(f"Клиент {customer}: ")
    assert "Почему:" in text
    assert told["probability"] == scores[0]["churn_probability"]
    assert told["nearest_change"]["is_enough"] is True
