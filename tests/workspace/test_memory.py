"""A file larger than the memory that the engine may take."""

import os
import subprocess
import sys

import duckdb
import pytest

pytestmark = pytest.mark.slow

ROWS = 4_000_000
LIMIT_MEGABYTES = 1500
# The process itself reads its peak: what the parent learns of a child counts the parent's own
# memory too, which the child shares until it begins its program.
LOAD_AND_TELL_PEAK = """
from pathlib import Path
from regulars.cli.app import run

code = run(["load", "large.csv", "-w", "ws", "--id", "customer_id", "--format", "json"])
status = Path("/proc/self/status").read_text()
print(code, next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
"""


@pytest.mark.slow
def test_a_file_larger_than_the_memory_limit_is_loaded_within_it(desk):
    duckdb.connect().execute(
        "COPY (SELECT i AS customer_id, hash(i) % 90 AS age, (hash(i + 1) % 100000) / 100 AS"
        " spent, 'plan ' || (i % 17) AS plan, md5(i::VARCHAR) AS code,"
        " CASE WHEN hash(i + 3) % 4 = 0 THEN 'yes' ELSE 'no' END AS churn"
        f" FROM range({ROWS}) AS r(i)) TO '{desk.folder / 'large.csv'}' (HEADER)"
    )
    megabytes = (desk.folder / "large.csv").stat().st_size / 1e6

    ran = subprocess.run(
        [sys.executable, "-c", LOAD_AND_TELL_PEAK],
        cwd=desk.folder,
        env={**os.environ, "REGULARS_MEMORY_LIMIT": "256MB"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    code, peak_kilobytes = map(int, ran.stdout.splitlines()[-1].split())

    assert megabytes > 200
    assert code == 0
    assert 100 < peak_kilobytes / 1000 < LIMIT_MEGABYTES
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
