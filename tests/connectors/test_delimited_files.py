"""Delimited text: whatever the dialect and encoding, every line is a row or a rejected line."""

import codecs
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.connectors.files import open_file
from regulars.connectors.files.dialect import sniff
from regulars.connectors.files.encodings import find_encoding
from regulars.errors import InvalidParameterError, SchemaError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id,name\n1,Анна\n2,Иван\n", [("1", "Анна"), ("2", "Иван")]),
        ("id;price\n1;2,50\n2;3,75\n", [("1", "2,50"), ("2", "3,75")]),
        ("id\tname\n1\ta b\n", [("1", "a b")]),
        ("id|name\r\n1|x\r\n2|y\r\n", [("1", "x"), ("2", "y")]),
        ("id,name\r1,x\r2,y\r", [("1", "x"), ("2", "y")]),
        ("id,name\n1,x\n2,y", [("1", "x"), ("2", "y")]),
        ('id,note\n1,"two\nlines, ""quoted"""\n', [("1", 'two\nlines, "quoted"')]),
        ('id,pipe\n1,5" steel\n2,"6"" brass"\n', [("1", '5" steel'), ("2", '6" brass')]),
        ('id,note\n1,"a \\" b"\n2,c\n', [("1", 'a " b'), ("2", "c")]),
        ("id,name\n1,\n2,\n", [("1", None), ("2", None)]),
        ("sep=;\nid;name\n1;x\n", [("1", "x")]),
        ("Report for 2024\n# made by hand\nid,name\n1,x\n2,y\n", [("1", "x"), ("2", "y")]),
        ('Report "2024\nid,name\n1,x\n2,"y"\n', [("1", "x"), ("2", "y")]),
        ("review\ngood, cheap, fast\nbad\n", [("good, cheap, fast",), ("bad",)]),
        ("id\n007\n", [("007",)]),
        ("id,name\n1,x\n\n2,y\n", [("1", "x"), ("2", "y")]),
    ],
)
def test_a_dialect_is_found_out(write, opened, rows_of, connection, text, expected):
    source = opened(write(text))

    assert rows_of(source) == expected
    assert source.rejected_lines(connection) == []


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "koi8-r"]
)
def test_the_encoding_is_found_out(write, opened, rows_of, encoding):
    text = "клиент;город\nИванова Анна;Самара\nПетров Иван;Тверь\n"

    source = opened(write(text.encode(encoding)))

    assert source.columns == ("клиент", "город")
    assert rows_of(source) == [("Иванова Анна", "Самара"), ("Петров Иван", "Тверь")]


def test_a_western_encoding_is_found_out(write, opened, rows_of):
    text = "name,city\nFrançois Lefèvre,Orléans\nZoë Müller,Köln\n" * 20

    source = opened(write(text.encode("cp1252")))

    assert rows_of(source)[0] == ("François Lefèvre", "Orléans")


def test_cyrillic_deep_in_an_ascii_file_is_still_recognized(write, opened, rows_of):
    head = b"id,name\n" + b"1,plain ascii name\n" * 80_000

    source = opened(write(head + "2,Анна Иванова\n".encode("cp1251")))

    assert rows_of(source)[-1] == ("2", "Анна Иванова")
    assert source.notes[0].en == "Encoding: cp1251."


def test_lines_in_another_encoding_are_rejected_and_shown(write, opened, rows_of, connection):
    good = "1,Анна Иванова\n".encode() * 5

    source = opened(write(b"id,name\n" + good + "2,Иван\n".encode("cp1251") + good))

    assert len(rows_of(source)) == 10
    (line,) = source.rejected_lines(connection)
    assert (line.line_number, line.reason) == (7, "bad_encoding")
    assert line.text == "2,\ufffd\ufffd\ufffd\ufffd"


def test_a_line_of_utf8_in_a_cp1251_file_is_rejected(write, opened, rows_of, connection):
    good = "1;Анна Иванова;«ОАО»\r\n".encode("cp1251") * 5

    source = opened(write(b"id;name;firm\r\n" + good + "2;Иван;x\r\n".encode() + good))

    assert rows_of(source) == [("1", "Анна Иванова", "«ОАО»")] * 10
    (line,) = source.rejected_lines(connection)
    assert (line.line_number, line.text, line.reason) == (7, "2;Иван;x\ufffd", "bad_encoding")


def test_a_byte_that_the_said_encoding_lacks_rejects_its_line(write, opened, rows_of, connection):
    content = "id;имя\n1;Анна\n".encode("cp1251") + b"2;\x98\xe0\n3;x\n"

    source = opened(write(content), encoding="cp1251")

    assert rows_of(source) == [("1", "Анна"), ("3", "x")]
    (line,) = source.rejected_lines(connection)
    assert (line.line_number, line.text) == (3, "2;\ufffdа")


def test_ragged_lines_are_rejected_with_number_and_text(write, opened, rows_of, connection):
    source = opened(write("a,b,c\n1,2,3\n4,5\n\n6,7,8,9\n1,2,3\n"))

    assert rows_of(source) == [("1", "2", "3"), ("1", "2", "3")]
    assert [
        (line.line_number, line.text, line.reason) for line in source.rejected_lines(connection)
    ] == [(3, "4,5", "too_few_columns"), (5, "6,7,8,9", "too_many_columns")]


def test_a_quote_that_never_closes_costs_its_own_line_only(write, opened, rows_of, connection):
    rows = [f"{number},name {number}\n" for number in range(200_000)]
    rows[3] = '3,"name 3\n'

    source = opened(write("id,name\n" + "".join(rows)))

    assert len(rows_of(source)) == 199_999
    (line,) = source.rejected_lines(connection)
    assert (line.line_number, line.text, line.reason) == (5, '3,"name 3', "open_quote")


def test_the_original_is_never_touched(write, opened, rows_of):
    path = write('id,name\n1,"x\n2,y\n')
    before = path.read_bytes()

    rows_of(opened(path))

    assert path.read_bytes() == before


def test_mixed_line_ends_are_read(write, opened, rows_of, connection):
    source = opened(write("id,name\r\n1,x\n2,y\r\n3,z\n"))

    assert rows_of(source) == [("1", "x"), ("2", "y"), ("3", "z")]
    assert source.rejected_lines(connection) == []


def test_a_line_with_a_zero_byte_is_rejected(write, opened, rows_of, connection):
    source = opened(write(b"id,name\n1,x\x00y\n2,z\n" + b"3,plain\n" * 50))

    assert rows_of(source)[0] == ("2", "z")
    assert [line.line_number for line in source.rejected_lines(connection)] == [2]


def test_a_line_of_three_megabytes_is_rejected(write, opened, rows_of, connection):
    source = opened(write("id,name\n1,x\n2," + "y" * 3_000_000 + "\n3,z\n"))

    assert rows_of(source) == [("1", "x"), ("3", "z")]
    (line,) = source.rejected_lines(connection)
    assert (line.line_number, line.reason, len(line.text)) == (3, "line_too_long", 10_000)


def test_line_numbers_count_lines_inside_quotes(write, opened, rows_of, connection):
    source = opened(write('a,b\n1,"two\nlines"\n2,x\n3\n4,y\n'))

    assert len(rows_of(source)) == 3
    assert [line.line_number for line in source.rejected_lines(connection)] == [5]


def test_a_file_without_header_gets_numbered_columns(write, opened, rows_of):
    source = opened(write("1,2020-01-05\n2,2020-02-06\n"))

    assert (source.has_header, source.columns) == (False, ("column_1", "column_2"))
    assert rows_of(source) == [("1", "2020-01-05"), ("2", "2020-02-06")]


def test_given_names_replace_a_missing_header(write, opened, rows_of):
    source = opened(write("1,2020-01-05\n2,2020-02-06\n"), columns=["id", "at"])

    assert (source.has_header, source.columns) == (True, ("id", "at"))
    assert len(rows_of(source)) == 2


def test_too_few_given_names_are_refused_with_the_first_line(write, opened):
    with pytest.raises(SchemaError, match=r"has 2 columns, but 1 names .* '0', '0000-00-00'"):
        opened(write("1,2020-01-05\n2,2020-02-06\n"), columns=["id"])


def test_empty_and_repeated_names_are_made_unique(write, opened):
    source = opened(write("id,Name,,name\n1,a,b,c\n"))

    assert source.columns == ("id", "Name", "column_3", "name_2")
    assert "2: 'name'" not in source.notes[-1].en
    assert "4: 'name' → 'name_2'" in source.notes[-1].en


def test_a_header_only_is_a_table_without_rows(write, opened, rows_of):
    source = opened(write("id,name\n"))

    assert rows_of(source) == []
    assert source.notes[-1].en == "Only a header was found: there are no rows."


def test_a_wrong_guess_is_corrected_by_naming_the_delimiter(write, opened, rows_of):
    path = write("a:b\n1:x,y\n2:z,w\n")

    assert opened(path, delimiter=":").columns == ("a", "b")
    assert rows_of(opened(path, delimiter=":")) == [("1", "x,y"), ("2", "z,w")]


def test_quotes_can_be_switched_off(write, opened, rows_of):
    source = opened(write('a,b\n1,"x\n2,y"\n'), quote="")

    assert rows_of(source) == [("1", '"x'), ("2", 'y"')]


@pytest.mark.parametrize("delimiter", ["", "::", "\n", "ы"])
def test_a_delimiter_that_cannot_be_is_refused(write, opened, delimiter):
    with pytest.raises(InvalidParameterError, match="one character"):
        opened(write("a,b\n1,2\n"), delimiter=delimiter)


def test_an_unknown_encoding_is_refused(write, opened):
    with pytest.raises(InvalidParameterError, match=r"no encoding 'cp1252x'\. Try utf-8"):
        opened(write("a,b\n1,2\n"), encoding="cp1252x")


def test_ten_thousand_columns_are_read(write, opened, connection):
    header = ",".join(f"c{number}" for number in range(10_000))
    row = ",".join("1" for _ in range(10_000))

    source = opened(write(f"{header}\n" + f"{row}\n" * 3))

    assert len(source.columns) == 10_000
    query = f"SELECT count(*), sum(c9999::INTEGER) FROM {source.scan(connection)}"
    assert connection.execute(query).fetchone() == (3, 3)


def test_a_sample_reads_only_the_beginning(write, opened, connection, work_folder):
    path = write("id,name\n" + "".join(f"{number},name\n" for number in range(500_000)))
    source = opened(path)

    sample = source.sample(connection, 100)

    assert sample.num_rows == 100
    assert sample["id"].to_pylist()[:2] == ["0", "1"]
    copied = sum(file.stat().st_size for file in work_folder.rglob("*") if file.is_file())
    assert copied <= 1 << 20


def test_scanning_twice_rejects_each_line_once(write, opened, rows_of, connection):
    source = opened(write("a,b\n1,2\n3\n"))
    rows_of(source)

    rows_of(source)

    assert len(source.rejected_lines(connection)) == 1


def test_working_copies_are_removed(write, opened, rows_of, work_folder):
    source = opened(write("id;имя\n1;Анна\n".encode("cp1251")))
    rows_of(source)

    source.close()

    assert list(work_folder.iterdir()) == []


_CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\n\t"),
    max_size=8,
)


@given(
    rows=st.lists(st.tuples(_CELLS, _CELLS, _CELLS), min_size=1, max_size=30),
    delimiter=st.sampled_from(",;\t|"),
)
def test_what_a_csv_writer_wrote_comes_back(tmp_path_factory, rows, delimiter):
    import duckdb

    folder = tmp_path_factory.mktemp("round_trip")
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([("first", "second", "third"), *rows])
    path = folder / "rows.csv"
    path.write_bytes(written.getvalue().encode())

    source = open_file(path, work_folder=folder, delimiter=delimiter, has_header=True)
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT * FROM {source.scan(connection)}").fetchall()
        rejected = source.rejected_lines(connection)
    source.close()

    assert rejected == []
    assert found == [tuple(cell or None for cell in row) for row in rows]


@given(
    lines=st.lists(
        st.text(st.sampled_from("ab,\"' x"), min_size=1, max_size=12).filter(str.strip),
        min_size=1,
        max_size=40,
    )
)
def test_every_line_is_a_row_or_rejected(tmp_path_factory, lines):
    import duckdb

    folder = tmp_path_factory.mktemp("lines")
    path = folder / "rows.csv"
    path.write_text("first,second\n" + "\n".join(lines) + "\n")

    source = open_file(path, work_folder=folder, delimiter=",", has_header=True)
    with duckdb.connect() as connection:
        rows = connection.execute(f"SELECT * FROM {source.scan(connection)}").fetchall()
        rejected = source.rejected_lines(connection)
    source.close()

    # A record with a line end inside quotes stands on two lines, whether it was taken or not.
    taken = len(rows) + sum(str(cell).count("\n") for row in rows for cell in row)
    refused = len(rejected) + sum(line.text.count("\n") for line in rejected)
    assert taken + refused == len(lines)


@pytest.mark.parametrize("text", ["Иванова Анна Сергеевна", "Самара", "СРОЧНЫЙ ВКЛАД", "ёлка"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_short_russian_text_is_told_apart_by_its_letters(text, encoding):
    assert find_encoding(text.encode(encoding)) == encoding


@pytest.mark.parametrize("encoding", ["koi8-r", "cp866"])
def test_rarer_russian_encodings_need_a_few_words(encoding):
    assert find_encoding("Иванова Анна; Петров Пётр; город Самара".encode(encoding)) == encoding


def test_guillemets_after_capitals_are_not_taken_for_utf8():
    assert find_encoding("«ОАО» и «ЗАО»".encode("cp1251")) == "cp1251"


@pytest.mark.parametrize(
    ("mark", "name"), [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16")]
)
def test_a_byte_order_mark_decides(mark, name):
    assert find_encoding(mark + b"a") == name


@pytest.mark.parametrize(
    ("text", "has_header"),
    [
        ("id,name\n1,a\n2,b\n", True),
        ("name,city\nanna,omsk\nivan,tver\n", True),
        ("A11 6 A34 1169\nA12 48 A32 5951\nA14 12 A34 2096\n", False),
        ("a@x.ru,5\nb@y.ru,6\nc@z.ru,7\n", False),
    ],
)
def test_a_header_is_unlike_the_rows_beneath_it(text, has_header):
    assert sniff(text).has_header is has_header


def test_texts_with_commas_and_without_quotes_do_not_make_one_column_of_a_table():
    header = "customer_id,rated_on,rating,text\n"
    spilled = "".join(f"{n},2024-01-0{n},{n},good, but dear\n" for n in range(1, 8))

    dialect = sniff(header + "8,2024-01-08,5,good\n" + spilled)

    assert dialect.delimiter == ","
    assert dialect.first_record == ("customer_id", "rated_on", "rating", "text")


def test_sentences_under_a_title_with_commas_stay_one_column():
    sentences = "".join(f"cheap{', good' * (n % 5)}\n" for n in range(12))

    assert sniff("what people said, wrote, or drew\n" + sentences).is_single
