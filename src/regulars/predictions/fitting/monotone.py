"""Features of which it is known which way they go: models are held to it."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError, UnknownColumnError
from regulars.features.matrix import FeatureMatrix
from regulars.predictions.families.names import ModelName
from regulars.predictions.fitting.roster import FAMILIES, arrange_models

__all__ = ["keep_monotone", "lay_out_ways"]


def lay_out_ways(matrix: FeatureMatrix, monotone: Mapping[str, int]) -> NDArray[np.int64]:
    """For each feature of the matrix its way, 0 where none is asked; shape (n_features,).

    Parameters
    ----------
    matrix
        The features.
    monotone
        By name of a number: 1 where the outcome may only become more probable as it rises, -1 where
        only less.

    Raises
    ------
    UnknownColumnError
        When there is no such feature.
    InvalidParameterError
        When it is a category, or the way is neither 1 nor -1.
    """
    names = [feature.name for feature in matrix.features]
    ways = np.zeros(len(names), np.int64)
    for name, way in monotone.items():
        if name not in names:
            raise UnknownColumnError(name, names, where="The feature table", ru="Среди признаков")
        place = names.index(name)
        if matrix.levels[place] is not None:
            numbers = [one for one, own in zip(names, matrix.levels, strict=True) if own is None]
            raise InvalidParameterError(
                en=f"No way can be asked of '{name}': a category has no more and no less. Name a number:"
                f" {', '.join(numbers) or '—'}.",
                ru=f"Для «{name}» нельзя задать направление: у категории нет «больше» и «меньше». Назовите"
                f" число: {', '.join(numbers) or '—'}.",
            )
        if way not in (1, -1):
            raise InvalidParameterError(
                en=f"The way of '{name}' was given as {way}. Give 1 or -1.",
                ru=f"Для «{name}» задано направление {way}. Задайте 1 или -1.",
            )
        ways[place] = way
    return ways


def keep_monotone(models: Sequence[ModelName]) -> tuple[ModelName, ...]:
    """Those of `models` that can be held to a way, simplest first.

    Raises
    ------
    InvalidParameterError
        When none of them can.

    Examples
    --------
    >>> keep_monotone(["baseline", "logistic", "lightgbm"])
    ('baseline', 'lightgbm')
    """
    kept = tuple(name for name in arrange_models(models) if FAMILIES[name].is_monotone)
    if not kept:
        able = ", ".join(name for name, family in FAMILIES.items() if family.is_monotone)
        raise InvalidParameterError(
            en=f"None of these models can be held to the way of a feature. Choose from: {able}.",
            ru=f"Ни одну из этих моделей нельзя удержать в направлении признака. Выберите из: {able}.",
        )
    return kept
