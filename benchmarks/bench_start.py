"""How long `regulars --help` takes, beside a Python that does nothing."""

import sys
from pathlib import Path

from measuring import Figure, compare, run_command, tell

REPEATS = 9


def main() -> None:
    """Measure both in turns."""
    regulars = Path(sys.executable).with_name("regulars")
    ours, raw = compare(
        lambda: run_command([regulars, "--help"]),
        lambda: run_command([sys.executable, "-c", "pass"]),
        repeats=REPEATS,
    )
    tell(
        Figure(
            name="regulars --help",
            seconds=ours.seconds,
            raw_name="python -c pass",
            raw_seconds=raw.seconds,
            limit_seconds=0.5,
            peak_megabytes=ours.peak_megabytes,
            repeats=REPEATS,
        )
    )


if __name__ == "__main__":
    main()
