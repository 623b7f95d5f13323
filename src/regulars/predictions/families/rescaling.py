"""Contributions moved from the scale on which they add up to the one on which scores are read."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["rescale_contributions", "share_out_rest", "to_log_odds"]

_LEAST = 1e-6
_NEAR = 1e-9
_NOTHING = 1e-12


def to_log_odds(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds of probabilities; those of 0 and 1 are taken as one in a million from there."""
    inside = np.clip(shares, _LEAST, 1 - _LEAST)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def rescale_contributions(
    contributions: NDArray[np.float64],
    *,
    usual: float,
    scale: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> NDArray[np.float64]:
    r"""Contributions to :math:`g(f)` from those to :math:`f`.

    Where the :math:`\phi_j` sum to :math:`f - f_0`, the
    :math:`\phi_j\,(g(f) - g(f_0)) / (f - f_0)` sum to :math:`g(f) - g(f_0)`: every feature keeps its
    share of the whole, and its sign, for :math:`g` rises. The factor is the mean slope of :math:`g`
    on the way from the usual to the customer.

    Parameters
    ----------
    contributions
        Shape (n_customers, n_features).
    usual
        :math:`f_0`, from which their sums are measured.
    scale
        The rising function :math:`g`.

    Examples
    --------
    >>> rescale_contributions(np.array([[0.2, 0.1]]), usual=0.5, scale=to_log_odds).round(
    ...     3
    ... ).tolist()
    [[0.924, 0.462]]
    >>> to_log_odds(np.array([0.8])).round(3).tolist()
    [1.386]
    """
    moved = contributions.sum(axis=1)
    # Where nothing moves, the slope is that of a small step.
    step = np.where(np.abs(moved) < _NEAR, _NEAR, moved)
    start = np.full(len(step), usual)
    slope = (scale(start + step) - scale(start)) / step
    return np.asarray(contributions * slope[:, None])


def share_out_rest(
    contributions: NDArray[np.float64], whole: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Contributions that sum to the whole, what is left to it shared out in proportion to their size.

    For what is only nearly right: sums in single precision, integrals by a rule of few nodes.

    Parameters
    ----------
    contributions
        Shape (n_customers, n_features).
    whole
        What they are to sum to, shape (n_customers,).

    Examples
    --------
    >>> share_out_rest(np.array([[3.0, -1.0]]), np.array([2.4])).round(6).tolist()
    [[3.3, -0.9]]
    """
    sizes = np.abs(contributions)
    total = np.maximum(sizes.sum(axis=1), _NOTHING)
    left = whole - contributions.sum(axis=1)
    return np.asarray(contributions + sizes * (left / total)[:, None])
