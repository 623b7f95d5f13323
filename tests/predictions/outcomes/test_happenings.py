"""Outcomes that customers do: events, contacts with support, answers to contacts."""

from datetime import UTC, date, datetime, timedelta

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from regulars.errors import UnknownNameError
from regulars.features import AsOf
from regulars.predictions import (
    AnswerOutcome,
    EventOutcome,
    OutcomeDefinition,
    SupportContact,
    observe_outcome,
)

DAY = date(2026, 3, 1)
LATER = AsOf(date(2026, 12, 31))


def at(days):
    return datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(days=days)


def events(*rows):
    """(customer, days from the date, name)."""
    who, days, names = zip(*rows, strict=True)
    moments = pa.array(list(map(at, days)), pa.timestamp("us", "UTC"))
    return ibis.memtable(
        pa.table({"customer_id": list(who), "occurred_at": moments, "name": list(names)})
    )


def contacts(*rows):
    """(customer, days from the date, direction, outcome)."""
    who, days, directions, outcomes = zip(*rows, strict=True)
    return ibis.memtable(
        pa.table(
            {
                "customer_id": list(who),
                "occurred_at": pa.array(list(map(at, days)), pa.timestamp("us", "UTC")),
                "direction": pa.array(list(directions), pa.string()),
                "outcome": pa.array(list(outcomes), pa.string()),
            }
        )
    )


def see(definition, tables, *, as_of=DAY, until=LATER):
    (seen,) = observe_outcome(definition, tables, as_of=[AsOf(as_of)], until=until)
    return dict(zip(seen.customer_ids.to_pylist(), seen.labels.tolist(), strict=True))


def test_an_event_within_the_horizon_is_the_outcome_of_who_was_active():
    table = events(
        ("a", -3, "visit"), ("a", 5, "upgrade"), ("b", -3, "visit"), ("b", 40, "upgrade"),
        ("c", -90, "visit"), ("c", 5, "upgrade"), ("d", -2, "upgrade"), ("d", 3, "visit"),
    )  # fmt: skip

    seen = see(EventOutcome(event_names=("upgrade",), horizon_days=30), {"events": table})

    assert seen == {"a": 1.0, "b": 0.0, "d": 0.0}


def test_for_the_first_time_only_those_count_who_never_did():
    table = events(
        ("a", -3, "visit"), ("a", 5, "upgrade"), ("d", -200, "upgrade"), ("d", -2, "visit"),
        ("d", 3, "upgrade"),
    )  # fmt: skip

    definition = EventOutcome(event_names=("upgrade",), is_first=True)

    assert see(definition, {"events": table}) == {"a": 1.0}


def test_an_event_in_the_gap_does_not_count():
    table = events(("a", -3, "visit"), ("a", 5, "upgrade"), ("b", -3, "visit"), ("b", 9, "upgrade"))

    seen = see(EventOutcome(event_names=("upgrade",), gap_days=7), {"events": table})

    assert seen == {"a": 0.0, "b": 1.0}


def test_contact_with_support_is_what_the_customer_began():
    table = contacts(
        ("a", -3, "in", None), ("a", 5, "in", None), ("b", -3, "out", None), ("b", 5, "out", None),
        ("c", -3, "Входящий", None), ("c", 5, "входящий", None), ("d", -3, None, None),
        ("f", -3, "internal", None), ("f", 5, "internal", None),
        ("d", 5, None, None), ("e", 5, "in", None),
    )  # fmt: skip

    seen = see(SupportContact(horizon_days=30), {"interactions": table})

    assert seen == {"a": 1.0, "b": 0.0, "c": 1.0, "d": 1.0, "f": 0.0}


def test_with_subscriptions_everybody_subscribed_may_contact_support():
    days = [date(2026, 1, 1)] * 3
    spells = pa.table(
        {
            "customer_id": ["a", "b", "c"],
            "subscription_id": ["1", "2", "3"],
            "started_on": days,
            "ended_on": pa.array([None, None, date(2026, 2, 1)], pa.date32()),
        }
    )
    tables = {
        "interactions": contacts(("a", 5, "in", None), ("c", 5, "in", None)),
        "subscriptions": ibis.memtable(spells),
    }

    assert see(SupportContact(), tables) == {"a": 1.0, "b": 0.0}


def test_an_answer_is_learnt_from_those_who_were_contacted():
    table = contacts(
        ("a", 5, "out", "accepted"), ("b", 5, "out", "declined"), ("c", 5, "in", "accepted"),
        ("d", -5, "out", "accepted"), ("e", 5, "out", None),
    )  # fmt: skip

    seen = see(AnswerOutcome(answers=("accepted",)), {"interactions": table})

    assert seen == {"a": 1.0, "b": 0.0}


def test_today_everybody_whom_the_company_knows_may_be_contacted():
    table = contacts(
        ("a", -5, "out", "accepted"), ("b", -90, "in", None), ("c", 5, "out", "declined")
    )

    seen = see(AnswerOutcome(answers=("accepted",)), {"interactions": table}, until=AsOf(DAY))

    assert list(seen) == ["a", "b"]
    assert np.isnan(list(seen.values())).all()


def test_many_dates_are_those_dates_one_by_one():
    table = events(("a", -3, "visit"), ("a", 5, "upgrade"), ("b", 6, "visit"), ("b", 20, "upgrade"))
    definition = EventOutcome(event_names=("upgrade",), horizon_days=10)
    days = [DAY, DAY + timedelta(days=12)]

    together = observe_outcome(
        definition, {"events": table}, as_of=[AsOf(day) for day in days], until=LATER
    )

    found = [
        dict(zip(o.customer_ids.to_pylist(), o.labels.tolist(), strict=True)) for o in together
    ]
    assert found == [see(definition, {"events": table}, as_of=day) for day in days]
    assert found == [{"a": 1.0}, {"a": 0.0, "b": 1.0}]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-60, 60)), min_size=1, max_size=30))
def test_nothing_after_the_date_decides_who_is_at_risk(rows):
    table = events(*[(who, days, "visit") for who, days in rows])
    past = [(who, days, "visit") for who, days in rows if days < 0]
    definition = EventOutcome(event_names=("visit",))

    seen = see(definition, {"events": table})

    at_risk = {who for who, days, _ in past if days >= -30}
    assert set(seen) == at_risk


def test_without_contacts_the_table_is_named():
    with pytest.raises(UnknownNameError, match="table 'interactions'"):
        see(SupportContact(), {"events": events(("a", 1, "visit"))})


@pytest.mark.parametrize(
    "definition",
    [
        EventOutcome(event_names=("upgrade",), is_first=True),
        SupportContact(gap_days=3),
        AnswerOutcome(answers=("accepted", "да")),
    ],
)
def test_a_definition_is_stated_in_both_languages_and_read_again(definition):
    assert definition.sentence.en.startswith("The outcome is ")
    assert definition.sentence.ru.startswith("Исход: ")
    assert not definition.is_churn
    again = TypeAdapter(OutcomeDefinition).validate_json(definition.model_dump_json())
    assert again == definition


def test_an_event_without_a_name_is_refused():
    with pytest.raises(ValidationError):
        EventOutcome(event_names=())


def test_braces_in_a_name_are_no_places_to_fill():
    phrases = EventOutcome(event_names=("a{b}",)).phrases

    assert phrases.say_share(0.5, 0.25).en.startswith("50% of such customers have the event “a{b}”")
