"""Every method of clustering, against the library or the paper that knows the right answer."""

import sys

import numpy as np
import pytest

from regulars.errors import InvalidParameterError
from regulars.segments.clustering import cluster_points, get_method, list_methods
from regulars.segments.clustering.density import Dbscan, Hdbscan, find_components, narrow
from regulars.segments.clustering.fuzzy import FuzzyCMeans, measure_partition
from regulars.segments.clustering.linkage import LINKAGES, cut_tree, join_points
from regulars.segments.clustering.prototypes import KPrototypes

NAMES = list(list_methods())
TAKES_K = [name for name, method in list_methods().items() if method.takes_k]
OF_CROWDS = [name for name in NAMES if name not in TAKES_K]


def _groups(*sizes: int, spread: float = 1.0, seed: int = 1) -> tuple[np.ndarray, list[int]]:
    """Groups of these sizes, far apart on a line, in three columns; and their numbers."""
    generator = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(sizes)), sizes)
    points = group[:, np.newaxis] * 20.0 + spread * generator.normal(size=(len(group), 3))
    return points, group.tolist()


@pytest.mark.parametrize("name", TAKES_K)
def test_three_groups_are_found_and_new_customers_assigned(name):
    points, group = _groups(90, 60, 30)

    found = cluster_points(points, get_method(name), k=3, random_state=1)

    assert found.labels.tolist() == group
    assert found.assign(points).tolist() == group
    assert found.assign(np.array([[41.0, 40.0, 39.0], [1.0, 0.0, -1.0]])).tolist() == [2, 0]
    assert found.method == name


@pytest.mark.parametrize("name", OF_CROWDS)
def test_crowds_are_found_without_being_told_how_many(name):
    points, group = _groups(300, 200, 100)

    found = cluster_points(points, get_method(name), random_state=1)

    is_in = found.labels >= 0
    assert found.k == 3
    assert is_in.mean() > 0.8
    assert found.labels[is_in].tolist() == np.array(group)[is_in].tolist()
    assert found.assign(np.array([[40.0] * 3, [0.0] * 3, [500.0] * 3])).tolist() == [2, 0, -1]


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_clusters(name):
    points, _ = _groups(60, 50, 40, spread=6.0)

    first = cluster_points(points, get_method(name), k=4, random_state=3)
    second = cluster_points(points, get_method(name), k=4, random_state=3)

    assert first.labels.tolist() == second.labels.tolist()


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_stands_for_everybody(name):
    points, group = _groups(900, 600, 300)

    found = cluster_points(points, get_method(name), k=3, random_state=1, most_rows=360)

    is_in = found.labels >= 0
    assert (found.sampled, found.is_sampled) == (360, True)
    assert is_in.mean() > 0.8
    assert found.labels[is_in].tolist() == np.array(group)[is_in].tolist()


@pytest.mark.parametrize("name", TAKES_K)
def test_one_cluster_holds_everybody(name):
    points, _ = _groups(20, 20)

    found = cluster_points(points, get_method(name), k=1, random_state=1)

    assert found.labels.tolist() == [0] * 40


@pytest.mark.parametrize("name", TAKES_K)
def test_a_cluster_for_each_customer_is_possible(name):
    points, _ = _groups(2, 2)

    found = cluster_points(points, get_method(name), k=4, random_state=1)

    assert sorted(found.labels.tolist()) == [0, 1, 2, 3]


@pytest.mark.parametrize("name", OF_CROWDS)
def test_where_everybody_stands_alone_nobody_is_in_a_crowd(name):
    points = np.arange(12.0)[:, np.newaxis] ** 4

    found = cluster_points(points, get_method(name), random_state=1)

    assert found.assign(np.array([[1e9]])).tolist() == [-1]


@pytest.mark.parametrize("linkage", LINKAGES)
def test_a_linkage_makes_the_merges_that_scipy_makes(linkage):
    from scipy.cluster.hierarchy import linkage as join_by_scipy

    points = np.random.default_rng(2).normal(size=(200, 4))

    merges = join_points(points, linkage)
    expected = join_by_scipy(points, linkage)

    assert merges[:, [0, 1, 3]].tolist() == expected[:, [0, 1, 3]].tolist()
    assert merges[:, 2] == pytest.approx(expected[:, 2], rel=1e-9)


@pytest.mark.parametrize("linkage", LINKAGES)
@pytest.mark.parametrize("k", [1, 2, 7, 59, 60])
def test_a_cut_is_the_one_that_scipy_makes(linkage, k):
    from scipy.cluster.hierarchy import fcluster
    from sklearn.metrics import adjusted_rand_score

    merges = join_points(np.random.default_rng(3).normal(size=(60, 2)), linkage)

    labels = cut_tree(merges, k)

    expected = fcluster(merges, k, "maxclust")
    assert len(set(labels.tolist())) == k
    assert adjusted_rand_score(expected, labels) == pytest.approx(1.0)


def test_points_that_fall_together_are_joined_at_height_zero():
    merges = join_points(np.array([[0.0], [0.0], [3.0]]), "ward")

    assert merges[0].tolist() == [0.0, 1.0, 0.0, 2.0]


def test_one_point_has_no_merges_and_is_one_cluster():
    merges = join_points(np.array([[0.0]]), "average")

    assert cut_tree(merges, 1).tolist() == [0]


def test_fuzzy_degrees_are_those_of_the_formula():
    # Centers at 0 and 3, m = 2: degrees are inverse to squared distances, 1 : 4 at the point 1.
    points = np.array([[0.0], [0.0], [3.0], [3.0]])
    found = FuzzyCMeans(fuzziness=2.0).fit(points, k=2, random_state=0)

    degrees = np.sort(found.weigh(np.array([[1.0]]))[0])

    assert degrees.tolist() == pytest.approx([0.2, 0.8], abs=1e-4)


def test_fuzzy_c_means_gives_the_published_result_of_iris():
    # As the R package ppclust prints it for fcm(iris[, -5], centers = 3), m = 2: Dunn's coefficient, the
    # sizes of the crisp clusters, the degrees of the first and the last flower, the final prototypes.
    from sklearn.datasets import load_iris

    found = cluster_points(load_iris().data, FuzzyCMeans(fuzziness=2.0), k=3, random_state=0)

    assert measure_partition(found.degrees) == pytest.approx(0.7833975, abs=2e-5)
    assert found.sizes == (60, 50, 40)
    assert found.degrees[0, 1] == pytest.approx(0.9966236, abs=2e-5)
    assert found.degrees[149] == pytest.approx([0.5817811, 0.02691888, 0.3913], abs=3e-4)
    assert found.clusters.centers[found.number.argsort()] == pytest.approx(
        np.array(
            [
                [5.888932, 2.761069, 4.363952, 1.397315],
                [5.003966, 3.414089, 1.482816, 0.2535463],
                [6.775011, 3.052382, 5.646782, 2.053547],
            ]
        ),
        abs=1e-3,
    )


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_fuzzy_c_means_is_that_of_scikit_fuzzy(k):
    skfuzzy = pytest.importorskip("skfuzzy")
    from sklearn.datasets import load_iris

    points = load_iris().data
    tries = [skfuzzy.cmeans(points.T, k, 2.0, 1e-8, 3000, seed=seed) for seed in range(3)]
    reference = min(tries, key=lambda one: one[4][-1])

    found = cluster_points(points, FuzzyCMeans(fuzziness=2.0), k=k, random_state=0)

    assert measure_partition(found.degrees) == pytest.approx(reference[6], abs=1e-4)


def test_degrees_are_in_the_order_of_the_clusters_and_sum_to_one():
    points, _ = _groups(20, 60, 40, spread=6.0)

    found = cluster_points(points, get_method("fuzzy_cmeans"), k=3, random_state=1)

    assert found.degrees.argmax(axis=1).tolist() == found.labels.tolist()
    assert found.degrees.sum(axis=1) == pytest.approx(np.ones(120), abs=1e-5)


def test_a_mixture_is_that_of_scikit_learn():
    from sklearn.metrics import adjusted_rand_score
    from sklearn.mixture import GaussianMixture

    points, _ = _groups(200, 150, 100, spread=5.0)

    found = cluster_points(points, get_method("gaussian_mixture"), k=3, random_state=1)

    straight = GaussianMixture(3, n_init=2, reg_covar=1e-2, random_state=1).fit(points)
    assert adjusted_rand_score(straight.predict(points), found.labels) == 1.0


def test_a_mixture_keeps_no_component_that_is_nobodys():
    points = np.repeat([[0.0, 0.0], [5.0, 5.0]], 20, axis=0)

    found = cluster_points(points, get_method("gaussian_mixture"), k=4, random_state=1)

    assert min(found.sizes) > 0
    assert set(found.assign(points).tolist()) == set(range(found.k))


def test_dbscan_is_that_of_scikit_learn():
    from sklearn.cluster import DBSCAN
    from sklearn.metrics import adjusted_rand_score

    points, _ = _groups(90, 60, 30, spread=3.0)

    found = Dbscan(eps=2.5, min_samples=5).fit(points, k=None, random_state=0)

    straight = DBSCAN(eps=2.5, min_samples=5).fit_predict(points)
    assert found.labels.tolist() == straight.tolist()
    # Who is not dense may be near two crowds; the assigned are otherwise the same.
    assert adjusted_rand_score(found.assign(points), straight) > 0.99


def test_hdbscan_is_that_of_its_library_for_new_customers_too():
    from hdbscan import HDBSCAN, approximate_predict

    points, _ = _groups(150, 100, 60, spread=3.0)
    newcomers, _ = _groups(40, 40, 40, spread=5.0, seed=2)
    method = Hdbscan(smallest_share=0.1, min_samples=5)

    found = method.fit(points, k=None, random_state=0)

    straight = HDBSCAN(min_cluster_size=31, min_samples=5, prediction_data=True).fit(points)
    predicted, _ = approximate_predict(straight, newcomers)
    assert found.labels.tolist() == straight.labels_.tolist()
    assert np.mean(found.assign(newcomers) == predicted) > 0.95


def test_crowds_are_looked_for_on_six_components():
    points = np.random.default_rng(1).normal(size=(50, 20))

    components = find_components(points)

    assert narrow(points, components).shape == (50, 6)
    assert find_components(points[:, :6]) is None


def test_a_prototype_is_a_customer_who_could_exist():
    # Two levels of one category, and a number; k-means would put a center between the levels.
    levels = np.eye(2)[[0, 0, 0, 1, 1, 1, 1, 0]]
    numbers = np.array([[0.0], [0.1], [0.2], [0.1], [9.0], [9.1], [9.2], [9.1]])
    points = np.hstack([numbers, levels])

    found = KPrototypes(np.array([-1, 0, 0])).fit(points, k=2, random_state=1)

    assert found.centers[np.argsort(found.centers[:, 0])].tolist() == [
        pytest.approx([0.1, 1.0, 0.0]),
        pytest.approx([9.1, 0.0, 1.0]),
    ]
    assert found.labels[:4].tolist() == [found.labels[0]] * 4


def test_k_prototypes_is_not_for_numbers_alone():
    with pytest.raises(InvalidParameterError, match="for customers with categories"):
        get_method("kprototypes")


@pytest.mark.slow
def test_crowds_on_a_map_are_found_when_asked_for_and_new_customers_put_there():
    pytest.importorskip("pynndescent", reason="umap-learn is not installed")
    points, group = _groups(90, 60, 60)

    found = cluster_points(points, get_method("umap_hdbscan"), random_state=1)

    is_in = found.labels >= 0
    assert (found.k, found.method) == (3, "umap_hdbscan")
    assert is_in.mean() > 0.8
    assert (
        len({*zip(found.labels[is_in].tolist(), np.array(group)[is_in].tolist(), strict=True)}) == 3
    )
    assert np.mean(found.assign(points)[is_in] == found.labels[is_in]) > 0.9


def test_umap_that_is_not_installed_is_named_with_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "umap.umap_", None)
    points, _ = _groups(20, 20)

    with pytest.raises(InvalidParameterError, match=r"pip install 'regulars\[umap\]'"):
        cluster_points(points, get_method("umap_hdbscan"), random_state=1)


def test_umap_is_not_run_unless_asked_for():
    assert "umap_hdbscan" not in list_methods()
