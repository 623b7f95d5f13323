"""Segments by recency, frequency and money: bounds learnt once, the same ones applied later."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from regulars.errors import DefinitionError, QualityError
from regulars.features.matrix import encode_features
from regulars.features.screening import find_edges
from regulars.features.table import FeatureTable
from regulars.schema.wording import Wording
from regulars.segments.profiles import describe_segments
from regulars.segments.segmentation import MethodResult, RfmCell, Segmentation
from regulars.segments.stability import match_segments

__all__ = ["RfmBounds", "find_rfm_features", "fit_rfm", "segment_by_rfm"]

SCORES = 5
_FEWEST_CUSTOMERS = 30
_BOOTSTRAPS = 8
_MOST_SAMPLED = 5_000
_NAMES = {
    "recency": ("recency_days", "recency", "days_since_last_purchase"),
    "frequency": ("frequency", "purchase_count", "purchases", "order_count", "orders"),
    "money": ("mean_amount", "monetary_value", "monetary", "mean_ticket", "average_order_value"),
}
"""Names of the three among features, best first."""

Bounds = tuple[float, ...]


class RfmBounds(BaseModel):
    """Where one score ends and the next begins, for each of the three.

    Intervals are closed on the right: a value at a bound belongs below it. Score 1 is worst: the
    longest ago, the rarest, the least money.

    Attributes
    ----------
    recency_days
        Ascending bounds in days; the fewest days get the highest score.
    frequency
        Ascending bounds of the number of purchases.
    money
        Ascending bounds of the mean amount; None where money is not known.

    Examples
    --------
    >>> bounds = RfmBounds(recency_days=(30, 90), frequency=(1, 3), money=(10, 50))
    >>> RfmBounds.from_toml(bounds.to_toml()) == bounds
    True
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    recency_days: Bounds = Field(min_length=1)
    frequency: Bounds
    money: Bounds | None = None

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        for name in ("recency_days", "frequency", "money"):
            bounds = getattr(self, name) or ()
            if any(low >= high for low, high in pairwise(bounds)):
                raise ValueError(f"{name}: bounds must ascend, found {list(bounds)}")
        return self

    def to_toml(self) -> str:
        """The bounds as TOML, to keep and to edit."""
        lines = [
            f"{name} = [{', '.join(f'{bound:g}' for bound in bounds)}]"
            for name, bounds in self.model_dump().items()
            if bounds is not None
        ]
        return "\n".join(lines) + "\n"

    @classmethod
    def from_toml(cls, text: str, *, where: str = "the bounds") -> Self:
        """The bounds that `text` holds; raises `DefinitionError`, which names `where`."""
        try:
            return cls.model_validate(tomllib.loads(text))
        except (tomllib.TOMLDecodeError, ValidationError) as error:
            why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
            raise DefinitionError(
                en=f"{where} are no bounds of RFM: {why}. Expected: recency_days = [30, 90],"
                " frequency = [1, 3] and, where money is known, money = [10, 50].",
                ru=f"{where}: это не границы RFM: {why}. Ожидается: recency_days = [30, 90],"
                " frequency = [1, 3] и, где известны деньги, money = [10, 50].",
            ) from error


@dataclass(frozen=True, slots=True)
class _Group:
    """Cells of the grid of recency by value that are spoken of as one."""

    recency: tuple[int, int]
    value: tuple[int, int]
    name: Wording


# From the best customers on; the first group that holds a cell gives it its name.
_GROUPS = (
    _Group((4, 5), (4, 5), Wording(en="Champions", ru="Лучшие")),
    _Group((3, 5), (3, 5), Wording(en="Loyal", ru="Постоянные")),
    _Group((4, 5), (1, 2), Wording(en="New and promising", ru="Новые и многообещающие")),
    _Group((3, 3), (1, 2), Wording(en="Cooling down", ru="Остывающие")),
    _Group((1, 2), (4, 5), Wording(en="Valuable and leaving", ru="Ценные уходящие")),
    _Group((1, 2), (3, 3), Wording(en="At risk", ru="Под угрозой")),
    _Group((1, 2), (1, 2), Wording(en="Asleep", ru="Спящие")),
)


def find_rfm_features(features: FeatureTable) -> tuple[str, str, str | None] | None:
    """Names of the features of recency, frequency and money; None without the first two."""
    known = set(features.names)
    found = {
        what: next((name for name in names if name in known), None)
        for what, names in _NAMES.items()
    }
    recency, frequency = found["recency"], found["frequency"]
    if recency is None or frequency is None:
        return None
    return recency, frequency, found["money"]


def fit_rfm(features: FeatureTable, *, n_scores: int = SCORES) -> RfmBounds:
    """Bounds at the quantiles of these customers; fewer scores where many values are the same.

    Parameters
    ----------
    features
        One row per customer, with days since the last purchase and the number of purchases.
    n_scores
        Scores to give: five make quintiles.

    Raises
    ------
    QualityError
        Without features of recency and frequency, or when all customers are alike in recency.
    """
    columns = _read(features)
    return _fit(columns, n_scores)


def segment_by_rfm(
    features: FeatureTable,
    *,
    bounds: RfmBounds | None = None,
    outcome: NDArray[np.float64] | None = None,
    random_state: int = 0,
) -> Segmentation:
    """Every customer in one of seven named segments, by recency and by value.

    Each of the three gets a score by its bounds; value is the mean of the scores of frequency and
    money (Hughes 1994, "Strategic Database Marketing", has the cells; the names group them).

    Parameters
    ----------
    features
        One row per customer.
    bounds
        Those of an earlier day, to be applied as they are; learnt from these customers when None.
    outcome
        1.0, 0.0 or NaN per customer, for its share in each segment.
    random_state
        Of the samples on which stability is measured.

    Raises
    ------
    QualityError
        Without features of recency and frequency, or with fewer than 30 customers.
    """
    columns = _read(features)
    if len(features) < _FEWEST_CUSTOMERS:
        raise QualityError(
            en=f"Segments need at least {_FEWEST_CUSTOMERS} customers; found {len(features)}. "
            "Load more customers.",
            ru=f"Для сегментов нужно не меньше {_FEWEST_CUSTOMERS} клиентов; найдено "
            f"{len(features)}. Загрузите больше клиентов.",
        )
    used = bounds or _fit(columns, SCORES)
    recency, value = _score(columns, used)
    groups = _group(recency, value)
    sizes = np.bincount(groups, minlength=len(_GROUPS))
    order = [int(group) for group in np.argsort(-sizes, kind="stable") if sizes[group]]
    number_of = np.zeros(len(_GROUPS), dtype=np.int64)
    number_of[order] = np.arange(1, len(order) + 1)
    segment = number_of[groups]
    stabilities = _measure_stability(columns, groups, bounds, random_state)[order]
    weights = sizes[order] / sizes.sum()
    stability, silhouette = float(stabilities @ weights), _silhouette(columns, groups, random_state)
    method = MethodResult(
        "rfm", len(order), silhouette, stability, tuple(int(sizes[group]) for group in order)
    )
    names = tuple(_GROUPS[group].name for group in order)
    return Segmentation(
        customer_ids=features.customer_ids,
        segment=segment,
        k=len(order),
        silhouette=silhouette,
        stability=stability,
        methods=(method,),
        chosen=0,
        reason=_say_reason(used, is_given=bounds is not None),
        sample_size=min(len(features), _MOST_SAMPLED),
        profiles=describe_segments(
            encode_features(features), segment, stabilities, outcome, names=names
        ),
        rfm=used,
        cells=_count_cells(recency, value, segment, outcome),
    )


def _read(features: FeatureTable) -> list[NDArray[np.float64]]:
    found = find_rfm_features(features)
    if found is None:
        raise QualityError(
            en="RFM needs the days since the last purchase and the number of purchases; these"
            " customers have no such features. Load purchases, or segment by k-means.",
            ru="Для RFM нужны дни с последней покупки и число покупок; таких признаков у клиентов"
            " нет. Загрузите покупки или возьмите k-средних.",
        )
    columns = [features.table.column(name).to_numpy().astype(np.float64) for name in found if name]
    # Who is not known to have bought is the longest ago, the rarest and the cheapest.
    columns[0] = np.where(np.isnan(columns[0]), np.inf, columns[0])
    return [columns[0], *(np.nan_to_num(column, nan=0.0) for column in columns[1:])]


def _fit(columns: Sequence[NDArray[np.float64]], n_scores: int) -> RfmBounds:
    edges = [
        tuple(float(edge) for edge in find_edges(column[np.isfinite(column)], n_scores))
        for column in columns
    ]
    if not edges[0]:
        raise QualityError(
            en="All customers bought last on the same day: RFM has nothing to order them by."
            " Segment by k-means instead.",
            ru="Последняя покупка у всех клиентов в один день: RFM нечем их упорядочить."
            " Возьмите k-средних.",
        )
    return RfmBounds(
        recency_days=edges[0], frequency=edges[1], money=edges[2] if len(edges) > 2 else None
    )


def _score(
    columns: Sequence[NDArray[np.float64]], bounds: RfmBounds
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Scores of recency and of value, 1 to 5."""
    recency = SCORES + 1 - _stretch(columns[0], bounds.recency_days)
    scores = [_stretch(columns[1], bounds.frequency)]
    if bounds.money and len(columns) > 2:
        scores.append(_stretch(columns[2], bounds.money))
    # Half a point is rounded up: who buys often for little money is not among the least.
    value = np.floor(np.mean(scores, axis=0) + 0.5)
    return np.rint(recency).astype(np.int64), value.astype(np.int64)


def _stretch(values: NDArray[np.float64], bounds: Bounds) -> NDArray[np.float64]:
    """Scores 1 to 5 even where there are fewer bounds."""
    position = np.searchsorted(np.asarray(bounds), values, side="left")
    if not bounds:
        return np.full(len(values), (1 + SCORES) / 2)
    return np.floor(1 + position * (SCORES - 1) / len(bounds) + 0.5)


def _group(recency: NDArray[np.int64], value: NDArray[np.int64]) -> NDArray[np.int64]:
    table = np.array(
        [[_find_group(r, v) for v in range(1, SCORES + 1)] for r in range(1, SCORES + 1)]
    )
    return np.asarray(table[recency - 1, value - 1], dtype=np.int64)


def _find_group(recency: int, value: int) -> int:
    return next(
        place
        for place, group in enumerate(_GROUPS)
        if group.recency[0] <= recency <= group.recency[1]
        and group.value[0] <= value <= group.value[1]
    )


def _measure_stability(
    columns: Sequence[NDArray[np.float64]],
    own: NDArray[np.int64],
    bounds: RfmBounds | None,
    random_state: int,
) -> NDArray[np.float64]:
    """As that of k-means: how alike the groups come out with bounds of other samples."""
    if bounds is not None:
        return np.ones(len(_GROUPS))
    generator = np.random.default_rng(random_state)
    similarities = np.zeros((_BOOTSTRAPS, len(_GROUPS)))
    for sample in range(_BOOTSTRAPS):
        drawn = generator.integers(0, len(own), len(own))
        learnt = _fit([column[drawn] for column in columns], SCORES)
        similarities[sample] = match_segments(own, _group(*_score(columns, learnt)), len(_GROUPS))
    return np.asarray(similarities.mean(axis=0))


def _silhouette(
    columns: Sequence[NDArray[np.float64]], groups: NDArray[np.int64], random_state: int
) -> float:
    """On ranks, which is what the quantiles see."""
    from scipy.stats import rankdata
    from sklearn.metrics import silhouette_score

    if len(np.unique(groups)) < 2:
        return -1.0
    points = np.stack([rankdata(column) / len(column) for column in columns], axis=1)
    size = min(len(points), _MOST_SAMPLED)
    return float(silhouette_score(points, groups, sample_size=size, random_state=random_state))


def _count_cells(
    recency: NDArray[np.int64],
    value: NDArray[np.int64],
    segment: NDArray[np.int64],
    outcome: NDArray[np.float64] | None,
) -> tuple[RfmCell, ...]:
    cells = []
    for r in range(SCORES, 0, -1):
        for v in range(1, SCORES + 1):
            own = (recency == r) & (value == v)
            if not own.any():
                continue
            known = outcome[own & ~np.isnan(outcome)] if outcome is not None else np.empty(0)
            cells.append(
                RfmCell(
                    recency=r,
                    value=v,
                    segment=int(segment[own][0]),
                    count=int(own.sum()),
                    outcome_share=float(known.mean()) if len(known) else None,
                )
            )
    return tuple(cells)


def _say_reason(bounds: RfmBounds, *, is_given: bool) -> Wording:
    what = {"en": "recency and frequency", "ru": "давности и частоте"}
    if bounds.money:
        what = {"en": "recency, frequency and money", "ru": "давности, частоте и деньгам"}
    if is_given:
        return Wording(
            en=f"Segments by {what['en']}, with the bounds that were given.",
            ru=f"Сегменты по {what['ru']}, с заданными границами.",
        )
    return Wording(
        en=f"Segments by {what['en']}, with bounds at the fifths of these customers.",
        ru=f"Сегменты по {what['ru']}, границы делят этих клиентов на пятые доли.",
    )
