"""Who stops buying, where no column tells who left."""

from datetime import UTC, date, datetime, timedelta

import ibis
import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import QualityError
from regulars.features import AsOf
from regulars.workspace.leaving import compare_on_purchases

START = datetime(2025, 1, 1, tzinfo=UTC)


def shop(*, days, customers=250):
    """Customers with a rhythm each, who stop for good at some time."""
    generator = np.random.default_rng(3)
    rows = []
    for customer in range(customers):
        rhythm, day = generator.uniform(3, 20), generator.uniform(0, 60)
        end = generator.uniform(30, 2 * days)
        while day < min(end, days):
            rows.append((f"{customer:03d}", START + timedelta(days=day)))
            day += generator.exponential(rhythm)
    ids, moments = zip(*rows, strict=True)
    columns = {"customer_id": ids, "purchased_at": moments, "known_at": moments}
    return {"purchases": ibis.memtable(pa.table(columns | {"amount": [10.0] * len(ids)}))}


@pytest.mark.slow
def test_those_who_bought_lately_are_scored_with_reasons():
    tables = shop(days=240)
    as_of = AsOf(date(2025, 8, 29))

    churn = compare_on_purchases(tables, [], as_of=as_of, seed=1)

    last = (
        tables["purchases"]
        .group_by("customer_id")
        .aggregate(last=tables["purchases"]["purchased_at"].max())
    )
    recent = {
        row["customer_id"]
        for row in last.to_pyarrow().to_pylist()
        if row["last"] >= datetime(2025, 7, 30, tzinfo=UTC)
    }
    assert set(churn.customer_ids.to_pylist()) == recent
    assert churn.outcome.definition.horizon_days == 30
    assert churn.quality.roc_auc.mean > 0.6
    assert all(len(reasons) > 0 for reasons in churn.reasons())


def test_a_short_period_is_refused_with_the_days_it_would_take():
    with pytest.raises(QualityError, match="60 days are needed to see 30 days before"):
        compare_on_purchases(shop(days=45), [], as_of=AsOf(date(2025, 2, 15)), seed=1)
