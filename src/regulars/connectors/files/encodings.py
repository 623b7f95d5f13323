"""Which encoding a text file is in, and reading it as UTF-8 with nothing changed silently."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from regulars.errors import InvalidParameterError

__all__ = ["BROKEN_BYTE", "check_encoding", "decode_head", "find_encoding", "transcode"]

BROKEN_BYTE = b"\xff"
"""Stands for what cannot be decoded: it is never valid UTF-8, so its line will be rejected."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_RUSSIAN = ("cp1251", "koi8-r", "cp866")
# From the most frequent letter of Russian text to the rarest.
_RUSSIAN_LETTERS = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
_FEWEST_RUSSIAN_SHARE = 0.7
_FEWEST_NUL_SHARE = 0.2
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)


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
            f"There is no encoding '{name}'. Try utf-8, cp1251, utf-16, koi8-r, cp866 or latin-1."
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
    # UTF-16 without its mark: every other byte of ASCII is zero.
    for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = look[offset::2]
        other = look[1 - offset :: 2]
        if half and half.count(0) > _FEWEST_NUL_SHARE * len(half) and not other.count(0):
            return name
    return None


def is_mostly_utf8(look: bytes) -> bool:
    """Whether a good part of the non-ASCII bytes makes UTF-8 characters."""
    if look.isascii():
        return True
    inside = sum(len(found) for found in _MULTIBYTE.findall(look))
    broken = sum(byte > 0x7F for byte in look) - inside
    # Guillemets after a capital look like UTF-8 in cp1251, so a few such pairs prove nothing;
    # and the stretch may begin or end in the middle of a character.
    return inside > 0 and (broken <= 3 < inside or inside * 2 > broken)


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
    swapped = len(re.findall(r"[а-яё][А-ЯЁ]", text)) / len(foreign)
    counts = Counter(character.lower() for character in russian)
    rank = sum(_RUSSIAN_LETTERS.index(letter) * count for letter, count in counts.items())
    commonness = 1 - rank / (len(_RUSSIAN_LETTERS) * max(len(russian), 1))
    return share - swapped + 0.2 * (commonness - 0.5)


def _find_western(look: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(look, cp_exclusion=["utf_7", *_RUSSIAN]).best()
    name = codecs.lookup(best.encoding).name if best else "cp1252"
    # What is read as plain ASCII elsewhere was decided above; cp1252 is what Windows writes.
    return "cp1252" if name in {"ascii", "utf-8", "iso8859-1"} else name


def decode_head(head: bytes, encoding: str) -> str:
    """The text of the first bytes; a character cut in two at the end is left out."""
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)
    return decoder("replace").decode(head)


def transcode(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    r"""The chunks as UTF-8, with `BROKEN_BYTE` where they cannot be decoded.

    Examples
    --------
    >>> b"".join(transcode([b"\xcf\xf0\xe8", b"\xe2\xe5\xf2"], "cp1251")).decode()
    'Привет'
    """
    codecs.register_error("regulars_mark", _mark)
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)(
        "regulars_mark"
    )
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "surrogateescape")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogateescape")


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    # surrogateescape turns U+DCFF back into the byte FF.
    return "\udcff", error.end
