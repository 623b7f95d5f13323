"""How many clusters: every k is tried by k-means, and one is chosen by how clear and how stable it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError, QualityError
from regulars.evaluate.folds import group_identical_rows
from regulars.features.matrix import FeatureMatrix
from regulars.features.sentences import format_number
from regulars.features.table import FeatureTable
from regulars.schema.wording import Language, Wording
from regulars.segments.clustering.centers import KMeans
from regulars.segments.clustering.clustering import Clustering, cluster_points
from regulars.segments.clustering.placement import MOST_FEATURES
from regulars.segments.stability import measure_stability

__all__ = [
    "FEWEST_CUSTOMERS",
    "STABLE",
    "Cut",
    "check_customers",
    "choose_cut",
    "cut_points",
    "is_stable",
    "limit_sizes",
]

FEWEST_CUSTOMERS = 30
"""Fewer customers are better looked at one by one."""

STABLE = 0.75
"""Hennig (2007) calls clusters of this stability and more stable."""

DISSOLVED = 0.5
"""A cluster of less does not come back."""

_FEWEST_PER_SEGMENT = 10
_BOOTSTRAPS = 8
_BOOTSTRAP_STARTS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """One k tried.

    Attributes
    ----------
    clustering
        By k-means.
    silhouette
        Mean, -1 to 1.
    stabilities
        Bootstrap Jaccard similarity of each cluster.
    """

    clustering: Clustering
    silhouette: float
    stabilities: NDArray[np.float64]


def check_customers(
    features: FeatureTable,
    k: int | None,
    k_range: Sequence[int],
    outcome: NDArray[np.float64] | None,
) -> None:
    """Raise when so many clusters cannot be asked for, or of these customers none can be made."""
    sizes = [k] if k is not None else list(k_range)
    if not sizes or min(sizes) < 2:
        raise InvalidParameterError(
            en=f"The number of segments must be at least 2; found {k if k is not None else k_range}.",
            ru=f"Сегментов должно быть не меньше 2; получено {k if k is not None else k_range}.",
        )
    if k is not None and len(features) and k > len(features):
        raise InvalidParameterError(
            en=f"{k} segments cannot be made of {len(features)} customers. Ask for fewer, or leave"
            " the number out: it is then chosen.",
            ru=f"Из клиентов ({len(features)}) нельзя составить сегментов: {k}. Запросите меньше или "
            "не указывайте число — тогда оно будет выбрано.",
        )
    if outcome is not None and len(outcome) != len(features):
        raise InvalidParameterError(
            en=f"The outcome has {len(outcome)} labels for {len(features)} customers. "
            "Read both at the same `as_of`.",
            ru=f"Меток исхода {len(outcome)}, а клиентов {len(features)}. Читайте то и другое на "
            "один день as_of.",
        )
    if len(features) < FEWEST_CUSTOMERS:
        raise QualityError(
            en=f"Segments need at least {FEWEST_CUSTOMERS} customers; found {len(features)}. "
            "Load more customers.",
            ru=f"Для сегментов нужно хотя бы {FEWEST_CUSTOMERS} клиентов; есть {len(features)}. "
            "Загрузите больше клиентов.",
        )
    if not features.features:
        raise QualityError(
            en="There is no feature to compare customers by: every column is an id, the outcome, "
            "personal or ignored. Give some column another role.",
            ru="Сравнивать клиентов не по чему: все столбцы — это id, исход, личные или "
            "неиспользуемые. Дайте какому-нибудь столбцу другую роль.",
        )


def limit_sizes(
    matrix: FeatureMatrix, points: NDArray[np.float64], sizes: Sequence[int]
) -> tuple[list[int], tuple[Wording, ...]]:
    """The numbers of segments that these customers allow, and what to say about it."""
    distinct = int(group_identical_rows(points).max()) + 1 if points.shape[1] else 1
    if distinct < 2:
        raise QualityError(
            en=f"All {len(points)} customers are alike in every usable feature: there is nothing to "
            "tell segments apart by. Add features.",
            ru=f"Все {len(points)} клиентов одинаковы по всем пригодным признакам: сегменты "
            "различать не по чему. Добавьте признаки.",
        )
    notes = []
    if len(matrix.features) > MOST_FEATURES:
        notes.append(_say_features(len(matrix.features)))
    most = max(2, min(distinct, len(points) // _FEWEST_PER_SEGMENT))
    allowed = [size for size in sizes if size <= most] or [most]
    if allowed != list(sizes):
        notes.append(_say_limit(most, distinct))
    return allowed, tuple(notes)


def cut_points(points: NDArray[np.float64], k: int, random_state: int) -> Cut:
    """K clusters by k-means: how far apart they are, and how well they come back."""
    clustering = cluster_points(points, KMeans(), k=k, random_state=random_state)
    again = KMeans(n_init=_BOOTSTRAP_STARTS)
    stabilities = measure_stability(
        points,
        clustering.labels,
        lambda drawn, seed: again.fit(drawn, k=k, random_state=seed).assign,
        n_bootstraps=_BOOTSTRAPS,
        random_state=random_state,
    )
    return Cut(clustering, _silhouette(points, clustering.labels), stabilities)


def _silhouette(points: NDArray[np.float64], segment: NDArray[np.int32]) -> float:
    from sklearn.metrics import silhouette_score

    if len(np.unique(segment)) < 2:
        return -1.0
    return float(silhouette_score(points, segment))


def is_stable(stabilities: NDArray[np.float64]) -> bool:
    """Whether clusters come back in bootstrap samples: on the whole, and none of them dissolves.

    Examples
    --------
    >>> is_stable(np.array([0.9, 0.7])), is_stable(np.array([1.0, 1.0, 1.0, 0.3]))
    (True, False)
    """
    return bool(stabilities.mean() >= STABLE and stabilities.min() >= DISSOLVED)


def choose_cut(cuts: Sequence[Cut]) -> tuple[int, Wording]:
    """The highest silhouette among the stable cuts; the most stable one when none is stable."""
    if len(cuts) == 1:
        words = Wording(
            en=f"{cuts[0].clustering.k} segments, as asked or as the customers allow.",
            ru=f"Сегментов: {cuts[0].clustering.k}, сколько запрошено или сколько позволяют данные.",
        )
        return 0, words
    stable = [i for i, cut in enumerate(cuts) if is_stable(cut.stabilities)]
    if stable:
        chosen = max(stable, key=lambda i: cuts[i].silhouette)
        return chosen, Wording(
            en=_say_choice(cuts[chosen], "en", is_stable=True),
            ru=_say_choice(cuts[chosen], "ru", is_stable=True),
        )
    chosen = max(range(len(cuts)), key=lambda i: cuts[i].stabilities.mean())
    return chosen, Wording(
        en=_say_choice(cuts[chosen], "en", is_stable=False),
        ru=_say_choice(cuts[chosen], "ru", is_stable=False),
    )


def _say_choice(cut: Cut, language: Language, *, is_stable: bool) -> str:
    silhouette = format_number(round(cut.silhouette, 2), language)
    stability = format_number(round(float(cut.stabilities.mean()), 2), language)
    if language == "en":
        if is_stable:
            return (
                f"{cut.clustering.k} segments: the clearest separation (silhouette {silhouette}) among the cuts "
                f"that come back on resampled customers (stability {stability})."
            )
        return (
            f"{cut.clustering.k} segments: no cut comes back reliably on resampled customers; this one does so "
            f"most (stability {stability}, silhouette {silhouette}). Read the borders as soft."
        )
    if is_stable:
        return (
            f"Сегментов: {cut.clustering.k}. Среди разбиений, которые повторяются на других выборках клиентов "
            f"(устойчивость {stability}), это самое чёткое (силуэт {silhouette})."
        )
    return (
        f"Сегментов: {cut.clustering.k}. Ни одно разбиение не повторяется надёжно на других выборках клиентов; "
        f"это повторяется чаще прочих (устойчивость {stability}, силуэт {silhouette}). Границы "
        "сегментов условны."
    )


def _say_features(n_features: int) -> Wording:
    count = {language: format_number(n_features, language) for language in ("en", "ru")}
    most = {language: format_number(MOST_FEATURES, language) for language in ("en", "ru")}
    return Wording(
        en=f"Of {count['en']} features the {most['en']} most complete ones were compared.",
        ru=f"Признаков: {count['ru']}; сравнивались самые заполненные из них, {most['ru']}.",
    )


def _say_limit(most: int, distinct: int) -> Wording:
    return Wording(
        en=f"At most {most} segments are possible: {distinct} different kinds of customers were "
        f"found, and a segment needs {_FEWEST_PER_SEGMENT} customers.",
        ru=f"Сегментов может быть не больше {most}: различных сочетаний признаков {distinct}, а в "
        f"сегменте должно быть не меньше {_FEWEST_PER_SEGMENT} клиентов.",
    )
