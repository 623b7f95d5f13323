"""Run every benchmark in a process of its own and print the figures as a table.

    make bench                      every bench_*.py
    make bench ARGS="load start"    those with such a name
    make bench-quality              every quality_*.py

The figures also go to build/bench.json, those of quality to build/bench-quality.json. Leaves with 1
when a limit is passed, a target missed or a benchmark fails.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from measuring import Figure, Score
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
RESULT = HERE.parent / "build" / "bench.json"
QUALITY = HERE.parent / "build" / "bench-quality.json"


Line = TypeVar("Line", Figure, Score)


def measure(script: Path, kind: type[Line]) -> list[Line]:
    """The figures that one benchmark tells; none when it fails, and then it has said why."""
    ran = subprocess.run(
        [sys.executable, script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    if ran.returncode:
        sys.stderr.write(f"{script.name} failed with {ran.returncode}\n")
        return []
    return [kind(**json.loads(line)) for line in ran.stdout.splitlines()]


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


def draw_quality(scores: Sequence[Score]) -> Table:
    """The table of all scores."""
    table = Table(
        *("data", "tested", "chosen", "figure", "95 %", "logistic", "LightGBM", "ahead of both"),
        *("possible", "limit", ""),
    )
    for score in scores:
        table.add_row(
            score.name,
            f"{score.tested:,}",
            score.chosen,
            f"{score.roc_auc:.4f}",
            f"{score.low:.3f}-{score.high:.3f}",
            f"{score.plain_logistic:.4f}",
            f"{score.plain_lightgbm:.4f}",
            f"{score.ahead:+.4f} ± {1.96 * score.ahead_error:.4f}",
            "" if score.best_possible is None else f"{score.best_possible:.3f}",
            "" if score.limit is None else f"{score.limit:.3f}",
            "ok" if score.is_within_limits else "not reached",
        )
    return table


def save(figures: Sequence[Figure | Score], result: Path) -> None:
    """Write the figures as JSON."""
    derived = ("ratio", "is_within_limits")
    rows = [
        asdict(figure) | {name: getattr(figure, name) for name in derived if hasattr(figure, name)}
        for figure in figures
    ]
    result.parent.mkdir(exist_ok=True)
    result.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


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
    kind = Score if asked.quality else Figure
    measured = [measure(script, kind) for script in chosen]
    figures = [figure for found in measured for figure in found]
    Console().print(draw_quality(figures) if asked.quality else draw(figures))
    save(figures, QUALITY if asked.quality else RESULT)
    is_fine = all(measured) and all(figure.is_within_limits for figure in figures)
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
