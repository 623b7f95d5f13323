r"""Gamma-Gamma: what a customer's basket is worth on average, learnt from few baskets.

A customer's baskets are gamma distributed with shape `p` and a rate of one's own, which is gamma
distributed with shape `q` and rate `v` over the customers [1]_. Letters: `x` repeat purchases with a known
amount, `z` their mean. The model takes the basket to be independent of how often one buys.

References
----------
.. [1] Fader, P. S., Hardie, B. G. S. (2013). The Gamma-Gamma model of monetary value.
   http://brucehardie.com/notes/025/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regulars.predictions.lifetime_value.maximum_likelihood import Estimate, maximize

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["PARAMETERS", "basket_moments", "expect_basket", "fit_gamma_gamma"]

PARAMETERS = ("p", "q", "v")
_LEAST_SHAPE = 2.1
_STARTS = ((1.0, 2.0, 1.0), (6.0, 4.0, 0.5))


def fit_gamma_gamma(counts: NDArray[np.int64], means: Array) -> Estimate:
    r"""The parameters at which the baskets are most likely.

    .. math::

        L = \frac{\Gamma(px+q)}{\Gamma(px)\,\Gamma(q)}
            \frac{v^q\, z^{px-1}\, x^{px}}{(v+xz)^{px+q}}

    which is equation (1a) of [1]_.

    Parameters
    ----------
    counts
        Baskets of each customer (`x`), at least 1, shape (n_customers,).
    means
        Their mean (`z`), above 0, shape (n_customers,).

    Returns
    -------
    Estimate
        `p` and `q` without unit, `v` in the unit of `means`.

    Raises
    ------
    QualityError
        When the likelihood has no top.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> counts = random.integers(1, 9, 20_000)
    >>> rates = random.gamma(4.0, 1 / 30.0, 20_000)
    >>> means = random.gamma(6.0 * counts) / (rates * counts)
    >>> found = fit_gamma_gamma(counts, means)
    >>> all(
    ...     low <= true <= high
    ...     for true, (low, high) in zip(
    ...         (6.0, 4.0, 30.0),
    ...         [(one.low, one.high) for one in found.intervals.values()],
    ...         strict=True,
    ...     )
    ... )
    True
    """
    unit = float(means.mean())
    kinds, place = np.unique(counts, return_inverse=True)
    x, scaled = counts.astype(np.float64), means / unit
    log_z, log_x, sums = np.log(scaled), np.log(x), x * scaled

    def score(values: Array) -> tuple[float, Array]:
        return _score(values, (kinds.astype(np.float64), place, x, log_z, log_x, sums))

    found = maximize(score, PARAMETERS, _STARTS, size=len(counts), model="Gamma-Gamma")
    # The density of the means is per unit of money: another unit shifts its logarithm.
    return found.rescale({"v": unit}, found.log_likelihood - len(counts) * float(np.log(unit)))


def _score(
    values: Array, baskets: tuple[Array, NDArray[np.int64], Array, Array, Array, Array]
) -> tuple[float, Array]:
    from scipy.special import digamma, gammaln

    p, q, v = values
    kinds, place, x, log_z, log_x, sums = baskets
    logs = np.log(v + sums)
    of_count = gammaln(p * kinds + q) - gammaln(p * kinds)
    height = of_count[place] + (p * x - 1.0) * log_z + p * x * log_x - (p * x + q) * logs
    total = float(height.sum()) + len(x) * float(q * np.log(v) - gammaln(q))
    slope_of_count = digamma(p * kinds + q) - digamma(p * kinds)
    slope_p = x * (slope_of_count[place] + log_z + log_x - logs)
    slope_q = (digamma(p * kinds + q))[place] - digamma(q) + np.log(v) - logs
    slope_v = q / v - (p * x + q) / (v + sums)
    return total, np.array([slope_p.sum(), slope_q.sum(), slope_v.sum()])


def expect_basket(values: Array, counts: NDArray[np.int64], means: Array) -> Array:
    r"""The basket that is expected of each customer: between the own mean and everybody's.

    .. math::

        E(M) = \frac{p\,(v + xz)}{px + q - 1}

    which is equation (5) of [1]_.

    Parameters
    ----------
    values
        `p`, `q`, `v`, shape (3,); `q` above 1, else newcomers' baskets have no mean.
    counts
        Baskets whose amount is known; 0 for everybody's mean, shape (n_customers,).
    means
        Their mean; not looked at where there is none, shape (n_customers,).

    Examples
    --------
    >>> expect_basket(
    ...     np.array([6.25, 3.74, 15.44]), np.array([0, 2]), np.array([0.0, 22.35])
    ... ).round(2)
    array([35.22, 24.66])
    """
    p, q, v = values
    sums = np.where(counts > 0, counts * np.nan_to_num(means), 0.0)
    return np.asarray(p * (v + sums) / (p * counts + q - 1.0))


def basket_moments(values: Array, counts: NDArray[np.int64], means: Array) -> tuple[Array, Array]:
    r"""Means of a basket's square and of the product of two baskets of the same customer.

    .. math::

        E(B^2) = p\,(p+1)\, w, \quad E(B_1 B_2) = p^2\, w, \quad
            w = \frac{(v+xz)^2}{(px+q-1)(px+q-2)}

    The rate of a customer's baskets is gamma distributed with `px + q` and `v + xz` after what was seen; `w` is
    the mean of its inverse square, finite where `px + q` is above 2 and cut off at 2.1.

    Parameters
    ----------
    values, counts, means
        As in `expect_basket`.
    """
    p, q, v = values
    sums = np.where(counts > 0, counts * np.nan_to_num(means), 0.0)
    shape = np.maximum(p * counts + q, _LEAST_SHAPE)
    inverse = (v + sums) ** 2 / ((shape - 1.0) * (shape - 2.0))
    return p * (p + 1.0) * inverse, p**2 * inverse
