"""Bad input: an exit code, and a message with what, where, what was found and what to do."""

import gzip
import zipfile
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter
from desk import sums

pytestmark = pytest.mark.slow

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 20
GZIP = gzip.compress(
    b"customer_id,age\n" + b"".join(b"%d,%d\n" % (n, n * 7919 % 90) for n in range(5000))
)
GOOD = "customer_id,age,plan,churn\n" + "".join(
    f"{n},{20 + n * 7 % 50},{'ab'[n % 2]},{'yes' if n % 5 == 0 else 'no'}\n" for n in range(60)
)


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        (
            "empty.csv",
            "",
            "empty.csv is empty (0 bytes). Check the export that made it; nothing was loaded.",
        ),
        (
            "blank.csv",
            "\n\n  \n",
            "blank.csv holds nothing but blank lines. Check the export that made it.",
        ),
        (
            "picture.csv",
            PNG,
            "picture.csv is a PNG picture, not a table. Name the table itself.",
        ),
        (
            "cut.csv.gz",
            GZIP[:-2000],
            "cut.csv.gz: the compressed file is damaged or cut off (Compressed file ended before"
            " the end-of-stream marker was reached). Copy or download it again; nothing was loaded.",
        ),
    ],
)
@pytest.mark.parametrize("verb", ["load", "analyze"])
def test_a_file_that_is_no_table_is_refused(desk, verb, name, content, complaint):
    desk.write(name, content)

    ran = desk.run(verb, name, *(["-w", "ws"] if verb == "load" else []))

    assert (ran.code, ran.out, ran.complaint) == (1, "", complaint)
    assert desk.lake.list_loads() == []
    assert desk.list_leftovers() == []


def test_a_header_alone_loads_nothing_and_cannot_be_analyzed(desk):
    desk.write("head.csv", "customer_id,age\n")

    loaded = desk.load("head.csv")
    analyzed = desk.run("analyze", "head.csv")

    assert (loaded.code, sums(loaded.json)) == (0, (0, 0, 0, 0, 0))
    assert "Only a header was found: there are no rows." in [
        note["en"] for note in loaded.json["notes"]
    ]
    assert (analyzed.code, analyzed.complaint) == (
        1,
        "There is nothing to analyze: head.csv has 0 rows, and none could be loaded."
        " Check the export that made it, or correct a column: --map.",
    )


@pytest.mark.parametrize(
    ("language", "complaint"),
    [
        (
            "en",
            "There is nothing to analyze: calls.csv has 3 rows, and none could be loaded"
            " (a moment in the future; a value cannot be read).",
        ),
        (
            "ru",
            "Анализировать нечего: в calls.csv 3 строки, и ни одну не удалось загрузить"
            " (момент в будущем; значение не читается).",
        ),
    ],
)
def test_why_no_row_could_be_loaded_is_said_in_words(desk, language, complaint):
    moments = ["2999-01-05 10:00", "2999-01-06 10:00", "no day"]
    rows = "".join(f"{moment},1,call\n" for moment in moments)
    desk.write("calls.csv", f"occurred_at,customer_id,name\n{rows}")

    ran = desk.run("analyze", "calls.csv", "--kind", "events", "--lang", language)

    assert ran.code == 1
    assert ran.complaint.startswith(complaint)


@pytest.mark.parametrize(
    ("text", "count"), [("customer_id,age,city\n1,30,Paris\n", 1), ("customer_id\n1\n2\n3\n", 3)]
)
def test_one_row_and_one_column_are_loaded_and_analyzed(desk, text, count):
    desk.write("little.csv", text)

    loaded = desk.load("little.csv")
    analyzed = desk.run("analyze", "little.csv", "--format", "json")

    assert sums(loaded.json) == (count, count, 0, 0, 0)
    assert analyzed.code == 0
    assert analyzed.json["data"]["rows_loaded"] == count
    assert set(analyzed.json["why_absent"]) == {"segments", "churn", "contact_list"}


def test_lines_in_another_encoding_are_set_aside_and_the_rest_is_loaded(desk):
    lines = [
        "customer_id,city\n1,Самара\n".encode(),
        "2,Казань\n3,Уфа\n".encode("cp1251"),
        "4,Омск\n".encode(),
    ]

    told = desk.load(desk.write("mixed.csv", b"".join(lines))).json

    assert sums(told) == (4, 2, 0, 0, 2)
    assert told["quarantine_reasons"] == {"bad_encoding": 2}
    assert desk.read("profiles", "customer_id, city") == [("1", "Самара"), ("4", "Омск")]
    assert desk.read("quarantine", "source, source_row, reason") == [
        ("mixed.csv", 3, "bad_encoding"),
        ("mixed.csv", 4, "bad_encoding"),
    ]


@pytest.mark.slow
def test_ten_thousand_columns_are_loaded(desk):
    columns = [f"measure {n}" for n in range(9_999)]
    rows = [",".join([str(i), *(str((i * n) % 97) for n in range(9_999))]) for i in range(50)]

    told = desk.load_text("\n".join([",".join(["customer_id", *columns]), *rows]))

    assert sums(told) == (50, 50, 0, 0, 0)
    assert desk.read("profiles", "customer_id, measure_7, measure_9998")[1] == ("1", 7, 7)


def test_columns_of_the_same_name_are_all_kept_under_names_of_their_own(desk):
    told = desk.load_text("customer_id,age,age,Age\n1,30,31,32\n2,40,41,42\n3,50,51,52\n")

    assert desk.read("profiles", "customer_id, age, age_2, age_3") == [
        ("1", 30, 31, 32),
        ("2", 40, 41, 42),
        ("3", 50, 51, 52),
    ]
    assert any("age" in note["en"] and "age_2" in note["en"] for note in told["notes"])


def test_ids_that_come_twice_are_told_and_a_contradiction_is_set_aside(desk):
    told = desk.load_text("customer_id,age\n1,30\n1,30\n2,40\n2,41\n3,10\n")

    assert sums(told) == (5, 3, 0, 1, 1)
    assert desk.read("profiles", "customer_id, age") == [("1", 30), ("2", 41), ("3", 10)]
    assert desk.read("quarantine", "source_row, reason, raw") == [
        (
            4,
            "another row with the same key says otherwise; the last one counts",
            '{"customer_id":"2","age":"40"}',
        )
    ]


def test_columns_without_any_value_are_left_out_and_said(desk):
    ran = desk.run("load", desk.write("gaps.csv", "customer_id,a,b\n1,,NA\n2,,\n"), "-w", "ws")

    assert ran.code == 0
    assert ran.out.count("every value is missing") == 2
    assert desk.read("profiles", "customer_id") == [("1",), ("2",)]


ODD_PURCHASES = """\
order_id,customer_id,order_date,amount
001,007,2024-01-01,-5.50
002,008,1900-01-01,3
003,009,2999-01-01,4
004,010,2024-01-02,nan
005,011,2024-01-03,inf
006,012,2024-02-31,8
007,013,2024-01-04,7.25
"""


def test_odd_dates_and_amounts_are_found_and_only_the_impossible_is_set_aside(desk):
    told = desk.load_text(ODD_PURCHASES)

    assert sums(told) == (7, 4, 0, 0, 3)
    assert desk.read("purchases", "purchase_id, purchased_on, amount") == [
        ("001", date(2024, 1, 1), Decimal("-5.5")),
        ("002", date(1900, 1, 1), Decimal(3)),
        ("004", date(2024, 1, 2), None),
        ("007", date(2024, 1, 4), Decimal("7.25")),
    ]
    assert desk.read("quarantine", 'source_row, reason, "column"') == [
        (4, "purchases_in_future", None),
        (6, "unreadable", "amount"),
        (7, "unreadable", "order_date"),
    ]
    assert {finding["check"]: finding["count"] for finding in told["findings"]} == {
        "purchases_in_future": 1,
        "purchases_before_1990": 1,
        "purchases_without_amount": 1,
        "purchases_returned": 1,
    }


def test_dates_of_profiles_in_1900_and_in_the_future_are_kept_and_found(desk):
    told = desk.load_text(
        "customer_id,joined_on,plan\n1,1900-01-01,a\n2,2999-12-31,b\n3,2020-02-02,c\n"
    )

    assert sums(told) == (3, 3, 0, 0, 0)
    assert [finding["check"] for finding in told["findings"]] == ["profiles_impossible_date"]


def test_not_a_number_is_missing_and_infinity_is_set_aside(desk):
    rows = "".join(f"{n},{n}.5\n" for n in range(300))

    told = desk.load_text("customer_id,balance\n" + rows + "300,NaN\n301,inf\n302,-inf\n")

    assert sums(told) == (303, 301, 0, 0, 2)
    assert desk.read("profiles", "balance", order="try_cast(customer_id AS INT) DESC LIMIT 1") == [
        (None,)
    ]
    assert desk.read("quarantine", "source_row, reason") == [
        (303, "unreadable"),
        (304, "unreadable"),
    ]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--kind", "custmers"], "There is no kind 'custmers'. Did you mean 'customers'?"),
        (["--map", "agee=age"], "The source has no column 'agee'. Did you mean 'age'?"),
        (["--id", "custmer_id"], "The source has no column 'custmer_id'. Did you mean"),
        (["--drop", "plann"], "The source has no column 'plann'. Did you mean 'plan'?"),
        (["--outcome", "churned"], "The source has no column 'churned'. Did you mean 'churn'?"),
        (["--outcome", "churn=maybe"], "Column 'churn' has no value 'maybe'. It holds: no, yes."),
        (["--map", "age"], "--map 'age' is not of the form SOURCE=TARGET[:TYPE[:FORMAT]]."),
        (["--sheet", "2"], "good.csv has no sheets: it is text, not a workbook."),
        (["--encoding", "klingon"], "There is no encoding 'klingon'. Try utf-8, cp1251"),
        (["--delimiter", ";;"], "The delimiter must be one character of ASCII"),
    ],
)
def test_a_wrong_option_is_wrong_usage_and_offers_what_exists(desk, options, complaint):
    ran = desk.load(desk.write("good.csv", GOOD), *options)

    assert (ran.code, ran.out) == (2, "")
    assert complaint in ran.complaint
    assert desk.lake.list_loads() == []


def test_a_file_without_a_header_asks_for_names_and_says_how(desk):
    desk.write("bare.csv", "1,30,Paris\n2,40,London\n3,25,Rome\n4,50,Oslo\n")

    refused = desk.load("bare.csv")
    given = desk.load("bare.csv", "--columns", "customer_id,age,city")

    assert refused.code == 2
    assert refused.complaint.startswith(
        "bare.csv has no line with the names of its columns."
        " Name them: run the same command with --columns "
    )
    assert (given.code, sums(given.json)) == (0, (4, 4, 0, 0, 0))
    assert desk.read("profiles", "customer_id, age, city")[0] == ("1", 30, "Paris")


def test_a_wrong_sheet_names_the_sheets(desk):
    book = xlsxwriter.Workbook(desk.folder / "book.xlsx")
    for name in ("Clients", "Продажи"):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, ["customer_id", "plan"])
        sheet.write_row(1, 0, ["1", "gold"])
        sheet.write_row(2, 0, ["2", "basic"])
    book.close()

    refused = desk.load("book.xlsx", "--sheet", "Cleints")
    loaded = desk.load("book.xlsx", "--sheet", "Продажи")

    assert (refused.code, refused.complaint) == (
        1,
        "book.xlsx has no sheet 'Cleints'. Did you mean 'Clients'? Its sheets are 'Clients',"
        " 'Продажи'; choose one by name, or by number from 1 to 2.",
    )
    assert sums(loaded.json) == (2, 2, 0, 0, 0)


def test_a_wrong_member_of_a_zip_names_the_members(desk):
    with zipfile.ZipFile(desk.folder / "all.zip", "w") as archive:
        archive.writestr("clients.csv", GOOD)
        archive.writestr("orders.csv", "a,b\n1,2\n")

    refused = desk.load("all.zip::client.csv")

    assert refused.code == 1
    assert "Did you mean 'clients.csv'?" in refused.complaint
    assert "'orders.csv'" in refused.complaint


def test_a_missing_file_and_a_folder_say_what_is_there(desk):
    (desk.folder / "exports").mkdir()
    desk.write("exports/clients.csv", GOOD)
    desk.write("clients.csv", GOOD)

    missing, folder = desk.load("client.csv"), desk.load("exports")

    assert (missing.code, folder.code) == (1, 1)
    assert missing.complaint == (
        f"There is no file 'client.csv' in {desk.folder}. Did you mean 'clients.csv'?"
    )
    assert (
        folder.complaint
        == "exports is a folder, not a file. It holds 'clients.csv'. Name one file."
    )


def test_columns_that_are_called_as_the_lake_calls_its_own_are_kept_under_other_names(desk):
    told = desk.load_text(
        'customer_id,known_at,load_id,bucket,source_row,"SELECT ""x""; --","col\'umn"\n'
        "1,2020-01-01,a,3,9,q,u\n2,2020-01-02,b,4,8,w,v\n"
    )

    assert sums(told) == (2, 2, 0, 0, 0)
    kept = "bucket_2, load_id_2, source_row_2, select_x, col_umn"
    assert desk.read("profiles", kept) == [("3", "a", "9", "q", "u"), ("4", "b", "8", "w", "v")]


def test_a_very_long_text_is_kept_whole(desk):
    text = "слово " * 100_000

    desk.load_text(f"customer_id,note\n1,{text}\n2,short\n")

    assert desk.read("profiles", "length(note)") == [(5,), (len(text) - 1,)]


def test_a_line_with_nul_bytes_is_set_aside(desk):
    lines = b"".join(b"%d,a note of some length\n" % n for n in range(500))
    content = b"customer_id,note\n" + lines + b"500,a\x00b\n501,fine\n"

    told = desk.load(desk.write("nul.csv", content)).json

    assert sums(told) == (502, 501, 0, 0, 1)
    assert desk.read("quarantine", "source_row, reason") == [(502, "bad_encoding")]


def test_too_few_names_for_a_file_say_how_many_there_are(desk):
    ran = desk.load(desk.write("good.csv", GOOD), "--columns", "a,b")

    assert ran.code == 1
    assert ran.complaint == (
        "good.csv has 4 columns, but 2 names were given (a, b). Its first line looks like"
        " 'xxxxxxxx_xx', 'xxx', 'xxxx', 'xxxxx'. Give 4 names, in that order."
    )


def test_what_most_values_do_not_fit_stops_the_load_and_says_how_to_map(desk):
    rows = "".join(f"A{n},{n},2024-01-{1 + n % 28:02d},{n},red\n" for n in range(40))
    desk.write("orders.csv", "order_id,customer_id,order_date,amount,color\n" + rows)

    ran = desk.load("orders.csv", "--map", "color=currency", "--map", "order_id=amount")

    assert ran.code == 1
    assert "Column 'order_id' was mapped to amount (decimal), but 100% of its values" in ran.err
    assert "such as 'A0' in row 2" in ran.err
    assert '--map "order_id=TARGET:TYPE:FORMAT"' in ran.err


def test_a_time_zone_that_is_none_is_wrong_usage_and_nothing_is_made(desk):
    ran = desk.run("init", "new", "--time-zone", "Mars/Olympus")

    assert ran.code == 2
    assert "'Mars/Olympus' is no time zone" in ran.complaint
    assert not (desk.folder / "new").exists()


def test_a_database_address_given_to_analyze_is_refused_and_not_repeated(desk):
    ran = desk.run("analyze", "postgresql://boss:S3cretPw@db.local/crm")

    assert ran.code == 2
    assert "a database address was given" in ran.err
    assert "S3cretPw" not in ran.err + ran.out


def test_rows_without_an_id_are_not_taken_for_those_of_another_file(desk):
    desk.load_text("city,age\nSamara,30\nPerm,40\nTver,50\n")

    ran = desk.load(desk.write("others.csv", "city,age\nOmsk,31\nUfa,41\nKazan,51\n"))

    assert ran.code == 1
    assert "row 1 of one file is not row 1 of the other" in ran.err
    assert len(desk.read("profiles", "customer_id")) == 3


def test_contact_lists_can_be_read_by_their_owner_alone(desk):
    rows = "".join(f"{n},{'yes' if n % 3 == 0 else 'no'},{n % 7},{n % 3}\n" for n in range(120))
    file = desk.write("base.csv", "customer_id,churn,visits,calls\n" + rows)

    ran = desk.run("analyze", file, "--out", "out", "--top", "5")

    assert ran.code == 0
    modes = {name: (desk.folder / "out" / name).stat().st_mode & 0o777 for name in MODES}
    assert modes == MODES


MODES = {"contact_list.xlsx": 0o600, "contact_list.csv": 0o600, "report.html": 0o644}


def test_columns_named_like_our_own_are_loaded_again_and_again(desk):
    header = "customer_id,rowid,file_row_number,lake_file,row_place,bucket"
    rows = "".join(f"\nk{n},{n},{n + 1},{n + 2},{n + 3},{n + 4}" for n in range(5))

    first = desk.load_text(header + rows)
    again = desk.load_text(header + rows + "\nk9,9,9,9,9,9")

    assert sums(first) == (5, 5, 0, 0, 0)
    assert sums(again) == (6, 1, 0, 5, 0)


def test_where_most_rows_are_set_aside_it_is_said_how_a_file_can_be_read(desk):
    rows = "".join(f"'c{n}','Omsk, {n}','2024-01-01 10:00'\n" for n in range(20))
    file = desk.write("quoted.csv", "'customer_id','city','date'\n" + rows)

    as_it_is = desk.run("load", file, "-w", "ws")
    in_russian = desk.run("load", file, "-w", "ws", "--lang", "ru")
    as_quoted = desk.run("load", file, "-w", "ws", "--quote", "'")

    assert "Most rows were set aside" in as_it_is.out
    assert "--quote" in as_it_is.out
    assert "Отложено большинство строк" in in_russian.out
    assert "20 rows = 20 inserted" in as_quoted.out
    assert "Most rows" not in as_quoted.out
