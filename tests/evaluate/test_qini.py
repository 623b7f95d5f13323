"""The Qini coefficient against its definition and against a published implementation's figure."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.evaluate.qini import qini_coefficient, rank_qini

OUTCOMES = np.array([1, 1, 0, 1, 0, 0, 1, 0, 0, 1.0])
TREATED = np.array([1, 0, 1, 1, 0, 1, 0, 0, 1, 0]) == 1
EFFECTS = np.array([0.9, 0.8, 0.75, 0.6, 0.55, 0.5, 0.4, 0.3, 0.2, 0.1])


def measure_area(outcomes, treated, order):
    """Point by point: outcomes of the contacted less those that the controls would have had."""
    points = [0.0]
    for k in range(1, len(order) + 1):
        first = order[:k]
        contacted, controls = first[treated[first]], first[~treated[first]]
        otherwise = outcomes[controls].sum() * len(contacted) / max(len(controls), 1)
        points.append(outcomes[contacted].sum() - otherwise)
    return np.trapezoid(points) - points[-1] * len(order) / 2


def test_it_is_what_scikit_uplift_gives():
    # sklift.metrics.qini_auc_score of version 0.5.1: 17 / 111.
    assert qini_coefficient(OUTCOMES, TREATED, EFFECTS) == pytest.approx(0.15315315315315317)


def test_the_area_is_that_between_the_curve_and_the_straight_line():
    area = measure_area(OUTCOMES, TREATED, np.arange(10))
    # At best 2 contacted with the outcome come first and 3 controls with it last.
    best = 2**2 / 2 + 2 * (10 - 3 - 2) + (2 - 1) / 2 * 3 - (-1) * 10 / 2

    assert qini_coefficient(OUTCOMES, TREATED, EFFECTS) == pytest.approx(area / best)


def test_equal_effects_say_nothing_and_the_best_order_gives_one():
    best = OUTCOMES * np.where(TREATED, 1, -1)

    assert qini_coefficient(OUTCOMES, TREATED, np.zeros(10)) == 0.0
    assert qini_coefficient(OUTCOMES, TREATED, best) == pytest.approx(1.0)


def test_weights_count_customers_as_often_as_they_are_drawn():
    weights = np.array([2, 1, 0, 1, 3, 1, 1, 0, 2, 1])
    drawn = np.repeat(np.arange(10), weights)

    weighed = rank_qini(OUTCOMES, TREATED, EFFECTS)(weights.astype(float))

    assert weighed == pytest.approx(
        qini_coefficient(OUTCOMES[drawn], TREATED[drawn], EFFECTS[drawn])
    )


def test_without_any_outcome_there_is_no_figure():
    assert np.isnan(qini_coefficient(np.zeros(10), TREATED, EFFECTS))


@given(st.permutations(range(10)), st.floats(0.1, 10))
def test_neither_the_order_of_the_rows_nor_the_scale_of_the_effects_matters(order, scale):
    order = np.array(order)

    shuffled = qini_coefficient(OUTCOMES[order], TREATED[order], EFFECTS[order] * scale)

    assert shuffled == pytest.approx(qini_coefficient(OUTCOMES, TREATED, EFFECTS))
