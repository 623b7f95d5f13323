"""Whatever is in a file, every row of it is accounted for."""

import tempfile
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from regulars.ingest.wishes import Wishes
from regulars.progress import Silent
from regulars.quality import Reconciliation
from regulars.workspace import Workspace
from regulars.workspace.load import FileReading, load_file

pytestmark = pytest.mark.slow

HEAD = "order_id,customer_id,order_date,amount,comment"
TARGETS = {
    "order_id": "purchase_id",
    "customer_id": "customer_id",
    "order_date": "purchased_at",
    "amount": "amount",
}

ids = st.sampled_from(["A1", "A2", "A3", "A4", "007", ""])
customers = st.sampled_from(["1", "2", "", "NA", " 3 "])
days = st.sampled_from(
    ["2024-03-05", "2024-03-06", "2024-02-31", "", "soon", "2999-01-01", "1900-01-01"]
)
amounts = st.sampled_from(
    ["10", "11.5", "-3", "", "inf", "NaN", "1e3", "many", "99999999999999999"]
)
comments = st.sampled_from(["", "ok", '"quoted, with comma"', "'", "=1+1", "слово", "<b>"])
fields = st.tuples(ids, customers, days, amounts, comments)
whole_lines = fields.map(",".join)
ragged_lines = st.sampled_from(
    ["A9", "A9,1", "A9,1,2024-03-05,5,x,y,z", 'A8,1,2024-03-05,5,"open', ",,,,"]
)
files = st.lists(st.one_of(whole_lines, whole_lines, whole_lines, ragged_lines), max_size=12)


def load(workspace, lines):
    path = workspace.folder.parent / "orders.csv"
    # A steady beginning: with nothing but dirt there would be nothing to recognize.
    steady = [f"S{n},{n},2024-03-{n + 1:02d},{n},fine" for n in range(1, 25)]
    path.write_text("\n".join([HEAD, *steady, *lines]) + "\n", encoding="utf-8")
    wishes = Wishes(kind="purchases", overrides=TARGETS)
    reading = FileReading(delimiter=",")
    return load_file(workspace, path, wishes=wishes, reading=reading, progress=Silent())


def count(workspace, query):
    connection = duckdb.connect()
    snapshot = workspace.lake.snapshot()
    snapshot.register(connection, list(snapshot.tables))
    (answer,) = connection.execute(query).fetchone()
    return answer


# A workspace and two loads an example, which take a second: so there are few of them.
@pytest.mark.slow
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@example([])
@example(["A1,1,2024-03-05,10,a", "A1,1,2024-03-05,10,a", "A1,1,2024-03-05,11,a"])
@example(['A8,1,2024-03-05,5,"open', "A2,1,2024-03-05,5,x"])
@given(files)
def test_rows_in_are_the_sum_of_what_became_of_them(lines):
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.create(Path(folder) / "ws")

        first = load(workspace, lines)
        stored = count(workspace, "SELECT count(*) FROM purchases")
        set_aside = (
            count(workspace, "SELECT count(*) FROM quarantine")
            if "quarantine" in workspace.lake.snapshot().tables
            else 0
        )
        again = load(workspace, lines)

        rows = first.rows
        assert rows.rows_in == rows.inserted + rows.updated + rows.unchanged + rows.quarantined
        assert (stored, set_aside) == (rows.inserted, rows.quarantined)
        assert (again.rows.inserted, again.rows.updated) == (0, 0)
        assert (again.rows.rows_in, again.rows.quarantined) == (rows.rows_in, rows.quarantined)
        assert count(workspace, "SELECT count(*) FROM purchases") == stored


def test_every_line_is_in_the_lake_or_in_the_quarantine_by_its_place(desk):
    lines = [
        "A1,1,2024-03-05,10,a",
        "A2,1,2024-02-31,10,a",
        "A4,1,,10,a",
        "A1,1,2024-03-05,12,a",
        "A5,,2024-03-05,10,a",
        "A6,1,2999-01-01,10,a",
        "A3,1",
        "A7,1,2024-03-05,10,a,b,c",
    ]

    told = load(Workspace(desk.workspace), lines)
    again = load(Workspace(desk.workspace), lines)

    assert told.rows == Reconciliation(32, inserted=26, updated=0, unchanged=0, quarantined=6)
    assert again.rows == Reconciliation(32, inserted=0, updated=0, unchanged=26, quarantined=6)
    # As an editor counts lines, whatever was wrong with them.
    assert desk.read("quarantine", 'source_row, reason, "column"') == [
        (26, "another row with the same key says otherwise; the last one counts", None),
        (27, "unreadable", "order_date"),
        (28, "missing", "order_date"),
        (31, "purchases_in_future", None),
        (32, "too_few_columns", None),
        (33, "too_many_columns", None),
    ]
    assert desk.read("purchases", "purchase_id, amount::INT", order="purchase_id LIMIT 2") == [
        ("A1", 12),
        ("A5", 10),
    ]
