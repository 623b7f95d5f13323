"""Segments by k-means: how many, how sure, and who is in which."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.threads import one_thread
from regulars.features.matrix import encode_features
from regulars.features.table import FeatureTable
from regulars.progress import Progress, Silent
from regulars.segments.clustering.centers import KMeans
from regulars.segments.clustering.clustering import Clustering, cluster_points, sample_rows
from regulars.segments.clustering.placement import place_customers
from regulars.segments.cutting import Cut, check_customers, choose_cut, cut_points, limit_sizes
from regulars.segments.profiles import describe_segments
from regulars.segments.segmentation import MethodResult, Segmentation
from regulars.segments.stability import count_both

__all__ = ["segment_customers"]

_MOST_SAMPLED = 5_000


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
    check_customers(features, k, k_range, outcome)
    matrix = encode_features(features)
    with one_thread():
        points, _ = place_customers(matrix, random_state=random_state)
        wanted, notes = limit_sizes(matrix, points, [k] if k is not None else sorted(set(k_range)))
        sample = sample_rows(len(points), random_state, most=_MOST_SAMPLED)
        with watched.stage("Segmenting customers", total=len(wanted) + 1) as stage:
            cuts = []
            for size in wanted:
                cuts.append(cut_points(points[sample], size, random_state))
                stage.advance()
                watched.check()
            chosen, reason = choose_cut(cuts)
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


def _carry(cut: Cut, clustering: Clustering, sample: NDArray[np.int64]) -> NDArray[np.float64]:
    """The stability of each cluster: that of the sample's cluster with which it shares most."""
    shared = count_both(clustering.labels[sample], cut.clustering.labels, clustering.k)
    return cut.stabilities[shared[1:, 1:].argmax(axis=1)]


def _summarize(cut: Cut, points: NDArray[np.float64]) -> MethodResult:
    sizes = np.bincount(cut.clustering.assign(points), minlength=cut.clustering.k)
    return MethodResult(
        name=KMeans.name,
        k=cut.clustering.k,
        silhouette=cut.silhouette,
        stability=float(cut.stabilities.mean()),
        sizes=tuple(int(size) for size in np.sort(sizes)[::-1]),
    )
