"""Whole loads in processes of their own, so that one may be killed in the middle."""

import contextlib
import io
import multiprocessing
import os
import signal
import sys

from regulars.cli.app import run
from regulars.lake import Lake
from regulars.vault import FileVault
from regulars.workspace import erase

SPAWN = multiprocessing.get_context("spawn")
_real_begin = Lake.begin


def run_quietly(*arguments):
    """A command line whose words nobody reads; its exit code."""
    nowhere = io.StringIO()
    with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        return run([str(argument) for argument in arguments])


def load_and_call(arguments, on_step):
    """Load, calling `on_step` with the name of each step of the lake."""

    def begin(lake, *args, **options):
        return _real_begin(Lake(lake.folder, on_step), *args, **options)

    Lake.begin = begin
    try:
        return run_quietly(*arguments)
    finally:
        Lake.begin = _real_begin


def load_and_die(arguments, step) -> None:
    """Load, and be killed at the step of that name."""

    def die(name):
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    load_and_call(arguments, die)


def erase_and_die(customer_id, workspace, step) -> None:
    """Erase, and be killed at a step of the lake, or before the `vault` or the `results`."""

    def die(*given, **named):
        os.kill(os.getpid(), signal.SIGKILL)

    real_erase = Lake.erase_customers
    if step == "vault":
        FileVault.forget = die
    elif step == "results":
        erase.erase_from_results = die
    else:
        Lake.erase_customers = lambda lake, *given, **named: real_erase(
            Lake(lake.folder, lambda name: die() if name == step else None), *given, **named
        )
    run_quietly("erase", customer_id, "-w", workspace, "--yes")


def load_at_once(arguments, is_ready, may_start) -> None:
    """Wait for the signal, load, and leave with the exit code."""
    is_ready.set()
    may_start.wait(60)
    sys.exit(run_quietly(*arguments))


def load_all_at_once(*commands):
    """Run loads side by side, started in the same moment; their exit codes."""
    may_start = SPAWN.Event()
    started = []
    for arguments in commands:
        is_ready = SPAWN.Event()
        process = SPAWN.Process(target=load_at_once, args=(arguments, is_ready, may_start))
        process.start()
        started.append((process, is_ready))
    for _, is_ready in started:
        is_ready.wait(60)
    may_start.set()
    for process, _ in started:
        process.join(120)
    return [process.exitcode for process, _ in started]
