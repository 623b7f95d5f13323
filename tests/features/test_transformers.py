"""Transforms of columns: known values, unseen levels, and nothing learnt from one's own label."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.utils.estimator_checks import parametrize_with_checks

from regulars.errors import InvalidParameterError, UnknownColumnError, UnknownNameError
from regulars.features.transformers import IntervalCutter, make_transform

TABLE = pa.table(
    {
        "customer_id": ["1", "2", "3", "4"],
        "visits": [0.0, 5.0, 10.0, None],
        "plan": ["pro", "free", "pro", None],
    }
)


def test_min_max_reaches_from_zero_to_one_and_leaves_gaps():
    scaled = make_transform("min_max", ["visits"]).fit_transform(TABLE)

    assert scaled.column("visits").to_pylist() == [0.0, 0.5, 1.0, None]
    assert scaled.column_names == TABLE.column_names


def test_z_scores_have_mean_zero_and_deviation_one():
    scaled = make_transform("z_score", ["visits"]).fit_transform(TABLE)

    values = np.array(scaled.column("visits").to_pylist()[:3])
    assert values.mean() == pytest.approx(0)
    assert values.std() == pytest.approx(1)


def test_a_scale_is_learnt_once_and_applied_later():
    fitted = make_transform("min_max", ["visits"]).fit(TABLE)

    later = fitted.transform(pa.table({"visits": [20.0]}))

    assert later.to_pydict() == {"visits": [2.0]}


def test_one_hot_makes_a_column_per_level_in_its_place():
    made = make_transform("one_hot", ["plan"]).fit_transform(TABLE)

    assert made.column_names == ["customer_id", "visits", "plan_free", "plan_pro", "plan_None"]
    assert made.column("plan_pro").to_pylist() == [1.0, 0.0, 1.0, 0.0]


def test_a_level_never_seen_is_none_of_the_levels():
    fitted = make_transform("one_hot", ["plan"]).fit(TABLE)

    later = fitted.transform(pa.table({"plan": ["gold"]}))

    assert set(later.to_pylist()[0].values()) == {0.0}


def test_ordinal_numbers_the_levels():
    fitted = make_transform("ordinal", ["plan"]).fit(TABLE)

    later = fitted.transform(pa.table({"plan": ["free", "pro", "gold"]}))

    assert later.to_pydict() == {"plan": [0.0, 1.0, -1.0]}


def test_target_encoding_is_out_of_fold():
    """A level of one customer each says nothing about that customer's own label."""
    generator = np.random.default_rng(0)
    labels = (generator.random(300) < 0.5).astype(int)
    table = pa.table({"city": [f"c{number}" for number in range(300)]})
    transform = make_transform("target", ["city"])

    encoded = transform.fit_transform(table, labels).column("city").to_numpy()
    applied = transform.transform(table).column("city").to_numpy()

    assert abs(np.corrcoef(encoded, labels)[0, 1]) < 0.2
    assert np.corrcoef(applied, labels)[0, 1] > 0.9


def test_given_intervals_are_closed_on_the_right():
    transform = make_transform("intervals", ["visits"], edges=(5, 8))

    assert transform.fit_transform(TABLE).column("visits").to_pylist() == [0.0, 0.0, 2.0, None]


def test_quantile_intervals_hold_about_as_many_each():
    table = pa.table({"visits": [float(number) for number in range(100)]})

    made = make_transform("intervals", ["visits"], n_intervals=4).fit_transform(table)

    assert np.bincount(made.column("visits").to_numpy().astype(int)).tolist() == [25, 25, 25, 25]


@settings(max_examples=50)
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=50), st.integers(2, 8))
def test_intervals_keep_the_order_of_numbers(values, count):
    column = np.array(values).reshape(-1, 1)

    cut = IntervalCutter(n_intervals=count).fit_transform(column)[:, 0]

    order = np.argsort(column[:, 0], kind="stable")
    assert np.all(np.diff(cut[order]) >= 0)
    assert cut.max() < count


@pytest.mark.parametrize("edges", [(), (5, 3), (1, 1)])
def test_edges_that_are_no_intervals_are_refused(edges):
    with pytest.raises(InvalidParameterError, match="edges"):
        IntervalCutter(edges=edges).fit([[1.0], [2.0]])


def test_one_interval_is_refused():
    with pytest.raises(InvalidParameterError, match="at least 2"):
        IntervalCutter(n_intervals=1).fit([[1.0], [2.0]])


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(UnknownColumnError, match="Did you mean 'visits'"):
        make_transform("min_max", ["visit"]).fit(TABLE)


def test_an_unknown_method_is_named_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'z_score'"):
        make_transform("zscore", ["visits"])


@parametrize_with_checks([IntervalCutter()])
def test_the_cutter_keeps_the_contract_of_scikit_learn(estimator, check):
    check(estimator)
