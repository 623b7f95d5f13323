"""Segments by the method that a comparison recommends, or by a named one."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import QualityError, UnknownNameError
from regulars.features import AsOf, Feature, FeatureTable
from regulars.schema.wording import Wording
from regulars.segments import segment_by_comparison


def _people(points: np.ndarray) -> FeatureTable:
    columns = {"customer_id": pa.array([f"{row:05d}" for row in range(len(points))])}
    names = [f"x{place}" for place in range(points.shape[1])]
    columns |= {name: pa.array(column) for name, column in zip(names, points.T, strict=True)}
    features = tuple(Feature(name, Wording(en=name, ru=name), None, "numeric") for name in names)
    return FeatureTable(pa.table(columns), features, AsOf(date(2026, 1, 1)))


def _two_crowds(*others: tuple[float, float]) -> FeatureTable:
    generator = np.random.default_rng(3)
    crowds = [generator.normal(scale=0.5, size=(count, 2)) + at for count, at in ((70, 0), (50, 9))]
    return _people(np.concatenate([*crowds, np.reshape(others, (-1, 2))]))


@pytest.mark.slow
def test_the_recommended_method_is_taken_and_all_are_told():
    found = segment_by_comparison(
        _two_crowds(), methods=["kmeans", "ward", "hdbscan"], random_state=1
    )

    assert [(method.name, method.sizes) for method in found.methods] == [
        ("kmeans", (70, 50)), ("ward", (70, 50)), ("hdbscan", (70, 50)),
    ]  # fmt: skip
    assert (found.methods[found.chosen].name, found.k) == ("kmeans", 2)
    assert found.methods[2].agreement == pytest.approx(1.0)
    assert found.segment.tolist() == [1] * 70 + [2] * 50
    assert found.reason.en.startswith("K-means: its clusters come back")
    assert "2 segments:" in found.reason.en


@pytest.mark.slow
def test_who_stands_alone_is_put_to_the_nearest_crowd_and_that_is_said():
    customers = _two_crowds((0, 9), (9, 0), (4, 5))

    found = segment_by_comparison(customers, methods=["hdbscan"], random_state=1)

    assert found.methods[0].nobody_share == pytest.approx(2 / 123)
    assert found.segment[120:].tolist() == [2, 2, 2]
    assert [profile.size for profile in found.profiles] == [70, 53]
    assert found.notes[-1].to("en") == (
        "Customers who stood alone and were put to the nearest group: 2."
    )


def test_where_everybody_stands_alone_there_are_no_segments():
    generator = np.random.default_rng(2)

    with pytest.raises(QualityError, match=r"^HDBSCAN finds no group among these customers"):
        segment_by_comparison(
            _people(generator.uniform(size=(31, 12))), methods=["hdbscan"], random_state=1
        )


def test_an_unknown_method_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="hdbscan"):
        segment_by_comparison(_two_crowds(), methods=["hdbskan"], random_state=1)
