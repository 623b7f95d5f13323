"""Rhythms: customers whose months went alike, whatever their level."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError, QualityError
from regulars.evaluate.threads import one_thread
from regulars.features.sentences import format_number
from regulars.progress import Progress, Silent
from regulars.schema.wording import Wording
from regulars.segments.cluster_measures import measure_silhouette
from regulars.segments.clustering.clustering import Clustering, Points, cluster_points, sample_rows
from regulars.segments.clustering.series import DtwMedoids, KShape, SeriesMethod, level_out
from regulars.segments.stability import Assign, measure_stability

__all__ = ["RHYTHM_METHODS", "Rhythms", "find_rhythms"]

RHYTHM_METHODS: Mapping[str, SeriesMethod] = {"shape": KShape(), "dtw": DtwMedoids()}
"""By the shape, earlier or later; or by the course, here and there slower."""

_FEWEST_CUSTOMERS = 30
_FEWEST_MONTHS = 4
_MOST_MEASURED = 1_000
_BOOTSTRAPS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Rhythms:
    """Customers by how their months went.

    Attributes
    ----------
    customer_ids
        In the order of the labels.
    months
        The first day of each month, as text.
    clustering
        Who is in which rhythm; whose months were all alike is in none.
    silhouette
        Mean on the sample by the method's own distance; None for a single rhythm.
    stabilities
        Per rhythm, in bootstrap samples.
    means
        What there was a month, on average, in each rhythm; shape (k, n_months).
    courses
        The same leveled out: standard deviations of each customer's own months.
    tried
        Silhouette of each number of rhythms that was tried.
    why_k
        Why so many.
    """

    customer_ids: pa.StringArray
    months: tuple[str, ...]
    clustering: Clustering
    silhouette: float | None
    stabilities: NDArray[np.float64]
    means: NDArray[np.float64]
    courses: NDArray[np.float64]
    tried: Mapping[int, float] = field(default_factory=dict)
    why_k: Wording = field(default_factory=lambda: Wording(en="", ru=""))


def find_rhythms(
    customer_ids: pa.StringArray,
    counts: Points,
    months: Sequence[str],
    *,
    by: str = "shape",
    k: int | None = None,
    k_range: Sequence[int] = (2, 3, 4, 5, 6),
    random_state: int,
    progress: Progress | None = None,
) -> Rhythms:
    """Group customers whose months went alike: who grows, who fades, who comes in summer.

    Levels are taken out first, so that a large and a small customer with the same course are alike.

    Parameters
    ----------
    customer_ids
        Who.
    counts
        What there was in each month, shape (n_customers, n_months).
    months
        The first day of each month, as text.
    by
        `shape` (k-Shape) or `dtw` (k-medoids under dynamic time warping).
    k
        Number of rhythms; that of the highest silhouette in `k_range` when None.
    k_range
        What to choose from.
    random_state
        Same seed and customers, same rhythms.
    progress
        Told of every k; asked whether to stop.

    Raises
    ------
    QualityError
        With fewer than four months, or fewer than 30 customers whose months differ.
    InvalidParameterError
        When fewer than two rhythms are asked for, or more than customers.
    """
    watched = progress or Silent()
    method = RHYTHM_METHODS[by]
    series = level_out(np.asarray(counts, dtype=np.float64))
    moving = np.flatnonzero(series.any(axis=1))
    _check(len(moving), len(months), k)
    sample = series[moving[sample_rows(len(moving), random_state, most=_MOST_MEASURED)]]
    wanted = [k] if k is not None else sorted(set(k_range))
    with one_thread(), watched.stage("Finding rhythms", total=len(wanted) + 1) as stage:
        distances = method.measure(sample, sample)
        distances = np.maximum((distances + distances.T) / 2, 0.0)
        np.fill_diagonal(distances, 0.0)
        tried = {}
        for size in wanted:
            found = cluster_points(sample, method, k=size, random_state=random_state)
            tried[size] = measure_silhouette(distances, found.labels) or -1.0
            stage.advance()
            watched.check()
        chosen = max(tried, key=lambda size: tried[size])
        clustering = cluster_points(series, method, k=chosen, random_state=random_state)
        labels = clustering.assign(sample)

        def fit(points: Points, seed: int) -> Assign:
            return method.fit(points, k=chosen, random_state=seed).assign

        stabilities = measure_stability(
            sample,
            labels,
            fit,
            n_bootstraps=_BOOTSTRAPS,
            random_state=random_state,
            k=clustering.k,
        )
        stage.advance()
    own = [clustering.labels == one for one in range(clustering.k)]
    return Rhythms(
        customer_ids=customer_ids,
        months=tuple(months),
        clustering=clustering,
        silhouette=measure_silhouette(distances, labels),
        stabilities=stabilities,
        means=np.stack([counts[rows].mean(axis=0) for rows in own]),
        courses=np.stack([series[rows].mean(axis=0) for rows in own]),
        tried=tried,
        why_k=_say_k(chosen, tried, is_asked=k is not None),
    )


def _check(moving: int, months: int, k: int | None) -> None:
    if months < _FEWEST_MONTHS:
        raise QualityError(
            en=f"Rhythms need at least {_FEWEST_MONTHS} whole months; found {months}. Load a longer"
            " history.",
            ru=f"Для ритмов нужно не меньше {_FEWEST_MONTHS} полных месяцев; есть {months}. Загрузите "
            "более длинную историю.",
        )
    if moving < _FEWEST_CUSTOMERS:
        raise QualityError(
            en=f"Rhythms need at least {_FEWEST_CUSTOMERS} customers whose months differ; found"
            f" {moving}. Load more customers or a longer history.",
            ru=f"Для ритмов нужно не меньше {_FEWEST_CUSTOMERS} клиентов, чьи месяцы различаются; есть "
            f"{moving}. Загрузите больше клиентов или более длинную историю.",
        )
    if k is not None and not 2 <= k <= moving:
        raise InvalidParameterError(
            en=f"The number of rhythms must be from 2 to {moving}, the customers whose months differ;"
            f" found {k}.",
            ru=f"Число ритмов должно быть от 2 до {moving} (клиентов, чьи месяцы различаются); "
            f"получено {k}.",
        )


def _say_k(k: int, tried: Mapping[int, float], *, is_asked: bool) -> Wording:
    if is_asked:
        return Wording(en=f"{k} rhythms, as asked.", ru=f"Ритмов: {k}, сколько запрошено.")
    figure = {one: format_number(round(tried[k], 2), one) for one in ("en", "ru")}
    return Wording(
        en=f"{k} rhythms set customers apart most clearly (silhouette {figure['en']}).",
        ru=f"Ритмов: {k}, так клиенты разделены чётче всего (силуэт {figure['ru']}).",
    )
