"""What a file is, by its first bytes, never by its name; and what to say of those not read."""

from __future__ import annotations

from typing import Literal

from regulars.connectors.files.encodings import find_encoding
from regulars.errors import SourceError
from regulars.schema.wording import Wording

__all__ = ["Format", "find_format"]

Format = Literal["text", "workbook", "parquet", "json", "xml"]

_HIGHEST_CONTROL_SHARE = 0.02
# Tab, line feed, vertical tab, form feed, return, substitute (an old end-of-file), escape, unit
# separators: they occur in text.
_TEXT_CONTROLS = frozenset((9, 10, 11, 12, 13, 26, 27, 28, 29, 30, 31, 1))

_EXPORT = Wording(en="Export the table as CSV or XLSX", ru="Выгрузите таблицу в CSV или XLSX")
_NAME = Wording(en="Name the table itself", ru="Назовите саму таблицу")
_UNPACK = Wording(en="Unpack it first", ru="Сначала распакуйте его")
_REPACK = Wording(en="Unpack it first, or use gzip", ru="Распакуйте его или возьмите gzip")
_REFUSED = (
    (b"%PDF", Wording(en="a PDF document", ru="документ PDF"), _EXPORT),
    (b"\x89PNG", Wording(en="a PNG picture", ru="картинка PNG"), _NAME),
    (b"\xff\xd8\xff", Wording(en="a JPEG picture", ru="картинка JPEG"), _NAME),
    (b"GIF8", Wording(en="a GIF picture", ru="картинка GIF"), _NAME),
    (b"MZ", Wording(en="a Windows program", ru="программа Windows"), _NAME),
    (b"\x7fELF", Wording(en="a program", ru="программа"), _NAME),
    (
        b"\xd0\xcf\x11\xe0",
        Wording(
            en="an old Excel or Word file (.xls, .doc)",
            ru="файл старого Excel или Word (.xls, .doc)",
        ),
        Wording(en="Save it as .xlsx", ru="Сохраните его в .xlsx"),
    ),
    (b"7z\xbc\xaf", Wording(en="a 7z archive", ru="архив 7z"), _UNPACK),
    (b"Rar!", Wording(en="a RAR archive", ru="архив RAR"), _UNPACK),
    (b"BZh", Wording(en="a bzip2 archive", ru="архив bzip2"), _REPACK),
    (b"\xfd7zXZ", Wording(en="an xz archive", ru="архив xz"), _REPACK),
    (b"\x28\xb5\x2f\xfd", Wording(en="a zstd archive", ru="архив zstd"), _REPACK),
    (
        b"SQLite format 3",
        Wording(en="an SQLite database", ru="база SQLite"),
        Wording(
            en="Open it by URL, sqlite:///path, with a table",
            ru="Откройте её по адресу sqlite:///путь и назовите таблицу",
        ),
    ),
    (b"{\\rtf", Wording(en="an RTF document", ru="документ RTF"), _EXPORT),
)


def find_format(head: bytes, *, name: str) -> Format:
    """The format of a file that begins with `head`; raises `SourceError` if it is not read.

    Examples
    --------
    >>> find_format(b'{"id": 1}', name="clients.jsonl")
    'json'
    >>> find_format(b"id,name", name="clients.csv")
    'text'
    """
    for start, what, advice in _REFUSED:
        # A text may begin with the letters MZ; a program has zeros soon after.
        if head.startswith(start) and (start != b"MZ" or b"\x00" in head[:64]):
            raise SourceError(
                en=f"{name} is {what.en}, not a table. {advice.en}.",
                ru=f"{name} — {what.ru}, а не таблица. {advice.ru}.",
            )
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK"):
        return "workbook"
    return _find_text_format(head, name)


def _find_text_format(head: bytes, name: str) -> Format:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:200]
    if start[:15].lower().startswith((b"<!doctype html", b"<html")):
        raise SourceError(
            en=f"{name} is a web page, not a table: perhaps a sign-in page was saved in its place."
            " Download the file again.",
            ru=f"{name} — веб-страница, а не таблица: возможно, вместо файла сохранилась страница "
            "входа. Скачайте файл ещё раз.",
        )
    if start.startswith(b"<?xml"):
        return "xml"
    if start.startswith((b"{", b"[{")) or (start[:1] == b"[" and start[1:].lstrip()[:1] == b"{"):
        return "json"
    if _is_binary(head):
        raise SourceError(
            en=f"{name} is binary and of a kind that is not known here (it begins with"
            f" {head[:8].hex(' ')}). Text tables, XLSX, Parquet and JSON are read, also in gzip"
            " or zip.",
            ru=f"{name} — двоичный файл неизвестного вида (начинается с {head[:8].hex(' ')}). "
            "Читаются текстовые таблицы, XLSX, Parquet и JSON, в том числе в gzip и zip.",
        )
    return "text"


def _is_binary(head: bytes) -> bool:
    look = head[:4096]
    if not look or find_encoding(look).startswith(("utf-16", "utf-32")):
        return False
    odd = sum(byte < 32 and byte not in _TEXT_CONTROLS for byte in look)
    return odd > _HIGHEST_CONTROL_SHARE * len(look)
