"""Clusters of time series, by shape and by warping."""

import numpy as np
import pytest

from regulars.segments.clustering import cluster_points
from regulars.segments.clustering.series import (
    DtwMedoids,
    KShape,
    level_out,
    measure_dtw,
    measure_shape,
)

MONTHS = 12


def _warp(one: np.ndarray, other: np.ndarray, band: int) -> float:
    """Dynamic time warping as the textbook has it."""
    table = np.full((len(one) + 1, len(other) + 1), np.inf)
    table[0, 0] = 0.0
    for i in range(len(one)):
        for j in range(max(0, i - band), min(len(other), i + band + 1)):
            best = min(table[i, j], table[i, j + 1], table[i + 1, j])
            table[i + 1, j + 1] = (one[i] - other[j]) ** 2 + best
    return float(np.sqrt(table[-1, -1]))


def _courses(spread: float = 0.1) -> tuple[np.ndarray, list[int]]:
    """Forty who grow, thirty who fade and twenty who come in summer, at very different levels."""
    generator = np.random.default_rng(1)
    months = np.arange(MONTHS) / (MONTHS - 1)
    shapes = np.stack([months, 1 - months, np.exp(-(((months - 0.5) / 0.15) ** 2))])
    group = np.repeat([0, 1, 2], [40, 30, 20])
    level = generator.lognormal(2, 1, size=(len(group), 1))
    noise = spread * generator.normal(size=(len(group), MONTHS))
    return level * (shapes[group] + noise), group.tolist()


@pytest.mark.parametrize("method", [KShape(), DtwMedoids()], ids=lambda one: one.name)
def test_courses_are_found_whatever_their_level(method):
    series, group = _courses()

    found = cluster_points(level_out(series), method, k=3, random_state=1)

    assert found.labels.tolist() == group
    assert found.assign(level_out(series[[0, 80, 50]])).tolist() == [0, 2, 1]


@pytest.mark.parametrize("method", [KShape(), DtwMedoids()], ids=lambda one: one.name)
def test_a_flat_series_is_nobodys(method):
    series, _ = _courses()
    series[5] = 7.0

    found = cluster_points(level_out(series), method, k=3, random_state=1)

    assert found.labels[5] == -1
    assert (found.labels >= 0).sum() == 89


@pytest.mark.parametrize("method", [KShape(), DtwMedoids()], ids=lambda one: one.name)
def test_where_everything_is_flat_there_is_no_cluster(method):
    found = cluster_points(np.zeros((40, MONTHS)), method, k=3, random_state=1)

    assert found.k == 0
    assert found.assign(np.ones((1, MONTHS))).tolist() == [-1]


def test_the_same_shape_two_months_later_is_near_by_shape():
    peak = np.zeros(MONTHS)
    peak[3:6] = [1.0, 2.0, 1.0]
    later = np.roll(peak, 2)

    distances, shifts = measure_shape(later[np.newaxis], peak[np.newaxis])

    assert distances[0, 0] == pytest.approx(0.0, abs=1e-12)
    assert shifts[0, 0] == 2


def test_the_shape_based_distance_is_that_of_the_formula():
    one, other = np.random.default_rng(2).normal(size=(2, MONTHS))

    distances, _ = measure_shape(one[np.newaxis], other[np.newaxis])

    correlations = np.correlate(one, other, mode="full")
    expected = 1 - correlations.max() / (np.linalg.norm(one) * np.linalg.norm(other))
    assert distances[0, 0] == pytest.approx(expected)


@pytest.mark.parametrize("band", [1, 3, 12])
def test_warping_is_that_of_the_textbook(band):
    series = np.random.default_rng(3).normal(size=(5, MONTHS))
    others = np.random.default_rng(4).normal(size=(4, MONTHS))

    distances = measure_dtw(series, others, band=band)

    expected = [[_warp(one, other, band) for other in others] for one in series]
    assert distances == pytest.approx(np.array(expected))


def test_without_a_band_to_move_in_warping_is_the_plain_distance():
    series = np.random.default_rng(3).normal(size=(2, MONTHS))

    distances = measure_dtw(series[:1], series[1:], band=0)

    assert distances[0, 0] == pytest.approx(np.linalg.norm(series[0] - series[1]))
