"""What every method of clustering answers, and how customers become points."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import InvalidParameterError, UnknownColumnError, UnknownNameError
from regulars.features import AsOf, Feature, FeatureTable, encode_features
from regulars.schema.wording import Wording
from regulars.segments.clustering import (
    Clustering,
    cluster_points,
    get_method,
    place_customers,
)


def _groups(*sizes: int, spread: float = 1.0) -> np.ndarray:
    """Groups of these sizes, far apart on a line, in three columns."""
    generator = np.random.default_rng(1)
    group = np.repeat(np.arange(len(sizes)), sizes)
    return group[:, np.newaxis] * 20.0 + spread * generator.normal(size=(len(group), 3))


def _people(**columns: list) -> FeatureTable:
    arrays = {
        "customer_id": pa.array([str(row) for row in range(len(next(iter(columns.values()))))])
    }
    arrays |= {name: pa.array(values) for name, values in columns.items()}
    features = tuple(
        Feature(
            name,
            Wording(en=name, ru=name),
            None,
            "category" if arrays[name].type == pa.string() else "numeric",
        )
        for name in columns
    )
    return FeatureTable(pa.table(arrays), features, AsOf(date(2026, 1, 1)))


def test_clusters_are_numbered_by_size():
    points = _groups(10, 50, 30)

    found = cluster_points(points, get_method("kmeans"), k=3, random_state=1)

    assert found.labels.tolist() == [2] * 10 + [0] * 50 + [1] * 30
    assert found.labels.dtype == np.int32
    assert found.sizes == (50, 30, 10)
    assert (found.k, found.sampled, found.is_sampled) == (3, 90, False)


def test_new_customers_get_the_same_numbers():
    found = cluster_points(_groups(10, 50, 30), get_method("kmeans"), k=3, random_state=1)

    assert found.assign(np.array([[0.0] * 3, [41.0] * 3, [19.0] * 3])).tolist() == [2, 1, 0]


def test_a_sample_is_clustered_and_the_rest_assigned_when_asked():
    points = _groups(100, 500, 300)

    found = cluster_points(points, get_method("kmeans"), k=3, random_state=1, most_rows=90)

    assert found.labels.tolist() == [2] * 100 + [0] * 500 + [1] * 300
    assert (found.sampled, found.is_sampled) == (90, True)


@pytest.mark.slow
def test_starts_on_a_sample_reach_the_optimum_of_ten_starts_on_everybody():
    from sklearn.cluster import KMeans

    points = _groups(9_000, 7_000, 5_000, 3_000, spread=6.0)

    found = cluster_points(points, get_method("kmeans"), k=4, random_state=1)
    straight = KMeans(4, n_init=10, random_state=1).fit(points)

    centers = np.array([points[found.labels == number].mean(axis=0) for number in range(4)])
    inertia = float(((points - centers[found.labels]) ** 2).sum())
    assert inertia == pytest.approx(straight.inertia_, rel=1e-4)


def test_more_clusters_than_customers_are_refused():
    with pytest.raises(InvalidParameterError, match="5 clusters cannot be made of 4 customers"):
        cluster_points(_groups(2, 2), get_method("kmeans"), k=5, random_state=1)


@pytest.mark.parametrize("k", [None, 0])
def test_a_method_that_needs_k_says_so(k):
    with pytest.raises(InvalidParameterError, match="needs the number of clusters"):
        cluster_points(_groups(2, 2), get_method("kmeans"), k=k, random_state=1)


def test_points_that_fall_together_give_fewer_clusters():
    points = np.repeat([[0.0, 0.0], [5.0, 5.0]], 10, axis=0)

    found = cluster_points(points, get_method("kmeans"), k=4, random_state=1)

    assert found.k == 2
    assert found.sizes == (10, 10)


def test_an_unknown_method_offers_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'kmeans'"):
        get_method("kmean")


def test_labels_alone_assign_nobody():
    found = Clustering("ward", np.zeros(3, np.int32), 1, {}, 3, 0.0)

    with pytest.raises(InvalidParameterError, match="cannot assign new customers"):
        found.assign(np.zeros((1, 2)))


def test_new_customers_are_placed_where_their_equals_are():
    people = _people(spend=[1.0, 5.0, 9.0, 1.0] * 5, plan=["a", "b", "b", None] * 5)
    points, placement = place_customers(encode_features(people), random_state=1)
    newcomers = _people(plan=["b", "never seen"], spend=[5.0, 1.0])

    placed = placement.place(newcomers)

    assert placed[0].tolist() == points[1].tolist()
    assert placed.shape == (2, points.shape[1])
    assert np.isfinite(placed).all()


def test_columns_of_one_category_know_that_they_belong_together():
    people = _people(spend=[1.0, 5.0, 9.0, 1.0] * 20, plan=["a", "b", "c", "a"] * 20)

    points, placement = place_customers(encode_features(people), random_state=1)

    assert placement.category.tolist() == [-1, 1, 1, 1]
    assert points.shape == (80, 4)


def test_a_weight_stretches_a_feature_and_zero_leaves_it_out():
    people = _people(spend=[1.0, 5.0, 9.0, 1.0], visits=[4.0, 3.0, 2.0, 5.0])
    plain, _ = place_customers(encode_features(people), random_state=1)

    heavy, placement = place_customers(
        encode_features(people), random_state=1, weights={"spend": 4.0, "visits": 0.0}
    )

    assert heavy[:, 0].tolist() == pytest.approx((2 * plain[:, 0]).tolist())
    assert heavy.shape == (4, 1)
    assert placement.place(people).tolist() == pytest.approx(heavy)


def test_a_weight_of_an_unknown_feature_offers_the_nearest():
    people = _people(spend=[1.0, 5.0, 9.0, 1.0])

    with pytest.raises(UnknownColumnError, match="Did you mean 'spend'"):
        place_customers(encode_features(people), random_state=1, weights={"spent": 2.0})


def test_a_missing_feature_of_new_customers_is_named():
    people = _people(spend=[1.0, 5.0, 9.0, 1.0], visits=[4.0, 3.0, 2.0, 5.0])
    _, placement = place_customers(encode_features(people), random_state=1)

    with pytest.raises(UnknownColumnError, match="visits"):
        placement.place(_people(spend=[1.0]))


def test_very_many_columns_become_components_for_new_customers_too():
    generator = np.random.default_rng(1)
    columns = {f"x{number}": generator.normal(size=120).tolist() for number in range(90)}
    people = _people(**columns)

    points, placement = place_customers(encode_features(people), random_state=1)

    assert points.shape == (120, 40)
    assert placement.place(people) == pytest.approx(points)
    assert placement.place_values(np.empty((0, 90))).shape == (0, 40)
