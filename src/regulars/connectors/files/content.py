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

from regulars.errors import NotFoundError, SourceError, StorageError, suggest
from regulars.schema.foreign_words import say_system_error
from regulars.schema.wording import Language

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Content", "locate", "say_names"]

_MEMBER_MARK = "::"
_ENCRYPTED = 0x1
_COPY_BYTES = 1 << 20
_MOST_NAMES_SHOWN = 20


def say_names(names: list[str], language: Language = "en") -> str:
    """Names for a message, in quotes, cut when there are very many."""
    if language == "ru":
        shown, more = ", ".join(f"«{name}»" for name in names[:_MOST_NAMES_SHOWN]), "и ещё {rest}"
    else:
        shown, more = (
            ", ".join(f"'{name}'" for name in names[:_MOST_NAMES_SHOWN]),
            "and {rest} more",
        )
    rest = len(names) - _MOST_NAMES_SHOWN
    return f"{shown} {more.format(rest=rest)}" if rest > 0 else shown


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
                en=f"{self.name}: the compressed file is damaged or cut off ({error})."
                " Copy or download it again; nothing was loaded.",
                ru=f"{self.name}: сжатый файл повреждён или обрезан ({error}). Скопируйте или скачайте "
                "его заново; ничего не загружено.",
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
            en=f"A working copy could not be written in {path.parent}: {say_system_error(error).en}."
            " Free some space, or choose another work folder.",
            ru=f"Рабочую копию не удалось записать в {path.parent}: {say_system_error(error).ru}. Освободите "
            "место или выберите другую рабочую папку.",
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
            en=f"{found.name} is empty (0 bytes). Check the export that made it; nothing was loaded.",
            ru=f"Файл {found.name} пуст (0 байт). Проверьте выгрузку, из которой он получен; "
            "ничего не загружено.",
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
            en=f"{content.path.name} is not a zip archive, so it has no '{member}' inside."
            f" Give the path without '{_MEMBER_MARK}{member}'.",
            ru=f"{content.path.name} — не zip-архив, поэтому «{member}» внутри нет. Укажите путь "
            f"без «{_MEMBER_MARK}{member}».",
        )
    return content


def _read_start(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(8)
    except FileNotFoundError as error:
        raise _explain_missing(path) from error
    except IsADirectoryError as error:
        raise _explain_folder(path) from error
    except PermissionError as error:
        raise SourceError(
            en=f"{path} may not be read by this user. Change its permissions, or copy it.",
            ru=f"Файл {path} этому пользователю читать нельзя. Измените права или скопируйте файл.",
        ) from error
    except OSError as error:
        raise SourceError(
            en=f"{path} cannot be read: {say_system_error(error).en}.",
            ru=f"Файл {path} не читается: {say_system_error(error).ru}.",
        ) from error


def _explain_missing(path: Path) -> NotFoundError:
    folder = path.parent
    if not folder.is_dir():
        return NotFoundError(
            en=f"There is no folder {folder}, so {path.name} cannot be read. Check the path.",
            ru=f"Папки {folder} нет, поэтому {path.name} не прочесть. Проверьте путь.",
        )
    hint, hint_ru = suggest(path.name, [entry.name for entry in folder.iterdir()])
    return NotFoundError(
        en=f"There is no file '{path.name}' in {folder.resolve()}.{hint or ' Check the path.'}",
        ru=f"Файла «{path.name}» нет в {folder.resolve()}.{hint_ru or ' Проверьте путь.'}",
    )


def _explain_folder(path: Path) -> SourceError:
    names = sorted(entry.name for entry in path.iterdir() if entry.is_file())
    holds = f"It holds {say_names(names)}" if names else "It holds no files"
    holds_ru = f"В ней {say_names(names, 'ru')}" if names else "Файлов в ней нет"
    return SourceError(
        en=f"{path} is a folder, not a file. {holds}. Name one file.",
        ru=f"{path} — папка, а не файл. {holds_ru}. Назовите один файл.",
    )


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith("xl/workbook.") for name in archive.namelist())
    except zipfile.BadZipFile as error:
        raise SourceError(
            en=f"{path.name} starts as a zip archive but is damaged or cut off ({error})."
            " Copy or download it again; nothing was loaded.",
            ru=f"{path.name} начинается как zip-архив, но повреждён или обрезан ({error}). "
            "Скопируйте или скачайте его заново; ничего не загружено.",
        ) from error


def _choose_member(path: Path, wanted: str | None) -> str:
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not _is_clutter(entry)]
    names = [entry.filename for entry in entries]
    if wanted is None:
        wanted = _only_member(path, names)
    if wanted not in names:
        hint, hint_ru = suggest(wanted, names)
        raise NotFoundError(
            en=f"{path.name} has no file '{wanted}' inside.{hint} It holds {say_names(names)}.",
            ru=f"В {path.name} нет файла «{wanted}».{hint_ru} В нём {say_names(names, 'ru')}.",
        )
    if entries[names.index(wanted)].flag_bits & _ENCRYPTED:
        raise SourceError(
            en=f"{path.name}: '{wanted}' is protected with a password, which is not supported."
            " Unpack the archive and load the file inside.",
            ru=f"{path.name}: «{wanted}» защищён паролем, такие файлы не читаются. Распакуйте "
            "архив и загрузите файл из него.",
        )
    return wanted


def _is_clutter(entry: zipfile.ZipInfo) -> bool:
    # macOS puts its own bookkeeping beside every file it packs.
    return entry.is_dir() or entry.filename.startswith("__MACOSX/")


def _only_member(path: Path, names: list[str]) -> str:
    if not names:
        raise SourceError(
            en=f"{path.name} is a zip archive without any file inside.",
            ru=f"В zip-архиве {path.name} нет ни одного файла.",
        )
    if len(names) > 1:
        choices = "\n".join(f'  "{path}{_MEMBER_MARK}{name}"' for name in names[:20])
        raise SourceError(
            en=f"{path.name} holds {len(names)} files; name the one to read, as it stands here:\n"
            f"{choices}",
            ru=f"В архиве {path.name} файлов: {len(names)}; назовите нужный так, как он записан "
            f"здесь:\n{choices}",
        )
    return names[0]
