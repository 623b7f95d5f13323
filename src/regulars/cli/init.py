"""`regulars init`: make a workspace."""

from __future__ import annotations

from pathlib import Path

from regulars.cli.console import print_json, print_text
from regulars.cli.options import LanguageOption, OutputFormat

__all__ = ["init"]


_KEY_INSIDE = {
    "en": "Keep a copy of its key, keys/master, in a safe place: without it nobody can read the vault.",
    "ru": "Храните копию её ключа, keys/master, в надёжном месте: без него никто не прочтёт сейф.",
}
_KEY_GIVEN = {
    "en": "Its key is that of REGULARS_MASTER_KEY; none was written. Without it nobody can read the"
    " vault.",
    "ru": "Её ключ — тот, что в REGULARS_MASTER_KEY; в папку он не записан. Без него никто не прочтёт"
    " сейф.",
}


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
    language = lang or workspace.settings.language
    key = _KEY_INSIDE if workspace.has_key_inside else _KEY_GIVEN
    print_text(
        *{
            "en": (f"Made a workspace in {made}.", key["en"], "Next: regulars load FILE"),
            "ru": (f"Рабочая папка создана: {made}.", key["ru"], "Дальше: regulars load ФАЙЛ"),
        }[language]
    )
    return 0
