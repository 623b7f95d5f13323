"""The two ways to build features as of one day come to the same."""

from datetime import UTC, date, datetime

import ibis
import pyarrow as pa
import pytest

from regulars.features import AsOf, FeatureDefinition, find_features, load_features
from regulars.features.bucketed import compile_bucketed
from regulars.features.cuts import Cuts
from regulars.features.filtered import are_few, compile_filtered
from regulars.schema.wording import Wording

DAYS = [1, 2, 2, 5, 9, 17, 28, 40, 77]
AMOUNTS = [10.0, 20.5, -5.0, 7.25, 100.0, 3.0, None, 12.0, 8.0]
SUMMED = (
    "recency_days",
    "tenure_days",
    "frequency",
    "mean_amount",
    "returned_share",
    "purchases",
    "spend",
)
WINDOWS = (365, 90, 30)
WIDE = tuple(
    FeatureDefinition(
        name=f"over_{amount}",
        table="purchases",
        aggregate="count",
        where={"column": "amount", "op": ">", "value": amount},
        windows=WINDOWS,
        meaning=Wording(en="purchases", ru="покупок"),
    )
    for amount in range(10)
)


@pytest.fixture
def purchases():
    moments = [datetime(2026, 1, 31, 12, tzinfo=UTC).timestamp() - day * 86_400 for day in DAYS]
    return ibis.memtable(
        pa.table(
            {
                "customer_id": ["1", "1", "2", "1", "2", "3", "3", "1", None],
                "purchased_at": [datetime.fromtimestamp(moment, UTC) for moment in moments],
                "amount": AMOUNTS,
            }
        )
    )


def test_filtered_aggregates_are_what_segments_put_together_are(purchases):
    found = find_features(load_features(tables=["purchases"]), {"purchases": purchases})
    summed = [one for one in found if one.name in SUMMED]
    cuts = Cuts((AsOf(date(2026, 1, 31)),), WINDOWS)

    plain = compile_filtered(purchases, summed, cuts, time="purchased_at")
    bucketed = compile_bucketed(purchases, summed, cuts, time="purchased_at")

    assert len(summed) == len(SUMMED)
    assert (
        plain.order_by("customer_id").to_pyarrow().to_pylist()
        == bucketed.order_by("customer_id").to_pyarrow().to_pylist()
    )


def test_the_plain_way_is_taken_for_few_figures_and_one_day(purchases):
    found = find_features(load_features(tables=["purchases"]), {"purchases": purchases})
    few = [one for one in found if one.name == "frequency"]

    assert are_few(few, Cuts((AsOf(date(2026, 1, 31)),), WINDOWS))
    assert not are_few(few, Cuts((AsOf(date(2026, 1, 1)), AsOf(date(2026, 1, 31))), WINDOWS))
    assert not are_few(WIDE, Cuts((AsOf(date(2026, 1, 31)),), WINDOWS))
