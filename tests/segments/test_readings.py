"""What a person is told of the clusters of any method."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import NotFoundError
from regulars.features import AsOf, Feature, FeatureTable
from regulars.schema.wording import Wording
from regulars.segments.comparison import Comparison, compare_methods
from regulars.segments.readings import distribute_clusters, read_clusters


@pytest.fixture(scope="module")
def compared() -> Comparison:
    """Forty who spend little and are on plan “basic”, twenty who spend much and are on “gold”."""
    is_gold = np.arange(60) >= 40
    table = pa.table(
        {
            "customer_id": [f"{row:02}" for row in range(60)],
            "plan": np.where(is_gold, "gold", "basic"),
            "spend": np.where(is_gold, 900.0, 300.0) + np.arange(60) % 3,
        }
    )
    features = (
        Feature("plan", Wording(en="plan", ru="тариф"), None, "category"),
        Feature("spend", Wording(en="spend", ru="траты"), "currency", "numeric"),
    )
    return compare_methods(
        FeatureTable(table, features, AsOf(date(2026, 1, 1))),
        methods=["kmeans", "ward"],
        k=2,
        outcome=np.where(is_gold, 1.0, (np.arange(60) % 4 == 0).astype(float)),
        money=np.where(is_gold, 30.0, 10.0),
        random_state=1,
    )


@pytest.mark.parametrize("method", ["kmeans", "ward"])
def test_a_cluster_is_told_in_one_sentence(compared, method):
    first, second = read_clusters(compared, method)

    assert first.portrait.en == (
        "40 customers, 67% of all \N{EM DASH} plan “basic”: 100% of the segment, against 67% overall;"
        " outcome: 25% of them, against 50% overall;"
        " they bring 40% of the money."
    )
    assert second.portrait.ru.replace("\N{NO-BREAK SPACE}", " ") == (
        "20 клиентов, 33 % всех \N{EM DASH} тариф «basic»: 0 % сегмента, у всех 67 %;"
        " исход: у 100 % из них, у всех 50 %; приносят 60 % денег."
    )
    assert (first.amount, second.amount, second.amount_share) == (400.0, 600.0, 0.6)


def test_means_are_told_in_units_and_in_standard_deviations(compared):
    _, gold = read_clusters(compared, "ward")

    spend = next(mean for mean in gold.profile.means if mean.feature == "spend")
    values = compared.features.table.column("spend").to_numpy()
    assert spend.segment_value == pytest.approx(values[40:].mean())
    assert spend.standardized_difference == pytest.approx(
        (values[40:].mean() - values.mean()) / values.std()
    )


def test_who_is_typical_is_counted(compared):
    basic, _ = read_clusters(compared, "kmeans")

    assert basic.typical[0].count <= 40
    assert basic.typical[0].sentence.en.startswith("plan “basic”")
    assert [one.typical for one in read_clusters(compared, "kmeans", with_typical=False)] == [
        (),
        (),
    ]


def test_values_are_counted_field_by_field(compared):
    plan = next(one for one in distribute_clusters(compared, "ward") if one.feature == "plan")

    assert plan.counts.sum() == 60
    assert sorted(map(tuple, plan.counts.tolist())) == [(0, 20), (40, 0)]


def test_a_method_that_was_not_compared_has_no_reading(compared):
    with pytest.raises(NotFoundError, match="optics"):
        read_clusters(compared, "optics")
