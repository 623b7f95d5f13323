"""Segments by k-means: who is where, how sure, and what is said."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import Cancelled, InvalidParameterError, NotFoundError, QualityError
from regulars.features import AsOf, Feature, FeatureTable
from regulars.progress import Silent
from regulars.schema.wording import Wording
from regulars.segments import segment_customers
from regulars.segments.stability import measure_prediction_strength, measure_stability


def _features(**columns: list) -> FeatureTable:
    n_rows = len(next(iter(columns.values())))
    arrays = {"customer_id": pa.array([f"{row:05d}" for row in range(n_rows)])}
    arrays |= {name: pa.array(values) for name, values in columns.items()}
    kinds = {pa.string(): "category", pa.bool_(): "boolean"}
    features = tuple(
        Feature(name, Wording(en=name, ru=name), None, kinds.get(arrays[name].type, "numeric"))
        for name in columns
    )
    return FeatureTable(pa.table(arrays), features, AsOf(date(2026, 1, 1)))


def _three_groups(n_rows: int = 300) -> tuple[FeatureTable, np.ndarray]:
    """Half, a third and a sixth of the customers, far apart."""
    generator = np.random.default_rng(1)
    group = np.repeat([0, 1, 2], [n_rows // 2, n_rows // 3, n_rows // 6])
    spend = generator.normal(size=n_rows) * 5 + np.array([100, 200, 100])[group]
    visits = generator.normal(size=n_rows) + np.array([10, 10, 50])[group]
    plan = np.array(["basic", "pro", "basic"])[group]
    features = _features(
        spend=spend.tolist(), visits=visits.tolist(), plan=plan.tolist(), idle=[1.0] * n_rows
    )
    return features, group


def test_three_groups_are_found_and_numbered_by_size():
    features, group = _three_groups()

    segmentation = segment_customers(features, random_state=1)

    assert segmentation.k == 3
    assert segmentation.segment.tolist() == (group + 1).tolist()
    assert [profile.size for profile in segmentation.profiles] == [150, 100, 50]
    assert segmentation.stability > 0.95
    assert segmentation.methods[segmentation.chosen].k == 3
    assert segmentation.customer_ids.to_pylist() == features.customer_ids.to_pylist()


@pytest.mark.slow
def test_of_many_customers_with_many_features_a_part_teaches_what_holds_for_all():
    generator = np.random.default_rng(1)
    group = np.repeat([0, 1], [36_000, 15_000])
    columns = generator.normal(size=(100, len(group))) + 2 * group
    features = _features(**{f"n{number:02d}": column for number, column in enumerate(columns)})

    segmentation = segment_customers(features, k=2, random_state=1)

    assert segmentation.segment.tolist() == (group + 1).tolist()
    assert [profile.size for profile in segmentation.profiles] == [36_000, 15_000]


def test_a_profile_says_what_sets_the_segment_apart():
    features, group = _three_groups()

    outcome = np.where(group == 2, 1.0, np.where(group == 1, 0.0, np.nan))
    segmentation = segment_customers(features, random_state=1, outcome=outcome)
    smallest = segmentation.get_profile(3)
    middle = segmentation.get_profile(2)

    assert smallest.name == Wording(
        en="High visits, low spend", ru="Visits выше среднего, spend ниже среднего"
    )
    assert middle.differentiators[0].sentence == Wording(
        en="plan “pro”: 100% of the segment, against 33% overall",
        ru="plan «pro»: 100\u00a0% сегмента, у всех 33\u00a0%",
    )
    assert (smallest.outcome_share, middle.outcome_share) == (1.0, 0.0)
    assert segmentation.get_profile(1).outcome_share is None
    assert smallest.overall_outcome_share == pytest.approx(1 / 3)


def test_days_are_many_or_few():
    label = Wording(en="days since the last order", ru="дней с последнего заказа")
    table = pa.table(
        {"customer_id": [str(row) for row in range(60)], "recency": [1.0] * 40 + [90.0] * 20}
    )
    features = (Feature("recency", label, "day", "numeric"),)

    segmentation = segment_customers(
        FeatureTable(table, features, AsOf(date(2026, 1, 1))), k=2, random_state=1
    )

    assert segmentation.get_profile(2).name == Wording(
        en="Many days since the last order", ru="Много дней с последнего заказа"
    )
    assert segmentation.get_profile(1).differentiators[0].sentence == Wording(
        en="days since the last order: 1 day on average, against 30.7 overall",
        ru="дней с последнего заказа: в среднем 1 день, у всех 30,7",
    )


def test_names_of_segments_differ():
    features, _ = _three_groups()

    segmentation = segment_customers(features, k=6, random_state=1)

    names = [profile.name for profile in segmentation.profiles]
    assert len(set(names)) == len(names) == 6


def test_every_customer_is_in_exactly_one_segment():
    features, _ = _three_groups()

    segmentation = segment_customers(features, k=5, random_state=1)

    assert sum(profile.size for profile in segmentation.profiles) == 300
    assert sum(profile.share for profile in segmentation.profiles) == pytest.approx(1)
    assert np.unique(segmentation.segment).tolist() == [1, 2, 3, 4, 5]


def test_the_same_seed_gives_the_same_segments():
    features, _ = _three_groups()

    first = segment_customers(features, random_state=3)
    second = segment_customers(features, random_state=3)

    assert first.segment.tolist() == second.segment.tolist()
    assert first.profiles == second.profiles
    assert first.methods == second.methods


def test_the_outcome_does_not_form_segments():
    features, group = _three_groups()
    generator = np.random.default_rng(2)

    without = segment_customers(features, random_state=1)
    beside = segment_customers(
        features, random_state=1, outcome=generator.integers(0, 2, len(group)).astype(float)
    )

    assert without.segment.tolist() == beside.segment.tolist()
    assert without.profiles[0].outcome_share is None


def test_thirty_customers_are_needed():
    features = _features(spend=[float(row) for row in range(29)])

    with pytest.raises(QualityError, match="at least 30 customers; found 29"):
        segment_customers(features, random_state=1)


def test_one_row_is_refused_with_a_sentence():
    with pytest.raises(QualityError, match="found 1"):
        segment_customers(_features(spend=[1.0]), random_state=1)


def test_customers_who_are_all_alike_are_refused():
    features = _features(spend=[1.0] * 40, plan=["a"] * 40, gone=[None] * 40)

    with pytest.raises(QualityError, match="All 40 customers are alike"):
        segment_customers(features, random_state=1)


def test_no_feature_at_all_is_refused():
    ids = pa.table({"customer_id": [str(row) for row in range(40)]})

    with pytest.raises(QualityError, match="no feature to compare customers by"):
        segment_customers(FeatureTable(ids, (), AsOf(date(2026, 1, 1))), random_state=1)


def test_fewer_kinds_of_customers_than_asked_for_give_fewer_segments():
    features = _features(plan=["a", "b"] * 30, active=[True, False] * 30)

    segmentation = segment_customers(features, k=5, random_state=1)

    assert segmentation.k == 2
    assert "At most 2 segments are possible" in segmentation.notes[0].en


def test_an_all_missing_column_and_infinity_do_no_harm():
    features, _ = _three_groups()
    table = features.table.append_column("gone", pa.nulls(300, pa.float64()))
    table = table.append_column("odd", pa.array([float("inf")] * 10 + [1.0, 2.0] * 145))
    extra = tuple(
        Feature(name, Wording(en=name, ru=name), None, "numeric") for name in ("gone", "odd")
    )

    segmentation = segment_customers(
        FeatureTable(table, features.features + extra, features.as_of), k=3, random_state=1
    )

    assert segmentation.k == 3


def test_many_columns_stay_bounded_and_it_is_said():
    generator = np.random.default_rng(1)
    columns = {f"x{column}": generator.normal(size=40).tolist() for column in range(1_200)}

    segmentation = segment_customers(_features(**columns), k=2, random_state=1)

    assert "Of 1,200 features the 1,000 most complete" in segmentation.notes[0].en
    assert len({mean.feature for mean in segmentation.profiles[0].means}) == 100


def test_a_large_base_is_measured_on_a_sample_and_assigned_whole():
    features, group = _three_groups(6_000)

    segmentation = segment_customers(features, k=3, random_state=1)

    assert segmentation.sample_size == 5_000
    assert segmentation.segment.tolist() == (group + 1).tolist()


@pytest.mark.parametrize("k", [0, 1, -2])
def test_fewer_than_two_segments_are_refused(k):
    features, _ = _three_groups()

    with pytest.raises(InvalidParameterError, match="at least 2"):
        segment_customers(features, k=k, random_state=1)


def test_labels_of_other_customers_are_refused():
    features, _ = _three_groups()

    with pytest.raises(InvalidParameterError, match="3 labels for 300 customers"):
        segment_customers(features, random_state=1, outcome=np.zeros(3))


def test_an_unknown_segment_is_refused():
    features, _ = _three_groups()

    with pytest.raises(NotFoundError, match="no segment 4"):
        segment_customers(features, k=3, random_state=1).get_profile(4)


def test_it_stops_when_asked():
    features, _ = _three_groups()
    progress = Silent()
    progress.cancel()

    with pytest.raises(Cancelled):
        segment_customers(features, random_state=1, progress=progress)


def _nearest(*centers: float):
    return lambda points: np.abs(points - np.array(centers)).argmin(axis=1).astype(np.int32)


def test_a_cluster_that_always_comes_back_has_stability_one():
    points = np.repeat([[0.0], [10.0]], 20, axis=0)

    stabilities = measure_stability(
        points,
        np.repeat([0, 1], 20),
        lambda drawn, seed: _nearest(10.0, 0.0),
        n_bootstraps=3,
        random_state=1,
    )

    assert stabilities.tolist() == [1.0, 1.0]


def test_a_cluster_that_dissolves_has_the_overlap_as_stability():
    points = np.repeat([[0.0], [10.0]], [30, 10], axis=0)

    stabilities = measure_stability(
        points,
        np.repeat([0, 1], [30, 10]),
        lambda drawn, seed: _nearest(5.0, 99.0),
        n_bootstraps=2,
        random_state=1,
    )

    assert stabilities.tolist() == [0.75, 0.25]


def test_who_is_nobodys_is_in_no_cluster_of_a_bootstrap_sample():
    points = np.repeat([[0.0], [10.0]], [30, 10], axis=0)

    stabilities = measure_stability(
        points,
        np.repeat([0, -1], [30, 10]),
        lambda drawn, seed: lambda points: np.repeat(np.array([-1, 0], np.int32), [10, 30]),
        n_bootstraps=2,
        random_state=1,
    )

    assert stabilities.tolist() == [0.5]


def test_halves_that_agree_predict_each_other():
    points = np.repeat([[0.0], [10.0]], 20, axis=0)

    strength = measure_prediction_strength(
        points, lambda half, seed: _nearest(0.0, 10.0), n_splits=2, random_state=1
    )

    assert strength == 1.0


def test_prediction_strength_is_the_share_of_pairs_that_stay_together_in_the_worst_cluster():
    points = np.arange(8.0)[:, np.newaxis]
    fits = iter([_nearest(0.0, 100.0), lambda points: np.arange(4, dtype=np.int32) % 2])

    strength = measure_prediction_strength(
        points, lambda half, seed: next(fits), n_splits=1, random_state=1
    )

    # Four together, of whose six pairs two stay; and two pairs, both of which stay.
    assert strength == pytest.approx((2 / 6 + 1) / 2)
