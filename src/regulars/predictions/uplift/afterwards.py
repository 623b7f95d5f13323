"""Columns that were written down after the contact: what came of it is no feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regulars.features.leak_evidence import quote_feature, say_percent
from regulars.features.leakage import find_leaks
from regulars.features.matrix import encode_features
from regulars.predictions.uplift.experiment import measure_arm_gaps
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from regulars.features.matrix import FeatureMatrix
    from regulars.features.table import Feature, FeatureTable
    from regulars.predictions.uplift.experiment import Experiment

__all__ = ["LateColumn", "find_late_columns"]

_EXPECTED = 30.0
"""So many outcomes were to be expected where there is none: chance is one in 10 ** 13."""

_LARGE_PART = 0.2
_BEYOND_CHANCE = 4.0


@dataclass(frozen=True, slots=True)
class LateColumn:
    """A feature that was written down after the contact.

    Attributes
    ----------
    feature
        Its name.
    sentence
        The evidence.
    """

    feature: str
    sentence: Wording


def find_late_columns(
    features: FeatureTable, experiment: Experiment, *, outcome: str = "", random_state: int = 0
) -> tuple[LateColumn, ...]:
    """Features that know the outcome, or who was contacted, or without which no outcome came.

    By their values: what tells the outcome or the group for certain (see `find_leaks`); and a value
    with which nobody at all has the outcome, although many should, in a column in which the two groups
    differ beyond chance: before the contact they did not.

    Parameters
    ----------
    features
        One row per customer of the experiment.
    experiment
        Who was contacted, and who had the outcome, in the same order.
    outcome
        What the outcome's column is called.
    random_state
        Of the folds in which features are tried.
    """
    found: dict[str, Wording] = {}
    for leak in find_leaks(
        features, experiment.outcomes, outcome=outcome, random_state=random_state
    ):
        if leak.severity == "blocking":
            found[leak.feature] = leak.sentence
    treated = experiment.treated.astype(np.float64)
    for leak in find_leaks(features, treated, random_state=random_state):
        if leak.severity == "blocking":
            name = quote_feature(features.get_feature(leak.feature))
            found.setdefault(leak.feature, _say_group(name))
    matrix = encode_features(features)
    for column, feature in enumerate(matrix.features):
        sentence = _look(matrix, column, feature, experiment)
        if sentence is not None:
            found.setdefault(feature.name, sentence)
    return tuple(LateColumn(feature, sentence) for feature, sentence in found.items())


def _say_group(name: Wording) -> Wording:
    return Wording(
        en=f"{name.en} tells who was contacted, so it was written down after the groups were made.",
        ru=f"{name.ru} выдаёт, к кому обращались, то есть записано после деления на группы.",
    )


def _look(
    matrix: FeatureMatrix, column: int, feature: Feature, experiment: Experiment
) -> Wording | None:
    """A value without any outcome, in a column that the contact has moved."""
    treated, outcomes = experiment.treated, experiment.outcomes
    error = float(np.sqrt(1 / treated.sum() + 1 / (~treated).sum()))
    gaps = measure_arm_gaps(matrix, column, treated)
    if max((abs(gap) for _, gap in gaps), default=0.0) < _BEYOND_CHANCE * error:
        return None
    for without in _list_common(matrix.values[:, column]):
        expected = float(outcomes.mean() * without.sum())
        if outcomes[without].any() or expected < _EXPECTED:
            continue
        return _say(feature, ~without, treated, expected)
    return None


def _list_common(values: NDArray[np.float64]) -> Iterator[NDArray[np.bool_]]:
    """The rows of each value that a good part of the customers has, the unknown as one of them."""
    is_unknown = np.isnan(values)
    distinct, counts = np.unique(values[~is_unknown], return_counts=True)
    for value in distinct[counts >= _LARGE_PART * len(values)]:
        yield values == value
    if is_unknown.mean() >= _LARGE_PART:
        yield is_unknown


def _say(
    feature: Feature, others: NDArray[np.bool_], treated: NDArray[np.bool_], expected: float
) -> Wording:
    name = quote_feature(feature)
    one, other = (say_percent(float(others[group].mean())) for group in (treated, ~treated))
    return Wording(
        en=f"{name.en} has a value with which nobody has the outcome, where {expected:.0f} should; and the"
        f" groups differ in it: {one.en} of the contacted have another value, {other.en} of the controls."
        " It was written down after the contact.",
        ru=f"У {name.ru} есть значение, с которым исхода нет ни у кого, хотя должен быть у {expected:.0f}; и"
        f" группы в нём различаются: другое значение у {one.ru} тех, к кому обращались, и у {other.ru}"
        " контрольных. Это записано после обращения.",
    )
