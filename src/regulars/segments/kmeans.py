"""Segments by k-means: how many, how sure, and who is in which."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError, QualityError
from regulars.evaluate.folds import group_identical_rows
from regulars.evaluate.threads import one_thread
from regulars.features.matrix import FeatureMatrix, encode_features
from regulars.features.sentences import format_number
from regulars.features.table import FeatureTable
from regulars.progress import Progress, Silent
from regulars.schema.wording import Language, Wording
from regulars.segments.clustering.centers import KMeans
from regulars.segments.clustering.clustering import Clustering, cluster_points, sample_rows
from regulars.segments.clustering.placement import MOST_FEATURES, place_customers
from regulars.segments.profiles import describe_segments
from regulars.segments.segmentation import MethodResult, Segmentation
from regulars.segments.stability import count_both, measure_stability

__all__ = ["segment_customers"]

FEWEST_CUSTOMERS = 30
"""Fewer customers are better looked at one by one."""

_FEWEST_PER_SEGMENT = 10
_BOOTSTRAPS = 8
_BOOTSTRAP_STARTS = 3
_MOST_SAMPLED = 5_000
_STABLE = 0.75


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """One k tried on the sample."""

    clustering: Clustering
    silhouette: float
    stabilities: NDArray[np.float64]


def segment_customers(
    features: FeatureTable,
    *,
    k: int | None = None,
    k_range: Sequence[int] = (2, 3, 4, 5, 6, 7, 8),
    outcome: NDArray[np.float64] | None = None,
    random_state: int,
    progress: Progress | None = None,
) -> Segmentation:
    """Every customer in exactly one of k segments of customers who resemble each other.

    Numbers are imputed, tamed and scaled, categories are one column a level (`DesignMatrix` for
    distances), and k-means runs from ten starts. Without `k`, the cut with the highest silhouette
    (Rousseeuw 1987) is taken among those that come back in bootstrap samples (mean Jaccard
    similarity at least 0.75, Hennig 2007); both are measured on at most 5,000 random customers.

    Parameters
    ----------
    features
        One row per customer.
    k
        Number of segments; chosen from `k_range` when None.
    k_range
        What to choose from.
    outcome
        1.0, 0.0 or NaN per customer, for the share of the outcome in each segment; segments are
        formed without it.
    random_state
        Same seed and data, same segments.
    progress
        Told of every k; asked whether to stop.

    Raises
    ------
    QualityError
        With fewer than 30 customers, without features, or when all customers are alike.
    """
    watched = progress or Silent()
    _check(features, k, k_range, outcome)
    matrix = encode_features(features)
    with one_thread():
        points, _ = place_customers(matrix, random_state=random_state)
        wanted, notes = _limit(matrix, points, [k] if k is not None else sorted(set(k_range)))
        sample = sample_rows(len(points), random_state, most=_MOST_SAMPLED)
        with watched.stage("Segmenting customers", total=len(wanted) + 1) as stage:
            cuts = []
            for size in wanted:
                cuts.append(_cut(points[sample], size, random_state))
                stage.advance()
                watched.check()
            chosen, reason = _choose(cuts)
            # With everybody in the sample the cut is already that of everybody.
            clustering = cuts[chosen].clustering
            if len(sample) < len(points):
                clustering = cluster_points(
                    points, KMeans(), k=clustering.k, random_state=random_state
                )
            stage.advance()
        methods = tuple(_summarize(cut, points) for cut in cuts)
    cut = cuts[chosen]
    return Segmentation(
        customer_ids=features.customer_ids,
        segment=clustering.labels.astype(np.int64) + 1,
        k=clustering.k,
        silhouette=cut.silhouette,
        stability=float(cut.stabilities.mean()),
        methods=methods,
        chosen=chosen,
        reason=reason,
        sample_size=len(sample),
        profiles=describe_segments(
            matrix,
            clustering.labels.astype(np.int64) + 1,
            _carry(cut, clustering, sample),
            outcome,
        ),
        notes=notes,
    )


def _check(
    features: FeatureTable,
    k: int | None,
    k_range: Sequence[int],
    outcome: NDArray[np.float64] | None,
) -> None:
    sizes = [k] if k is not None else list(k_range)
    if not sizes or min(sizes) < 2:
        raise InvalidParameterError(
            en=f"The number of segments must be at least 2; found {k if k is not None else k_range}.",
            ru=f"Сегментов должно быть не меньше 2; получено {k if k is not None else k_range}.",
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


def _limit(
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


def _cut(points: NDArray[np.float64], k: int, random_state: int) -> _Cut:
    clustering = cluster_points(points, KMeans(), k=k, random_state=random_state)
    again = KMeans(n_init=_BOOTSTRAP_STARTS)
    stabilities = measure_stability(
        points,
        clustering.labels,
        lambda drawn, seed: again.fit(drawn, k=k, random_state=seed).assign,
        n_bootstraps=_BOOTSTRAPS,
        random_state=random_state,
    )
    return _Cut(clustering, _silhouette(points, clustering.labels), stabilities)


def _silhouette(points: NDArray[np.float64], segment: NDArray[np.int32]) -> float:
    from sklearn.metrics import silhouette_score

    if len(np.unique(segment)) < 2:
        return -1.0
    return float(silhouette_score(points, segment))


def _choose(cuts: Sequence[_Cut]) -> tuple[int, Wording]:
    """The highest silhouette among the stable cuts; the most stable one when none is stable."""
    if len(cuts) == 1:
        words = Wording(
            en=f"{cuts[0].clustering.k} segments, as asked or as the customers allow.",
            ru=f"Сегментов: {cuts[0].clustering.k}, сколько запрошено или сколько позволяют данные.",
        )
        return 0, words
    stable = [i for i, cut in enumerate(cuts) if cut.stabilities.mean() >= _STABLE]
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


def _say_choice(cut: _Cut, language: Language, *, is_stable: bool) -> str:
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


def _carry(cut: _Cut, clustering: Clustering, sample: NDArray[np.int64]) -> NDArray[np.float64]:
    """The stability of each cluster: that of the sample's cluster with which it shares most."""
    shared = count_both(clustering.labels[sample], cut.clustering.labels, clustering.k)
    return cut.stabilities[shared[1:, 1:].argmax(axis=1)]


def _summarize(cut: _Cut, points: NDArray[np.float64]) -> MethodResult:
    sizes = np.bincount(cut.clustering.assign(points), minlength=cut.clustering.k)
    return MethodResult(
        name=KMeans.name,
        k=cut.clustering.k,
        silhouette=cut.silhouette,
        stability=float(cut.stabilities.mean()),
        sizes=tuple(int(size) for size in np.sort(sizes)[::-1]),
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
