"""The compiled condition and the explained one have the same truth for every row."""

from datetime import datetime, timedelta, timezone

import ibis
import pytest
from hypothesis import HealthCheck, given, settings
from random_conditions import ROWS, TREES, make_table

from regulars.conditions import (
    compile_condition,
    explain_condition,
    list_columns,
    load_condition,
)

MOSCOW = timezone(timedelta(hours=3))
AS_OF = datetime(2026, 1, 10, tzinfo=MOSCOW)


@pytest.fixture(scope="module")
def duckdb():
    connection = ibis.duckdb.connect()
    yield connection
    connection.disconnect()


@pytest.fixture(scope="module")
def polars():
    return ibis.polars.connect()


def _computed(connection, condition, rows):
    table = ibis.memtable(make_table(rows))
    truth = compile_condition(condition, table, as_of=AS_OF)
    return connection.to_pyarrow(table.select(truth=truth))["truth"].to_pylist()


def _explained(condition, rows):
    return [explain_condition(condition, row, as_of=AS_OF).holds for row in rows]


@given(tree=TREES, rows=ROWS)
@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
def test_what_duckdb_computes_is_what_is_explained(duckdb, tree, rows):
    condition = load_condition(tree, where="test")

    assert _computed(duckdb, condition, rows) == _explained(condition, rows)


@given(tree=TREES, rows=ROWS)
@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
def test_what_polars_computes_is_what_is_explained(polars, tree, rows):
    condition = load_condition(tree, where="test")

    assert _computed(polars, condition, rows) == _explained(condition, rows)


@given(tree=TREES, rows=ROWS)
@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
def test_the_opposite_is_true_exactly_where_the_condition_is_not(duckdb, tree, rows):
    condition = load_condition(tree, where="test")
    opposite = load_condition({"not": tree}, where="test")

    assert _computed(duckdb, opposite, rows) == [
        not truth for truth in _computed(duckdb, condition, rows)
    ]


@given(tree=TREES, rows=ROWS)
@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
def test_a_filter_lets_through_the_same_rows_where_the_unknown_may_stay_null(duckdb, tree, rows):
    condition = load_condition(tree, where="test")
    table = ibis.memtable(make_table(rows))

    truth = compile_condition(condition, table, as_of=AS_OF, may_be_null=True)
    found = duckdb.to_pyarrow(table.select(truth=truth))["truth"].to_pylist()

    assert [bool(one) for one in found] == _explained(condition, rows)


@given(tree=TREES)
def test_only_the_named_columns_are_looked_at(tree):
    condition = load_condition(tree, where="test")
    row = dict.fromkeys(list_columns(condition))

    assert explain_condition(condition, row, as_of=AS_OF).holds in (True, False)
