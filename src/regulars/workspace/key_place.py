"""Where the master key of a workspace lies: in it, or under a name in the person's own folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from regulars.settings import Settings

__all__ = ["KeyPlace"]

_KEY_FILE = "keys/master"
_KEY_NAME = "keys/name"


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """The place of the key of one workspace.

    Attributes
    ----------
    folder
        The workspace.
    """

    folder: Path

    @property
    def is_inside(self) -> bool:
        """Whether the key lies in the workspace itself."""
        return (self.folder / _KEY_FILE).is_file()

    def find_file(self, settings: Settings) -> Path:
        """The file with the key, whether it is there or not."""
        from regulars.settings import find_key_folder

        named = self.folder / _KEY_NAME
        if not named.is_file():
            return self.folder / _KEY_FILE
        # A name and no path: nothing outside the folder of keys is read.
        name = Path(named.read_text(encoding="utf-8").strip()).name
        return find_key_folder(settings) / name

    def make_key(self, settings: Settings, *, is_elsewhere: bool) -> None:
        """Make a key, unless there is one or the environment gives it.

        Parameters
        ----------
        settings
            With the key of the environment, and the person's folder of keys.
        is_elsewhere
            The key lies in that folder, and only its name in the workspace.
        """
        from regulars.settings import find_key_folder
        from regulars.vault import create_master_key

        # A second key would be believed to open the vault that the first one closed.
        if settings.master_key is not None:
            return
        if any((self.folder / name).exists() for name in (_KEY_FILE, _KEY_NAME)):
            return
        if not is_elsewhere:
            create_master_key(self.folder / _KEY_FILE)
            return
        name = uuid4().hex[:16]
        create_master_key(find_key_folder(settings) / name)
        self._write_name(name)

    def move_elsewhere(self, settings: Settings) -> None:
        """Move the key into the person's own folder of keys."""
        from regulars.settings import find_key_folder
        from regulars.vault import copy_master_key

        self._write_name(copy_master_key(self.folder / _KEY_FILE, find_key_folder(settings)))
        (self.folder / _KEY_FILE).unlink()

    def _write_name(self, name: str) -> None:
        (self.folder / "keys").mkdir(mode=0o700, exist_ok=True)
        (self.folder / _KEY_NAME).write_text(name + "\n", encoding="utf-8")
