"""What `--help` prints; as a program, it accepts that as the golden files."""

import os
import subprocess
import sys
from itertools import product
from pathlib import Path

__all__ = ["LANGUAGES", "VERBS", "golden_of", "render_help"]

GOLDEN = Path(__file__).resolve().parents[1] / "cli" / "golden"
VERBS = (
    "", "analyze", "check", "datasets", "demo", "erase", "features", "init", "load", "predict",
    "predict score", "reproduce", "segment", "segment check", "segment save", "spaces", "tidy",
)  # fmt: skip
LANGUAGES = ("en", "ru")


def golden_of(verb, language):
    """The file with the help of a verb that was approved."""
    return GOLDEN / f"help-{verb.replace(' ', '-') or 'regulars'}.{language}.txt"


def render_help(verb, language):
    """The help of a verb, or of the whole command for "", a hundred columns wide."""
    # In a process of its own: a console that an earlier test opened keeps its width.
    return subprocess.run(
        [sys.executable, "-m", "regulars", *verb.split(), "--help", "--lang", language],
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def main():
    """Rewrite the golden files."""
    for verb, language in product(VERBS, LANGUAGES):
        golden_of(verb, language).write_text(render_help(verb, language), encoding="utf-8")


if __name__ == "__main__":
    main()
