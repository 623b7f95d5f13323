"""How fields are distributed over segments, and what comes out when several fields are crossed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError
from regulars.features.matrix import FeatureMatrix, encode_features
from regulars.features.screening import find_edges, score_columns
from regulars.features.sentences import format_level, format_value, name_level
from regulars.features.table import Feature, FeatureTable
from regulars.schema.wording import LANGUAGES, Language, Wording

__all__ = [
    "FEWEST_SHOWN",
    "Crossing",
    "CutField",
    "Distribution",
    "cross_fields",
    "cut_fields",
    "distribute_fields",
]

FEWEST_SHOWN = 5
"""Fewer customers than this could point to a person: they are counted with the others."""

_INTERVALS = 4
_MOST_LEVELS = 7
_MOST_FIELDS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """Customers of every segment by the values of one field.

    Attributes
    ----------
    feature, meaning
        The field.
    levels
        Its levels or intervals in words; what is rare and what is not known stand last.
    counts
        Shape (n_levels, n_segments).
    """

    feature: str
    meaning: Wording
    levels: tuple[Wording, ...]
    counts: NDArray[np.int64]

    @property
    def shares(self) -> NDArray[np.float64]:
        """The counts as shares of each segment."""
        return np.asarray(self.counts / np.maximum(self.counts.sum(axis=0), 1))


@dataclass(frozen=True, slots=True)
class Crossing:
    """Customers who agree in several fields.

    Attributes
    ----------
    levels
        What they agree in, field by field, in words.
    count
        How many they are.
    share
        Of the customers that were looked at.
    outcome_share
        Share of the outcome among those of whom it is known; None without an outcome.
    """

    levels: tuple[Wording, ...]
    count: int
    share: float
    outcome_share: float | None

    @property
    def sentence(self) -> Wording:
        """All levels in a row."""
        return Wording(
            en=", ".join(level.en for level in self.levels),
            ru=", ".join(level.ru for level in self.levels),
        )


@dataclass(frozen=True, slots=True, eq=False)
class CutField:
    """One feature cut into levels or intervals.

    Attributes
    ----------
    feature, meaning
        The feature.
    codes
        Number of each customer's level, shape (n_customers,).
    levels
        What each number means, of the level alone.
    named
        The same with the field's name.
    """

    feature: str
    meaning: Wording
    codes: NDArray[np.int64]
    levels: tuple[Wording, ...]
    named: tuple[Wording, ...]


def distribute_fields(
    features: FeatureTable,
    segment: NDArray[np.int64],
    *,
    fields: Sequence[str] | None = None,
    most: int = _MOST_FIELDS,
) -> tuple[Distribution, ...]:
    """How many customers of each segment have which value, field by field.

    Parameters
    ----------
    features
        One row per customer.
    segment
        Number of each customer's segment, from 1, shape (n_customers,).
    fields
        Names of features; by default those in which the segments differ most.
    most
        At most so many when they are not named.
    """
    n_segments = int(segment.max())
    found = []
    for field in cut_fields(features, segment, fields=fields, most=most):
        counts = np.zeros((len(field.levels), n_segments), dtype=np.int64)
        np.add.at(counts, (field.codes, segment - 1), 1)
        kept = counts.sum(axis=1) > 0
        found.append(
            Distribution(
                feature=field.feature,
                meaning=field.meaning,
                levels=tuple(
                    level for level, is_kept in zip(field.levels, kept, strict=True) if is_kept
                ),
                counts=counts[kept],
            )
        )
    return tuple(found)


def cut_fields(
    features: FeatureTable,
    segment: NDArray[np.int64],
    *,
    fields: Sequence[str] | None = None,
    most: int = _MOST_FIELDS,
) -> tuple[CutField, ...]:
    """Fields cut into levels or intervals; parameters as in `distribute_fields`."""
    matrix = encode_features(features)
    return tuple(_cut(matrix, column) for column in _list_columns(matrix, fields, segment, most))


def cross_fields(
    features: FeatureTable,
    fields: Sequence[str] | None = None,
    *,
    rows: NDArray[np.bool_] | None = None,
    outcome: NDArray[np.float64] | None = None,
    most: int = 5,
) -> tuple[Crossing, ...]:
    """The most frequent combinations of values of several fields, fewest of five customers.

    Parameters
    ----------
    features
        One row per customer.
    fields
        Names of two features or more; by default the three in which `rows` differ most from the rest.
    rows
        Which customers to look at, shape (n_customers,); all by default.
    outcome
        1.0, 0.0 or NaN per customer.
    most
        At most so many combinations.

    Examples
    --------
    >>> from datetime import date
    >>> import pyarrow as pa
    >>> from regulars.features import AsOf
    >>> words = lambda text: Wording(en=text, ru=text)
    >>> known = (
    ...     Feature("city", words("city"), None, "category"),
    ...     Feature("plan", words("plan"), None, "category"),
    ... )
    >>> table = pa.table(
    ...     {
    ...         "customer_id": [str(n) for n in range(40)],
    ...         "city": ["Samara"] * 25 + ["Kazan"] * 15,
    ...         "plan": ["pro"] * 20 + ["free"] * 20,
    ...     }
    ... )
    >>> crossed = cross_fields(FeatureTable(table, known, AsOf(date(2026, 1, 1))), ["city", "plan"])
    >>> [(found.sentence.en, found.count) for found in crossed]
    [('city “Samara”, plan “pro”', 20), ('city “Kazan”, plan “free”', 15), ('city “Samara”, plan “free”', 5)]
    """
    matrix = encode_features(features)
    own = np.ones(len(features), dtype=bool) if rows is None else rows
    columns = _list_columns(matrix, fields, own.astype(np.int64) + 1, 3)
    if not columns:
        return ()
    cut = [_cut(matrix, column) for column in columns]
    sizes = tuple(len(field.levels) for field in cut)
    codes = np.ravel_multi_index([field.codes[own] for field in cut], sizes)
    counts = np.bincount(codes)
    order = np.argsort(-counts, kind="stable")[:most]
    labels = outcome[own] if outcome is not None else np.full(int(own.sum()), np.nan)
    return tuple(
        Crossing(
            levels=tuple(
                field.named[level]
                for field, level in zip(cut, np.unravel_index(code, sizes), strict=True)
            ),
            count=int(counts[code]),
            share=float(counts[code] / max(len(codes), 1)),
            outcome_share=_share(labels[codes == code]),
        )
        for code in order
        if counts[code] >= FEWEST_SHOWN
    )


def _share(labels: NDArray[np.float64]) -> float | None:
    known = labels[~np.isnan(labels)]
    return float(known.mean()) if len(known) >= FEWEST_SHOWN else None


def _list_columns(
    matrix: FeatureMatrix, fields: Sequence[str] | None, groups: NDArray[np.int64], most: int
) -> list[int]:
    names = [feature.name for feature in matrix.features]
    if fields is not None:
        unknown = [name for name in fields if name not in names]
        if unknown:
            raise InvalidParameterError(
                en=f"There is no feature {unknown[0]!r}. There are: {', '.join(names)}.",
                ru=f"Признака «{unknown[0]}» нет. Есть: {', '.join(names)}.",
            )
        return [names.index(name) for name in fields]
    labels = groups.astype(np.float64) if len(np.unique(groups)) > 1 else None
    scores = score_columns(matrix.values, labels, matrix.is_category)
    return [
        int(column) for column in np.argsort(-scores, kind="stable")[:most] if scores[column] > 0
    ]


def _cut(matrix: FeatureMatrix, column: int) -> CutField:
    feature, levels = matrix.features[column], matrix.levels[column]
    numbers = matrix.values[:, column]
    if levels is None:
        return _cut_numbers(feature, numbers)
    counts = np.bincount(numbers[~np.isnan(numbers)].astype(np.int64), minlength=len(levels))
    frequent = [int(code) for code in np.argsort(-counts, kind="stable")[:_MOST_LEVELS]]
    frequent = [code for code in frequent if counts[code] >= FEWEST_SHOWN]
    position = np.full(len(levels) + 1, len(frequent), dtype=np.int64)
    position[frequent] = np.arange(len(frequent))
    position[-1] = len(frequent) + 1
    codes = position[np.where(np.isnan(numbers), len(levels), numbers).astype(np.int64)]
    plain = [_in_both(format_level, feature, levels[code]) for code in frequent]
    named = [_in_both(name_level, feature, levels[code]) for code in frequent]
    return _make_field(feature, codes, plain, named)


def _cut_numbers(feature: Feature, numbers: NDArray[np.float64]) -> CutField:
    edges = find_edges(numbers, _INTERVALS)
    codes = np.searchsorted(edges, numbers, side="left")
    codes = np.where(np.isnan(numbers), len(edges) + 2, codes)
    plain = [
        Wording(
            en=_say_interval(feature, edges, place, "en"),
            ru=_say_interval(feature, edges, place, "ru"),
        )
        for place in range(len(edges) + 1)
    ]
    named = [
        Wording(en=f"{feature.meaning.en} {level.en}", ru=f"{feature.meaning.ru} {level.ru}")
        for level in plain
    ]
    return _make_field(feature, codes.astype(np.int64), plain, named)


def _say_interval(
    feature: Feature, edges: NDArray[np.float64], place: int, language: Language
) -> str:
    said = [format_value(feature, float(edge), language) for edge in edges]
    if not said:
        return "any" if language == "en" else "любое"
    if place == 0:
        return f"up to {said[0]}" if language == "en" else f"до {said[0]}"
    if place == len(said):
        return f"over {said[-1]}" if language == "en" else f"больше {said[-1]}"
    if language == "en":
        return f"over {said[place - 1]} up to {said[place]}"
    return f"больше {said[place - 1]} до {said[place]}"


def _in_both(say: Callable[[Feature, str, Language], str], feature: Feature, level: str) -> Wording:
    said = {language: say(feature, level, language) for language in LANGUAGES}
    return Wording(en=said["en"], ru=said["ru"])


def _make_field(
    feature: Feature, codes: NDArray[np.int64], plain: list[Wording], named: list[Wording]
) -> CutField:
    rest = [Wording(en="other", ru="прочее"), Wording(en="not known", ru="нет данных")]
    all_named = [
        Wording(en=f"{feature.meaning.en}: {words.en}", ru=f"{feature.meaning.ru}: {words.ru}")
        for words in rest
    ]
    return CutField(feature.name, feature.meaning, codes, (*plain, *rest), (*named, *all_named))
