r"""Pareto/NBD: customers who may drop out at any moment.

While active, a customer buys at random at the rate :math:`\lambda`, gamma distributed with shape `r` and rate
`alpha` over the customers; the time one stays active is exponential with the rate :math:`\mu`, gamma
distributed with shape `s` and rate `beta` [1]_. Letters: `x` repeat purchases, :math:`t_x` active span, `T` tenure.

References
----------
.. [1] Schmittlein, D. C., Morrison, D. G., Colombo, R. (1987). Counting your customers: who are they and
   what will they do next? Management Science 33(1), 1-24. doi:10.1287/mnsc.33.1.1
.. [2] Fader, P. S., Hardie, B. G. S. (2005). A note on deriving the Pareto/NBD model and related
   expressions. http://brucehardie.com/notes/009/
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regulars.predictions.lifetime_value.histories import Patterns

    Array = NDArray[np.float64]

__all__ = ["PARAMETERS", "alive_probability", "pair_rate", "purchase_rate", "score"]

PARAMETERS = ("r", "alpha", "s", "beta")

_NODES = 24
_DEEP = 36.0
"""Beyond so many e-folds of the integrand its tail is below the precision of a float."""
_CHUNK = 20_000


def score(values: Array, patterns: Patterns) -> tuple[float, Array]:
    r"""The log-likelihood of all customers, and its gradient.

    .. math::

        L = \frac{\Gamma(r+x)\,\alpha^r \beta^s}{\Gamma(r)} \left[
            \frac{1}{(\alpha+T)^{r+x} (\beta+T)^s}
            + \int_{t_x}^{T} \frac{s\,dy}{(\alpha+y)^{r+x} (\beta+y)^{s+1}} \right]

    The integral is what equations (18) and (19) of [2]_ write as a difference of two hypergeometric
    functions. It is taken by Gauss' rule on a logarithmic scale of `y`: every term is positive, nothing
    is cancelled, and one form serves for `alpha` above and below `beta`.

    Parameters
    ----------
    values
        `r`, `alpha`, `s`, `beta`, shape (4,).
    patterns
        Of the customers.

    Returns
    -------
    tuple
        The sum over the customers, and its derivatives, shape (4,).
    """
    from scipy.special import digamma, gammaln

    r, alpha, s, beta = values
    x = patterns.counts
    stayed, gone, means = _split(values, patterns)
    share = np.exp(stayed - np.logaddexp(stayed, gone))
    height = (gammaln(r + x) - gammaln(r))[patterns.place] + r * np.log(alpha) + s * np.log(beta)
    height = height + np.logaddexp(stayed, gone)
    tenure, steps, left = patterns.tenure, r + patterns.count, 1.0 - share
    log_alpha, over_alpha, log_beta, over_beta = means
    slope_r = (digamma(r + x) - digamma(r))[patterns.place] + np.log(alpha)
    slope_r = slope_r - share * np.log(alpha + tenure) - left * log_alpha
    slope_alpha = r / alpha - steps * (share / (alpha + tenure) + left * over_alpha)
    slope_s = np.log(beta) - share * np.log(beta + tenure) + left * (1.0 / s - log_beta)
    slope_beta = s / beta - share * s / (beta + tenure) - left * (s + 1.0) * over_beta
    weight = patterns.weight
    slopes = np.array([weight @ one for one in (slope_r, slope_alpha, slope_s, slope_beta)])
    return float(weight @ height), slopes


def alive_probability(values: Array, patterns: Patterns) -> Array:
    """How likely each pattern's customers are still active at `T`, shape (n_patterns,).

    The first term's share of the likelihood: equation (23) of [2]_.
    """
    stayed, gone, _ = _split(values, patterns)
    return np.exp(stayed - np.logaddexp(stayed, gone))


def purchase_rate(values: Array, count: Array, tenure: Array, ahead: Array) -> Array:
    r"""Purchases a unit of time of those who are active at `T`, `ahead` units later.

    .. math::

        m(u) = \frac{r+x}{\alpha+T} \left( \frac{\beta+T}{\beta+T+u} \right)^s

    Its integral is equation (41) of [2]_ without the probability of being active.

    Parameters
    ----------
    values
        `r`, `alpha`, `s`, `beta`, shape (4,).
    count, tenure, ahead
        `x`, `T` and `u`; shapes that broadcast.
    """
    r, alpha, s, beta = values
    return np.asarray((r + count) / (alpha + tenure) * (1.0 + ahead / (beta + tenure)) ** -s)


def pair_rate(values: Array, count: Array, tenure: Array, ahead: Array) -> Array:
    r"""The density of pairs of purchases whose later one is `ahead` from now, for those active at `T`.

    .. math::

        \frac{(r+x)(r+x+1)}{(\alpha+T)^2} \left( \frac{\beta+T}{\beta+T+u} \right)^s

    which makes the variance of what a customer will buy (our derivation).

    Parameters
    ----------
    values, count, tenure, ahead
        As in `purchase_rate`.
    """
    steps = values[0] + count
    rate = purchase_rate(values, count, tenure, ahead)
    return np.asarray(rate * (steps + 1.0) / (values[1] + tenure))


def _split(values: Array, patterns: Patterns) -> tuple[Array, Array, Array]:
    """Logarithms of the two terms, and means over the integrand that the gradient needs, (4, n)."""
    r, alpha, s, beta = values
    stayed = -(r + patterns.count) * np.log(alpha + patterns.tenure)
    stayed = stayed - s * np.log(beta + patterns.tenure)
    gone, means = np.empty(len(stayed)), np.empty((4, len(stayed)))
    for start in range(0, len(stayed), _CHUNK):
        part = slice(start, start + _CHUNK)
        gone[part], means[:, part] = _integrate(
            values, patterns.count[part], patterns.span[part], patterns.tenure[part]
        )
    return stayed, gone, means


def _integrate(values: Array, count: Array, span: Array, tenure: Array) -> tuple[Array, Array]:
    """Logarithm of the integral; means of ln(alpha+y), 1/(alpha+y), ln(beta+y), 1/(beta+y) over it."""
    r, alpha, s, beta = values
    nodes, weights = _place_nodes()
    near = min(alpha, beta)
    steps = r + count
    length = np.log((near + tenure) / (near + span))
    # Where it falls steeply the nodes stay where there is something to sum.
    steep = steps * (near + span) / (alpha + span) + (s + 1.0) * (near + span) / (beta + span)
    length = np.minimum(length, _DEEP / np.maximum(steep - 1.0, 1e-3))
    moments = (near + span)[:, None] * np.exp(length[:, None] * nodes) - near
    log_alpha, log_beta = np.log(alpha + moments), np.log(beta + moments)
    heights = np.log(near + moments) - steps[:, None] * log_alpha - (s + 1.0) * log_beta
    top = heights.max(axis=1)
    masses = np.exp(heights - top[:, None]) * weights
    total = masses.sum(axis=1)
    with np.errstate(divide="ignore"):
        # Who bought on the last day had no time to leave: the integral is 0.
        logs = np.log(s) + np.log(length) + top + np.log(total)
    sums = [
        (masses * one).sum(axis=1)
        for one in (log_alpha, 1.0 / (alpha + moments), log_beta, 1.0 / (beta + moments))
    ]
    return logs, np.array(sums) / total


@cache
def _place_nodes() -> tuple[Array, Array]:
    """Gauss' rule on the unit interval."""
    places, weights = np.polynomial.legendre.leggauss(_NODES)
    return (places + 1.0) / 2.0, weights / 2.0
