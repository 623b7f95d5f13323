"""`regulars predict models`: the models that are kept, run by run."""

import json

import pytest
from small_shop import CUSTOMERS

from regulars.cli.app import run


def test_a_workspace_without_models_says_who_keeps_them(desk):
    ran = desk.run("predict", "models", "-w", desk.workspace)

    assert ran.code == 0
    assert ran.out == "No models are kept yet. `regulars analyze` keeps those that it compares.\n"


@pytest.mark.slow
def test_an_analysis_is_listed_with_the_model_that_it_chose(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clients.csv").write_text(CUSTOMERS, encoding="utf-8")
    run(["analyze", "clients.csv", "--out", "out"])
    capsys.readouterr()

    code = run(["predict", "models", "-w", "out/workspace", "--format", "json"])

    (kept,) = json.loads(capsys.readouterr().out)["models"]
    report = json.loads((tmp_path / "out/report.json").read_text("utf-8"))
    assert code == 0
    assert kept["run"] == report["lineage"]["run"]
    assert kept["chosen"] == report["churn"]["chosen"]
    assert kept["n_models"] == 6
    assert set(kept["parameters"]) == {model["name"] for model in report["churn"]["models"]}
    assert kept["parameters"]["logistic"]["C"] in (0.01, 0.1, 1.0, 10.0)
