"""The command `regulars`: each verb as a command, a module a verb; arguments and printing only."""

from importlib import import_module

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave with its exit code."""
    raise SystemExit(import_module("regulars.cli.app").run())
