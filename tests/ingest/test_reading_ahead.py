"""Values that were read in passing are those that would have been read afterwards."""

import tempfile
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.connectors.files import open_file
from regulars.errors import RegularsError
from regulars.ingest.prepare import prepare_load
from regulars.ingest.staging import READ_VALUES, SOURCE_ROWS
from regulars.ingest.wishes import Wishes

HEAD_ROWS = 1_000
PLAIN = {
    "whole": ("1", "25", "300", "-4"),
    "money": ("12.50", "3.5", "0", "1000.25"),
    "comma": ("12,5", "3,25", "0,5", "7"),
    "day": ("2024-01-05", "2024-12-31", "2023-06-30", "2024-02-29"),
    "dotted": ("05.01.2024", "31.12.2024", "30.06.2023", "29.02.2024"),
    "moment": (
        "2024-01-05 10:00:00",
        "2024-12-31 23:59:59",
        "2023-06-30 00:00:00",
        "2024-02-29 1:02:03",
    ),
    "word": ("call", "Звонок", "a b", "n1"),
    "answer": ("yes", "no", "yes", "no"),
}
ODD = st.sampled_from(
    ["", " ", "NaN", "n/a", " 7 ", "007", "1.0", "1.5", "1,5", "1 000", "12.345678", "1e3", "inf", "x",
     "2024-01-05", "05.01.2024", "13/01/2024", "2024-02-30", "2024-01-05T10:00:00Z", "да", "yes",
     " край ", "\u00a0край\t", "-"]
)  # fmt: skip


class WithoutHead:
    """A source that does not say what its first rows are, so that nothing is read ahead."""

    def __init__(self, source):
        self._source = source

    def __getattr__(self, name):
        return getattr(self._source, name)

    def scan_head(self, _rows):
        return None


def describe(source, kind):
    """All that the rest of a load goes by: the mapping, what was missing and unreadable, the rows."""
    connection = duckdb.connect()
    try:
        prepared = prepare_load(
            source, Wishes(kind=kind), connection=connection, find_saved=lambda *_: None
        )
    except RegularsError as error:
        return str(error)
    names = ", ".join(f'"{name}"' for name in source.columns)
    return (
        prepared.mapping,
        [(each.column, each.missing, each.unreadable) for each in prepared.surveys],
        prepared.staged.types,
        connection.execute(f"SELECT * FROM {READ_VALUES}").fetchall(),
        connection.execute(f"SELECT {names} FROM {SOURCE_ROWS}").fetchall(),
    )


@st.composite
def texts(draw):
    """A file whose first thousand rows are plain, and whose last ones hold what they like."""
    kinds = draw(st.lists(st.sampled_from(sorted(PLAIN)), min_size=1, max_size=4))
    names = ["customer_id", *(f"{kind}_{place}" for place, kind in enumerate(kinds))]
    plain = [
        ";".join([f"c{row}", *(PLAIN[kind][row % 4] for kind in kinds)]) for row in range(HEAD_ROWS)
    ]
    odd = draw(st.lists(st.tuples(*[ODD] * len(names)), max_size=30))
    return "\n".join([";".join(names), *plain, *map(";".join, odd)]) + "\n"


@pytest.mark.slow
@given(text=texts(), kind=st.sampled_from(["customers", None]))
@settings(max_examples=40, deadline=None)
def test_what_was_read_ahead_is_what_is_read_afterwards(text, kind):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "clients.csv")
        file.write_text(text, encoding="utf-8")
        source = open_file(file, delimiter=";", work_folder=Path(folder))

        assert describe(source, kind) == describe(WithoutHead(source), kind)

        source.close()


@pytest.mark.parametrize("last", ["2024-01-05", "soon"])
def test_a_file_of_plain_values_is_read_in_one_go(tmp_path, last):
    rows = [f"c{row},2024-01-{1 + row % 28:02d},{row}.5" for row in range(2 * HEAD_ROWS)]
    file = tmp_path / "clients.csv"
    file.write_text("\n".join(["customer_id,signed_on,spent", *rows, f"last,{last},1.5"]))
    connection = duckdb.connect()

    prepare_load(
        open_file(file, work_folder=tmp_path),
        Wishes(kind="customers"),
        connection=connection,
        find_saved=lambda *_: None,
    )

    tables = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
    assert [name for (name,) in tables if name.startswith(READ_VALUES)] == []
