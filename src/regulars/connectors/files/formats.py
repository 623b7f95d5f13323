"""What a file is, by its first bytes, never by its name; and what to say of those not read."""

from __future__ import annotations

from typing import Literal

from regulars.connectors.files.encodings import find_encoding
from regulars.errors import SourceError

__all__ = ["Format", "find_format"]

Format = Literal["text", "workbook", "parquet", "json", "xml"]

_HIGHEST_CONTROL_SHARE = 0.02
# Tab, line feed, vertical tab, form feed, return, substitute (an old end-of-file), escape, unit
# separators: they occur in text.
_TEXT_CONTROLS = frozenset((9, 10, 11, 12, 13, 26, 27, 28, 29, 30, 31, 1))

_REFUSED = (
    (b"%PDF", "a PDF document", "Export the table as CSV or XLSX"),
    (b"\x89PNG", "a PNG picture", "Name the table itself"),
    (b"\xff\xd8\xff", "a JPEG picture", "Name the table itself"),
    (b"GIF8", "a GIF picture", "Name the table itself"),
    (b"MZ", "a Windows program", "Name the table itself"),
    (b"\x7fELF", "a program", "Name the table itself"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file (.xls, .doc)", "Save it as .xlsx"),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it first"),
    (b"Rar!", "a RAR archive", "Unpack it first"),
    (b"BZh", "a bzip2 archive", "Unpack it first, or use gzip"),
    (b"\xfd7zXZ", "an xz archive", "Unpack it first, or use gzip"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "Unpack it first, or use gzip"),
    (b"SQLite format 3", "an SQLite database", "Open it by URL, sqlite:///path, with a table"),
    (b"{\\rtf", "an RTF document", "Save the table as CSV or XLSX"),
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
            raise SourceError(f"{name} is {what}, not a table. {advice}.")
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK"):
        return "workbook"
    return _find_text_format(head, name)


def _find_text_format(head: bytes, name: str) -> Format:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:200]
    if start[:15].lower().startswith((b"<!doctype html", b"<html")):
        raise SourceError(
            f"{name} is a web page, not a table: perhaps a sign-in page was saved in its place."
            " Download the file again."
        )
    if start.startswith(b"<?xml"):
        return "xml"
    if start.startswith((b"{", b"[{")) or (start[:1] == b"[" and start[1:].lstrip()[:1] == b"{"):
        return "json"
    if _is_binary(head):
        raise SourceError(
            f"{name} is binary and of a kind that is not known here (it begins with"
            f" {head[:8].hex(' ')}). Text tables, XLSX, Parquet and JSON are read, also in gzip"
            " or zip."
        )
    return "text"


def _is_binary(head: bytes) -> bool:
    look = head[:4096]
    if not look or find_encoding(look).startswith(("utf-16", "utf-32")):
        return False
    odd = sum(byte < 32 and byte not in _TEXT_CONTROLS for byte in look)
    return odd > _HIGHEST_CONTROL_SHARE * len(look)
