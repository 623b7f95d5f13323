"""Where a row that was set aside stands in its source: one meaning, whatever the reason."""

import json

import pytest
import xlsxwriter
from desk import sums


def list_places(desk):
    return desk.read("quarantine", "source_row, reason", order="source_row")


HEAD = "order_id,customer_id,order_date,amount,comment\n"
BROKEN = (
    HEAD
    + "A1,1,2024-01-05,10,fine\n"
    + "A2,1,2024-01-06\n"  # line 3: broken
    + 'A3,2,2024-01-07,30,"over\ntwo lines"\n'
    + "\n"
    + "A4,2,yesterday,40,fine\n"  # line 7: cannot be read
    + "A5,3,2024-01-08,50,fine,more\n"  # line 8: broken
    + "A6,3,2024-01-09,60,fine\n"
    + "A7,3,,70,fine\n"  # line 10: missing
)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_broken_lines_and_unfit_rows_are_both_counted_in_lines_of_the_file(desk, end):
    told = desk.load_text(BROKEN.replace("\n", end))

    assert sums(told) == (7, 3, 0, 0, 4)
    assert list_places(desk) == [
        (3, "too_few_columns"),
        (7, "unreadable"),
        (8, "too_many_columns"),
        (10, "missing"),
    ]


def test_lines_above_the_table_count(desk):
    desk.load_text(
        "Orders of the shop\n\nPeriod,March\n" + HEAD + "A1,1,,10,a\nA2,2,2024-01-05,9,b\n"
    )

    assert list_places(desk) == [(5, "missing")]


def test_a_cp1251_file_is_counted_like_any_other(desk):
    text = "Номер заказа;Код клиента;Дата заказа;Сумма\n1;7;;5\n2;8\n3;9;05.03.2024;6\n4;9;нет;6\n"

    desk.load(desk.write("заказы.csv", text.encode("cp1251")))

    assert list_places(desk) == [(2, "missing"), (3, "too_few_columns"), (5, "unreadable")]


def test_a_file_of_one_column_counts_its_blank_lines(desk):
    desk.load_text("customer_id\n1\n\n2\n")

    assert list_places(desk) == [(3, "missing")]


def test_rows_of_a_sheet_are_counted_as_the_spreadsheet_does(desk):
    path = desk.folder / "orders.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Orders")
        sheet.write_row(1, 1, ["Orders of March"])
        sheet.write_row(3, 1, ["order_id", "customer_id", "order_date", "amount"])
        sheet.write_row(4, 1, ["A1", "1", "2024-01-05", 10])
        sheet.write_row(6, 1, ["A2", "1", "", 20])

    told = desk.load(path).json

    assert sums(told) == (2, 1, 0, 0, 1)
    assert list_places(desk) == [(7, "missing")]


def test_lines_of_json_are_counted_and_so_are_objects_of_an_array(desk):
    rows = [
        {"order_id": "A1", "customer_id": "1", "order_date": "2024-01-05", "amount": 1},
        {"order_id": "A2", "customer_id": "1", "order_date": None, "amount": 2},
    ]
    desk.load_text("\n\nno json\n".join(map(json.dumps, rows)), name="a.jsonl")
    desk.load_text(json.dumps(rows), name="b.json")

    assert desk.read("quarantine", "source, source_row, reason") == [
        ("a.jsonl", 3, "not_json"),
        ("a.jsonl", 4, "missing"),
        ("b.json", 2, "missing"),
    ]


def test_the_example_of_an_error_names_the_line(desk):
    rows = "".join(f"A{n},{n},2024-01-05,{n},x{n}\n" for n in range(40))

    ran = desk.load(desk.write("orders.csv", "\n" + HEAD + rows), "--map", "comment=item_count")

    assert "such as 'x0' in row 3" in ran.complaint


TOTALS = "Клиент;Город;Сумма\n" + "".join(f"{n};Уфа;{n * 10},50\n" for n in range(1, 30))


@pytest.mark.parametrize(
    "row",
    ["Итого;;4 350,00", "ИТОГО:;;4350", "Всего по отчёту;;4350", "Итого;Все;4350", "Total;;4350"],
)
def test_a_total_at_the_end_is_set_aside_with_its_line(desk, row):
    told = desk.load_text(TOTALS + row + "\n")

    assert sums(told) == (30, 29, 0, 0, 1)
    assert told["quarantine_reasons"] == {"total_row": 1}
    assert list_places(desk) == [(31, "total_row")]


@pytest.mark.parametrize("row", ["Total;Уфа;4350", "Итоговый;;5", "30;;5"])
def test_what_only_looks_like_a_total_is_a_row(desk, row):
    told = desk.load_text(TOTALS + row + "\n")

    assert sums(told) == (30, 30, 0, 0, 0)


def test_totals_of_parts_are_set_aside_where_a_total_ends_the_table(desk):
    rows = [f"{n:05};Уфа;{n},5" for n in range(6)]
    table = [*rows[:3], "Итого по Уфе:;;4,5", *rows[3:], "Всего по Омску;;12", "Итого;;16,5"]

    told = desk.load_text("Код;Город;Баланс\n" + "\n".join(table) + "\n")

    assert (told["rows_in"], told["rows_inserted"], told["rows_quarantined"]) == (9, 6, 3)
    assert desk.read("quarantine", "source_row, reason", order="1") == [
        (5, "total_row"),
        (9, "total_row"),
        (10, "total_row"),
    ]


def test_a_row_of_data_that_begins_like_a_total_stays_where_none_ends_the_table(desk):
    rows = [f"{name};{n},5" for n, name in enumerate(["Заря", "Всего доброго", "Итого-Сервис"])]

    told = desk.load_text("Клиент;Баланс\n" + "\n".join(rows) + "\n")

    assert (told["rows_in"], told["rows_inserted"]) == (3, 3)
