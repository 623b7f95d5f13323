"""Loading a file into the lake, checks included, beside DuckDB's copy of it to Parquet."""

import shutil
import sys
import tempfile
from pathlib import Path

import duckdb
from measuring import Figure, Usage, compare, run_command, tell

REPEATS = 3
ROWS = {"events": 5_000_000, "customers": 500_000}

EVENTS = """
SELECT 'c' || lpad((hash(i) % 100000)::VARCHAR, 7, '0') AS customer_id,
    TIMESTAMP '2024-01-01' + to_seconds((hash(i * 7) % (86400 * 300))::INT) AS occurred_at,
    ['call', 'sms', 'traffic', 'login'][1 + (hash(i * 3) % 4)::INT] AS name,
    round((hash(i * 11) % 100000) / 100.0, 2) AS amount
FROM range({rows}) AS t(i)
"""
CUSTOMERS = """
SELECT 'k' || lpad(i::VARCHAR, 8, '0') AS customer_id,
    ['Moscow', 'Samara', 'Perm', 'Tver'][1 + (hash(i) % 4)::INT] AS city,
    18 + (hash(i * 3) % 70)::INT AS age,
    DATE '2015-01-01' + (hash(i * 5) % 3650)::INT AS signed_on,
    ['S', 'M', 'L'][1 + (hash(i * 7) % 3)::INT] AS tariff,
    {measures},
    CASE WHEN hash(i * 13) % 5 = 0 THEN 'yes' ELSE 'no' END AS churn
FROM range({rows}) AS t(i)
"""


def make_file(kind: str, folder: Path) -> Path:
    """A CSV of one kind."""
    measures = ", ".join(
        f"round((hash(i * {17 + place}) % 100000) / 100.0, 2) AS measure_{place}"
        for place in range(14)
    )
    query = {"events": EVENTS, "customers": CUSTOMERS}[kind]
    file = folder / f"{kind}.csv"
    duckdb.sql(query.format(rows=ROWS[kind], measures=measures)).write_csv(str(file))
    return file


def copy_raw(file: Path, folder: Path) -> Usage:
    """DuckDB's own way, as a process."""
    statement = f"COPY (SELECT * FROM read_csv('{file}')) TO '{folder / 'raw.parquet'}'"
    return run_command([sys.executable, "-c", f"import duckdb; duckdb.execute({statement!r})"])


def load(file: Path, kind: str, workspace: Path, *, afresh: bool) -> Usage:
    """`regulars load`, into an empty workspace when `afresh`."""
    regulars = Path(sys.executable).with_name("regulars")
    if afresh:
        shutil.rmtree(workspace, ignore_errors=True)
        run_command([regulars, "init", workspace])
    return run_command([regulars, "load", file, "--kind", kind, "--workspace", workspace])


def measure_start(folder: Path) -> tuple[Usage, Usage]:
    """What both take before there is anything to do: the load of one row, and an import."""
    file = folder / "one.csv"
    file.write_text("customer_id,age\n1,30\n")
    return compare(
        lambda: load(file, "customers", folder / "workspace-one", afresh=True),
        lambda: run_command([sys.executable, "-c", "import duckdb; duckdb.execute('SELECT 1')"]),
        repeats=REPEATS,
    )


def measure(kind: str, folder: Path, start: tuple[Usage, Usage]) -> None:
    """The first load, the same again, and the file with one row more."""
    file = make_file(kind, folder)
    workspace = folder / f"workspace-{kind}"

    first, raw = compare(
        lambda: load(file, kind, workspace, afresh=True),
        lambda: copy_raw(file, folder),
        repeats=REPEATS,
    )
    again, raw_again = compare(
        lambda: load(file, kind, workspace, afresh=False),
        lambda: copy_raw(file, folder),
        repeats=REPEATS,
    )
    longer = folder / f"{kind}-longer.csv"
    lines = file.read_bytes()
    last = lines.rstrip(b"\n").rsplit(b"\n", 1)[1]
    longer.write_bytes(lines + last.replace(b"c0", b"x0", 1).replace(b"k0", b"x0", 1) + b"\n")
    compared = load(longer, kind, workspace, afresh=False)
    for name, usage, beside, limit in (
        ("first load", first, raw, 2.5),
        ("the same file again", again, raw_again, 5.0),
        ("the file with one row more", compared, raw, None),
    ):
        tell(
            Figure(
                name=f"{kind}, {ROWS[kind]:,} rows: {name}",
                seconds=usage.seconds,
                raw_name="DuckDB CSV to Parquet",
                raw_seconds=beside.seconds,
                limit=limit,
                peak_megabytes=usage.peak_megabytes,
                repeats=REPEATS if limit else 1,
            )
        )
    tell(
        Figure(
            name=f"{kind}, {ROWS[kind]:,} rows: first load without the start of the processes",
            seconds=first.seconds - start[0].seconds,
            raw_name="DuckDB CSV to Parquet",
            raw_seconds=raw.seconds - start[1].seconds,
            repeats=REPEATS,
        )
    )


def main() -> None:
    """Both kinds."""
    with tempfile.TemporaryDirectory() as folder:
        start = measure_start(Path(folder))
        for kind in ROWS:
            measure(kind, Path(folder), start)


if __name__ == "__main__":
    main()
