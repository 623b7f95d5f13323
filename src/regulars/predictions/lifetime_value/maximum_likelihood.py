"""The parameters that make what was seen most likely, and how sure they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regulars.errors import QualityError
from regulars.evaluate.intervals import Interval
from regulars.evaluate.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["Z_95", "Estimate", "maximize"]

Z_95 = 1.959963984540054
_EDGE = 11.0
"""Logarithms of parameters are looked for within ± this, in units that make the means 1."""
_BRINK = 0.1
_LEAST_CURVATURE = 1e-2
"""A direction in which the likelihood is flatter than this has a standard error of 10 in the logarithm."""
_STEP = 1e-4
_POLISHINGS = 8
_FINISHED = 1e-9
_NEAR = 1e-3
"""So close by, the curvature is the same to three digits."""
_LITTLE = 1e-2
"""Where so little likelihood is left to gain, in its logarithm, the top is reached for all that can be told."""


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """The parameters of one model.

    Attributes
    ----------
    parameters
        By the letter they have in the literature; all are positive.
    covariance
        Of the logarithms of the parameters, in their order: the inverse of the curvature of the
        log-likelihood at its top (Laplace), shape (n_parameters, n_parameters).
    log_likelihood
        At its top.
    at_edge
        Parameters that ran to the end of what is looked at: the data do not bound them.
    """

    parameters: Mapping[str, float]
    covariance: NDArray[np.float64]
    log_likelihood: float
    at_edge: tuple[str, ...] = ()

    @property
    def values(self) -> NDArray[np.float64]:
        """The parameters in their order, shape (n_parameters,)."""
        return np.array(list(self.parameters.values()))

    @property
    def intervals(self) -> dict[str, Interval]:
        """Each parameter with its 95 % interval, normal in the logarithm."""
        errors = np.sqrt(np.diag(self.covariance))
        return {
            name: Interval(value, value * np.exp(-Z_95 * error), value * np.exp(Z_95 * error))
            for (name, value), error in zip(self.parameters.items(), errors.tolist(), strict=True)
        }

    def rescale(self, units: Mapping[str, float], log_likelihood: float) -> Estimate:
        """The same in other units: each named parameter times its factor."""
        scaled = {name: value * units.get(name, 1.0) for name, value in self.parameters.items()}
        return Estimate(scaled, self.covariance, log_likelihood, self.at_edge)


def maximize(
    score: Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]],
    names: Sequence[str],
    starts: Sequence[Sequence[float]],
    *,
    size: float,
    model: str,
    most_steps: int = 500,
) -> Estimate:
    """The positive parameters at which a log-likelihood is highest.

    L-BFGS over the logarithms from every start, then Newton's steps from the best: the gradient is
    given, the curvature comes from its differences.

    Parameters
    ----------
    score
        From parameters to the log-likelihood and its gradient.
    names
        Of the parameters.
    starts
        Where to begin.
    size
        Customers: the gradient is held against their number.
    model
        Its name, for the error.
    most_steps
        Of L-BFGS, from each start.

    Raises
    ------
    QualityError
        When no top is found.

    Examples
    --------
    >>> def poisson(rate):  # 10 customers with 30 purchases
    ...     return 30 * np.log(rate[0]) - 10 * rate[0], 30 / rate - 10
    >>> found = maximize(poisson, ["rate"], [[1.0]], size=10, model="Poisson")
    >>> round(found.parameters["rate"], 6), round(float(found.covariance[0, 0]), 4)
    (3.0, 0.0333)
    """
    from scipy.optimize import minimize

    def lose(logs: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        values = np.exp(logs)
        height, slope = score(values)
        if not np.isfinite(height) or not np.all(np.isfinite(slope)):
            return 1e10, np.zeros_like(logs)
        return -height / size, -slope * values / size

    with one_thread():
        tries = [
            minimize(
                lose,
                np.log(np.asarray(start, dtype=np.float64)),
                jac=True,
                method="L-BFGS-B",
                bounds=[(-_EDGE, _EDGE)] * len(names),
                options={
                    "maxiter": most_steps,
                    "maxfun": 4 * most_steps,
                    "ftol": 1e-11,
                    "gtol": 1e-6,
                },
            )
            for start in starts
        ]
    best = min(tries, key=lambda one: float(one.fun))
    logs, loss, slope, curvature = _polish(lose, np.asarray(best.x))
    is_free = np.abs(logs) < _EDGE
    if loss >= 1e10 or size * _measure_gain(slope[is_free], curvature, is_free) > _LITTLE:
        found = ", ".join(
            f"{name} {value:.4g}" for name, value in zip(names, np.exp(logs), strict=True)
        )
        raise QualityError(
            en=f"The likelihood of {model} has no top that could be found; the search stopped at {found}."
            " Look at a longer history, or leave out customers who buy like no other (firms, tests).",
            ru=f"Максимум правдоподобия модели {model} не найден; поиск остановился при {found}."
            " Возьмите более длинную историю или уберите клиентов, покупающих как никто другой"
            " (организации, тестовые записи).",
        )
    values = [float(value) for value in np.exp(logs)]
    return Estimate(
        dict(zip(names, values, strict=True)),
        _invert(size * curvature, is_free),
        -loss * size,
        tuple(name for name, free in zip(names, is_free, strict=True) if not free),
    )


def _curve(
    lose: Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]],
    logs: NDArray[np.float64],
    slope: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The second derivatives, from differences of the first."""
    steps = _STEP * np.eye(len(logs))
    curvature = np.array([(lose(logs + step)[1] - slope) / _STEP for step in steps])
    return (curvature + curvature.T) / 2


def _polish(
    lose: Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]],
    logs: NDArray[np.float64],
) -> tuple[NDArray[np.float64], float, NDArray[np.float64], NDArray[np.float64]]:
    """Newton's steps as long as they lead up: where, how high, and the derivatives there."""
    # Along a ridge the search ends a little before the edge that it runs to.
    is_bound = (np.abs(logs) > _EDGE - _BRINK) & (lose(logs)[1] * logs < 0)
    logs = np.where(is_bound, np.copysign(_EDGE, logs), logs)
    loss, slope = lose(logs)
    curvature = _curve(lose, logs, slope)
    for _ in range(_POLISHINGS):
        is_free = np.abs(logs) < _EDGE
        if not is_free.any() or np.abs(slope[is_free]).max() < _FINISHED:
            break
        sizes, directions = np.linalg.eigh(curvature[np.ix_(is_free, is_free)])
        ahead = directions.T @ slope[is_free] / np.maximum(np.abs(sizes), 1e-9)
        step = np.zeros_like(logs)
        step[is_free] = -(directions @ ahead)
        tried = np.clip(logs + np.clip(step, -1.0, 1.0), -_EDGE, _EDGE)
        tried_loss, tried_slope = lose(tried)
        if tried_loss > loss + 1e-12 * abs(loss):
            break
        if np.abs(tried - logs).max() > _NEAR:
            curvature = _curve(lose, tried, tried_slope)
        logs, loss, slope = tried, tried_loss, tried_slope
    return logs, loss, slope, curvature


def _measure_gain(
    slope: NDArray[np.float64], curvature: NDArray[np.float64], is_free: NDArray[np.bool_]
) -> float:
    """How much higher the top still is, as far as slope and curvature tell: Newton's decrement."""
    sizes, directions = np.linalg.eigh(curvature[np.ix_(is_free, is_free)])
    along = directions.T @ slope
    # No step is longer than 1, along a ridge that has no top, either.
    gains = np.minimum(along**2 / np.maximum(np.abs(sizes), 1e-12) / 2, np.abs(along))
    return float(gains.sum())


def _invert(curvature: NDArray[np.float64], is_free: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The covariance of the logarithms; a parameter at the edge has none."""
    covariance = np.zeros_like(curvature)
    free = np.ix_(is_free, is_free)
    sizes, directions = np.linalg.eigh(curvature[free])
    covariance[free] = (directions / np.maximum(sizes, _LEAST_CURVATURE)) @ directions.T
    return covariance
