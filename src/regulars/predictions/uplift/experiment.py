"""Who was contacted and who was not, what came of it, and whether the two were alike before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regulars.errors import InvalidParameterError, QualityError
from regulars.evaluate.intervals import Interval
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regulars.features.matrix import FeatureMatrix
    from regulars.predictions.outcomes.outcome import Outcome

__all__ = [
    "Arm",
    "Experiment",
    "Imbalance",
    "find_imbalances",
    "measure_arm_gaps",
    "measure_effect",
    "read_experiment",
]

_Z = 1.959963984540054
"""97.5 % of a normal distribution lie below it."""

_FEWEST_OF_EACH = 10
"""Of each outcome in each group: fewer cannot be dealt into five folds and learnt from."""

_LARGE = 0.1
"""A standardised difference that matters (Austin 2009, doi:10.1002/sim.3697)."""

_BEYOND_CHANCE = 4.0
"""Standard errors: of a thousand columns not one in ten experiments goes so far by chance."""


@dataclass(frozen=True, slots=True)
class Arm:
    """Customers of one group of an experiment.

    Attributes
    ----------
    customers, positives
        How many there are, and how many of them had the outcome.
    """

    customers: int
    positives: int

    @property
    def rate(self) -> float:
        """Share with the outcome."""
        return self.positives / self.customers


@dataclass(frozen=True, slots=True, eq=False)
class Experiment:
    """What came of contacting some customers and not others.

    Attributes
    ----------
    rows
        Numbers of the customers of both groups of whom the outcome is known, shape (n,).
    treated
        Who of them was contacted, shape (n,).
    outcomes
        1 and 0, shape (n,).
    others
        How many customers were in neither group.
    """

    rows: NDArray[np.int64]
    treated: NDArray[np.bool_]
    outcomes: NDArray[np.float64]
    others: int

    @property
    def contacted(self) -> Arm:
        """Those who were contacted."""
        return self._count(self.treated)

    @property
    def control(self) -> Arm:
        """Those who were not."""
        return self._count(~self.treated)

    def _count(self, members: NDArray[np.bool_]) -> Arm:
        return Arm(int(members.sum()), int(self.outcomes[members].sum()))


@dataclass(frozen=True, slots=True)
class Imbalance:
    """A feature in which the two groups differed before the contact.

    Attributes
    ----------
    feature
        Its name.
    difference
        In standard deviations, contacted less control (the standardised mean difference); of a category
        that of the level that differs most.
    level
        That level; None for a number.
    """

    feature: str
    difference: float
    level: str | None = None


def read_experiment(
    outcome: Outcome, is_treated: NDArray[np.bool_], is_control: NDArray[np.bool_]
) -> Experiment:
    """The two groups of an experiment, checked for being comparable.

    Parameters
    ----------
    outcome
        What was to be reached; NaN of whom it is not known.
    is_treated, is_control
        Who was contacted, and who was kept back; whoever is neither is left out.

    Raises
    ------
    InvalidParameterError
        When a customer is in both groups.
    QualityError
        When a group is empty, or has too few customers with or without the outcome.
    """
    both = int((is_treated & is_control).sum())
    if both:
        raise InvalidParameterError(
            en=f"{both} customers are both treated and controls. Name two groups that do not overlap:"
            " --treatment COLUMN=VALUE --control COLUMN=VALUE.",
            ru=f"Клиентов, которые сразу и в группе воздействия, и в контрольной: {both}. Назовите две"
            " непересекающиеся группы: --treatment СТОЛБЕЦ=ЗНАЧЕНИЕ --control СТОЛБЕЦ=ЗНАЧЕНИЕ.",
        )
    inside = is_treated | is_control
    rows = np.flatnonzero(inside & ~np.isnan(outcome.labels))
    found = Experiment(
        rows, is_treated[rows], outcome.labels[rows], int(len(inside) - inside.sum())
    )
    _check_arm(found, found.treated, Wording(en="treated", ru="группе воздействия"))
    _check_arm(found, ~found.treated, Wording(en="control", ru="контрольной группе"))
    return found


def _check_arm(experiment: Experiment, members: NDArray[np.bool_], name: Wording) -> None:
    positives = int(experiment.outcomes[members].sum())
    negatives = int(members.sum()) - positives
    if min(positives, negatives) >= _FEWEST_OF_EACH:
        return
    raise QualityError(
        en=f"In the {name.en} group {positives} customers have the outcome and {negatives} have not; at"
        f" least {_FEWEST_OF_EACH} of each are needed in both groups. Choose a more frequent outcome, or"
        " load more customers.",
        ru=f"В {name.ru} исход есть у {positives} клиентов, нет у {negatives}, а в обеих группах нужно хотя"
        f" бы по {_FEWEST_OF_EACH} тех и других. Выберите более частый исход или загрузите больше"
        " клиентов.",
    )


def measure_effect(experiment: Experiment) -> Interval:
    """The difference of the shares with the outcome, with a 95 % interval (Wald).

    Examples
    --------
    >>> treated = np.repeat([True, False], 100)
    >>> outcomes = np.concatenate([np.arange(100) < 30, np.arange(100) < 20]).astype(float)
    >>> print(measure_effect(Experiment(np.arange(200), treated, outcomes, 0)))
    0.100 (-0.019 to 0.219)
    """
    one, other = experiment.contacted, experiment.control
    difference = one.rate - other.rate
    error = float(
        np.sqrt(
            one.rate * (1 - one.rate) / one.customers
            + other.rate * (1 - other.rate) / other.customers
        )
    )
    return Interval(difference, difference - _Z * error, difference + _Z * error)


def find_imbalances(
    matrix: FeatureMatrix, treated: NDArray[np.bool_]
) -> tuple[tuple[Imbalance, ...], bool]:
    """How far the groups were apart before the contact, largest first, and whether that is no chance.

    Parameters
    ----------
    matrix
        One row per customer of the experiment.
    treated
        Who was contacted, shape (n_customers,).

    Returns
    -------
    imbalances, is_uneven
        The differences of all features; and whether any is both large (0.1 standard deviations) and
        beyond chance (four standard errors): then who was contacted was not left to chance.
    """
    error = float(np.sqrt(1 / treated.sum() + 1 / (~treated).sum()))
    found, is_uneven = [], False
    for column, feature in enumerate(matrix.features):
        gaps = measure_arm_gaps(matrix, column, treated)
        level, difference = max(gaps, key=lambda gap: abs(gap[1]), default=(None, 0.0))
        found.append(Imbalance(feature.name, difference, level))
        is_uneven |= abs(difference) > max(_LARGE, _BEYOND_CHANCE * error)
    return tuple(sorted(found, key=lambda one: -abs(one.difference))), is_uneven


def measure_arm_gaps(
    matrix: FeatureMatrix, column: int, treated: NDArray[np.bool_]
) -> list[tuple[str | None, float]]:
    """Standardised differences of a number, or of each level of a category, and of being known."""
    values, levels = matrix.values[:, column], matrix.levels[column]
    is_known = ~np.isnan(values)
    gaps: list[tuple[str | None, float]] = [("—", _compare(is_known.astype(np.float64), treated))]
    if levels is None:
        gaps.append((None, _compare(values[is_known], treated[is_known])))
        return gaps
    counts = np.bincount(values[is_known].astype(np.int64), minlength=len(levels))
    often = np.flatnonzero(counts >= _FEWEST_OF_EACH)
    return gaps + [
        (levels[code], _compare((values == code).astype(np.float64), treated)) for code in often
    ]


def _compare(values: NDArray[np.float64], treated: NDArray[np.bool_]) -> float:
    one, other = values[treated], values[~treated]
    if not len(one) or not len(other):
        return 0.0
    spread = float(np.sqrt((one.var() + other.var()) / 2))
    return float(one.mean() - other.mean()) / spread if spread else 0.0
