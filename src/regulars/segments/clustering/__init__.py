"""Clusters of customers by any of a dozen methods: one way to ask, one shape of answer.

    points, placement = place_customers(encode_features(features), random_state=0)
    clustering = cluster_points(points, get_method("ward"), k=5, random_state=0)
    clustering.labels                             # int32, 0 for the largest, -1 for nobody's
    clustering.assign(placement.place(newcomers)) # new customers, nothing clustered again

* `Placement`: how features become points whose distances mean unlikeness; places new customers too.
* `ClusterMethod`: a way to cluster: `name`, `takes_k`, `most_rows`, `fit`. `list_methods` has all.
* `Clusters`: what `fit` gives: `k`, `labels`, `assign` for new points, `weigh` for degrees.
* `Clustering`: the answer for all customers: `labels`, `degrees`, `k`, `parameters`, `sampled`, `seconds`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.segments.clustering.clustering import (
        Clustering,
        ClusterMethod,
        Clusters,
        cluster_points,
    )
    from regulars.segments.clustering.methods import get_method, list_methods
    from regulars.segments.clustering.placement import Placement, place_customers

__all__ = [
    "ClusterMethod",
    "Clustering",
    "Clusters",
    "Placement",
    "cluster_points",
    "get_method",
    "list_methods",
    "place_customers",
]

_LAZY = {
    "ClusterMethod": "clustering",
    "Clustering": "clustering",
    "Clusters": "clustering",
    "Placement": "placement",
    "cluster_points": "clustering",
    "get_method": "methods",
    "list_methods": "methods",
    "place_customers": "placement",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
