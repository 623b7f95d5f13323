"""The models of a run are kept beside its record, signed, and score what they scored then."""

import json

import numpy as np
import pytest
from small_shop import CUSTOMERS

from regulars.errors import NotFoundError, StorageError
from regulars.progress import Silent
from regulars.workspace.analyze import analyze_files
from regulars.workspace.kept_models import list_models
from regulars.workspace.models import open_models

pytestmark = pytest.mark.slow


def _analyze(desk, text, **wishes):
    from regulars.ingest.wishes import Wishes

    desk.write("clients.csv", text)
    done = analyze_files(
        ["clients.csv"],
        folder=desk.folder / "out",
        wishes=Wishes(**wishes),
        progress=Silent(),
    )
    return done, done.report.lineage.run


def test_all_models_of_a_run_score_as_they_did(desk):
    done, run = _analyze(desk, CUSTOMERS)

    kept = open_models(done.workspace, run)

    churn = done.study.churn
    others = {name: kept.score(done.study.features, model=name) for name in churn.others}
    assert len(others) == 5
    assert all(np.array_equal(others[name], said) for name, said in churn.others.items())
    assert kept.manifest.chosen == churn.chosen
    assert kept.manifest.lineage == done.report.lineage


def test_the_record_of_a_run_names_its_models(desk):
    done, run = _analyze(desk, CUSTOMERS)

    record = json.loads((desk.folder / f"out/workspace/runs/{run}/run.json").read_text("utf-8"))
    assert record["models"] == {"models": done.study.churn.chosen}


def test_a_changed_model_of_a_run_is_not_loaded(desk):
    done, run = _analyze(desk, CUSTOMERS)
    file = desk.folder / f"out/workspace/runs/{run}/models/models.json"
    file.write_text(file.read_text("utf-8").replace("0", "1", 1), "utf-8")

    with pytest.raises(StorageError, match=r"'models\.json' in .* is not as it was written"):
        open_models(done.workspace, run)

    (file.parent / "manifest.json").write_text("{", "utf-8")
    with pytest.raises(StorageError, match=r"'manifest\.json' in .* is not as it was written"):
        list_models(done.workspace)


def test_of_several_classes_the_models_of_each_are_kept(desk):
    rows = [f"{n},{20 + n * 7 % 50},{n * 13 % 90},{'abc'[n * 11 % 3]}" for n in range(120)]
    done, run = _analyze(desk, "\n".join(["customer_id,age,fee,status", *rows]), outcome="status")

    kept = open_models(done.workspace, run, class_number=2)

    name, second = list(done.study.classes.comparisons.items())[1]
    assert kept.manifest.outcome.positive == name
    assert np.array_equal(
        kept.score(done.study.features, model="baseline"),
        second.scorers["baseline"].probabilities(second.explainer.matrix.values),
    )


def test_a_run_without_a_forecast_keeps_no_models(desk):
    done, run = _analyze(desk, CUSTOMERS.replace(",churn\n", ",RenewalState\n"))

    with pytest.raises(NotFoundError, match="There are no models"):
        open_models(done.workspace, run)
