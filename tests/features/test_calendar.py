"""Days are counted on the company's calendar, also when the clocks are set."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from regulars.features import AsOf
from regulars.features.calendar import count_days

zones = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
)


@given(
    zones,
    st.dates(date(1950, 1, 1), date(2035, 12, 31)),
    st.timedeltas(timedelta(seconds=1), timedelta(days=900)),
)
def test_days_are_those_between_two_dates_of_the_company(zone, day, ago):
    as_of = AsOf(day, zone)
    moment = as_of.instant - ago

    (days,) = count_days([moment.timestamp()], as_of)

    assert days == (day - moment.astimezone(ZoneInfo(zone)).date()).days


def test_an_hour_after_the_clocks_were_set_is_still_the_day_before():
    as_of = AsOf(date(2026, 10, 26), "Europe/Berlin")
    evening = datetime(2026, 10, 24, 23, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    next_night = datetime(2026, 10, 25, 0, 30, tzinfo=ZoneInfo("Europe/Berlin"))

    days = count_days([evening.timestamp(), next_night.timestamp(), np.nan], as_of)

    assert days[:2].tolist() == [2.0, 1.0]
    assert np.isnan(days[2])
