"""The value of groups of customers, and what a new customer of each is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regulars.errors import QualityError
from regulars.predictions.lifetime_value.estimating import fit_baskets, value_newcomer
from regulars.predictions.lifetime_value.models import MODELS, fit_purchases

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regulars.evaluate.intervals import Interval
    from regulars.predictions.lifetime_value.estimating import LifetimeValue
    from regulars.predictions.lifetime_value.histories import RepeatPurchases

__all__ = ["GroupValue", "value_groups"]

_FEWEST_IN_GROUP = 100
_FEWEST_REPEATS_IN_GROUP = 30
_MOST_GROUPS_LEARNT = 20


@dataclass(frozen=True, slots=True)
class GroupValue:
    """The customers of one group.

    Attributes
    ----------
    group
        Its name; None for customers of whom it is not known.
    customers
        How many.
    alive
        Mean probability of being active.
    purchases
        Expected of all of them within the horizon.
    value
        Of all of them; None without money.
    newcomer
        Of somebody who has just made the first purchase there, by models learnt from this group alone;
        None where it is too small for that.
    """

    group: str | None
    customers: int
    alive: Interval
    purchases: Interval
    value: Interval | None
    newcomer: Interval | None


def value_groups(found: LifetimeValue, groups: NDArray[np.object_]) -> tuple[GroupValue, ...]:
    """The value of groups of customers, the most valuable first.

    Parameters
    ----------
    found
        The value of all customers.
    groups
        Name of each customer's group, such as the channel they came by; None where not known,
        shape (n_customers,).
    """
    names = [str(one) for one in np.unique(groups[groups != None])]  # noqa: E711 - by element
    rows: list[tuple[str | None, NDArray[np.bool_]]] = [(name, groups == name) for name in names]
    if any(one is None for one in groups):
        rows.append((None, groups == None))  # noqa: E711 - by element
    rows.sort(key=lambda one: -int(one[1].sum()))
    told = [
        _value_group(found, name, own, is_learnt=place < _MOST_GROUPS_LEARNT)
        for place, (name, own) in enumerate(rows)
    ]
    return tuple(sorted(told, key=lambda one: -(one.value or one.purchases).mean))


def _value_group(
    found: LifetimeValue, name: str | None, own: NDArray[np.bool_], *, is_learnt: bool
) -> GroupValue:
    purchases = found.purchases.take(own)
    is_enough = len(purchases) >= _FEWEST_IN_GROUP
    is_enough = is_enough and purchases.repeat_buyers >= _FEWEST_REPEATS_IN_GROUP
    return GroupValue(
        group=name,
        customers=int(own.sum()),
        alive=found.forecast.alive_probability.share(own),
        purchases=found.forecast.purchases.total(own),
        value=None if found.value is None else found.value.total(own),
        newcomer=_learn_newcomer(found, purchases) if is_learnt and is_enough else None,
    )


def _learn_newcomer(found: LifetimeValue, purchases: RepeatPurchases) -> Interval | None:
    try:
        estimate = fit_purchases(
            purchases, MODELS[found.recommended], unit_days=found.horizon.unit_days
        )
        baskets = fit_baskets(purchases)[0] if found.baskets is not None else None
    except QualityError:
        return None
    if found.baskets is not None and (baskets is None or baskets.parameters["q"] <= 1):
        return None
    return value_newcomer(found.recommended, estimate, baskets, found.horizon)
