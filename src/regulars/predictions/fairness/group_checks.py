"""A model looked at by one column: groups compared, twins of another group, the column guessed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.fairness import Fairness, GroupFigures, measure_fairness
from regulars.evaluate.intervals import Interval, bound_share
from regulars.features.matrix import FeatureMatrix
from regulars.features.power import bound_power, measure_powers, measure_together
from regulars.predictions.fairness.groups import CustomerGroups
from regulars.predictions.fitting.scorers import Scorer
from regulars.schema.customer_groups import GroupKind
from regulars.schema.wording import Wording

__all__ = [
    "GroupCheck",
    "GroupGuess",
    "JudgedRows",
    "TwinShift",
    "TwinTest",
    "check_group",
    "guess_group",
    "score_twins",
]

_MOST_ROWS = 5_000
_MOST_TWINS = 20_000
_MOST_GUESSED = 3
_TELLING = 0.7
"""A feature of at least this ROC-AUC by itself tells the group."""


@dataclass(frozen=True, slots=True)
class TwinShift:
    """Everybody else scored as if they were of one group, all else being as it is.

    Attributes
    ----------
    name
        That group.
    customers
        How many others there are.
    change
        Mean change of their probability.
    flips
        Share of them whose decision changes.
    """

    name: str
    customers: int
    change: Interval
    flips: Interval


@dataclass(frozen=True, slots=True)
class TwinTest:
    """The same customers in other groups: what the column alone does to a score.

    Attributes
    ----------
    customers
        How many were scored.
    flips
        Share of them who are contacted or not depending on which of the groups they are in.
    shifts
        One per group, largest first.
    """

    customers: int
    flips: Interval
    shifts: tuple[TwinShift, ...]


@dataclass(frozen=True, slots=True)
class GroupGuess:
    """How well a group is guessed from what else the model sees.

    Attributes
    ----------
    name
        The group that is guessed best.
    roc_auc
        Against all others, by a quick booster on customers that it had not seen; 0.5 is chance.
    features
        Those that tell it by themselves (ROC-AUC of 0.7 and more), most telling first.
    """

    name: str
    roc_auc: Interval
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupCheck:
    """A model looked at by the groups of one column.

    Attributes
    ----------
    column
        Name of the column, as the file has it.
    meaning
        What it says.
    kind
        `sex`, `age` or `region`; None for another column.
    fairness
        How the groups are treated.
    is_seen
        Whether the model looks at the column.
    twins
        The test of twins; None where the model does not look at the column, for then nothing changes.
    guess
        How well the group is guessed from what else the model sees; None where that was not measured.
    """

    column: str
    meaning: Wording
    kind: GroupKind | None
    fairness: Fairness
    is_seen: bool
    twins: TwinTest | None
    guess: GroupGuess | None


@dataclass(frozen=True, slots=True, eq=False)
class JudgedRows:
    """What a model said of customers whose outcome it had not seen, one row per test.

    Attributes
    ----------
    labels, probabilities
        1 and 0, and the probability; shape (n_rows,).
    groups
        Position of the group of each, below zero where not known; shape (n_rows,).
    customers
        Rows of the same number are of one customer, shape (n_rows,).
    """

    labels: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    groups: NDArray[np.int64]
    customers: NDArray[np.int64]


def check_group(
    groups: CustomerGroups,
    tested: JudgedRows,
    *,
    threshold: float,
    scorer: Scorer | None = None,
    matrix: FeatureMatrix | None = None,
    codes: NDArray[np.int64] | None = None,
    random_state: int,
) -> GroupCheck:
    """How a model treats the groups of one column.

    Parameters
    ----------
    groups
        The groups.
    tested
        What was said of customers before their outcome was known.
    threshold
        From this probability on a customer is contacted.
    scorer, matrix, codes
        The model, customers as it sees them, and the group of each; without them neither twins are
        scored nor groups guessed.
    random_state
        Of the folds in which groups are guessed.

    Raises
    ------
    QualityError
        When there are not two groups large enough.
    """
    fairness = measure_fairness(
        tested.labels,
        tested.probabilities,
        tested.groups,
        groups.names,
        threshold=threshold,
        customers=tested.customers,
    )
    names = [group.name for group in fairness.groups if group.name is not None]
    compared = [groups.names.index(name) for name in names]
    is_seen = matrix is not None and groups.feature in [one.name for one in matrix.features]
    twins, guess = None, None
    if scorer is not None and matrix is not None and codes is not None:
        if is_seen:
            twins = score_twins(
                scorer,
                matrix,
                groups,
                codes,
                compared,
                threshold=threshold,
                random_state=random_state,
            )
        guess = guess_group(matrix, groups, codes, compared, random_state=random_state)
    if groups.is_ordered:
        fairness = replace(fairness, groups=_arrange(fairness.groups, groups.names))
    return GroupCheck(groups.column, groups.meaning, groups.kind, fairness, is_seen, twins, guess)


def _arrange(found: Sequence[GroupFigures], names: Sequence[str]) -> tuple[GroupFigures, ...]:
    """Bands of a number as they follow, the small ones together at the end."""
    place = {name: number for number, name in enumerate(names)}
    return tuple(sorted(found, key=lambda group: place.get(group.name or "", len(place))))


def score_twins(
    scorer: Scorer,
    matrix: FeatureMatrix,
    groups: CustomerGroups,
    codes: NDArray[np.int64],
    compared: Sequence[int],
    *,
    threshold: float,
    random_state: int = 0,
) -> TwinTest | None:
    """The same customers as if they were of other groups; None when fewer than two have customers.

    A band of a number is entered at its median. Of more than 20,000 customers as many are drawn.

    Parameters
    ----------
    scorer, matrix
        The model and the customers as it sees them; the column is among the features.
    groups, codes
        The groups, and that of each row; shape (n_rows,).
    compared
        Which groups are entered.
    threshold
        From this probability on a customer is contacted.
    random_state
        Of the draw.
    """
    column = [one.name for one in matrix.features].index(groups.feature)
    entered = [code for code in compared if (codes == code).any()]
    rows = np.flatnonzero(np.isin(codes, entered))
    if len(entered) < 2:
        return None
    if len(rows) > _MOST_TWINS:
        rows = np.sort(np.random.default_rng(random_state).permutation(rows)[:_MOST_TWINS])
    own = codes[rows]
    said = scorer.probabilities(matrix.values[rows])
    decided = said >= threshold
    depends = np.zeros(len(rows), dtype=bool)
    shifts = []
    for code in entered:
        others = own != code
        values = matrix.values[rows[others]]
        values[:, column] = np.nanmedian(matrix.values[codes == code, column])
        again = scorer.probabilities(values)
        flips = (again >= threshold) != decided[others]
        depends[others] |= flips
        shifts.append(
            TwinShift(
                groups.names[code],
                len(again),
                _bound_mean(again - said[others]),
                _bound_share(flips),
            )
        )
    return TwinTest(len(rows), _bound_share(depends), tuple(shifts))


def guess_group(
    matrix: FeatureMatrix,
    groups: CustomerGroups,
    codes: NDArray[np.int64],
    compared: Sequence[int],
    *,
    random_state: int,
) -> GroupGuess | None:
    """How well the group is guessed from the other features; None without another feature.

    On at most 5,000 customers, of the three largest groups the one that is guessed best.

    Parameters
    ----------
    matrix
        The customers as the model sees them.
    groups, codes
        The groups, and that of each row; shape (n_rows,).
    compared
        Which groups are guessed, largest first.
    random_state
        Of the customers and the folds.
    """
    others = np.array([one.name != groups.feature for one in matrix.features], dtype=bool)
    known = np.flatnonzero(codes >= 0)
    if not others.any() or not len(known):
        return None
    order = np.random.default_rng(random_state).permutation(known)[:_MOST_ROWS]
    X, is_category = matrix.values[order][:, others], matrix.is_category[others]
    wanted = [code for code in compared[:_MOST_GUESSED] if (codes[order] == code).any()]
    if len(compared) == 2:
        # Of two groups either is guessed as well as the other.
        wanted = wanted[:1]
    found = {
        code: measure_together(X, codes[order] == code, is_category, random_state=random_state)
        for code in wanted
    }
    if not found:
        return None
    best = max(found, key=lambda code: found[code])
    truth = codes[order] == best
    bounded = bound_power(found[best], truth)
    powers = measure_powers(X, truth, is_category, random_state=random_state)
    names = [one.name for one, other in zip(matrix.features, others, strict=True) if other]
    telling = sorted(
        ((power.value, name) for power, name in zip(powers, names, strict=True)), reverse=True
    )
    return GroupGuess(
        groups.names[best],
        Interval(bounded.value, bounded.low, bounded.high),
        tuple(name for value, name in telling if value >= _TELLING),
    )


def _bound_mean(values: NDArray[np.float64]) -> Interval:
    mean = float(values.mean())
    half = _Z * float(values.std()) / max(len(values) - 1, 1) ** 0.5
    return Interval(mean, mean - half, mean + half)


def _bound_share(is_so: NDArray[np.bool_]) -> Interval:
    return bound_share(float(is_so.mean()), len(is_so))


_Z = NormalDist().inv_cdf(0.975)
