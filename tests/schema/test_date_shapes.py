from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.schema.date_shapes import format_date, measure_dates, parse_date

DAY_FORMATS = ["iso", "%Y%m%d", "%d.%m.%Y", "%m/%d/%Y", "%d-%m-%Y", "%d-%b-%Y", "excel_serial"]
TIME_FORMATS = ["iso", "%Y%m%d%H%M%S", "%d.%m.%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p"]


@pytest.mark.parametrize(
    ("values", "pattern", "has_time"),
    [
        (["1997-06-30", "1997-07-01"], "iso", False),
        (["2019-11-01 17:59:13.273932", "2019-11-01 17:59:13"], "iso", True),
        (["2019-11-01T17:59:13+03:00", "2019-11-01T17:59:13Z"], "iso_zone", True),
        (["2019-11-01 17:59:13 UTC", "2019-11-01 17:59:13 GMT"], "iso_zone", True),
        (["19970630", "19970701", "19971231"], "%Y%m%d", False),
        (["30.06.1997", "01.07.1997"], "%d.%m.%Y", False),
        (["30.06.97", "01.07.97"], "%d.%m.%y", False),
        (["06/30/1997", "07/01/1997"], "%m/%d/%Y", False),
        (["12/1/2010 8:26", "12/13/2010 18:26"], "%m/%d/%Y %H:%M", True),
        (["30.06.1997 10:20:30", "01.07.1997 00:00:00"], "%d.%m.%Y %H:%M:%S", True),
        (["06/30/1997 10:20 PM", "07/01/1997 1:05 AM"], "%m/%d/%Y %I:%M %p", True),
        (["30.06.1997 10:20 +0300", "01.07.1997 10:20 +0300"], "%d.%m.%Y %H:%M %z", True),
        (["30-Jun-1997", "1-Jul-1997"], "%d-%b-%Y", False),
        (["June 30, 1997", "July 1, 1997"], "%B %d, %Y", False),
        (["1997/06/30", "1997/07/01"], "%Y/%m/%d", False),
    ],
)
def test_the_format_of_dates_is_told_from_the_values(values, pattern, has_time):
    shape = measure_dates(values)

    assert (shape.share, shape.format, shape.has_time) == (1.0, pattern, has_time)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        (["45000", "45001.5"], "excel_serial"),
        (["1577836800", "1577836801"], "epoch_seconds"),
        (["1577836800000", "1577836801000"], "epoch_milliseconds"),
    ],
)
def test_a_number_is_a_date_only_under_the_name_of_one(values, name):
    shape = measure_dates(values)

    assert (shape.format, shape.needs_name) == (name, True)


@pytest.mark.parametrize(
    ("values", "order", "decided_by"),
    [
        (["13.01.2020", "02.03.2020"], "day", "values"),
        (["01/13/2020", "02/03/2020"], "month", "values"),
        (["13/01/2020", "02/03/2020"], "day", "values"),
        (["01.02.2020", "03.04.2020"], "day", "habit"),
        (["01/02/2020", "03/04/2020"], "month", "habit"),
    ],
)
def test_a_part_above_twelve_decides_the_order_and_else_the_habit(values, order, decided_by):
    shape = measure_dates(values)

    assert (shape.order, shape.decided_by) == (order, decided_by)


def test_slashes_under_a_russian_name_put_the_day_first():
    assert measure_dates(["01/02/2020", "03/04/2020"], is_russian=True).order == "day"


def test_a_person_decides_the_order():
    shape = measure_dates(["01/02/2020", "03/04/2020"], day_first=True)

    assert (shape.format, shape.decided_by) == ("%d/%m/%Y", "asked")


def test_days_with_and_without_a_time_are_two_formats_of_one_column():
    shape = measure_dates(["30.06.1997", "30.06.1997 10:20", "01.07.1997"])

    assert (shape.share, shape.format) == (1.0, "%d.%m.%Y|%d.%m.%Y %H:%M")


def test_days_that_do_not_exist_do_not_fit():
    assert measure_dates(["31.02.2020", "30.01.2020"]).share == 0.5


@pytest.mark.parametrize("values", [["12345678", "87654321"], ["1.5", "2.5"], ["abc"], ["1-2"], []])
def test_what_is_no_date_has_no_share(values):
    assert measure_dates(values).share == 0.0


@given(st.dates(date(1950, 1, 2), date(2099, 12, 31)), st.sampled_from(DAY_FORMATS))
def test_a_day_is_read_back_as_it_was_written(day, pattern):
    assert parse_date(format_date(day, pattern), pattern).date() == day


@given(
    st.datetimes(datetime(1950, 1, 2), datetime(2099, 12, 31)).map(
        lambda moment: moment.replace(microsecond=0)
    ),
    st.sampled_from(TIME_FORMATS),
)
def test_a_moment_is_read_back_as_it_was_written(moment, pattern):
    assert parse_date(format_date(moment, pattern), pattern) == moment


@given(
    st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 31)),
    st.integers(-12 * 60, 14 * 60),
)
def test_a_moment_with_a_zone_is_read_back_as_the_same_moment(moment, offset_minutes):
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=offset_minutes)))

    assert parse_date(format_date(aware, "iso_zone"), "iso_zone") == aware


@given(st.integers(631_152_000, 4_102_444_799))
def test_seconds_since_1970_are_read_back(seconds):
    moment = datetime.fromtimestamp(seconds, tz=UTC)

    assert parse_date(format_date(moment, "epoch_seconds"), "epoch_seconds") == moment


@given(st.lists(st.text(alphabet="0123456789./-: TZ+")))
def test_any_text_has_a_date_shape(values):
    assert 0.0 <= measure_dates(values).share <= 1.0


@pytest.mark.parametrize(
    ("values", "pattern", "first"),
    [
        (["2024-01", "2024-12"], "%Y-%m", datetime(2024, 1, 1)),
        (["03/2024", "11/2024"], "%m/%Y", datetime(2024, 3, 1)),
        (["Mar 2024", "Dec 2023"], "%b %Y", datetime(2024, 3, 1)),
        (["March 2024", "December 2023"], "%B %Y", datetime(2024, 3, 1)),
        (["Март 2024", "декабрь 2023 г."], "%b %Y", datetime(2024, 3, 1)),
        (["мар.24", "дек.23"], None, None),
        (["12.2024", "3.2012"], None, None),
        (["2024-13", "2024-31"], None, None),
    ],
)
def test_a_month_stands_for_its_first_day(values, pattern, first):
    shape = measure_dates(values)

    assert (shape.format, shape.share) == (pattern, 1.0 if pattern else 0.0)
    assert (parse_date(values[0], pattern) if pattern else None) == first
