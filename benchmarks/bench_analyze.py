"""How long `regulars analyze` takes on a made-up company and on real files, where they are there."""

import sys
import tempfile
from pathlib import Path

from measuring import Figure, run_command, tell

from regulars.connectors.datasets import choose_datasets_folder
from regulars.rehearsal import make_company, write_company
from regulars.settings import load_settings

REPEATS = 3
REAL = (
    ("Telco, 7,043 customers", "telco/Telco-Customer-Churn.csv", 60.0),
    ("Online Retail, 541,909 lines", "online_retail/online_retail.parquet", 120.0),
)


def main() -> None:
    """Whole processes, each into a fresh folder."""
    regulars = Path(sys.executable).with_name("regulars")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        company, *_ = write_company(make_company(customers=10_000), folder)
        files = {"company of 10,000 customers": (company, 60.0)}
        known = choose_datasets_folder(load_settings(None).datasets, current=Path.cwd())
        for title, name, limit in REAL if known else ():
            if (known / name).is_file():
                files[title] = (known / name, limit)
        for title, (file, limit) in files.items():
            runs = [
                run_command([regulars, "analyze", file, "--out", folder / f"out-{file.stem}-{run}"])
                for run in range(REPEATS)
            ]
            tell(
                Figure(
                    name=f"analyze: {title}",
                    seconds=sorted(run.seconds for run in runs)[REPEATS // 2],
                    limit_seconds=limit,
                    peak_megabytes=max(run.peak_megabytes for run in runs),
                    repeats=REPEATS,
                )
            )


if __name__ == "__main__":
    main()
