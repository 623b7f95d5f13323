"""The members of a segment as a file: Parquet, CSV without formulas, or a workbook."""

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from regulars.errors import InvalidParameterError
from regulars.report.tables import neutralize, replacing

__all__ = ["check_members_file", "write_members"]

_KINDS = (".csv", ".xlsx", ".parquet")
_MOST_LINES = 1_048_575


def check_members_file(file: Path) -> None:
    """Raise `InvalidParameterError` when members are not written to files with such an ending."""
    if file.suffix.lower() not in _KINDS:
        raise InvalidParameterError(
            en=f"Customers are written to files that end in {', '.join(_KINDS)}, and '{file.name}' does"
            " not. Choose one of the endings.",
            ru=f"Клиенты пишутся в файлы {', '.join(_KINDS)}, а «{file.name}» кончается "
            "иначе. Выберите одно из окончаний.",
        )


def write_members(file: Path, members: pa.Table, *, title: str) -> None:
    """Write the members, one per line.

    Parameters
    ----------
    file
        Its ending says the kind.
    members
        `customer_id` and further columns, which are written as texts in CSV and workbooks.
    title
        Name of the sheet in a workbook.

    Raises
    ------
    InvalidParameterError
        When the ending is none of the three, or a sheet cannot hold so many lines.
    StorageError
        When the file cannot be written.
    """
    check_members_file(file)
    kind = file.suffix.lower()
    if kind == ".xlsx" and members.num_rows > _MOST_LINES:
        raise InvalidParameterError(
            en=f"A sheet holds {_MOST_LINES:,} lines, and there are {members.num_rows:,} members."
            " Write them to .csv or .parquet.",
            ru=f"На листе помещается {_MOST_LINES} строк, а участников {members.num_rows}. "
            "Запишите их в .csv или .parquet.",
        )
    with replacing(file) as unfinished:
        if kind == ".parquet":
            pq.write_table(members, unfinished, compression="zstd")
        elif kind == ".csv":
            _write_csv(unfinished, members)
        else:
            _write_workbook(unfinished, members, title)


def _write_csv(file: Path, members: pa.Table) -> None:
    # With the mark of UTF-8, which spreadsheets look for.
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(members.column_names)
        for batch in members.to_batches():
            columns = [column.to_pylist() for column in batch.columns]
            writer.writerows([_say(value) for value in row] for row in zip(*columns, strict=True))


def _write_workbook(file: Path, members: pa.Table, title: str) -> None:
    from xlsxwriter import Workbook

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(str(file), options) as book:
        sheet = book.add_worksheet(_name_sheet(title))
        bold = book.add_format({"bold": True})
        for column, name in enumerate(members.column_names):
            sheet.write_string(0, column, name, bold)
        for line, row in enumerate(members.to_pylist(), start=1):
            for column, value in enumerate(row.values()):
                sheet.write_string(line, column, "" if value is None else str(value))


def _say(value: object) -> str:
    return "" if value is None else neutralize(str(value))


def _name_sheet(title: str) -> str:
    """What Excel lets a sheet be called."""
    return "".join(letter for letter in title if letter not in "[]:*?/\\'")[:31] or "members"
