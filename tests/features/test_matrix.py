"""From features to numbers: codes, gaps, scales, bounds."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from regulars.features import AsOf, Feature, FeatureTable, encode_features
from regulars.features.design import DesignMatrix, TailTamer
from regulars.features.screening import find_edges, score_columns
from regulars.schema.wording import Wording

NAN = float("nan")


def _feature(name: str, kind: str) -> Feature:
    return Feature(name, Wording(en=name, ru=name), None, kind)


def _features(**columns: tuple[str, pa.Array]) -> FeatureTable:
    n_rows = len(next(iter(columns.values()))[1])
    arrays = {"customer_id": pa.array([str(row) for row in range(n_rows)])}
    arrays |= {name: array for name, (_, array) in columns.items()}
    features = tuple(_feature(name, kind) for name, (kind, _) in columns.items())
    return FeatureTable(pa.table(arrays), features, AsOf(date(2026, 1, 1)))


@parametrize_with_checks([DesignMatrix(), TailTamer()], expected_failed_checks=lambda _: {})
def test_the_transformers_are_scikit_learn_transformers(estimator, check):
    check(estimator)


def test_infinity_counts_as_not_known():
    table = _features(spend=("numeric", pa.array([1.0, float("inf"), -float("inf"), None])))

    matrix = encode_features(table)

    np.testing.assert_array_equal(matrix.values[:, 0], [1.0, NAN, NAN, NAN])


def test_values_decode_to_what_they_were():
    table = _features(
        spend=("numeric", pa.array([2.5, None])),
        plan=("category", pa.array(["pro", None])),
        active=("boolean", pa.array([True, False])),
    )

    matrix = encode_features(table)

    assert [matrix.decode(column, matrix.values[0, column]) for column in range(3)] == [
        2.5,
        "pro",
        True,
    ]
    assert matrix.decode(1, matrix.values[1, 1]) is None


def test_a_level_of_later_customers_that_was_never_seen_is_not_known():
    learnt = encode_features(_features(plan=("category", pa.array(["a", "b"]))))

    later = encode_features(
        _features(plan=("category", pa.array(["c", "b"]))), levels=learnt.levels
    )

    np.testing.assert_array_equal(later.values[:, 0], [NAN, 1.0])


def test_an_all_missing_column_gives_a_design_free_of_nan():
    values = np.column_stack([np.full(30, NAN), np.full(30, NAN), np.arange(30.0)])

    design = DesignMatrix([False, True, False]).fit_transform(values)

    assert np.isfinite(design).all()


def test_gaps_of_numbers_get_the_median_and_a_column_of_their_own():
    values = np.array([[1.0], [3.0], [NAN], [3.0]])

    design = DesignMatrix().fit(values)

    assert design.source_.tolist() == [0, 0]
    assert np.unique(design.transform([[NAN], [3.0]])[:, 0]).size == 1


def test_rare_levels_share_one_column_and_the_unknown_has_its_own():
    codes = np.array([0.0] * 20 + [1.0] * 3 + [2.0] * 3 + [NAN] * 14)[:, None]

    design = DesignMatrix([True]).fit(codes).transform([[0.0], [1.0], [2.0], [NAN], [7.0]])

    assert design.tolist() == [
        [1.0, 0.0, 0.0],
        [0.0, 0.0, 1.0],
        [0.0, 0.0, 1.0],
        [0.0, 1.0, 0.0],
        [0.0, 0.0, 1.0],
    ]


def test_a_level_of_a_few_customers_among_very_many_is_rare_to_distances_only():
    codes = np.array([0.0] * 9_000 + [1.0] * 970 + [2.0] * 20 + [3.0] * 5 + [4.0] * 5)[:, None]

    of_models = DesignMatrix([True]).fit_transform(codes)
    of_distances = DesignMatrix([True], purpose="distance").fit_transform(codes)

    assert of_models.sum(axis=0).tolist() == [9_000, 970, 20, 10]
    assert of_distances.sum(axis=0).tolist() == [9_000, 970, 30]


def test_of_many_columns_the_strongest_are_kept():
    generator = np.random.default_rng(1)
    labels = np.repeat([0.0, 1.0], 100)
    values = generator.normal(size=(200, 50))
    values[:, 33] += 2 * labels

    design = DesignMatrix(max_features=1).fit(values, labels)

    assert design.kept_.tolist() == [33]


def test_without_labels_the_most_complete_columns_are_kept():
    values = np.column_stack([np.ones(10), [1.0, NAN] * 5, np.arange(10.0)])

    design = DesignMatrix(max_features=1).fit(values)

    assert design.kept_.tolist() == [2]


def test_a_skewed_number_is_tamed_whatever_its_unit():
    rubles = np.array([[0.0], [1.0], [1.0], [2.0], [1.0], [1.0], [1.0], [1.0], [500.0]])

    tamed = TailTamer().fit_transform(rubles)

    np.testing.assert_allclose(TailTamer().fit_transform(100 * rubles), tamed)
    assert tamed.max() == pytest.approx(np.log1p(500))


def test_a_huge_number_does_not_overflow():
    values = np.array([[1e100], [-1e100], [1.0], [NAN]] * 10)

    design = DesignMatrix().fit_transform(values)

    assert np.isfinite(design).all()


def test_edges_are_closed_on_the_right_and_cut_nothing_empty():
    assert find_edges(np.array([1.0, 1.0, 1.0, 2.0]), 4).tolist() == [1.0]
    assert find_edges(np.array([5.0, 5.0]), 4).tolist() == []
    assert find_edges(np.array([NAN]), 4).tolist() == []


def test_a_column_that_never_varies_scores_lowest():
    labels = np.array([0.0, 1.0] * 20)
    values = np.column_stack([np.ones(40), labels, np.full(40, NAN)])

    scores = score_columns(values, labels, np.zeros(3, dtype=bool))

    assert scores[0] == -1
    assert scores[2] == -1
    assert scores[1] == pytest.approx(1 - 1 / 40)
