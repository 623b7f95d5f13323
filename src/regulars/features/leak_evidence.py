"""What the values of a feature tell about the time they were written down: gaps, and marks of one outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from regulars.features.sentences import format_share, format_value, quote
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regulars.features.matrix import FeatureMatrix
    from regulars.features.sentences import Value
    from regulars.features.table import Feature

__all__ = ["Evidence", "look_at_gaps", "look_at_marks", "quote_feature", "say_percent"]

LeakKind = Literal["power", "name", "missing", "mark", "time"]

_ONLY_ONE_CLASS = 0.98
_LEAST_ROWS = 20
_LEAST_OF_CLASS = 0.1
_MOST_COMMON = 0.9
_MOSTLY_NOTHING = 0.5
_MOST_LEVELS = 50
_LOG_CHANCE = -30.0
"""Less likely than one in ten million millions: no search through many columns comes upon that."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason to think that a feature knows the outcome.

    Attributes
    ----------
    kind
        `power`: alone it says too much; `name`: it is called like something written down
        afterwards; `missing`: it is known, or missing, for one outcome only; `mark`: it is not 0, or
        has one value, for those with the outcome only; `time`: it changes when the outcome comes.
    value
        The figure behind it: a ROC-AUC or a share; None for names.
    sentence
        For people.
    """

    kind: LeakKind
    value: float | None
    sentence: Wording


def look_at_gaps(
    feature: Feature, column: NDArray[np.float64], truth: NDArray[np.bool_]
) -> list[Evidence]:
    """A feature that is known, or missing, for customers of one outcome only."""
    is_known = ~np.isnan(column)
    for present in (True, False):
        rows = is_known if present else ~is_known
        count = int(rows.sum())
        if count < _LEAST_ROWS or count == len(rows):
            continue
        for positive in (True, False):
            of_class = truth if positive else ~truth
            share = float(of_class[rows].mean())
            reach = float(rows[of_class].mean())
            rarity = float(of_class.mean())
            # One class only, a good part of it, and not because nearly everybody is of that class.
            is_one_class = share >= _ONLY_ONE_CLASS and reach >= _LEAST_OF_CLASS
            if is_one_class and rarity <= _MOST_COMMON and share - rarity > (1 - rarity) / 2:
                return [_say_gap(feature, share, present=present, positive=positive)]
    return []


def look_at_marks(
    matrix: FeatureMatrix, column: int, values: NDArray[np.float64], truth: NDArray[np.bool_]
) -> list[Evidence]:
    """A number that is not 0, or a level, that hardly anybody without the outcome has.

    Only this way round: that nobody who was active lately has left is no leak.
    """
    feature, levels = matrix.features[column], matrix.levels[column]
    if levels is None:
        marks = (
            [(values != 0) & ~np.isnan(values)] if (values == 0).mean() >= _MOSTLY_NOTHING else []
        )
        names = [
            Wording(
                en=f"{quote_feature(feature).en} is not 0",
                ru=f"{quote_feature(feature).ru} не равно 0",
            )
        ]
    else:
        found, counts = np.unique(values[~np.isnan(values)], return_counts=True)
        codes = found[(counts >= _LEAST_ROWS)][:_MOST_LEVELS]
        marks = [values == code for code in codes]
        names = [_name_level(feature, matrix.decode(column, code)) for code in codes]
    base = float(truth.mean())
    for mark, name in zip(marks, names, strict=False):
        count = int(mark.sum())
        if count < _LEAST_ROWS or base > _MOST_COMMON:
            continue
        share, reach = float(truth[mark].mean()), float(mark[truth].mean())
        is_no_chance = share == 1 and count * np.log(base) < _LOG_CHANCE
        if share >= _ONLY_ONE_CLASS and (reach >= _LEAST_OF_CLASS or is_no_chance):
            return [_say_mark(name, share)]
    return []


def _name_level(feature: Feature, level: Value) -> Wording:
    return Wording(
        en=f"{quote_feature(feature).en} is {format_value(feature, level, 'en')}",
        ru=f"{quote_feature(feature).ru} — {format_value(feature, level, 'ru')}",
    )


def _say_mark(name: Wording, share: float) -> Evidence:
    percent = say_percent(share)
    sentence = Wording(
        en=f"Where {name.en}, {percent.en} of the customers are those with the outcome: it is written"
        " down because of it.",
        ru=f"Там, где {name.ru}, {percent.ru} клиентов — с исходом: это записывают из-за самого исхода.",
    )
    return Evidence("mark", share, sentence)


def _say_gap(feature: Feature, share: float, *, present: bool, positive: bool) -> Evidence:
    name, percent = quote_feature(feature), say_percent(share)
    state = Wording(en="filled in", ru="заполнено") if present else Wording(en="empty", ru="пусто")
    side = (
        Wording(en="with", ru="с исходом") if positive else Wording(en="without", ru="без исхода")
    )
    sentence = Wording(
        en=f"Where {name.en} is {state.en}, {percent.en} of the customers are those {side.en} the"
        " outcome: it is written down because of it.",
        ru=f"Там, где поле {name.ru} {state.ru}, {percent.ru} клиентов — {side.ru}: его заполняют"
        " из-за самого исхода.",
    )
    return Evidence("missing", share, sentence)


def quote_feature(feature: Feature) -> Wording:
    """The name of a feature in quotes."""
    return Wording(en=quote(feature.meaning.en, "en"), ru=quote(feature.meaning.ru, "ru"))


def say_percent(share: float) -> Wording:
    """A share in both languages."""
    return Wording(en=format_share(share, "en"), ru=format_share(share, "ru"))
