"""What customers are expected to buy over a horizon, with the interval that the parameters leave."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from regulars.evaluate.intervals import Interval
from regulars.predictions.lifetime_value.histories import Patterns
from regulars.predictions.lifetime_value.maximum_likelihood import Z_95

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from regulars.predictions.lifetime_value.histories import RepeatPurchases
    from regulars.predictions.lifetime_value.maximum_likelihood import Estimate
    from regulars.predictions.lifetime_value.models import PurchaseModel

    Array = NDArray[np.float64]

__all__ = [
    "Expectation",
    "Forecast",
    "differentiate",
    "discount_rate",
    "expect_purchases",
    "forecast",
]

_NODES = 28
_STEP = 1e-3
_CHUNK = 20_000
_YEAR_DAYS = 365.25


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """A positive figure that is expected of every customer, and how far from it things may turn out.

    Intervals are of 95 %. They hold what the parameters leave open (Laplace: their covariance, carried over
    by the delta method) and what customers do by chance; both variances make a gamma distribution
    with the expected mean.

    Attributes
    ----------
    values
        Shape (n_customers,).
    slopes
        Their derivatives by the logarithms of the parameters, shape (n_customers, n_parameters).
    covariance
        Of the logarithms of the parameters, shape (n_parameters, n_parameters).
    variances
        Of what each customer does, were the parameters known, shape (n_customers,).

    Examples
    --------
    >>> twice = Expectation(
    ...     np.array([1.0, 3.0]), np.array([[1.0], [3.0]]), np.array([[0.01]]), np.array([1.0, 3.0])
    ... )
    >>> print(twice.total(), "and by the parameters alone", twice.total(is_chance_left_out=True))
    4.000 (1.053 to 8.877) and by the parameters alone 4.000 (3.255 to 4.821)
    """

    values: Array
    slopes: NDArray[np.float32] | Array
    covariance: Array
    variances: Array

    def bounds(self) -> tuple[Array, Array]:
        """Low and high of every customer, each of shape (n_customers,)."""
        spread = np.einsum("ij,jk,ik->i", self.slopes, self.covariance, self.slopes)
        return _bound(self.values, np.maximum(spread, 0.0) + self.variances)

    def total(
        self, rows: NDArray[np.bool_] | None = None, *, is_chance_left_out: bool = False
    ) -> Interval:
        """The sum over some customers, or over all.

        Parameters
        ----------
        rows
            Whom to sum up.
        is_chance_left_out
            Bounds of the expectation itself: of the mean of many such customers.
        """
        total, variance = self._sum_up(rows, is_chance_left_out=is_chance_left_out)
        low, high = _bound(np.array([total]), np.array([variance]))
        return Interval(total, float(low[0]), float(high[0]))

    def share(self, rows: NDArray[np.bool_] | None = None) -> Interval:
        """The mean of probabilities, with bounds that stay between 0 and 1."""
        from scipy.special import expit

        count = len(self.values) if rows is None else int(rows.sum())
        total, variance = self._sum_up(rows, is_chance_left_out=False)
        mean = total / max(count, 1)
        inside = mean * (1.0 - mean)
        if inside <= 0:
            return Interval(mean, mean, mean)
        # The error is the same on the scale of log odds, times the slope of that scale, which is too wide
        # for shares near 0 and 1 that hardly move: there the plain scale is the better one.
        error = Z_95 * float(np.sqrt(variance)) / count
        odds = np.log(mean / (1.0 - mean)) + np.array([-error, error]) / inside
        low, high = expit(odds).tolist()
        return Interval(mean, max(low, mean - error), min(high, mean + error))

    def _sum_up(
        self, rows: NDArray[np.bool_] | None, *, is_chance_left_out: bool
    ) -> tuple[float, float]:
        """The sum, and its variance."""
        kept = slice(None) if rows is None else rows
        slope = self.slopes[kept].sum(axis=0, dtype=np.float64)
        variance = max(float(slope @ self.covariance @ slope), 0.0)
        if not is_chance_left_out:
            variance += float(self.variances[kept].sum())
        return float(self.values[kept].sum()), variance


def _bound(means: Array, variances: Array) -> tuple[Array, Array]:
    """Where a gamma distribution with these moments has its middle 95 %; the mean is never left out.

    Of somebody who is almost surely gone more than 97.5 % of the outcomes are nothing.
    """
    from scipy.special import gammaincinv

    is_open = (means > 0) & (variances > 0)
    mean, variance = means[is_open], variances[is_open]
    shape, scale = mean**2 / variance, variance / mean
    low, high = means.copy(), means.copy()
    low[is_open] = scale * gammaincinv(shape, 0.025)
    high[is_open] = np.maximum(scale * gammaincinv(shape, 0.975), mean)
    return low, high


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """What is expected of customers within a horizon.

    Attributes
    ----------
    alive_probability
        Of being active at the end of what was seen.
    purchases
        Within the horizon.
    discounted_purchases
        The same, each worth less the later it comes.
    discounted_squares
        Sum of the squares of these worths that is expected, shape (n_customers,).
    discounted_pairs
        Sum of the products of two different ones, twice each, shape (n_customers,).
    """

    alive_probability: Expectation
    purchases: Expectation
    discounted_purchases: Expectation
    discounted_squares: Array
    discounted_pairs: Array


def discount_rate(annual: float, unit_days: float) -> float:
    """The continuous rate a unit of time for a discount a year.

    Examples
    --------
    >>> round(discount_rate(0.1, 365.25), 6)
    0.09531
    """
    return float(np.log1p(annual) * unit_days / _YEAR_DAYS)


def expect_purchases(
    model: PurchaseModel,
    values: Array,
    count: Array,
    tenure: Array,
    *,
    horizon: float,
    rate: float = 0.0,
) -> Array:
    r"""Purchases that are expected of customers who are active now.

    .. math::

        \int_0^{H} e^{-\rho s}\, m(s)\, ds

    with the purchase rate `m` of the model: without discount the conditional expectation of its paper,
    with one and an endless horizon the discounted expected residual transactions of Fader, Hardie and
    Lee (2005), "RFM and CLV", Journal of Marketing Research 42(4), doi:10.1509/jmkr.2005.42.4.415.

    Parameters
    ----------
    model
        One of `MODELS`.
    values
        Its parameters, shape (4,).
    count, tenure
        `x` and `T` in the parameters' unit, shape (n,).
    horizon
        `H`, in the same unit.
    rate
        The continuous rate of discount a unit.

    Returns
    -------
    array
        Shape (n,).
    """
    return _integrate(
        lambda count, tenure, ahead: (
            np.exp(-rate * ahead) * model.purchase_rate(values, count, tenure, ahead)
        ),
        _scale_time(model, values),
        count,
        tenure,
        horizon,
    )


def _expect_pairs(
    model: PurchaseModel, values: Array, count: Array, tenure: Array, *, horizon: float, rate: float
) -> Array:
    r"""Twice the integral of the density of pairs, each worth :math:`e^{-\rho(s+u)}`, over `s < u < H`."""

    def weigh(count: Array, tenure: Array, ahead: Array) -> Array:
        earlier = -np.expm1(-rate * ahead) / rate if rate else ahead
        pairs = model.pair_rate(values, count, tenure, ahead)
        return np.asarray(2.0 * np.exp(-rate * ahead) * earlier * pairs)

    return _integrate(weigh, _scale_time(model, values), count, tenure, horizon)


def _scale_time(model: PurchaseModel, values: Array) -> float:
    """The shortest time within which a newcomer's rate changes."""
    lengths = zip(model.parameters, values.tolist(), strict=True)
    return min(value for name, value in lengths if name in model.in_time)


def _integrate(
    density: Callable[[Array, Array, Array], Array],
    unit: float,
    count: Array,
    tenure: Array,
    horizon: float,
) -> Array:
    """The integral over the time from now, on a logarithmic scale: rates fall fast at first."""
    nodes, weights = _place_nodes()
    found = np.empty(len(count))
    for start in range(0, len(count), _CHUNK):
        part = slice(start, start + _CHUNK)
        near = (unit + tenure[part])[:, None]
        length = np.log1p(horizon / near)
        ahead = near * np.expm1(length * nodes)
        heights = density(count[part][:, None], tenure[part][:, None], ahead)
        found[part] = ((near + ahead) * heights) @ weights * length[:, 0]
    return found


def forecast(
    purchases: RepeatPurchases,
    model: PurchaseModel,
    estimate: Estimate,
    *,
    unit_days: float,
    horizon: float,
    rate: float = 0.0,
) -> Forecast:
    """Who is still active, and what each customer is expected to buy.

    Parameters
    ----------
    purchases
        Of the customers to be told about; not necessarily those of whom the model was learnt.
    model, estimate
        Which model, and its parameters.
    unit_days, horizon, rate
        The unit of time of the parameters; the horizon and the continuous rate of discount in it.
    """
    patterns = Patterns.of(purchases, unit_days=unit_days)
    tenures, place = np.unique(patterns.tenure, return_inverse=True)
    # What is bought while active hangs on `x` and `T` alone: far fewer pairs than patterns.
    pairs, place = np.unique(patterns.place * len(tenures) + place, return_inverse=True)
    count, tenure = patterns.counts[pairs // len(tenures)], tenures[pairs % len(tenures)]

    def tell(values: Array) -> Array:
        alive = model.alive_probability(values, patterns)
        plain = expect_purchases(model, values, count, tenure, horizon=horizon)
        worth = plain
        if rate:
            worth = expect_purchases(model, values, count, tenure, horizon=horizon, rate=rate)
        return np.array([alive, alive * plain[place], alive * worth[place]])

    values, each = estimate.values, patterns.pattern
    figures, slopes = tell(values), differentiate(tell, values)
    alive = figures[0]
    pairs, worth_pairs, squares = (
        alive * found[place]
        for found in (
            _expect_pairs(model, values, count, tenure, horizon=horizon, rate=0.0),
            _expect_pairs(model, values, count, tenure, horizon=horizon, rate=rate),
            expect_purchases(model, values, count, tenure, horizon=horizon, rate=2 * rate),
        )
    )
    seconds = (alive, figures[1] + pairs, squares + worth_pairs)

    def expect(one: int) -> Expectation:
        return Expectation(
            figures[one][each],
            slopes[one].astype(np.float32)[each],
            estimate.covariance,
            np.maximum(seconds[one] - figures[one] ** 2, 0.0)[each],
        )

    return Forecast(expect(0), expect(1), expect(2), squares[each], worth_pairs[each])


def differentiate(tell: Callable[[Array], Array], values: Array) -> Array:
    """Derivatives of figures by the logarithms of parameters, in a last axis of their own."""
    steps = np.exp(_STEP * np.eye(len(values)))
    changes = [(tell(values * step) - tell(values / step)) / (2 * _STEP) for step in steps]
    return np.stack(changes, axis=-1)


@cache
def _place_nodes() -> tuple[Array, Array]:
    """Gauss' rule on the unit interval."""
    places, weights = np.polynomial.legendre.leggauss(_NODES)
    return (places + 1.0) / 2.0, weights / 2.0
