"""A recorded analysis comes out again, and where it does not, that is said."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from regulars.lake import Lake

pytestmark = pytest.mark.slow

ROWS = "customer_id,age,spend,plan,churn\n" + "".join(
    f"{n},{20 + n * 7 % 50},{n * 13 % 90},{'gold' if n % 3 else 'basic'},"
    f"{'yes' if n * 7 % 10 < 3 else 'no'}\n"
    for n in range(160)
)


@pytest.fixture
def analyzed(desk):
    """A file that was analyzed; the run's record is in the workspace beside the report."""
    desk.write("clients.csv", ROWS)
    ran = desk.run("analyze", "clients.csv", "--out", "out", "--format", "json")
    return desk, ran.json["lineage"]["run"]


def _record(desk, run):
    return desk.folder / "out/workspace/runs" / run / "run.json"


def test_a_run_comes_out_again(analyzed):
    desk, run = analyzed

    ran = desk.run("reproduce", run, "-w", "out/workspace", "--format", "json")

    assert (ran.code, ran.json["is_same"], ran.json["run_id"]) == (0, True, run)
    assert {"memberships", "contact_list", "holdout_roc_auc"} <= {
        figure["name"] for figure in ran.json["figures"]
    }


def test_rows_that_came_later_change_nothing(analyzed):
    desk, run = analyzed
    desk.write("more.csv", ROWS.replace("gold", "basic"))
    desk.run("load", "more.csv", "-w", "out/workspace")

    ran = desk.run("reproduce", run, "-w", "out/workspace")

    assert ran.code == 0
    assert ran.out.startswith(f"Run {run} comes out again:")


def test_a_figure_that_differs_is_shown_and_fails(analyzed):
    desk, run = analyzed
    record = json.loads(_record(desk, run).read_text())
    record["figures"]["customers"] = 161
    _record(desk, run).write_text(json.dumps(record))

    ran = desk.run("reproduce", "-w", "out/workspace", "--lang", "ru")

    assert ran.code == 1
    assert "≠ customers: 161 → 160" in ran.out


def test_customers_who_were_erased_since_are_told_of(analyzed):
    desk, run = analyzed
    desk.run("erase", "7", "-w", "out/workspace", "--yes")

    ran = desk.run("reproduce", run, "-w", "out/workspace", "--lang", "ru")

    assert ran.code == 1
    assert "С тех пор стёрто: 1 клиент." in ran.out
    assert "≠ customers: 160 → 159" in ran.out


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "of 1 table that it was made of, vacuum has removed the versions of 1: profiles."),
        ("ru", "из 1 таблицы, по которым он сделан, при очистке удалены версии у 1: profiles."),
    ],
)
def test_versions_that_were_vacuumed_away_are_told_of(analyzed, language, told):
    desk, run = analyzed
    # The run was made of files that a later load and a compaction have put others in place of.
    desk.write("clients.csv", ROWS.replace("gold", "silver"))
    desk.run("analyze", "clients.csv", "--out", "out")
    lake = Lake.open(desk.folder / "out/workspace/lake")
    with closing(duckdb.connect()) as connection:
        lake.compact(connection=connection, now=datetime.now(UTC), least_files=2)
    lake.vacuum(now=datetime.now(UTC) + timedelta(days=1), retention_days=0)

    gone = desk.run("reproduce", run, "-w", "out/workspace", "--lang", language)

    assert (gone.code, gone.out) == (1, "")
    assert gone.complaint.startswith(("Run " if language == "en" else "Прогон ") + run)
    assert told in gone.complaint
    assert "run.json" in gone.complaint


def test_an_unknown_run_is_wrong_usage(analyzed):
    desk, _ = analyzed

    ran = desk.run("reproduce", "20200101", "-w", "out/workspace")

    assert ran.code == 2
    assert "20200101" in ran.complaint


def test_a_record_without_a_recipe_is_said_so(analyzed):
    desk, run = analyzed
    _record(desk, run).write_text('{"figures": {}}')

    ran = desk.run("reproduce", run, "-w", "out/workspace")

    assert ran.code == 1
    assert ran.complaint == (
        f"The record of run {run} does not say how it was made. Analyze the file again."
    )
