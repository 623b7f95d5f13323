"""What `--help` prints; as a program, it accepts that as the golden files."""

import contextlib
import io
import os
from pathlib import Path

from regulars.cli.app import run

__all__ = ["GOLDEN", "VERBS", "render_help"]

GOLDEN = Path(__file__).resolve().parents[1] / "cli" / "golden"
VERBS = ("", "analyze", "check", "datasets", "demo", "init", "load")


def render_help(verb):
    """The help of a verb, or of the whole command for "", a hundred columns wide."""
    before = {name: os.environ.get(name) for name in ("COLUMNS", "NO_COLOR")}
    os.environ.update(COLUMNS="100", NO_COLOR="1")
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            run([*filter(None, [verb]), "--help"])
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
    return out.getvalue()


def main():
    """Rewrite the golden files."""
    for verb in VERBS:
        (GOLDEN / f"help-{verb or 'regulars'}.txt").write_text(render_help(verb), encoding="utf-8")


if __name__ == "__main__":
    main()
