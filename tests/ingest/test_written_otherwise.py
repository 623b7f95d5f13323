"""A saved mapping and a file that writes numbers and dates otherwise."""

from datetime import date

import pytest

HEAD = "order_id;customer_id;order_date;amount\n"


def rows(*pairs):
    return HEAD + "".join(f"A{n};1;{day};{amount}\n" for n, (day, amount) in enumerate(pairs))


def changes(document):
    return [f["sentence"]["en"] for f in document["findings"] if f["check"] == "written_otherwise"]


def amounts(desk):
    return [row[0] for row in desk.read("purchases", "amount::DOUBLE")]


def test_a_decimal_comma_after_thousands_commas_is_not_read_as_thousands(desk):
    desk.load_text(rows(("2024-03-05", "1,234.50"), ("2024-03-06", "2,000.25")))

    told = desk.load_text(rows(("2024-03-05", "1234,50"), ("2024-03-06", "17,5")))

    assert amounts(desk) == [17.5, 1234.5]
    assert changes(told) == [
        "Column 'amount' is written otherwise than in earlier files, and is read as"
        " decimal (1234,5) instead of decimal (1,234.5)."
    ]


def test_the_next_file_of_the_first_kind_is_read_again(desk):
    desk.load_text(rows(("2024-03-05", "1,234.50")))
    desk.load_text(rows(("2024-03-05", "1234,50")))

    told = desk.load_text(rows(("2024-03-05", "9,876.50")), "--kind", "purchases")

    assert amounts(desk) == [9876.5]
    assert len(changes(told)) == 1


def test_thousands_that_may_be_decimals_stop_the_load(desk):
    desk.load_text(rows(("2024-03-05", "17.5"), ("2024-03-06", "12.25")))

    ran = desk.load(desk.write("rows.csv", rows(("2024-03-05", "1,234"), ("2024-03-06", "2,345"))))

    assert ran.code == 1
    assert ran.complaint == (
        "Column 'amount' is written otherwise than in earlier files (decimal), and it could be"
        " meant in two ways: 1,234 as 1234 or as 1.234. Say which:"
        ' --map "amount=amount:decimal:1,234.50" or "amount=amount:decimal:1234,50".'
    )
    assert amounts(desk) == [12.25, 17.5]


def test_days_and_months_that_changed_places_are_found_by_a_day_above_twelve(desk):
    desk.load_text(rows(("25/03/2024", "1"), ("04/03/2024", "2")))

    told = desk.load_text(rows(("03/25/2024", "1"), ("03/04/2024", "2")))

    assert desk.read("purchases", "purchased_on", order="purchase_id") == [
        (date(2024, 3, 25),),
        (date(2024, 3, 4),),
    ]
    assert len(changes(told)) == 1


def test_dates_that_may_be_meant_in_two_ways_stop_the_load(desk):
    desk.load_text(rows(("2024-03-25", "1"), ("2024-03-04", "2")))

    ran = desk.load(desk.write("rows.csv", rows(("03/04/2024", "1"), ("05/06/2024", "2"))))

    assert ran.code == 1
    assert "the day or the month first. Say which: --day-first or --month-first." in ran.complaint


@pytest.mark.parametrize("text", ["1234,50", "12,34", "1,2345", "1,234.5.6", "1,,234"])
def test_marks_that_stand_where_no_number_has_them_are_unreadable(desk, text):
    pairs = [("2024-03-05", f"{n},234.50") for n in range(1, 9)]

    told = desk.load_text(rows(*pairs, ("2024-03-06", text)))

    assert told["quarantine_reasons"] == {"unreadable": 1}
