"""Lifetime value of customers who buy when they like: how often, how long, how much."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.predictions.lifetime_value.checking import HalfCheck, check_halves, choose_model
    from regulars.predictions.lifetime_value.contracts import value_contracts
    from regulars.predictions.lifetime_value.estimating import (
        Horizon,
        LifetimeValue,
        estimate_lifetime_value,
    )
    from regulars.predictions.lifetime_value.gamma_gamma import fit_gamma_gamma
    from regulars.predictions.lifetime_value.groups import GroupValue, value_groups
    from regulars.predictions.lifetime_value.histories import RepeatPurchases
    from regulars.predictions.lifetime_value.models import MODELS, fit_purchases
    from regulars.predictions.lifetime_value.summary import PurchaseHistory, sum_up_purchases

__all__ = [
    "MODELS",
    "GroupValue",
    "HalfCheck",
    "Horizon",
    "LifetimeValue",
    "PurchaseHistory",
    "RepeatPurchases",
    "check_halves",
    "choose_model",
    "estimate_lifetime_value",
    "fit_gamma_gamma",
    "fit_purchases",
    "sum_up_purchases",
    "value_contracts",
    "value_groups",
]

_LAZY = {
    "GroupValue": "groups",
    "HalfCheck": "checking",
    "Horizon": "estimating",
    "LifetimeValue": "estimating",
    "MODELS": "models",
    "PurchaseHistory": "summary",
    "RepeatPurchases": "histories",
    "check_halves": "checking",
    "choose_model": "checking",
    "estimate_lifetime_value": "estimating",
    "fit_gamma_gamma": "gamma_gamma",
    "fit_purchases": "models",
    "sum_up_purchases": "summary",
    "value_contracts": "contracts",
    "value_groups": "groups",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
