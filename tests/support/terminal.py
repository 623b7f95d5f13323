"""The command line as it is used by a person: on a terminal, typing answers."""

import os
import pty
import select
import subprocess
import sys
import time


def run_on_a_terminal(*arguments, cwd, answers=None, seconds=120):
    """Run the command line with standard error on a terminal; exit code, output, what it showed.

    With `answers` standard input is the terminal, too, and one of them is typed at each `> `.
    """
    own, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "regulars", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"},
        stdin=subprocess.DEVNULL if answers is None else theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    )
    os.close(theirs)
    shown = converse(own, list(answers or ()), deadline=time.monotonic() + seconds)
    with process:
        out = process.stdout.read()
    return process.returncode, out, shown


def converse(terminal, answers, *, deadline):
    """Type each answer at a prompt; all that was shown until the other side closed."""
    shown = b""
    while time.monotonic() < deadline:
        ready, _, _ = select.select([terminal], [], [], 1)
        try:
            part = os.read(terminal, 65536) if ready else b""
        except OSError:  # Linux says so when the other side has closed
            break
        shown += part
        if answers and shown.endswith(b"\n> "):
            typed = answers.pop(0).encode() + b"\n"
            os.write(terminal, typed)
            shown += typed
        if ready and not part:
            break
    os.close(terminal)
    return shown.decode("utf-8", "replace")
