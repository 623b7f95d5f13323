"""A verb straight on files: they are loaded into a workspace of its own, made beside the results."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from regulars.connectors.files.content import locate
from regulars.errors import InvalidParameterError, StorageError
from regulars.ingest.wishes import Wishes
from regulars.schema.foreign_words import say_system_error
from regulars.settings import find_key_folder
from regulars.workspace.as_of import choose_as_of
from regulars.workspace.folder import REQUEST_FILE, Workspace
from regulars.workspace.load import FileReading, load_file, request_sha256
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from regulars.ingest.result import LoadResult
    from regulars.progress import Progress
    from regulars.schema.wording import Language

__all__ = ["LoadedFiles", "load_files"]


@dataclass(frozen=True, slots=True)
class LoadedFiles:
    """Files in a workspace of their own.

    Attributes
    ----------
    workspace
        Where their rows are.
    loads
        What became of every row, file by file.
    folder
        Where results go; the workspace is in it.
    """

    workspace: Workspace
    loads: tuple[LoadResult, ...]
    folder: Path


def load_files(
    paths: Sequence[str],
    *,
    verb: str,
    folder: Path | None = None,
    wishes: Wishes | None = None,
    reading: FileReading | None = None,
    time_zone: str = "UTC",
    as_of: date | None = None,
    language: Language = "en",
    progress: Progress,
) -> LoadedFiles:
    """Load files into a workspace of their own; what is loaded already is not read again.

    Parameters
    ----------
    paths
        One file or several that belong together.
    verb
        That asks, for messages.
    folder
        Where results go; `<file>-regulars` in the current folder by default.
    wishes, reading
        What a person said about columns, and how to split files into rows.
    time_zone
        The company's; the same files in another zone go to a workspace of their own.
    as_of
        First day that is not looked at: the files describe the day before. Tomorrow by default.
    language
        Of the stages.
    progress
        Told of each stage.

    Raises
    ------
    SourceError, SchemaError, InvalidParameterError
        When a file cannot be read as it is.
    """
    if any("://" in path for path in paths):
        # The address is not repeated: it may hold a password.
        raise InvalidParameterError(
            en=f"{verb} reads files, and a database address was given. Load it with"
            f" `regulars load URL --table TABLE`; then `regulars {verb}` takes what is loaded.",
            ru=f"{verb} читает файлы, а дан адрес базы данных. Загрузите её: regulars load АДРЕС "
            f"--table ТАБЛИЦА; затем regulars {verb} без файлов возьмёт загруженное.",
        )
    said, read = wishes or Wishes(), reading or FileReading()
    target = folder or Path(f"{_stem(paths[0])}-regulars")
    for path in paths:
        # Looked at before a folder is made for them: a slip in a name leaves nothing behind.
        locate(path)
    request = _say_request(paths, said, read, time_zone)
    workspace = _open_workspace(target, request, time_zone)
    if workspace.has_key_inside:
        with progress.stage(speak(language)("key", name=str(find_key_folder(workspace.settings)))):
            workspace.move_key_elsewhere()
    known_on = choose_as_of(workspace, as_of).day - timedelta(days=1)
    loads = tuple(
        load_file(
            workspace,
            path,
            wishes=said,
            reading=read,
            known_on=known_on,
            language=language,
            progress=progress,
        )
        for path in paths
    )
    return LoadedFiles(workspace, loads, target)


def _say_request(paths: Sequence[str], said: Wishes, read: FileReading, zone: str) -> str:
    """A fingerprint of which files are analyzed, and how they are to be read."""
    names = sorted(Path(path).name for path in paths)
    days = [] if zone == "UTC" else [zone]  # as fingerprints were before zones were part of them
    told = "\n".join([request_sha256(said, read), *names, *days])
    return hashlib.sha256(told.encode()).hexdigest()


def _stem(path: str) -> str:
    name = Path(path.split("::")[-1]).name
    for ending in (".gz", ".zip"):
        name = name.removesuffix(ending)
    return Path(name).stem or "data"


def _open_workspace(target: Path, request: str, time_zone: str) -> Workspace:
    """The workspace of an output folder; another one for other files, or other wishes.

    Customers of another file, and rows read with other columns or types, must not mix with these.
    """
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = say_system_error(error)
        raise StorageError(
            en=f"Folder '{target}' cannot be made: {why.en}. Choose another: --out.",
            ru=f"Папку «{target}» не удаётся создать: {why.ru}. Выберите другую: --out.",
        ) from error
    # Two analyses that begin at once in a new folder must not both make it.
    with FileLock(target / ".workspace.lock"):
        folder = target / "workspace"
        if (folder / REQUEST_FILE).is_file() and _read_request(folder) != request:
            folder = _take_over(folder, request, time_zone) or target / f"workspace-{request[:8]}"
        if (folder / "regulars.toml").is_file():
            return Workspace(folder)
        workspace = Workspace.create(folder, time_zone=time_zone, keeps_key_elsewhere=True)
        _write_request(folder, request)
        return workspace


def _take_over(folder: Path, request: str, time_zone: str) -> Path | None:
    """The same folder when nothing was ever loaded into it: the file was read in a wrong way."""
    workspace = Workspace(folder)
    if workspace.settings.time_zone != time_zone or workspace.lake.list_loads():
        return None
    _write_request(folder, request)
    return folder


def _write_request(folder: Path, request: str) -> None:
    marker = json.dumps({"request": request}) + "\n"
    (folder / REQUEST_FILE).write_text(marker, encoding="utf-8")


def _read_request(folder: Path) -> str | None:
    """For which request the workspace was made; None when the note of it is damaged."""
    try:
        noted = json.loads((folder / REQUEST_FILE).read_text(encoding="utf-8"))
    except ValueError:
        return None
    return str(noted.get("request")) if isinstance(noted, dict) else None
