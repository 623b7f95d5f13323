"""Feature spaces of a workspace: a TOML file each, and versions that never change."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from regulars.errors import ConflictError, NotFoundError, StorageError, UnknownNameError
from regulars.features import FeatureSpace, read_space
from regulars.schema.foreign_words import say_system_error

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from regulars.features import FeatureDefinition

__all__ = ["SpaceStore"]

_VERSIONS = "versions"


class SpaceStore:
    """Named feature spaces in `definitions/space/`.

    `NAME.toml` is the space as it is edited. Each version that was created is kept as
    `versions/NAME-VERSION.toml`, with the definitions of its features as they were, and is never
    written again; deleting a space leaves its versions, which runs may refer to.

    Parameters
    ----------
    folder
        Made when the first space is created.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> store = SpaceStore(Path(tempfile.mkdtemp()))
    >>> space = store.create(FeatureSpace(name="rhythm", features=("recency_days",)))
    >>> store.list() == ("rhythm",), store.list_versions("rhythm") == (space.version,)
    (True, True)
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(
        self,
        space: FeatureSpace,
        *,
        definitions: Sequence[FeatureDefinition] | None = None,
        replace: bool = False,
    ) -> FeatureSpace:
        """Save a space and its version; the version is returned, with its definitions.

        Parameters
        ----------
        space
            What to save.
        definitions
            Where its features are looked up; None takes the library.
        replace
            Save a new version of a space that is there already.

        Raises
        ------
        ConflictError
            When there is a space of this name, and it is not to be replaced.
        UnknownNameError
            When a feature does not exist.
        """
        file = self._folder / f"{space.name}.toml"
        if file.is_file() and not replace:
            raise ConflictError(
                en=f"There is a feature space '{space.name}' already."
                " Choose another name, or ask for a new version: --replace.",
                ru=f"Пространство признаков «{space.name}» уже есть."
                " Выберите другое имя или попросите новую версию: --replace.",
            )
        pinned = space.pin(definitions)
        kept = self._folder / _VERSIONS / f"{space.name}-{pinned.version}.toml"
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            if not kept.is_file():
                _write(kept, pinned.to_toml())
            _write(file, space.model_copy(update={"definitions": ()}).to_toml())
        except OSError as error:
            raise StorageError(
                en=f"Folder '{self._folder}' cannot be written: {say_system_error(error).en}."
                " Give yourself the right to write there.",
                ru=f"Не удалось записать в папку «{self._folder}»: {say_system_error(error).ru}."
                " Дайте себе право на запись.",
            ) from error
        return pinned

    def list(self) -> tuple[str, ...]:
        """Names of the spaces, in order."""
        if not self._folder.is_dir():
            return ()
        return tuple(sorted(file.stem for file in self._folder.glob("*.toml")))

    def list_versions(self, name: str) -> tuple[str, ...]:
        """Versions that were created under the name, oldest first."""
        found = self._folder.glob(f"{_VERSIONS}/{name}-*.toml")
        # A longer name may begin like this one.
        files = [file for file in found if file.stem.rpartition("-")[0] == name]
        files.sort(key=lambda file: (file.stat().st_mtime_ns, file.name))
        return tuple(file.stem.rpartition("-")[2] for file in files)

    def get(self, name: str, version: str | None = None) -> FeatureSpace:
        """The space as it is edited, or one version of it.

        Raises
        ------
        UnknownNameError
            When there is no such space.
        NotFoundError
            When there is no such version.
        """
        if version is None:
            if name not in self.list():
                raise UnknownNameError(
                    "feature space", name, self.list(), ru="пространства признаков"
                )
            return self._read(f"{name}.toml")
        if version not in self.list_versions(name):
            known = ", ".join(self.list_versions(name)) or "-"
            raise NotFoundError(
                en=f"Feature space '{name}' has no version '{version}'. There are: {known}.",
                ru=f"У пространства признаков «{name}» нет версии «{version}». Есть: {known}.",
            )
        return self._read(f"{_VERSIONS}/{name}-{version}.toml")

    def delete(self, name: str) -> None:
        """Take a space off the list; its versions stay.

        Raises
        ------
        UnknownNameError
            When there is no such space.
        """
        self.get(name)
        (self._folder / f"{name}.toml").unlink()

    def _read(self, place: str) -> FeatureSpace:
        text = (self._folder / place).read_text(encoding="utf-8")
        return read_space(text, file=f"definitions/space/{place}")


def _write(file: Path, text: str) -> None:
    """All of it or nothing, also when somebody reads at the same time."""
    unfinished = file.with_suffix(f".{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(file)
