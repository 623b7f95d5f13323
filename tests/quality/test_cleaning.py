"""Filling gaps by plan and by pattern, capping outliers."""

from datetime import UTC, datetime

import ibis
import numpy as np
import pyarrow as pa
import pytest
from sklearn.utils.estimator_checks import check_estimator

from regulars.errors import DefinitionError, InvalidParameterError, UnknownColumnError
from regulars.quality import CleaningPlan, describe_table, propose_cleaning
from regulars.quality.cleaning import ColumnCleaning
from regulars.quality.outliers import OutlierCapper, find_outliers
from regulars.quality.pattern_imputer import PatternImputer
from regulars.quality.planned_imputer import PlannedImputer, keep_complete_rows

AS_OF = datetime(2026, 1, 10, tzinfo=UTC)
NAN = np.nan


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@pytest.mark.parametrize(
    "estimator",
    [
        PatternImputer(),
        PlannedImputer(),
        PlannedImputer(default="mode"),
        PlannedImputer(default="knn"),
        PlannedImputer(default="pattern"),
        OutlierCapper(),
    ],
    ids=lambda estimator: repr(estimator),
)
def test_the_transformers_keep_scikit_learns_rules(estimator):
    check_estimator(estimator)


@pytest.mark.parametrize(
    ("strategy", "expected"), [("mean", 4.0), ("median", 2.0), ("mode", 1.0), ("keep", NAN)]
)
def test_a_gap_gets_what_the_strategy_says(strategy, expected):
    X = np.array([[1.0], [1.0], [3.0], [11.0], [NAN]])

    filled = PlannedImputer({0: strategy}).fit_transform(X)

    np.testing.assert_equal(filled[4, 0], expected)


def test_nearest_neighbors_are_found_on_one_scale():
    X = np.array([[0.0, 0.0], [0.1, 0.0], [100.0, 1.0], [100.1, NAN]])

    filled = PlannedImputer({1: "knn"}, n_neighbors=1).fit_transform(X)

    assert filled[3, 1] == 1.0


def test_a_constant_text_and_an_indicator_stand_beside_numbers():
    X = np.array([["a", 1.0], [None, NAN]], dtype=object)
    imputer = PlannedImputer({0: "constant", 1: "mean"}, constants={0: "?"}, indicators=[1])

    filled = imputer.fit_transform(X)

    assert filled.tolist() == [["a", 1.0, 0.0], ["?", 1.0, 1.0]]
    assert imputer.get_feature_names_out().tolist() == ["x0", "x1", "missing_x1"]


def test_a_dropped_column_leaves_its_indicator():
    X = np.array([[1.0, NAN], [2.0, 3.0]])

    filled = PlannedImputer({1: "drop_column"}, indicators=[1]).fit_transform(X)

    assert filled.tolist() == [[1.0, 1.0], [2.0, 0.0]]


def test_text_with_a_strategy_for_numbers_is_answered():
    with pytest.raises(InvalidParameterError, match="Choose mode or constant"):
        PlannedImputer({0: "mean"}).fit(np.array([["Самара"], [None]], dtype=object))


def test_an_unknown_strategy_is_answered():
    with pytest.raises(InvalidParameterError, match=r"is 'medain'\. Choose from: mean, median"):
        PlannedImputer({0: "medain"}).fit([[1.0]])


def test_only_complete_rows_are_kept():
    X = [[1.0, NAN], [2.0, 3.0]]

    assert keep_complete_rows(X).tolist() == [False, True]
    assert keep_complete_rows(X, columns=[0]).tolist() == [True, True]


def make_linear(n_rows=200):
    rng = np.random.default_rng(7)
    x, z = rng.normal(size=n_rows), rng.normal(size=n_rows)
    return np.column_stack([x, z, 3 * x - 2 * z + 1])


def test_each_pattern_has_its_own_model_and_recovers_a_linear_law():
    truth = make_linear()
    X = truth.copy()
    X[:30, 2] = NAN
    X[30:60, 0] = NAN

    imputer = PatternImputer().fit(X)

    assert imputer.patterns_.tolist() == [[False, False, True], [True, False, False]]
    inside = (truth[:30, 2] > np.nanmin(X[:, 2])) & (truth[:30, 2] < np.nanmax(X[:, 2]))
    np.testing.assert_allclose(imputer.transform(X)[:30, 2][inside], truth[:30, 2][inside])


def test_a_pattern_never_seen_uses_the_model_whose_columns_are_there():
    X = make_linear()
    X[:40, 1:] = NAN
    imputer = PatternImputer().fit(X)

    row = np.array([[0.5, 0.1, NAN]])

    seen = imputer.transform(np.array([[0.5, NAN, NAN]]))
    assert imputer.transform(row)[0, 2] == seen[0, 2]


def test_guesses_stay_in_the_range_of_the_known_values():
    x = np.arange(100.0)
    X = np.column_stack([x, x])
    X[0, 1] = NAN
    imputer = PatternImputer().fit(X)

    assert imputer.transform([[1000.0, NAN]])[0, 1] == 99.0


def test_too_few_rows_get_the_median():
    X = np.array([[1.0, 5.0], [2.0, 7.0], [3.0, 9.0], [4.0, NAN]])

    assert PatternImputer(min_rows=10).fit_transform(X)[3, 1] == 7.0


def test_the_pattern_model_beats_the_median_where_columns_hang_together():
    truth = make_linear()
    X = truth.copy()
    X[::7, 2] = NAN

    by_pattern = np.abs(PatternImputer().fit_transform(X) - truth).sum()
    by_median = np.abs(PlannedImputer().fit_transform(X) - truth).sum()

    assert by_pattern < by_median / 10


def test_a_wrong_parameter_is_answered_in_scikit_learns_words():
    message = "The 'min_rows' parameter of PatternImputer must be an int in the range"

    with pytest.raises(InvalidParameterError, match=message):
        PatternImputer(min_rows=0).fit([[1.0]])


@pytest.mark.parametrize(
    ("method", "low", "high"), [("tukey", -1.0, 7.0), ("robust_z", -2.1891, 8.1891)]
)
def test_outliers_are_found_by_either_rule(method, low, high):
    found = find_outliers([1, 2, 3, 4, 100, NAN], method)

    assert (found.low, found.high) == pytest.approx((low, high))
    assert (found.count, found.share, found.examples) == (1, 0.2, (100.0,))


def test_outliers_outside_given_bounds_are_shown_farthest_first():
    found = find_outliers([-7, 1, 2, 200], "bounds", bounds=(0, 120))

    assert found.examples == (200.0, -7.0)


def test_limits_come_from_the_training_rows():
    capper = OutlierCapper().fit([[1.0], [2.0], [3.0], [4.0], [100.0]])

    assert capper.transform([[8.0], [-50.0], [5.0]]).tolist() == [[7.0], [-1.0], [5.0]]
    assert capper.mark_rows([[8.0], [5.0], [NAN]]).tolist() == [True, False, False]


def test_a_column_that_is_mostly_one_value_is_not_capped():
    X = np.array([[0.0]] * 9 + [[5.0]])

    assert OutlierCapper().fit_transform(X).tolist() == X.tolist()


def state_of(rows):
    return describe_table(ibis.memtable(pa.table(rows)), as_of=AS_OF)


def test_income_that_is_missing_for_15_percent_gets_a_model_per_pattern():
    income = [NAN if row % 20 < 3 else 1000.0 + row for row in range(400)]
    state = state_of({"income": income, "age": [20.0 + row % 50 for row in range(400)]})

    plan = propose_cleaning(state)

    income_plan, age_plan = plan.columns
    assert (income_plan.missing, income_plan.has_indicator) == ("pattern", True)
    assert income_plan.reason.en == "15% missing: a model per missingness pattern."
    assert income_plan.reason.ru == "Пропущено 15\u00a0%: модель для каждого набора пропусков."
    assert age_plan.missing == "mean"
    assert age_plan.reason.en == "Nothing is missing; a later gap gets the mean (44.5)."


@pytest.mark.parametrize(
    ("missing", "values", "expected"),
    [
        (0.7, ["a", "b"], "drop_column"),
        (0.1, ["a", "b"], "constant"),
        (0.01, ["a", "b"], "mode"),
        (0.1, [1.0, 2.0, 90.0], "median"),
    ],
)
def test_the_proposal_follows_share_and_kind(missing, values, expected):
    column = [None if row < missing * 100 else values[row % len(values)] for row in range(100)]

    (planned,) = propose_cleaning(state_of({"x": column})).columns

    assert planned.missing == expected


def test_a_plan_survives_its_file():
    plan = CleaningPlan(
        columns=[
            ColumnCleaning(column="доход", missing="pattern", has_indicator=True),
            ColumnCleaning(column="city", missing="constant", constant="?"),
            ColumnCleaning(column="age", outliers="drop", low=0, high=120),
        ]
    )

    assert CleaningPlan.from_toml(plan.to_toml(), where="plan.toml") == plan


def test_a_wrong_plan_names_file_and_place():
    with pytest.raises(DefinitionError, match=r"plan\.toml: 'columns\.0\.missing'"):
        CleaningPlan.from_toml('columns = [{column = "a", missing = "meen"}]', where="plan.toml")


def test_rows_are_dropped_from_the_table_by_plan():
    plan = CleaningPlan(
        columns=[
            ColumnCleaning(column="label", missing="drop_rows"),
            ColumnCleaning(column="age", outliers="drop", low=0, high=120),
        ]
    )
    table = ibis.memtable(pa.table({"label": ["a", None, "b", "c"], "age": [1, 2, 200, None]}))

    assert plan.keep_rows(table).to_pyarrow()["label"].to_pylist() == ["a", "c"]


def test_a_plan_becomes_a_pipeline():
    plan = CleaningPlan(
        columns=[
            ColumnCleaning(column="age", missing="mean", has_indicator=True),
            ColumnCleaning(column="fee", outliers="cap", low=0, high=10),
        ]
    )

    cleaned = plan.build(["fee", "age"]).fit_transform(np.array([[50.0, 30.0], [5.0, NAN]]))

    assert cleaned.tolist() == [[10.0, 30.0, 0.0], [5.0, 30.0, 1.0]]


def test_a_plan_for_a_column_that_is_not_there_is_answered():
    plan = CleaningPlan(columns=[ColumnCleaning(column="agee")])

    with pytest.raises(UnknownColumnError, match="Did you mean 'age'"):
        plan.build(["age"])


def test_a_column_is_planned_once():
    with pytest.raises(ValueError, match="planned twice"):
        CleaningPlan(columns=[ColumnCleaning(column="a"), ColumnCleaning(column="a")])
