"""The models of repeat purchases: one shape for all three, fitted and asked in the same way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np

from regulars.errors import QualityError
from regulars.predictions.lifetime_value import beta_geometric, pareto_nbd
from regulars.predictions.lifetime_value.histories import Patterns
from regulars.predictions.lifetime_value.maximum_likelihood import maximize

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from regulars.predictions.lifetime_value.histories import RepeatPurchases
    from regulars.predictions.lifetime_value.maximum_likelihood import Estimate

    Array = NDArray[np.float64]

__all__ = ["MODELS", "ModelName", "PurchaseModel", "check_histories", "fit_purchases"]

ModelName = Literal["bg_nbd", "mbg_nbd", "pareto_nbd"]
_STARTS = ((1.0, 1.0, 1.0, 1.0), (0.3, 0.1, 0.8, 2.5), (3.0, 5.0, 0.1, 1.0))
_SAMPLE = 5_000
_FEWEST_CUSTOMERS = 30
_FEWEST_REPEATS = 10


@dataclass(frozen=True, slots=True)
class PurchaseModel:
    """One model of repeat purchases.

    Attributes
    ----------
    name
        As in JSON.
    title
        As in the literature.
    parameters
        Their letters, in order.
    in_time
        Those that are lengths of time.
    score
        From parameters and patterns to the log-likelihood and its gradient.
    alive_probability
        From parameters and patterns to the probability of being active, per pattern.
    purchase_rate
        From parameters, `x`, `T` and the time from now to the purchases a unit of time of those who are
        active now.
    pair_rate
        From the same to the density of pairs of purchases whose later one is then.
    """

    name: ModelName
    title: str
    parameters: tuple[str, ...]
    in_time: tuple[str, ...]
    score: Callable[[Array, Patterns], tuple[float, Array]]
    alive_probability: Callable[[Array, Patterns], Array]
    purchase_rate: Callable[[Array, Array, Array, Array], Array]
    pair_rate: Callable[[Array, Array, Array, Array], Array]


def _make_beta_geometric(name: ModelName, title: str, *, first_counts: bool) -> PurchaseModel:
    return PurchaseModel(
        name,
        title,
        beta_geometric.PARAMETERS,
        ("alpha",),
        partial(beta_geometric.score, first_counts=first_counts),
        partial(beta_geometric.alive_probability, first_counts=first_counts),
        partial(beta_geometric.purchase_rate, first_counts=first_counts),
        partial(beta_geometric.pair_rate, first_counts=first_counts),
    )


MODELS: dict[ModelName, PurchaseModel] = {
    "bg_nbd": _make_beta_geometric("bg_nbd", "BG/NBD", first_counts=False),
    "mbg_nbd": _make_beta_geometric("mbg_nbd", "MBG/NBD", first_counts=True),
    "pareto_nbd": PurchaseModel(
        "pareto_nbd",
        "Pareto/NBD",
        pareto_nbd.PARAMETERS,
        ("alpha", "beta"),
        pareto_nbd.score,
        pareto_nbd.alive_probability,
        pareto_nbd.purchase_rate,
        pareto_nbd.pair_rate,
    ),
}
"""By name, the simplest first."""


def check_histories(purchases: RepeatPurchases) -> None:
    """Raise `QualityError` when there is too little to learn from."""
    customers, buyers = len(purchases), purchases.repeat_buyers
    if customers and not purchases.tenure_days.max():
        raise QualityError(
            en="All first purchases lie on the last day that is seen: nobody had time to come back."
            " Load a longer history, or look until a later day.",
            ru="Все первые покупки приходятся на последний учитываемый день: ни у кого не было времени"
            " вернуться. Загрузите более длинную историю или возьмите более позднюю дату.",
        )
    if customers and not buyers:
        raise QualityError(
            en=f"Nobody bought on two days: {customers} customers have one purchase day each. How often"
            " people come back cannot be learnt from this. Load a longer history; if several people"
            " share one id, name the column that tells them apart.",
            ru=f"Никто не покупал в два разных дня: у всех клиентов ({customers}) по одному дню с "
            "покупками. Узнать, как часто возвращаются, не из чего. Загрузите более длинную историю; "
            "если столбец клиента указан неверно, назовите другой.",
        )
    if customers < _FEWEST_CUSTOMERS or buyers < _FEWEST_REPEATS:
        raise QualityError(
            en=f"Lifetime value needs at least {_FEWEST_CUSTOMERS} customers, {_FEWEST_REPEATS} of whom"
            f" came back; found {customers} and {buyers}. Load more customers or a longer history.",
            ru=f"Для пожизненной ценности нужно не меньше {_FEWEST_CUSTOMERS} клиентов, из них"
            f" вернувшихся — не меньше {_FEWEST_REPEATS}; найдено {customers} и {buyers}. Загрузите"
            " больше клиентов или более длинную историю.",
        )


def fit_purchases(
    purchases: RepeatPurchases,
    model: PurchaseModel,
    *,
    unit_days: float = 1.0,
    most_steps: int = 500,
) -> Estimate:
    """The parameters of one model.

    Parameters
    ----------
    purchases
        Of all customers.
    model
        One of `MODELS`.
    unit_days
        Length of the unit of time in which the parameters are told: 7 for weeks.
    most_steps
        Of the search, from each of its starts.

    Raises
    ------
    QualityError
        With fewer than 30 customers, or fewer than 10 who came back; when the likelihood has no top.

    Examples
    --------
    >>> from regulars.predictions.lifetime_value.histories import RepeatPurchases
    >>> random = np.random.default_rng(0)
    >>> tenure = np.full(400, 365)
    >>> came = [np.sort(random.choice(364, random.poisson(3), replace=False)) + 1 for _ in tenure]
    >>> bought = RepeatPurchases(
    ...     np.array([len(days) for days in came]),
    ...     np.array([days.max(initial=0) for days in came]),
    ...     tenure,
    ... )
    >>> found = fit_purchases(bought, MODELS["bg_nbd"], unit_days=7)
    >>> sorted(found.parameters)
    ['a', 'alpha', 'b', 'r']
    """
    check_histories(purchases)
    patterns = Patterns.of(purchases, unit_days=unit_days)
    # In units of the mean tenure the same starts and bounds serve for days and for years.
    unit = float(np.average(patterns.tenure, weights=patterns.weight))
    scaled = patterns.scale(unit)
    starts: tuple[tuple[float, ...], ...] = _STARTS
    if len(scaled.weight) > _SAMPLE:
        starts = (_find_start(purchases, model, unit_days * unit, most_steps),)
    found = maximize(
        partial(_score, model.score, scaled),
        model.parameters,
        starts,
        size=float(patterns.weight.sum()),
        model=model.title,
        most_steps=most_steps,
    )
    repeats = float(patterns.weight @ patterns.count)
    # The density of each purchase is per unit of time: another unit shifts its logarithm.
    height = found.log_likelihood - repeats * float(np.log(unit))
    return found.rescale(dict.fromkeys(model.in_time, unit), height)


def _score(
    score: Callable[[Array, Patterns], tuple[float, Array]], patterns: Patterns, values: Array
) -> tuple[float, Array]:
    with np.errstate(all="ignore"):
        # At the far ends of the search a float may overflow; such places are left again.
        return score(values, patterns)


def _find_start(
    purchases: RepeatPurchases, model: PurchaseModel, unit_days: float, most_steps: int
) -> tuple[float, ...]:
    """The top for every so-manieth customer: many customers need few steps from there."""
    some = purchases.take(np.arange(0, len(purchases), -(-len(purchases) // _SAMPLE)))
    patterns = Patterns.of(some, unit_days=unit_days)
    found = maximize(
        partial(_score, model.score, patterns),
        model.parameters,
        _STARTS,
        size=len(some),
        model=model.title,
        most_steps=most_steps,
    )
    return tuple(float(value) for value in found.values)
