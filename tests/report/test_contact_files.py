import csv
import re
import zipfile
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from regulars.campaigns import build_contact_list
from regulars.errors import InvalidParameterError, StorageError
from regulars.report.excel import write_contact_list
from regulars.report.parts import RiskBand
from regulars.report.tables import (
    CUSTOMERS_SCHEMA,
    neutralize,
    write_contact_list_csv,
    write_customers,
    write_quarantine,
)
from regulars.schema.wording import Wording

NAMES = [
    "Иванова Анна",
    '=HYPERLINK("http://x","y")',
    "@SUM(1)",
    "-2+3",
    "\t=1",
    "+1+cmd|' /C calc'!A0",
]
PHONES = ["+7 (999) 001-23-45", None, "89990012345", None, None, None]


def _scores():
    reason = {
        "feature": "failed_payments_90d",
        "value": "3",
        "peer_value": "0",
        "contribution": 0.8,
        "text": "=3 failed payments",
    }
    count = len(NAMES)
    return pa.table(
        {
            "customer_id": [f"000{number}" for number in range(count)],
            "segment": ["S1"] * count,
            "churn_probability": [0.9 - number / 10 for number in range(count)],
            "risk": ["high"] * 3 + ["medium"] * (count - 3),
            "reasons": pa.array([[reason]] * count, CUSTOMERS_SCHEMA.field("reasons").type),
            "expected_loss": [900.0 - number for number in range(count)],
        }
    )


@pytest.fixture
def found():
    return build_contact_list(_scores(), top=6, exclusions={"no_consent": {"0005"}})


def _personal(ids):
    rows = [int(customer) for customer in ids]
    return pa.table(
        {
            "customer_id": list(ids),
            "full_name": [NAMES[row] for row in rows],
            "phone": [PHONES[row] for row in rows],
            "address": pa.nulls(len(rows), pa.string()),
            "passport": ["36 05 123456"] * len(rows),
        }
    )


def _write(path, found, **wishes):
    write_contact_list(path, found, **{"language": "en", "read_personal": _personal, **wishes})
    return CalamineWorkbook.from_path(path)


def _read(workbook, name):
    return workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)


def test_the_sheet_holds_what_the_operator_needs(found, tmp_path):
    rows = _read(_write(tmp_path / "list.xlsx", found, currency="RUB"), "Contact list")

    assert rows[0] == [
        "No.", "Customer", "Name", "Phone", "Segment", "Churn probability", "Risk",
        "Expected loss, RUB", "Reason 1", "Suggested action", "Outcome of the contact",
    ]  # fmt: skip
    assert rows[1][:8] == [
        1.0, "0000", "Иванова Анна", "+7 (999) 001-23-45", "S1", 0.9, "high", 900.0,
    ]  # fmt: skip
    assert len(rows) == 6


def test_the_sheet_speaks_russian(found, tmp_path):
    workbook = _write(
        tmp_path / "список.xlsx", found, language="ru", segments=lambda code: f"{code}!"
    )
    rows = _read(workbook, "Список")

    assert workbook.sheet_names == ["Список", "О списке"]
    assert rows[0][2:6] == ["ФИО", "Телефон", "Сегмент", "Вероятность ухода"]
    assert rows[1][4:7] == ["S1!", 0.9, "высокий"]
    assert rows[1][9].startswith("Помочь с неудачным платежом")


def test_no_cell_is_a_formula(found, tmp_path):
    path = tmp_path / "list.xlsx"
    rows = _read(_write(path, found), "Contact list")
    with zipfile.ZipFile(path) as package:
        sheets = [package.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 2)]

    assert [row[2] for row in rows[2:]] == [
        "'" + name.replace("\t=", "\t'=") for name in NAMES[1:5]
    ]
    assert rows[1][8] == "'=3 failed payments"
    assert [sheet.count("<f>") + sheet.count("<f ") for sheet in sheets] == [0, 0]


def test_a_column_that_nobody_has_is_left_out(found, tmp_path):
    rows = _read(_write(tmp_path / "list.xlsx", found), "Contact list")

    assert "Address" not in rows[0]


def test_documents_are_never_on_the_list(found, tmp_path):
    _write(tmp_path / "list.xlsx", found)
    write_contact_list_csv(tmp_path / "list.csv", found, language="en", read_personal=_personal)
    with zipfile.ZipFile(tmp_path / "list.xlsx") as package:
        texts = package.read("xl/sharedStrings.xml").decode()

    assert "36 05 123456" not in texts
    assert "36 05 123456" not in (tmp_path / "list.csv").read_text(encoding="utf-8-sig")


def test_without_a_vault_the_list_holds_identifiers_only(found, tmp_path):
    rows = _read(_write(tmp_path / "list.xlsx", found, read_personal=None), "Contact list")

    assert rows[0][:3] == ["No.", "Customer", "Segment"]


def test_the_second_sheet_accounts_for_everybody(found, tmp_path):
    workbook = _write(
        tmp_path / "list.xlsx",
        found,
        risk_bands=(RiskBand(risk="high", low=0.5, high=1.0, customers=214),),
        rule=Wording(en="The first six.", ru="Первые шесть."),
        names={"no_consent": Wording(en="gave no consent", ru="не дали согласия")},
    )
    rows = [(row[0], row[1]) for row in _read(workbook, "About")]

    assert rows[1] == ("The first six.", "")
    assert ("Asked for", 6.0) in rows
    assert ("On the list", 5.0) in rows
    assert ("Left out: gave no consent", 1.0) in rows
    assert ("high: 50–100%", 214.0) in rows


def test_the_same_list_gives_the_same_bytes(found, tmp_path):
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    one, two = tmp_path / "one.xlsx", tmp_path / "two.xlsx"
    _write(one, found, made_at=moment)
    _write(two, found, made_at=moment)

    assert one.read_bytes() == two.read_bytes()


def test_an_empty_list_is_a_workbook_too(tmp_path):
    nobody = build_contact_list(_scores(), threshold=1.0)

    rows = _read(_write(tmp_path / "list.xlsx", nobody), "Contact list")

    assert len(rows) == 1


def test_a_list_that_no_sheet_can_hold_is_refused(found, tmp_path, monkeypatch):
    monkeypatch.setattr("regulars.report.excel._MOST_ROWS", 4)

    with pytest.raises(InvalidParameterError, match="A sheet holds 4 customers at most"):
        _write(tmp_path / "list.xlsx", found)

    assert list(tmp_path.iterdir()) == []


def test_the_csv_says_the_same(found, tmp_path):
    path = tmp_path / "list.csv"
    write_contact_list_csv(path, found, language="en", read_personal=_personal)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))

    assert path.read_bytes()[:3] == b"\xef\xbb\xbf"
    assert rows[0]["Phone"] == "'+7 (999) 001-23-45"
    assert rows[1]["Name"] == f"'{NAMES[1]}"
    assert [row["Churn probability"] for row in rows] == ["0.9", "0.8", "0.7", "0.6", "0.5"]


@given(st.text() | st.text(alphabet="=+-@;,|\t\n '0"))
def test_a_neutralized_text_never_begins_like_a_formula(text):
    safe = neutralize(text)

    assert not safe.strip().startswith(("=", "+", "-", "@"))
    assert not safe.startswith(("\t", "\r", "\n"))
    # Inside, apostrophes stand after marks that other programs split at; nothing else is changed.
    assert safe.replace("'", "") == text.replace("'", "")
    assert not re.search(r"[;,|\t]\s*[=+\-@]", safe)


def test_customers_are_written_with_their_reasons(tmp_path):
    path = tmp_path / "customers.parquet"
    write_customers(path, _scores().sort_by([("customer_id", "descending")]))
    table = pq.read_table(path)

    assert table.schema.equals(CUSTOMERS_SCHEMA)
    assert table["customer_id"].to_pylist()[:2] == ["0000", "0001"]
    assert table["reasons"][0].as_py()[0]["feature"] == "failed_payments_90d"


def test_the_quarantine_is_written_row_by_row(tmp_path):
    path = tmp_path / "quarantine.csv"
    rows = ([line, "impossible age", name] for line, name in enumerate(NAMES[:2], 17))

    count = write_quarantine(path, ["line", "reason", "full_name"], rows)

    assert count == 2
    assert path.read_text(encoding="utf-8-sig").splitlines() == [
        "line,reason,full_name",
        "17,impossible age,Иванова Анна",
        '18,impossible age,"\'=HYPERLINK(""http://x"",""y"")"',
    ]


def test_a_folder_that_is_a_file_is_named_and_nothing_is_left_behind(found, tmp_path):
    (tmp_path / "out").write_text("")

    with pytest.raises(StorageError, match="cannot be written"):
        _write(tmp_path / "out" / "list.xlsx", found)

    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_earlier_list_stays_when_the_new_one_fails(tmp_path):
    path = tmp_path / "quarantine.csv"
    path.write_text("before")

    with pytest.raises(ZeroDivisionError):
        write_quarantine(path, ["line"], ([1 / divisor] for divisor in (1, 0)))

    assert path.read_text() == "before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["quarantine.csv"]


def test_no_part_of_a_cell_becomes_a_formula_where_lines_are_split_at_another_mark():
    assert neutralize("Ivan;=1+1") == "Ivan;'=1+1"
    assert neutralize("a | @b, -c") == "a | '@b, '-c"


def test_a_list_by_a_forecast_of_grade_d_is_headed_by_a_warning(found, tmp_path):
    path = tmp_path / "list.xlsx"

    workbook = _write(path, found, grade="D")

    rows = workbook.get_sheet_by_name("Contact list").to_python()
    assert rows[0][0].startswith("This forecast is not for decisions yet (grade D)")
    assert rows[1][:2] == ["No.", "Customer"]


def test_a_list_about_another_outcome_speaks_of_no_churn(found, tmp_path):
    path = tmp_path / "list.csv"

    write_contact_list_csv(path, found, language="en", is_churn=False)

    assert "Churn" not in path.read_text(encoding="utf-8-sig")
