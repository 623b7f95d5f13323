"""Find the lines whose quotes do not close, before they swallow the lines beneath them.

A reader that meets an opening quote takes everything up to the next quote as one value. When the
closing quote is missing, good lines vanish in it (DuckDB loses up to a buffer of them). So every
quote of a file is checked first, and the line where a value is opened and not properly closed is
put aside; reading goes on with the line after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.connectors.files.encodings import BROKEN_BYTE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Quotes", "find_open_lines", "mask_lines"]

_BLOCK_BYTES = 1 << 24
_LONGEST_VALUE_BYTES = 2_000_000
_NEWLINES = b"\r\n"
_MOST_LINES_BACK = 100


@dataclass(frozen=True, slots=True)
class Quotes:
    """The characters that matter: `delimiter`, `quote` and `escape`, one byte each."""

    delimiter: bytes
    quote: bytes
    escape: bytes

    @property
    def is_doubled(self) -> bool:
        """Whether a quote inside quotes is written twice, rather than after a backslash."""
        return self.escape == self.quote


def find_open_lines(path: Path, quotes: Quotes, *, start: int = 0) -> list[tuple[int, int]]:
    """Where the lines with an improper quote begin and end, as byte offsets, in order.

    Parameters
    ----------
    path
        A file in which every line ends in the same way.
    quotes
        Its dialect.
    start
        Where the table begins.
    """
    found: list[tuple[int, int]] = []
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        while start < size:
            stream.seek(start)
            block = stream.read(_BLOCK_BYTES)
            is_last = start + len(block) >= size
            checked, broken = _check_block(block, quotes, is_last=is_last)
            found.extend((start + begin, start + end) for begin, end in broken)
            start += checked
    return found


def _check_block(
    block: bytes, quotes: Quotes, *, is_last: bool
) -> tuple[int, list[tuple[int, int]]]:
    """How far the block was checked (always to the end of a record), and its broken lines."""
    newline = b"\n" if b"\n" in block else b"\r"
    if quotes.is_doubled:
        end = _check_well_formed(block, quotes, newline, is_last=is_last)
        if end:
            return end, []
    return _walk(block, quotes, newline, len(block) if is_last else len(block) // 2)


def _check_well_formed(block: bytes, quotes: Quotes, newline: bytes, *, is_last: bool) -> int:
    """The end of the last whole record if quotes open and close as they should, else 0.

    Works at array speed: each odd quote must open after a delimiter or a line end, each even one
    close before one; a doubled quote closes and opens again at once, so needs neither.
    """
    import numpy as np

    array = np.frombuffer(block, dtype=np.uint8)
    places = np.flatnonzero(array == quotes.quote[0])
    end = len(block) if is_last else _find_record_end(block, places, newline)
    places = places[: np.searchsorted(places, end)]
    if not len(places):
        return end
    if len(places) % 2:
        return 0
    opening, closing = places[::2], places[1::2]
    borders = np.zeros(256, dtype=bool)
    borders[[quotes.delimiter[0], *_NEWLINES]] = True
    opens_well = borders[array[opening - 1]]
    opens_well[0] |= opening[0] == 0
    closes_well = borders[array[np.minimum(closing + 1, len(array) - 1)]]
    closes_well[-1] |= closing[-1] == len(array) - 1
    again = opening[1:] == closing[:-1] + 1
    opens_well[1:] |= again
    closes_well[:-1] |= again
    fits = closing - opening <= _LONGEST_VALUE_BYTES
    return end if bool(opens_well.all() and closes_well.all() and fits.all()) else 0


def _find_record_end(block: bytes, places: NDArray[np.intp], newline: bytes) -> int:
    """The last line end that is not inside quotes, or 0 when it is far."""
    end = len(block) + 1
    for _ in range(_MOST_LINES_BACK):
        end = block.rfind(newline, 0, max(end - 1, 0)) + 1
        # Inside quotes, the number of quotes before is odd.
        if not end or places.searchsorted(end) % 2 == 0:
            return end
    return 0


def _walk(
    block: bytes, quotes: Quotes, newline: bytes, limit: int
) -> tuple[int, list[tuple[int, int]]]:
    """Go from quote to quote; slower, and right for stray quotes, spaces and backslashes."""
    broken: list[tuple[int, int]] = []
    position = 0
    while True:
        place = block.find(quotes.quote, position)
        if place == -1 or place >= limit:
            stop = _find_line_end(block, max(position, limit), newline)
            if place == -1 or place >= stop:
                return stop, broken
        if not _opens(block, place, quotes):
            position = place + 1
            continue
        end = _find_end(block, place + 1, quotes)
        if end is None:
            begin = block.rfind(newline, 0, place) + 1
            end = _find_line_end(block, place + 1, newline)
            broken.append((begin, end))
        position = end


def _opens(block: bytes, place: int, quotes: Quotes) -> bool:
    # A quote inside an unquoted value, as in 5" pipe, is only a character.
    before = place - 1
    while before >= 0 and block[before : before + 1] == b" " != quotes.delimiter:
        before -= 1
    return before < 0 or block[before : before + 1] in {quotes.delimiter, b"\n", b"\r"}


def _find_end(block: bytes, start: int, quotes: Quotes) -> int | None:
    """Where the value that was opened before `start` has ended properly, or None."""
    furthest = start + _LONGEST_VALUE_BYTES
    for place in _closing_candidates(block, start, furthest, quotes):
        after = place + 1
        while block[after : after + 1] == b" " != quotes.delimiter:
            after += 1
        follower = block[after : after + 1]
        if follower in {quotes.delimiter, b"\n", b"\r", b""}:
            return after
        return None
    return None


def _closing_candidates(block: bytes, start: int, furthest: int, quotes: Quotes) -> Iterator[int]:
    """The quotes from `start` on that are not part of an escape."""
    position = start
    while (place := block.find(quotes.quote, position, furthest)) != -1:
        if quotes.is_doubled and block[place + 1 : place + 2] == quotes.quote:
            position = place + 2
        elif not quotes.is_doubled and _is_escaped(block, place, start):
            position = place + 1
        else:
            yield place
            return


def _is_escaped(block: bytes, place: int, start: int) -> bool:
    before = place
    while before > start and block[before - 1 : before] == b"\\":
        before -= 1
    return bool((place - before) % 2)


def _find_line_end(block: bytes, place: int, newline: bytes) -> int:
    """Just after the line end at or after `place`, or the end of the block."""
    if place and block[place - 1 : place] == newline:
        return place
    return block.find(newline, place) + 1 or len(block)


def mask_lines(path: Path, spans: list[tuple[int, int]], quotes: Quotes) -> dict[int, bytes]:
    """Make the lines at `spans` of a working copy unreadable, so that exactly they are rejected.

    Returns the lines as they were, by offset. Lengths do not change, so offsets stay true.
    """
    originals: dict[int, bytes] = {}
    with path.open("r+b") as stream:
        for begin, end in spans:
            stream.seek(begin)
            line = stream.read(end - begin)
            originals[begin] = line
            stream.seek(begin)
            stream.write(line.replace(quotes.quote, BROKEN_BYTE))
    return originals
