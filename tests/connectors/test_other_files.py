"""Aligned text, baskets, workbooks, Parquet, JSON, XML and archives; and what is refused."""

import datetime as dt
import gzip
import io
import json
import os
import pwd
import zipfile
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from regulars.connectors.files import open_file
from regulars.errors import InvalidParameterError, NotFoundError, SourceError, UnknownNameError


def zip_of(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


@pytest.fixture
def workbook(tmp_path):
    path = tmp_path / "clients.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("пусто")
        sheet = book.add_worksheet("Клиенты")
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        moment = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
        sheet.write_row(0, 0, ["Отчёт"])
        sheet.write_row(2, 0, ["id", "когда", "сумма", "активен"])
        sheet.write_string(3, 0, "007")
        sheet.write_datetime(3, 1, dt.datetime(2020, 1, 5), day)
        sheet.write_number(3, 2, 12.5)
        sheet.write_boolean(3, 3, True)
        sheet.write_number(4, 0, 8)
        sheet.write_datetime(4, 1, dt.datetime(2020, 1, 5, 13, 45), moment)
        sheet.write_number(4, 2, 0.1 + 0.2)
        book.add_worksheet("other").write_row(0, 0, ["a", "b"])
    return path


def test_columns_aligned_by_spaces_are_read(write, opened, rows_of, connection):
    source = opened(write(" id  at       sum\r\n 001 19970101  11.77\r\n 002 19970112 77\r\n"))

    assert source.columns == ("id", "at", "sum")
    assert rows_of(source) == [("001", "19970101", "11.77"), ("002", "19970112", "77")]
    assert source.sample(connection, 1).to_pylist() == [
        {"id": "001", "at": "19970101", "sum": "11.77"}
    ]


def test_an_aligned_line_of_another_width_is_rejected(write, opened, rows_of, connection):
    source = opened(write("1 2 3\n" * 60 + "1 2\n"))

    assert len(rows_of(source)) == 60
    (line,) = source.rejected_lines(connection)
    assert (line.line_number, line.text, line.reason) == (61, "1 2", "too_few_columns")
    assert line.explanation.en.endswith("Found 2 cells, expected 3.")


def test_baskets_become_a_row_for_each_product(write, opened, rows_of):
    source = opened(write("milk,bread\n\nbutter\n"), layout="baskets")

    assert source.columns == ("basket_number", "product_id")
    assert rows_of(source) == [("1", "milk"), ("1", "bread"), ("3", "butter")]


def test_lines_of_different_widths_suggest_baskets(write, opened):
    source = opened(write("milk,bread\nbutter\nsalt\nmilk,salt,tea\n"))

    assert "--layout baskets" in source.notes[-1].en


BASKETS = "tea,milk\nmilk\nbread,tea,milk\nmilk,bread\ntea\n" * 6


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_lines_of_products_are_found_to_be_baskets(write, opened, rows_of, delimiter):
    source = opened(write(BASKETS.replace(",", delimiter)))

    assert (source.is_baskets, source.columns) == (True, ("basket_number", "product_id"))
    assert rows_of(source)[:3] == [("1", "tea"), ("1", "milk"), ("2", "milk")]
    assert "--layout table" in source.notes[-1].en


def test_codes_with_blanks_between_them_are_baskets(write, opened, rows_of):
    source = opened(write("36 38\n39\n36 39 41 38\n41\n38 39 41\n" * 6))

    assert rows_of(source)[:3] == [("1", "36"), ("1", "38"), ("2", "39")]


@pytest.mark.parametrize(
    "text",
    [
        "review\n" + "good, cheap\ncheap, fast, good\nfast\ngood\n" * 10,
        "the tea is good\nthe milk\nis the tea good\nmilk\n" * 10,
        "id,city,note\n" + "1,Rome,ok\n2,Paris\n3,Rome,ok,more\n" * 10,
        BASKETS[:30],
    ],
    ids=["a header that comes once", "prose", "a table with broken lines", "too few lines"],
)
def test_what_may_be_a_table_is_not_taken_for_baskets(write, opened, text):
    assert not opened(write(text)).is_baskets


@pytest.mark.parametrize("said", [{"layout": "table"}, {"has_header": False}, {"delimiter": ","}])
def test_what_a_person_says_of_a_table_is_not_overruled_by_baskets(write, opened, said):
    assert not opened(write(BASKETS), **said).is_baskets


def test_an_unknown_layout_is_refused(write, opened):
    with pytest.raises(UnknownNameError, match=r"no layout 'basket'\. Did you mean 'baskets'"):
        opened(write("a\n1\n"), layout="basket")


def test_the_sheet_with_the_table_is_read_and_said(workbook, opened, rows_of):
    source = opened(workbook)

    assert source.columns == ("id", "когда", "сумма", "активен")
    assert rows_of(source) == [
        ("007", "2020-01-05", "12.5", "true"),
        ("8", "2020-01-05 13:45:00", "0.3", None),
    ]
    assert source.notes[0].ru == (
        "Лист: «Клиенты», единственный с таблицей. Есть ещё «пусто», «other», таблиц на них нет."
        " Другой лист выбирает --sheet."
    )


@pytest.mark.parametrize("sheet", ["other", 3, "3"])
def test_a_sheet_is_chosen_by_name_or_number(workbook, opened, sheet):
    assert opened(workbook, sheet=sheet).columns == ("a", "b")


def test_a_wrong_sheet_names_those_that_exist(workbook, opened):
    with pytest.raises(NotFoundError) as caught:
        opened(workbook, sheet="Клиент")

    assert str(caught.value) == (
        "clients.xlsx has no sheet 'Клиент'. Did you mean 'Клиенты'? Its sheets are 'пусто',"
        " 'Клиенты', 'other'; choose one by name, or by number from 1 to 3."
    )


def test_a_sheet_of_a_text_file_is_refused(write, opened):
    with pytest.raises(InvalidParameterError, match="has no sheets: it is text"):
        opened(write("a,b\n1,2\n"), sheet="x")


def test_two_sheets_have_different_fingerprints(workbook, opened):
    assert opened(workbook, sheet=2).fingerprint() != opened(workbook, sheet="other").fingerprint()


def test_parquet_keeps_its_types(tmp_path, opened, rows_of, connection):
    path = tmp_path / "rows.parquet"
    table = pa.table(
        {
            "id": ["007"],
            "sum": [Decimal("1.10")],
            "at": [dt.datetime(2020, 1, 5, 12)],
            "tags": [["a", "b"]],
            "ID": [1],
        }
    )
    pq.write_table(table, path)

    source = opened(path)

    assert source.columns == ("id", "sum", "at", "tags", "ID_2")
    assert rows_of(source) == [
        ("007", Decimal("1.10"), dt.datetime(2020, 1, 5, 12), '["a","b"]', 1)
    ]
    assert source.sample(connection, 1)["sum"].to_pylist() == ["1.10"]


def test_json_lines_keep_numbers_as_written(write, opened, rows_of, connection):
    lines = [
        '{"id": "007", "sum": 1.10, "on": true, "who": {"name": "Анна", "tags": [1.50, "x"]}}',
        '{"id": "008", "late": null, "extra": "y"}',
        '{"id": "009"',
    ]

    source = opened(write("\n".join(lines), "clients.jsonl"))

    assert source.columns == ("id", "sum", "on", "who.name", "who.tags", "late", "extra")
    assert rows_of(source) == [
        ("007", "1.10", "true", "Анна", '[1.50, "x"]', None, None),
        ("008", None, None, None, None, None, "y"),
    ]
    (line,) = source.rejected_lines(connection)
    assert (line.line_number, line.text, line.reason) == (3, '{"id": "009"', "not_json")


@pytest.mark.parametrize("indent", [None, 2])
def test_a_json_array_is_read(write, opened, rows_of, indent):
    text = json.dumps([{"id": number, "name": "x"} for number in range(3)], indent=indent)

    assert rows_of(opened(write(text, "rows.json"))) == [("0", "x"), ("1", "x"), ("2", "x")]


def test_json_that_breaks_off_is_an_error(write, opened):
    with pytest.raises(SourceError, match="breaks off or is not well formed"):
        opened(write('[\n  {"id": 1},\n  {"id": ', "rows.json"))


def test_the_xml_of_phpmyadmin_is_read(write, opened, rows_of):
    text = (
        '<?xml version="1.0" encoding="utf-8"?><pma_xml_export version="1.0"><database name="d">'
        '<table name="t"><column name="id">1</column><column name="text">МТС</column></table>'
        '<table name="t"><column name="id">2</column><column name="text">NULL</column></table>'
        "</database></pma_xml_export>"
    )

    source = opened(write(text, "dump.xml"))

    assert source.columns == ("id", "text")
    assert rows_of(source) == [("1", "МТС"), ("2", None)]


def test_other_xml_is_refused(write, opened):
    with pytest.raises(SourceError, match="only exports of phpMyAdmin are read"):
        opened(write('<?xml version="1.0"?><svg></svg>', "picture.xml"))


def test_gzip_is_read_whatever_its_name(write, opened, rows_of):
    source = opened(write(gzip.compress("id;имя\n1;Анна\n".encode("cp1251")), "clients.csv"))

    assert rows_of(source) == [("1", "Анна")]


def test_a_name_that_only_claims_gzip_is_read_as_it_is(write, opened, rows_of):
    assert rows_of(opened(write("id,name\n1,x\n", "clients.csv.gz"))) == [("1", "x")]


def test_the_only_file_of_a_zip_is_read(write, opened, rows_of):
    source = opened(write(zip_of({"in/a.csv": "id,name\n1,x\n", "__MACOSX/a": "?"}), "a.zip"))

    assert source.name == "a.zip::in/a.csv"
    assert rows_of(source) == [("1", "x")]


def test_several_files_in_a_zip_are_listed_as_they_are_to_be_named(write, opened, rows_of):
    path = write(zip_of({"a.csv": "id,name\n1,x\n", "b.csv": "id,name\n2,y\n"}), "two.zip")

    with pytest.raises(SourceError, match="holds 2 files") as caught:
        opened(path)

    assert f'"{path}::b.csv"' in str(caught.value)
    assert rows_of(opened(f"{path}::b.csv")) == [("2", "y")]
    assert opened(f"{path}::a.csv").fingerprint() != opened(f"{path}::b.csv").fingerprint()


def test_a_wrong_member_names_the_nearest(write, opened):
    path = write(zip_of({"clients.csv": "id\n1\n"}), "a.zip")

    with pytest.raises(NotFoundError, match=r"no file 'client\.csv' inside\. Did you mean 'clie"):
        opened(f"{path}::client.csv")


def test_a_workbook_inside_a_zip_is_read(write, workbook, opened):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(workbook, "clients.xlsx")

    assert opened(write(packed.getvalue(), "a.zip"), sheet="other").columns == ("a", "b")


@pytest.mark.parametrize("name", ["[1]*.csv", "Клиенты и 'друзья'.csv", 'a "b".csv', "year=1?.csv"])
def test_any_name_means_the_one_file(write, opened, rows_of, name):
    write("id,name\n9,z\n", "1x.csv")

    source = opened(write("id,name\n1,x\n", name))

    assert rows_of(source) == [("1", "x")]
    assert source.name == name


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"clients\.csv is empty \(0 bytes\)"),
        (b"\n \n\n", "nothing but blank lines"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "is a PNG picture"),
        (b"%PDF-1.7\n", "is a PDF document"),
        (b"MZ\x90\x00\x03\x00" + bytes(60), "is a Windows program"),
        (b"\xd0\xcf\x11\xe0" + bytes(500), r"old Excel or Word file .* Save it as \.xlsx"),
        (b"SQLite format 3\x00" + bytes(80), "sqlite:///path"),
        (bytes(range(256)) * 16, "is binary and of a kind that is not known"),
        (b"<!DOCTYPE html><html>", "is a web page"),
        (b"PAR1" + bytes(50), "begins as a Parquet file but is damaged"),
        (b"PK\x03\x04" + bytes(50), "starts as a zip archive but is damaged"),
    ],
)
def test_what_is_no_table_is_named(write, opened, work_folder, content, message):
    with pytest.raises(SourceError, match=message):
        opened(write(content))

    assert list(work_folder.iterdir()) == []


def test_a_gzip_that_is_cut_off_loads_nothing(write, opened, rows_of):
    text = "".join(f"{number},{number * 7919 % 100_003}\n" for number in range(300_000))
    packed = gzip.compress(("id,value\n" + text).encode())

    with pytest.raises(SourceError, match=r"damaged or cut off .* nothing was loaded"):
        rows_of(opened(write(packed[: len(packed) // 2], "big.csv.gz")))


def test_a_zip_with_a_password_is_refused(write, opened):
    packed = bytearray(zip_of({"a.csv": "id\n1\n"}))
    # The flag in the header of the file and in the directory at the end.
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1

    with pytest.raises(SourceError, match="protected with a password"):
        opened(write(bytes(packed), "a.zip"))


def test_a_missing_file_suggests_the_nearest_name(write, opened):
    path = write("id\n1\n", "clients_2024.csv")

    with pytest.raises(NotFoundError, match=r"Did you mean 'clients_2024\.csv'\?"):
        opened(path.with_name("client_2024.csv"))


def test_a_missing_folder_is_said(tmp_path, opened):
    with pytest.raises(NotFoundError, match="There is no folder"):
        opened(tmp_path / "nowhere" / "a.csv")


def test_a_folder_lists_its_files(write, opened):
    path = write("id\n1\n")

    with pytest.raises(SourceError, match=r"is a folder, not a file\. It holds 'clients\.csv'"):
        opened(path.parent)


@pytest.fixture
def closed_file(write, work_folder):
    """A file that may not be read, even by root, who steps down for the while."""
    path = write("id\n1\n")
    path.chmod(0)
    before = os.geteuid()
    os.seteuid(pwd.getpwnam("nobody").pw_uid if before == 0 else before)
    yield path
    os.seteuid(before)


def test_a_file_without_permission_is_said(closed_file, work_folder):
    with pytest.raises(SourceError, match="may not be read by this user"):
        open_file(closed_file, work_folder=work_folder)


def test_the_fingerprint_is_that_of_sha256sum(write, opened):
    path = write("abc")

    assert opened(path).fingerprint() == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


def test_reading_in_another_way_changes_the_fingerprint(write, opened):
    path = write("id;имя\n1;Анна\n".encode("cp1251"))

    assert opened(path).fingerprint() != opened(path, encoding="koi8-r").fingerprint()


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [
        ("telco/Telco-Customer-Churn.csv", 7_043, 21),
        ("cdnow/CDNOW_master.txt", 69_659, 4),
        ("cdnow/CDNOW_sample.txt", 6_919, 5),
        ("online_retail/online_retail.parquet", 541_909, 8),
        (
            "bank_marketing/bank-additional.zip::bank-additional/bank-additional-full.csv",
            41_188,
            21,
        ),
        ("hillstrom/hillstrom_email_data.csv", 64_000, 12),
        ("tv_churn/churn_tv_subscriptions.csv.gz", 9_379, 52),
        ("complete_journey/complete_journey_transactions_sample.csv.gz", 75_000, 11),
        ("online_shoppers/online_shoppers_intention.csv", 12_330, 18),
        ("shop_events/simple-onlineshop.csv", 32_283, 3),
        ("copenhagen_calls/sms.csv", 24_333, 3),
        ("german_credit/german.data", 1_000, 21),
        ("telecom_tweets_ru/train_2015.xml", 5_000, 11),
        ("wholesale/Wholesale customers data.csv", 440, 8),
    ],
)
def test_real_files_are_read_whole(dataset, opened, connection, name, rows, columns):
    path, _, member = name.partition("::")
    source = opened(f"{dataset(path)}::{member}" if member else dataset(path))

    query = f"SELECT count(*) FROM (SELECT * FROM {source.scan(connection)})"

    assert connection.execute(query).fetchone() == (rows,)
    assert len(source.columns) == columns
    assert source.rejected_lines(connection) == []


@pytest.mark.data
def test_groceries_are_9835_baskets(dataset, opened, connection):
    source = opened(dataset("groceries/groceries.csv"), layout="baskets")

    query = (
        "SELECT count(DISTINCT basket_number), count(DISTINCT product_id)"
        f" FROM {source.scan(connection)}"
    )

    assert connection.execute(query).fetchone() == (9_835, 169)


def test_the_functions_are_found_by_their_package():
    assert open_file.__module__ == "regulars.connectors.files.opening"
