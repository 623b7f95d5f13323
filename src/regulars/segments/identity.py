"""Which cluster is which after clustering again: the same ones keep their number, the others are told."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from regulars.segments.stability import count_both

__all__ = ["ClusterFate", "Identity", "match_clusters"]

Kind = Literal["same", "born", "died", "split", "merged"]

_SAME = 1 / 3
_PART = 0.2
_MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class ClusterFate:
    """What became of clusters.

    Attributes
    ----------
    kind
        `same`: one before and one after; `born`: none before; `died`: none after; `split`: one became
        several; `merged`: several became one.
    before, after
        Lasting numbers of the clusters.
    similarity
        Of `same`: Jaccard similarity, 0 to 1; otherwise the share of the customers of the one cluster
        that are in the several ones, and 0 for the born and the died.
    """

    kind: Kind
    before: tuple[int, ...]
    after: tuple[int, ...]
    similarity: float


@dataclass(frozen=True, slots=True)
class Identity:
    """Clusters after clustering again, beside those before.

    Attributes
    ----------
    numbers
        Per cluster now its lasting number: that of the cluster it is the same as, or a fresh one.
    fates
        What became of every cluster.
    compared
        Customers who were there both times.
    """

    numbers: tuple[int, ...]
    fates: tuple[ClusterFate, ...]
    compared: int


def match_clusters(
    before: NDArray[np.integer], after: NDArray[np.integer], *, k: int, first_free: int
) -> Identity:
    """Match clusters to earlier ones so that they share as much as possible.

    The Jaccard similarities of all pairs are maximized together (Kuhn 1955, "The Hungarian method");
    a pair counts as the same cluster when it shares a third of all customers in either. Of the
    others, one splits when two or more clusters hold a fifth of it each and consist of it mostly;
    several merge when two or more put most of theirs into one and make a fifth of it each.

    Parameters
    ----------
    before, after
        Of the customers who were there both times: the lasting number of the cluster before, and the
        cluster now from 0; -1 for nobody's.
    k
        Clusters now.
    first_free
        The first number that no cluster ever had.

    Examples
    --------
    >>> before = np.array([7, 7, 7, 9, 9, 9])
    >>> found = match_clusters(before, np.array([1, 1, 1, 0, 0, 2]), k=3, first_free=10)
    >>> found.numbers
    (9, 7, 10)
    """
    known = np.unique(before[before >= 0])
    shared = _count_shared(before, after, known, k)
    # Of customers who were there both times; those who are nobody's are in the first row and column.
    sizes, now = shared.sum(axis=1)[1:], shared.sum(axis=0)[1:]
    shared = shared[1:, 1:]
    similarity = shared / np.maximum(sizes[:, np.newaxis] + now - shared, 1)
    kept = _pair(similarity)
    fresh = iter(range(first_free, first_free + k))
    numbers = tuple(int(known[kept[one]]) if one in kept else next(fresh) for one in range(k))
    same = [
        ClusterFate("same", (numbers[one],), (numbers[one],), float(similarity[was, one]))
        for one, was in kept.items()
    ]
    split = _find_parts(shared, sizes, now)
    merged = _find_parts(shared.T, now, sizes)
    told = [
        *same,
        *(
            ClusterFate("split", (int(known[one]),), tuple(numbers[part] for part in parts), share)
            for one, parts, share in split
        ),
        *(
            ClusterFate("merged", tuple(int(known[part]) for part in parts), (numbers[one],), share)
            for one, parts, share in merged
        ),
    ]
    came = {number for fate in told for number in fate.after}
    went = {number for fate in told for number in fate.before}
    told += [ClusterFate("born", (), (number,), 0.0) for number in numbers if number not in came]
    told += [
        ClusterFate("died", (number,), (), 0.0) for number in known.tolist() if number not in went
    ]
    return Identity(numbers, tuple(told), len(before))


def _count_shared(
    before: NDArray[np.integer], after: NDArray[np.integer], known: NDArray[np.integer], k: int
) -> NDArray[np.int64]:
    """Customers by the cluster before and the one now, shape (n_known + 1, k + 1)."""
    places = np.where(before >= 0, np.searchsorted(known, before), -1)
    counted = count_both(places, after, len(known))
    shared = np.zeros((len(known) + 1, k + 1), dtype=np.int64)
    shared[:, : counted.shape[1]] = counted
    return shared


def _pair(similarity: NDArray[np.float64]) -> dict[int, int]:
    """For each cluster now the one before that it is the same as, if it is."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(-similarity)
    pairs = dict(zip(columns.tolist(), rows.tolist(), strict=True))
    return {one: was for one, was in sorted(pairs.items()) if similarity[was, one] >= _SAME}


def _find_parts(
    shared: NDArray[np.int64], sizes: NDArray[np.int64], others: NDArray[np.int64]
) -> list[tuple[int, tuple[int, ...], float]]:
    """Clusters that several others are made of, which, and what share of it they hold."""
    share = shared / np.maximum(sizes[:, np.newaxis], 1)
    is_part = (share >= _PART) & (shared / np.maximum(others, 1) >= _MOSTLY)
    return [
        (one, tuple(np.flatnonzero(is_part[one]).tolist()), float(share[one][is_part[one]].sum()))
        for one in range(len(shared))
        if is_part[one].sum() > 1
    ]
