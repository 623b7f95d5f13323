"""Checks that the bounds of their columns answer find nothing when they are computed."""

import subprocess
import sys
from datetime import UTC, date, datetime

import duckdb
import ibis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_conditions import ROWS, TREES, make_table

from regulars.conditions import load_condition
from regulars.errors import InvalidParameterError
from regulars.ingest.row_checks import list_kinds, measure_bounds
from regulars.quality import run_checks
from regulars.quality.check import DatesCheck, RangeCheck, RowsCheck, VocabularyCheck
from regulars.quality.screening import list_watched, may_find

pytestmark = pytest.mark.slow

AS_OF = datetime(2026, 1, 10, tzinfo=UTC)
LIMITS = st.none() | st.integers(-5, 5) | st.floats(-1e12, 1e12)
ONE_CHECK = {"name": "bad", "table": "t", "meaning": {"en": "Bad", "ru": "Плохо"}}
CHECKS = st.one_of(
    TREES.map(lambda tree: RowsCheck(condition=load_condition(tree, where="test"), **ONE_CHECK)),
    st.tuples(LIMITS, LIMITS)
    .filter(any)
    .map(lambda ends: RangeCheck(columns=["*"], minimum=ends[0], maximum=ends[1], **ONE_CHECK)),
    st.tuples(st.dates(date(1890, 1, 1), date(2110, 1, 1)), st.none() | st.integers(0, 30_000)).map(
        lambda ends: DatesCheck(
            columns=["*"], not_before=ends[0], most_days_ahead=ends[1], **ONE_CHECK
        )
    ),
    st.just(VocabularyCheck(column="city", vocabulary="given", values=("a",), **ONE_CHECK)),
)


@pytest.fixture(scope="module")
def engine():
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    yield connection
    connection.close()


def _may_find(check, rows, engine):
    engine.register("arriving", make_table(rows))
    engine.execute("CREATE OR REPLACE TEMP TABLE t AS SELECT * FROM arriving")
    kinds = list_kinds("t", engine)
    bounds = measure_bounds("t", list_watched([check], kinds), kinds, engine)
    return may_find(check, kinds, bounds, as_of=AS_OF)


@given(check=CHECKS, rows=ROWS)
@settings(deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))
def test_what_finds_something_is_never_passed_over(engine, check, rows):
    may = _may_find(check, rows, engine)

    table = ibis.duckdb.from_connection(engine).table("t")
    found = run_checks({"t": table}, [check], as_of=AS_OF)
    assert may >= bool(found)


@pytest.mark.parametrize(
    ("tree", "may"),
    [
        ({"column": "visits", "op": ">", "value": 7}, False),
        ({"column": "visits", "op": ">=", "value": 7}, True),
        ({"column": "visits", "is_missing": True}, False),
        ({"column": "calls", "is_missing": True}, True),
        ({"column": "visits", "between": [8, 9]}, False),
        ({"column": "visits", "in": [2, 9]}, False),
        ({"not": {"column": "visits", "op": "<=", "value": 7}}, False),
        ({"not": {"column": "calls", "op": "<=", "value": 7}}, True),
        ({"all": [{"column": "visits", "op": ">", "value": 7}, {"column": "calls", "is_missing": True}]}, False),
        ({"any": [{"column": "visits", "op": ">", "value": 7}, {"column": "calls", "is_missing": True}]}, True),
        ({"column": "started_on", "op": ">", "value": {"as_of_plus_days": 0}}, False),
        ({"column": "started_on", "op": ">", "value": {"as_of_plus_days": -2}}, True),
        ({"column": "city", "text": "contains", "value": "z"}, True),
        ({"column": "town", "text": "contains", "value": "z"}, False),
        ({"column": "share", "is_missing": True}, True),
    ],
)  # fmt: skip
def test_the_bounds_of_a_column_answer_what_they_can(tree, may, engine):
    first = {"visits": 3, "calls": 1, "started_on": date(2026, 1, 9), "city": "a", "share": 1.0}
    rows = [first, {**first, "visits": 7, "calls": None, "share": float("nan")}]
    check = RowsCheck(condition=load_condition(tree, where="test"), **ONE_CHECK)

    assert _may_find(check, rows, engine) is may


def test_a_value_that_does_not_fit_its_column_is_refused_without_a_look_at_the_rows(engine):
    tree = {"column": "visits", "op": "=", "value": "seven"}
    check = RowsCheck(condition=load_condition(tree, where="test"), **ONE_CHECK)

    with pytest.raises(InvalidParameterError, match="'visits' holds whole numbers"):
        _may_find(check, [{"visits": 3}], engine)


@pytest.mark.parametrize(("day", "is_imported"), [("2026-01-05", False), ("2226-01-05", True)])
def test_ibis_is_imported_when_there_is_something_to_find(day, is_imported, tmp_path):
    file = tmp_path / "calls.csv"
    file.write_text(f"customer_id,occurred_at,name\n1,{day} 10:00:00,call\n", encoding="utf-8")
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from regulars.workspace import Workspace\n"
        f"workspace = Workspace.create(Path({str(tmp_path / 'shop')!r}))\n"
        f"result = workspace.load({str(file)!r})\n"
        "print(result.rows.quarantined, 'ibis' in sys.modules)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )

    assert done.stdout.split() == [str(int(is_imported)), str(is_imported)]
