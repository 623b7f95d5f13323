import pyarrow.parquet as pq
import pytest
from pyarrow import csv

from regulars import Workspace
from regulars.rehearsal import make_telecom_company, write_telecom_company, write_truth

pytestmark = pytest.mark.slow

FILES = {
    "en": [
        "customers.csv",
        "plans.csv",
        "contracts.csv",
        "charges.csv",
        "usage.parquet",
        "app_sessions.parquet",
        "tickets.csv",
        "reviews.csv",
        "referrals.csv",
    ],
    "ru": [
        "абоненты.csv",
        "тарифы.csv",
        "договоры.csv",
        "списания.csv",
        "звонки_и_трафик.parquet",
        "сеансы_приложения.parquet",
        "обращения.csv",
        "отзывы.csv",
        "рекомендации.csv",
    ],
}


@pytest.fixture(scope="module")
def company():
    return make_telecom_company(customers=600, months=6, seed=2)


@pytest.fixture(scope="module", params=["en", "ru"])
def loaded(request, company, tmp_path_factory):
    """The files of the company as loaded by somebody who says nothing about them."""
    folder = tmp_path_factory.mktemp("telecom")
    files = write_telecom_company(company, folder / "files", language=request.param)
    workspace = Workspace.create(folder / "workspace")
    loads = {path: workspace.load(path) for path in files}
    return request.param, files, loads, workspace


@pytest.mark.slow
def test_the_files_are_called_as_people_call_them(loaded):
    language, files, _, _ = loaded

    assert [path.name for path in files] == FILES[language]


@pytest.mark.slow
def test_every_file_is_recognized(loaded):
    _, files, loads, _ = loaded
    tables = {path: "profiles" if kind == "customers" else kind for path, kind in files.items()}

    assert {path: load.mapping.table for path, load in loads.items()} == tables


@pytest.mark.slow
def test_every_column_of_a_table_finds_its_place(loaded, company):
    _, _, loads, _ = loaded
    own = {
        load.mapping.table: {column.target for column in load.mapping.columns}
        for load in loads.values()
    }

    assert own["subscriptions"] == set(company.tables["subscriptions"].column_names)
    assert own["payments"] == set(company.tables["payments"].column_names)
    assert own["interactions"] == set(company.tables["contacts"].column_names)
    assert own["feedback"] == set(company.tables["reviews"].column_names)
    assert own["relations"] == set(company.tables["referrals"].column_names)


@pytest.mark.slow
def test_every_row_is_loaded_except_for_the_dirt_that_cannot_be(loaded, company):
    _, _, loads, _ = loaded
    quarantined = {}
    for load in loads.values():
        quarantined |= load.quarantine_reasons
    rows_in = sum(load.rows.rows_in for load in loads.values())

    assert rows_in == sum(table.num_rows for table in company.tables.values())
    assert quarantined == {
        name: company.dirt[name] for name in ("events_negative", "interactions_negative_duration")
    }
    assert sum(load.rows.unchanged for load in loads.values()) == company.dirt["customers_repeated"]


@pytest.mark.slow
def test_the_data_state_finds_the_planted_dirt_and_nothing_else(loaded, company):
    _, _, _, workspace = loaded
    told_by_loading = {"customers_repeated", "events_negative", "interactions_negative_duration"}

    found = {finding.check: finding.count for finding in workspace.check().findings}

    assert found == {
        check: rows for check, rows in company.dirt.items() if check not in told_by_loading
    }


def test_nothing_of_the_truth_stands_in_the_files(company, tmp_path):
    files = write_telecom_company(company, tmp_path / "files")
    write_truth(company, tmp_path / "truth" / "truth.parquet")
    read = {".csv": csv.read_csv, ".parquet": pq.read_table}
    columns = {name for path in files for name in read[path.suffix](path).column_names}
    only_the_truth = set(company.truth.column_names) - {"customer_id"}

    assert columns.isdisjoint(only_the_truth)
    assert sorted(path.name for path in (tmp_path / "files").iterdir()) == sorted(FILES["en"])
    assert pq.read_table(tmp_path / "truth" / "truth.parquet") == company.truth
