"""All suitable methods of clustering side by side, and which one to take."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.errors import NotFoundError
from regulars.evaluate.threads import one_thread
from regulars.features.matrix import FeatureMatrix, encode_features
from regulars.features.table import FeatureTable
from regulars.progress import Progress, Silent
from regulars.schema.wording import Wording
from regulars.segments.cluster_measures import (
    count_shares,
    measure_agreement,
    measure_balance,
    measure_calinski_harabasz,
    measure_davies_bouldin,
    measure_density,
    measure_readability,
    measure_silhouette,
)
from regulars.segments.clustering.clustering import (
    Clustering,
    ClusterMethod,
    Points,
    cluster_points,
    sample_rows,
)
from regulars.segments.clustering.methods import get_method, list_methods
from regulars.segments.clustering.placement import Placement, place_customers
from regulars.segments.cutting import check_customers, choose_cut, cut_points, limit_sizes
from regulars.segments.distributions import FEWEST_SHOWN
from regulars.segments.profiles import describe_segments
from regulars.segments.recommendation import recommend
from regulars.segments.segmentation import SegmentProfile
from regulars.segments.stability import Assign, measure_prediction_strength, measure_stability

__all__ = ["Comparison", "MethodScore", "compare_methods"]

_MOST_MEASURED = 3_000
_MOST_CUT = 5_000
_BOOTSTRAPS = 10
_SPLITS = 2
_SHARE_AGAIN = 4
"""A method that does not scale is run again on a quarter of what it can take."""


@dataclass(frozen=True, slots=True, eq=False)
class MethodScore:
    """One method and how well it does; what is not defined for its clusters is None.

    Attributes
    ----------
    clustering
        Of everybody.
    silhouette
        Mean, -1 to 1; who is nobody's counts as 0.
    davies_bouldin
        Lower is better.
    calinski_harabasz
        Higher is better.
    dbcv
        Of methods that find crowds: density based validity, -1 to 1.
    stabilities
        Per cluster the mean Jaccard similarity to its best match in bootstrap samples, 0 to 1.
    prediction_strength
        0 to 1: how often pairs stay together by the clusters of other customers, in the worst cluster.
    readability
        Balanced accuracy of short rules, 0 to 1.
    balance
        0 to 1: how even the sizes are.
    largest_share, nobody_share
        Shares of the customers in the largest cluster, and in none.
    seconds
        Of clustering and measuring.
    """

    clustering: Clustering
    silhouette: float | None
    davies_bouldin: float | None
    calinski_harabasz: float | None
    dbcv: float | None
    stabilities: NDArray[np.float64]
    prediction_strength: float | None
    readability: float | None
    balance: float | None
    largest_share: float
    nobody_share: float
    seconds: float

    @property
    def name(self) -> str:
        """Of the method."""
        return self.clustering.method

    @property
    def k(self) -> int:
        """Number of clusters."""
        return self.clustering.k

    @property
    def stability(self) -> float | None:
        """Mean over clusters; None without clusters."""
        return float(self.stabilities.mean()) if len(self.stabilities) else None

    @property
    def least_stability(self) -> float | None:
        """Of the cluster that comes back least; None without clusters."""
        return float(self.stabilities.min()) if len(self.stabilities) else None


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Methods of clustering side by side.

    Attributes
    ----------
    customer_ids
        In the order of the labels of every clustering.
    as_of
        The first day that was not seen.
    scores
        One per method, in the order in which they were run.
    agreement
        Adjusted Rand index of each two methods, shape (n_methods, n_methods).
    recommended
        Name of the method to take, where nobody chose another.
    why
        Why that one.
    why_k
        Where the number of clusters comes from.
    left_out
        Methods that were not run, and why.
    measured
        Customers on whom the figures were measured.
    notes
        What the reader should know.
    features, matrix, placement
        What was clustered, and how new customers are placed.
    outcome, money
        1.0, 0.0 or NaN per customer, and what each brings; clusters are formed without them.
    """

    customer_ids: pa.StringArray
    as_of: date
    scores: tuple[MethodScore, ...]
    agreement: NDArray[np.float64]
    recommended: str
    why: Wording
    why_k: Wording
    left_out: Mapping[str, Wording]
    measured: int
    notes: tuple[Wording, ...] = ()
    features: FeatureTable | None = field(default=None, repr=False)
    matrix: FeatureMatrix | None = field(default=None, repr=False)
    placement: Placement | None = field(default=None, repr=False)
    outcome: NDArray[np.float64] | None = field(default=None, repr=False)
    money: NDArray[np.float64] | None = field(default=None, repr=False)

    def get_score(self, name: str) -> MethodScore:
        """The score of the method called `name`; raises `NotFoundError`."""
        for score in self.scores:
            if score.name == name:
                return score
        raise NotFoundError(
            en=f"Method '{name}' is not in this comparison. It has:"
            f" {', '.join(score.name for score in self.scores)}.",
            ru=f"Метода «{name}» в этом сравнении нет. Есть: "
            f"{', '.join(score.name for score in self.scores)}.",
        )

    def describe(self, name: str) -> tuple[SegmentProfile, ...]:
        """What sets each cluster of a method apart; shares are of those who are in clusters."""
        if self.matrix is None:
            return ()
        score = self.get_score(name)
        rows = np.flatnonzero(score.clustering.labels >= 0)
        if not len(rows):
            return ()
        segment = score.clustering.labels[rows].astype(np.int64) + 1
        outcome = None if self.outcome is None else self.outcome[rows]
        return describe_segments(self.matrix.take(rows), segment, score.stabilities, outcome)

    def sum_money(self, name: str) -> tuple[float | None, ...]:
        """What the customers of each cluster of a method bring; None for fewer than five, or unknown."""
        clustering = self.get_score(name).clustering
        if self.money is None or not bool(np.isfinite(self.money).any()):
            return (None,) * clustering.k
        sums = [
            float(np.nansum(self.money[clustering.labels == one])) for one in range(clustering.k)
        ]
        return tuple(
            total if size >= FEWEST_SHOWN else None
            for total, size in zip(sums, clustering.sizes, strict=True)
        )


def compare_methods(
    features: FeatureTable,
    *,
    methods: Sequence[str] = (),
    k: int | None = None,
    k_range: Sequence[int] = range(2, 11),
    weights: Mapping[str, float] | None = None,
    outcome: NDArray[np.float64] | None = None,
    money: NDArray[np.float64] | None = None,
    seconds: float = 600.0,
    megabytes: int = 4_000,
    random_state: int,
    progress: Progress | None = None,
) -> Comparison:
    """Cluster customers by all suitable methods, measure them on equal terms, and recommend one.

    Methods that take the number of clusters get the same one: `k`, or the clearest among those of
    k-means that come back in bootstrap samples. Every figure is measured on the same at most 3,000
    random customers; every method clusters all of them, or a sample as large as it can.

    Parameters
    ----------
    features
        One row per customer.
    methods
        Names; all that suit these customers by default.
    k, k_range
        Number of clusters, or what to choose it from.
    weights
        How much features count, by name; 1 where not said.
    outcome, money
        1.0, 0.0 or NaN per customer, and what each brings, to be told of each cluster.
    seconds
        After so many no further method is begun; what was left out is said. k-means always runs.
    megabytes
        Methods that do not scale take a sample whose pairs of distances fit in so many.
    random_state
        Same seed and customers, same clusters and figures, as long as the time suffices.
    progress
        Told of every method; asked whether to stop.

    Raises
    ------
    QualityError
        With fewer than 30 customers, without features, or when all customers are alike.
    UnknownNameError, InvalidParameterError
        When a method is unknown, or does not suit these customers.
    """
    watched, started = progress or Silent(), time.monotonic()
    check_customers(features, k, k_range, outcome)
    matrix = encode_features(features)
    points, placement = place_customers(matrix, random_state=random_state, weights=weights)
    chosen = _choose_methods(methods, placement)
    sizes, notes = limit_sizes(matrix, points, [k] if k is not None else sorted(set(k_range)))
    measure = _Measures(points, random_state)
    scores: list[MethodScore] = []
    left_out: dict[str, Wording] = {}
    with watched.stage("Comparing methods", total=len(chosen) + 1) as stage:
        size, why_k = _choose_k(points, sizes, random_state)
        for method in chosen:
            stage.advance()
            watched.check()
            if scores and time.monotonic() - started > seconds:
                left_out[method.name] = _say_late(seconds)
                continue
            most = int(np.sqrt(megabytes * 1e6 / 8)) if method.most_rows else None
            scores.append(measure.score(method, size, most))
        stage.advance()
    recommended, why = recommend(scores)
    return Comparison(
        customer_ids=features.customer_ids,
        as_of=features.as_of.day,
        scores=tuple(scores),
        agreement=measure_agreement([score.clustering.labels[measure.rows] for score in scores]),
        recommended=recommended,
        why=why,
        why_k=why_k,
        left_out=left_out,
        measured=len(measure.rows),
        notes=notes,
        features=features,
        matrix=matrix,
        placement=placement,
        outcome=outcome,
        money=money,
    )


def _choose_methods(names: Sequence[str], placement: Placement) -> list[ClusterMethod]:
    if not names:
        return list(list_methods(placement).values())
    return [get_method(name, placement) for name in dict.fromkeys(names)]


def _choose_k(points: Points, sizes: Sequence[int], random_state: int) -> tuple[int, Wording]:
    sample = points[sample_rows(len(points), random_state, most=_MOST_CUT)]
    with one_thread():
        cuts = [cut_points(sample, size, random_state) for size in sizes]
    chosen, why = choose_cut(cuts)
    return cuts[chosen].clustering.k, why


class _Measures:
    """Everything that is measured of a clustering, on the same customers for every method."""

    def __init__(self, points: Points, random_state: int) -> None:
        from sklearn.metrics import pairwise_distances

        self.points = points
        self.random_state = random_state
        self.rows = sample_rows(len(points), random_state, most=_MOST_MEASURED)
        self.sample = points[self.rows]
        self.distances = pairwise_distances(self.sample)

    def score(self, method: ClusterMethod, k: int, most_rows: int | None) -> MethodScore:
        """One method run and measured."""
        started = time.monotonic()
        clustering = cluster_points(
            self.points,
            method,
            k=k if method.takes_k else None,
            random_state=self.random_state,
            most_rows=most_rows,
        )
        labels = clustering.labels[self.rows]

        # Drawn at random, the first ones are a smaller sample: a slow method is run a dozen times.
        most_again = method.most_rows and method.most_rows // _SHARE_AGAIN

        def fit(points: Points, seed: int) -> Assign:
            return method.fit(points[:most_again], k=k, random_state=seed).assign

        with one_thread():
            stabilities = measure_stability(
                self.sample,
                labels,
                fit,
                n_bootstraps=_BOOTSTRAPS,
                random_state=self.random_state,
                k=clustering.k,
            )
            strength = measure_prediction_strength(
                self.sample, fit, n_splits=_SPLITS, random_state=self.random_state
            )
            largest, nobody = count_shares(clustering.labels)
            return MethodScore(
                clustering=clustering,
                silhouette=measure_silhouette(self.distances, labels),
                davies_bouldin=measure_davies_bouldin(self.sample, labels),
                calinski_harabasz=measure_calinski_harabasz(self.sample, labels),
                dbcv=None if method.takes_k else measure_density(self.sample, labels),
                stabilities=stabilities,
                prediction_strength=None if np.isnan(strength) else strength,
                readability=measure_readability(
                    self.sample, labels, random_state=self.random_state
                ),
                balance=measure_balance(clustering.sizes),
                largest_share=largest,
                nobody_share=nobody,
                seconds=time.monotonic() - started,
            )


def _say_late(seconds: float) -> Wording:
    return Wording(
        en=f"Not run: the time for the comparison ({seconds:g} s) was over.",
        ru=f"Не запускался: время на сравнение ({seconds:g} с) истекло.",
    )
