"""Measure ours beside the raw tool, in turns, so that a busy machine slows both."""

import atexit
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

__all__ = ["Figure", "Score", "Usage", "compare", "run_command", "tell"]


@dataclass(frozen=True, slots=True)
class Usage:
    """What one command took."""

    seconds: float
    peak_megabytes: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: ours and the raw tool's, as medians of `repeats` runs in turns.

    `limit` bounds the ratio, `limit_seconds` our median, `limit_megabytes` our peak of memory. A
    figure without a raw tool has a ratio of None.
    """

    name: str
    seconds: float
    raw_name: str | None = None
    raw_seconds: float | None = None
    limit: float | None = None
    limit_seconds: float | None = None
    peak_megabytes: float | None = None
    limit_megabytes: float | None = None
    repeats: int = 1

    @property
    def ratio(self) -> float | None:
        """Ours over the raw tool's."""
        return self.seconds / self.raw_seconds if self.raw_seconds else None

    @property
    def is_within_limits(self) -> bool:
        """Whether no stated limit is passed."""
        pairs = [
            (self.ratio, self.limit),
            (self.seconds, self.limit_seconds),
            (self.peak_megabytes, self.limit_megabytes),
        ]
        return all(value <= limit for value, limit in pairs if value and limit)


@dataclass(frozen=True, slots=True)
class Score:
    """One line of the table of quality: ROC-AUC of the chosen model, or its money, beside plain models.

    The name says what is measured where it is not ROC-AUC. All stand in the same rounds; `low` and `high` bound the 95 % interval of ours; `ahead` is the
    distance to the better of the plain ones with the standard error of that difference; `limit`,
    where there is one, is to be reached, and `best_possible` is what nobody can pass where the
    truth is known.
    """

    name: str
    chosen: str
    roc_auc: float
    low: float
    high: float
    plain_logistic: float
    plain_lightgbm: float
    ahead: float
    ahead_error: float
    limit: float | None
    tested: int
    best_possible: float | None = None

    @property
    def is_within_limits(self) -> bool:
        """Whether the limit is reached, and no plain model is better beyond chance."""
        is_behind = self.ahead < -1.96 * self.ahead_error
        return not is_behind and (self.limit is None or round(self.roc_auc, 3) >= self.limit)


def run_command(command: Sequence[str | Path], *, cwd: Path | None = None) -> Usage:
    """Run a command to its end; raises when it fails. The peak is that of this process alone."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env=_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    code = os.waitstatus_to_exitcode(status)
    process.returncode = code
    if code:
        raise subprocess.CalledProcessError(code, list(map(str, command)))
    # Linux counts in kilobytes, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return Usage(seconds, usage.ru_maxrss * unit / 1e6)


def _environment() -> dict[str, str]:
    """The environment, with byte code kept: an installed package has it from the beginning."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": _make_cache()}


@cache
def _make_cache() -> str:
    """A folder for byte code, so that nothing is left in the sources."""
    folder = tempfile.mkdtemp(prefix="regulars-bench-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def compare(
    ours: Callable[[], Usage], raw: Callable[[], Usage], *, repeats: int = 5
) -> tuple[Usage, Usage]:
    """Medians of both, run in turns after one unmeasured round that warms the disk's cache."""
    ours(), raw()
    rounds = [(ours(), raw()) for _ in range(repeats)]
    return _median([own for own, _ in rounds]), _median([other for _, other in rounds])


def _median(usages: Sequence[Usage]) -> Usage:
    return Usage(
        statistics.median(usage.seconds for usage in usages),
        max(usage.peak_megabytes for usage in usages),
    )


def tell(*figures: Figure | Score) -> None:
    """Print the figures for `run.py`, one JSON object a line."""
    for figure in figures:
        print(json.dumps(asdict(figure)), flush=True)
