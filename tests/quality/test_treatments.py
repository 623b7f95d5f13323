"""Currencies, reasons of returns, texts and sessions, with exact results."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import UnknownColumnError
from regulars.quality.sessions import measure_sessions, split_sessions
from regulars.quality.treatments import (
    categorize_return_reason,
    clean_text,
    convert_currency,
    list_return_reasons,
)


def table(**columns):
    return ibis.memtable(pa.table(columns))


def test_amounts_are_converted_at_the_rate_of_their_day():
    paid = table(
        id=[1, 2, 3, 4, 5],
        amount=[1.0, 1.0, 1.0, 7.0, 1.0],
        currency=["EUR", "EUR", "EUR", "RUB", "USD"],
        paid_on=[date(2026, 1, day) for day in (1, 5, 9, 1, 9)],
    )
    rates = table(
        currency=["EUR", "EUR"],
        rate=[90.0, 100.0],
        valid_on=[date(2026, 1, 2), date(2026, 1, 9)],
    )

    converted = convert_currency(paid, rates, to="RUB", on="paid_on").order_by("id")

    assert converted.amount_converted.to_pyarrow().to_pylist() == [None, 90.0, 100.0, 7.0, None]
    assert converted.columns == (*paid.columns, "amount_converted")


def test_a_table_of_rates_without_rates_is_answered():
    with pytest.raises(UnknownColumnError, match="The table of rates has no column 'rate'"):
        convert_currency(table(amount=[1], currency=["EUR"]), table(currency=["EUR"]), to="RUB")


@pytest.mark.parametrize(
    ("said", "category"),
    [
        ("Пришёл бракованный", "defect"),
        ("Item arrived BROKEN", "defect"),
        ("прислали не тот товар", "wrong_item"),
        ("Маленький размер", "wrong_size"),
        ("too large", "wrong_size"),
        ("цвет не как на фото", "not_as_described"),
        ("Доставка опоздала", "late"),
        ("нашла дешевле", "price"),
        ("Плохое качество", "quality"),
        ("I changed my mind", "changed_mind"),
        ("Передумал", "changed_mind"),
        ("без комментариев", "other"),
        (" ", None),
        (None, None),
    ],
)
def test_reasons_of_returns_are_sorted_in_both_languages(said, category):
    reasons = ibis.memtable(pa.table({"reason": pa.array([said], pa.string())}))

    found = reasons.select(category=categorize_return_reason(reasons.reason)).to_pyarrow()

    assert found["category"].to_pylist() == [category]
    assert category is None or category in list_return_reasons()


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("  два   слова\n", "два слова"),
        ("<p>R&amp;D &lt;3</p>", "R&D <3"),
        ("смотри https://spam.example/a?b=1 тут", "смотри тут"),
        ("a\u200b\xa0b", "a b"),
        ("<br>", None),
    ],
)
def test_texts_are_cleaned(dirty, clean):
    assert clean_text(ibis.literal(dirty)).to_pyarrow().as_py() == clean


def test_a_pause_begins_another_session():
    start = datetime(2026, 1, 9, 23, 50, tzinfo=UTC)
    minutes = [0, 30, 61, 5]
    events = table(
        customer_id=["1", "1", "1", "2"],
        occurred_at=[start + timedelta(minutes=each) for each in minutes],
    )

    numbered = split_sessions(events).order_by("customer_id", "occurred_at")

    assert numbered.session_number.to_pyarrow().to_pylist() == [1, 1, 2, 1]


def test_sessions_are_measured():
    start = datetime(2026, 1, 9, 10, tzinfo=UTC)
    events = table(customer_id=["1", "1"], occurred_at=[start, start + timedelta(seconds=90)])

    (session,) = measure_sessions(events).to_pyarrow().to_pylist()

    assert (session["session_minutes"], session["event_count"]) == (1.5, 2)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=30))
def test_sessions_are_those_of_counting_by_hand(minutes):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    moments = sorted(start + timedelta(minutes=each) for each in minutes)
    events = table(customer_id=["1"] * len(moments), occurred_at=moments)

    sessions = measure_sessions(events).count().to_pyarrow().as_py()

    pauses = [after - before for before, after in pairwise(moments)]
    assert sessions == 1 + sum(pause > timedelta(minutes=30) for pause in pauses)
