"""Files as people and their programs write them, each loaded as it comes, in both languages."""

from datetime import date

import pytest
import xlsxwriter
from desk import sums

ROWS = 36
# What is loaded is the same in both; the second time is for the words.
LANGUAGES = ["en", pytest.param("ru", marks=pytest.mark.slow)]
_MONTHS_RU = ["янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"]
_LONG_MONTHS_RU = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def table(head, row, *, end=""):
    """A text with a row for each number from 0, and what stands beneath."""
    return "\n".join([head, *(row(n) for n in range(ROWS))]) + "\n" + end


def month(names, n):
    return names[n % 12]


# Name → the content, the column looked at, its role and type, and its first values by customer.
FILES = {
    "semicolons, decimal comma, cp1251": (
        table("Код клиента;Баланс", lambda n: f"{n:03};{n * 1000 - 5},5").encode("cp1251"),
        ("баланс", "numeric", "float", [-5.5, 995.5]),
    ),
    "tabs": (
        table("id\tspent", lambda n: f"{n:03}\t{n}.25"),
        ("spent", "numeric", "float", [0.25, 1.25]),
    ),
    "pipes": (
        table("id|note|spent", lambda n: f"{n:03}|a, b; c|{n}.25"),
        ("note", "category", "string", ["a, b; c", "a, b; c"]),
    ),
    "UTF-16 with its mark": (
        table("id\tгород", lambda n: f"{n:03}\tУфа-{n % 3}").encode("utf-16"),
        ("город", "category", "string", ["Уфа-0", "Уфа-1"]),
    ),
    "UTF-8 with its mark": (
        table("id;город", lambda n: f"{n:03};Уфа-{n % 3}").encode("utf-8-sig"),
        ("город", "category", "string", ["Уфа-0", "Уфа-1"]),
    ),
    "doubled quotes": (
        table("id,firm", lambda n: f'{n:03},"ООО ""Заря {n % 3}"", Уфа"'),
        ("firm", "category", "string", ['ООО "Заря 0", Уфа', 'ООО "Заря 1", Уфа']),
    ),
    "a delimiter at the end of lines": (
        table("id;spent;", lambda n: f"{n:03};{n};"),
        ("spent", "numeric", "integer", [0, 1]),
    ),
    "nameless and empty columns": (
        table("id;;spent;;", lambda n: f"{n:03};;{n};;"),
        ("spent", "numeric", "integer", [0, 1]),
    ),
    "thousands apart by spaces that do not break": (
        table("id;сумма", lambda n: f"{n:03};{n + 1}\u00a0234\u00a0567,50"),
        ("сумма", "numeric", "float", [1234567.5, 2234567.5]),
    ),
    "percents": (
        table("id;скидка", lambda n: f"{n:03};{n},5 %"),
        ("скидка", "numeric", "float", [0.5, 1.5]),
    ),
    "rubles": (
        table("id;баланс", lambda n: f"{n:03};{n + 1} 234,50 ₽"),
        ("баланс", "numeric", "float", [1234.5, 2234.5]),
    ),
    "dollars": (
        table("id,balance", lambda n: f'{n:03},"${n + 1},234.50"'),
        ("balance", "numeric", "float", [1234.5, 2234.5]),
    ),
    "negative dollars": (
        table("id,balance", lambda n: f'{n:03},"-${n + 1},234.50"'),
        ("balance", "numeric", "float", [-1234.5, -2234.5]),
    ),
    "negatives in parentheses": (
        table("id,balance", lambda n: f'{n:03},"({n + 1},100.50)"' if n % 2 else f"{n:03},{n}.25"),
        ("balance", "numeric", "float", [0.25, -2100.5]),
    ),
    "the minus at the end": (
        table("id;остаток", lambda n: f"{n:03};{n},50-"),
        ("остаток", "numeric", "float", [-0.5, -1.5]),
    ),
    "short Russian months": (
        table("id;подключён", lambda n: f"{n:03};{n % 28 + 1} {month(_MONTHS_RU, n)} 2024"),
        ("подключён", "date", "date", [date(2024, 1, 1), date(2024, 2, 2)]),
    ),
    "long Russian months": (
        table("id;договор", lambda n: f"{n:03};{n % 28 + 1} {month(_LONG_MONTHS_RU, n)} 2023 г."),
        ("договор", "date", "date", [date(2023, 1, 1), date(2023, 2, 2)]),
    ),
    "English months": (
        table("id,joined", lambda n: f'{n:03},"{month(_MONTHS, n)} {n % 28 + 1}, 2024"'),
        ("joined", "date", "date", [date(2024, 1, 1), date(2024, 2, 2)]),
    ),
    "months as databases print them": (
        table("id,joined", lambda n: f"{n:03},{n % 28 + 1:02}-{month(_MONTHS, n).upper()}-24"),
        ("joined", "date", "date", [date(2024, 1, 1), date(2024, 2, 2)]),
    ),
    "quarters": (
        table("id,cohort", lambda n: f"{n:03},202{n % 4}-Q{n % 4 + 1}"),
        ("cohort", "category", "string", ["2020-Q1", "2021-Q2"]),
    ),
    "yes and no in Russian": (
        table("id;согласие", lambda n: f"{n:03};{'Нет' if n % 2 else 'Да'}"),
        ("согласие", "category", "string", ["Да", "Нет"]),
    ),
    "dates in three ways": (
        table(
            "id,joined",
            lambda n: (
                f"{n:03},"
                + (
                    f"2024-01-{n % 28 + 1:02}",
                    f"{n % 28 + 1:02}.02.2024",
                    f"{n % 28 + 1:02}/03/2024",
                )[n % 3]
            ),
        ),
        ("joined", "date", "date", [date(2024, 1, 1), date(2024, 2, 2)]),
    ),
    "years of two digits": (
        table("id;дата", lambda n: f"{n:03};{n % 28 + 1:02}.{n % 12 + 1:02}.{(98 + n) % 100:02}"),
        ("дата", "date", "date", [date(1998, 1, 1), date(1999, 2, 2)]),
    ),
    "durations": (
        table("id,talk time", lambda n: f"{n:03},{n % 3:02}:{n:02}:45"),
        ("talk_time", "numeric", "integer", [45, 3705]),
    ),
    "codes with leading zeros": (
        table("id,store", lambda n: f"{n:08},0{n % 9}"),
        ("store", "category", "string", ["00", "01"]),
    ),
    "powers of ten": (
        table("id,reach", lambda n: f"{n:03},{n + 1}.5E+0{n % 4}"),
        ("reach", "numeric", "float", [1.5, 25.0]),
    ),
    "errors of a spreadsheet": (
        table("id,rate", lambda n: f"{n:03},{'#DIV/0!' if n % 9 == 1 else n / 8}"),
        ("rate", "numeric", "float", [0.0, None]),
    ),
    "apostrophes that mark a text": (
        table("id,tariff", lambda n: f"'{n:03},'0{n % 7}"),
        ("tariff", "category", "string", ["00", "01"]),
    ),
    "blanks around everything": (
        table(" ID клиента ; Сумма ", lambda n: f" {n:03} ; {n},5 "),
        ("сумма", "numeric", "float", [0.5, 1.5]),
    ),
    "titles above": (
        table(
            "Отчёт о клиентах\n\nПериод:;январь\nКод;Город;Сумма", lambda n: f"{n:03};Уфа;{n},5"
        ).encode("cp1251"),
        ("сумма", "numeric", "float", [0.5, 1.5]),
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FILES)
def test_an_odd_file_is_understood(desk, name, language):
    content, (column, role, kind, first) = FILES[name]
    path = desk.write("clients.csv", content)

    ran = desk.run("load", path, "-w", desk.workspace, "--lang", language)
    again = desk.load(path).json

    assert ran.code == 0, ran.err
    assert (sums(again), again["is_repeat"], again["kind"]) == (
        (ROWS, 0, 0, ROWS, 0),
        True,
        "customers",
    )
    stored = desk.read("profiles", f'"{column}"', order="customer_id LIMIT 2")
    assert [value for (value,) in stored] == first
    mapping = (next((desk.workspace / "mappings").iterdir())).read_text("utf-8")
    assert f'target = "{column}"\nrole = "{role}"\ntype = "{kind}"' in mapping


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_export_with_titles_decimal_commas_and_a_total(desk, language):
    rows = "".join(
        f"{n:05};{n % 5 + 1};{n % 28 + 1:02}.01.2024;Товар {n % 7};{n % 4 + 1},000;1 {200 + n},50\n"
        for n in range(ROWS)
    )
    text = (
        "Продажи\n\nПериод:;01.01.2024 - 31.01.2024\nОрганизация:;ООО «Ромашка»\n\n"
        "Номер заказа;Код клиента;Дата;Номенклатура;Количество;Сумма\n"
        f"{rows}Итого;;;;98,000;21 345,50\n"
    )

    told = desk.load(desk.write("продажи.csv", text.encode("cp1251")), "--lang", language).json

    assert (told["kind"], sums(told)) == ("purchases", (ROWS + 1, ROWS, 0, 0, 1))
    assert desk.read("quarantine", "source_row, reason") == [(7 + ROWS, "total_row")]
    assert desk.read("purchase_items", "purchase_id, line_amount::FLOAT", order="1 LIMIT 1") == [
        ("00000", 1200.5)
    ]


def test_a_workbook_with_a_cover_merged_titles_and_a_total(desk):
    path = desk.folder / "clients.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Обложка").write_column(0, 0, ["Отчёт", "Отдел продаж"])
        sheet = book.add_worksheet("Данные")
        sheet.merge_range(0, 0, 0, 2, "Клиенты на 1 февраля")
        sheet.write_row(2, 0, ["Код", "Город", "Баланс"])
        for n in range(ROWS):
            sheet.write_row(3 + n, 0, [f"{n:05}", "Уфа", n * 1.5])
        sheet.write_row(3 + ROWS, 0, ["Итого", "", 945])

    told = desk.load(path).json

    assert sums(told) == (ROWS + 1, ROWS, 0, 0, 1)
    assert desk.read("quarantine", "source_row, reason") == [(4 + ROWS, "total_row")]
    assert desk.read("profiles", "customer_id, баланс", order="1 LIMIT 2") == [
        ("00000", 0.0),
        ("00001", 1.5),
    ]


def test_orders_of_customers_known_by_their_phone_are_kept_under_pseudonyms(desk):
    rows = "".join(f"A{n},+7916123450{n % 5},2024-01-{n % 28 + 1:02},{n}.5\n" for n in range(ROWS))

    told = desk.load_text("order_id,customer,order_date,amount\n" + rows)

    assert sums(told) == (ROWS, ROWS, 0, 0, 0)
    assert desk.read("purchases", "count(DISTINCT customer_id)", order="1") == [(5,)]
    assert "7916" not in str(desk.read("purchases", "customer_id"))
