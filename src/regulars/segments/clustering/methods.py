"""The methods of clustering by name."""

from collections.abc import Mapping

from regulars.errors import InvalidParameterError, UnknownNameError
from regulars.schema.wording import Wording
from regulars.segments.clustering.centers import KMeans, MiniBatchKMeans
from regulars.segments.clustering.clustering import ClusterMethod
from regulars.segments.clustering.density import Dbscan, Hdbscan, Optics
from regulars.segments.clustering.embedding import UmapHdbscan
from regulars.segments.clustering.fuzzy import FuzzyCMeans
from regulars.segments.clustering.linkage import LINKAGES, Linkage
from regulars.segments.clustering.mixture import GaussianMixture
from regulars.segments.clustering.placement import Placement
from regulars.segments.clustering.prototypes import KPrototypes

__all__ = ["TITLES", "get_method", "list_methods"]

TITLES: Mapping[str, Wording] = {
    "kmeans": Wording(en="k-means", ru="k-средних"),
    "minibatch_kmeans": Wording(en="mini-batch k-means", ru="k-средних по частям"),
    "fuzzy_cmeans": Wording(en="fuzzy c-means", ru="нечёткие c-средние"),
    "gaussian_mixture": Wording(en="Gaussian mixture", ru="смесь нормальных распределений"),
    "kprototypes": Wording(en="k-prototypes", ru="k-прототипов"),
    "ward": Wording(en="Ward", ru="метод Уорда"),
    "single": Wording(en="nearest neighbor", ru="ближний сосед"),
    "complete": Wording(en="farthest neighbor", ru="дальний сосед"),
    "average": Wording(en="unweighted average", ru="невзвешенное среднее"),
    "weighted": Wording(en="weighted average", ru="взвешенное среднее"),
    "dbscan": Wording(en="DBSCAN", ru="DBSCAN"),
    "hdbscan": Wording(en="HDBSCAN", ru="HDBSCAN"),
    "optics": Wording(en="OPTICS", ru="OPTICS"),
    "umap_hdbscan": Wording(en="UMAP and HDBSCAN", ru="UMAP и HDBSCAN"),
}
"""What each method is called."""


def list_methods(placement: Placement | None = None) -> Mapping[str, ClusterMethod]:
    """Every method that suits customers by its name, the quick ones first; slow extras are left out.

    Parameters
    ----------
    placement
        How the customers became points: where they have categories, k-prototypes suits them too.
    """
    methods: list[ClusterMethod] = [KMeans(), MiniBatchKMeans(), FuzzyCMeans(), GaussianMixture()]
    if placement is not None and bool((placement.category >= 0).any()):
        methods.append(KPrototypes(placement.category))
    methods += [Linkage(name) for name in reversed(LINKAGES)]
    methods += [Dbscan(), Hdbscan(), Optics()]
    return {method.name: method for method in methods}


def get_method(name: str, placement: Placement | None = None) -> ClusterMethod:
    """The method called `name`.

    Raises
    ------
    UnknownNameError
        When there is no such method; offers the nearest.
    InvalidParameterError
        When the method does not suit these customers.
    """
    methods = {**list_methods(placement), UmapHdbscan.name: UmapHdbscan()}
    if name in methods:
        return methods[name]
    if name in TITLES:
        raise InvalidParameterError(
            en=f"{name} is for customers with categories beside numbers, and these have none (or too"
            " many columns to keep apart). Take kmeans.",
            ru=f"{name} нужен клиентам, у которых кроме чисел есть категории, а здесь их нет (или "
            "столбцов слишком много). Возьмите kmeans.",
        )
    raise UnknownNameError("clustering method", name, TITLES, ru="метода кластеризации")
