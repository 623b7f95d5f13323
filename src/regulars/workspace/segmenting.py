"""Segments of an analysis: the methods compared, the chosen one described field by field."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from regulars.errors import QualityError
from regulars.schema.wording import Wording
from regulars.segments import (
    Segmentation,
    cross_fields,
    distribute_fields,
    grow_tree,
    segment_by_comparison,
    segment_by_rfm,
    segment_customers,
)
from regulars.segments.clustering.clustering import sample_rows
from regulars.segments.distributions import FEWEST_SHOWN
from regulars.segments.rfm import find_rfm_features
from regulars.segments.short_rules import ShortRule, tell_segments

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from regulars.features import FeatureTable
    from regulars.progress import Progress
    from regulars.segments import Crossing, Distribution, MergeTree, RfmBounds

__all__ = ["SegmentMethod", "SegmentStudy", "SegmentTree", "SegmentWishes", "find_segments"]

SegmentMethod = Literal[
    "auto", "compare", "kmeans", "rfm", "minibatch_kmeans", "fuzzy_cmeans", "gaussian_mixture",
    "kprototypes", "ward", "weighted", "average", "complete", "single", "dbscan", "hdbscan", "optics",
    "umap_hdbscan",
]  # fmt: skip

_STEADY = 0.75
_PORTRAITS = 3
_MOST_JOINED = 1_000
"""Customers in the tree of a report: what is drawn of it are a few branches."""


@dataclass(frozen=True, slots=True)
class SegmentWishes:
    """How segments are wanted.

    Attributes
    ----------
    method
        `auto`: RFM where customers are known by their purchases alone and it holds, k-means otherwise.
        `compare`: all suitable methods of clustering side by side, and the recommended one. Or the name
        of one, as `segments.clustering.methods.TITLES` has them, or `rfm`.
    k
        Number of segments for clustering; chosen by silhouette and stability when None.
    bounds
        Of RFM, as an earlier analysis left them; learnt from these customers when None.
    """

    method: SegmentMethod = "auto"
    k: int | None = None
    bounds: RfmBounds | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SegmentTree:
    """A random sample of the customers joined two by two, whichever method found the segments.

    Attributes
    ----------
    tree
        By Ward's linkage.
    segment
        Number of the segment of each joined customer, shape (n_joined,).
    """

    tree: MergeTree
    segment: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SegmentStudy:
    """Segments and what is known of them.

    Attributes
    ----------
    segmentation
        The chosen one; its `methods` hold everything that was tried.
    distributions
        Field by field.
    portraits
        Of each segment, by number, its most frequent combinations of values.
    amounts
        Money of each segment of at least five customers, by number; empty where money is not known.
    rules
        A short rule for each segment, by number; empty where all customers are in one.
    tree
        The customers joined two by two; None where there are too few or too alike for that.
    """

    segmentation: Segmentation
    distributions: tuple[Distribution, ...] = ()
    portraits: Mapping[int, tuple[Crossing, ...]] = field(default_factory=dict)
    amounts: Mapping[int, float] = field(default_factory=dict)
    rules: Mapping[int, ShortRule] = field(default_factory=dict)
    tree: SegmentTree | None = None


def find_segments(
    features: FeatureTable,
    *,
    wishes: SegmentWishes,
    outcome: NDArray[np.float64] | None = None,
    money: NDArray[np.float64] | None = None,
    seed: int,
    progress: Progress | None = None,
) -> SegmentStudy:
    """Segments by the wanted method, compared with what else can be made.

    Parameters
    ----------
    features
        One row per customer.
    wishes
        Which method, and how.
    outcome
        1.0, 0.0 or NaN per customer.
    money
        What each customer brings; NaN where not known.
    seed
        Of everything random.
    progress
        Told of every number of segments that is tried; asked whether to stop.

    Raises
    ------
    QualityError
        When the wanted segments cannot be made of these customers.
    """
    by_rfm = None
    if wishes.method == "rfm" or find_rfm_features(features) is not None:
        by_rfm = _try_rfm(features, wishes, outcome, seed)
    if wishes.method == "rfm" and by_rfm is not None:
        chosen = by_rfm
    else:
        chosen = _cluster(features, wishes, outcome, seed, progress)
        if by_rfm is not None:
            chosen = _compare(chosen, by_rfm, features, wishes)
    return replace(
        _describe(chosen, features, outcome, money), tree=_grow_tree(features, chosen, seed)
    )


def _grow_tree(features: FeatureTable, segmentation: Segmentation, seed: int) -> SegmentTree | None:
    """Some customers joined; None of those whom only their scores tell apart."""
    rows = sample_rows(len(features), seed, most=_MOST_JOINED)
    try:
        tree = grow_tree(features.take(rows), random_state=seed)
    except QualityError:
        return None
    return SegmentTree(tree, segmentation.segment[rows])


def _cluster(
    features: FeatureTable,
    wishes: SegmentWishes,
    outcome: NDArray[np.float64] | None,
    seed: int,
    progress: Progress | None,
) -> Segmentation:
    if wishes.method in ("auto", "kmeans"):
        return segment_customers(
            features, k=wishes.k, outcome=outcome, random_state=seed, progress=progress
        )
    return segment_by_comparison(
        features,
        methods=() if wishes.method == "compare" else (wishes.method,),
        k=wishes.k,
        outcome=outcome,
        random_state=seed,
        progress=progress,
    )


def _try_rfm(
    features: FeatureTable,
    wishes: SegmentWishes,
    outcome: NDArray[np.float64] | None,
    seed: int,
) -> Segmentation | None:
    try:
        return segment_by_rfm(features, bounds=wishes.bounds, outcome=outcome, random_state=seed)
    except QualityError:
        if wishes.method == "rfm":
            raise
        return None


def _compare(
    clustered: Segmentation, by_rfm: Segmentation, features: FeatureTable, wishes: SegmentWishes
) -> Segmentation:
    """The better fitting of the two, with the methods of both."""
    is_bought = all(feature.group != "profile" for feature in features.features)
    takes_rfm = wishes.method == "auto" and wishes.k is None and is_bought
    methods = (*clustered.methods, *by_rfm.methods)
    if not takes_rfm or by_rfm.stability < _STEADY:
        # The grid of recency by value is worth a look whatever was chosen.
        return replace(clustered, methods=methods)
    reason = Wording(
        en=f"{by_rfm.reason.en} These customers are known by their purchases alone, and such"
        " segments have names that everybody knows; k-means stands beside for comparison.",
        ru=f"{by_rfm.reason.ru} Клиенты известны только по покупкам, а у таких сегментов есть"
        " понятные всем названия; k-средних приведены рядом для сравнения.",
    )
    return replace(by_rfm, methods=methods, chosen=len(methods) - 1, reason=reason)


def _describe(
    segmentation: Segmentation,
    features: FeatureTable,
    outcome: NDArray[np.float64] | None,
    money: NDArray[np.float64] | None,
) -> SegmentStudy:
    import numpy as np

    numbers = range(1, segmentation.k + 1)
    own = {number: segmentation.segment == number for number in numbers}
    amounts = {}
    if money is not None and bool(np.isfinite(money).any()):
        # What one to four customers bring would be told of persons.
        amounts = {
            number: float(np.nansum(money[rows]))
            for number, rows in own.items()
            if rows.sum() >= FEWEST_SHOWN
        }
    return SegmentStudy(
        segmentation,
        distribute_fields(features, segmentation.segment),
        {
            number: cross_fields(features, rows=rows, outcome=outcome, most=_PORTRAITS)
            for number, rows in own.items()
        },
        amounts,
        {one.segment: one for one in tell_segments(features, segmentation.segment)}
        if segmentation.k > 1
        else {},
    )
