"""What was said and what came."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from regulars.evaluate import measure_calibration
from regulars.evaluate.calibration import bin_calibration, weigh_calibration_error


def test_probabilities_that_come_true_have_no_error():
    said = np.repeat([0.2, 0.8], 10)
    labels = np.concatenate([np.arange(10) < 2, np.arange(10) < 8]).astype(float)

    error = weigh_calibration_error(labels, said)(np.ones(20))

    assert round(error, 12) == 0.0


def test_the_error_is_the_mean_distance():
    said = np.repeat([0.5, 0.9], [30, 10])
    labels = np.concatenate([np.tile([1.0, 0.0, 0.0], 10), np.ones(10)])

    error = weigh_calibration_error(labels, said)(np.ones(40))

    assert round(error, 12) == round((30 * (0.5 - 1 / 3) + 10 * 0.1) / 40, 12)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_every_row_has_a_bin_and_equal_probabilities_the_same(said):
    bins = bin_calibration(np.array(said))

    assert sorted(set(bins.tolist())) == list(range(bins.max() + 1))
    assert all(
        bins[first] <= bins[second] or said[first] > said[second]
        for first in range(len(said))
        for second in range(len(said))
    )
    assert bins.max() < 10


def test_the_curve_rises_from_low_to_high_with_intervals():
    generator = np.random.default_rng(0)
    said = generator.random(2_000)
    labels = (generator.random(2_000) < said).astype(float)

    curve = measure_calibration(labels, said, random_state=0)

    assert [point.customers for point in curve] == [200] * 10
    assert all(point.came.low <= point.came.mean <= point.came.high for point in curve)
    assert all(abs(point.came.mean - point.said) < 0.1 for point in curve)
