"""What is loaded in a workspace is analyzed without naming a file; a file is checked straight."""

import json

import pytest
from small_shop import CUSTOMERS, PURCHASES

from regulars.workspace import Workspace

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(desk):
    """A workspace into which customers and purchases were loaded one after the other."""
    desk.load_text(CUSTOMERS, name="clients.csv")
    desk.load_text(PURCHASES, name="orders.csv")
    return desk


def test_what_is_loaded_is_analyzed_as_the_files_themselves_would_be(shop):
    by_files = shop.run(
        "analyze", "clients.csv", "orders.csv", "--out", "out", "--format", "json"
    ).json

    loaded = shop.run("analyze", "-w", "ws", "--format", "json").json

    assert loaded["title"] == "ws"
    assert loaded["data"]["rows_in"] == by_files["data"]["rows_in"] == 1_100
    assert loaded["data"]["rows_inserted"] == 1_100
    assert [source["name"] for source in loaded["data"]["sources"]] == ["clients.csv", "orders.csv"]
    assert loaded["data"]["uses"] == by_files["data"]["uses"]
    assert loaded["churn"] == by_files["churn"]
    assert loaded["segments"] == by_files["segments"]
    assert (shop.workspace / "analysis/report.html").is_file()


def test_its_run_comes_out_again(shop):
    shop.run("analyze", "-w", "ws")

    ran = shop.run("reproduce", "latest", "-w", "ws", "--format", "json")

    assert (ran.code, ran.json["is_same"]) == (0, True)


def test_an_erasure_finds_its_results_wherever_they_were_written(shop):
    shop.run("analyze", "-w", "ws", "--top", "100")
    shop.run("analyze", "-w", "ws", "--top", "100", "--out", "elsewhere")
    listed = json.loads(shop.run("erase", "17", "-w", "ws", "--dry-run", "--format", "json").out)[
        "files"
    ]

    erased = shop.run("erase", "17", "-w", "ws", "--yes", "--format", "json").json["files"]

    assert erased == listed
    assert erased["customers.parquet"] == "rewritten"
    assert erased[str(shop.folder / "elsewhere/customers.parquet")] == "rewritten"


def test_how_a_file_is_read_is_not_said_where_none_is_read(shop):
    ran = shop.run("analyze", "-w", "ws", "--outcome", "churn", "--map", "a=b")

    assert ran.code == 2
    assert ran.complaint == (
        "--outcome, --map: say how a file is read when it is loaded, or name the file:"
        " regulars analyze FILE. Without a file, what is loaded in the workspace is analyzed."
    )


def test_a_file_and_a_workspace_are_not_mixed_by_accident(shop):
    analyzed = shop.run("analyze", "clients.csv", "-w", "ws")
    checked = shop.run("check", "clients.csv", "-w", "ws")

    assert (analyzed.code, checked.code) == (2, 2)
    assert "load them there: regulars load FILE --workspace ws" in analyzed.complaint
    assert checked.complaint == analyzed.complaint


def test_without_a_file_and_without_a_workspace_both_ways_are_offered(desk):
    ran = desk.run("analyze")

    assert ran.code == 2
    assert ran.complaint.startswith("No file was named, and there is no workspace to analyze.")
    assert ran.complaint.endswith("Or name a file: regulars analyze FILE.")


def test_a_file_is_checked_straight(desk):
    desk.write("clients.csv", "customer_id,age,plan\n1,250,a\n2,40,b\n2,40,b\n3,41,b\n")

    ran = desk.run("check", "clients.csv", "--format", "json")

    assert ran.code == 1
    assert [table["name"] for table in ran.json["tables"]] == ["profiles"]
    assert "error" in {finding["severity"] for finding in ran.json["findings"]}
    assert (desk.folder / "clients-regulars/workspace/regulars.toml").is_file()


def test_a_file_that_is_not_there_is_not_taken_for_a_table(desk):
    ran = desk.run("check", "nothing.csv", "-w", "ws")
    alone = desk.run("check", "nothing.csv")

    assert ran.code == 2
    assert alone.complaint == f"There is no file 'nothing.csv' in {desk.folder}. Check the path."


def test_a_file_that_was_analyzed_is_not_loaded_again_to_be_checked(desk):
    desk.write("clients.csv", CUSTOMERS)
    desk.run("analyze", "clients.csv")

    desk.run("check", "clients.csv")

    (load,) = Workspace(desk.folder / "clients-regulars/workspace").lake.list_loads()
    assert load.rows_inserted == 200
