"""Two gigabytes of purchases with the engine held to 512 MB: the whole process, at its peak."""

import os
import sys
import tempfile
from pathlib import Path

import duckdb
from measuring import Figure, run_command, tell

MEGABYTES = int(os.environ.get("BENCH_MEGABYTES", "2000"))
BYTES_A_ROW = 81


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


def main() -> None:
    """Load the file once."""
    regulars = Path(sys.executable).with_name("regulars")
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        file, workspace = Path(folder) / "purchases.csv", Path(folder) / "ws"
        write_purchases(file, MEGABYTES)
        run_command([regulars, "init", workspace])
        os.environ["REGULARS_MEMORY_LIMIT"] = "512MB"
        ours = run_command([regulars, "load", file, "-w", workspace, "--kind", "purchases"])
    tell(
        Figure(
            name=f"load {MEGABYTES:,} MB within 512 MB",
            seconds=ours.seconds,
            peak_megabytes=ours.peak_megabytes,
            limit_megabytes=1500,
        )
    )


if __name__ == "__main__":
    main()
