"""The whole process at its peak: two gigabytes loaded within 512 MB, and scores of many customers."""

import os
import sys
import tempfile
from pathlib import Path

import duckdb
from measuring import Figure, run_command, tell

MEGABYTES = int(os.environ.get("BENCH_MEGABYTES", "2000"))
BYTES_A_ROW = 81
SCORED = (250_000, 1_000_000)
HERE = Path(__file__).resolve().parent
REGULARS = Path(sys.executable).with_name("regulars")


def write_purchases(file: Path, megabytes: int) -> None:
    """Purchases of many customers, every value different enough not to shrink."""
    rows = megabytes * 1_000_000 // BYTES_A_ROW
    duckdb.connect(config={"memory_limit": "2GB"}).execute(
        "COPY (SELECT i AS order_id, hash(i) % greatest($1 // 20, 1) AS customer_id,"
        " strftime(TIMESTAMP '2020-01-01' + to_seconds(i % 150000000), '%Y-%m-%d %H:%M:%S')"
        " AS order_date, (hash(i + 1) % 100000) / 100 AS amount, 'shop ' || (i % 17) AS shop,"
        f" md5(i::VARCHAR) AS note FROM range($1) AS r(i)) TO '{file}' (HEADER)",
        [rows],
    )


def measure_load(folder: Path) -> None:
    """Load the file once."""
    file, workspace = folder / "purchases.csv", folder / "ws"
    write_purchases(file, MEGABYTES)
    run_command([REGULARS, "init", workspace])
    os.environ["REGULARS_MEMORY_LIMIT"] = "512MB"
    ours = run_command([REGULARS, "load", file, "-w", workspace, "--kind", "purchases"])
    tell(
        Figure(
            name=f"load {MEGABYTES:,} MB within 512 MB",
            seconds=ours.seconds,
            peak_megabytes=ours.peak_megabytes,
            limit_megabytes=1500,
        )
    )


def measure_scoring(folder: Path) -> None:
    """Score a quarter of a million customers, and then four times as many."""
    first = None
    for n in (20_000, *SCORED):
        # In a process of its own: a child's peak begins with what its parent holds.
        run_command([sys.executable, HERE / "bench_predict.py", str(n), folder / f"{n}.csv"])
    run_command([REGULARS, "analyze", folder / "20000.csv", "--out", folder / "learnt"])
    for n in SCORED:
        workspace = folder / f"scored-{n}"
        run_command([REGULARS, "init", workspace])
        run_command([REGULARS, "load", folder / f"{n}.csv", "-w", workspace])
        models = ["--from", folder / "learnt/workspace", "--model", "lightgbm"]
        told = run_command([REGULARS, "predict", "score", "-w", workspace, *models])
        first = first or told.peak_megabytes
        tell(
            Figure(
                name=f"`predict score` of {n:,} customers, the whole process",
                seconds=told.seconds,
                peak_megabytes=told.peak_megabytes,
                # More customers may take a tenth more.
                limit_megabytes=first * 1.1,
            )
        )


def main() -> None:
    """One after the other."""
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        measure_scoring(Path(folder))
        measure_load(Path(folder))


if __name__ == "__main__":
    main()
