"""Names of columns that tell when the column is filled in: after the outcome, or during the contact."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from regulars.features.table import Feature

__all__ = ["Told", "find_told_names", "split_words"]

Told = Literal["after", "during", "outcome"]

_WORD = re.compile(r"[A-ZА-ЯЁ]+(?![a-zа-яё])|[A-ZА-ЯЁ]?[a-zа-яё]+|\d+")
_WINDOW = re.compile(r"^\d+$")
_PLAIN = frozenset({"is", "has", "the", "a", "of", "y", "target", "label", "outcome", "class"})


def find_told_names(features: Iterable[Feature], *, outcome: str = "") -> dict[str, Told]:
    """By feature what its name tells; only columns of flat files, whose time nobody checks.

    Examples
    --------
    >>> from regulars.features.table import Feature
    >>> from regulars.schema.wording import Wording
    >>> def column(name):
    ...     return Feature(name, Wording(en=name, ru=name), None, "numeric", source=name)
    >>> columns = map(column, ["duration", "avg_duration", "ChurnReason", "Contract", "weekend"])
    >>> find_told_names(columns, outcome="Churn")
    {'duration': 'during', 'ChurnReason': 'outcome'}
    >>> find_told_names([column("answer_3"), column("answer")], outcome="answer_8")
    {}
    """
    found: dict[str, Told] = {}
    about = [word for word in split_words(outcome) if word not in _PLAIN and len(word) > 2]
    for feature in features:
        if feature.group != "profile" or _is_of_a_series(feature, outcome):
            continue
        words = split_words(" ".join([feature.name, feature.source or "", feature.meaning.ru]))
        told = _tell(words, about)
        if told is not None:
            found[feature.name] = told
    return found


def _is_of_a_series(feature: Feature, outcome: str) -> bool:
    """Whether a number is all that tells the two names apart: `answer_3` and `answer_8`."""
    names = [split_words(name) for name in (feature.source or feature.name, outcome)]
    own, other = ([word for word in words if not word.isdigit()] for words in names)
    return own == other and names[0] != names[1]


def split_words(name: str) -> list[str]:
    """The words of a column's name, small.

    Examples
    --------
    >>> split_words("ChurnReason"), split_words("end_date2"), split_words("Дата ухода")
    (['churn', 'reason'], ['end', 'date', '2'], ['дата', 'ухода'])
    """
    return [word.lower() for word in _WORD.findall(name)]


def _tell(words: Sequence[str], about: Sequence[str]) -> Told | None:
    if about and all(any(word.startswith(each) for word in words) for each in about):
        return "outcome"
    entries = _read_words()
    if any(_has_all(words, entry["words"]) for entry in entries["after"]):
        return "after"
    is_habit = any(_WINDOW.match(word) for word in words) or any(
        word.startswith(habit) for habit in entries["habit"]["words"] for word in words
    )
    if not is_habit and any(_has_all(words, entry["words"]) for entry in entries["during"]):
        return "during"
    return None


def _has_all(words: Sequence[str], wanted: Sequence[str]) -> bool:
    # A short word must be that word: "end" is not "endowment".
    return all(
        any(word == each or (len(each) > 3 and word.startswith(each)) for word in words)
        for each in wanted
    )


@cache
def _read_words() -> dict[str, Any]:
    file = resources.files("regulars.features") / "leak_words.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
