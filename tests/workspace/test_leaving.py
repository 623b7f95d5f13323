"""Who leaves, where no column tells: by subscriptions, purchases or events."""

from datetime import UTC, date, datetime, timedelta

import ibis
import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import QualityError
from regulars.features import AsOf, FeatureSpace, load_features
from regulars.predictions import ContractEnd, NoEvent, NoPurchase
from regulars.progress import Silent
from regulars.quality import CleaningPlan
from regulars.workspace.cleaning import clean_features
from regulars.workspace.data_end import see_known_days
from regulars.workspace.leaving import list_at_risk, study_leaving
from regulars.workspace.outcomes import LeavingWishes, choose_outcome

pytestmark = pytest.mark.slow

START = datetime(2025, 1, 1, tzinfo=UTC)
TABLES = {
    "purchases": ("purchased_at", {"amount": 10.0}),
    "events": ("occurred_at", {"name": "login"}),
}


def live(table, *, days, customers=250):
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
    time_column, more = TABLES[table]
    columns = {"customer_id": ids, time_column: moments, "known_at": moments}
    filled = {name: [value] * len(ids) for name, value in more.items()}
    return {table: ibis.memtable(pa.table(columns | filled))}


def subscribe(*, months, customers=300):
    """Customers who log in rarely in the month before they end their subscription."""
    generator = np.random.default_rng(5)
    contracts, logins = [], []
    for customer in range(customers):
        begun = int(generator.integers(0, 90))
        ended = begun + 60 + int(generator.exponential(200))
        is_ended = ended < 30 * months
        contracts.append(
            {
                "subscription_id": f"S{customer}",
                "customer_id": f"{customer:03d}",
                "started_on": date(2025, 1, 1) + timedelta(days=begun),
                "ended_on": date(2025, 1, 1) + timedelta(days=ended) if is_ended else None,
                "known_at": START + timedelta(days=begun),
            }
        )
        logins += [
            (f"{customer:03d}", START + timedelta(days=day))
            for day in range(begun, min(ended, 30 * months))
            if generator.random() < (0.05 if day > ended - 30 else 0.4)
        ]
    ids, moments = zip(*logins, strict=True)
    events = {"customer_id": ids, "occurred_at": moments, "known_at": moments}
    schema = pa.schema(
        [
            ("subscription_id", pa.string()),
            ("customer_id", pa.string()),
            ("started_on", pa.date32()),
            ("ended_on", pa.date32()),
            ("known_at", pa.timestamp("us", "UTC")),
        ]
    )
    return {
        "subscriptions": ibis.memtable(pa.Table.from_pylist(contracts, schema=schema)),
        "events": ibis.memtable(pa.table(events | {"name": ["login"] * len(ids)})),
    }


def study(tables, *, as_of, definition=None, cleaned=None, customers=None):
    return study_leaving(
        definition or choose_outcome(tables),
        tables,
        tables,
        as_of=as_of,
        seed=1,
        definitions=load_features(),
        customers=customers,
        cleaned=cleaned,
        progress=Silent(),
    )


@pytest.mark.parametrize(
    ("table", "outcome"),
    [("purchases", NoPurchase(horizon_days=30)), ("events", NoEvent(horizon_days=30))],
)
def test_what_leaving_is_follows_from_what_is_loaded(table, outcome):
    assert choose_outcome(live(table, days=240, customers=60)) == outcome


def test_subscriptions_that_ended_go_before_events():
    tables = subscribe(months=12, customers=600)

    assert choose_outcome(tables) == ContractEnd(horizon_days=30)
    assert choose_outcome(tables, LeavingWishes(horizon_days=45)) == ContractEnd(horizon_days=45)


def test_a_small_company_looks_further_ahead():
    assert choose_outcome(subscribe(months=12, customers=120)).horizon_days == 90


def test_nothing_tells_where_there_are_only_payments():
    assert choose_outcome({"payments": ibis.memtable(pa.table({"customer_id": ["1"]}))}) is None


@pytest.mark.slow
def test_only_the_customers_that_are_looked_at_are_scored_and_counted():
    tables = live("purchases", days=240)
    as_of = AsOf(date(2025, 8, 29))
    everybody = study(tables, as_of=as_of).comparison
    wanted = everybody.customer_ids[::3]

    churn = study(tables, as_of=as_of, customers=wanted).comparison

    assert churn.customer_ids.to_pylist() == wanted.to_pylist()
    assert sum(band.customers for band in churn.risk_bands) == len(wanted)
    assert churn.outcome.positives == everybody.outcome.positives


@pytest.mark.slow
@pytest.mark.parametrize("table", ["purchases", "events"])
def test_those_who_were_active_lately_are_scored_with_reasons(table):
    tables = live(table, days=240)
    as_of = AsOf(date(2025, 8, 29))

    churn = study(tables, as_of=as_of).comparison

    time = tables[table][TABLES[table][0]]
    last = tables[table].group_by("customer_id").aggregate(last=time.max()).to_pyarrow().to_pylist()
    recent = {
        row["customer_id"] for row in last if row["last"] >= datetime(2025, 7, 30, tzinfo=UTC)
    }
    assert set(churn.customer_ids.to_pylist()) == recent
    assert churn.quality.roc_auc.mean > 0.6
    assert all(len(reasons) > 0 for reasons in churn.reasons())


@pytest.mark.slow
def test_those_subscribed_today_are_scored_and_warned_about_in_time():
    tables = subscribe(months=14)
    as_of = AsOf(date(2026, 2, 24))

    found = study(tables, as_of=as_of, definition=ContractEnd())

    subscribed = list_at_risk(ContractEnd(), tables, as_of=as_of).customer_ids
    told = found.comparison.past_scores
    assert found.comparison.customer_ids.to_pylist() == subscribed.to_pylist()
    assert found.comparison.holdout.roc_auc.mean > 0.7
    assert found.lead_time.warned > 0
    assert told.num_rows == found.comparison.quality.n
    assert set(told["as_of"].to_pylist()) <= {
        date(2025 + (month > 12), (month - 1) % 12 + 1, 24) for month in range(1, 13)
    }


@pytest.mark.slow
def test_what_happens_after_today_changes_no_score():
    tables = subscribe(months=14)
    as_of = AsOf(date(2025, 12, 24))
    earlier = {
        "subscriptions": tables["subscriptions"],
        "events": tables["events"].filter(tables["events"]["occurred_at"] < as_of.instant),
    }
    seen = tables["subscriptions"].mutate(
        ended_on=ibis.ifelse(
            tables["subscriptions"]["ended_on"] < as_of.day,
            tables["subscriptions"]["ended_on"],
            None,
        )
    )

    with_later, without = (
        study_leaving(
            ContractEnd(),
            {"subscriptions": seen, "events": earlier["events"]},
            history,
            as_of=as_of,
            seed=1,
            definitions=load_features(),
            progress=Silent(),
        ).comparison
        for history in (tables, {**earlier, "subscriptions": seen})
    )

    assert with_later.churn_probability.tolist() == without.churn_probability.tolist()


def test_a_short_period_is_refused_with_the_days_it_would_take():
    with pytest.raises(QualityError, match="60 days are needed to see 30 days before"):
        study(live("purchases", days=45), as_of=AsOf(date(2025, 2, 15)))


def test_a_day_after_the_data_on_which_nobody_is_at_risk_is_refused_with_an_earlier_one():
    tables = live("purchases", days=240)

    with pytest.raises(QualityError, match="nobody is at risk") as refused:
        study(tables, as_of=AsOf(date(2026, 6, 1)), definition=NoPurchase(horizon_days=30))

    assert "last day that is loaded is 2025-08-28" in refused.value.en
    assert "--as-of 2025-08-29" in refused.value.en
    assert "Последний загруженный день — 28.08.2025" in refused.value.ru


def test_days_after_the_data_are_no_silence_to_learn_from_and_are_told_of():
    tables, stops = live("purchases", days=240), NoPurchase(horizon_days=60)
    end, late = AsOf(date(2025, 8, 29)), AsOf(date(2025, 9, 20))

    at_end = study(tables, as_of=end, definition=stops).comparison
    found = study(tables, as_of=late, definition=stops).comparison

    silence = [alarm for alarm in found.alarms if alarm.kind == "silence"]
    assert found.outcome.positives == at_end.outcome.positives
    assert "silence" not in [alarm.kind for alarm in at_end.alarms]
    assert [alarm.value for alarm in silence] == [22.0]
    assert "22 days before 2025-09-20 nobody was seen" in silence[0].sentence.en
    assert "--as-of 2025-08-29" in silence[0].sentence.ru


def test_a_silence_no_longer_than_usual_is_none():
    moments = [START + timedelta(days=day) for day in (0, 30, 45)]
    tables = {"purchases": ibis.memtable(pa.table({"purchased_at": moments}))}
    usual, unusual = AsOf(date(2025, 3, 16)), AsOf(date(2025, 3, 18))

    days = [see_known_days(NoPurchase(), tables, day).day for day in (usual, unusual)]

    assert days == [usual.day, date(2025, 2, 16)]


def test_customers_none_of_whom_is_at_risk_are_refused():
    tables = live("purchases", days=240)

    with pytest.raises(QualityError, match=r"nobody is at risk.* longer horizon"):
        study(tables, as_of=AsOf(date(2025, 8, 29)), customers=pa.array(["nobody"]))


def test_customers_that_the_plan_leaves_out_teach_nothing_at_earlier_dates_either():
    tables, as_of = live("purchases", days=240), AsOf(date(2025, 8, 20))
    limits = {"column": "recency_days", "missing": "keep", "outliers": "drop"}
    plan = CleaningPlan(columns=[limits | {"low": 0.0, "high": 20.0}])
    (today,) = FeatureSpace(name="now").build(tables, as_of=[as_of])
    cleaned = clean_features(today, plan=plan)

    plain = study(tables, as_of=as_of).comparison
    found = study(tables, as_of=as_of, cleaned=cleaned).comparison

    recency = found.explainer.matrix.features[0].name
    assert recency == "recency_days"
    assert (
        found.explainer.matrix.values[:, 0].max() <= 20 < plain.explainer.matrix.values[:, 0].max()
    )
    assert found.n < plain.n
    assert set(found.customer_ids.to_pylist()) < set(plain.customer_ids.to_pylist())
