"""Survival models against published figures and against themselves."""

import numpy as np
import pytest

from regulars.features import Feature, FeatureMatrix
from regulars.predictions.survival import measure_curve
from regulars.predictions.survival.curves import CustomerCurves
from regulars.predictions.survival.hazard_ratios import list_hazard_ratios
from regulars.predictions.survival.models import (
    FITTERS,
    SurvivalRows,
    fit_cox,
    fit_hazard,
    fit_same_for_all,
)
from regulars.schema.wording import Wording

# Weeks of remission of 42 children with leukemia, with 6-mercaptopurine and without
# (Freireich et al. 1963; the standard example of Cox 1972). A plus is "still in remission".
TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
CONTROLS = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def read_weeks(text):
    weeks = np.array([float(word.strip("+")) for word in text.split()])
    return weeks, np.array(["+" not in word for word in text.split()])


def read_remissions():
    treated, control = read_weeks(TREATED), read_weeks(CONTROLS)
    X = np.append(np.zeros(21), np.ones(21))[:, None]
    return SurvivalRows(
        X, np.array([False]), np.append(treated[0], control[0]), np.append(treated[1], control[1])
    )


def test_the_curve_is_that_of_the_published_example():
    curve = measure_curve(*read_weeks(TREATED))

    assert [round(point.share, 4) for point in curve.points] == [
        0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482,
    ]  # fmt: skip
    assert [point.at_risk for point in curve.points] == [21, 17, 15, 12, 11, 7, 6]
    assert (curve.median_days, curve.median_low, curve.median_high) == (23.0, 13.0, None)


def test_cox_finds_the_published_hazard_ratio(monkeypatch):
    monkeypatch.setattr("regulars.predictions.survival.models._PENALTY", 1e-9)

    model = fit_cox(read_remissions(), random_state=0)

    # 1.5721 by Efron's ties (Kalbfleisch and Prentice 2002; R's survival), per unit of the column.
    scale = model.design.transform(np.array([[0.0], [1.0]]))
    ratio = np.diff(scale @ model.coefficients)[0]
    assert ratio == pytest.approx(1.5721, abs=1e-4)


def test_the_ratio_has_the_published_interval(monkeypatch):
    monkeypatch.setattr("regulars.predictions.survival.models._PENALTY", 1e-9)
    rows = read_remissions()
    feature = Feature("group", Wording(en="group", ru="группа"), None, "category")
    matrix = FeatureMatrix(rows.X, (feature,), (("6-MP", "none"),))
    by_levels = SurvivalRows(rows.X, np.array([True]), rows.times, rows.has_left)

    (found,) = list_hazard_ratios(matrix, fit_cox(by_levels, random_state=0))

    # exp(1.5721) with a standard error of 0.4124 (R's survival, ties by Efron).
    assert found.ratio.mean == pytest.approx(4.817, abs=1e-3)
    assert (found.ratio.low, found.ratio.high) == pytest.approx((2.147, 10.81), abs=1e-2)
    assert found.sentence.en == (
        "“group”: with “none” the risk is 4.8 times that with “6-MP” (2.1 to 10.8)."
    )
    assert found.sentence.ru == (
        "«группа»: при «none» риск в 4,8 раза выше, чем при «6-MP» (от 2,1 до 10,8)."
    )


def test_the_penalty_draws_the_ratio_a_little_to_none():
    model = fit_cox(read_remissions(), random_state=0)

    ratio = np.diff(model.risks(np.array([[0.0], [1.0]])))[0]
    assert 1.3 < ratio < 1.5721


def test_columns_that_repeat_each_other_do_no_harm():
    rows = read_remissions()
    twice = SurvivalRows(
        np.repeat(rows.X, 3, axis=1), np.zeros(3, dtype=bool), rows.times, rows.has_left
    )

    risks = fit_cox(twice, random_state=0).risks(twice.X)

    assert np.isfinite(risks).all()
    assert risks[-1] > risks[0]


def make_customers(n, seed):
    """Customers with a monthly hazard that a number and a level tell, seen for 24 months at most."""
    generator = np.random.default_rng(seed)
    use = generator.normal(size=n)
    plan = generator.integers(0, 3, n).astype(float)
    hazard = 0.05 * np.exp(0.8 * use + 0.6 * (plan == 2))
    months = np.ceil(generator.exponential(1 / hazard))
    seen = generator.integers(1, 25, n)
    return SurvivalRows(
        np.column_stack([use, plan]),
        np.array([False, True]),
        np.minimum(months, seen).astype(float),
        months <= seen,
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", list(FITTERS))
def test_curves_fall_from_one_and_are_those_of_the_customers_together(name):
    rows = make_customers(3000, seed=3)

    curves = FITTERS[name](rows, random_state=1).curves(rows.X)

    assert (curves.shares[:, 0] == 1).all()
    assert (np.diff(curves.shares, axis=1) <= 1e-12).all()
    together = {
        point.days: point.share for point in measure_curve(rows.times, rows.has_left).points
    }
    at_a_year = curves.at(np.full(3000, 12.0)).mean()
    assert at_a_year == pytest.approx(together[12.0], abs=0.015)


@pytest.mark.slow
def test_a_sample_of_those_who_stayed_tells_the_same_probabilities(monkeypatch):
    rows = make_customers(3000, seed=4)
    whole = fit_hazard(rows, random_state=1).curves(rows.X)
    monkeypatch.setattr("regulars.predictions.survival.models._MOST_CELLS", 30_000)

    sampled = fit_hazard(rows, random_state=1)

    assert sampled.offset < -0.5
    assert sampled.curves(rows.X).shares[:, -1].mean() == pytest.approx(
        whole.shares[:, -1].mean(), abs=0.02
    )


@pytest.mark.slow
def test_what_features_add_by_cox_is_the_risk_whenever_it_is_asked():
    rows = make_customers(1000, seed=5)
    model = fit_cox(rows, random_state=1)

    told = model.contributions(rows.X, rows.times)

    np.testing.assert_allclose(told.sum(axis=1), model.risks(rows.X), atol=1e-9)
    assert np.array_equal(told, model.contributions(rows.X, np.zeros(1000)))


@pytest.mark.slow
def test_what_features_add_by_hazards_is_the_mean_over_the_periods_to_come():
    rows = make_customers(1000, seed=5)
    model = fit_hazard(rows, random_state=1)
    so_far = np.array([0.0, 5.5, 23.0, 24.0, 99.0])
    last = len(model.times) - 2

    told = model.contributions(rows.X[:5], so_far)

    coming = [range(last + 1), range(5, last + 1), [last], [last], [last]]
    for place, periods in enumerate(coming):
        asked = np.array([[*rows.X[place], float(period)] for period in periods])
        expected = model.model.contributions(asked)[:, :2].mean(axis=0)
        np.testing.assert_allclose(told[place], expected, atol=1e-12)


def test_everybody_has_the_same_curve_and_risk_without_features():
    rows = read_remissions()
    model = fit_same_for_all(rows, random_state=0)

    assert model.risks(rows.X).tolist() == [0.0] * 42
    assert not model.contributions(rows.X, rows.times).any()
    together = measure_curve(rows.times, rows.has_left)
    assert model.curves(rows.X).shares[0, 1:].tolist() == pytest.approx(
        [point.share for point in together.points]
    )


def test_what_is_left_is_asked_of_those_who_came_so_far():
    curves = CustomerCurves(
        np.array([0.0, 10.0, 20.0, 30.0]), np.tile([1.0, 0.8, 0.5, 0.4], (4, 1))
    )
    so_far = np.array([0.0, 10.0, 15.0, 40.0])

    assert curves.leave_within(so_far, 10.0)[:2].tolist() == pytest.approx([0.2, 0.375])
    assert curves.leave_within(so_far, 10.0)[2] == pytest.approx(1 - 0.45 / 0.65)
    left = curves.median_left(so_far)
    assert left[:2].tolist() == pytest.approx([20.0, 20.0])
    assert left[2] == np.inf
    assert np.isnan(left[3])
