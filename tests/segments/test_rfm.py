"""Segments by recency, frequency and money: learnt once, applied later."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import DefinitionError, QualityError
from regulars.features import AsOf, Feature, FeatureTable
from regulars.schema.wording import Wording
from regulars.segments import RfmBounds, fit_rfm, segment_by_rfm

BOUNDS = RfmBounds(recency_days=(10, 20, 30, 40), frequency=(1, 2, 3, 4), money=(10, 20, 30, 40))


def _buyers(recency, frequency, money) -> FeatureTable:
    columns = {"recency_days": recency, "frequency": frequency, "mean_amount": money}
    table = {"customer_id": [f"{row:05d}" for row in range(len(recency))]} | {
        name: pa.array(values, pa.float64()) for name, values in columns.items()
    }
    features = tuple(
        Feature(name, Wording(en=name, ru=name), None, "numeric", group="purchases")
        for name in columns
    )
    return FeatureTable(pa.table(table), features, AsOf(date(2026, 1, 1)))


def _many(n_customers: int = 500) -> FeatureTable:
    generator = np.random.default_rng(3)
    return _buyers(
        generator.integers(1, 365, n_customers).tolist(),
        generator.integers(1, 40, n_customers).tolist(),
        generator.gamma(2, 30, n_customers).tolist(),
    )


def _name(recency: float, frequency: float, money: float) -> str:
    segmentation = segment_by_rfm(
        _buyers([recency] * 30, [frequency] * 30, [money] * 30), bounds=BOUNDS
    )
    return segmentation.profiles[0].name.en


@pytest.mark.parametrize(
    ("recency", "frequency", "money", "name"),
    [
        (1, 9, 99, "Champions"),
        (25, 3, 25, "Loyal"),
        (1, 1, 5, "New and promising"),
        (25, 1, 5, "Cooling down"),
        (99, 9, 99, "Valuable and leaving"),
        (99, 3, 25, "At risk"),
        (99, 1, 5, "Asleep"),
    ],
)
def test_each_corner_of_the_grid_has_its_name(recency, frequency, money, name):
    assert _name(recency, frequency, money) == name


def test_a_value_at_a_bound_belongs_below_it():
    assert _name(20, 4, 40) == "Champions"
    assert _name(20.5, 4, 40) == "Loyal"


def test_bounds_are_the_fifths_of_the_customers():
    buyers = _buyers(list(range(1, 101)), list(range(1, 101)), list(range(1, 101)))

    bounds = fit_rfm(buyers)

    assert bounds.recency_days == (20, 40, 60, 80)
    assert bounds.money == (20, 40, 60, 80)


def test_bounds_of_an_earlier_day_are_applied_as_they_are():
    bounds = RfmBounds.from_toml(fit_rfm(_many()).to_toml())
    later = _buyers([1.0] * 40, [39.0] * 40, [900.0] * 40)

    segmentation = segment_by_rfm(later, bounds=bounds)

    assert [profile.name.ru for profile in segmentation.profiles] == ["Лучшие"]
    assert segmentation.rfm == bounds
    assert segmentation.reason.en.endswith("with the bounds that were given.")


def test_every_customer_is_in_one_cell_and_one_segment():
    buyers = _many()

    segmentation = segment_by_rfm(buyers)

    assert sum(cell.count for cell in segmentation.cells) == len(buyers)
    assert [profile.size for profile in segmentation.profiles] == np.bincount(
        segmentation.segment
    ).tolist()[1:]
    assert segmentation.stability > 0.8


def test_the_outcome_is_counted_by_cell():
    segmentation = segment_by_rfm(
        _buyers([1] * 30, [9] * 30, [99] * 30),
        bounds=BOUNDS,
        outcome=np.array([1.0] * 10 + [0.0] * 10 + [np.nan] * 10),
    )

    assert segmentation.cells[0].outcome_share == 0.5


def test_money_may_be_unknown():
    buyers = _many().drop(["mean_amount"])

    assert segment_by_rfm(buyers).rfm.money is None


def test_without_purchases_there_is_no_rfm():
    buyers = _many().drop(["frequency"])

    with pytest.raises(QualityError, match="RFM needs the days since the last purchase"):
        segment_by_rfm(buyers)


def test_bounds_that_do_not_ascend_are_named():
    with pytest.raises(DefinitionError, match=r"mine\.toml are no bounds of RFM.*ascend"):
        RfmBounds.from_toml("recency_days = [30, 10]\nfrequency = [1]\n", where="mine.toml")


def _name_everybody(buyers: FeatureTable, bounds: RfmBounds) -> dict[str, str]:
    found = segment_by_rfm(buyers, bounds=bounds)
    names = [found.get_profile(int(number)).name.en for number in found.segment]
    return dict(zip(found.customer_ids.to_pylist(), names, strict=True))


@given(st.permutations(range(60)))
def test_the_order_of_customers_changes_nothing(order):
    buyers = _many(60)
    bounds = fit_rfm(buyers)
    shuffled = FeatureTable(buyers.table.take(order), buyers.features, buyers.as_of)

    assert _name_everybody(shuffled, bounds) == _name_everybody(buyers, bounds)
