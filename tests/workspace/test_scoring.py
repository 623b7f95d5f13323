"""Kept models applied again: the same scores, part by part, of new customers, and after a stop."""

import json
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_shop import CUSTOMERS

from regulars.errors import (
    Cancelled,
    ConflictError,
    InvalidParameterError,
    NotFoundError,
    UnknownNameError,
)
from regulars.progress import Silent
from regulars.quality import CleaningPlan
from regulars.workspace import Workspace, scoring
from regulars.workspace.analyze import AnalysisWishes, analyze_files
from regulars.workspace.scoring import score_customers

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def analysis(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    file = folder / "clients.csv"
    file.write_text(CUSTOMERS, encoding="utf-8")
    return analyze_files([str(file)], folder=folder / "out", progress=Silent())


def score(analysis, tmp_path, **wishes):
    wishes = {"progress": Silent(), "file": tmp_path / "scores.parquet"} | wishes
    done = score_customers(analysis.workspace, **wishes)
    return done, pq.read_table(done.file)


def read_by_customer(table):
    return dict(
        zip(table["customer_id"].to_pylist(), table["churn_probability"].to_pylist(), strict=True)
    )


def test_the_scores_are_those_of_the_model_that_was_kept(analysis, tmp_path):
    done, scores = score(analysis, tmp_path, model="logistic")

    churn, features = analysis.study.churn, analysis.study.features
    said = churn.scorers["logistic"].probabilities(churn.explainer.matrix.values).tolist()
    assert read_by_customer(scores) == dict(
        zip(features.customer_ids.to_pylist(), said, strict=True)
    )
    assert done.customers == len(said)
    assert done.above == sum(one >= churn.threshold.value for one in said)


def test_in_parts_the_same_scores_come_out(analysis, tmp_path, monkeypatch):
    _, whole = score(analysis, tmp_path)
    monkeypatch.setattr(scoring, "_CUSTOMERS_AT_ONCE", 50)

    done, scores = score(analysis, tmp_path, file=tmp_path / "parts.parquet")

    assert done.parts > 3
    assert read_by_customer(scores) == read_by_customer(whole)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["parts.parquet", "scores.parquet"]


def test_under_a_cleaning_plan_the_same_scores_come_out_in_parts(tmp_path, monkeypatch):
    file = tmp_path / "clients.csv"
    file.write_text(CUSTOMERS, encoding="utf-8")
    plan = CleaningPlan(
        columns=[
            {"column": "age", "missing": "median", "outliers": "cap", "low": 25, "high": 60},
            {"column": "monthly_fee", "missing": "median", "outliers": "cap"},
        ]
    )
    cleaned = analyze_files(
        [str(file)],
        folder=tmp_path / "out",
        analysis=AnalysisWishes(plan=plan, outliers="cap"),
        progress=Silent(),
    )
    _, whole = score(cleaned, tmp_path)
    monkeypatch.setattr(scoring, "_CUSTOMERS_AT_ONCE", 50)

    done, scores = score(cleaned, tmp_path)

    assert done.parts == 4
    assert read_by_customer(scores) == read_by_customer(whole)


def test_links_between_customers_of_different_parts_are_seen(tmp_path, monkeypatch):
    clients, referrals = tmp_path / "clients.csv", tmp_path / "referrals.csv"
    clients.write_text(CUSTOMERS, encoding="utf-8")
    lines = [f"{n % 200},{(n * 37 + n // 9) % 150},2024-0{1 + n % 6}-1{n % 9}" for n in range(900)]
    referrals.write_text("\n".join(["referrer_id,referred_id,date", *lines]), encoding="utf-8")
    linked = analyze_files(
        [str(clients), str(referrals)],
        folder=tmp_path / "out",
        progress=Silent(),
    )
    assert "linked_from" in linked.study.features.names
    _, whole = score(linked, tmp_path)
    monkeypatch.setattr(scoring, "_BUCKETED_AT_ONCE", 50)

    done, scores = score(linked, tmp_path)

    assert done.parts > 3
    assert read_by_customer(scores) == read_by_customer(whole)


def test_what_was_told_twice_is_streamed_as_it_was_told_last(tmp_path, monkeypatch):
    file = tmp_path / "clients.csv"
    file.write_text(CUSTOMERS, encoding="utf-8")
    first = analyze_files([str(file)], folder=tmp_path / "out", progress=Silent())
    file.write_text(CUSTOMERS.replace(",gold,", ",basic,", 20), encoding="utf-8")
    again = analyze_files([str(file)], folder=tmp_path / "out", progress=Silent())
    _, whole = score(again, tmp_path, run=first.report.lineage.run)
    monkeypatch.setattr(scoring, "_CUSTOMERS_AT_ONCE", 50)

    done, scores = score(again, tmp_path, run=first.report.lineage.run)

    assert done.customers == 200
    assert read_by_customer(scores) == read_by_customer(whole)


HOLD = """
import sys
from pathlib import Path
from regulars.workspace.score_parts import hold_scores

with hold_scores(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_scoring_into_the_same_file_is_refused_until_the_first_is_gone(analysis, tmp_path):
    target = tmp_path / "scores.parquet"
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, target], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert first.stdout.readline() == b"held\n"

    with pytest.raises(ConflictError, match=r"Another .* is writing .*scores\.parquet.*--out FILE"):
        score(analysis, tmp_path)
    first.kill()
    first.communicate()
    done, _ = score(analysis, tmp_path)

    assert done.customers == 200
    assert [path.name for path in tmp_path.iterdir()] == ["scores.parquet"]


def test_parts_that_name_who_was_erased_are_removed(analysis, tmp_path, monkeypatch):
    from regulars.workspace.traces import erase_from_results

    monkeypatch.setattr(scoring, "_CUSTOMERS_AT_ONCE", 50)
    with pytest.raises(Cancelled):
        score(analysis, tmp_path, progress=StopAfter(3))
    (parts,) = tmp_path.glob(".scores.parquet.*")
    with pa.ipc.open_file(parts / "part-0000.arrow") as part:
        gone = part.read_all()["customer_id"][0].as_py()

    key = analysis.workspace.master_key
    assert erase_from_results([tmp_path], [gone], key=key) == {parts.name: "removed"}
    assert list(tmp_path.iterdir()) == []


class StopAfter(Silent):
    """Stops when it was asked so often."""

    def __init__(self, count):
        super().__init__()
        self.left = count

    def check(self):
        self.left -= 1
        if self.left < 0:
            self.cancel()
        super().check()


def test_a_scoring_that_was_stopped_goes_on_where_it_was(analysis, tmp_path, monkeypatch):
    _, whole = score(analysis, tmp_path, file=tmp_path / "whole.parquet")
    monkeypatch.setattr(scoring, "_CUSTOMERS_AT_ONCE", 50)
    with pytest.raises(Cancelled):
        score(analysis, tmp_path, progress=StopAfter(3))
    assert not (tmp_path / "scores.parquet").exists()

    done, scores = score(analysis, tmp_path)

    assert 0 < done.continued < done.parts
    assert read_by_customer(scores) == read_by_customer(whole)


def test_parts_of_another_question_are_not_taken(analysis, tmp_path, monkeypatch):
    monkeypatch.setattr(scoring, "_CUSTOMERS_AT_ONCE", 50)
    with pytest.raises(Cancelled):
        score(analysis, tmp_path, progress=StopAfter(3))

    done, _ = score(analysis, tmp_path, model="logistic")

    assert done.continued == 0


def test_reasons_are_those_that_the_analysis_gave_for_the_model(analysis, tmp_path):
    _, scores = score(analysis, tmp_path, reasons=2)

    told = scores["reasons"].to_pylist()
    assert {len(reasons) for reasons in told} <= {1, 2}
    features = set(analysis.study.features.names)
    assert all(reason["feature"] in features for reasons in told for reason in reasons)
    assert all(reason["text"] for reasons in told for reason in reasons)


def test_customers_of_another_file_are_scored_by_models_of_a_workspace(analysis, tmp_path):
    header, *rows = CUSTOMERS.splitlines()
    file = tmp_path / "newcomers.csv"
    file.write_text("\n".join([header, *rows[:7]]), encoding="utf-8")
    other = analyze_files([str(file)], folder=tmp_path / "other", progress=Silent()).workspace

    done = score_customers(
        other, keeper=analysis.workspace, file=tmp_path / "new.parquet", progress=Silent()
    )

    _, all_scores = score(analysis, tmp_path)
    everybody = read_by_customer(all_scores)
    newcomers = read_by_customer(pq.read_table(done.file))
    assert len(newcomers) == 7
    assert all(everybody[customer] == said for customer, said in newcomers.items())


def test_customers_without_a_feature_of_the_model_are_refused_with_its_name(analysis, tmp_path):
    file = tmp_path / "odd.csv"
    file.write_text("customer_id,colour\n1,red\n2,blue\n3,red\n", encoding="utf-8")
    other = analyze_files([str(file)], folder=tmp_path / "other", progress=Silent()).workspace

    with pytest.raises(InvalidParameterError, match=r"the models look at are missing here: '\w+'"):
        score_customers(
            other, keeper=analysis.workspace, file=tmp_path / "new.parquet", progress=Silent()
        )


def test_a_workspace_that_keeps_no_models_says_so(tmp_path):
    empty = Workspace.create(tmp_path / "ws")

    with pytest.raises(NotFoundError, match="keeps no models yet"):
        score_customers(empty, progress=Silent())


def test_an_unknown_run_or_model_is_said_with_those_that_are_there(analysis, tmp_path):
    with pytest.raises(UnknownNameError, match="run with models '1'"):
        score(analysis, tmp_path, run="1")
    with pytest.raises(UnknownNameError, match=r"model 'logistik'.*logistic"):
        score(analysis, tmp_path, model="logistik")


def test_an_erased_customer_is_taken_out_of_the_scores(analysis, tmp_path):
    from regulars.workspace.traces import erase_from_results, find_in_results

    _, scores = score(analysis, tmp_path)
    gone = scores["customer_id"][0].as_py()

    assert find_in_results([tmp_path], [gone]).files == {"scores.parquet": "rewritten"}
    erase_from_results([tmp_path], [gone], key=analysis.workspace.master_key)
    left = read_by_customer(pq.read_table(tmp_path / "scores.parquet"))
    assert gone not in left
    assert len(left) == scores.num_rows - 1


def test_what_is_usual_names_no_level_of_few_customers(analysis):
    run = analysis.report.lineage.run
    file = analysis.workspace.folder / f"runs/{run}/models/usual.json"

    usual = json.loads(file.read_text("utf-8"))

    counts = [count for level in usual["level_counts"] for count in level if count]
    assert counts
    assert min(counts) >= 20


def test_the_model_in_use_scores_and_not_the_newest(tmp_path):
    from regulars.workspace.champions import promote_model

    file = tmp_path / "clients.csv"
    file.write_text(CUSTOMERS, encoding="utf-8")
    first = analyze_files([str(file)], folder=tmp_path / "out", progress=Silent())
    home, run = first.workspace, first.report.lineage.run
    promote_model(home, run, override="a test", by="tester", language="en", progress=Silent())
    analyze_files([str(file)], folder=tmp_path / "out", progress=Silent())

    done = score_customers(home, file=tmp_path / "scores.parquet", progress=Silent())

    assert done.run == run
