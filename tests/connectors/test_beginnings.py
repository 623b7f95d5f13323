"""Where the table is: which sheet of a workbook, and beneath what."""

import pytest
import xlsxwriter

from regulars.connectors.files.beginning import find_beginning

ROWS = [["id", "когда", "сумма"], ["007", "2024-01-05", "12,5"], ["8", "2024-01-06", "7"]]


def write_book(path, **sheets):
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name.replace("_", " "))
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if name.startswith("hidden"):
                sheet.hide()
    return path


def test_a_cover_sheet_is_passed_over_and_said(tmp_path, opened, rows_of):
    cover = [["Отчёт о продажах"], [], ["Подготовил:", "Отдел аналитики"]]
    path = write_book(tmp_path / "a.xlsx", Обложка=cover, Данные=ROWS)

    source = opened(path)

    assert rows_of(source) == [("007", "2024-01-05", "12,5"), ("8", "2024-01-06", "7")]
    assert source.notes[0].en == (
        "Sheet: 'Данные', the only one with a table. There are also 'Обложка', without a table."
        " --sheet chooses another."
    )


def test_the_largest_of_several_tables_is_read_and_the_others_are_named(tmp_path, opened):
    codes = [["code", "meaning"], ["1", "new"], ["2", "old"]]
    path = write_book(tmp_path / "a.xlsx", Codes=codes, Data=[*ROWS, ["9", "2024-01-07", "1"]])

    source = opened(path)

    assert source.columns == ("id", "когда", "сумма")
    assert source.notes[0].en == (
        "Sheet: 'Data', the largest table (3 rows). Tables are also on 'Codes'."
        " --sheet chooses another."
    )


def test_sheets_with_the_same_columns_are_said_to_be_parts(tmp_path, opened):
    path = write_book(tmp_path / "a.xlsx", January=[*ROWS, ["9", "", "1"]], February=ROWS)

    assert opened(path).notes[0].ru == (
        "Лист: «January», самая большая таблица (3 строки). Те же столбцы на листах «February»:"
        " загрузите и каждый из них. Другой лист выбирает --sheet."
    )


def test_a_hidden_sheet_is_not_preferred(tmp_path, opened):
    path = write_book(tmp_path / "a.xlsx", Data=ROWS, hidden_one=[*ROWS, *ROWS[1:]])

    assert "'Data'" in opened(path).notes[0].en


def test_a_sheet_that_a_person_names_is_read_whatever_it_looks_like(tmp_path, opened):
    path = write_book(tmp_path / "a.xlsx", Cover=[["Report", "2024"]], Data=ROWS)

    assert opened(path, sheet="Cover").columns == ("column_1", "column_2")


ABOVE = [
    [["Отчёт о продажах"]],
    [["Отчёт о продажах", "", ""]],
    [["Отчёт"], [], ["Период:", "январь 2024"], ["Организация:", "ООО «Ромашка»", ""]],
    [["", "", ""], ["Отчёт", "", ""]],
]


@pytest.mark.parametrize("above", ABOVE, ids=["title", "padded", "parameters", "blank"])
def test_the_header_is_found_beneath_what_stands_above_it_in_a_sheet(tmp_path, opened, above):
    source = opened(write_book(tmp_path / "a.xlsx", Лист=[*above, *ROWS]))

    assert source.columns == ("id", "когда", "сумма")
    assert source.notes[-1].en.endswith(f"the header is row {len(above) + 1}.")


@pytest.mark.parametrize("above", ABOVE, ids=["title", "padded", "parameters", "blank"])
def test_the_header_is_found_beneath_what_stands_above_it_in_a_text(write, opened, rows_of, above):
    lines = [";".join(row) for row in [*above, *ROWS]]

    source = opened(write("\n".join(lines) + "\n"))

    assert source.columns == ("id", "когда", "сумма")
    assert rows_of(source) == [("007", "2024-01-05", "12,5"), ("8", "2024-01-06", "7")]
    assert source.notes[-1].ru.endswith(f"заголовок — строка {len(above) + 1}.")


def test_blank_lines_before_the_header_do_not_make_a_row_of_it(write, opened, rows_of):
    source = opened(write("\n\nid,spent\n1,5\n"))

    assert (source.columns, rows_of(source)) == (("id", "spent"), [("1", "5")])


@pytest.mark.parametrize(
    "rows",
    [
        [["7", "", ""], ["8", "5", "1"], ["9", "6", "2"]],
        [["7", "5", ""], ["8", "5", "1"], ["9", "6", "2"]],
        [["id", "name", ""], ["1", "Anna", "5"], ["2", "Boris", "6"]],
        [["id", "name"], ["1", "Anna"], ["2", ""]],
        [["", "mpg", "cyl"], ["Fiat", "32", "4"], ["Audi", "30", "4"]],
        [["review"], ["good"], ["bad"]],
        [],
    ],
    ids=["thin", "short", "nameless column", "plain", "nameless index", "one column", "nothing"],
)
def test_rows_of_the_table_are_not_taken_for_titles(rows):
    assert find_beginning(rows) == 0


GROUPED = [
    ["Клиент", "", "Январь", "", "Февраль", "", "Город"],
    ["Код", "Тариф", "Сумма", "Минуты", "Сумма", "Минуты", ""],
    ["007", "А", "12", "40", "13", "41", "Уфа"],
    ["008", "Б", "14", "50", "15", "51", "Омск"],
    ["009", "А", "16", "60", "17", "61", "Уфа"],
]
GROUPED_NAMES = (
    *("Код", "Тариф", "Январь Сумма", "Январь Минуты", "Февраль Сумма", "Февраль Минуты"),
    "Город",
)


def test_merged_cells_above_the_header_tell_its_repeating_names_apart(tmp_path, opened, rows_of):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Данные")
        sheet.merge_range(0, 0, 0, 1, "Клиент")
        sheet.merge_range(0, 2, 0, 3, "Январь")
        sheet.merge_range(0, 4, 0, 5, "Февраль")
        sheet.merge_range(0, 6, 1, 6, "Город")
        for number, row in enumerate(GROUPED[1:], start=1):
            sheet.write_row(number, 0, row[:6] if number == 1 else row)

    source = opened(path)

    assert source.columns == GROUPED_NAMES
    assert rows_of(source) == [tuple(row) for row in GROUPED[2:]]
    assert source.notes[-1].en.startswith("The header takes two rows")


@pytest.mark.parametrize("above", [[], [["Отчёт за два месяца"], []]])
def test_a_header_of_two_lines_is_read_beneath_titles_too(write, opened, rows_of, above):
    lines = [";".join(row) for row in [*above, *GROUPED]]

    source = opened(write("\n".join(lines) + "\n"))

    assert source.columns == GROUPED_NAMES
    assert rows_of(source) == [tuple(row) for row in GROUPED[2:]]
    assert source.notes[-1].ru.startswith("Заголовок занимает две строки")


def test_groups_whose_columns_do_not_repeat_leave_the_names_as_they_are(write, opened, rows_of):
    rows = [["Клиент", "", "Покупки", ""], ["Код", "Город", "Сумма", "День"], *_DAYS]

    source = opened(write("\n".join(";".join(row) for row in rows) + "\n"))

    assert source.columns == ("Код", "Город", "Сумма", "День")
    assert rows_of(source) == [tuple(row) for row in _DAYS]


_DAYS = [[f"00{n}", "Уфа", f"{n}", f"2024-01-0{n}"] for n in range(1, 6)]
