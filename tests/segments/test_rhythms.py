"""Customers whose months went alike."""

import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import Cancelled, InvalidParameterError, QualityError
from regulars.progress import Silent
from regulars.segments.rhythms import find_rhythms

MONTHS = tuple(f"2025-{month:02}" for month in range(1, 13))


def _counts() -> tuple[pa.StringArray, np.ndarray]:
    """Fifty who grow and thirty who fade, at different levels."""
    generator = np.random.default_rng(1)
    course = np.arange(12.0) / 11
    level = generator.integers(2, 40, size=(80, 1))
    shapes = np.where(np.arange(80)[:, np.newaxis] < 50, course, 1 - course)
    return pa.array([f"c{row:02}" for row in range(80)]), np.round(level * shapes)


@pytest.mark.parametrize("by", ["shape", "dtw"])
def test_those_who_grow_and_those_who_fade_are_told_apart(by):
    ids, counts = _counts()

    found = find_rhythms(ids, counts, MONTHS, by=by, random_state=1)

    assert found.clustering.labels.tolist() == [0] * 50 + [1] * 30
    assert found.silhouette > 0.5
    assert found.stabilities.tolist() == [1.0, 1.0]
    assert (found.courses[0][0] < 0 < found.courses[0][-1], found.courses[1][-1] < 0) == (
        True,
        True,
    )
    assert found.means[0].tolist() == pytest.approx(counts[:50].mean(axis=0).tolist())
    assert "2 rhythms set customers apart most clearly" in found.why_k.en


def test_whose_months_are_all_the_same_is_in_no_rhythm():
    ids, counts = _counts()
    counts[7] = 4.0

    found = find_rhythms(ids, counts, MONTHS, k=2, random_state=1)

    assert found.clustering.labels[7] == -1
    assert found.clustering.sizes == (49, 30)
    assert found.why_k.en == "2 rhythms, as asked."


def test_too_short_a_history_is_refused():
    ids, counts = _counts()

    with pytest.raises(QualityError, match="at least 4 whole months; found 3"):
        find_rhythms(ids, counts[:, :3], MONTHS[:3], random_state=1)


def test_customers_without_a_course_are_too_few():
    ids, _ = _counts()

    with pytest.raises(QualityError, match="at least 30 customers whose months differ; found 0"):
        find_rhythms(ids, np.ones((80, 12)), MONTHS, random_state=1)


@pytest.mark.parametrize("k", [1, 81])
def test_one_rhythm_and_more_than_customers_are_refused(k):
    ids, counts = _counts()

    with pytest.raises(InvalidParameterError, match="must be from 2 to 80"):
        find_rhythms(ids, counts, MONTHS, k=k, random_state=1)


def test_it_stops_when_asked():
    ids, counts = _counts()
    progress = Silent()
    progress.cancel()

    with pytest.raises(Cancelled):
        find_rhythms(ids, counts, MONTHS, random_state=1, progress=progress)
