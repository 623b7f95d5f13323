"""The methods of clustering by name."""

from collections.abc import Mapping

from regulars.errors import UnknownNameError
from regulars.segments.clustering.centers import KMeans, MiniBatchKMeans
from regulars.segments.clustering.clustering import ClusterMethod

__all__ = ["get_method", "list_methods"]


def list_methods() -> Mapping[str, ClusterMethod]:
    """Every method by its name, the quick ones first."""
    methods: tuple[ClusterMethod, ...] = (KMeans(), MiniBatchKMeans())
    return {method.name: method for method in methods}


def get_method(name: str) -> ClusterMethod:
    """The method called `name`; raises `UnknownNameError`, which offers the nearest."""
    methods = list_methods()
    if name not in methods:
        raise UnknownNameError("clustering method", name, methods, ru="метода кластеризации")
    return methods[name]
