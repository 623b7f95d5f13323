"""Where the bytes of a file come from: the file itself, a gzip, or a member of a zip."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from regulars.errors import NotFoundError, SourceError, StorageError, find_nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Content", "locate", "say_names"]

_MEMBER_MARK = "::"
_ENCRYPTED = 0x1
_COPY_BYTES = 1 << 20
_MOST_NAMES_SHOWN = 20


def say_names(names: list[str]) -> str:
    """Names for a message, in quotes, cut when there are very many."""
    shown = ", ".join(f"'{name}'" for name in names[:_MOST_NAMES_SHOWN])
    rest = len(names) - _MOST_NAMES_SHOWN
    return f"{shown} and {rest} more" if rest > 0 else shown


class Content:
    """The bytes of one file, unpacked on the way when it is compressed.

    Parameters
    ----------
    path
        The file on disk.
    member
        Which file of a zip is meant.
    is_gzip
        Whether the file is a gzip.
    """

    def __init__(self, path: Path, *, member: str | None = None, is_gzip: bool = False) -> None:
        self.path = path
        self.member = member
        self.is_gzip = is_gzip

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"{self.path.name}{_MEMBER_MARK}{self.member}" if self.member else self.path.name

    @property
    def is_packed(self) -> bool:
        """Whether the bytes on disk are not yet those of the content."""
        return self.is_gzip or self.member is not None

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """A stream of the unpacked bytes; what is broken inside becomes a `SourceError`."""
        try:
            if self.member is not None:
                with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as stream:
                    yield stream
            elif self.is_gzip:
                with gzip.open(self.path) as stream:
                    yield cast("IO[bytes]", stream)
            else:
                with self.path.open("rb") as plain:
                    yield plain
        except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile) as error:
            raise SourceError(
                f"{self.name}: the compressed file is damaged or cut off ({error})."
                " Copy or download it again; nothing was loaded."
            ) from error

    def head(self, size: int) -> bytes:
        """The first `size` unpacked bytes."""
        with self.open() as stream:
            return stream.read(size)

    def unpacked(self, folder: Path) -> Path:
        """A plain file with the unpacked bytes: the file itself, or a copy in `folder`."""
        if not self.is_packed:
            return self.path
        target = folder / "unpacked"
        if not target.exists():
            unfinished = folder / "unpacked.part"
            with self.open() as stream, writing(unfinished) as copy:
                shutil.copyfileobj(stream, copy, _COPY_BYTES)
            unfinished.rename(target)
        return target

    def digest(self) -> str:
        """The sha256 of the file on disk, as `sha256sum` prints it."""
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """`path` opened for writing; a full disk becomes a `StorageError`, half a file is removed."""
    try:
        with path.open("wb") as stream:
            yield stream
    except OSError as error:
        path.unlink(missing_ok=True)
        raise StorageError(
            f"A working copy could not be written in {path.parent}: {error.strerror}."
            " Free some space, or choose another work folder."
        ) from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def locate(path: str | Path) -> Content:
    r"""Find the file that `path` means, which may be ``archive.zip::member``.

    The name is taken literally: brackets, stars and question marks are not patterns. Raises
    `NotFoundError` when there is no such file and `SourceError` when it cannot be opened.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = Path(folder, "clients.csv").write_text("id\n1\n")
    ...     locate(Path(folder, "clients.csv")).name
    'clients.csv'
    """
    found, member = _split_member(str(path))
    start = _read_start(found)
    if not start:
        raise SourceError(
            f"{found.name} is empty (0 bytes). Check the export that made it; nothing was loaded."
        )
    if start.startswith(b"\x1f\x8b"):
        return _refuse_member(Content(found, is_gzip=True), member)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")) and not _is_workbook(found):
        return Content(found, member=_choose_member(found, member))
    return _refuse_member(Content(found), member)


def _split_member(text: str) -> tuple[Path, str | None]:
    whole = Path(text).expanduser()
    if _MEMBER_MARK in text and not whole.exists():
        before, _, member = text.partition(_MEMBER_MARK)
        return Path(before).expanduser(), member
    return whole, None


def _refuse_member(content: Content, member: str | None) -> Content:
    if member is not None:
        raise SourceError(
            f"{content.path.name} is not a zip archive, so it has no '{member}' inside."
            f" Give the path without '{_MEMBER_MARK}{member}'."
        )
    return content


def _read_start(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(8)
    except FileNotFoundError as error:
        raise NotFoundError(_say_missing(path)) from error
    except IsADirectoryError as error:
        raise SourceError(_say_folder(path)) from error
    except PermissionError as error:
        raise SourceError(
            f"{path} may not be read by this user. Change its permissions, or copy it."
        ) from error
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from error


def _say_missing(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"There is no folder {folder}, so {path.name} cannot be read. Check the path."
    nearest = find_nearest(path.name, [entry.name for entry in folder.iterdir()])
    hint = f" Did you mean '{nearest}'?" if nearest else " Check the path."
    return f"There is no file '{path.name}' in {folder.resolve()}.{hint}"


def _say_folder(path: Path) -> str:
    names = sorted(entry.name for entry in path.iterdir() if entry.is_file())
    holds = f"It holds {say_names(names)}" if names else "It holds no files"
    return f"{path} is a folder, not a file. {holds}. Name one file."


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith("xl/workbook.") for name in archive.namelist())
    except zipfile.BadZipFile as error:
        raise SourceError(
            f"{path.name} starts as a zip archive but is damaged or cut off ({error})."
            " Copy or download it again; nothing was loaded."
        ) from error


def _choose_member(path: Path, wanted: str | None) -> str:
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not _is_clutter(entry)]
    names = [entry.filename for entry in entries]
    if wanted is None:
        wanted = _only_member(path, names)
    if wanted not in names:
        nearest = find_nearest(wanted, names)
        hint = f" Did you mean '{nearest}'?" if nearest else ""
        raise NotFoundError(
            f"{path.name} has no file '{wanted}' inside.{hint} It holds {say_names(names)}."
        )
    if entries[names.index(wanted)].flag_bits & _ENCRYPTED:
        raise SourceError(
            f"{path.name}: '{wanted}' is protected with a password, which is not supported."
            " Unpack the archive and load the file inside."
        )
    return wanted


def _is_clutter(entry: zipfile.ZipInfo) -> bool:
    # macOS puts its own bookkeeping beside every file it packs.
    return entry.is_dir() or entry.filename.startswith("__MACOSX/")


def _only_member(path: Path, names: list[str]) -> str:
    if not names:
        raise SourceError(f"{path.name} is a zip archive without any file inside.")
    if len(names) > 1:
        choices = "\n".join(f'  "{path}{_MEMBER_MARK}{name}"' for name in names[:20])
        raise SourceError(
            f"{path.name} holds {len(names)} files; name the one to read, as it stands here:\n"
            f"{choices}"
        )
    return names[0]
