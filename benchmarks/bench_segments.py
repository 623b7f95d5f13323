"""Rules of segments beside hand-written SQL: all customers, a sample, and after a few changes.

make bench ARGS=segments                                     4 million events
.venv/bin/python benchmarks/bench_segments.py 50000000       the size of the stated limit
"""

import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb
from measuring import Figure, Usage, compare, tell

REPEATS = 3
ROWS = 4_000_000
EVENTS_A_CUSTOMER = 50
AS_OF = date(2025, 12, 20)
NAMES = ("call", "sms", "traffic", "session", "search", "pay", "login", "error", "view", "chat")
WINDOWS = (7, 14, 21, 30, 45, 60, 90, 120, 180, 300)
LEAST = (1, 1, 1, 2, 2, 2, 3, 3, 4, 6)

# Written as the lake writes: a folder a bucket of customers, sorted by customer and time.
EVENTS = """
SELECT 'c' || lpad((hash(i) % {customers})::VARCHAR, 8, '0') AS customer_id,
    TIMESTAMPTZ '2025-01-01 00:00:00+00' + to_seconds((hash(i * 7) % (86400 * 365))::INT)
        AS occurred_at,
    occurred_at + INTERVAL 1 HOUR AS known_at,
    {names}[1 + (hash(i * 3) % 10)::INT] AS name,
    CAST(CAST('0x' || substr(md5(customer_id), 1, 2) AS UINTEGER) % 64 AS INTEGER) AS bucket
FROM range({rows}) AS t(i)
ORDER BY bucket, customer_id, occurred_at
"""
CUSTOMERS = """
SELECT 'c' || lpad(i::VARCHAR, 8, '0') AS customer_id, TIMESTAMPTZ '2025-01-01 00:00:00+00' AS known_at
FROM range({customers}) AS t(i)
"""


def write_tables(rows: int, folder: Path) -> None:
    """Events and customers, as Parquet files."""
    sizes = {"rows": rows, "customers": rows // EVENTS_A_CUSTOMER, "names": list(NAMES)}
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(
            f"COPY ({EVENTS.format(**sizes)}) TO '{folder}/events' (FORMAT parquet,"
            " PARTITION_BY (bucket), WRITE_PARTITION_COLUMNS true, OVERWRITE true)"
        )
        connection.execute(f"COPY ({CUSTOMERS.format(**sizes)}) TO '{folder}/customers.parquet'")


def render_rule() -> dict[str, object]:
    """Ten clauses about behavior, five and five."""
    clauses = [
        {"did": name, "at_least": least, "within_days": days}
        for name, least, days in zip(NAMES, LEAST, WINDOWS, strict=True)
    ]
    return {"any": [{"all": clauses[:5]}, {"all": clauses[5:]}]}


def render_straight() -> str:
    """The same as a person would write it."""
    bound = f"TIMESTAMPTZ '{AS_OF} 00:00:00+00'"
    counts = ", ".join(
        f"count(*) FILTER (WHERE name = '{name}' AND occurred_at >= {bound} - INTERVAL {days} DAY)"
        f" AS c{number}"
        for number, (name, days) in enumerate(zip(NAMES, WINDOWS, strict=True))
    )
    tests = [f"c{number} >= {least}" for number, least in enumerate(LEAST)]
    return (
        f"WITH counted AS (SELECT customer_id, {counts} FROM events WHERE occurred_at < {bound}"
        f" AND known_at < {bound} GROUP BY customer_id) SELECT count(*) FROM customers"
        f" JOIN counted USING (customer_id) WHERE ({' AND '.join(tests[:5])})"
        f" OR ({' AND '.join(tests[5:])})"
    )


def measure(rows: int, folder: Path) -> None:
    """Both in one process, on one connection, which is how a running system asks."""
    import ibis
    import pyarrow as pa

    from regulars.conditions import load_rule
    from regulars.engines.duckdb import connect
    from regulars.features import AsOf
    from regulars.segments.rules import (
        RuleSources,
        compile_rule,
        count_members,
        refresh_members,
    )

    write_tables(rows, folder)
    backend = connect(folder / "scratch")
    files = f"read_parquet('{folder}/events/*/*.parquet', hive_partitioning = false)"
    some = ", ".join(f"'{folder}/events/bucket={bucket}/*.parquet'" for bucket in range(4))
    people = f"read_parquet('{folder}/customers.parquet')"
    for name, source in (
        ("events", files),
        ("customers", people),
        ("some_events", f"read_parquet([{some}], hive_partitioning = false)"),
    ):
        backend.con.execute(f"CREATE VIEW {name} AS SELECT * FROM {source}")
    rule, as_of = load_rule(render_rule(), where="bench"), AsOf(AS_OF)
    sources = RuleSources({name: backend.table(name) for name in ("events", "customers")})
    sampled = RuleSources(
        {"events": backend.table("some_events"), "customers": backend.table("customers")}, buckets=4
    )
    members = compile_rule(rule, sources, as_of=as_of).members.to_pyarrow()
    few = sources.tables["customers"].limit(rows // EVENTS_A_CUSTOMER // 100)
    changed = ibis.memtable(few.select("customer_id").to_pyarrow())
    old = ibis.memtable(
        members if members.num_rows else pa.table({"customer_id": pa.array([], pa.string())})
    )

    def run_straight() -> Usage:
        return _time(lambda: backend.con.execute(render_straight()).fetchall())

    def run_ours() -> Usage:
        return _time(lambda: compile_rule(rule, sources, as_of=as_of).members.count().to_pyarrow())

    def run_sample() -> Usage:
        return _time(lambda: count_members(rule, sampled, as_of=as_of, buckets=4))

    def run_refresh() -> Usage:
        def refresh() -> object:
            # Whom to ask is a part of the work.
            found = refresh_members(rule, sources, old, before=as_of, as_of=as_of, changed=changed)
            return found.count().to_pyarrow()

        return _time(refresh)

    straight = backend.con.execute(render_straight()).fetchone()
    assert straight is not None
    assert straight[0] == members.num_rows
    assert run_refresh()
    size = f"{rows:,} events, {rows // EVENTS_A_CUSTOMER:,} customers"
    ours, raw = compare(run_ours, run_straight, repeats=REPEATS)
    sample, _ = compare(run_sample, run_sample, repeats=REPEATS)
    refresh, full = compare(run_refresh, run_ours, repeats=REPEATS)
    tell(
        Figure(
            name=f"{size}: a rule of 10 clauses",
            seconds=ours.seconds,
            raw_name="hand-written DuckDB SQL",
            raw_seconds=raw.seconds,
            limit=1.3,
            repeats=REPEATS,
        ),
        Figure(
            name=f"{size}: counted by a sample of 1/16",
            seconds=sample.seconds,
            raw_name="hand-written DuckDB SQL, all",
            raw_seconds=raw.seconds,
            limit_seconds=0.3,
            repeats=REPEATS,
        ),
        Figure(
            name=f"{size}: members after 1 % changed",
            seconds=refresh.seconds,
            raw_name="all members again",
            raw_seconds=full.seconds,
            limit=0.1,
            repeats=REPEATS,
        ),
    )
    backend.disconnect()


def _time(work: object) -> Usage:
    started = time.perf_counter()
    work()
    return Usage(time.perf_counter() - started, 0.0)


def main() -> None:
    """Measure with as many events as asked for."""
    wanted = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "scratch").mkdir()
        measure(int(wanted[0]) if wanted else ROWS, Path(folder))


if __name__ == "__main__":
    main()
