"""Numbers with words and signs, durations, and a moment in two columns: read, and said."""

from datetime import UTC, date, datetime

import pytest
from desk import sums

ROWS = 12


def _table(head, row):
    return "\n".join([head, *(row(n) for n in range(ROWS))]) + "\n"


# Name → what is written, the first two numbers, and what the finding says of it.
COLUMNS = {
    "one unit": (lambda n: f"{n + 5} ГБ", [5.0, 6.0], "read as numbers in 'ГБ'. To keep"),
    "a unit of several sizes": (
        lambda n: f"{n + 1} ГБ" if n % 3 else f"{n + 512} МБ",
        [512.0, 2048.0],
        "read as numbers in 'МБ' (гб = 1024). To keep",
    ),
    "forms of one word": (
        lambda n: f"{n + 1} {('год', 'года', 'года', 'года')[n] if n < 4 else 'лет'}",
        [1.0, 2.0],
        "read as numbers in 'лет'. To keep",
    ),
    "months with a point": (
        lambda n: f"{n * 3 + 12} мес.",
        [12.0, 15.0],
        "read as numbers in 'мес.'. To keep",
    ),
    "thousands": (
        lambda n: f"{n + 3}.5k" if n % 2 == 0 else str(n + 700),
        [3500.0, 701.0],
        "read as numbers (k = 1000). To keep",
    ),
    "millions of money": (
        lambda n: f"{n + 1},2 млн руб.",
        [1_200_000.0, 2_200_000.0],
        "read as numbers (млнруб = 1000000). To keep",
    ),
    "percents": (lambda n: f"{n + 45} %", [45.0, 46.0], "bear the sign %: read as numbers"),
    "rubles": (lambda n: f"{n + 1} 200 ₽", [1200.0, 2200.0], "bear the sign ₽: read as numbers"),
    "a unit of the trade": (
        lambda n: f"{n + 3} паллет",
        [3.0, 4.0],
        "read as numbers in 'паллет'. To keep",
    ),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_numbers_with_words_behind_them_are_numbers_and_that_is_said(desk, name):
    write, first, said = COLUMNS[name]

    told = desk.load_text(_table("id;volume", lambda n: f"{n + 100:05};{write(n)}"))

    (finding,) = told["findings"]
    assert sums(told) == (ROWS, ROWS, 0, 0, 0)
    assert [value for (value,) in desk.read("profiles", "volume", order="customer_id LIMIT 2")] == (
        first
    )
    assert (finding["check"], finding["severity"], finding["count"]) == (
        "values_with_units",
        "notice",
        ROWS,
    )
    assert said in finding["sentence"]["en"]
    assert "Чтобы оставить текст" in finding["sentence"]["ru"] or "sign" in said


@pytest.mark.parametrize(
    "write",
    [
        lambda n: f"{n}{'ABC'[n % 3]}",
        lambda n: f"{n} {('дом', 'кв', 'стр')[n % 3]}",
        lambda n: f"{n % 9 + 10}:{n:02}",
    ],
    ids=["codes", "words of no family", "times of the day"],
)
def test_what_only_looks_like_a_number_with_a_unit_stays_text(desk, write):
    told = desk.load_text(_table("id;place", lambda n: f"{n + 100:05};{write(n)}"))

    assert desk.read("profiles", "place", order="customer_id LIMIT 1") == [(write(0),)]
    assert [one["check"] for one in told["findings"]] == []


def test_a_word_can_be_kept_as_text(desk):
    told = desk.load_text(
        _table("id;volume", lambda n: f"{n + 100:05};{n + 5} ГБ"), "--map", "volume=text"
    )

    assert desk.read("profiles", "volume", order="customer_id LIMIT 1") == [("5 ГБ",)]
    assert told["findings"] == []


def test_the_next_file_in_another_unit_is_read_in_that_of_the_first(desk):
    desk.load_text(_table("id;volume", lambda n: f"{n + 100:05};{n + 5} МБ"), name="a.csv")

    desk.load_text(_table("id;volume", lambda n: f"{n + 200:05};{n + 1} ГБ"), name="b.csv")

    stored = desk.read("profiles", "customer_id, volume", order="1")
    assert (stored[0], stored[ROWS]) == (("00100", 5.0), ("00200", 1024.0))


CALLS = _table(
    "Абонент;Дата звонка;Время звонка;Длительность;Трафик;Тип звонка",
    lambda n: (
        f"K{n % 4:03};{n + 1:02}.03.2024;{n + 8}:05;{'1:' if n == 3 else ''}{n:02}:30;{n + 1} ГБ;"
        f"{('исходящий', 'входящий')[n % 2]}"
    ),
)


def test_durations_and_units_become_those_of_the_table(desk):
    told = desk.load_text(CALLS)

    assert (told["kind"], sums(told)) == ("events", (ROWS, ROWS, 0, 0, 0))
    assert desk.read(
        "events",
        "occurred_at, duration_seconds, traffic_megabytes",
        order="occurred_at LIMIT 4",
    ) == [
        (datetime(2024, 3, 1, 8, 5, tzinfo=UTC), 30.0, 1024.0),
        (datetime(2024, 3, 2, 9, 5, tzinfo=UTC), 90.0, 2048.0),
        (datetime(2024, 3, 3, 10, 5, tzinfo=UTC), 150.0, 3072.0),
        (datetime(2024, 3, 4, 11, 5, tzinfo=UTC), 3810.0, 4096.0),
    ]


def test_a_moment_in_two_columns_is_one_and_that_is_said(desk):
    told = desk.load_text(CALLS)

    said = {one["check"]: one["sentence"] for one in told["findings"]}
    assert said["time_apart"]["en"].startswith(
        "'Дата звонка' gives the day and 'Время звонка' the time of one moment"
    )
    (saved,) = (desk.workspace / "mappings").iterdir()
    assert 'source = "Время звонка"\ntarget = "время_звонка"\nrole = "ignored"' in (
        saved.read_text("utf-8")
    )


def test_a_day_whose_time_is_missing_begins_at_midnight(desk):
    text = CALLS.replace(";9:05;", ";;")

    desk.load_text(text)

    assert desk.read("events", "occurred_at", order="1 LIMIT 2") == [
        (datetime(2024, 3, 1, 8, 5, tzinfo=UTC),),
        (datetime(2024, 3, 2, tzinfo=UTC),),
    ]


def test_a_time_that_was_dropped_is_not_read(desk):
    desk.load_text(CALLS, "--drop", "Время звонка")

    assert desk.read("events", "occurred_at", order="1 LIMIT 1") == [
        (datetime(2024, 3, 1, tzinfo=UTC),)
    ]


@pytest.mark.parametrize("write", ["2024-{0:02}", "{0:02}/2024", "{1} 2024", "{1} 2024 г."])
def test_a_month_is_read_as_its_first_day(desk, write):
    months = ("январь", "февраль", "Март", "АПРЕЛЬ")

    desk.load_text(
        _table(
            "Абонент;Период;Минуты",
            lambda n: f"K{n % 3};{write.format(n % 4 + 1, months[n % 4])};{n}",
        )
    )

    assert desk.read("events", "DISTINCT occurred_on", order="1 LIMIT 2") == [
        (date(2024, 1, 1),),
        (date(2024, 2, 1),),
    ]


def test_a_unit_in_the_name_is_turned_into_that_of_the_table(desk):
    told = desk.load_text(
        _table(
            "user_id,call_date,duration_min,callee",
            lambda n: f"K{n % 3},2024-03-{n + 1:02},{n}.5,B{n}",
        )
    )

    (finding,) = told["findings"]
    assert (
        "says another unit than the table has: read in seconds, 1 as 60"
        in (finding["sentence"]["en"])
    )
    assert desk.read("events", "duration_seconds", order="1 LIMIT 2") == [(30.0,), (90.0,)]


def test_a_moment_whose_zone_is_a_word_is_one(desk):
    desk.load_text(
        _table(
            "user_id,event_time,event", lambda n: f"K{n % 3},2024-03-{n + 1:02} 10:00:00 UTC,view"
        )
    )

    assert desk.read("events", "occurred_at", order="1 LIMIT 1") == [
        (datetime(2024, 3, 1, 10, tzinfo=UTC),)
    ]
