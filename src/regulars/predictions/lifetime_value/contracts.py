"""Value of customers with a contract: the fee, as long as they are likely to stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regulars.errors import InvalidParameterError
from regulars.predictions.lifetime_value.forecast import Expectation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from regulars.predictions.lifetime_value.estimating import Horizon

    Array = NDArray[np.float64]

__all__ = ["value_contracts"]

_NODES = 8
_LEAST = 1e-12
_CHUNK = 50_000


def value_contracts(
    leaves_within: Mapping[int, Array], fees_a_day: Array, *, ends_seen: int, horizon: Horizon
) -> Expectation:
    r"""What each customer will pay within the horizon, in today's money.

    .. math::

        V = m f \int_0^H e^{-\rho s} S(s)\, ds

    with the margin `m`, the fee a day `f`, the discount :math:`\rho` and the survival curve `S` of a customer who
    is still there. Between the days that are given the hazard is taken to be constant, and beyond the last
    known one to go on as before; of whom nothing was seen it is everybody's mean. The interval holds chance, by the second moment
    :math:`2 m^2 f^2 \int_0^H A(s) e^{-\rho s} S(s)\, ds` with :math:`A(s) = (1 - e^{-\rho s}) / \rho`, and that
    the level of all hazards was learnt from `ends_seen` ends: its logarithm has the variance 1 / `ends_seen`.

    Parameters
    ----------
    leaves_within
        By days from now, ascending: the probability of having left by then, NaN where it was not seen, shape
        (n_customers,).
    fees_a_day
        Shape (n_customers,); NaN, where it is not known, brings nothing.
    ends_seen
        Of how many customers it is known that they left.
    horizon
        Over which time, at which discount and margin, with days as its unit.

    Raises
    ------
    InvalidParameterError
        When no days are given, or no end was seen.

    Examples
    --------
    >>> from regulars.predictions.lifetime_value.estimating import Horizon
    >>> found = value_contracts(
    ...     {365: np.array([0.0, 0.5])},
    ...     np.array([1.0, 1.0]),
    ...     ends_seen=100,
    ...     horizon=Horizon(days=365, discount=0.0),
    ... )
    >>> found.values.round(1)
    array([365. , 263.3])
    """
    if not leaves_within or ends_seen < 1:
        raise InvalidParameterError(
            en="A value of contracts needs to know how likely customers are to leave, from at least one who"
            " left. Look at `regulars predict survival` first.",
            ru="Чтобы оценить договоры, нужно знать, с какой вероятностью клиенты уходят, хотя бы по одному"
            " ушедшему. Сначала посмотрите `regulars predict survival`.",
        )
    days = np.array([0.0, *leaves_within])
    nodes, weights = _place_nodes(np.append(days[days < horizon.days], horizon.days))
    rate = horizon.rate / horizon.unit_days
    worth = np.exp(-rate * nodes) * weights
    earlier = -np.expm1(-rate * nodes) / rate if rate else nodes
    hazards = _find_hazards(days, leaves_within)
    fees = np.nan_to_num(fees_a_day) * horizon.margin
    values, squares, slopes = np.empty(len(fees)), np.empty(len(fees)), np.empty(len(fees))
    for start in range(0, len(fees), _CHUNK):
        part = slice(start, start + _CHUNK)
        logs = _read_logs(days, hazards[part], nodes)
        stay = np.exp(logs)
        values[part] = fees[part] * (stay @ worth)
        squares[part] = 2.0 * fees[part] ** 2 * (stay @ (worth * earlier))
        slopes[part] = fees[part] * ((stay * logs) @ worth)
    spread = np.maximum(squares - values**2, 0.0)
    return Expectation(values, slopes[:, None], np.array([[1.0 / ends_seen]]), spread)


def _place_nodes(bounds: Array) -> tuple[Array, Array]:
    """Gauss' rule between each two of the days, where the curves have no kink."""
    places, weights = np.polynomial.legendre.leggauss(_NODES)
    widths, middles = np.diff(bounds) / 2.0, (bounds[1:] + bounds[:-1]) / 2.0
    nodes = (middles[:, None] + widths[:, None] * places).ravel()
    return nodes, (widths[:, None] * weights).ravel()


def _find_hazards(days: Array, leaves_within: Mapping[int, Array]) -> Array:
    """Between each two of the days, shape (n_customers, n_days)."""
    logs = [np.log1p(-np.clip(each, 0.0, 1.0 - _LEAST)) for each in leaves_within.values()]
    known = np.column_stack([np.zeros(len(logs[0])), *logs])
    hazards = np.maximum(-np.diff(known, axis=1) / np.diff(days), 0.0)
    is_seen = np.isfinite(hazards[:, 0])
    hazards[~is_seen, 0] = hazards[is_seen, 0].mean() if is_seen.any() else 0.0
    for column in range(1, hazards.shape[1]):
        is_unseen = np.isnan(hazards[:, column])
        hazards[is_unseen, column] = hazards[is_unseen, column - 1]
    return hazards


def _read_logs(days: Array, hazards: Array, nodes: Array) -> Array:
    """Logarithms of the survival of each customer at the nodes, shape (n_customers, n_nodes)."""
    reached = np.cumsum(hazards * np.diff(days), axis=1)
    reached = np.column_stack([np.zeros(len(reached)), reached])
    place = np.clip(np.searchsorted(days, nodes, side="right") - 1, 0, hazards.shape[1] - 1)
    return np.asarray(-(reached[:, place] + hazards[:, place] * (nodes - days[place])))
