"""Lifetime value: what customers are expected to bring within a horizon, in today's money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regulars.errors import InvalidParameterError, QualityError
from regulars.predictions.lifetime_value.checking import HalfCheck, check_halves, choose_model
from regulars.predictions.lifetime_value.forecast import (
    Expectation,
    Forecast,
    differentiate,
    discount_rate,
    forecast,
)
from regulars.predictions.lifetime_value.gamma_gamma import (
    basket_moments,
    expect_basket,
    fit_gamma_gamma,
)
from regulars.predictions.lifetime_value.histories import RepeatPurchases
from regulars.predictions.lifetime_value.models import MODELS, check_histories, fit_purchases
from regulars.predictions.lifetime_value.notices import (
    say_edge,
    say_half_check,
    say_no_money,
    say_nobody_leaves,
    say_related_baskets,
    say_silence,
    say_uneven_baskets,
    say_unfitted,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from regulars.evaluate.intervals import Interval
    from regulars.predictions.lifetime_value.maximum_likelihood import Estimate
    from regulars.predictions.lifetime_value.models import ModelName
    from regulars.schema.wording import Wording

    Array = NDArray[np.float64]

__all__ = ["Horizon", "LifetimeValue", "estimate_lifetime_value", "fit_baskets", "value_newcomer"]

_FEWEST_BASKETS = 10
_STRONG = 0.3
_SHORT_SILENCE_DAYS = 30
_NEARLY_ALL = 0.99


@dataclass(frozen=True, slots=True)
class Horizon:
    """Over which time value is counted, and what later money is worth.

    Attributes
    ----------
    days
        From the first day that was not seen.
    discount
        What a year takes off: at 0.1 the money of next year counts for 1 / 1.1.
    margin
        Share of a basket that counts; at 1 value is turnover and not margin.
    unit_days
        The unit of time of the parameters: 1 for days, 7 for weeks.
    """

    days: int = 365
    discount: float = 0.1
    margin: float = 1.0
    unit_days: float = 1.0

    def __post_init__(self) -> None:
        if self.days < 1 or self.discount < 0 or not 0 < self.margin <= 1:
            raise InvalidParameterError(
                en=f"A horizon of {self.days} days with a discount of {self.discount:g} and a margin of"
                f" {self.margin:g} makes no value. The horizon is at least 1 day, the discount a year"
                " 0 or more (0.1 for 10 %), the margin above 0 and at most 1.",
                ru=f"При горизонте {self.days} дн., ставке {self.discount:g} и марже {self.margin:g}"
                " ценность не посчитать. Горизонт — не меньше дня, ставка за год — от 0 (0.1 значит 10 %),"
                " маржа — больше 0 и не больше 1.",
            )

    @property
    def length(self) -> float:
        """In the unit of time of the parameters."""
        return self.days / self.unit_days

    @property
    def rate(self) -> float:
        """The continuous rate of discount a unit of time."""
        return discount_rate(self.discount, self.unit_days)


@dataclass(frozen=True, slots=True, eq=False)
class LifetimeValue:
    """What every customer is expected to bring, and the models that say so.

    Attributes
    ----------
    purchases
        What was known of the customers, in the order of all figures.
    horizon
        Over which time, at which discount and margin.
    estimates
        Of the models of repeat purchases that could be fitted.
    recommended
        Which of them the figures are of.
    why
        That one was taken.
    baskets
        Parameters of the Gamma-Gamma model; None without money.
    forecast
        Activity and purchases of each customer.
    basket
        Expected mean basket of each customer, shape (n_customers,); None without money.
    value
        Discounted margin of each customer within the horizon; None without money.
    newcomer
        The same that is expected of somebody who has just made the first purchase: of further purchases,
        or of their number where no money is known. The interval is that of the mean of many such.
    check
        Of all models on the halves of the history; None where that was not possible.
    notices
        What to know before the figures are used.
    """

    purchases: RepeatPurchases
    horizon: Horizon
    estimates: Mapping[ModelName, Estimate]
    recommended: ModelName
    why: Wording
    baskets: Estimate | None
    forecast: Forecast
    basket: Array | None
    value: Expectation | None
    newcomer: Interval
    check: HalfCheck | None
    notices: tuple[Wording, ...]

    @property
    def worth(self) -> Expectation:
        """Of each customer the value, or the expected purchases where no money is known."""
        return self.forecast.purchases if self.value is None else self.value


@dataclass(frozen=True, slots=True, eq=False)
class Baskets:
    """What is expected of each customer's baskets.

    Attributes
    ----------
    means
        Of a basket, shape (n_customers,).
    slopes
        Their derivatives by the logarithms of `p`, `q` and `v`, shape (n_customers, 3).
    squares
        Mean square of a basket, shape (n_customers,).
    products
        Mean product of two baskets of the same customer, shape (n_customers,).
    """

    means: Array
    slopes: NDArray[np.float32]
    squares: Array
    products: Array


def estimate_lifetime_value(
    purchases: RepeatPurchases,
    *,
    horizon: Horizon | None = None,
    earlier: RepeatPurchases | None = None,
    later_counts: NDArray[np.int64] | None = None,
    checked_days: int = 0,
    models: Sequence[ModelName] | None = None,
    why_no_money: Wording | None = None,
) -> LifetimeValue:
    """What every customer is expected to bring within the horizon.

    Three models of repeat purchases are fitted by maximum likelihood and checked on the halves of the
    history; Gamma-Gamma tells the baskets.

    Parameters
    ----------
    purchases
        Of every customer.
    horizon
        A year at 10 % and a margin of 1 by default.
    earlier, later_counts, checked_days
        What was seen in the first half of the history, purchase days in the second, and its length; the
        likelihood alone chooses where they are not given.
    models
        Which are fitted; None for all of `MODELS`.
    why_no_money
        Said where the amounts of `purchases` were left out on purpose.

    Raises
    ------
    QualityError
        With fewer than 30 customers, fewer than 10 who came back, or when no model can be fitted.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> came = [
    ...     np.sort(random.choice(364, random.poisson(3), replace=False)) + 1 for _ in range(400)
    ... ]
    >>> bought = RepeatPurchases(
    ...     np.array([len(days) for days in came]),
    ...     np.array([days.max(initial=0) for days in came]),
    ...     np.full(400, 365),
    ... )
    >>> found = estimate_lifetime_value(bought, horizon=Horizon(days=30))
    >>> found.value is None, 80 < found.forecast.purchases.total().mean < 110
    (True, True)
    """
    asked = horizon or Horizon()
    check_histories(purchases)
    estimates, notices = _fit_all(purchases, asked, models or tuple(MODELS))
    notices += _look_for_silence(purchases)
    check = None
    if earlier is not None and later_counts is not None and checked_days > 0:
        check = check_halves(earlier, later_counts, checked_days=checked_days)
    recommended, why = choose_model(estimates, check)
    if check is not None:
        notices += say_half_check(check, recommended)
    baskets, told = fit_baskets(purchases)
    notices += told if why_no_money is None else [why_no_money]
    estimate = estimates[recommended]
    if estimate.at_edge:
        notices.append(say_edge(recommended, estimate.at_edge))
    seen = _forecast(purchases, recommended, estimate, asked)
    if seen.alive_probability.share().mean > _NEARLY_ALL:
        notices.append(say_nobody_leaves())
    basket = value = None
    if baskets is not None:
        basket = _expect_baskets(purchases, baskets)
        value = _value(seen, basket, baskets, asked.margin)
    return LifetimeValue(
        purchases=purchases,
        horizon=asked,
        estimates=estimates,
        recommended=recommended,
        why=why,
        baskets=baskets,
        forecast=seen,
        basket=None if basket is None else basket.means,
        value=value,
        newcomer=value_newcomer(recommended, estimate, baskets, asked),
        check=check,
        notices=tuple(notices),
    )


def _look_for_silence(purchases: RepeatPurchases) -> list[Wording]:
    """Whether the last day that is looked at lies far behind everything that was bought."""
    quiet = int((purchases.tenure_days - purchases.active_span_days).min())
    history = int(purchases.tenure_days.max()) - quiet
    return [say_silence(quiet)] if quiet > max(_SHORT_SILENCE_DAYS, history / 2) else []


def _fit_all(
    purchases: RepeatPurchases, horizon: Horizon, names: Sequence[ModelName]
) -> tuple[dict[ModelName, Estimate], list[Wording]]:
    estimates: dict[ModelName, Estimate] = {}
    notices: list[Wording] = []
    failed: QualityError | None = None
    for name in names:
        try:
            estimates[name] = fit_purchases(purchases, MODELS[name], unit_days=horizon.unit_days)
        except QualityError as error:
            failed = error
            notices.append(say_unfitted(name))
    if not estimates and failed is not None:
        raise failed
    return estimates, notices


def fit_baskets(purchases: RepeatPurchases) -> tuple[Estimate | None, list[Wording]]:
    """Gamma-Gamma of the repeat buyers whose baskets are known and above zero, and what to know of it."""
    counts = purchases.paid_counts
    means = np.zeros(len(counts))
    if purchases.mean_amount is not None:
        means = np.nan_to_num(purchases.mean_amount)
    is_paid = (counts > 0) & (means > 0)
    if is_paid.sum() < _FEWEST_BASKETS:
        return None, [say_no_money(int(is_paid.sum()), _FEWEST_BASKETS)]
    if np.ptp(means[is_paid]) <= 1e-9 * means[is_paid].max():
        return None, [say_no_money(int(is_paid.sum()), _FEWEST_BASKETS, is_same=True)]
    found = fit_gamma_gamma(counts[is_paid], means[is_paid])
    notices = []
    related = float(np.corrcoef(counts[is_paid], means[is_paid])[0, 1])
    if abs(related) > _STRONG:
        notices.append(say_related_baskets(related))
    if found.parameters["q"] <= 1:
        notices.append(say_uneven_baskets())
    return found, notices


def _expect_baskets(purchases: RepeatPurchases, baskets: Estimate) -> Baskets:
    counts, means = purchases.paid_counts, purchases.mean_amount
    given = np.zeros(len(purchases)) if means is None else np.nan_to_num(means)
    if baskets.parameters["q"] <= 1:
        # Such a tail has no mean: what was seen stands for what is expected.
        everybody = float(given[counts > 0].mean())
        seen = np.where(counts > 0, given, everybody)
        wide = 1.0 + 1.0 / baskets.parameters["p"]
        return Baskets(seen, np.zeros((len(seen), 3), dtype=np.float32), seen**2 * wide, seen**2)

    def tell(values: Array) -> Array:
        return expect_basket(values, counts, given)

    slopes = differentiate(tell, baskets.values).astype(np.float32)
    return Baskets(tell(baskets.values), slopes, *basket_moments(baskets.values, counts, given))


def _value(seen: Forecast, basket: Baskets, baskets: Estimate, margin: float) -> Expectation:
    """Purchases times baskets: each hangs on parameters of its own."""
    bought = seen.discounted_purchases
    amounts = bought.values * basket.means * margin
    slopes = np.concatenate(
        [bought.slopes * basket.means[:, None], basket.slopes * bought.values[:, None]], axis=1
    )
    first = len(bought.covariance)
    covariance = np.zeros((slopes.shape[1], slopes.shape[1]))
    covariance[:first, :first] = bought.covariance
    covariance[first:, first:] = baskets.covariance
    # A purchase's square brings a basket's square, a pair of purchases two baskets of one customer.
    squares = seen.discounted_squares * basket.squares + seen.discounted_pairs * basket.products
    variances = np.maximum(squares * margin**2 - amounts**2, 0.0)
    return Expectation(amounts, (slopes * margin).astype(np.float32), covariance, variances)


def _forecast(
    purchases: RepeatPurchases, name: ModelName, estimate: Estimate, horizon: Horizon
) -> Forecast:
    return forecast(
        purchases,
        MODELS[name],
        estimate,
        unit_days=horizon.unit_days,
        horizon=horizon.length,
        rate=horizon.rate,
    )


def value_newcomer(
    name: ModelName, estimate: Estimate, baskets: Estimate | None, horizon: Horizon
) -> Interval:
    """What is expected of somebody who has just made the first purchase: see `LifetimeValue.newcomer`."""
    nothing = np.zeros(1, dtype=np.int64)
    newcomer = RepeatPurchases(nothing, nothing, nothing, np.full(1, np.nan))
    seen = _forecast(newcomer, name, estimate, horizon)
    if baskets is None or baskets.parameters["q"] <= 1:
        return seen.purchases.total(is_chance_left_out=True)
    worth = _value(seen, _expect_baskets(newcomer, baskets), baskets, horizon.margin)
    return worth.total(is_chance_left_out=True)
