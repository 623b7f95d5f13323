"""What `--help` prints; as a program, it accepts that as the golden files."""

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["GOLDEN", "VERBS", "render_help"]

GOLDEN = Path(__file__).resolve().parents[1] / "cli" / "golden"
VERBS = ("", "analyze", "check", "datasets", "demo", "erase", "init", "load", "reproduce")


def render_help(verb):
    """The help of a verb, or of the whole command for "", a hundred columns wide."""
    # In a process of its own: a console that an earlier test opened keeps its width.
    return subprocess.run(
        [sys.executable, "-m", "regulars", *filter(None, [verb]), "--help"],
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def main():
    """Rewrite the golden files."""
    for verb in VERBS:
        (GOLDEN / f"help-{verb or 'regulars'}.txt").write_text(render_help(verb), encoding="utf-8")


if __name__ == "__main__":
    main()
