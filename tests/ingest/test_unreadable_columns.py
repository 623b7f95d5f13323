"""Columns that look like numbers or dates and cannot all be read so."""

import pytest
from desk import sums

from regulars.schema.mapping import Mapping


def make_rows(bad, *, head="id,income,joined"):
    """Sixty customers, some with `bad` for an income."""
    lines = [
        f"{100 + n},{bad if n % 20 == 0 else n * 13 + 7},2024-01-{n % 28 + 1:02}" for n in range(60)
    ]
    return "\n".join([head, *lines]) + "\n"


def find_mapping(desk):
    (file,) = (desk.workspace / "mappings").iterdir()
    return Mapping.from_toml(file.read_text("utf-8"), where=file.name)


def test_a_column_that_becomes_text_is_a_finding_with_examples_and_a_remedy(desk):
    told = desk.load_text(make_rows("see note"))

    assert sums(told) == (60, 60, 0, 0, 0)
    (finding,) = told["findings"]
    assert (finding["check"], finding["column"], finding["count"], finding["share"]) == (
        "unreadable_values",
        "income",
        3,
        0.05,
    )
    assert finding["examples"] == [{"income": "see note"}]
    assert finding["sentence"] == {
        "en": "Column 'income' looks like numbers, but 3 values (5%) cannot be read so"
        " (such as 'see note'), and it is kept as text. To read numbers and set such rows aside:"
        ' --map "income=income_read:integer".',
        "ru": "Столбец «income» похож на числа, но 3 значения (5\u00a0%) прочитать так нельзя"
        " (например, «see note»), поэтому он оставлен текстом. Чтобы читать его как числа, а такие"
        ' строки отложить: --map "income=income_read:integer".',
    }


def test_the_mapping_of_a_column_that_became_text_has_no_format_left(desk):
    incomes = ["about 5", *(f"1 {n:03},5" for n in range(30))]
    desk.load_text("\n".join(["id;income", *(f"{n};{one}" for n, one in enumerate(incomes))]))

    column = find_mapping(desk).get_source("income")

    assert (column.type, column.format, column.decimal, column.thousands) == (
        "string",
        None,
        ".",
        None,
    )


def test_the_remedy_of_the_finding_works(desk):
    desk.load_text(make_rows("see note"))

    told = desk.load(desk.folder / "rows.csv", "--map", "income=income_read:integer").json

    assert sums(told) == (60, 0, 57, 0, 3)
    assert told["quarantine_reasons"] == {"unreadable": 3}
    # What the file had brought is as it is read now, the rows that are set aside included.
    assert desk.read("profiles", "count(*), count(income_read)") == [(57, 57)]
    assert ("20", 20) in desk.read("profiles", "income, income_read")
    assert [finding["check"] for finding in told["findings"]] == ["rows_read_otherwise"]


def test_a_person_who_says_number_gets_numbers_at_once(desk):
    told = desk.load_text(make_rows("see note"), "--map", "income=numeric")

    assert (sums(told), told["findings"]) == ((60, 57, 0, 0, 3), [])


def test_examples_of_unreadable_values_hide_what_looks_personal(desk):
    told = desk.load_text(make_rows("call +7 916 123-45-67"))

    assert told["findings"][0]["examples"] == [{"income": "call ***"}]


def test_a_birth_date_that_cannot_be_read_stays_personal(desk):
    rows = make_rows(5, head="id,income,birth date").replace("2024-01-02", "unsaid")
    told = desk.load_text(rows)

    assert sums(told) == (60, 60, 0, 0, 0)
    (finding,) = told["findings"]
    assert (finding["column"], finding["count"], finding["examples"]) == ("birth_on", 3, [])
    assert find_mapping(desk).get_source("birth date").role == "personal"
    assert "unsaid" not in str(desk.read("profiles"))


@pytest.mark.parametrize("bad", ["?", "н/д", "-"])
def test_words_for_nothing_are_missing_and_not_unreadable(desk, bad):
    told = desk.load_text(make_rows(bad))

    assert told["findings"] == []
    assert desk.read("profiles", "count(income)", order="1") == [(57,)]


def test_rare_fractions_among_whole_numbers_are_read_although_a_word_is_not(desk):
    incomes = [str(10 * n) for n in range(20_000)]
    incomes[3], incomes[5] = "720.37", "N"

    told = desk.load_text(
        "\n".join(["id,income", *(f"{n},{one}" for n, one in enumerate(incomes))])
    )

    assert sums(told) == (20_000, 19_999, 0, 0, 1)
    assert desk.read("profiles", "sum(income)") == [(1999900720.37 - 80.0,)]
