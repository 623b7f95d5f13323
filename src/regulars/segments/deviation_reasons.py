"""Why something is unlike the others: a field, the value there, and what is usual, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regulars.features.sentences import (
    Value,
    capitalize,
    format_number,
    format_share,
    format_value,
    name_level,
)
from regulars.schema.wording import Language, Wording

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regulars.features import Feature
    from regulars.features.matrix import FeatureMatrix

__all__ = ["DeviationReason", "ReasonReader"]

_USUAL = (0.05, 0.95)
_RARE = 0.05
_BESIDE = Wording(en="{} (unusual beside the rest)", ru="{} (необычно рядом с остальным)")
_AS_BEFORE = Wording(en="{label}: {own}, usually {low}", ru="{label}: {own}, обычно {low}")
_BETWEEN = Wording(
    en="{label}: {own}, usually from {low} to {high}",
    ru="{label}: {own}, обычно от {low} до {high}",
)
_RARE_LEVEL = Wording(en="{named}, as {share} have it", ru="{named}, так у {share}")
_NOT_KNOWN = Wording(
    en="{label}: not known, as of {share}", ru="{label}: нет данных, как у {share}"
)


@dataclass(frozen=True, slots=True)
class DeviationReason:
    """One field in which something is unlike the others.

    Attributes
    ----------
    field
        Name of the feature.
    value
        What it is there; None where it is missing.
    low, high
        Of a number: nine of ten have a value between them.
    share
        Of a category, or of a missing value: how many have the same.
    contribution
        Its share of what sets the row apart, 0 to 1.
    is_outside
        Whether the value by itself is unusual; else it is so beside the others.
    sentence
        The same in words.
    """

    field: str
    value: float | str | bool | None
    low: float | None
    high: float | None
    share: float | None
    contribution: float
    is_outside: bool
    sentence: Wording


class ReasonReader:
    """What is usual in each field, and how a value differs from it.

    Parameters
    ----------
    matrix
        All rows.
    """

    def __init__(self, matrix: FeatureMatrix) -> None:
        self._matrix = matrix
        self._quantiles: dict[int, tuple[float, float]] = {}
        self._shares: dict[int, NDArray[np.float64]] = {}

    def read(self, row: int, field: int, *, contribution: float) -> DeviationReason:
        """The reason that a field is for a row; both by their numbers."""
        feature, number = self._matrix.features[field], float(self._matrix.values[row, field])
        value = self._matrix.decode(field, number)
        if np.isnan(number) or self._matrix.levels[field] is not None:
            low = high = None
            share: float | None = self._find_share(field, number)
            is_outside = share is not None and share < _RARE
            said = _say_share(feature, value, share or 0.0)
        else:
            share = None
            low, high = self._find_range(field)
            is_outside = not low <= number <= high
            said = _say_range(feature, number, low, high)
        if not is_outside:
            said = Wording(en=_BESIDE.en.format(said.en), ru=_BESIDE.ru.format(said.ru))
        return DeviationReason(
            field=feature.name,
            value=value,
            low=low,
            high=high,
            share=share,
            contribution=contribution,
            is_outside=is_outside,
            sentence=Wording(en=capitalize(said.en), ru=capitalize(said.ru)),
        )

    def _find_range(self, field: int) -> tuple[float, float]:
        """Between which values nine of ten lie."""
        if field not in self._quantiles:
            low, high = np.nanquantile(self._matrix.values[:, field], _USUAL)
            self._quantiles[field] = float(low), float(high)
        return self._quantiles[field]

    def _find_share(self, field: int, number: float) -> float:
        """How many have this level, or miss the value as well."""
        numbers = self._matrix.values[:, field]
        if field not in self._shares:
            is_missing = np.isnan(numbers)
            levels = self._matrix.levels[field]
            codes = np.zeros(0, np.int64) if levels is None else numbers[~is_missing].astype(int)
            counts = np.bincount(codes, minlength=len(levels or ()))
            self._shares[field] = np.append(counts, is_missing.sum()) / len(numbers)
        return float(self._shares[field][-1 if np.isnan(number) else int(number)])


def _say_range(feature: Feature, value: float, low: float, high: float) -> Wording:
    def say(language: Language) -> str:
        own, first, last = (format_value(feature, one, language) for one in (value, low, high))
        if feature.unit == "day" and first != last:
            # The unit stands once, at the end: after "from" Russian would want another case of it.
            first = format_number(low, language)
        words = _AS_BEFORE if first == last else _BETWEEN
        label = feature.meaning.to(language)
        return words.to(language).format(label=label, own=own, low=first, high=last)

    return Wording(en=say("en"), ru=say("ru"))


def _say_share(feature: Feature, value: Value, share: float) -> Wording:
    def say(language: Language) -> str:
        told = format_share(share, language)
        if value is None:
            label = feature.meaning.to(language)
            return _NOT_KNOWN.to(language).format(label=label, share=told)
        level = str(value).lower() if isinstance(value, bool) else str(value)
        return _RARE_LEVEL.to(language).format(
            named=name_level(feature, level, language), share=told
        )

    return Wording(en=say("en"), ru=say("ru"))
