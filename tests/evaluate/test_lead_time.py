from datetime import date

import pyarrow as pa
import pytest

from regulars.evaluate import measure_lead_time

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


def measure(warned, *, lost_on=date(2026, 3, 11)):
    """The lead time of one customer with warnings on the first of three months."""
    warnings = {"customer_id": ["a"] * 3, "as_of": [JANUARY, FEBRUARY, MARCH], "is_warned": warned}
    losses = {"customer_id": ["a"], "lost_on": [lost_on]}
    return measure_lead_time(pa.table(warnings), pa.table(losses))


def test_the_first_warning_of_the_run_before_the_loss_counts():
    assert measure([True, True, True]).lead_time_days.tolist() == [69]
    assert measure([False, True, True]).lead_time_days.tolist() == [38]
    assert measure([True, False, True]).lead_time_days.tolist() == [10]


def test_a_warning_taken_back_is_no_warning():
    lead = measure([True, True, False])

    assert lead.warned == 0
    assert lead.missed == 1


def test_a_warning_after_the_loss_is_none():
    lead = measure([False, False, True], lost_on=date(2026, 2, 20))

    assert lead.warned == 0
    assert lead.missed == 1


def test_a_warning_on_the_very_day_comes_no_day_before():
    assert measure([False, True, True], lost_on=FEBRUARY).lead_time_days.tolist() == [0]


def test_customers_are_kept_apart_whatever_the_order_of_the_rows():
    warnings = pa.table(
        {
            "customer_id": ["b", "a", "b", "a", "c"],
            "as_of": [FEBRUARY, FEBRUARY, JANUARY, JANUARY, JANUARY],
            "is_warned": [False, True, True, True, True],
        }
    )
    losses = pa.table({"customer_id": ["a", "b"], "lost_on": [date(2026, 2, 8)] * 2})

    lead = measure_lead_time(warnings, losses)

    assert lead.lead_time_days.tolist() == [38]
    assert lead.missed == 1


def test_the_summary_tells_the_median_and_the_share_in_time():
    warnings = pa.table(
        {"customer_id": ["a", "b", "c"], "as_of": [JANUARY] * 3, "is_warned": [True] * 3}
    )
    losses = pa.table(
        {
            "customer_id": ["a", "b", "c"],
            "lost_on": [date(2026, 1, 3), date(2026, 1, 8), date(2026, 1, 30)],
        }
    )

    lead = measure_lead_time(warnings, losses)

    assert lead.median_days == 7
    assert lead.share_of_at_least(7) == pytest.approx(2 / 3)


def test_when_nobody_was_lost_there_is_nothing_to_tell():
    warnings = pa.table({"customer_id": ["a"], "as_of": [JANUARY], "is_warned": [True]})
    losses = pa.table(
        {"customer_id": pa.array([], pa.string()), "lost_on": pa.array([], pa.date32())}
    )

    lead = measure_lead_time(warnings, losses)

    assert (lead.warned, lead.missed) == (0, 0)
    assert lead.median_days != lead.median_days
