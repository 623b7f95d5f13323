"""`regulars init`: make a workspace."""

from __future__ import annotations

from pathlib import Path

from regulars.cli.console import print_json, print_text
from regulars.cli.options import OutputFormat

__all__ = ["init"]


def init(
    folder: Path = Path(), /, *, time_zone: str = "UTC", format: OutputFormat = "table"
) -> int:
    """Make a workspace: one folder with settings, the lake, the vault and its key.

    Parameters
    ----------
    folder
        Where; the current folder by default.
    time_zone
        The company's time zone, such as `Europe/Moscow`; days begin and end by it.
    format
        A sentence, or one JSON object.
    """
    from regulars.workspace import Workspace

    workspace = Workspace.create(folder, time_zone=time_zone)
    if format == "json":
        print_json({"workspace": str(workspace.folder.resolve())})
        return 0
    print_text(
        f"Made a workspace in {workspace.folder.resolve()}.",
        "Keep a copy of its key, keys/master, in a safe place: without it nobody can read the vault.",
        "Next: regulars load FILE",
    )
    return 0
