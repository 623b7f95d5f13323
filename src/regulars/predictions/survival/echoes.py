"""Features that repeat the duration in other words: how long somebody stayed, times a price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regulars.evaluate.folds import group_identical_rows
from regulars.features.leak_evidence import quote_feature, say_percent
from regulars.predictions.families.mean_trees import fit_mean
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from regulars.features.matrix import FeatureMatrix

__all__ = ["DurationEcho", "find_duration_echoes"]

_SAME = 0.95
"""From this rank correlation on a feature says how long somebody was there, in another unit."""

_SAME_AS_PRODUCT, _CLOSER = 0.98, 0.01
_ALMOST_ALL, _MUCH = 0.9, 0.15
"""Of the spread of the duration: nobody's habits tell so much, nor does one honest column add that."""

_SUSPECTS = 3
_FEWEST_ROWS = 30
_MOST_ROWS = 20_000
_MOST_CANDIDATES, _MOST_TOGETHER = 40, 100
_WORTH_TRYING = 0.4
"""What hardly goes with the duration is not made of it."""


@dataclass(frozen=True, slots=True)
class DurationEcho:
    """A feature that is made of the duration, and so tells it.

    Attributes
    ----------
    feature
        Its name.
    times
        The feature that the duration is multiplied by; None when the feature is the duration itself,
        in another unit or counted from another end, or tells it together with several others.
    correlation
        Rank correlation of the feature with the duration, or with the product (Spearman); of one that
        tells it together with the others the share of the spread of its ranks that is told.
    sentence
        The evidence, for people.
    """

    feature: str
    times: str | None
    correlation: float
    sentence: Wording


def find_duration_echoes(
    matrix: FeatureMatrix, durations: NDArray[np.float64]
) -> tuple[DurationEcho, ...]:
    """Numeric features that are the duration itself, or the duration times another feature.

    Who has paid little in all has not been there for long: such a feature ranks customers by what
    is to be predicted. They are found by their values: by the rank correlation with the duration, or
    with its product with another number. Of a product and its factor it is the product that goes
    more closely with the duration. What is made of the duration in some other way shows when trees find
    the duration almost exactly from all features, and no longer without that one.

    Parameters
    ----------
    matrix
        One row per customer.
    durations
        In any unit, shape (n_customers,); NaN where not known.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from datetime import date
    >>> from regulars.features import AsOf, Feature, FeatureTable, encode_features
    >>> def feature(name):
    ...     return Feature(name, Wording(en=name, ru=name), None, "numeric")
    >>> months, fee = np.arange(1.0, 101.0), np.tile([20.0, 35.0, 50.0, 90.0], 25)
    >>> columns = {"customer_id": [f"{n:03}" for n in range(100)], "fee": fee, "paid": months * fee}
    >>> known = FeatureTable(
    ...     pa.table(columns), (feature("fee"), feature("paid")), AsOf(date(2026, 1, 1))
    ... )
    >>> [(one.feature, one.times) for one in find_duration_echoes(encode_features(known), months)]
    [('paid', 'fee')]
    """
    usable = np.flatnonzero(~np.isnan(durations))
    usable = usable[:: max(1, len(usable) // _MOST_ROWS)]
    values, time = matrix.values[usable], durations[usable]
    numeric = np.flatnonzero(~matrix.is_category)
    alone = {int(column): _correlate(values[:, column], time) for column in numeric}
    found = []
    tried = sorted(alone, key=lambda column: -abs(alone[column]))[:_MOST_CANDIDATES]
    for column in tried:
        if abs(alone[column]) < _WORTH_TRYING:
            continue
        products = _look_for_factor(matrix, column, values, time, alone)
        if products or abs(alone[column]) < _SAME:
            found += products
        else:
            found.append(_say_same(matrix, column, alone[column]))
    found.sort(key=lambda one: -abs(one.correlation))
    names = {one.feature for one in found}
    strongest = sorted(alone, key=lambda column: -abs(alone[column]))[:_MOST_TOGETHER]
    left = [column for column in sorted(strongest) if matrix.features[column].name not in names]
    return (*found, *_look_together(matrix, left, values, time))


def _look_together(
    matrix: FeatureMatrix,
    columns: list[int],
    values: NDArray[np.float64],
    time: NDArray[np.float64],
) -> Iterator[DurationEcho]:
    """Features without which the others do not tell the duration almost exactly, one after the other."""
    from scipy.stats import rankdata

    if len(time) < _FEWEST_ROWS or not columns:
        return
    ranks = rankdata(time)
    told, gains = _tell(values[:, columns], matrix.is_category[columns], ranks)
    while told >= _ALMOST_ALL and len(columns) > 1:
        without = {}
        for place in np.argsort(-gains)[:_SUSPECTS].tolist():
            others = [column for column in columns if column != columns[place]]
            share, own = _tell(values[:, others], matrix.is_category[others], ranks)
            without[columns[place]] = (share, own)
        culprit = min(without, key=lambda column: without[column][0])
        rest, rest_gains = without[culprit]
        if told - rest < _MUCH:
            return
        yield _say_together(matrix, culprit, told, rest)
        columns = [column for column in columns if column != culprit]
        told, gains = rest, rest_gains


def _tell(
    X: NDArray[np.float64], is_category: NDArray[np.bool_], ranks: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """How much of the spread of the ranks trees tell on unseen customers, and what each column gives."""
    # Somebody who was loaded twice would tell their own duration.
    group = group_identical_rows(np.column_stack([X, ranks]))
    half = np.random.default_rng(0).permutation(int(group.max()) + 1)[group] % 2 == 0
    told, gains = np.empty(len(ranks)), np.zeros(X.shape[1])
    for own in (half, ~half):
        trees = fit_mean(X[~own], ranks[~own], is_category)
        told[own] = trees(X[own])
        gains += trees.gains
    spread = float(ranks.var())
    return (1 - float(np.mean((ranks - told) ** 2)) / spread if spread else 0.0), gains


def _look_for_factor(
    matrix: FeatureMatrix,
    column: int,
    values: NDArray[np.float64],
    time: NDArray[np.float64],
    alone: dict[int, float],
) -> list[DurationEcho]:
    """The other feature whose product with the duration the feature is, where there is one."""
    own = values[:, column]
    best, factor = 0.0, -1
    for other, with_time in alone.items():
        # The factor itself says less of the duration than the product does.
        if other == column or abs(with_time) >= abs(alone[column]):
            continue
        together = _correlate(own, time * values[:, other])
        if abs(together) > abs(best) and abs(_correlate(own, values[:, other])) < _SAME:
            best, factor = together, other
    is_closer = abs(best) >= max(_SAME_AS_PRODUCT, abs(alone[column]) + _CLOSER)
    return [_say_product(matrix, column, factor, best)] if is_closer else []


def _correlate(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Rank correlation on the rows that have both; 0 where there are few, or one value only."""
    from scipy.stats import rankdata

    both = ~np.isnan(one) & ~np.isnan(other)
    if both.sum() < _FEWEST_ROWS:
        return 0.0
    ranks = np.stack([rankdata(one[both]), rankdata(other[both])])
    spread = ranks.std(axis=1)
    if not spread.all():
        return 0.0
    centered = ranks - ranks.mean(axis=1, keepdims=True)
    return float((centered[0] * centered[1]).mean() / (spread[0] * spread[1]))


def _say_same(matrix: FeatureMatrix, column: int, correlation: float) -> DurationEcho:
    name, figure = quote_feature(matrix.features[column]), _format(correlation)
    sentence = Wording(
        en=f"{name.en} is the duration in other words (rank correlation {figure.en}).",
        ru=f"{name.ru} — это та же длительность другими словами (ранговая корреляция {figure.ru}).",
    )
    return DurationEcho(matrix.features[column].name, None, correlation, sentence)


def _say_product(
    matrix: FeatureMatrix, column: int, factor: int, correlation: float
) -> DurationEcho:
    name, times = quote_feature(matrix.features[column]), quote_feature(matrix.features[factor])
    figure = _format(correlation)
    sentence = Wording(
        en=f"{name.en} is the duration times {times.en} (rank correlation {figure.en}), so it tells how"
        " long the customer stayed.",
        ru=f"{name.ru} — это длительность, умноженная на {times.ru} (ранговая корреляция {figure.ru}), и"
        " выдаёт, сколько клиент пробыл.",
    )
    feature, other = matrix.features[column].name, matrix.features[factor].name
    return DurationEcho(feature, other, correlation, sentence)


def _say_together(matrix: FeatureMatrix, column: int, told: float, rest: float) -> DurationEcho:
    name, much, little = (
        quote_feature(matrix.features[column]),
        say_percent(told),
        say_percent(max(rest, 0.0)),
    )
    sentence = Wording(
        en=f"With {name.en} the other features tell the duration almost exactly ({much.en} of its spread, and"
        f" {little.en} without): it is made of it.",
        ru=f"Вместе с {name.ru} остальные признаки почти точно выдают длительность ({much.ru} её разброса, а"
        f" без него — {little.ru}): он сделан из неё.",
    )
    return DurationEcho(matrix.features[column].name, None, told, sentence)


def _format(correlation: float) -> Wording:
    text = f"{correlation:.3f}"
    return Wording(en=text, ru=text.replace(".", ","))
