"""Survival models: everybody alike, proportional hazards, and trees on the hazard of each period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from regulars.features.design import DesignMatrix
from regulars.predictions.families.boosting import fit_lightgbm
from regulars.predictions.survival.curves import CustomerCurves
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regulars.predictions.families.boosting import LightgbmModel

__all__ = [
    "FITTERS",
    "TITLES",
    "CoxModel",
    "SurvivalModel",
    "SurvivalModelName",
    "SurvivalRows",
    "fit_cox",
]

SurvivalModelName = Literal["kaplan_meier", "cox", "hazard"]

TITLES: dict[SurvivalModelName, Wording] = {
    "kaplan_meier": Wording(en="Kaplan-Meier: everybody alike", ru="Каплан — Мейер: все одинаковы"),
    "cox": Wording(en="Proportional hazards (Cox)", ru="Пропорциональные риски (модель Кокса)"),
    "hazard": Wording(
        en="Hazard of each period by boosting (LightGBM)",
        ru="Риск каждого периода бустингом (LightGBM)",
    ),
}
"""The models, simplest first."""

_MOST_TIMES = 200
_MOST_PERIODS = 30
_MOST_CELLS = 10_000_000
_PENALTY = 1.0
"""Of the squares of Cox coefficients of standardised columns: it holds what a few customers say."""

_MOST_STEPS = 50
_CLOSE = 1e-6
_MOST_COX_FEATURES = 100
_COMING_DAYS = 365
_SMALL_TREES = 2
"""Place among the candidates of `fit_lightgbm`: 200 small trees."""


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalRows:
    """What a survival model learns from.

    Attributes
    ----------
    X
        Codes and numbers, shape (n_customers, n_features).
    is_category
        Which columns hold codes, shape (n_features,).
    times
        How long each customer was there, shape (n_customers,).
    has_left
        Whether they left then, shape (n_customers,).
    """

    X: NDArray[np.float64]
    is_category: NDArray[np.bool_]
    times: NDArray[np.float64]
    has_left: NDArray[np.bool_]

    def take(self, rows: NDArray[np.int64]) -> SurvivalRows:
        """Only the rows with these numbers."""
        return SurvivalRows(self.X[rows], self.is_category, self.times[rows], self.has_left[rows])


class SurvivalModel(Protocol):
    """A fitted survival model."""

    def risks(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """More means leaving sooner, shape (n_customers,)."""

    def curves(self, X: NDArray[np.float64]) -> CustomerCurves:
        """When each customer will have left, from the beginning."""

    def contributions(
        self, X: NDArray[np.float64], so_far: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """What each feature adds to the risk of leaving of who was there `so_far`, as a logarithm.

        Shape (n_customers, n_features).
        """


class Fitter(Protocol):
    """Fits one model."""

    def __call__(self, rows: SurvivalRows, *, random_state: int) -> SurvivalModel:
        """The fitted model."""


@dataclass(frozen=True, slots=True, eq=False)
class SameForAll:
    """The curve of Kaplan and Meier for every customer."""

    times: NDArray[np.float64]
    shares: NDArray[np.float64]

    def risks(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same for everybody."""
        return np.zeros(len(X))

    def curves(self, X: NDArray[np.float64]) -> CustomerCurves:
        """The same for everybody."""
        return CustomerCurves(self.times, np.tile(self.shares, (len(X), 1)))

    def contributions(
        self, X: NDArray[np.float64], so_far: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Nothing."""
        return np.zeros(X.shape)


@dataclass(frozen=True, slots=True, eq=False)
class CoxModel:
    """Proportional hazards: a hazard in time, the same for all, times a factor of the customer's.

    Attributes
    ----------
    design
        Learnt with it.
    center
        Mean of each column of the design.
    coefficients, covariance
        Logarithms of hazard ratios for each column of the design, and how sure they are: the inverse of
        the curvature of the penalised likelihood.
    times, hazards
        The cumulative hazard of a customer of average features, from 0.
    """

    design: DesignMatrix
    center: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    covariance: NDArray[np.float64]
    times: NDArray[np.float64]
    hazards: NDArray[np.float64]

    def risks(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Logarithm of the factor, shape (n_customers,)."""
        return np.asarray((self.design.transform(X) - self.center) @ self.coefficients)

    def curves(self, X: NDArray[np.float64]) -> CustomerCurves:
        """The probability of being there falls with the cumulative hazard."""
        return CustomerCurves(self.times, np.exp(-np.outer(np.exp(self.risks(X)), self.hazards)))

    def contributions(
        self, X: NDArray[np.float64], so_far: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Coefficient times value against the mean: they sum to `risks`, however long it has been."""
        parts = (self.design.transform(X) - self.center) * self.coefficients
        told = np.zeros(X.shape)
        np.add.at(told.T, self.design.source_, parts.T)
        return told


@dataclass(frozen=True, slots=True, eq=False)
class HazardModel:
    """The probability of leaving in a period, of who was there at its beginning, by boosted trees.

    Attributes
    ----------
    model
        Of rows of features and the number of the period.
    offset
        What is added to its log-odds, because not all who stayed were learnt from.
    times
        Ends of the periods, from 0.
    """

    model: LightgbmModel
    offset: float
    times: NDArray[np.float64]

    def risks(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """How much shorter than the longest the customer's stay is expected to be within the grid."""
        shares = self.curves(X).shares
        return np.asarray(-(shares[:, :-1] @ np.diff(self.times)))

    def curves(self, X: NDArray[np.float64]) -> CustomerCurves:
        """The product of the probabilities of staying, period by period."""
        from scipy.special import expit

        shares = np.ones((len(X), len(self.times)))
        for period in range(len(self.times) - 1):
            rows = np.column_stack([X, np.full(len(X), float(period))])
            shares[:, period + 1] = shares[:, period] * expit(
                -(self.model.log_odds(rows) + self.offset)
            )
        return CustomerCurves(self.times, shares)

    def contributions(
        self, X: NDArray[np.float64], so_far: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """SHAP values of the log-odds of leaving in a period, their mean over those of the coming year.

        With what the number of the period adds, and one constant, they sum to the mean of these log-odds.
        """
        begins, ends = self.times[:-1], self.times[1:]
        told = np.zeros(X.shape)
        counts = np.zeros(len(X))
        for period, (begin, end) in enumerate(zip(begins, ends, strict=True)):
            # Who was there longer than the grid is asked about its last period.
            own = (begin < so_far + _COMING_DAYS) & ((end > so_far) | (period == len(ends) - 1))
            if own.any():
                rows = np.column_stack([X[own], np.full(int(own.sum()), float(period))])
                told[own] += self.model.contributions(rows)[:, :-1]
                counts[own] += 1
        return np.asarray(told / counts[:, None])


def fit_same_for_all(rows: SurvivalRows, *, random_state: int) -> SurvivalModel:
    """The curve of Kaplan and Meier, at 200 times at most."""
    grid = _choose_grid(rows, _MOST_TIMES)
    shares = np.cumprod(1 - _count_events(rows, grid) / np.maximum(_count_at_risk(rows, grid), 1))
    return SameForAll(np.append(0.0, grid), np.append(1.0, shares))


def fit_cox(rows: SurvivalRows, *, random_state: int) -> CoxModel:
    """Cox (1972) by the partial likelihood of statsmodels (ties by Efron 1977), with an L2 penalty.

    The penalty makes columns that repeat each other, and levels nobody with which has left, harmless:
    without it the likelihood may have no highest point. Times are taken to the next of at most 200.
    """
    from statsmodels.duration.hazard_regression import PHReg

    grid = _choose_grid(rows, _MOST_TIMES)
    design = DesignMatrix(rows.is_category, max_features=_MOST_COX_FEATURES).fit(
        rows.X, rows.has_left.astype(np.float64)
    )
    matrix = design.transform(rows.X)
    center = matrix.mean(axis=0)
    centered = matrix - center
    turns = _count_turns(rows, grid)
    likelihood = PHReg(
        turns.astype(np.float64), centered, status=rows.has_left.astype(np.int64), ties="efron"
    )
    coefficients = _climb(likelihood, matrix.shape[1])
    hazards = _add_up_hazards(rows, grid, np.exp(centered @ coefficients))
    bend = likelihood.hessian(coefficients) - _PENALTY * np.eye(len(coefficients))
    return CoxModel(
        design,
        center,
        coefficients,
        np.linalg.inv(-bend),
        np.append(0.0, grid),
        np.append(0.0, hazards),
    )


def _add_up_hazards(
    rows: SurvivalRows, grid: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The cumulative hazard of an average customer: of equal times each departure after the other.

    As Efron's ties have it (Therneau and Grambsch 2000, section 10.2): in months many leave at one
    time, and Breslow's hazard of all of them at once would be too small.
    """
    left_in = _count_turns(rows, grid)[rows.has_left] - 1
    counts = np.bincount(left_in, minlength=len(grid))
    leaving = np.bincount(left_in, weights=weights[rows.has_left], minlength=len(grid))
    at_risk = _count_at_risk(rows, grid, weights)
    steps = [
        float(np.sum(1 / (there - np.arange(count) / count * gone)))
        for count, gone, there in zip(counts.tolist(), leaving, at_risk, strict=True)
    ]
    return np.cumsum(steps)


def _climb(likelihood: object, n_columns: int) -> NDArray[np.float64]:
    """The top of the penalised likelihood, by Newton steps that are halved where they overshoot."""
    log_likelihood = likelihood.loglike  # type: ignore[attr-defined] # statsmodels ships no types
    place = np.zeros(n_columns)
    height = float(log_likelihood(place))
    for _ in range(_MOST_STEPS):
        slope = likelihood.score(place) - _PENALTY * place  # type: ignore[attr-defined] # as above
        bend = likelihood.hessian(place) - _PENALTY * np.eye(n_columns)  # type: ignore[attr-defined] # as above
        step = -np.linalg.solve(bend, slope)
        reached = height
        while np.abs(step).max() > _CLOSE:
            there = place + step
            reached = float(log_likelihood(there)) - _PENALTY / 2 * float(there @ there)
            if reached >= height:
                break
            step = step / 2
        if np.abs(step).max() <= _CLOSE:
            break
        place, height = place + step, reached
    return place


def fit_hazard(rows: SurvivalRows, *, random_state: int) -> SurvivalModel:
    """A discrete-time hazard (Singer and Willett 1993, doi:10.2307/1165085) by small boosted trees.

    Time is cut into at most 30 periods with as many departures in each. A customer gives a row for
    every period that they were seen through, and one for the period they left in. Of very many rows
    those without a departure are sampled; their share goes back into the log-odds (King and Zeng
    2001, doi:10.1093/oxfordjournals.pan.a004868, eq. 7).
    """
    grid = _choose_grid(rows, _MOST_PERIODS)
    customer, period = _list_periods(rows, grid)
    is_last = np.append(customer[1:] != customer[:-1], True)
    labels = (is_last & rows.has_left[customer]).astype(np.float64)
    kept, share = _sample(labels, rows.X.shape[1] + 1, random_state)
    customer, period, labels = customer[kept], period[kept], labels[kept]
    matrix = np.column_stack([rows.X[customer], period])
    is_category = np.append(rows.is_category, False)
    model = fit_lightgbm(matrix, labels, is_category, only=_SMALL_TREES).pick(_SMALL_TREES)
    return HazardModel(model, float(np.log(share)), np.append(0.0, grid))


def _list_periods(
    rows: SurvivalRows, grid: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each customer's number once for every period that they were seen in, and the period's."""
    seen = _count_turns(rows, grid)
    customer = np.repeat(np.arange(len(seen)), seen)
    first = np.cumsum(seen) - seen
    return customer, np.arange(len(customer)) - first[customer]


def _sample(
    labels: NDArray[np.float64], n_columns: int, random_state: int
) -> tuple[NDArray[np.int64], float]:
    """Which rows are learnt from: all departures, and of the others this share."""
    left, stayed = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    room = max(_MOST_CELLS // n_columns - len(left), len(left))
    if len(stayed) <= room:
        return np.arange(len(labels)), 1.0
    drawn = np.random.default_rng(random_state).choice(stayed, room, replace=False)
    return np.sort(np.concatenate([left, drawn])), room / len(stayed)


def _choose_grid(rows: SurvivalRows, most: int) -> NDArray[np.float64]:
    """The times at which customers left; of many those with as many departures between them."""
    times = rows.times[rows.has_left & (rows.times > 0)]
    distinct = np.unique(times)
    if len(distinct) <= most:
        return distinct
    ranks = np.linspace(0, 1, most + 1)[1:]
    return np.unique(np.quantile(times, ranks, method="inverted_cdf"))


def _count_turns(rows: SurvivalRows, grid: NDArray[np.float64]) -> NDArray[np.int64]:
    """In how many periods of the grid each customer was seen: to their ends, or to leave in the last."""
    # Who left at once was there for the first period; nobody leaves after the last.
    left_in = np.searchsorted(grid, rows.times, side="left") + 1
    seen_through = np.searchsorted(grid, rows.times, side="right")
    return np.where(rows.has_left, np.minimum(left_in, len(grid)), seen_through).astype(np.int64)


def _count_events(rows: SurvivalRows, grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Departures in each period."""
    left_in = _count_turns(rows, grid)[rows.has_left] - 1
    return np.bincount(left_in, minlength=len(grid)).astype(np.float64)


def _count_at_risk(
    rows: SurvivalRows, grid: NDArray[np.float64], weights: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Customers in each period, or the sum of their weights."""
    ended = np.bincount(_count_turns(rows, grid), weights=weights, minlength=len(grid) + 1)
    return np.asarray(np.cumsum(ended[::-1])[::-1][1:], np.float64)


FITTERS: dict[SurvivalModelName, Fitter] = {
    "kaplan_meier": fit_same_for_all,
    "cox": fit_cox,
    "hazard": fit_hazard,
}
