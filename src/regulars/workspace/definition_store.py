"""Definitions of one kind in a workspace: a TOML file each, and versions that never change."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from regulars.errors import ConflictError, NotFoundError, StorageError, UnknownNameError
from regulars.schema.definition_files import read_text_file
from regulars.schema.foreign_words import say_system_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from regulars.schema.wording import Wording

__all__ = ["DefinitionKind", "DefinitionStore"]

D = TypeVar("D")
_VERSIONS = "versions"


@dataclass(frozen=True, slots=True)
class DefinitionKind(Generic[D]):
    """What is kept in a store.

    Attributes
    ----------
    folder
        Its name below `definitions/`.
    noun
        What one is called: "feature space", "пространство признаков".
    of_noun
        The Russian genitive: "пространства признаков".
    read
        The definition that a text says; the second argument names the file, for messages.
    """

    folder: str
    noun: Wording
    of_noun: str
    read: Callable[[str, str], D]


class DefinitionStore(Generic[D]):
    """Named definitions in `definitions/KIND/`.

    `NAME.toml` is the definition as it is edited. Each version that was saved is kept as
    `versions/NAME-VERSION.toml` and is never written again; deleting a definition leaves its
    versions, which runs may refer to.

    Parameters
    ----------
    folder
        Made when the first definition is saved.
    kind
        What is kept.
    """

    def __init__(self, folder: Path, kind: DefinitionKind[D]) -> None:
        self._folder, self._kind = folder, kind

    def keep(
        self, name: str, version: str, *, edited: str, kept: str, replace: bool = False
    ) -> None:
        """Save a definition and its version.

        Parameters
        ----------
        name, version
            Of the definition.
        edited
            What `NAME.toml` will say.
        kept
            What the file of the version will say for good.
        replace
            Save a new version of a definition that is there already.

        Raises
        ------
        ConflictError
            When there is a definition of this name, and it is not to be replaced.
        StorageError
            When the folder cannot be written.
        """
        file = self._folder / f"{name}.toml"
        if file.is_file() and not replace:
            noun = self._kind.noun
            raise ConflictError(
                en=f"There is a {noun.en} '{name}' already."
                " Choose another name, or ask for a new version: --replace.",
                ru=f"{noun.ru[:1].upper()}{noun.ru[1:]} «{name}» уже есть."
                " Выберите другое имя или попросите новую версию: --replace.",
            )
        self._write({f"{_VERSIONS}/{name}-{version}.toml": kept, f"{name}.toml": edited})

    def keep_only_version(self, name: str, version: str, text: str) -> None:
        """Keep what a version says, and leave the definition as it is.

        Raises
        ------
        StorageError
            When the folder cannot be written.
        """
        self._write({f"{_VERSIONS}/{name}-{version}.toml": text})

    def _write(self, texts: Mapping[str, str]) -> None:
        """Write files in order; a version that is there is never written again."""
        try:
            for place, text in texts.items():
                file = self._folder / place
                file.parent.mkdir(parents=True, exist_ok=True)
                if file.parent == self._folder or not file.is_file():
                    _write(file, text)
        except OSError as error:
            why = say_system_error(error)
            raise StorageError(
                en=f"Folder '{self._folder}' cannot be written: {why.en}."
                " Give yourself the right to write there.",
                ru=f"Не удалось записать в папку «{self._folder}»: {why.ru}."
                " Дайте себе право на запись.",
            ) from error

    def list(self) -> tuple[str, ...]:
        """Names, in order."""
        if not self._folder.is_dir():
            return ()
        return tuple(sorted(file.stem for file in self._folder.glob("*.toml")))

    def list_versions(self, name: str) -> tuple[str, ...]:
        """Versions that were saved under the name, oldest first."""
        found = self._folder.glob(f"{_VERSIONS}/{name}-*.toml")
        # A longer name may begin like this one.
        files = [file for file in found if file.stem.rpartition("-")[0] == name]
        files.sort(key=lambda file: (file.stat().st_mtime_ns, file.name))
        return tuple(file.stem.rpartition("-")[2] for file in files)

    def get(self, name: str, version: str | None = None) -> D:
        """The definition as it is edited, or one version of it.

        Raises
        ------
        UnknownNameError
            When there is no such definition.
        NotFoundError
            When there is no such version.
        """
        noun, noun_ru = self._kind.noun.en, self._kind.of_noun
        if version is None:
            if name not in self.list():
                raise UnknownNameError(noun, name, self.list(), ru=noun_ru)
            return self._read(f"{name}.toml")
        if version not in self.list_versions(name):
            known = ", ".join(self.list_versions(name)) or "-"
            raise NotFoundError(
                en=f"{noun.capitalize()} '{name}' has no version '{version}'. There are: {known}.",
                ru=f"У {noun_ru} «{name}» нет версии «{version}». Есть: {known}.",
            )
        return self._read(f"{_VERSIONS}/{name}-{version}.toml")

    def delete(self, name: str) -> None:
        """Take a definition off the list; its versions stay.

        Raises
        ------
        UnknownNameError
            When there is none.
        """
        self.get(name)
        (self._folder / f"{name}.toml").unlink()

    def _read(self, place: str) -> D:
        where = f"definitions/{self._kind.folder}/{place}"
        return self._kind.read(read_text_file(self._folder / place, where=where), where)


def _write(file: Path, text: str) -> None:
    """All of it or nothing, also when somebody reads at the same time."""
    unfinished = file.with_suffix(f".{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(file)
