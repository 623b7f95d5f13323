"""Why a customer has the score they have, in their own numbers and in words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError
from regulars.features.matrix import FeatureMatrix
from regulars.features.sentences import (
    Value,
    format_number,
    format_share,
    format_value,
    name_level,
)
from regulars.features.table import Feature
from regulars.predictions.fitting.scorers import Scorer
from regulars.predictions.outcomes.phrases import Phrases
from regulars.predictions.reasons.reason import Reason
from regulars.schema.wording import Language, Wording

__all__ = ["CrossFittedExplainer", "Peers", "ReasonTeller"]

_MOST_CELLS = 5_000_000
"""Contributions held in memory at a time."""

_FEWEST_PEERS = 20
"""A share over fewer customers says little, and may point at a person."""

_NOTHING = 1e-9
_DAYS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\bdays?\b", re.IGNORECASE),
    "ru": re.compile(r"\bдн(и|ей|я)\b|\bдень\b", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True, eq=False)
class Peers:
    """What is usual among the customers the model learnt from.

    Attributes
    ----------
    typical
        For each feature the median, or the code of the most frequent level; NaN when all unknown.
    level_counts, level_rates
        For each category the customers per level and their share of the outcome; empty otherwise.
    base_rate
        Share of the outcome among all of them.
    n
        How many they are.
    """

    typical: NDArray[np.float64]
    level_counts: tuple[NDArray[np.int64], ...]
    level_rates: tuple[NDArray[np.float64], ...]
    base_rate: float
    n: int

    def without_few(self) -> "Peers":
        """The same without levels of fewer than 20 customers, whose share could be somebody's outcome."""
        counts = tuple(np.where(own < _FEWEST_PEERS, 0, own) for own in self.level_counts)
        rates = tuple(
            np.where(count > 0, own, 0.0)
            for count, own in zip(counts, self.level_rates, strict=True)
        )
        return replace(self, level_counts=counts, level_rates=rates)

    @classmethod
    def of(cls, matrix: FeatureMatrix, labels: NDArray[np.float64]) -> "Peers":
        """Peers are the rows of `matrix`, whose labels are all known."""
        values, outcomes = matrix.values, labels
        typical, counts, rates = [], [], []
        for column, levels in enumerate(matrix.levels):
            present = ~np.isnan(values[:, column])
            numbers = values[present, column]
            codes = numbers.astype(np.int64) if levels is not None else np.empty(0, np.int64)
            size = len(levels) if levels is not None else 0
            count = np.bincount(codes, minlength=size)
            left = np.bincount(codes, weights=outcomes[present][: len(codes)], minlength=size)
            counts.append(count)
            rates.append(left / np.maximum(count, 1))
            typical.append(_typical(numbers, count))
        return cls(
            np.array(typical), tuple(counts), tuple(rates), float(outcomes.mean()), len(outcomes)
        )


def _typical(numbers: NDArray[np.float64], level_counts: NDArray[np.int64]) -> float:
    if len(numbers) == 0:
        return float("nan")
    return float(level_counts.argmax()) if len(level_counts) else float(np.median(numbers))


Words = dict[tuple[int, float | None, bool], tuple[Value, Value, Wording]]
"""By column, number and whether it adds: a value, that of the others, and both in words."""


@dataclass(frozen=True, slots=True, eq=False)
class ReasonTeller:
    """Makes reasons in words of what features add to a score.

    Attributes
    ----------
    matrix
        The customers.
    phrases, peers
        For the words.
    alike
        For each feature a number that features saying nearly the same share; they are one reason.
    """

    matrix: FeatureMatrix
    phrases: Phrases
    peers: Peers
    alike: NDArray[np.int64]
    # Many customers have the same values, and their words take longer than their numbers.
    _words: Words = field(default_factory=dict, repr=False)

    def tell(
        self, rows: NDArray[np.int64], contributions: NDArray[np.float64], *, top: int
    ) -> list[list[Reason]]:
        """The `top` reasons of each customer, by contributions of shape (len(rows), n_features).

        Parameters
        ----------
        rows
            Row numbers of the customers.
        contributions
            What every feature adds.
        top
            At most so many, those that pull hardest the way their sum goes, hardest first.
        """
        if not len(self.alike):
            return [[] for _ in rows]
        members = [
            np.flatnonzero(self.alike == group) for group in range(int(self.alike.max()) + 1)
        ]
        matters = np.stack([contributions[:, own].sum(axis=1) for own in members], axis=1)
        return [
            [self._tell(int(row), members[group], own, float(sums[group])) for group in picked]
            for row, own, sums, picked in zip(
                rows, contributions, matters, _pick(matters, top), strict=True
            )
        ]

    def _tell(
        self,
        row: int,
        members: NDArray[np.int64],
        contributions: NDArray[np.float64],
        total: float,
    ) -> Reason:
        """One reason for features that say the same, by the one that pulls hardest its way."""
        way = 1.0 if total > 0 else -1.0
        column = int(members[np.argmax(way * contributions[members])])
        alike = tuple(self.matrix.features[j].name for j in members if j != column)
        number = float(self.matrix.values[row, column])
        # Not known is not equal to itself.
        key = (column, None if np.isnan(number) else number, total > 0)
        if key not in self._words:
            self._words[key] = self._word(column, number, total)
        value, peer_value, text = self._words[key]
        return Reason(self.matrix.features[column].name, value, peer_value, total, text, alike)

    def _word(
        self, column: int, number: float, contribution: float
    ) -> tuple[Value, Value, Wording]:
        """The value, that of the others, and both in words."""
        feature = self.matrix.features[column]
        value = self.matrix.decode(column, number)
        peer_value = self.matrix.decode(column, float(self.peers.typical[column]))
        if self.matrix.levels[column] is None or value is None:
            text = say_number(feature, value, peer_value)
        else:
            text = self._say_level(feature, value, column, int(number), contribution)
        return value, peer_value, text

    def _say_level(
        self, feature: Feature, value: Value, column: int, code: int, contribution: float
    ) -> Wording:
        count = int(self.peers.level_counts[column][code])
        rate = float(self.peers.level_rates[column][code])
        own = {language: _say_own(feature, value, language) for language in ("en", "ru")}
        if count < _FEWEST_PEERS:
            return Wording(en=f"{own['en']}, which is rare", ru=f"{own['ru']}, это редкость")
        # Given the other features a level may pull against its own rate: then the rate is no reason.
        # One that reads as the rate of all is none either.
        is_apart = format_share(rate, "en") != format_share(self.peers.base_rate, "en")
        if is_apart and (rate > self.peers.base_rate) == (contribution > 0):
            share = self.phrases.say_share(rate, self.peers.base_rate)
            return Wording(en=_add(own["en"], share.en), ru=_add(own["ru"], share.ru))
        share_of_all = count / self.peers.n
        return Wording(
            en=f"{own['en']}, like {format_share(share_of_all, 'en')} of customers",
            ru=f"{own['ru']}, как у {format_share(share_of_all, 'ru')} клиентов",
        )


@dataclass(frozen=True, slots=True, eq=False)
class CrossFittedExplainer:
    """Explains each score by the model that gave it.

    Attributes
    ----------
    matrix
        Every customer.
    scorers
        The models that scored.
    scorer_of
        For each customer the position of their model in `scorers`.
    phrases, peers
        For the words.
    alike
        For each feature a number that features saying nearly the same share; they are one reason.
    """

    matrix: FeatureMatrix
    scorers: tuple[Scorer, ...]
    scorer_of: NDArray[np.int64]
    phrases: Phrases
    peers: Peers
    alike: NDArray[np.int64]

    def probabilities(self) -> NDArray[np.float64]:
        """The score of every customer, shape (n_customers,)."""
        probabilities = np.empty(len(self.scorer_of))
        for position, scorer in enumerate(self.scorers):
            own = np.flatnonzero(self.scorer_of == position)
            if len(own):
                probabilities[own] = scorer.probabilities(self.matrix.values[own])
        return probabilities

    def explain(self, rows: NDArray[np.int64], *, top: int) -> list[list[Reason]]:
        """The `top` reasons of each customer at the row numbers `rows`."""
        if top < 1:
            raise InvalidParameterError(
                en=f"top must be at least 1; found {top}.",
                ru=f"top должно быть не меньше 1; получено {top}.",
            )
        reasons: list[list[Reason]] = [[] for _ in rows]
        teller = ReasonTeller(self.matrix, self.phrases, self.peers, self.alike)
        for places, contributions in self._contribute(rows):
            for place, told in zip(
                places, teller.tell(rows[places], contributions, top=top), strict=True
            ):
                reasons[place] = told
        return reasons

    def contributions(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """What every feature adds to the log-odds, shape (len(rows), n_features)."""
        result = np.empty((len(rows), self.matrix.values.shape[1]))
        for places, contributions in self._contribute(rows):
            result[places] = contributions
        return result

    def _contribute(
        self, rows: NDArray[np.int64]
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """Places in `rows` and their contributions, a chunk of one scorer at a time."""
        chunk = max(1, _MOST_CELLS // max(1, self.matrix.values.shape[1]))
        for position, scorer in enumerate(self.scorers):
            own = np.flatnonzero(self.scorer_of[rows] == position)
            for start in range(0, len(own), chunk):
                places = own[start : start + chunk]
                yield places, scorer.contributions(self.matrix.values[rows[places]])


def _add(own: str, share: str) -> str:
    """A level and what it means; after one colon there is no other."""
    return f"{own} ({share})" if ": " in own else f"{own}: {share}"


def say_number(feature: Feature, value: Value, typical: Value) -> Wording:
    """A customer's number beside the usual one."""
    return Wording(
        en=_say_number(feature, value, typical, "en"), ru=_say_number(feature, value, typical, "ru")
    )


def _say_number(feature: Feature, value: Value, typical: Value, language: Language) -> str:
    own = _say_own(feature, value, language)
    if not isinstance(typical, float):
        return own
    usual = _say_value(feature, typical, language)
    if not isinstance(value, float):
        return own + (f", usually {usual}" if language == "en" else f", обычно {usual}")
    if _say_value(feature, value, language) == usual:
        return own + (", as usual" if language == "en" else ", как обычно")
    if language == "en":
        return f"{own}, {'above' if value > typical else 'below'} the usual {usual}"
    return f"{own}, {'выше' if value > typical else 'ниже'} обычного ({usual})"


def _say_own(feature: Feature, value: Value, language: Language) -> str:
    if isinstance(value, str):
        return name_level(feature, value, language)
    return f"{feature.meaning.to(language)}: {_say_value(feature, value, language)}"


def _say_value(feature: Feature, value: Value, language: Language) -> str:
    """The value; days without the noun where the feature is called days of something already."""
    is_said = feature.unit == "day" and _DAYS[language].search(feature.meaning.to(language))
    if is_said and isinstance(value, float):
        return format_number(value, language)
    return format_value(feature, value, language)


def _pick(contributions: NDArray[np.float64], top: int) -> list[NDArray[np.int64]]:
    """For each row the matters that pull hardest the way the row's sum goes, hardest first."""
    way = np.where(contributions.sum(axis=1) >= 0, 1.0, -1.0)
    pull = contributions * way[:, None]
    order = np.argsort(-pull, axis=1, kind="stable")[:, :top]
    return [columns[own[columns] > _NOTHING] for own, columns in zip(pull, order, strict=True)]
