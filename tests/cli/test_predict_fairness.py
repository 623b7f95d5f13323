"""`regulars predict fairness`: groups of customers, from a file or a workspace."""

import pytest
from grouped_clients import make_clients

pytestmark = pytest.mark.slow


@pytest.fixture
def looked(desk):
    desk.write("clients.csv", make_clients())
    ran = desk.run("predict", "fairness", "clients.csv", "--format", "json")
    assert ran.code == 0, ran.err
    return ran.json


def test_a_file_is_analyzed_and_its_groups_by_sex_and_age_are_compared(desk, looked):
    again = desk.run("predict", "fairness", "-w", "clients-regulars/workspace", "--by", "fee,age")

    assert [(column["column"], column["kind"]) for column in looked["columns"]] == [
        ("gender", "sex"),
        ("age", "age"),
    ]
    sex, age = looked["columns"]
    assert [group["name"] for group in sex["groups"]] in (["m", "f"], ["f", "m"])
    assert sum(group["customers"] for group in age["groups"]) + age["left_out"] == 400
    assert sex["twins"]["customers"] == 400
    assert again.code == 0
    assert "Fee" in again.out
    assert "Share contacted" in again.out


def test_the_same_files_are_not_analyzed_again(desk, looked):
    ran = desk.run("predict", "fairness", "clients.csv", "--lang", "ru")

    assert len(list((desk.folder / "clients-regulars/workspace/runs").iterdir())) == 1
    assert "Двойники: для" in ran.out
    assert looked["run"] in ran.out


def test_what_is_wrong_is_said_with_what_there_is(desk, looked):
    home = "clients-regulars/workspace"

    unknown = desk.run("predict", "fairness", "-w", home, "--by", "gendr")
    run = desk.run("predict", "fairness", "-w", home, "--run", "2020")
    remedies = desk.run("predict", "fairness", "-w", home, "--by", "age", "--remedies")

    assert "Did you mean 'gender'?" in unknown.complaint
    assert run.complaint.startswith("There is no run '2020'")
    assert "What could be done, and what it costs:" in remedies.out
    assert (unknown.code, run.code, remedies.code) == (2, 2, 0)


def test_a_workspace_without_models_says_how_to_make_some(desk):
    ran = desk.run("predict", "fairness", "-w", desk.workspace)

    assert ran.code == 1
    assert ran.complaint.startswith("No run in")


def test_of_several_classes_one_has_to_be_named(desk):
    rows = "".join(f"k{n:03},{'fm'[n % 2]},{n * 13 % 90},{'abc'[n * 11 % 3]}\n" for n in range(240))
    desk.write("clients.csv", f"customer_id,gender,fee,status\n{rows}")
    desk.run("analyze", "clients.csv", "--outcome", "status", "--out", "out")

    unsaid = desk.run("predict", "fairness", "-w", "out/workspace")
    beyond = desk.run("predict", "fairness", "-w", "out/workspace", "--class", "4")
    said = desk.run(
        "predict", "fairness", "-w", "out/workspace", "--class", "3", "--format", "json"
    )

    assert "kept models of 3 classes. Say which: --class 1 to --class 3" in unsaid.complaint
    assert beyond.complaint == unsaid.complaint
    assert said.json["columns"][0]["column"] == "gender"
