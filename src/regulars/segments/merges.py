"""The tree of customers: who is joined with whom, at what height, and where to cut."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError
from regulars.evaluate.threads import one_thread
from regulars.features.matrix import FeatureMatrix, encode_features
from regulars.features.sentences import format_number
from regulars.features.table import FeatureTable
from regulars.schema.wording import LANGUAGES, Language, Wording
from regulars.segments.cluster_measures import measure_silhouette
from regulars.segments.clustering.clustering import (
    Labels,
    Points,
    number_by_size,
    renumber,
    sample_rows,
)
from regulars.segments.clustering.linkage import Linkage, LinkageName, cut_tree, join_points
from regulars.segments.clustering.placement import place_customers
from regulars.segments.cutting import check_customers, limit_sizes

__all__ = ["Joint", "MergeTree", "grow_tree"]

_MOST_MEASURED = 2_000
_MOST_SUGGESTED = 10
_SMALLEST = 0.01
_SAID = Wording(en="So many were asked for.", ru="Столько запрошено.")


@dataclass(frozen=True, slots=True)
class Joint:
    """One merge near the root.

    Attributes
    ----------
    left, right
        What is joined: a branch of the cut (from 0, as `MergeTree.sizes`), or minus one minus the
        number of an earlier joint.
    height
        The distance at which they are joined.
    size
        Customers together.
    """

    left: int
    right: int
    height: float
    size: int


@dataclass(frozen=True, slots=True, eq=False)
class MergeTree:
    """An agglomerative clustering that can be cut at any height.

    Attributes
    ----------
    linkage
        What the distance of two clusters is.
    merges
        As SciPy writes them, shape (n_joined - 1, 4): the two, the height, the size; the two are rows
        of `rows` first, then earlier merges.
    rows
        Which customers were joined; a sample of very many.
    customer_ids
        Of everybody.
    suggested_k
        Into how many to cut.
    why
        Why so many.
    silhouettes
        Mean silhouette of each k that was looked at.
    points, matrix
        What was joined, of everybody.
    notes
        What the reader should know.
    """

    linkage: LinkageName
    merges: NDArray[np.float64]
    rows: NDArray[np.int64]
    customer_ids: pa.StringArray
    suggested_k: int
    why: Wording
    silhouettes: Mapping[int, float]
    points: Points
    matrix: FeatureMatrix
    notes: tuple[Wording, ...] = ()

    @property
    def sampled(self) -> int:
        """How many customers were joined."""
        return len(self.rows)

    def cut(self, k: int) -> Labels:
        """The cluster of everybody when the tree is cut into k, 0 for the largest, shape (n,).

        Whoever was not joined is assigned as `Linkage` assigns new customers.
        """
        own = cut_tree(self.merges, k)
        found = Linkage(self.linkage).describe(self.points[self.rows], own)
        labels = found.assign(self.points)
        labels[self.rows] = own
        return renumber(labels, number_by_size(labels, found.k))

    def count(self, k: int) -> tuple[int, ...]:
        """Customers per cluster when the tree is cut into k, the largest first."""
        return tuple(np.bincount(self.cut(k)).tolist())

    def height_of(self, k: int) -> float:
        """At what height the tree is cut into k: half way between two merges."""
        heights = self.merges[:, 2]
        if k <= 1 or not len(heights):
            return float(heights[-1]) if len(heights) else 0.0
        below = heights[-k] if k <= len(heights) else 0.0
        return float((below + heights[-(k - 1)]) / 2)

    def crown(self, k: int) -> tuple[tuple[int, ...], tuple[Joint, ...]]:
        """The tree above a cut into k: sizes of the branches, and the joints from the lowest on.

        Sizes are of the joined customers, in the order of the joints' numbers.
        """
        n_joined = len(self.merges) + 1
        names: dict[int, int] = {}
        sizes: list[int] = []
        joints: list[Joint] = []
        for place in range(max(n_joined - k, 0), n_joined - 1):
            parts = []
            for part in self.merges[place, :2].astype(int).tolist():
                if part not in names:
                    names[part] = len(sizes)
                    sizes.append(1 if part < n_joined else int(self.merges[part - n_joined, 3]))
                parts.append(names[part])
            height, size = self.merges[place, 2:].tolist()
            names[n_joined + place] = -1 - len(joints)
            joints.append(Joint(parts[0], parts[1], float(height), int(size)))
        return tuple(sizes) or (n_joined,), tuple(joints)

    def find_branches(self, k: int) -> NDArray[np.int64]:
        """Which branch of `crown(k)` each joined customer is on, shape (n_joined,)."""
        n_joined = len(self.merges) + 1
        first = max(n_joined - k, 0)
        on = np.arange(n_joined + len(self.merges))
        # From the cut down to the customers, everything is on the branch of what it is merged into.
        for place in reversed(range(first)):
            on[self.merges[place, :2].astype(int)] = on[n_joined + place]
        met = self.merges[first:, :2].astype(int).ravel().tolist()
        below = [part for part in met if part < n_joined + first]
        number = {part: place for place, part in enumerate(below)}
        return np.array([number.get(part, 0) for part in on[:n_joined].tolist()])


def grow_tree(
    features: FeatureTable,
    *,
    linkage: LinkageName = "ward",
    k: int | None = None,
    weights: Mapping[str, float] | None = None,
    random_state: int,
    most_rows: int | None = None,
) -> MergeTree:
    """Join customers into one tree, and suggest where to cut it.

    Without `k` the cut into 2 to 10 clusters with the highest silhouette is suggested, among those
    where no cluster that splits off is smaller than 1 % of the customers, if there are any.

    Parameters
    ----------
    features
        One row per customer.
    linkage
        What the distance of two clusters is.
    k
        Into how many to cut.
    weights
        How much features count, by name.
    random_state
        Chooses the sample where customers are too many to be joined.
    most_rows
        A smaller sample than the linkage would take by itself.

    Raises
    ------
    QualityError
        With fewer than 30 customers, without features, or when all customers are alike.
    InvalidParameterError
        When more clusters than customers are asked for.
    """
    check_customers(features, k, [2], None)
    matrix = encode_features(features)
    points, _ = place_customers(matrix, random_state=random_state, weights=weights)
    limit_sizes(matrix, points, [2])
    allowed = [rows for rows in (Linkage(linkage).most_rows, most_rows) if rows is not None]
    rows = sample_rows(len(points), random_state, most=min(allowed))
    if k is not None and k > len(rows):
        raise InvalidParameterError(
            en=f"A tree of {len(rows)} customers cannot be cut into {k}. Ask for fewer.",
            ru=f"Дерево из клиентов ({len(rows)}) нельзя разрезать на {k}. Запросите меньше.",
        )
    with one_thread():
        merges = join_points(points[rows], linkage)
        silhouettes, smallest = _measure_cuts(points[rows], merges, random_state)
    suggested, why = (k, _SAID) if k is not None else _suggest(silhouettes, smallest, linkage)
    return MergeTree(
        linkage=linkage,
        merges=merges,
        rows=rows,
        customer_ids=features.customer_ids,
        suggested_k=suggested,
        why=why,
        silhouettes=silhouettes,
        points=points,
        matrix=matrix,
        notes=_say_sample(len(rows), len(points)),
    )


def _measure_cuts(
    points: Points, merges: NDArray[np.float64], random_state: int
) -> tuple[dict[int, float], dict[int, float]]:
    """The silhouette of each cut, and the share of its smallest cluster."""
    from sklearn.metrics import pairwise_distances

    rows = sample_rows(len(points), random_state, most=_MOST_MEASURED)
    distances = pairwise_distances(points[rows])
    silhouettes, smallest = {}, {}
    for k in range(2, min(_MOST_SUGGESTED, len(points) - 1) + 1):
        labels = cut_tree(merges, k)
        silhouette = measure_silhouette(distances, labels[rows])
        if silhouette is not None:
            silhouettes[k] = silhouette
            smallest[k] = float(np.bincount(labels).min() / len(labels))
    return silhouettes, smallest


def _suggest(
    silhouettes: Mapping[int, float], smallest: Mapping[int, float], linkage: LinkageName
) -> tuple[int, Wording]:
    even = [k for k in silhouettes if smallest[k] >= _SMALLEST]
    k = max(even or silhouettes, key=lambda one: silhouettes[one], default=2)
    said = {
        language: _say(k, silhouettes.get(k, 0.0), language, linkage, is_even=bool(even))
        for language in LANGUAGES
    }
    return k, Wording(en=said["en"], ru=said["ru"])


def _say(
    k: int, silhouette: float, language: Language, linkage: LinkageName, *, is_even: bool
) -> str:
    figure = format_number(round(silhouette, 2), language)
    is_ward = linkage == "ward"
    if language == "en":
        if is_even:
            return f"{k} clusters set customers apart most clearly (silhouette {figure})."
        return (
            f"Every cut splits off clusters of under 1 % of the customers: this linkage finds loners"
            f" rather than groups here. {k} clusters are the clearest (silhouette {figure})"
            f"{'' if is_ward else '; see also --linkage ward'}."
        )
    if is_even:
        return f"Кластеров: {k}, так клиенты разделены чётче всего (силуэт {figure})."
    return (
        "Любой разрез отделяет кластеры меньше 1 % клиентов: здесь эта связь находит одиночек, а не "
        f"группы. Чётче всего {k} (силуэт {figure}){'' if is_ward else '; попробуйте и --linkage ward'}."
    )


def _say_sample(joined: int, everybody: int) -> tuple[Wording, ...]:
    if joined == everybody:
        return ()
    counts = {
        language: [format_number(count, language) for count in (joined, everybody)]
        for language in LANGUAGES
    }
    return (
        Wording(
            en=f"{counts['en'][0]} random customers of {counts['en'][1]} were joined; the others were"
            " assigned to their clusters.",
            ru=f"Объединялись {counts['ru'][0]} случайных клиентов из {counts['ru'][1]}; остальные "
            "отнесены к их кластерам.",
        ),
    )
