r"""BG/NBD and modified BG/NBD: customers who may drop out after each purchase.

While active, a customer buys at random at the rate :math:`\lambda`, which is gamma distributed with
shape `r` and rate `alpha` over the customers; after a purchase one is lost for good with the
probability `p`, which is beta distributed with `a` and `b` [1]_. In the modified model a customer may be
lost after the very first purchase as well [2]_ [3]_; in BG/NBD whoever has never come back counts as active.

Letters: `x` repeat purchases, :math:`t_x` active span, `T` tenure, `n` the purchases after which one could
be lost: `x` in BG/NBD, `x + 1` in the modified model.

References
----------
.. [1] Fader, P. S., Hardie, B. G. S., Lee, K. L. (2005). "Counting your customers" the easy way: an
   alternative to the Pareto/NBD model. Marketing Science 24(2), 275-284. doi:10.1287/mksc.1040.0098
.. [2] Batislam, E. P., Denizel, M., Filiztekin, A. (2007). Empirical validation and comparison of models
   for customer base analysis. International Journal of Research in Marketing 24(3), 201-209.
   doi:10.1016/j.ijresmar.2006.12.005
.. [3] Hoppe, D., Wagner, U. (2007). Customer base analysis: the case for a central variant of the
   Betageometric/NBD model. Marketing Journal of Research and Management 3(2), 75-90.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regulars.predictions.lifetime_value.histories import Patterns

    Array = NDArray[np.float64]

__all__ = ["PARAMETERS", "alive_probability", "pair_rate", "purchase_rate", "score"]

PARAMETERS = ("r", "alpha", "a", "b")
_NODES = 24
_ALIKE = 100.0


def score(values: Array, patterns: Patterns, *, first_counts: bool) -> tuple[float, Array]:
    r"""The log-likelihood of all customers, and its gradient.

    .. math::

        L = \frac{\Gamma(r+x)\,\alpha^r}{\Gamma(r)} \left[
            \frac{B(a, b+n)}{B(a, b)} (\alpha+T)^{-(r+x)}
            + \delta_{n>0} \frac{B(a+1, b+n-1)}{B(a, b)} (\alpha+t_x)^{-(r+x)} \right]

    which is equation (6) of [1]_ for `n = x`, and (5) of [2]_ for `n = x + 1`. The sum is taken in
    logarithms: its terms lie hundreds of orders of magnitude apart.

    Parameters
    ----------
    values
        `r`, `alpha`, `a`, `b`, shape (4,).
    patterns
        Of the customers.
    first_counts
        Whether one may be lost after the first purchase: the modified model.

    Returns
    -------
    tuple
        The sum over the customers, and its derivatives, shape (4,).
    """
    from scipy.special import digamma, gammaln

    r, alpha, a, b = values
    x, n = patterns.counts, patterns.counts + first_counts
    of_count = (
        gammaln(r + x)
        - gammaln(r)
        + gammaln(a + b)
        - gammaln(b)
        - gammaln(a + b + n)
        + gammaln(b + n)
    )
    late, early, share = _weigh(values, patterns, first_counts=first_counts)
    height = of_count[patterns.place] + r * np.log(alpha) + np.logaddexp(late, early)
    tosses = np.maximum(n[patterns.place], 1.0)
    gone = 1.0 - share
    long, short = alpha + patterns.tenure, alpha + patterns.span
    steps = r + patterns.count
    shared = digamma(a + b) - digamma(a + b + n)
    slope_r = (digamma(r + x) - digamma(r))[patterns.place] + np.log(alpha)
    slope_r = slope_r - share * np.log(long) - gone * np.log(short)
    slope_alpha = r / alpha - steps * (share / long + gone / short)
    slope_a = shared[patterns.place] + gone / a
    slope_b = (shared - digamma(b) + digamma(b + n))[patterns.place] - gone / (b + tosses - 1.0)
    weight = patterns.weight
    slopes = np.array([weight @ one for one in (slope_r, slope_alpha, slope_a, slope_b)])
    return float(weight @ height), slopes


def _weigh(values: Array, patterns: Patterns, *, first_counts: bool) -> tuple[Array, Array, Array]:
    """Logarithms of both terms without what they share, and the first one's share of the sum."""
    from scipy.special import expit

    r, alpha, a, b = values
    tosses = patterns.count + first_counts
    steps = r + patterns.count
    late = -steps * np.log(alpha + patterns.tenure)
    early = np.log(a) - np.log(np.maximum(b + tosses - 1.0, 1e-300))
    early = early - steps * np.log(alpha + patterns.span)
    early = np.where(tosses > 0, early, -np.inf)
    return late, early, expit(late - early)


def alive_probability(values: Array, patterns: Patterns, *, first_counts: bool) -> Array:
    r"""How likely each pattern's customers are still active at `T`, shape (n_patterns,).

    .. math::

        P = \left[ 1 + \delta_{n>0} \frac{a}{b+n-1}
            \left( \frac{\alpha+T}{\alpha+t_x} \right)^{r+x} \right]^{-1}

    the first term's share of the likelihood ([2]_, eq. 7, and for BG/NBD Fader, Hardie and Lee's note of
    2008, "Computing P(alive) using the BG/NBD model").
    """
    return _weigh(values, patterns, first_counts=first_counts)[2]


def purchase_rate(
    values: Array, count: Array, tenure: Array, ahead: Array, *, first_counts: bool
) -> Array:
    r"""Purchases a unit of time of those who are active at `T`, `ahead` units later.

    With :math:`\lambda` gamma distributed with `r + x` and :math:`\alpha + T`, and `p` beta distributed with `a`
    and `b + n` after all that was seen, a customer buys at the mean rate
    :math:`\lambda e^{-\lambda p s}` at the time `s` from now, which is on average

    .. math::

        m(s) = \frac{r+x}{\alpha+T}\,
            {}_2F_1\!\left(r+x+1,\ a;\ a+b+n;\ -\frac{s}{\alpha+T}\right).

    Its integral over `s` is equation (10) of [1]_ without the probability of being active; as a rate it can
    be discounted, and has no singularity at `a = 1`.

    Parameters
    ----------
    values
        `r`, `alpha`, `a`, `b`, shape (4,).
    count, tenure, ahead
        `x`, `T` and `s`; shapes that broadcast.
    first_counts
        As in `score`.
    """
    r, alpha, a, b = values
    start, steps = alpha + tenure, r + count
    left = _average_over_p(a, b + count + first_counts, steps + 1.0, ahead / start)
    return np.asarray(steps / start * left)


def pair_rate(
    values: Array, count: Array, tenure: Array, ahead: Array, *, first_counts: bool
) -> Array:
    r"""The density of pairs of purchases whose later one is `ahead` from now, for those active at `T`.

    Given the rate and the probability, a purchase at any earlier time and one at `u` have the joint
    density :math:`\lambda^2 (1-p)\, e^{-\lambda p u}`: the customer survived the first. On average

    .. math::

        \frac{(r+x)(r+x+1)}{(\alpha+T)^2}\, \frac{b+n}{a+b+n}\,
            {}_2F_1\!\left(r+x+2,\ a;\ a+b+n+1;\ -\frac{u}{\alpha+T}\right),

    which makes the variance of what a customer will buy (our derivation).

    Parameters
    ----------
    values, count, tenure, ahead, first_counts
        As in `purchase_rate`.
    """
    r, alpha, a, b = values
    start, steps, spared = alpha + tenure, r + count, b + count + first_counts
    left = _average_over_p(a, spared + 1.0, steps + 2.0, ahead / start)
    return np.asarray(steps * (steps + 1.0) / start**2 * spared / (a + spared) * left)


def _average_over_p(a: float, b: Array, power: Array, later: Array) -> Array:
    """The mean of `(1 + p * later) ** -power` for beta distributed `p`."""
    from scipy.special import hyp2f1

    b, power, later = np.broadcast_arrays(b, power, later)
    means = np.full(later.shape, np.nan)
    # Where all drop out alike (large `a`) the series takes long or overflows, and `p` hardly varies.
    if a < _ALIKE:
        with np.errstate(all="ignore"):
            # Pfaff's transformation keeps the argument below 1.
            series = hyp2f1(a, a + b - power, a + b, later / (1.0 + later))
            means = np.asarray((1.0 + later) ** -a * series)
    is_left = ~np.isfinite(means)
    if is_left.any():
        means[is_left] = _average_near_mode(a, b[is_left], power[is_left], later[is_left])
    return means


def _average_near_mode(a: float, b: Array, power: Array, later: Array) -> Array:
    """The same by Gauss' and Hermite's rule on the log odds of `p`, around their mode."""
    from scipy.special import expit

    nodes, weights = np.polynomial.hermite.hermgauss(_NODES)
    mode, width = np.log(a / b)[:, None], np.sqrt(2.0 / a + 2.0 / b)[:, None]
    odds = mode + width * nodes
    # Beta's density over the log odds, less that at its mode, less the rule's own.
    heights = a * (odds - mode) - (a + b)[:, None] * (
        np.logaddexp(0.0, odds) - np.logaddexp(0.0, mode)
    )
    masses = np.exp(heights + nodes**2) * weights
    terms = (1.0 + expit(odds) * later[:, None]) ** -power[:, None]
    return np.asarray((masses * terms).sum(axis=1) / masses.sum(axis=1))
