"""Who is at risk, and what became of them, at one or many dates."""

from datetime import UTC, date, datetime, timedelta

import ibis
import numpy as np
import pyarrow as pa
import pytest
from pydantic import TypeAdapter, ValidationError

from regulars.errors import InvalidParameterError, UnknownNameError
from regulars.features import AsOf, Feature, FeatureTable
from regulars.predictions import (
    ContractEnd,
    EventOutcome,
    NoEvent,
    NoPurchase,
    NoSession,
    OutcomeDefinition,
)
from regulars.predictions.outcomes.observing import (
    choose_cutoffs,
    keep_at_risk,
    observe_outcome,
    propose_quiet_days,
)
from regulars.schema.wording import Wording

DAY = date(2026, 3, 1)
LATER = AsOf(date(2026, 12, 31))


def on(days):
    """The day so many days after the cut-off."""
    return DAY + timedelta(days=days)


def purchases(*rows):
    return {
        "purchases": ibis.memtable(
            pa.table(
                {
                    "customer_id": pa.array([customer for customer, _ in rows], pa.string()),
                    "purchased_at": [
                        datetime.combine(on(day), datetime.min.time(), UTC) for _, day in rows
                    ],
                    "amount": pa.array([10.0] * len(rows)),
                }
            )
        )
    }


def subscriptions(*rows, column="ended_on"):
    return {
        "subscriptions": ibis.memtable(
            pa.table(
                {
                    "customer_id": [customer for customer, _, _ in rows],
                    "started_on": [on(start) for _, start, _ in rows],
                    column: pa.array(
                        [None if end is None else on(end) for _, _, end in rows], pa.date32()
                    ),
                }
            )
        )
    }


def see(definition, tables, *, as_of=DAY, until=LATER):
    (seen,) = observe_outcome(definition, tables, as_of=[AsOf(as_of)], until=until)
    return dict(zip(seen.customer_ids.to_pylist(), seen.labels.tolist(), strict=True))


def test_who_buys_no_more_for_the_horizon_has_stopped():
    tables = purchases(("stops", -1), ("returns", -1), ("returns", 29), ("late", -1), ("late", 30))

    assert see(NoPurchase(horizon_days=30), tables) == {"stops": 1.0, "returns": 0.0, "late": 1.0}


def test_who_stopped_before_is_not_at_risk():
    tables = purchases(("gone", -31), ("edge", -30), ("new", 0))

    assert see(NoPurchase(horizon_days=30), tables) == {"edge": 1.0}


def test_who_was_active_within_the_said_days_is_at_risk_whatever_the_horizon():
    tables = purchases(("long ago", -90), ("edge", -60), ("back", -60), ("back", 29), ("now", -1))

    narrow = see(NoPurchase(horizon_days=30, active_days=7), tables)
    wide = see(NoPurchase(horizon_days=30, active_days=60), tables)

    assert narrow == {"now": 1.0}
    assert wide == {"edge": 1.0, "back": 0.0, "now": 1.0}


def test_events_are_looked_for_as_far_back_as_is_said():
    days = [("1", -45), ("1", 10), ("2", -10), ("3", -100)]
    tables = {
        "events": ibis.memtable(
            pa.table(
                {
                    "customer_id": [customer for customer, _ in days],
                    "occurred_at": [
                        datetime.combine(on(day), datetime.min.time(), UTC) for _, day in days
                    ],
                    "name": ["visit"] * 4,
                }
            )
        )
    }
    visits = EventOutcome(horizon_days=30, active_days=50, event_names=("visit",))

    assert see(NoEvent(horizon_days=30, active_days=50), tables) == {"1": 0.0, "2": 1.0}
    assert see(NoEvent(horizon_days=30), tables) == {"2": 1.0}
    assert see(visits, tables) == {"1": 1.0, "2": 0.0}


def test_the_first_date_leaves_the_days_that_say_who_is_at_risk():
    first, until = AsOf(date(2025, 1, 1)), AsOf(date(2025, 7, 1))

    dates = choose_cutoffs(NoPurchase(horizon_days=60, active_days=90), first=first, until=until)

    assert [moment.day for moment in dates] == [date(2025, 4, 2), date(2025, 5, 2)]


def test_a_definition_says_who_is_at_risk_and_an_older_one_still_opens():
    reader = TypeAdapter(OutcomeDefinition)
    said = NoPurchase(horizon_days=30, active_days=61)

    older = reader.validate_python({"kind": "no_purchase", "horizon_days": 30})

    assert reader.validate_json(said.model_dump_json()) == said
    assert older == NoPurchase(horizon_days=30)
    assert said.sentence.en.endswith("those who bought within 61 days before it")
    assert said.sentence.ru.endswith("кто покупал не раньше чем за 61 день до неё")


def test_a_purchase_within_the_gap_does_not_count():
    tables = purchases(("gap", -1), ("gap", 6), ("after", -1), ("after", 7))

    assert see(NoPurchase(horizon_days=30, gap_days=7), tables) == {"gap": 1.0, "after": 0.0}


def test_a_return_is_no_purchase():
    tables = purchases(("1", -1), ("1", 5))
    tables["purchases"] = tables["purchases"].mutate(
        amount=ibis.ifelse(
            tables["purchases"]["purchased_at"].date() > ibis.literal(DAY), -5.0, 5.0
        )
    )

    assert see(NoPurchase(horizon_days=30), tables) == {"1": 1.0}


def test_what_the_tables_do_not_tell_of_yet_is_not_known():
    tables = purchases(("1", -1))

    seen = see(NoPurchase(horizon_days=30), tables, until=AsOf(on(29)))

    assert np.isnan(seen["1"])
    assert see(NoPurchase(horizon_days=30), tables, until=AsOf(on(30))) == {"1": 1.0}


def test_many_dates_are_those_dates_one_by_one():
    tables = purchases(("1", -40), ("1", -1), ("2", -20), ("2", 20), ("3", 3))
    dates = [AsOf(on(-30)), AsOf(DAY), AsOf(on(10))]

    together = observe_outcome(NoPurchase(horizon_days=30), tables, as_of=dates, until=LATER)

    assert [
        dict(zip(seen.customer_ids.to_pylist(), seen.labels.tolist(), strict=True))
        for seen in together
    ] == [see(NoPurchase(horizon_days=30), tables, as_of=moment.day) for moment in dates]


def test_a_subscription_that_ends_and_is_not_renewed_is_lost():
    tables = subscriptions(
        ("ends", -50, 10),
        ("stays", -50, None),
        ("later", -50, 31),
        ("renews", -50, 10),
        ("renews", 20, None),
        ("too late", -50, 10),
        ("too late", 60, None),
        ("over", -50, -1),
        ("not yet", 5, None),
    )

    assert see(ContractEnd(horizon_days=30, grace_days=14), tables) == {
        "ends": 1.0,
        "stays": 0.0,
        "later": 0.0,
        "renews": 0.0,
        "too late": 1.0,
    }


def test_who_ends_within_the_gap_is_not_at_risk():
    tables = subscriptions(("gap", -50, 3), ("after", -50, 8))

    assert see(ContractEnd(horizon_days=30, gap_days=7), tables) == {"after": 1.0}


def test_overlapping_subscriptions_are_one():
    tables = subscriptions(("1", -50, 100), ("1", -40, 5))

    assert see(ContractEnd(horizon_days=30), tables) == {"1": 0.0}


def test_no_session_after_the_paid_period_is_a_loss():
    tables = subscriptions(
        ("silent", -30, 10), ("visits", -30, 10), ("late", -30, 10), column="paid_until_on"
    )
    visits = [("silent", 10), ("visits", 40), ("late", 41), ("late", 3)]
    tables["events"] = ibis.memtable(
        pa.table(
            {
                "customer_id": [customer for customer, _ in visits],
                "occurred_at": [
                    datetime.combine(on(day), datetime.min.time(), UTC) for _, day in visits
                ],
                "name": ["session"] * 4,
            }
        )
    )

    seen = see(NoSession(horizon_days=30, quiet_days=30), tables)
    of_other_events = see(NoSession(horizon_days=30, session_names=("login",)), tables)

    assert seen == {"silent": 1.0, "visits": 0.0, "late": 1.0}
    assert of_other_events == {"silent": 1.0, "visits": 1.0, "late": 1.0}


def test_features_of_those_at_risk_are_kept_beside_their_outcome():
    tables = purchases(("2", -1), ("3", -1), ("3", 5))
    (seen,) = observe_outcome(NoPurchase(horizon_days=30), tables, as_of=[AsOf(DAY)], until=LATER)
    feature = Feature("x", Wording(en="x", ru="x"), None, "numeric")
    table = pa.table({"customer_id": ["1", "2", "3"], "x": [1.0, 2.0, 3.0]})

    features, outcome = keep_at_risk(FeatureTable(table, (feature,), AsOf(DAY)), seen)

    assert features.customer_ids.to_pylist() == ["2", "3"]
    assert outcome.labels.tolist() == [1.0, 0.0]
    with pytest.raises(InvalidParameterError, match="Give both at one date"):
        keep_at_risk(FeatureTable(table, (feature,), LATER), seen)


def test_a_table_that_is_not_there_is_named():
    with pytest.raises(UnknownNameError, match="purchases"):
        see(NoPurchase(), {"payments": None})


def test_dates_leave_a_horizon_before_and_after():
    dates = choose_cutoffs(
        NoPurchase(horizon_days=30, gap_days=5), first=AsOf(DAY), until=AsOf(on(120))
    )

    assert [(moment.day - DAY).days for moment in dates] == [40, 55, 70, 85]
    assert choose_cutoffs(NoPurchase(), first=AsOf(DAY), until=AsOf(on(120))) == ()


def test_the_usual_pause_proposes_the_horizon():
    weekly = purchases(*[("1", 7 * week) for week in range(20)])["purchases"]
    rare = purchases(("1", 0), ("1", 100), ("2", 0), ("2", 130), ("3", 800))["purchases"]

    assert (propose_quiet_days(weekly), propose_quiet_days(rare)) == (30, 180)


def test_the_horizon_is_at_most_a_quarter_of_the_time():
    rare = purchases(("1", 0), ("1", 200), ("2", 10), ("2", 370))["purchases"]

    assert propose_quiet_days(rare) == 90


@pytest.mark.parametrize(
    "definition", [NoPurchase(gap_days=7), ContractEnd(), NoSession(), ContractEnd(gap_days=1)]
)
def test_a_definition_is_stated_in_both_languages(definition):
    assert definition.sentence.en.startswith("The outcome is ")
    assert definition.sentence.ru.startswith("Исход: ")
    assert definition.is_churn


def test_a_definition_is_read_from_what_was_written():
    adapter = TypeAdapter(OutcomeDefinition)
    written = {"kind": "no_purchase", "horizon_days": 60, "gap_days": 7}

    assert adapter.validate_python(written) == NoPurchase(horizon_days=60, gap_days=7)
    with pytest.raises(ValidationError, match="horizon_day"):
        adapter.validate_python({"kind": "no_purchase", "horizon_day": 60})
