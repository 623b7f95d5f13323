"""The command `regulars`: each verb as a command, a module a verb; arguments and printing only."""

import gc
from importlib import import_module

from regulars.cli import ctrl_c

__all__ = ["main"]

_NEW_OBJECTS = 200_000


def main() -> None:
    """Run the command line and leave with its exit code."""
    ctrl_c.listen(is_starting=True)
    # Importing makes many objects and no garbage: looking for it after every 700 of them, as
    # Python does by itself, takes a tenth of the start.
    gc.set_threshold(_NEW_OBJECTS)
    run = import_module("regulars.cli.app").run
    try:
        ctrl_c.listen(is_starting=False)
        code = run()
    except KeyboardInterrupt:
        # A second one, while the first was told.
        code = ctrl_c.EXIT_CODE
    # Nor is what was imported searched for garbage at the very end, when all of it goes.
    gc.freeze()
    raise SystemExit(code)
