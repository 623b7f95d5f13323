r"""Patterns of `matches`: the part of regular expressions that every engine reads alike.

Shorthands are spelled out before an engine sees them: RE2's `\d` and `\w` know ASCII only, those of
Python and Java know more, and a dot may or may not be a line break.
"""

import re
from functools import lru_cache

from regulars.errors import InvalidParameterError

__all__ = ["check_pattern", "translate_pattern"]

_WORD = "0-9A-Za-zА-Яа-яЁё_"
_SHORTHANDS = {"d": "0-9", "w": _WORD, "s": r" \t\n\f\r"}
_CONTROLS = frozenset("tnrf")
_LARGEST_REPEAT = 100
_LARGEST_PATTERN = 500
_REPEAT = re.compile(r"\{(\d{1,9})(,(\d{0,9}))?\}")


def check_pattern(pattern: str) -> None:
    """Raise `InvalidParameterError` with a sentence unless every engine reads `pattern` alike."""
    if len(pattern) > _LARGEST_PATTERN:
        raise InvalidParameterError(
            en=f"a pattern may have at most {_LARGEST_PATTERN} characters",
            ru=f"в шаблоне не больше {_LARGEST_PATTERN} знаков",
        )
    translate_pattern(pattern)


@lru_cache(maxsize=1024)
def translate_pattern(pattern: str) -> str:
    r"""`pattern` with its shorthands spelled out; raises `InvalidParameterError` for what is not allowed.

    Allowed: literal characters, `.`, `[...]`, `\d \w \s \D \W \S`, `^ $`, groups, `|`, and the
    repeats `* + ? {m,n}` with their lazy forms. `\w` is a Latin or Cyrillic letter, a digit or
    an underscore.

    Examples
    --------
    >>> translate_pattern(r"^\d{4} [\w-]+.$")
    '^[0-9]{4} [0-9A-Za-zА-Яа-яЁё_\\-]+[^\\n]$'
    """
    translated = _Translator(pattern).translate()
    _check_engine_reads(pattern, translated)
    return translated


def _check_engine_reads(pattern: str, translated: str) -> None:
    try:
        re.compile(translated)
    except re.error as error:
        raise InvalidParameterError(
            en=f"the pattern '{pattern}' cannot be read: {error}",
            ru=f"шаблон «{pattern}» не читается: {error}",
        ) from error
    if "{" not in translated:
        # Only counted repeats can ask more of RE2 than it gives; Arrow takes long to import.
        return
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        # Arrow carries the same RE2 that DuckDB and ClickHouse use. An array made of Python's
        # values would have Arrow look for pandas, and import it.
        pc.match_substring_regex(pa.nulls(1, pa.string()), translated)
    except pa.ArrowInvalid as error:
        raise InvalidParameterError(
            en=f"the pattern '{pattern}' cannot be read: RE2, the engine of patterns, refuses it",
            ru=f"шаблон «{pattern}» не читается: его не принимает RE2, движок шаблонов",
        ) from error


class _Translator:
    """One pass over a pattern, character by character."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def translate(self) -> str:
        pieces = []
        while self._at < len(self._pattern):
            pieces.append(self._take())
        return "".join(pieces)

    def _refuse(self, what: str, ru: str) -> InvalidParameterError:
        place = self._at + 1
        return InvalidParameterError(
            en=f"the pattern '{self._pattern}' uses {what} at character {place}. Allowed: "
            r"characters, . [...] \d \w \s ^ $ (...) | and the repeats * + ? {m,n}",
            ru=f"шаблон «{self._pattern}», знак {place}: {ru} здесь не допускается. Можно: "
            r"знаки, . [...] \d \w \s ^ $ (...) | и повторы * + ? {m,n}",
        )

    def _take(self) -> str:
        character = self._pattern[self._at]
        if character == "\\":
            return self._take_escape()
        if character == "[":
            return self._take_class()
        if character == "(":
            return self._take_group()
        if character == "{":
            return self._take_repeat()
        self._at += 1
        if character in "*+?" and self._pattern[self._at : self._at + 1] == "+":
            raise self._refuse("a possessive repeat", "сверхжадный повтор")
        return r"[^\n]" if character == "." else character

    def _take_escape(self) -> str:
        letter = self._pattern[self._at + 1 : self._at + 2]
        if letter.isdigit():
            raise self._refuse("a back-reference", "обратная ссылка")
        if letter.casefold() in _SHORTHANDS:
            self._at += 2
            negation = "^" if letter.isupper() else ""
            return f"[{negation}{_SHORTHANDS[letter.casefold()]}]"
        return self._take_plain_escape(letter)

    def _take_plain_escape(self, letter: str) -> str:
        if not letter:
            raise self._refuse("a backslash with nothing after it", "обратная черта в конце")
        if letter.isalnum() and letter not in _CONTROLS:
            raise self._refuse(f"'\\{letter}'", f"\\{letter}")
        self._at += 2
        return f"\\{letter}" if letter in _CONTROLS else re.escape(letter)

    def _take_group(self) -> str:
        ahead = self._pattern[self._at : self._at + 4]
        if ahead.startswith("(?:"):
            self._at += 3
            return "(?:"
        if ahead.startswith(("(?=", "(?!", "(?<=", "(?<!")):
            raise self._refuse("a look-around", "просмотр вперёд или назад")
        if ahead.startswith(("(?", "(*")):
            raise self._refuse(
                "a named group, a flag or another extension",
                "именованная группа, флаг или другое расширение",
            )
        self._at += 1
        return "(?:"

    def _take_repeat(self) -> str:
        found = _REPEAT.match(self._pattern, self._at)
        if found is None:
            raise self._refuse(
                "a '{' that is no repeat (write \\{ for the character)",
                "знак { не в повторе (сам знак пишется \\{)",
            )
        if max(int(found[1]), int(found[3] or 0)) > _LARGEST_REPEAT:
            raise self._refuse(
                f"a repeat of more than {_LARGEST_REPEAT}", f"повтор больше {_LARGEST_REPEAT}"
            )
        self._at = found.end()
        if self._pattern[self._at : self._at + 1] == "+":
            raise self._refuse("a possessive repeat", "сверхжадный повтор")
        return found[0]

    def _take_class(self) -> str:
        start = self._at
        self._at += 1
        pieces = ["["]
        if self._pattern.startswith("^", self._at):
            pieces.append("^")
            self._at += 1
        if self._pattern.startswith("]", self._at):
            raise self._refuse(
                "an empty '[]' (write \\] for the character)", "пустое [] (сам знак пишется \\])"
            )
        while not self._pattern.startswith("]", self._at):
            if self._at >= len(self._pattern):
                self._at = start
                raise self._refuse("a '[' that is not closed", "незакрытая [")
            pieces.append(self._take_member())
        self._at += 1
        return "".join([*pieces, "]"])

    def _take_member(self) -> str:
        character = self._pattern[self._at]
        following = self._pattern[self._at + 1 : self._at + 2]
        if character == "[":
            raise self._refuse(
                "a '[' within brackets (write \\[ for the character)",
                "знак [ внутри скобок (сам знак пишется \\[)",
            )
        if character == "\\":
            if following and following in _SHORTHANDS:
                self._at += 2
                return _SHORTHANDS[following]
            return self._take_plain_escape(following)
        self._at += 1
        if character == "-":
            return "-" if self._is_range_dash(following) else r"\-"
        return re.escape(character)

    def _is_range_dash(self, following: str) -> bool:
        before = self._pattern[self._at - 2]
        return before not in "[^" and following not in ("]", "\\", "")
