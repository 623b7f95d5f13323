"""How each feature moves the chosen model over all customers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from regulars.features.matrix import FeatureMatrix
from regulars.features.sentences import format_level, quote
from regulars.features.table import Feature
from regulars.predictions.reasons.reason import Driver, DriverMoment
from regulars.schema.wording import LANGUAGES, Language, Wording

__all__ = ["list_drivers", "trace_drivers"]

_CLEAR = 0.5
_NOTHING = 1e-9

Way = Literal["raises", "lowers", "mixed"]


def list_drivers(
    matrix: FeatureMatrix, rows: NDArray[np.int64], contributions: NDArray[np.float64]
) -> tuple[Driver, ...]:
    """Drivers, strongest first; features that move nothing are left out.

    Parameters
    ----------
    matrix
        Every customer.
    rows
        Row numbers of the customers that `contributions` is about.
    contributions
        Shape (len(rows), n_features).
    """
    weights = np.abs(contributions).mean(axis=0)
    order = [int(j) for j in np.argsort(-weights, kind="stable") if weights[j] > _NOTHING]
    return tuple(
        _describe(matrix, j, matrix.values[rows, j], contributions[:, j], float(weights[j]))
        for j in order
    )


def trace_drivers(
    drivers: Sequence[Driver],
    names: Sequence[str],
    moments: Sequence[tuple[date, NDArray[np.float64]]],
) -> tuple[Driver, ...]:
    """The same drivers with how much each weighed at earlier dates.

    Parameters
    ----------
    drivers
        As `list_drivers` gave them.
    names
        Of the features, in the order of the columns.
    moments
        For each date the contributions of the model that could be learnt by then, to customers whom it
        was tested on, shape (n_rows, n_features).
    """
    places = {name: j for j, name in enumerate(names)}
    shares = []
    for day, contributions in moments:
        weights = np.abs(contributions).mean(axis=0)
        shares.append((day, weights / max(float(weights.sum()), _NOTHING)))
    return tuple(
        replace(
            driver,
            over_time=tuple(
                DriverMoment(day, float(share[places[driver.feature]])) for day, share in shares
            ),
        )
        for driver in drivers
    )


def _describe(
    matrix: FeatureMatrix,
    column: int,
    values: NDArray[np.float64],
    contributions: NDArray[np.float64],
    weight: float,
) -> Driver:
    feature, levels = matrix.features[column], matrix.levels[column]
    known = ~np.isnan(values)
    if levels is None:
        way = _find_way(values[known], contributions[known])
        return Driver(feature.name, way, weight, _say_number(feature, way))
    codes = values[known].astype(np.int64)
    if len(codes) == 0:
        return Driver(feature.name, "mixed", weight, _say_number(feature, "mixed"))
    counts = np.bincount(codes)
    # Levels that nobody has get 0 here, which is between the highest and the lowest.
    sums = np.bincount(codes, weights=contributions[known])
    means: NDArray[np.float64] = np.asarray(sums / np.maximum(counts, 1))
    raising, lowering = int(means.argmax()), int(means.argmin())
    sentence = _say_levels(feature, levels[raising], levels[lowering])
    if feature.kind == "boolean":
        return Driver(feature.name, "raises" if raising == 1 else "lowers", weight, sentence)
    return Driver(feature.name, "mixed", weight, sentence)


def _find_way(values: NDArray[np.float64], contributions: NDArray[np.float64]) -> Way:
    """Whether high values raise or lower, by the rank correlation of Spearman."""
    from scipy.stats import rankdata

    if len(values) < 2:
        return "mixed"
    ranks = np.stack([rankdata(values), rankdata(contributions)])
    if np.any(ranks.std(axis=1) == 0):
        return "mixed"
    centered = ranks - ranks.mean(axis=1, keepdims=True)
    correlation = float((centered[0] * centered[1]).mean() / ranks.std(axis=1).prod())
    if abs(correlation) < _CLEAR:
        return "mixed"
    return "raises" if correlation > 0 else "lowers"


def _say_number(feature: Feature, way: Way) -> Wording:
    meaning = feature.meaning
    if way == "raises":
        return Wording(
            en=f"{meaning.en}: the higher, the higher the probability",
            ru=f"{meaning.ru}: чем больше, тем выше вероятность",
        )
    if way == "lowers":
        return Wording(
            en=f"{meaning.en}: the higher, the lower the probability",
            ru=f"{meaning.ru}: чем больше, тем ниже вероятность",
        )
    return Wording(
        en=f"{meaning.en}: matters, but not in one direction",
        ru=f"{meaning.ru}: влияет, но не в одну сторону",
    )


def _quote_level(feature: Feature, level: str, language: Language) -> str:
    """A level among other words: even yes and no stand in quotes there."""
    return quote(format_level(feature, level, language), language)


def _say_levels(feature: Feature, raising: str, lowering: str) -> Wording:
    meaning = feature.meaning
    high = {language: _quote_level(feature, raising, language) for language in LANGUAGES}
    low = {language: _quote_level(feature, lowering, language) for language in LANGUAGES}
    return Wording(
        en=f"{meaning.en}: {high['en']} raises the probability most, {low['en']} lowers it most",
        ru=f"{meaning.ru}: сильнее всего повышает вероятность {high['ru']}, понижает — {low['ru']}",
    )
