"""Who or what is unlike all the others, by how much, and in which fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regulars.errors import InvalidParameterError, QualityError
from regulars.features.matrix import FeatureMatrix, encode_features
from regulars.progress import Progress, Silent
from regulars.segments.deviation_reasons import DeviationReason, ReasonReader

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regulars.features import FeatureTable

__all__ = ["Deviation", "DeviationSearch", "find_deviations"]

_FEWEST_ROWS = 20
_REFERENCE = 2_000
_NEAREST = 5
_ROWS_AT_ONCE = 5_000
_SAME_THING = 0.95
_MOST_LEVELS = 30
_MOST_REASONS = 3
_LEAST_CONTRIBUTION = 0.1
_OUTSIDE, _SURELY = 1.5, 5.0
_LEAST_USUAL = 0.5
"""Of many rows in few fields each has one beside it, and nothing follows from ten times that."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """A customer or a record that is unlike the others.

    Attributes
    ----------
    row
        Its number in the feature table, from 0.
    key
        Its `customer_id` there.
    score
        How far it lies from those most like it; 1 is usual, 10 is ten times as far. Less than half the
        breadth of a field's middle half never counts as more than 1.
    stands_out
        Whether its score lies above the bound.
    reasons
        Strongest first; at least one.
    """

    row: int
    key: str
    score: float
    stands_out: bool
    reasons: tuple[DeviationReason, ...]


@dataclass(frozen=True, slots=True)
class DeviationSearch:
    """What was found.

    Attributes
    ----------
    rows, fields
        How many were looked at; of fields that say the same one counts.
    bound
        Above it a score stands out.
    outlying
        How many lie above it.
    top
        The most unusual, also where none lies above the bound.
    """

    rows: int
    fields: int
    bound: float
    outlying: int
    top: tuple[Deviation, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Space:
    """Rows as points; shape (n_rows, n_columns), and the feature that each column is of."""

    points: NDArray[np.float32]
    field: NDArray[np.int64]


def find_deviations(
    features: FeatureTable,
    *,
    top: int = 20,
    random_state: int = 0,
    stage: str = "Looking for the unusual",
    progress: Progress | None = None,
) -> DeviationSearch:
    """The rows that lie farthest from those most like them, each with its reasons.

    How unusual a row is, is its mean distance to the five nearest of 2,000 rows that are drawn by lot.
    Numbers are centered and scaled by their quantiles and drawn together by the inverse hyperbolic
    sine, so that a long tail is no crowd of outliers and a slip by a factor of a hundred still is one.
    A level counts by how rare it is, and so does a missing value. Of numbers that go together
    (correlation above 0.95) one is looked at. The share of the squared distance that a field makes up
    is what it contributes: reasons are the distance itself, and no second model of it.

    A score stands out when it lies one and a half times the breadth of the middle half above that half
    (on the scale of logarithms): of a normal distribution 0.35 % do. Above 5 it always does.

    Parameters
    ----------
    features
        One row per customer or record, at least 20.
    top
        How many to return.
    random_state
        Of the lot.
    stage, progress
        Told of one stage, by this name, and asked whether to stop.

    Raises
    ------
    InvalidParameterError
        When `top` is below 1.
    QualityError
        When there are fewer than 20 rows, or none differs from another.

    References
    ----------
    Sugiyama, M., Borgwardt, K. (2013). Rapid distance-based outlier detection via sampling. NIPS 26,
    467-475. Ramaswamy, S., Rastogi, R., Shim, K. (2000). Efficient algorithms for mining outliers from
    large data sets. SIGMOD Record 29(2), 427-438, doi:10.1145/335191.335437. The bound:
    Tukey, J. W. (1977). Exploratory data analysis, chapter 2.

    Examples
    --------
    >>> from datetime import date
    >>> import pyarrow as pa
    >>> from regulars.features import AsOf, Feature, FeatureTable
    >>> from regulars.schema.wording import Wording
    >>> age = Feature("age", Wording(en="age", ru="возраст"), None, "numeric")
    >>> rows = pa.table(
    ...     {"customer_id": [f"{n:02}" for n in range(50)], "age": [*range(20, 69), 240.0]}
    ... )
    >>> found = find_deviations(FeatureTable(rows, (age,), AsOf(date(2026, 1, 1))), top=1)
    >>> found.outlying, found.top[0].key, found.top[0].reasons[0].sentence.en
    (1, '49', 'Age: 240, usually from 22.4 to 66.5')
    """
    _check(features, top)
    matrix = encode_features(features)
    chance = np.random.default_rng(random_state)
    drawn = np.arange(len(features))
    if len(drawn) > _REFERENCE:
        drawn = np.sort(chance.choice(drawn, _REFERENCE, replace=False))
    space = _choose_columns(_place(matrix), chance)
    if not len(space.field):
        raise QualityError(
            en="All rows are alike in every field: none is unusual.",
            ru="Все строки одинаковы во всех полях: необычных нет.",
        )
    distances = _measure(space.points, drawn, stage, progress or Silent())
    scores = distances / _find_usual(distances)
    bound = _find_bound(scores)
    chosen = np.lexsort((np.arange(len(scores)), -scores))[:top]
    reader = ReasonReader(matrix)
    return DeviationSearch(
        rows=len(scores),
        fields=len(np.unique(space.field)),
        bound=bound,
        outlying=int((scores > bound).sum()),
        top=tuple(
            Deviation(
                row=int(row),
                key=features.customer_ids[int(row)].as_py(),
                score=float(scores[row]),
                stands_out=bool(scores[row] > bound),
                reasons=_explain(int(row), space, drawn, reader),
            )
            for row in chosen
        ),
    )


def _check(features: FeatureTable, top: int) -> None:
    if top < 1:
        raise InvalidParameterError(
            en=f"--top {top} asks for nobody: say 1 or more.",
            ru=f"--top {top} — никого: нужно 1 или больше.",
        )
    if len(features) < _FEWEST_ROWS:
        raise QualityError(
            en=f"There are {len(features)} rows, and what is usual cannot be told below {_FEWEST_ROWS}.",
            ru=f"Строк {len(features)}, а меньше чем по {_FEWEST_ROWS} не понять, что обычно.",
        )


def _place(matrix: FeatureMatrix) -> _Space:
    columns: list[NDArray[np.float32]] = []
    fields: list[int] = []
    for place, levels in enumerate(matrix.levels):
        numbers = matrix.values[:, place]
        is_missing = np.isnan(numbers)
        if is_missing.all():
            continue
        made = [_scale(numbers, is_missing)] if levels is None else _weigh_levels(numbers)
        if is_missing.any():
            made.append(_mark(is_missing))
        columns += made
        fields += [place] * len(made)
    points = np.stack(columns, axis=1) if columns else np.empty((len(matrix.values), 0), np.float32)
    return _Space(points, np.array(fields, np.int64))


def _scale(numbers: NDArray[np.float64], is_missing: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The median, and what is missing, become 0; the breadth of the middle half 1."""
    known = numbers[~is_missing]
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
    spread = high - low
    if spread <= 0:
        # More than half have one value: the breadth of the others.
        apart = np.abs(known - middle)
        spread = float(np.median(apart[apart > 0])) if (apart > 0).any() else 1.0
    return np.where(is_missing, 0.0, np.arcsinh((numbers - middle) / spread)).astype(np.float32)


def _weigh_levels(numbers: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    """A column for each frequent level, and one for all others together."""
    codes = np.where(np.isnan(numbers), -1, numbers).astype(np.int64)
    counts = np.bincount(codes[codes >= 0])
    order = np.argsort(-counts, kind="stable")
    frequent = order[:_MOST_LEVELS]
    made = [_mark(codes == code) for code in frequent if counts[code]]
    others = np.isin(codes, order[_MOST_LEVELS:])
    return [*made, _mark(others)] if others.any() else made


def _mark(has_it: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Two rows with two levels are as far apart as the levels are rare, in natural logarithms."""
    return np.where(has_it, np.sqrt(-np.log(has_it.mean()) / 2), 0.0).astype(np.float32)


def _choose_columns(space: _Space, chance: np.random.Generator) -> _Space:
    """Without columns that never differ, and of those that go together the first."""
    rows = np.arange(len(space.points))
    if len(rows) > _REFERENCE:
        rows = chance.choice(rows, _REFERENCE, replace=False)
    spread = space.points.std(axis=0)
    values = space.points[rows].astype(np.float64)
    scaled = (values - values.mean(axis=0)) / np.maximum(values.std(axis=0), 1e-12)
    kept: list[int] = []
    for place in np.flatnonzero(spread > 0):
        alike = scaled[:, kept].T @ scaled[:, place] / len(scaled) if kept else np.empty(0)
        others = space.field[kept] != space.field[place]
        if not (np.abs(alike[others]) > _SAME_THING).any():
            kept.append(int(place))
    return _Space(space.points[:, kept], space.field[kept])


def _measure(
    points: NDArray[np.float32], drawn: NDArray[np.int64], stage: str, progress: Progress
) -> NDArray[np.float64]:
    """Of each row the mean distance to its nearest among those drawn, itself left out."""
    reference = points[drawn]
    lengths = (reference**2).sum(axis=1)
    place = np.full(len(points), -1)
    place[drawn] = np.arange(len(drawn))
    distances = np.empty(len(points))
    with progress.stage(stage, total=len(points)) as shown:
        for start in range(0, len(points), _ROWS_AT_ONCE):
            progress.check()
            part = points[start : start + _ROWS_AT_ONCE]
            squares = (part**2).sum(axis=1)[:, None] + lengths - 2 * part @ reference.T
            own = place[start : start + _ROWS_AT_ONCE]
            itself = np.flatnonzero(own >= 0)
            squares[itself, own[itself]] = np.inf
            nearest = np.partition(squares, _NEAREST - 1, axis=1)[:, :_NEAREST]
            distances[start : start + _ROWS_AT_ONCE] = np.sqrt(np.maximum(nearest, 0)).mean(axis=1)
            shown.advance(len(part))
    return distances


def _find_usual(distances: NDArray[np.float64]) -> float:
    """The distance that counts as 1: what is usual, or half a middle half where rows lie closer."""
    return max(float(np.median(distances)), _LEAST_USUAL)


def _find_bound(scores: NDArray[np.float64]) -> float:
    apart = np.log(scores[scores > 0])
    if not len(apart):
        return 0.0
    low, high = np.quantile(apart, [0.25, 0.75])
    return min(float(np.exp(high + _OUTSIDE * (high - low))), _SURELY)


def _explain(
    row: int, space: _Space, drawn: NDArray[np.int64], reader: ReasonReader
) -> tuple[DeviationReason, ...]:
    """The fields that make up the distance to the nearest rows, the most telling first."""
    others = drawn[drawn != row]
    apart = (space.points[others].astype(np.float64) - space.points[row]) ** 2
    nearest = np.argsort(apart.sum(axis=1), kind="stable")[:_NEAREST]
    parts = np.bincount(space.field, weights=apart[nearest].mean(axis=0))
    shares = parts / max(float(parts.sum()), 1e-300)
    order = np.argsort(-shares, kind="stable")[:_MOST_REASONS]
    told = [field for field in order if shares[field] >= _LEAST_CONTRIBUTION]
    return tuple(
        reader.read(row, int(field), contribution=float(shares[field]))
        for field in told or order[:1]
    )
