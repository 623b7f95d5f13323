"""Days are counted on the company's calendar, also when the clocks are set."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.features import AsOf, ProfileColumn, profile_features
from regulars.schema.contract import Role

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]


def count_days(moment, as_of):
    """The feature that tells how long ago a moment was."""
    rows = pa.table(
        {"customer_id": ["1"], "seen_at": pa.array([moment], pa.timestamp("us", "UTC"))}
    )
    columns = [ProfileColumn("seen_at", Role.DATE, "instant")]
    table = profile_features(ibis.memtable(rows), columns, as_of=as_of).table
    return table.column("days_since_seen")[0].as_py()


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.dates(date(1972, 1, 1), date(2035, 12, 31)),
    st.timedeltas(timedelta(seconds=1), timedelta(days=700)),
)
def test_days_are_those_between_two_dates_of_the_company(zone, day, ago):
    as_of = AsOf(day, zone)
    moment = as_of.instant - ago

    assert count_days(moment, as_of) == (day - moment.astimezone(ZoneInfo(zone)).date()).days


@pytest.mark.parametrize(("hour", "days"), [(21, 2.0), (23, 1.0)])
def test_the_night_in_which_the_clocks_are_set_is_a_day_of_its_own(hour, days):
    # Midnight of the 25th in Berlin is 22:00 of the 24th in UTC; the 25th has 25 hours.
    moment = datetime(2026, 10, 24, hour, 30, tzinfo=UTC)

    assert count_days(moment, AsOf(date(2026, 10, 26), "Europe/Berlin")) == days
