"""Whether a model treats groups of customers alike: shares, errors and promises by group."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError, QualityError
from regulars.evaluate.intervals import Interval, bound_share

__all__ = [
    "LEAST_CASES",
    "LEAST_CUSTOMERS",
    "MOST_GROUPS",
    "Fairness",
    "GroupFigures",
    "GroupGap",
    "GroupMeasure",
    "measure_fairness",
]

LEAST_CUSTOMERS = 50
"""A smaller group is put together with the other small ones."""
LEAST_CASES = 10
"""Groups with fewer rows that a figure is of are not compared by it."""
MOST_GROUPS = 20
"""Of more groups the smaller ones are put together."""

GroupMeasure = Literal["contacted", "recall", "false_alarms", "calibration"]
MEASURES: tuple[GroupMeasure, ...] = ("contacted", "recall", "false_alarms", "calibration")
_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """One group of customers and how the model treats it; each figure with its own 95 % interval.

    Attributes
    ----------
    name
        The value of the column; None for the small groups together.
    customers
        How many it has.
    rows, positives
        How often they were tested, and how often they had the outcome: over time a customer is
        tested at several dates.
    base_rate
        Share with the outcome.
    contacted
        Share at or above the threshold (demographic parity compares it).
    recall
        Share at or above it among those with the outcome (equal opportunity); None without any.
    false_alarms
        The same among those without the outcome; None without any.
    calibration
        Mean probability less the share that had the outcome; above zero the group is said to be more
        at risk than it is.
    """

    name: str | None
    customers: int
    rows: int
    positives: int
    base_rate: Interval
    contacted: Interval
    recall: Interval | None
    false_alarms: Interval | None
    calibration: Interval


@dataclass(frozen=True, slots=True)
class GroupGap:
    """Two groups and by how much one figure differs between them.

    Attributes
    ----------
    measure
        Which figure.
    higher, lower
        The groups; None for the small ones together.
    difference
        Of `higher` less `lower`, never below zero; the interval holds for all pairs and figures of a
        column at once.
    """

    measure: GroupMeasure
    higher: str | None
    lower: str | None
    difference: Interval

    @property
    def is_certain(self) -> bool:
        """Whether chance alone would hardly make it: the interval is above zero."""
        return self.difference.low > 0


@dataclass(frozen=True, slots=True)
class Fairness:
    """How a model treats the groups of one column.

    Attributes
    ----------
    threshold
        From this probability on a customer is contacted.
    groups
        Largest first, bands of a number in their order; the small ones together at the end.
    gaps
        For each figure the widest gap between two groups of which chance is hardly the cause, the
        widest of all where there is none such; a figure that no two groups can be compared by has none.
    pooled
        The values that are together because fewer than 50 customers have each, or there are more than 20.
    left_out
        Customers in no group: the value is not known, or the small ones together are fewer than 50.
    comparisons
        For how many pairs and figures the intervals of `gaps` hold at once (Bonferroni).
    """

    threshold: float
    groups: tuple[GroupFigures, ...]
    gaps: tuple[GroupGap, ...]
    pooled: tuple[str, ...]
    left_out: int
    comparisons: int

    def get_gap(self, measure: GroupMeasure) -> GroupGap | None:
        """The gap in one figure; None where groups cannot be compared by it."""
        return next((gap for gap in self.gaps if gap.measure == measure), None)


@dataclass(frozen=True, slots=True)
class _Estimate:
    """A figure of a group, and what its spread follows from.

    Of a share `size` is how many independent rows would be as sure; of a mean `error` is its
    standard error.
    """

    value: float
    cases: int
    size: float = 0.0
    error: float | None = None

    def interval(self, z: float) -> Interval:
        if self.error is not None:
            half = z * self.error
            return Interval(self.value, self.value - half, self.value + half)
        return bound_share(self.value, self.size, z=z)


_Figures = dict[str, _Estimate]


def measure_fairness(
    labels: NDArray[np.float64],
    probabilities: NDArray[np.float64],
    groups: NDArray[np.int64],
    names: Sequence[str],
    *,
    threshold: float,
    customers: NDArray[np.int64] | None = None,
) -> Fairness:
    """How customers of different groups are treated by a model that had not seen their outcome.

    Shares have Wilson's interval (1927, doi:10.1080/01621459.1927.10502953), their differences
    Newcombe's hybrid score interval (1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<873, method 10).
    Where a customer is tested several times, the size that enters them is that of as many independent
    rows as are equally sure (Korn and Graubard 1998).

    Parameters
    ----------
    labels, probabilities
        1 and 0, and the probability; shape (n_rows,).
    groups
        Of each row the position of its group in `names`, below zero where not known; shape (n_rows,).
    names
        The values of the column.
    threshold
        From this probability on a customer is contacted.
    customers
        Rows of the same number are of one customer, shape (n_rows,); None when every row stands alone.

    Raises
    ------
    QualityError
        When fewer than two groups are large enough.
    InvalidParameterError
        When the shapes differ.

    Examples
    --------
    >>> labels = np.tile([1.0, 0.0, 0.0, 0.0], 50)
    >>> said = np.tile([0.75, 0.25, 0.25, 0.0], 50)
    >>> said[:100] += 0.25
    >>> found = measure_fairness(
    ...     labels, said, np.repeat([0, 1], 100), ["new", "old"], threshold=0.5
    ... )
    >>> [(group.name, group.contacted.mean, group.recall.mean) for group in found.groups]
    [('new', 0.75, 1.0), ('old', 0.25, 1.0)]
    >>> found.get_gap("contacted").higher, str(found.get_gap("contacted").difference)
    ('new', '0.500 (0.329 to 0.629)')
    """
    owners = np.arange(len(labels)) if customers is None else customers
    if not len(labels) == len(probabilities) == len(groups) == len(owners):
        sizes = f"{len(labels)}, {len(probabilities)}, {len(groups)}, {len(owners)}"
        raise InvalidParameterError(
            en=f"Labels, probabilities, groups and customers must have one row each; found {sizes}.",
            ru=f"Меток, вероятностей, групп и клиентов должно быть поровну, а их {sizes}.",
        )
    shared, kept, pooled = _pool(groups, names, owners)
    estimates: dict[str | None, _Figures] = {}
    figures = []
    for code, name in kept:
        rows = shared == code
        found = _estimate(labels[rows], probabilities[rows], owners[rows], threshold)
        estimates[name] = found
        figures.append(_describe(name, labels[rows], owners[rows], found))
    comparisons, gaps = _compare(estimates)
    return Fairness(
        threshold=threshold,
        groups=tuple(figures),
        gaps=gaps,
        pooled=pooled,
        left_out=len(np.unique(owners[shared < 0])),
        comparisons=comparisons,
    )


def _pool(
    groups: NDArray[np.int64], names: Sequence[str], owners: NDArray[np.int64]
) -> tuple[NDArray[np.int64], list[tuple[int, str | None]], tuple[str, ...]]:
    """Codes with the small groups under one, the groups that are kept, and the names of the small."""
    is_known = groups >= 0
    # Of each customer once: over time one is tested at several dates.
    once = np.unique(groups[is_known] * (int(owners.max(initial=0)) + 1) + owners[is_known])
    counts = np.bincount(once // (int(owners.max(initial=0)) + 1), minlength=len(names))
    sizes = {int(code): int(counts[code]) for code in np.flatnonzero(counts)}
    order = sorted(sizes, key=lambda code: (-sizes[code], code))
    most = MOST_GROUPS if len(order) <= MOST_GROUPS else MOST_GROUPS - 1
    kept: list[tuple[int, str | None]] = [
        (code, names[code]) for code in order[:most] if sizes[code] >= LEAST_CUSTOMERS
    ]
    small = [code for code in order if code not in {one for one, _ in kept}]
    shared = groups.copy()
    together = len(names)
    shared[np.isin(groups, small)] = together
    if len(np.unique(owners[shared == together])) >= LEAST_CUSTOMERS:
        kept.append((together, None))
    else:
        shared[shared == together] = -1
    if len(kept) < 2:
        counted = ", ".join(f"{names[code]}: {sizes[code]}" for code in order[:10]) or "—"
        raise QualityError(
            en=f"Groups cannot be compared: fewer than two of them have {LEAST_CUSTOMERS} customers whose"
            f" outcome is known ({counted}). Name another column, or load more customers.",
            ru=f"Группы не сравнить: меньше чем в двух из них есть {LEAST_CUSTOMERS} клиентов с известным "
            f"исходом ({counted}). Назовите другой столбец или загрузите больше клиентов.",
        )
    return shared, kept, tuple(names[code] for code in small)


def _estimate(
    labels: NDArray[np.float64],
    probabilities: NDArray[np.float64],
    owners: NDArray[np.int64],
    threshold: float,
) -> _Figures:
    is_positive = labels == 1
    is_contacted = probabilities >= threshold
    everybody = np.ones(len(labels), dtype=bool)
    found = {
        "base_rate": _share(is_positive, everybody, owners),
        "contacted": _share(is_contacted, everybody, owners),
        "calibration": _mean(probabilities - labels, owners),
    }
    if is_positive.any():
        found["recall"] = _share(is_contacted, is_positive, owners)
    if not is_positive.all():
        found["false_alarms"] = _share(is_contacted, ~is_positive, owners)
    return found


def _share(of: NDArray[np.bool_], among: NDArray[np.bool_], owners: NDArray[np.int64]) -> _Estimate:
    """The share of `of` among `among`, with the size of as many independent rows."""
    cases = int(among.sum())
    value = float((of & among).sum() / cases)
    own = owners[among]
    _, place = np.unique(own, return_inverse=True)
    n_customers = int(place.max()) + 1
    if n_customers == cases:
        return _Estimate(value, cases, size=float(cases))
    if value in (0.0, 1.0):
        return _Estimate(value, cases, size=float(n_customers))
    spread = float((np.bincount(place, weights=of[among] - value) ** 2).sum()) / cases**2
    size = value * (1 - value) / spread if spread else float(cases)
    return _Estimate(value, cases, size=float(np.clip(size, 1.0, cases)))


def _mean(values: NDArray[np.float64], owners: NDArray[np.int64]) -> _Estimate:
    value = float(values.mean())
    _, place = np.unique(owners, return_inverse=True)
    sums = np.bincount(place, weights=values - value)
    # Of n customers one goes to their mean.
    correction = len(sums) / max(len(sums) - 1, 1)
    error = float(np.sqrt((sums**2).sum() * correction)) / len(values)
    return _Estimate(value, len(values), error=error)


def _describe(
    name: str | None, labels: NDArray[np.float64], owners: NDArray[np.int64], found: _Figures
) -> GroupFigures:
    z = _find_z(1)
    told = {key: estimate.interval(z) for key, estimate in found.items()}
    return GroupFigures(
        name=name,
        customers=len(np.unique(owners)),
        rows=len(labels),
        positives=int(labels.sum()),
        base_rate=told["base_rate"],
        contacted=told["contacted"],
        recall=told.get("recall"),
        false_alarms=told.get("false_alarms"),
        calibration=told["calibration"],
    )


def _find_z(comparisons: int) -> float:
    """How many standard errors an interval reaches so that all hold at once."""
    return NormalDist().inv_cdf(1 - (1 - _LEVEL) / (2 * comparisons))


def _compare(estimates: dict[str | None, _Figures]) -> tuple[int, tuple[GroupGap, ...]]:
    pairs = [
        (measure, one, other)
        for measure in MEASURES
        for one, other in combinations(estimates, 2)
        if _is_enough(estimates[one], measure) and _is_enough(estimates[other], measure)
    ]
    z = _find_z(max(len(pairs), 1))
    gaps: dict[GroupMeasure, GroupGap] = {}
    for measure, one, other in pairs:
        gap = _subtract(measure, one, other, estimates, z)
        known = gaps.get(measure)
        if known is None or _rank(gap) > _rank(known):
            gaps[measure] = gap
    return len(pairs), tuple(gaps.values())


def _is_enough(figures: _Figures, measure: str) -> bool:
    return measure in figures and figures[measure].cases >= LEAST_CASES


def _rank(gap: GroupGap) -> tuple[bool, float]:
    return gap.is_certain, gap.difference.mean


def _subtract(
    measure: GroupMeasure,
    one: str | None,
    other: str | None,
    estimates: dict[str | None, _Figures],
    z: float,
) -> GroupGap:
    higher, lower = sorted((one, other), key=lambda name: -estimates[name][measure].value)
    above, below = estimates[higher][measure].interval(z), estimates[lower][measure].interval(z)
    difference = above.mean - below.mean
    return GroupGap(
        measure,
        higher,
        lower,
        Interval(
            difference,
            difference - float(np.hypot(above.mean - above.low, below.high - below.mean)),
            difference + float(np.hypot(above.high - above.mean, below.mean - below.low)),
        ),
    )
