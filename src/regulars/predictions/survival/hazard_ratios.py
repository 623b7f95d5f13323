"""What goes with leaving sooner: how many times the risk of one value is that of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regulars.evaluate.intervals import Interval
from regulars.features.leak_evidence import quote_feature
from regulars.features.sentences import format_value, quote
from regulars.quality.numbers import format_number, format_times
from regulars.schema.wording import Language, Wording

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regulars.features.matrix import FeatureMatrix
    from regulars.predictions.survival.models import CoxModel

__all__ = ["HazardRatio", "list_hazard_ratios"]

_Z = 1.959963984540054
_FEWEST = 20
"""A level of fewer customers is not compared."""

_MOST = 10
_SURE = 3.0
"""Of many features, and of the farthest of many levels, some are two standard errors off by chance."""

_TAILS = (0.1, 0.9)


@dataclass(frozen=True, slots=True)
class HazardRatio:
    """How many times the risk of leaving at any moment is with one value what it is with another.

    Attributes
    ----------
    feature
        Its name.
    riskier, safer
        The two values, as they are shown: of a category the levels of the highest and the lowest risk,
        of a number what nine in ten customers are below, or above.
    ratio
        With its interval, all other features being equal.
    sentence
        The same in words.
    """

    feature: str
    riskier: Wording
    safer: Wording
    ratio: Interval
    sentence: Wording


def list_hazard_ratios(matrix: FeatureMatrix, model: CoxModel) -> tuple[HazardRatio, ...]:
    """The ten largest ratios, largest first; those within three standard errors of 1 are left out.

    A ratio is the exponential of a difference of log-risks; its interval is from the curvature of the
    penalised likelihood (Wald).

    Parameters
    ----------
    matrix
        The customers that the model was learnt from.
    model
        Fitted on all of them.
    """
    found = [
        ratio
        for column in range(len(matrix.features))
        if (ratio := _compare(matrix, column, model)) is not None
    ]
    return tuple(sorted(found, key=lambda one: -one.ratio.mean)[:_MOST])


def _compare(matrix: FeatureMatrix, column: int, model: CoxModel) -> HazardRatio | None:
    candidates = _list_values(matrix, column)
    if len(candidates) < 2:
        return None
    # All other features as somebody has them: in a difference they cancel out.
    rows = np.repeat(matrix.values[:1], len(candidates), axis=0)
    rows[:, column] = candidates
    design = model.design.transform(rows)
    risks = design @ model.coefficients
    high, low = int(np.argmax(risks)), int(np.argmin(risks))
    apart = design[high] - design[low]
    log_ratio = float(risks[high] - risks[low])
    error = float(np.sqrt(max(apart @ model.covariance @ apart, 0.0)))
    if log_ratio <= _SURE * error:
        return None
    bounds = (log_ratio, log_ratio - _Z * error, log_ratio + _Z * error)
    ratio = Interval(*(float(np.exp(min(bound, 50.0))) for bound in bounds))
    riskier, safer = (_show(matrix, column, candidates[place]) for place in (high, low))
    sentence = Wording(
        en=_say(matrix, column, riskier, safer, ratio, "en"),
        ru=_say(matrix, column, riskier, safer, ratio, "ru"),
    )
    return HazardRatio(matrix.features[column].name, riskier, safer, ratio, sentence)


def _list_values(matrix: FeatureMatrix, column: int) -> NDArray[np.float64]:
    values = matrix.values[:, column]
    known = values[~np.isnan(values)]
    if not len(known):
        return known
    if matrix.levels[column] is None:
        return np.unique(np.quantile(known, _TAILS))
    levels, counts = np.unique(known, return_counts=True)
    return np.asarray(levels[counts >= _FEWEST], np.float64)


def _show(matrix: FeatureMatrix, column: int, number: float) -> Wording:
    feature, value = matrix.features[column], matrix.decode(column, float(number))
    en, ru = format_value(feature, value, "en"), format_value(feature, value, "ru")
    if feature.kind == "numeric":
        return Wording(en=en, ru=ru)
    return Wording(en=quote(en, "en"), ru=quote(ru, "ru"))


def _say(
    matrix: FeatureMatrix,
    column: int,
    riskier: Wording,
    safer: Wording,
    ratio: Interval,
    language: Language,
) -> str:
    name = quote_feature(matrix.features[column]).to(language)
    times = format_times(ratio.mean, language)
    low, high = (format_number(bound, language, digits=1) for bound in (ratio.low, ratio.high))
    one, other = riskier.to(language), safer.to(language)
    if language == "en":
        return f"{name}: with {one} the risk is {times} that with {other} ({low} to {high})."
    return f"{name}: при {one} риск в {times} выше, чем при {other} (от {low} до {high})."
