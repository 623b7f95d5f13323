"""`regulars predict promote`, `rollback`, `card` and the journal, on two runs of one file."""

import json
import shutil

import pytest
from grouped_clients import make_clients

from regulars.progress import Silent
from regulars.workspace import Workspace
from regulars.workspace.analyze import AnalysisWishes, analyze_workspace

pytestmark = pytest.mark.slow

HOME = "home"


@pytest.fixture(scope="module")
def made(tmp_path_factory, empty_workspace):
    """A workspace with two runs on the same file; made once and copied for each test."""
    folder = tmp_path_factory.mktemp("two")
    shutil.copytree(empty_workspace, folder / HOME)
    (folder / "clients.csv").write_text(make_clients(), encoding="utf-8")
    workspace = Workspace(folder / HOME)
    workspace.load(folder / "clients.csv")
    for seed in (0, 1):
        analyze_workspace(workspace, analysis=AnalysisWishes(seed=seed), progress=Silent())
    settings = folder / HOME / "regulars.toml"
    settings.write_text(
        settings.read_text("utf-8") + "gate_recall_gap = 1\ngate_calibration = 0.2\n", "utf-8"
    )
    return folder / HOME


@pytest.fixture
def two_runs(desk, made):
    """The names of the two runs, older first."""
    shutil.copytree(made, desk.folder / HOME)
    return sorted(path.name for path in (desk.folder / HOME / "runs").iterdir())


def _loosen(desk):
    settings = desk.folder / HOME / "regulars.toml"
    settings.write_text(
        settings.read_text("utf-8") + "gate_calibration_gap = 1\ngate_twin_flips = 1\n", "utf-8"
    )


def test_a_model_is_promoted_challenged_and_rolled_back(desk, two_runs):
    _loosen(desk)
    first, second = two_runs

    ran = desk.run("predict", "promote", first, "-w", HOME, "--format", "json")
    again = desk.run("predict", "promote", first, "-w", HOME)
    challenged = desk.run("predict", "promote", "latest", "-w", HOME, "--format", "json")
    listed = desk.run("predict", "models", "-w", HOME, "--format", "json")
    back = desk.run("predict", "rollback", "-w", HOME, "--by", "Анна", "--lang", "ru")
    no_more = desk.run("predict", "rollback", "-w", HOME)
    told = desk.run("predict", "models", "-w", HOME, "--journal", "--format", "json").json

    assert (ran.code, ran.json["promoted"], ran.json["challenge"]) == (0, True, None)
    assert again.complaint.startswith(f"The model of run {first} is in use already")
    assert challenged.json["challenge"]["ground"] == "same"
    assert challenged.json["challenge"]["n"] == 400
    difference = challenged.json["challenge"]["difference"]
    assert difference["low"] <= difference["mean"] <= difference["high"]
    in_use = {one["run"]: one["champion_since"] is not None for one in listed.json["models"]}
    assert in_use == {first: False, second: True}
    assert f"прогон {first}: модель снова в деле. Решение: Анна" in back.out
    assert no_more.complaint.startswith("There is no earlier champion")
    assert [(one["action"], one["run"]) for one in told["journal"]] == [
        ("promote", first),
        ("promote", second),
        ("rollback", first),
    ]


def test_customers_whose_outcome_came_later_are_scored_by_both(desk, two_runs):
    _loosen(desk)
    desk.run("predict", "promote", two_runs[0], "-w", HOME)
    more = make_clients(rows=700).splitlines()
    desk.write("later.csv", "\n".join([more[0], *more[401:]]) + "\n")
    loaded = desk.run("load", "later.csv", "-w", HOME)

    looked = desk.run("predict", "promote", "latest", "-w", HOME, "--dry-run", "--format", "json")

    assert loaded.code == 0, loaded.err
    assert (looked.json["promoted"], looked.json["entry"]) == (False, None)
    assert looked.json["challenge"]["ground"] == "later"
    assert looked.json["challenge"]["n"] == 300


def test_a_bound_that_is_not_met_refuses_and_can_be_overridden_by_name(desk, two_runs):
    settings = desk.folder / HOME / "regulars.toml"
    settings.write_text(settings.read_text("utf-8") + "gate_twin_flips = 0\n", "utf-8")

    refused = desk.run("predict", "promote", "latest", "-w", HOME)
    unsigned = desk.run("predict", "promote", "latest", "-w", HOME, "--override", "a pilot")
    journal = desk.folder / HOME / "models/champions.jsonl"
    assert not journal.exists()
    done = desk.run(
        *("predict", "promote", "latest", "-w", HOME, "--override", "a pilot", "--by", "Anna")
    )

    assert "the decision depends on the group alone" in refused.complaint
    assert "at most 0%" in refused.complaint
    assert unsigned.complaint.startswith("An override is signed by a person")
    assert "✗ Age: the decision depends on the group alone" in done.out
    assert "The reason given: a pilot" in done.out
    (line,) = journal.read_text("utf-8").splitlines()
    assert json.loads(line)["entry"]["override"] == "a pilot"


def test_a_tampered_journal_is_refused_everywhere(desk, two_runs):
    _loosen(desk)
    desk.run("predict", "promote", "latest", "-w", HOME)
    journal = desk.folder / HOME / "models/champions.jsonl"
    journal.write_text(journal.read_text("utf-8").replace('"number": 1', '"number": 7'), "utf-8")

    verbs = (("promote", two_runs[0]), ("rollback",), ("models",), ("card",))
    ran = [desk.run("predict", *verb, "-w", HOME) for verb in verbs]

    assert {one.code for one in ran} == {1}
    assert all("is not as it was written: the signature of line 1" in one.complaint for one in ran)


def test_the_card_is_written_in_both_forms_and_languages(desk, two_runs):
    _loosen(desk)
    desk.run("predict", "promote", "latest", "-w", HOME, "--by", "Anna | <b>DPO</b>")

    shown = desk.run("predict", "card", "-w", HOME)
    page = desk.run("predict", "card", "latest", "-w", HOME, "--out", "card.html", "--lang", "ru")
    wrong = desk.run("predict", "card", "latest", "-w", HOME, "--out", "card.pdf")
    told = desk.run("predict", "card", "-w", HOME, "--format", "json").json

    text = (desk.folder / "card.html").read_text("utf-8")
    assert (shown.code, page.code, wrong.code) == (0, 0, 2)
    assert "| State | **in use** |" in shown.out
    assert two_runs[1] in shown.out
    assert "<h2>Пределы и известные риски</h2>" in text
    assert "<b>DPO</b>" not in text
    assert "<script" not in text
    assert wrong.complaint.startswith("'card.pdf' ends in '.pdf'")
    assert (told["run"], told["in_use"], told["file"]) == (two_runs[1], True, None)
    assert told["held_out"]["roc_auc"]["low"] < told["held_out"]["roc_auc"]["mean"]
    assert told["model"] in [one["name"] for one in told["models"]]
    assert [entry["by"] for entry in told["decisions"]] == ["Anna | <b>DPO</b>"]


def test_a_file_is_pointed_to_the_workspace_that_keeps_its_models(desk, monkeypatch):
    monkeypatch.chdir(desk.folder)
    desk.write("clients.csv", "id,left\n1,yes\n")

    told = [
        desk.run("predict", verb, "clients.csv").complaint
        for verb in ("card", "promote", "rollback")
    ]

    assert len(set(told)) == 1
    assert told[0].endswith("-w clients-regulars/workspace.")


def test_a_run_that_is_not_there_is_named_with_those_that_are(desk, two_runs):
    ran = desk.run("predict", "promote", "2020", "-w", HOME)

    assert ran.complaint.startswith("There is no run '2020'")
    assert two_runs[0] in ran.complaint
