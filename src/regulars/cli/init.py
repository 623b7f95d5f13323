"""`regulars init`: make a workspace."""

from __future__ import annotations

from pathlib import Path

from regulars.cli.console import print_json, print_text
from regulars.cli.options import LanguageOption, OutputFormat

__all__ = ["init"]


def init(
    folder: Path = Path(),
    /,
    *,
    time_zone: str = "UTC",
    format: OutputFormat = "table",
    lang: LanguageOption = None,
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
    made = workspace.folder.resolve()
    print_text(
        *{
            "en": (
                f"Made a workspace in {made}.",
                "Keep a copy of its key, keys/master, in a safe place: without it nobody can read"
                " the vault.",
                "Next: regulars load FILE",
            ),
            "ru": (
                f"Рабочая папка создана: {made}.",
                "Храните копию её ключа, keys/master, в надёжном месте: без него никто не прочтёт"
                " сейф.",
                "Дальше: regulars load ФАЙЛ",
            ),
        }[lang or workspace.settings.language]
    )
    return 0
