"""Windowed features of events, beside plain SQL with one filtered aggregate a feature.

make bench ARGS=features                                     4 million events
.venv/bin/python benchmarks/bench_features.py 20000000       the size of the stated limit
"""

import sys
import tempfile
import tomllib
from datetime import date
from pathlib import Path

import duckdb
from measuring import Figure, Usage, compare, run_command, tell

REPEATS = 3
ROWS = 4_000_000
EVENTS_A_CUSTOMER = 40
AS_OF = date(2025, 12, 20)
WINDOWS = (7, 30, 90, 180)
DAYS = tuple(date(2025, month, 1) for month in range(1, 13))

# Written as the lake writes: a folder a bucket of customers, sorted by customer and time.
EVENTS = """
SELECT 'c' || lpad((hash(i) % {customers})::VARCHAR, 8, '0') AS customer_id,
    TIMESTAMPTZ '2025-01-01 00:00:00+00' + to_seconds((hash(i * 7) % (86400 * 365))::INT)
        AS occurred_at,
    occurred_at + INTERVAL 1 HOUR AS known_at,
    ['call', 'sms', 'traffic', 'session', 'search'][1 + (hash(i * 3) % 5)::INT] AS name,
    ['incoming', 'outgoing'][1 + (hash(i * 5) % 2)::INT] AS direction,
    (hash(i * 11) % 100000) / 100.0::DOUBLE AS duration_seconds,
    (hash(i * 13) % 100000) / 100.0::DOUBLE AS traffic_megabytes,
    ((hash(i * 17) % 100000) / 100)::DECIMAL(18, 4) AS amount,
    ((hash(i * 7) % 86400) / 3600)::INT AS occurred_hour,
    (hash(customer_id) % 64)::INT AS bucket
FROM range({rows}) AS t(i)
ORDER BY bucket, customer_id, occurred_at
"""
# name, aggregate, column, condition as SQL and as a definition has it
MEANINGS = [
    ("calls", "count", None, "name = 'call'", '{ column = "name", op = "=", value = "call" }'),
    ("sms", "count", None, "name = 'sms'", '{ column = "name", op = "=", value = "sms" }'),
    ("traffic", "count", None, "name = 'traffic'",
     '{ column = "name", op = "=", value = "traffic" }'),
    ("sessions", "count", None, "name = 'session'",
     '{ column = "name", op = "=", value = "session" }'),
    ("searches", "count", None, "name = 'search'",
     '{ column = "name", op = "=", value = "search" }'),
    ("outgoing", "count", None, "name = 'call' AND direction = 'outgoing'",
     '{ all = [{ column = "name", op = "=", value = "call" },'
     ' { column = "direction", op = "=", value = "outgoing" }] }'),
    ("night", "count", None, "name = 'call' AND occurred_hour < 7",
     '{ all = [{ column = "name", op = "=", value = "call" },'
     ' { column = "occurred_hour", op = "<", value = 7 }] }'),
    ("talk", "sum", "duration_seconds", "name = 'call'",
     '{ column = "name", op = "=", value = "call" }'),
    ("talk_mean", "mean", "duration_seconds", "name = 'call'",
     '{ column = "name", op = "=", value = "call" }'),
    ("session_max", "max", "duration_seconds", "name = 'session'",
     '{ column = "name", op = "=", value = "session" }'),
    ("megabytes", "sum", "traffic_megabytes", "name = 'traffic'",
     '{ column = "name", op = "=", value = "traffic" }'),
    ("money", "sum", "amount", None, None),
]  # fmt: skip


def write_events(rows: int, folder: Path) -> None:
    """The events, as Parquet files."""
    query = EVENTS.format(rows=rows, customers=rows // EVENTS_A_CUSTOMER)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(
            f"COPY ({query}) TO '{folder}' (FORMAT parquet, PARTITION_BY (bucket),"
            " WRITE_PARTITION_COLUMNS true, OVERWRITE true, PARQUET_VERSION v2,"
            " DICTIONARY_SIZE_LIMIT 1000)"
        )


def read_events(folder: Path) -> str:
    """What stands after FROM."""
    return f"read_parquet('{folder}/*/*.parquet', hive_partitioning = false)"


def render_straight(folder: Path) -> str:
    """The straightforward query: each feature a filtered aggregate."""
    columns = ["customer_id", "max(occurred_at) AS last_event"]
    columns.append("max(occurred_at) FILTER (WHERE name = 'call') AS last_call")
    for name, aggregate, column, condition, _ in MEANINGS:
        call = "count(*)" if column is None else f"{'avg' if aggregate == 'mean' else aggregate}({column})"  # fmt: skip
        for days in WINDOWS:
            inside = f"occurred_at >= TIMESTAMPTZ '{AS_OF} 00:00:00+00' - INTERVAL {days} DAY"
            where = f"{condition} AND {inside}" if condition else inside
            columns.append(f"{call} FILTER (WHERE {where}) AS {name}_{days}d")
    bound = f"TIMESTAMPTZ '{AS_OF} 00:00:00+00'"
    return (
        f"SELECT {', '.join(columns)} FROM {read_events(folder)}"
        f" WHERE occurred_at < {bound} AND known_at < {bound} GROUP BY customer_id"
    )


def render_definitions() -> str:
    """The same features as a user would write them."""
    parts = []
    for name, aggregate, column, _, condition in MEANINGS:
        lines = [f'name = "{name}"', 'table = "events"', f'aggregate = "{aggregate}"']
        lines += [f'column = "{column}"'] if column else []
        lines += [f"where = {condition}"] if condition else []
        lines += [f"windows = {list(WINDOWS)}", f'meaning = {{ en = "{name}", ru = "{name}" }}']
        parts.append("\n".join(["[[features]]", *lines]))
    for name, condition in (("last_event", None), ("last_call", MEANINGS[0][4])):
        lines = [f'name = "{name}"', 'table = "events"', 'aggregate = "days_since_last"']
        lines += [f"where = {condition}"] if condition else []
        lines += [f'meaning = {{ en = "{name}", ru = "{name}" }}']
        parts.append("\n".join(["[[features]]", *lines]))
    text = "\n".join(parts)
    tomllib.loads(text)
    return text


def run_straight(folder: Path) -> None:
    """What a person would write, to Arrow."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        table = connection.execute(render_straight(folder)).to_arrow_table()
    assert table.num_columns == 3 + len(MEANINGS) * len(WINDOWS)


def run_ours(folder: Path, days: tuple[date, ...]) -> None:
    """The library, to feature tables."""
    from regulars.engines.duckdb import connect
    from regulars.features import AsOf, FeatureSpace, read_features

    features = read_features(render_definitions(), file="bench.toml")
    space = FeatureSpace(name="bench", features=tuple(one.name for one in features))
    with tempfile.TemporaryDirectory() as scratch:
        backend = connect(Path(scratch))
        backend.con.execute(f"CREATE VIEW events AS SELECT * FROM {read_events(folder)}")
        tables = {"events": backend.table("events")}
        built = space.build(tables, as_of=[AsOf(day) for day in days], definitions=features)
        assert [len(table.features) for table in built] == [50] * len(days)
        backend.disconnect()


def start(what: str, folder: Path) -> Usage:
    """One of the runs, as a process of its own."""
    return run_command([sys.executable, __file__, what, folder])


def measure(rows: int, folder: Path) -> None:
    """One day, then twelve days in one pass."""
    write_events(rows, folder)
    size = f"{rows:,} events, {rows // EVENTS_A_CUSTOMER:,} customers"
    ours, raw = compare(
        lambda: start("ours", folder), lambda: start("straight", folder), repeats=REPEATS
    )
    many = start("twelve", folder)
    tell(
        Figure(
            name=f"{size}: 50 features",
            seconds=ours.seconds,
            raw_name="DuckDB SQL, a FILTER each",
            raw_seconds=raw.seconds,
            limit=1.0,
            peak_megabytes=ours.peak_megabytes,
            limit_megabytes=4_096,
            repeats=REPEATS,
        ),
        Figure(
            name=f"{size}: 50 features as of 12 days",
            seconds=many.seconds,
            raw_name="the same SQL 12 times",
            raw_seconds=12 * raw.seconds,
            limit=1.0,
            peak_megabytes=many.peak_megabytes,
        ),
    )


def main() -> None:
    """Measure, or do one run for the measurement."""
    match sys.argv[1:]:
        case ["straight", folder]:
            run_straight(Path(folder))
        case ["ours", folder]:
            run_ours(Path(folder), (AS_OF,))
        case ["twelve", folder]:
            run_ours(Path(folder), DAYS)
        case wanted:
            with tempfile.TemporaryDirectory() as folder:
                measure(int(wanted[0]) if wanted else ROWS, Path(folder))


if __name__ == "__main__":
    main()
