"""How well the name of a foreign column fits a canonical one: aliases, transliteration, parts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from regulars.schema.column_names import split_words, transliterate
from regulars.schema.contract import Column, Role, get_contract

__all__ = ["ID_WORDS", "NameIndex", "build_index", "is_cyrillic"]

ID_WORDS = frozenset(
    {"id", "uid", "uuid", "guid", "no", "nr", "num", "number", "code", "key", "pk"}
    | {"ид", "код", "номер", "идентификатор"}
)
"""Words that make an identifier of what stands beside them."""

_COUNTS = frozenset({"num", "number", "no", "nr"})
# Behind the name of an amount they say in what it is.
_CURRENCIES = frozenset({"руб", "рублей", "р", "rub", "usd", "eur", "gbp", "kzt", "тг", "try"})
# Alone they say little: "type of contract" is not the type of an event.
_VAGUE = frozenset(
    "date time type name number code value amount sum count status state id day total source price"  # noqa: SIM905
    " result period title product user customer client kind from to link called minute message text"
    " comment reason interest source score item unit order channel position company region page phone"
    " дата время тип имя номер код сумма количество статус название вид итого оценка цена период"
    " клиент товар причина источник результат стоимость текст".split()
)


def is_cyrillic(text: str) -> bool:
    """Whether `text` holds a Cyrillic letter.

    Examples
    --------
    >>> is_cyrillic("Сумма"), is_cyrillic("Sum")
    (True, False)
    """
    return any("\u0400" <= letter <= "\u04ff" for letter in text)


def _without(words: tuple[str, ...], unwanted: frozenset[str]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in unwanted)


def _fold(text: str) -> str:
    """Spellings of the same Cyrillic word in Latin letters, made one."""
    folded = transliterate(text)
    for many, one in (("shch", "sch"), ("kh", "h"), ("ts", "c"), ("j", "y"), ("y", "i"), ("'", "")):
        folded = folded.replace(many, one)
    return re.sub(r"(.)\1+", r"\1", folded)


@dataclass(slots=True)
class NameIndex:
    """Aliases of some canonical columns, found by name.

    Attributes
    ----------
    columns
        The columns by name, in order.
    """

    columns: dict[str, Column]
    _exact: dict[tuple[str, ...], set[str]] = field(default_factory=dict)
    _joined: dict[str, set[str]] = field(default_factory=dict)
    _latin: dict[str, set[str]] = field(default_factory=dict)
    _by_word: dict[str, list[tuple[frozenset[str], str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for column in self.columns.values():
            for alias in (column.name, *column.aliases):
                self._add(column.name, split_words(alias))

    def _add(self, name: str, words: tuple[str, ...]) -> None:
        joined = "".join(words)
        self._exact.setdefault(words, set()).add(name)
        self._joined.setdefault(joined, set()).add(name)
        if is_cyrillic(joined):
            self._latin.setdefault(_fold(joined), set()).add(name)
        for word in words:
            self._by_word.setdefault(word, []).append((frozenset(words), name))

    def match(self, source: str) -> dict[str, float]:
        """Canonical column → how well the name `source` fits it, 0 to 1; poor ones left out.

        Examples
        --------
        >>> index = build_index("purchases")
        >>> index.match("InvoiceNo")
        {'purchase_id': 1.0}
        >>> index.match("data_pokupki")
        {'purchased_at': 0.9}
        """
        words = split_words(source.replace("№", " номер ") if "№" in source else source)
        joined = "".join(words)
        scores: dict[str, float] = {}
        self._collect(scores, self._exact.get(words, ()), 1.0)
        self._collect(scores, self._exact.get(_without(words, _CURRENCIES), ()), 0.95)
        self._collect(scores, self._find_ids(words), 0.95)
        self._collect(scores, self._joined.get(joined, ()), 0.97)
        if joined.isascii() and len(joined) > 2:
            self._collect(scores, self._latin.get(_fold(joined), ()), 0.9)
        for name, score in self._match_parts(words):
            self._collect(scores, (name,), score)
        return scores

    def _find_ids(self, words: tuple[str, ...]) -> list[str]:
        """Identifiers of what the name says beside the word for an identifier: "id гостя"."""
        if words and words[0] in _COUNTS:
            return []  # "num_customers" counts them
        bare = _without(words, ID_WORDS)
        found = self._exact.get(bare, ()) if len(bare) < len(words) else ()
        return [name for name in found if self.columns[name].role is Role.ID]

    @staticmethod
    def _collect(scores: dict[str, float], names: Iterable[str], score: float) -> None:
        for name in sorted(names):
            scores[name] = max(score, scores.get(name, 0.0))

    def _match_parts(self, words: tuple[str, ...]) -> list[tuple[str, float]]:
        """Aliases that are a part of the name: "дата заказа" in "Дата заказа клиента"."""
        present = set(words)
        found = []
        for word in dict.fromkeys(words):
            for alias, name in self._by_word.get(word, ()):
                if alias <= present and not self._is_vague(alias, present, name):
                    share = len(alias) / len(present)
                    found.append((name, 0.95 if share == 1.0 else 0.5 + 0.4 * share))
        return found

    def _is_vague(self, alias: frozenset[str], present: set[str], name: str) -> bool:
        if alias == present:
            return False
        if alias <= _VAGUE and len(alias) == 1:
            return True
        # "User age" holds the word user and is not the user's id.
        return self.columns[name].role is Role.ID and not (present & ID_WORDS)


@cache
def build_index(*tables: str, roles: tuple[Role, ...] = ()) -> NameIndex:
    """The index over the columns of some tables; the first table to name a column has it."""
    columns: dict[str, Column] = {}
    for table in tables:
        for column in get_contract(table).columns:
            if not roles or column.role in roles:
                columns.setdefault(column.name, column)
    return NameIndex(columns)
