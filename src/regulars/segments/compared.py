"""The customers segmented by the method of clustering that a comparison recommends, or by a named one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from regulars.errors import QualityError
from regulars.features.sentences import capitalize, format_number
from regulars.features.table import FeatureTable
from regulars.progress import Progress
from regulars.schema.wording import LANGUAGES, Wording
from regulars.segments.clustering.clustering import Labels, Points, number_by_size, renumber
from regulars.segments.clustering.methods import TITLES
from regulars.segments.comparison import Comparison, MethodScore, compare_methods
from regulars.segments.profiles import describe_segments
from regulars.segments.segmentation import MethodResult, Segmentation

__all__ = ["segment_by_comparison"]


def segment_by_comparison(
    features: FeatureTable,
    *,
    methods: Sequence[str] = (),
    k: int | None = None,
    outcome: NDArray[np.float64] | None = None,
    seconds: float = 600.0,
    random_state: int,
    progress: Progress | None = None,
) -> Segmentation:
    """Compare methods of clustering, and put every customer in one segment by the recommended one.

    Who stands alone in a method that finds crowds is put to the nearest crowd, which is said.

    Parameters
    ----------
    features
        One row per customer.
    methods
        Names; all that suit these customers by default, one name to have segments by that method.
    k
        Number of clusters; chosen when None.
    outcome
        1.0, 0.0 or NaN per customer, to be told of each segment.
    seconds
        After so many no further method is begun.
    random_state
        Same seed and customers, same segments, as long as the time suffices.
    progress
        Told of every method; asked whether to stop.

    Raises
    ------
    QualityError
        As `compare_methods`, and when the method finds no cluster at all.
    UnknownNameError, InvalidParameterError
        As `compare_methods`.
    """
    found = compare_methods(
        features,
        methods=methods,
        k=k,
        outcome=outcome,
        seconds=seconds,
        random_state=random_state,
        progress=progress,
    )
    return _take(found, found.recommended, features)


def _take(found: Comparison, name: str, features: FeatureTable) -> Segmentation:
    score = found.get_score(name)
    if not score.k or found.placement is None or found.matrix is None:
        title = TITLES[name]
        raise QualityError(
            en=f"{title.en} finds no group among these customers: everybody stands alone. Take another"
            " method: --segments compare.",
            ru=f"{title.ru}: среди этих клиентов групп нет, каждый стоит отдельно. Возьмите другой метод:"
            " --segments compare.",
        )
    labels = score.clustering.labels
    alone = np.flatnonzero(labels < 0)
    number = np.arange(score.k, dtype=np.int32)
    if len(alone):
        labels = _put_to_nearest(found.placement.place(features), labels, alone)
        number = number_by_size(labels, score.k)
        labels = renumber(labels, number)
    segment = labels.astype(np.int64) + 1
    stabilities = score.stabilities[np.argsort(number, kind="stable")]
    return Segmentation(
        customer_ids=found.customer_ids,
        segment=segment,
        k=score.k,
        silhouette=_or_nan(score.silhouette),
        stability=_or_nan(score.stability),
        methods=tuple(_tell(one, found, place, name) for place, one in enumerate(found.scores)),
        chosen=[one.name for one in found.scores].index(name),
        reason=_join(found.why, found.why_k),
        sample_size=found.measured,
        profiles=describe_segments(found.matrix, segment, stabilities, found.outcome),
        notes=(
            *found.notes,
            *_say_alone(len(alone)),
            *(
                Wording(en=f"{TITLES[one].en}: {why.en}", ru=f"{TITLES[one].ru}: {why.ru}")
                for one, why in found.left_out.items()
            ),
        ),
    )


def _put_to_nearest(points: Points, labels: Labels, alone: NDArray[np.intp]) -> Labels:
    """Those who are in no cluster, in the one whose mean is nearest."""
    k = int(labels.max()) + 1
    means = np.stack([points[labels == one].mean(axis=0) for one in range(k)])
    # The squared distances less what is the same for every cluster.
    away = (means**2).sum(axis=1) - 2 * points[alone] @ means.T
    put = labels.copy()
    put[alone] = away.argmin(axis=1)
    return put


def _tell(score: MethodScore, found: Comparison, place: int, chosen: str) -> MethodResult:
    taken = [one.name for one in found.scores].index(chosen)
    return MethodResult(
        name=score.name,
        k=score.k,
        silhouette=_or_nan(score.silhouette),
        stability=_or_nan(score.stability),
        sizes=score.clustering.sizes,
        readability=score.readability,
        nobody_share=score.nobody_share,
        agreement=float(found.agreement[place, taken]),
    )


def _say_alone(count: int) -> tuple[Wording, ...]:
    if not count:
        return ()
    said = {language: format_number(count, language) for language in LANGUAGES}
    return (
        Wording(
            en=f"Customers who stood alone and were put to the nearest group: {said['en']}.",
            ru=f"Клиентов, которые стояли отдельно и отнесены к ближайшей группе: {said['ru']}.",
        ),
    )


def _join(*parts: Wording) -> Wording:
    return Wording(
        en=" ".join(capitalize(part.en) for part in parts),
        ru=" ".join(capitalize(part.ru) for part in parts),
    )


def _or_nan(figure: float | None) -> float:
    return float("nan") if figure is None else figure
