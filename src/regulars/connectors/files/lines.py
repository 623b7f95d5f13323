"""One pass over a text file: is it UTF-8, how do its lines end, are there NUL bytes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from regulars.connectors.files.content import Content, writing
from regulars.connectors.files.encodings import (
    BROKEN_BYTE,
    find_encoding,
    transcode,
)
from regulars.errors import SourceError

__all__ = ["Survey", "TextFile", "rewrite", "survey"]

_CHUNK_BYTES = 1 << 22
_LOOK_BYTES = 1 << 16
_HEAD_BYTES = 1 << 20
_NOT_ASCII = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True, slots=True)
class Survey:
    """What a whole file is made of.

    Attributes
    ----------
    encoding
        `utf-8` when all of it is, or all but broken lines.
    has_mixed_line_ends
        Whether lines end in more than one way.
    has_nul
        Whether NUL bytes occur in the text.
    has_quotes
        Whether the double quote occurs.
    """

    encoding: str
    has_mixed_line_ends: bool
    has_nul: bool
    has_quotes: bool

    @property
    def is_clean(self) -> bool:
        """Whether the engine can read the file as it is."""
        return self.encoding == "utf-8" and not self.has_mixed_line_ends and not self.has_nul


def survey(path: Path, encoding: str, *, is_settled: bool) -> Survey:
    """Look at every byte of `path`, at a few gigabytes a second.

    Parameters
    ----------
    path
        The unpacked file.
    encoding
        What its first bytes look like, or what a person said.
    is_settled
        Whether `encoding` may not be revised: a person said it.
    """
    if encoding != "utf-8":
        return Survey(encoding, has_mixed_line_ends=True, has_nul=True, has_quotes=True)
    census = _Census()
    guess = _Guess(is_settled=is_settled)
    with path.open("rb") as stream:
        for chunk in read_chunks(stream):
            census.count(chunk)
            guess.look(chunk)
    return Survey(
        guess.encoding,
        has_mixed_line_ends=census.is_mixed,
        has_nul=census.has_nul,
        has_quotes=census.has_quotes,
    )


class _Guess:
    """UTF-8 until the first bytes beyond ASCII say otherwise; they may stand deep in a file."""

    def __init__(self, *, is_settled: bool) -> None:
        self.encoding = "utf-8"
        self._is_settled = is_settled

    def look(self, chunk: bytes) -> None:
        if self._is_settled or chunk.isascii():
            return
        self._is_settled = True
        first = _NOT_ASCII.search(chunk)
        start = first.start() if first else 0
        self.encoding = find_encoding(_whole_lines(chunk[start : start + _LOOK_BYTES]))


def _whole_lines(look: bytes) -> bytes:
    # A character cut in two at the end is no sign of another encoding.
    return look[: look.rfind(b"\n") + 1] or look


class _Census:
    def __init__(self) -> None:
        self.has_nul = self.has_quotes = False
        self._pairs = self._returns = self._feeds = 0
        self._ends_in_return = False

    def count(self, chunk: bytes) -> None:
        self.has_nul = self.has_nul or b"\x00" in chunk
        self.has_quotes = self.has_quotes or b'"' in chunk
        if b"\r" in chunk:
            self._pairs += chunk.count(b"\r\n")
            self._returns += chunk.count(b"\r")
        # One line feed beside returns is enough to know; counting all would cost more.
        self._feeds += chunk.count(b"\n") if self._returns else b"\n" in chunk
        self._pairs += self._ends_in_return and chunk.startswith(b"\n")
        self._ends_in_return = chunk.endswith(b"\r")

    @property
    def is_mixed(self) -> bool:
        if not self._returns or not self._feeds:
            return False
        return not self._pairs == self._returns == self._feeds


def clean(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The chunks in UTF-8, every line end a line feed, NUL bytes marked as broken.

    A carriage return inside quotes becomes a line feed too; nothing else changes.
    """
    held = b""
    for piece in transcode(chunks, encoding):
        chunk = held + piece
        # The other half of "\r\n" may be in the next piece.
        held = b"\r" if chunk.endswith(b"\r") else b""
        chunk = chunk[: len(chunk) - len(held)]
        chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        yield chunk.replace(b"\x00", BROKEN_BYTE)
    if held:
        yield b"\n"


def rewrite(path: Path, target: Path, encoding: str) -> None:
    """Write `path` to `target`, cleaned."""
    with path.open("rb") as stream, writing(target) as copy:
        for piece in clean(read_chunks(stream), encoding):
            copy.write(piece)


def read_chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """A stream in pieces of a few megabytes."""
    while chunk := stream.read(_CHUNK_BYTES):
        yield chunk


class TextFile:
    """A text file whose encoding is known, or about to be.

    Parameters
    ----------
    content
        Where the bytes are.
    folder
        For working copies.
    encoding
        What a person said; None is found out.
    """

    def __init__(self, content: Content, folder: Path, encoding: str | None) -> None:
        self.content = content
        self.folder = folder
        self._said = encoding
        self._first_guess = encoding or find_encoding(_whole_lines(content.head(_HEAD_BYTES)))

    @cached_property
    def survey(self) -> Survey:
        """What the whole file is made of; reads it once."""
        plain = self.content.unpacked(self.folder)
        return survey(plain, self._first_guess, is_settled=self._said is not None)

    @property
    def encoding(self) -> str:
        """The encoding as far as it is known: from the first bytes, then from all."""
        found = self.__dict__.get("survey")
        return found.encoding if found else self._first_guess

    def head(self, size: int = _HEAD_BYTES) -> bytes:
        """About the first `size` bytes as clean UTF-8, up to the end of a line."""
        raw = self.content.head(size)
        text = b"".join(clean([raw], self._first_guess))
        is_cut = len(raw) == size
        return _whole_lines(text) if is_cut else text

    def lines(self) -> Iterator[tuple[int, str | None, bytes]]:
        """Every line with its number, its text (None if it cannot be decoded), and its bytes."""
        with self.content.open() as stream:
            for number, raw in enumerate(
                _split_lines(clean(read_chunks(stream), self.encoding)), 1
            ):
                try:
                    yield number, raw.decode(), raw
                except UnicodeDecodeError:
                    yield number, None, raw

    def pieces(self) -> Iterator[str]:
        """The text piece by piece, for formats that are not made of lines."""
        decoder = codecs.getincrementaldecoder("utf-8")("strict")
        try:
            with self.content.open() as stream:
                for piece in clean(read_chunks(stream), self.encoding):
                    yield decoder.decode(piece)
        except UnicodeDecodeError as error:
            raise SourceError(
                en=f"{self.content.name} holds bytes that are not {self.encoding}."
                " Say the encoding it is in, or export it again as UTF-8; nothing was loaded.",
                ru=f"В {self.content.name} есть байты, которых нет в кодировке {self.encoding}. "
                "Назовите кодировку файла или выгрузите его заново в UTF-8; ничего не загружено.",
            ) from error


def _split_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
    if rest:
        yield rest
