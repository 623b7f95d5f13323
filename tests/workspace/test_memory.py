"""A file larger than the memory that the engine may take."""

import os
import subprocess
import sys

import duckdb
import pytest

ROWS = 4_000_000
LIMIT_MEGABYTES = 1500


@pytest.mark.slow
def test_a_file_larger_than_the_memory_limit_is_loaded_within_it(desk):
    duckdb.connect().execute(
        "COPY (SELECT i AS customer_id, hash(i) % 90 AS age, (hash(i + 1) % 100000) / 100 AS"
        " spent, 'plan ' || (i % 17) AS plan, md5(i::VARCHAR) AS code,"
        " CASE WHEN hash(i + 3) % 4 = 0 THEN 'yes' ELSE 'no' END AS churn"
        f" FROM range({ROWS}) AS r(i)) TO '{desk.folder / 'large.csv'}' (HEADER)"
    )
    megabytes = (desk.folder / "large.csv").stat().st_size / 1e6

    process = subprocess.Popen(
        [sys.executable, "-m", "regulars", "load", "large.csv", "-w", "ws", "--id", "customer_id"],
        cwd=desk.folder,
        env={**os.environ, "REGULARS_MEMORY_LIMIT": "256MB"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)

    assert megabytes > 200
    assert process.returncode == 0
    assert usage.ru_maxrss / 1000 < LIMIT_MEGABYTES
    assert desk.lake.snapshot().row_count("profiles") == ROWS


def test_too_little_memory_is_said_with_what_to_change(desk, monkeypatch):
    monkeypatch.setenv("REGULARS_MEMORY_LIMIT", "16MB")
    table = desk.write("plans.csv", "customer_id,plan\n" + "1,gold\n" * 10)

    ran = desk.load(table)

    assert ran.code == 1
    assert "The engine needs more memory than it may take (16MB)" in ran.complaint
    assert "Set a larger memory_limit in regulars.toml" in ran.complaint
    assert desk.list_leftovers() == []
    assert desk.lake.list_loads() == []
