"""The lines a reader left out, with their number, text and reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO

from regulars.connectors.files.encodings import BROKEN_BYTE
from regulars.connectors.protocol import RejectedLine
from regulars.schema.wording import Wording, pluralize

__all__ = ["REASONS", "RejectedSpan", "explain", "number_lines", "quote_raw", "tell_lines"]

_LONGEST_TEXT = 10_000
_CHUNK_BYTES = 1 << 22

REASONS: Mapping[str, Wording] = {
    "too_few_columns": Wording(
        en="The line has fewer cells than the table has columns.",
        ru="В строке меньше значений, чем столбцов в таблице.",
    ),
    "too_many_columns": Wording(
        en="The line has more cells than the table has columns.",
        ru="В строке больше значений, чем столбцов в таблице.",
    ),
    "open_quote": Wording(
        en="A quote is opened on this line and not properly closed.",
        ru="В строке открыта кавычка, которая не закрыта как положено.",
    ),
    "bad_encoding": Wording(
        en="The line holds bytes that are not in the encoding of the file.",
        ru="В строке есть байты, которых нет в кодировке файла.",
    ),
    "nul_byte": Wording(
        en="The line holds a zero byte, which no text has.",
        ru="В строке есть нулевой байт, которого в тексте не бывает.",
    ),
    "line_too_long": Wording(
        en="The line is longer than 2 MB.",
        ru="Строка длиннее 2 МБ.",
    ),
    "not_json": Wording(
        en="The line is not a JSON object.",
        ru="Строка не является объектом JSON.",
    ),
    "not_split": Wording(
        en="The line could not be split into columns.",
        ru="Строку не удалось разбить на столбцы.",
    ),
}

_REASON_BY_ERROR = {
    "MISSING COLUMNS": "too_few_columns",
    "TOO MANY COLUMNS": "too_many_columns",
    "UNQUOTED VALUE": "open_quote",
    "INVALID ENCODING": "bad_encoding",
    "LINE SIZE OVER MAXIMUM": "line_too_long",
}


class RejectedSpan:
    """What the engine says of one rejected record: where it begins, how long it is, and why."""

    __slots__ = ("errors", "length", "offset")

    def __init__(self, offset: int, length: int, errors: Iterable[str]) -> None:
        self.offset = offset
        self.length = length
        self.errors = frozenset(errors)

    @property
    def reason(self) -> str:
        """The code of the first of its errors that says most."""
        order = ("INVALID ENCODING", "LINE SIZE OVER MAXIMUM", "UNQUOTED VALUE")
        first = next((error for error in order if error in self.errors), None)
        return _REASON_BY_ERROR.get(first or min(self.errors), "not_split")


def explain(reason: str, found: int | None = None, expected: int | None = None) -> Wording:
    """The reason in words, with the number of cells where it matters."""
    wording = REASONS[reason]
    if found is None or expected is None:
        return wording
    return Wording(
        en=f"{wording.en} Found {pluralize(found, 'en', 'cell', 'cells')}, expected {expected}.",
        ru=f"{wording.ru} Найдено {pluralize(found, 'ru', 'значение', 'значения', 'значений')},"
        f" а столбцов {expected}.",
    )


def number_lines(path: Path, offsets: Iterable[int]) -> dict[int, int]:
    """The number of the line that begins at each offset, counted from 1, in one pass."""
    numbers: dict[int, int] = {}
    line, position = 1, 0
    with path.open("rb") as stream:
        newline = b"\n" if b"\n" in stream.read(_CHUNK_BYTES) else b"\r"
        stream.seek(0)
        for offset in sorted(set(offsets)):
            while position < offset:
                chunk = stream.read(min(_CHUNK_BYTES, offset - position))
                if not chunk:
                    break
                line += chunk.count(newline)
                position += len(chunk)
            numbers[offset] = line
    return numbers


def tell_lines(
    path: Path, spans: list[RejectedSpan], originals: Mapping[int, bytes]
) -> list[RejectedLine]:
    """The rejected lines of `path`, their text read from it, or from `originals` by offset."""
    told = []
    with path.open("rb") as stream:
        places = {span: _find_beginning(stream, span.offset) for span in spans}
        numbers = number_lines(path, places.values())
        for span, place in places.items():
            stream.seek(place)
            raw = stream.read(min(span.offset + span.length - place, _LONGEST_TEXT))
            original = originals.get(place)
            reason = "open_quote" if original is not None else _refine(span.reason, raw)
            told.append(
                RejectedLine(
                    line_number=numbers[place],
                    text=quote_raw(raw if original is None else original),
                    reason=reason,
                    explanation=explain(reason),
                )
            )
    return sorted(told, key=lambda line: line.line_number)


def _find_beginning(stream: IO[bytes], offset: int) -> int:
    # The engine counts the blank lines before a record as its beginning.
    stream.seek(offset)
    while (sign := stream.read(1)) in {b"\n", b"\r"}:
        offset += 1
    return offset if sign else offset - 1


def _refine(reason: str, raw: bytes) -> str:
    # The engine takes a zero byte for a value like any other; the line then rarely fits.
    return "nul_byte" if b"\x00" in raw else reason


def quote_raw(raw: bytes) -> str:
    """The text of a line as far as it is one, U+FFFD for the rest; a very long one is cut."""
    text = raw[:_LONGEST_TEXT].replace(BROKEN_BYTE, "\ufffd".encode()).decode("utf-8", "replace")
    return text.strip("\r\n")
