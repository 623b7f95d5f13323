"""What a retention campaign earns at best: the expected maximum profit of a ranking (EMPC)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError
from regulars.evaluate.intervals import Interval, bootstrap_figures

__all__ = [
    "CampaignPrices",
    "MaximumProfit",
    "expect_maximum_profit",
    "measure_maximum_profit",
    "weigh_profit",
]

_STEPS = 1_000


@dataclass(frozen=True, slots=True)
class CampaignPrices:
    """What a retention campaign costs and brings, and how sure one is that an offer works.

    Attributes
    ----------
    lifetime_value
        What a customer who is kept brings, in any currency.
    offer
        What the offer costs when it is taken, in the same currency.
    contact
        What one contact costs, taken or not.
    alpha, beta
        The share of those about to leave who stay for the offer is Beta(`alpha`, `beta`): 30 % give
        or take 10 points by default, as in the paper.
    """

    lifetime_value: float = 200.0
    offer: float = 10.0
    contact: float = 1.0
    alpha: float = 6.0
    beta: float = 14.0

    def __post_init__(self) -> None:
        if not (
            0 < self.offer < self.lifetime_value and self.contact > 0 and self.contact < np.inf
        ):
            raise InvalidParameterError(
                en=f"Prices must satisfy 0 < offer < lifetime_value and 0 < contact; found offer="
                f"{self.offer}, lifetime_value={self.lifetime_value}, contact={self.contact}.",
                ru="Цены должны быть такими: 0 < offer < lifetime_value и 0 < contact; получено "
                f"offer={self.offer}, lifetime_value={self.lifetime_value}, contact={self.contact}.",
            )
        if not (0 < self.alpha < np.inf and 0 < self.beta < np.inf):
            raise InvalidParameterError(
                en=f"alpha and beta must be above 0; found {self.alpha} and {self.beta}.",
                ru=f"alpha и beta должны быть больше 0; получено {self.alpha} и {self.beta}.",
            )


@dataclass(frozen=True, slots=True)
class MaximumProfit:
    """The best that a ranking can earn.

    Attributes
    ----------
    profit
        Per customer of the base, in the currency of the prices.
    share
        Of the customers contacted, highest scores first, on average over how well the offer works.
    """

    profit: Interval
    share: Interval


def expect_maximum_profit(
    labels: NDArray[np.float64], scores: NDArray[np.float64], prices: CampaignPrices | None = None
) -> tuple[float, float]:
    r"""Profit per customer and share contacted at the best cut-off, averaged over how well offers work.

    With CLV the lifetime value, d the price of the offer, f that of a contact, :math:`\delta = d/CLV`,
    :math:`\phi = f/CLV`, :math:`\pi_0` and :math:`\pi_1` the shares of those who leave and who stay,
    :math:`F_0` and :math:`F_1` the shares of either that are contacted, and :math:`\gamma` the share that an
    offer keeps, a campaign earns (Verbraken, Verbeke and Baesens 2013, doi:10.1109/TKDE.2012.50)

    .. math:: CLV\,[(\gamma (1 - \delta) - \phi)\,\pi_0 F_0 - (\delta + \phi)\,\pi_1 F_1].

    For each :math:`\gamma` the best cut-off is a corner of the convex hull of the ROC curve, so the mean over
    :math:`\gamma \sim Beta(\alpha, \beta)` is a sum of incomplete beta functions.

    Parameters
    ----------
    labels, scores
        1 and 0, and what the model says; shape (n_customers,).
    prices
        Those of the paper by default.

    Examples
    --------
    >>> labels = np.array([0.0, 1, 0, 1, 0, 1, 0, 1])
    >>> scores = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9])
    >>> profit, share = expect_maximum_profit(labels, scores)
    >>> round(profit, 6), round(share, 6)
    (23.875593, 0.87437)
    """
    profit, share = _Ranking(labels, scores, prices or CampaignPrices())(np.ones(len(labels)))
    return float(profit), float(share)


def measure_maximum_profit(
    labels: NDArray[np.float64],
    scores: NDArray[np.float64],
    prices: CampaignPrices | None = None,
    *,
    customers: NDArray[np.int64] | None = None,
    random_state: int,
    n_samples: int = 200,
) -> MaximumProfit:
    """The same with 95 % intervals by bootstrap, for which scores are told apart in 1,000 steps.

    Parameters
    ----------
    labels, scores, prices
        As in `expect_maximum_profit`.
    customers, random_state, n_samples
        As in `bootstrap_intervals`.
    """
    told = prices or CampaignPrices()
    profit, share = bootstrap_figures(
        weigh_profit(labels, scores, told),
        labels,
        random_state=random_state,
        customers=customers,
        n_samples=n_samples,
    )
    exact = expect_maximum_profit(labels, scores, told)
    return MaximumProfit(_center(profit, exact[0]), _center(share, exact[1]))


def _coarsen(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """The scores in at most 1,000 steps of equally many customers, in the same order."""
    levels = np.unique(scores)
    if len(levels) <= _STEPS:
        return scores
    steps = np.quantile(scores, np.linspace(0, 1, _STEPS + 1)[1:-1])
    return np.searchsorted(steps, scores, side="right").astype(np.float64)


def _center(coarse: Interval, exact: float) -> Interval:
    """The interval of the coarse figure around the exact one."""
    shift = exact - coarse.mean
    return Interval(exact, coarse.low + shift, coarse.high + shift)


def weigh_profit(
    labels: NDArray[np.float64], scores: NDArray[np.float64], prices: CampaignPrices | None = None
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Profit and share as a function of row weights, for a bootstrap; scores in 1,000 steps."""
    return _Ranking(labels, _coarsen(scores), prices or CampaignPrices())


class _Ranking:
    """Profit and share as functions of row weights; sorted once for all bootstrap samples."""

    def __init__(
        self, labels: NDArray[np.float64], scores: NDArray[np.float64], prices: CampaignPrices
    ) -> None:
        self.order = np.argsort(-scores, kind="stable")
        _, self.group = np.unique(-scores[self.order], return_inverse=True)
        self.is_leaving = labels[self.order] == 1
        self.prices = prices

    def __call__(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        own = weights[self.order]
        total = own.sum()
        # Shares of all customers: who leaves and who stays among the first so many.
        leaving = np.cumsum(np.bincount(self.group, weights=own * self.is_leaving)) / total
        staying = np.cumsum(np.bincount(self.group, weights=own * ~self.is_leaving)) / total
        corners = _find_hull(np.append(0.0, staying), np.append(0.0, leaving))
        return self._average(np.append(0.0, leaving)[corners], np.append(0.0, staying)[corners])

    def _average(
        self, leaving: NDArray[np.float64], staying: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        from scipy.special import betainc

        prices = self.prices
        delta = prices.offer / prices.lifetime_value
        phi = prices.contact / prices.lifetime_value
        # From this share kept on it pays to go on to the next corner; the hull makes it rise.
        gained, lost = np.diff(leaving), np.diff(staying)
        with np.errstate(divide="ignore"):
            kept = ((delta + phi) * lost / gained + phi) / (1 - delta)
        bounds = np.clip(np.concatenate([[0.0], kept, [1.0]]), 0.0, 1.0)
        mass = np.diff(betainc(prices.alpha, prices.beta, bounds))
        mean = prices.alpha / (prices.alpha + prices.beta)
        moment = mean * np.diff(betainc(prices.alpha + 1, prices.beta, bounds))
        profit = prices.lifetime_value * (
            (1 - delta) * moment @ leaving - mass @ (phi * leaving + (delta + phi) * staying)
        )
        return np.array([profit, mass @ (leaving + staying)])


def _find_hull(x: NDArray[np.float64], y: NDArray[np.float64]) -> list[int]:
    """Corners of the upper convex hull of a rising curve, left to right (Andrew 1979)."""
    hull: list[int] = []
    for place in range(len(x)):
        while len(hull) > 1 and _turns_left(x, y, hull[-2], hull[-1], place):
            hull.pop()
        hull.append(place)
    # Past the last one who leaves there is nobody to win.
    top = next(place for place, corner in enumerate(hull) if y[corner] == y[hull[-1]])
    return hull[: top + 1]


def _turns_left(
    x: NDArray[np.float64], y: NDArray[np.float64], first: int, second: int, third: int
) -> bool:
    across = (x[second] - x[first]) * (y[third] - y[first])
    return bool(across - (y[second] - y[first]) * (x[third] - x[first]) >= 0)
