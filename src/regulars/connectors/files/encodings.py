"""Which encoding a text file is in, and reading it as UTF-8 with nothing changed silently."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from regulars.errors import InvalidParameterError

__all__ = ["BROKEN_BYTE", "check_encoding", "find_encoding", "transcode"]

BROKEN_BYTE = b"\xff"
"""Stands for what cannot be decoded: it is never valid UTF-8, so its line will be rejected."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNICODE = ("utf", "gb", "big5", "shift", "euc", "cp93", "cp94", "cp95", "iso2022")
_RUSSIAN = ("cp1251", "koi8-r", "cp866")
# From the most frequent letter of Russian text to the rarest.
_RUSSIAN_LETTERS = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
_FEWEST_RUSSIAN_SHARE = 0.7
_FEWEST_SMALL_SHARE = 0.9
_HIGHEST_PAGE = 6
_LONGEST_LINE_BYTES = 1 << 22
_CHARACTER = rb"(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})"
_MULTIBYTE = re.compile(_CHARACTER)
_MULTIBYTE_RUN = re.compile(_CHARACTER + rb"{2,}")


def check_encoding(name: str) -> str:
    """The name of the encoding as Python knows it; raises `InvalidParameterError` otherwise.

    Examples
    --------
    >>> check_encoding("Windows-1251")
    'cp1251'
    """
    try:
        found = codecs.lookup(name)
    except LookupError as error:
        raise InvalidParameterError(
            en=f"There is no encoding '{name}'. Try utf-8, cp1251, utf-16, koi8-r, cp866 or latin-1.",
            ru=f"Кодировки «{name}» нет. Попробуйте utf-8, cp1251, utf-16, koi8-r, cp866 или "
            "latin-1.",
        ) from error
    # UTF-8 with its mark is UTF-8: the mark is looked for anyway.
    return "utf-8" if found.name == "utf-8-sig" else found.name


def find_encoding(look: bytes) -> str:
    """The encoding of a stretch of bytes: UTF-8 whenever it is valid, or nearly.

    Where some of the non-ASCII characters are valid UTF-8 and others not, the file is UTF-8 with
    broken lines. Otherwise the Russian encodings are weighed by the letters they would give, and
    Western ones are left to charset-normalizer.

    Examples
    --------
    >>> find_encoding("Иванова;Самара".encode("cp1251"))
    'cp1251'
    >>> find_encoding("Иванова;Самара".encode())
    'utf-8'
    """
    for mark, name in _BOMS:
        if look.startswith(mark):
            return name
    wide = _find_wide(look)
    if wide:
        return wide
    if is_mostly_utf8(look):
        return "utf-8"
    return _find_russian(look) or _find_western(look)


def _find_wide(look: bytes) -> str | None:
    # UTF-16 without its mark: every other byte is zero (Latin) or four (Cyrillic).
    for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        high, low = look[offset::2], look[1 - offset :: 2]
        small = sum(high.count(byte) for byte in range(_HIGHEST_PAGE + 1))
        if high.count(0) and small > _FEWEST_SMALL_SHARE * len(high) and not low.count(0):
            return name
    return None


def is_mostly_utf8(look: bytes) -> bool:
    """Whether the bytes are UTF-8, all or all but some broken lines."""
    if look.isascii():
        return True
    inside = sum(len(found) for found in _MULTIBYTE.findall(look))
    in_runs = sum(len(found) for found in _MULTIBYTE_RUN.findall(look))
    broken = sum(byte > 0x7F for byte in look) - inside
    # The stretch may begin or end in the middle of a character. In cp1251 a capital before a
    # guillemet looks like one UTF-8 character; two in a row hardly occur.
    return inside > 0 and (broken <= 3 < inside or in_runs * 2 > broken or inside > 4 * broken)


def _find_russian(look: bytes) -> str | None:
    scores = {name: _score_russian(look.decode(name, "replace")) for name in _RUSSIAN}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= _FEWEST_RUSSIAN_SHARE else None


def _score_russian(text: str) -> float:
    """The share of non-ASCII characters that are Russian letters, weighted by plain Russian."""
    foreign = [character for character in text if ord(character) > 0x7F]
    if not foreign:
        return 0.0
    russian = [character for character in foreign if character.lower() in _RUSSIAN_LETTERS]
    share = len(russian) / len(foreign)
    # Names are "Иванов", never "иВАНОВ"; and о is common where ъ is rare.
    # A Russian letter inside a Latin word is an accented letter of a Western encoding.
    odd = len(re.findall(r"[а-яё][А-ЯЁ]|[a-zA-Z][а-яёА-ЯЁ]|[а-яёА-ЯЁ][a-zA-Z]", text))
    counts = Counter(character.lower() for character in russian)
    rank = sum(_RUSSIAN_LETTERS.index(letter) * count for letter, count in counts.items())
    commonness = 1 - rank / (len(_RUSSIAN_LETTERS) * max(len(russian), 1))
    return share - odd / len(foreign) + 0.2 * (commonness - 0.5)


def _find_western(look: bytes) -> str:
    from charset_normalizer import from_bytes

    matches = from_bytes(look, cp_exclusion=["utf_7", *_RUSSIAN])
    best = matches.best()
    if best is None or any(
        match.encoding == "cp1252" and match.chaos <= best.chaos for match in matches
    ):
        # What Windows writes in the West, unless another is plainly better.
        return "cp1252"
    return codecs.lookup(best.encoding).name


def transcode(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    r"""The chunks as UTF-8, with `BROKEN_BYTE` where they cannot be decoded.

    Examples
    --------
    >>> b"".join(transcode([b"\xcf\xf0\xe8", b"\xe2\xe5\xf2"], "cp1251")).decode()
    'Привет'
    """
    codecs.register_error("regulars_mark", _mark)
    if encoding.startswith(_UNICODE):
        yield from _decode(chunks, encoding)
        return
    for piece, is_utf8 in _set_apart_utf8(chunks):
        # Read in a one-byte encoding a line of UTF-8 would become nonsense without an error.
        yield (
            piece.rstrip(b"\r\n") + BROKEN_BYTE + b"\n"
            if is_utf8
            else b"".join(_decode([piece], encoding))
        )


def _decode(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)(
        "regulars_mark"
    )
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "surrogateescape")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogateescape")


def _set_apart_utf8(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Whole lines, those that are plainly UTF-8 (two of its characters in a row) by themselves."""
    rest = b""
    for chunk in chunks:
        whole = rest + chunk
        end = whole.rfind(b"\n") + 1
        rest = whole[end:]
        done = 0
        for match in _MULTIBYTE_RUN.finditer(whole, 0, end):
            begin = whole.rfind(b"\n", done, match.start()) + 1 or done
            after = whole.find(b"\n", match.start()) + 1
            if match.start() >= done and _is_utf8(whole[begin:after]):
                yield whole[done:begin], False
                yield whole[begin:after], True
                done = after
        yield whole[done:end], False
        if len(rest) > _LONGEST_LINE_BYTES:
            yield rest, False
            rest = b""
    yield rest, _MULTIBYTE_RUN.search(rest) is not None and _is_utf8(rest)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    # surrogateescape turns U+DCFF back into the byte FF.
    return "\udcff", error.end
