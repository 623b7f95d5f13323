"""Reading files of definitions: those that come with Regulars, and those that people write."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Any

from regulars.errors import DefinitionError, StorageError
from regulars.schema.foreign_words import say_system_error, say_toml_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["list_packaged", "parse_toml", "read_entries", "read_text_file"]


def list_packaged(package: str, folder: str) -> Iterator[tuple[str, str]]:
    """Name and text of each TOML file in a folder of a package, in the order of the names."""
    found = [
        entry
        for entry in (resources.files(package) / folder).iterdir()
        if entry.name.endswith(".toml")
    ]
    for entry in sorted(found, key=lambda one: one.name):
        yield entry.name, entry.read_text(encoding="utf-8")


def read_text_file(file: Path, *, where: str | None = None) -> str:
    """What a file that people may edit says.

    Parameters
    ----------
    file
        The file.
    where
        How a message calls it; its path by default.

    Raises
    ------
    DefinitionError
        When it is not UTF-8.
    StorageError
        When it cannot be read.
    """
    name = where or str(file)
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DefinitionError(
            en=f"{name} is not UTF-8 text (byte {error.start + 1}). Save it as UTF-8.",
            ru=f"{name} не в UTF-8 (байт {error.start + 1}). Сохраните файл в UTF-8.",
        ) from error
    except OSError as error:
        raise StorageError(
            en=f"{name} cannot be read: {say_system_error(error).en}. Give yourself the right to read it.",
            ru=f"{name} не читается: {say_system_error(error).ru}. Дайте себе право на чтение.",
        ) from error


def parse_toml(text: str, *, where: str) -> dict[str, Any]:
    """The values of a TOML text; raises `DefinitionError` that names the place."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(
            en=f"{where} is not valid TOML: {say_toml_error(error).en}.",
            ru=f"{where} — неверный TOML: {say_toml_error(error).ru}.",
        ) from error


def read_entries(text: str, *, file: str, plural: str) -> list[dict[str, Any]]:
    r"""The definitions of one TOML text: one at its top, or several as `[[plural]]`.

    Raises
    ------
    DefinitionError
        When it is not TOML, or what is called `plural` is no list of tables.

    Examples
    --------
    >>> read_entries('name = "one"', file="own.toml", plural="checks")
    [{'name': 'one'}]
    >>> read_entries('[[checks]]\nname = "one"', file="own.toml", plural="checks")
    [{'name': 'one'}]
    """
    parsed = parse_toml(text, where=file)
    entries = parsed[plural] if set(parsed) == {plural} else [parsed]
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise DefinitionError(
            en=f"{file}: '{plural}' must be a list of tables, written [[{plural}]].",
            ru=f"{file}: {plural} — это список таблиц, он пишется [[{plural}]].",
        )
    return entries
