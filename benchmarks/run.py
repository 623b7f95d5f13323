"""Run every benchmark in a process of its own and print the figures as a table.

    make bench                      every bench_*.py
    make bench ARGS="load start"    those with such a name
    make bench-quality              every quality_*.py

The figures also go to build/bench.json. Leaves with 1 when a limit is passed or a benchmark fails.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from measuring import Figure
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
RESULT = HERE.parent / "build" / "bench.json"


def measure(script: Path) -> list[Figure]:
    """The figures that one benchmark tells; none when it fails, and then it has said why."""
    ran = subprocess.run(
        [sys.executable, script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    if ran.returncode:
        sys.stderr.write(f"{script.name} failed with {ran.returncode}\n")
        return []
    return [Figure(**json.loads(line)) for line in ran.stdout.splitlines()]


def _number(value: float | None, unit: str = "") -> str:
    return "" if value is None else f"{value:.3g}{unit}"


def _limits(figure: Figure) -> str:
    limits = [
        _number(figure.limit, "x"),
        _number(figure.limit_seconds, " s"),
        _number(figure.limit_megabytes, " MB"),
    ]
    return ", ".join(filter(None, limits))


def draw(figures: Sequence[Figure]) -> Table:
    """The table of all figures."""
    table = Table("what", "seconds", "raw tool", "seconds", "ratio", "peak", "limit", "n", "")
    for figure in figures:
        table.add_row(
            figure.name,
            _number(figure.seconds),
            figure.raw_name or "",
            _number(figure.raw_seconds),
            _number(figure.ratio, "x"),
            _number(figure.peak_megabytes, " MB"),
            _limits(figure),
            str(figure.repeats),
            "ok" if figure.is_within_limits else "OVER",
        )
    return table


def save(figures: Sequence[Figure]) -> None:
    """Write the figures as JSON."""
    rows = [
        {
            name: getattr(figure, name)
            for name in (*Figure.__dataclass_fields__, "ratio", "is_within_limits")
        }
        for figure in figures
    ]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="parts of the names of benchmarks")
    parser.add_argument("--quality", action="store_true", help="what models achieve, not speed")
    asked = parser.parse_args()
    scripts = sorted(HERE.glob("quality_*.py" if asked.quality else "bench_*.py"))
    chosen = [
        script
        for script in scripts
        if not asked.names or any(name in script.stem for name in asked.names)
    ]
    measured = [measure(script) for script in chosen]
    figures = [figure for found in measured for figure in found]
    Console().print(draw(figures))
    save(figures)
    is_fine = all(measured) and all(figure.is_within_limits for figure in figures)
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
