"""Segments by k-means: how many, how sure, and who is in which."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError, QualityError
from regulars.evaluate.folds import group_identical_rows
from regulars.evaluate.threads import one_thread
from regulars.features.design import DesignMatrix
from regulars.features.matrix import FeatureMatrix, encode_features
from regulars.features.sentences import format_number
from regulars.features.table import FeatureTable
from regulars.progress import Progress, Silent
from regulars.schema.wording import Language, Wording
from regulars.segments.profiles import describe_segments
from regulars.segments.segmentation import MethodResult, Segmentation
from regulars.segments.stability import assign, measure_stability

__all__ = ["segment_customers"]

FEWEST_CUSTOMERS = 30
"""Fewer customers are better looked at one by one."""

_FEWEST_PER_SEGMENT = 10
_STARTS = 10
_BOOTSTRAPS = 8
_BOOTSTRAP_STARTS = 3
_MOST_SAMPLED = 5_000
_STABLE = 0.75
_MOST_FEATURES = 1_000
_MOST_DIMENSIONS = 40
_MOST_CELLS, _FEWEST_LEARNT = 5_000_000, 20_000
"""Of more customers x features a random part teaches scales and components, of so many at least."""

_CHUNK = 20_000
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """One k tried on the sample."""

    k: int
    centers: NDArray[np.float64]
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
        points = _place(matrix, random_state)
        wanted, notes = _limit(matrix, points, [k] if k is not None else sorted(set(k_range)))
        sample = _sample(len(points), random_state)
        with watched.stage("Segmenting customers", total=len(wanted) + 1) as stage:
            cuts = []
            for size in wanted:
                cuts.append(_cut(points[sample], size, random_state))
                stage.advance()
                watched.check()
            chosen, reason = _choose(cuts)
            # With everybody in the sample the cut is already that of everybody.
            centers = cuts[chosen].centers
            if len(sample) < len(points):
                centers = _fit(points, cuts[chosen].k, random_state, n_init=_STARTS)
            stage.advance()
    return _report(
        features, matrix, points, outcome, cuts, chosen, centers, (reason, len(sample), notes)
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


def _place(matrix: FeatureMatrix, random_state: int) -> NDArray[np.float64]:
    """Customers as points whose distances mean unlikeness.

    Of many customers scales, levels and components are learnt from a random part.
    """
    values = matrix.values
    most = max(_FEWEST_LEARNT, _MOST_CELLS // max(values.shape[1], 1))
    learnt = _sample(len(values), random_state, most=most)
    design = DesignMatrix(matrix.is_category, purpose="distance", max_features=_MOST_FEATURES)
    points = design.fit_transform(values[learnt])
    varies = points.std(axis=0) > _ROUNDING
    points, narrow = _narrow(points[:, varies])
    if len(learnt) == len(values):
        return np.ascontiguousarray(points, dtype=np.float64)
    # The design of all customers at once can be larger than what is known of them.
    chunks = [
        narrow(design.transform(values[start : start + _CHUNK])[:, varies])
        for start in range(0, len(values), _CHUNK)
    ]
    return np.ascontiguousarray(np.concatenate(chunks), dtype=np.float64)


def _narrow(
    points: NDArray[np.float64],
) -> tuple[NDArray[np.float64], Callable[[NDArray[np.float64]], NDArray[np.float64]]]:
    """The points on their leading components where they have very many columns, and what does so."""
    if points.shape[1] <= 2 * _MOST_DIMENSIONS:
        return points, np.asarray
    from sklearn.decomposition import PCA

    # Distances survive on the leading components, and hundreds of columns do not fit in time.
    components = PCA(_MOST_DIMENSIONS, svd_solver="randomized", random_state=0)
    return components.fit_transform(points), components.transform


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
    if len(matrix.features) > _MOST_FEATURES:
        notes.append(_say_features(len(matrix.features)))
    most = max(2, min(distinct, len(points) // _FEWEST_PER_SEGMENT))
    allowed = [size for size in sizes if size <= most] or [most]
    if allowed != list(sizes):
        notes.append(_say_limit(most, distinct))
    return allowed, tuple(notes)


def _sample(n_rows: int, random_state: int, *, most: int = _MOST_SAMPLED) -> NDArray[np.int64]:
    if n_rows <= most:
        return np.arange(n_rows)
    generator = np.random.default_rng(random_state)
    return np.sort(generator.choice(n_rows, most, replace=False))


def _fit(
    points: NDArray[np.float64], k: int, random_state: int, *, n_init: int
) -> NDArray[np.float64]:
    """Centers by k-means; fewer than k when the points have fewer different places."""
    import warnings

    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # A bootstrap sample may hold fewer than k different points: its empty clusters match none.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = KMeans(n_clusters=k, n_init=n_init, random_state=random_state).fit(points)
    return np.asarray(model.cluster_centers_, dtype=np.float64)


def _cut(points: NDArray[np.float64], k: int, random_state: int) -> _Cut:
    centers = _fit(points, k, random_state, n_init=_STARTS)
    stabilities = measure_stability(
        points,
        centers,
        lambda drawn, seed: _fit(drawn, k, seed, n_init=_BOOTSTRAP_STARTS),
        n_bootstraps=_BOOTSTRAPS,
        random_state=random_state,
    )
    return _Cut(k, centers, _silhouette(points, assign(points, centers)), stabilities)


def _silhouette(points: NDArray[np.float64], segment: NDArray[np.int64]) -> float:
    from sklearn.metrics import silhouette_score

    if len(np.unique(segment)) < 2:
        return -1.0
    return float(silhouette_score(points, segment))


def _choose(cuts: Sequence[_Cut]) -> tuple[int, Wording]:
    """The highest silhouette among the stable cuts; the most stable one when none is stable."""
    if len(cuts) == 1:
        words = Wording(
            en=f"{cuts[0].k} segments, as asked or as the customers allow.",
            ru=f"Сегментов: {cuts[0].k}, сколько запрошено или сколько позволяют данные.",
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
                f"{cut.k} segments: the clearest separation (silhouette {silhouette}) among the cuts "
                f"that come back on resampled customers (stability {stability})."
            )
        return (
            f"{cut.k} segments: no cut comes back reliably on resampled customers; this one does so "
            f"most (stability {stability}, silhouette {silhouette}). Read the borders as soft."
        )
    if is_stable:
        return (
            f"Сегментов: {cut.k}. Среди разбиений, которые повторяются на других выборках клиентов "
            f"(устойчивость {stability}), это самое чёткое (силуэт {silhouette})."
        )
    return (
        f"Сегментов: {cut.k}. Ни одно разбиение не повторяется надёжно на других выборках клиентов; "
        f"это повторяется чаще прочих (устойчивость {stability}, силуэт {silhouette}). Границы "
        "сегментов условны."
    )


def _report(
    features: FeatureTable,
    matrix: FeatureMatrix,
    points: NDArray[np.float64],
    outcome: NDArray[np.float64] | None,
    cuts: Sequence[_Cut],
    chosen: int,
    centers: NDArray[np.float64],
    words: tuple[Wording, int, tuple[Wording, ...]],
) -> Segmentation:
    cut = cuts[chosen]
    segment, order = _number_by_size(assign(points, centers), len(centers))
    # The stability of a segment is that of the sample's cluster whose center is nearest.
    stabilities = cut.stabilities[assign(centers[order], cut.centers)]
    reason, sample_size, notes = words
    return Segmentation(
        customer_ids=features.customer_ids,
        segment=segment,
        k=int(segment.max()),
        silhouette=cut.silhouette,
        stability=float(cut.stabilities.mean()),
        methods=tuple(_summarize(tried, points) for tried in cuts),
        chosen=chosen,
        reason=reason,
        sample_size=sample_size,
        profiles=describe_segments(matrix, segment, stabilities, outcome),
        notes=notes,
    )


def _number_by_size(
    nearest: NDArray[np.int64], k: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers from 1 for the largest, and the old positions in that order, empty ones left out."""
    sizes = np.bincount(nearest, minlength=k)
    order = np.argsort(-sizes, kind="stable")
    order = order[sizes[order] > 0]
    number = np.zeros(k, dtype=np.int64)
    number[order] = np.arange(1, len(order) + 1)
    return number[nearest], order


def _summarize(cut: _Cut, points: NDArray[np.float64]) -> MethodResult:
    sizes = np.sort(np.bincount(assign(points, cut.centers), minlength=cut.k))[::-1]
    return MethodResult(
        name="kmeans",
        k=cut.k,
        silhouette=cut.silhouette,
        stability=float(cut.stabilities.mean()),
        sizes=tuple(int(size) for size in sizes),
    )


def _say_features(n_features: int) -> Wording:
    count = {language: format_number(n_features, language) for language in ("en", "ru")}
    most = {language: format_number(_MOST_FEATURES, language) for language in ("en", "ru")}
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
