"""What sets each segment apart, in numbers and in words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.features.matrix import FeatureMatrix
from regulars.features.screening import score_columns
from regulars.features.sentences import capitalize, format_share, format_value, name_level
from regulars.features.table import Feature
from regulars.schema.wording import LANGUAGES, Language, Wording
from regulars.segments.distributions import FEWEST_SHOWN
from regulars.segments.segmentation import Differentiator, SegmentMean, SegmentProfile

__all__ = ["describe_segments"]

_MOST_DIFFERENTIATORS = 6
_MOST_LEVELS = 20
_MOST_FEATURES = 100
_FEW_WORDS = 4
_SAME_THING = 0.85
"""Two indicators that correlate more say one thing twice."""

_NOTABLE = 0.2
_ROUNDING = 1e-9
_NEGLIGIBLE = 1e-4
_COUNT_RU = re.compile(r"\w*(ов|ев|ей|ений|аний|тий|вий|ок|ых|их) ")
_COUNT_EN = re.compile(r"(\w+ ){0,2}\w+[^su ]s\b")
"""How a meaning begins that counts something: «событий за …», “active days …”."""


@dataclass(frozen=True, slots=True, eq=False)
class _Indicators:
    """One column per number and per frequent level, with what each is about.

    `values` has NaN where not known; `means` and `spreads` are over all customers.
    """

    values: NDArray[np.float64]
    feature: tuple[int, ...]
    level: tuple[str | None, ...]
    means: NDArray[np.float64]
    spreads: NDArray[np.float64]


def describe_segments(
    matrix: FeatureMatrix,
    segment: NDArray[np.int64],
    stabilities: NDArray[np.float64],
    outcome: NDArray[np.float64] | None,
    *,
    names: Sequence[Wording] = (),
) -> tuple[SegmentProfile, ...]:
    """A profile per segment, by number; of fewer than five customers no trait is told.

    Parameters
    ----------
    matrix
        Every customer.
    segment
        Numbers from 1, shape (n_customers,).
    stabilities
        Of each segment.
    outcome
        1.0, 0.0 or NaN per customer, or None.
    names
        Of each segment, where the method knows better ones than its traits.
    """
    indicators = _list_indicators(matrix, segment)
    profiles: list[SegmentProfile] = []
    for number in range(1, int(segment.max()) + 1):
        own = segment == number
        if own.sum() < FEWEST_SHOWN:
            profiles.append(_suppress(number, own, float(stabilities[number - 1]), names))
            continue
        means = _mean(indicators.values[own])
        differentiators, ranked = _differentiate(matrix, indicators, means)
        taken = {profile.name for profile in profiles}
        profiles.append(
            SegmentProfile(
                number=number,
                name=names[number - 1]
                if names
                else _name(matrix, indicators, differentiators, ranked, taken, number),
                size=int(own.sum()),
                share=float(own.mean()),
                stability=float(stabilities[number - 1]),
                outcome_share=None if outcome is None else _share(outcome[own]),
                overall_outcome_share=None if outcome is None else _share(outcome),
                differentiators=differentiators,
                means=_list_means(matrix, indicators, means),
            )
        )
    return tuple(profiles)


def _suppress(
    number: int, own: NDArray[np.bool_], stability: float, names: Sequence[Wording]
) -> SegmentProfile:
    """A profile without traits: those of very few customers would be traits of persons."""
    few = Wording(
        en=f"Fewer than {FEWEST_SHOWN} customers ({number})",
        ru=f"Меньше {FEWEST_SHOWN} клиентов ({number})",
    )
    return SegmentProfile(
        number=number,
        name=names[number - 1] if names else few,
        size=int(own.sum()),
        share=float(own.mean()),
        stability=stability,
        outcome_share=None,
        overall_outcome_share=None,
        differentiators=(),
        means=(),
    )


def _list_indicators(matrix: FeatureMatrix, segment: NDArray[np.int64]) -> _Indicators:
    columns: list[NDArray[np.float64]] = []
    features: list[int] = []
    labels: list[str | None] = []
    for j in _find_telling(matrix, segment):
        levels, numbers = matrix.levels[j], matrix.values[:, j]
        if levels is None:
            columns.append(numbers)
            features.append(j)
            labels.append(None)
            continue
        for code in _frequent_codes(numbers, matrix.features[j]):
            columns.append(np.where(np.isnan(numbers), np.nan, (numbers == code).astype(float)))
            features.append(j)
            labels.append(levels[code])
    values = np.stack(columns, axis=1) if columns else np.empty((len(matrix.values), 0))
    means = _mean(values)
    scale = np.maximum(np.nanmax(np.abs(values), axis=0, initial=0.0), 1e-300)
    deviations = np.where(np.isnan(values), 0.0, (values - means) / scale)
    known = np.maximum((~np.isnan(values)).sum(axis=0), 1)
    relative = np.sqrt((deviations**2).sum(axis=0) / known)
    # A column that never varies has a spread of rounding errors.
    spreads = np.where(relative > _ROUNDING, relative * scale, 0.0)
    return _Indicators(values, tuple(features), tuple(labels), means, spreads)


def _find_telling(matrix: FeatureMatrix, segment: NDArray[np.int64]) -> list[int]:
    """The features that are described: all, or the 100 that differ most between segments."""
    if len(matrix.features) <= _MOST_FEATURES:
        return list(range(len(matrix.features)))
    scores = score_columns(matrix.values, segment.astype(np.float64), matrix.is_category)
    return sorted(int(j) for j in np.argsort(-scores, kind="stable")[:_MOST_FEATURES])


def _frequent_codes(numbers: NDArray[np.float64], feature: Feature) -> list[int]:
    counts = np.bincount(numbers[~np.isnan(numbers)].astype(np.int64))
    if feature.kind == "boolean":
        # "Yes" says it all; "no" is its mirror image.
        return [1] if len(counts) > 1 else []
    order = np.argsort(-counts, kind="stable")[:_MOST_LEVELS]
    return [int(code) for code in order if counts[code] > 0]


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means of what is known, NaN where nothing is."""
    known = (~np.isnan(values)).sum(axis=0)
    sums = np.nansum(values / np.maximum(known, 1), axis=0)
    return np.where(known > 0, sums, np.nan)


def _share(outcome: NDArray[np.float64]) -> float | None:
    known = outcome[~np.isnan(outcome)]
    return float(known.mean()) if len(known) else None


def _differentiate(
    matrix: FeatureMatrix, indicators: _Indicators, means: NDArray[np.float64]
) -> tuple[tuple[Differentiator, ...], list[int]]:
    """The strongest differences that do not repeat each other, and their indicators."""
    with np.errstate(invalid="ignore"):
        differences = np.where(
            indicators.spreads > 0,
            (means - indicators.means) / np.where(indicators.spreads > 0, indicators.spreads, 1.0),
            0.0,
        )
    differences = np.nan_to_num(differences)
    ranked: list[int] = []
    for candidate in np.argsort(-np.abs(differences), kind="stable"):
        is_enough = len(ranked) == _MOST_DIFFERENTIATORS
        if is_enough or abs(differences[candidate]) < _NOTABLE:
            break
        if not any(_repeats(indicators, int(candidate), earlier) for earlier in ranked):
            ranked.append(int(candidate))
    found = tuple(_describe(matrix, indicators, means, i, float(differences[i])) for i in ranked)
    return found, ranked


def _repeats(indicators: _Indicators, one: int, other: int) -> bool:
    if indicators.feature[one] == indicators.feature[other]:
        return True
    both = ~np.isnan(indicators.values[:, one]) & ~np.isnan(indicators.values[:, other])
    pair = indicators.values[both][:, [one, other]] if both.any() else np.zeros((1, 2))
    pair = (pair - pair.mean(axis=0)) / np.maximum(np.abs(pair).max(axis=0), 1e-300)
    spread = float(np.sqrt((pair[:, 0] ** 2).mean() * (pair[:, 1] ** 2).mean()))
    return spread > 0 and abs(float((pair[:, 0] * pair[:, 1]).mean())) / spread > _SAME_THING


def _describe(
    matrix: FeatureMatrix,
    indicators: _Indicators,
    means: NDArray[np.float64],
    position: int,
    difference: float,
) -> Differentiator:
    feature = matrix.features[indicators.feature[position]]
    level = indicators.level[position]
    own, overall = float(means[position]), float(indicators.means[position])
    sentence = Wording(
        en=_say(feature, level, own, overall, "en"), ru=_say(feature, level, own, overall, "ru")
    )
    return Differentiator(feature.name, level, own, overall, difference, sentence)


def _say(
    feature: Feature, level: str | None, own: float, overall: float, language: Language
) -> str:
    label = feature.meaning.to(language)
    if level is None:
        own, overall = _drop_rounding(own, overall), _drop_rounding(overall, own)
        values = [format_value(feature, value, language) for value in (own, overall)]
        if language == "en":
            return f"{label}: {values[0]} on average, against {values[1]} overall"
        return f"{label}: в среднем {values[0]}, у всех {values[1]}"
    shares = [format_share(share, language) for share in (own, overall)]
    what = name_level(feature, level, language)
    if language == "en":
        return f"{what}: {shares[0]} of the segment, against {shares[1]} overall"
    return f"{what}: {shares[0]} сегмента, у всех {shares[1]}"


def _drop_rounding(value: float, other: float) -> float:
    """Zero for what is nothing beside the other: 1.8e-08 against 0.9 is an error of rounding."""
    return 0.0 if abs(value) < _NEGLIGIBLE * abs(other) else value


def _name(
    matrix: FeatureMatrix,
    indicators: _Indicators,
    differentiators: Sequence[Differentiator],
    ranked: Sequence[int],
    taken: set[Wording],
    number: int,
) -> Wording:
    """The two most telling differences as a name, more if another segment has that name."""
    if not differentiators:
        return Wording(en=f"Average customers {number}", ru=f"Обычные клиенты {number}")
    sayable = sorted(
        zip(differentiators, ranked, strict=True),
        key=lambda pair: -_telling(pair[0], matrix.features[indicators.feature[pair[1]]]),
    )
    traits = [
        _trait(
            differentiator,
            matrix.features[indicators.feature[position]],
            matrix.levels[indicators.feature[position]],
        )
        for differentiator, position in sayable
    ]
    names = [
        Wording(
            en=capitalize(", ".join(trait.en for trait in traits[:size])),
            ru=capitalize(", ".join(trait.ru for trait in traits[:size])),
        )
        for size in range(min(2, len(ranked)), len(ranked) + 1)
    ]
    fresh = [name for name in names if name not in taken]
    if fresh:
        return fresh[0]
    return Wording(en=f"{names[-1].en} ({number})", ru=f"{names[-1].ru} ({number})")


def _telling(differentiator: Differentiator, feature: Feature) -> float:
    """How much a difference says in how few words: a name is there to be retold."""
    words = max(len(feature.meaning.en.split()), _FEW_WORDS)
    return abs(differentiator.standardized_difference) / words


def _trait(
    differentiator: Differentiator, feature: Feature, levels: tuple[str, ...] | None
) -> Wording:
    said = {
        language: _say_trait(differentiator, feature, levels, language) for language in LANGUAGES
    }
    return Wording(en=said["en"], ru=said["ru"])


def _say_trait(
    differentiator: Differentiator,
    feature: Feature,
    levels: tuple[str, ...] | None,
    language: Language,
) -> str:
    level, is_high = differentiator.level, differentiator.standardized_difference > 0
    if level is None or levels is None:
        return _amount_trait(feature, language, is_high=is_high)
    if not is_high and len(levels) == 2:
        # Of two values the rare one of a segment is better said by the other: not "rarely a woman".
        return name_level(feature, levels[1 - levels.index(level)], language)
    named = name_level(feature, level, language)
    return named if is_high else _rarely(named, language)


def _amount_trait(feature: Feature, language: Language, *, is_high: bool) -> str:
    label = feature.meaning.to(language)
    # "High days since the last purchase" and "low events" are nothing that people say.
    is_count = bool(
        _COUNT_RU.match(f"{feature.meaning.ru} ") and _COUNT_EN.match(feature.meaning.en)
    )
    if language == "en":
        words = ("few", "many") if is_count or label.startswith("days ") else ("low", "high")
        return f"{words[is_high]} {label}"
    if is_count or label.startswith("дней "):
        return f"{'много' if is_high else 'мало'} {label}"
    return f"{label} {'выше' if is_high else 'ниже'} среднего"


def _rarely(level: str, language: Language) -> str:
    return f"rarely {level}" if language == "en" else f"редко {level}"


def _list_means(
    matrix: FeatureMatrix, indicators: _Indicators, means: NDArray[np.float64]
) -> tuple[SegmentMean, ...]:
    """Means of numbers and shares of levels, in the order of the features."""
    return tuple(
        SegmentMean(
            matrix.features[indicators.feature[position]].name,
            indicators.level[position],
            _or_none(float(means[position])),
            _or_none(float(indicators.means[position])),
            _standardize(
                float(means[position] - indicators.means[position]),
                float(indicators.spreads[position]),
            ),
        )
        for position in range(len(means))
    )


def _standardize(difference: float, spread: float) -> float | None:
    return _or_none(difference / spread) if spread > 0 else None


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value
