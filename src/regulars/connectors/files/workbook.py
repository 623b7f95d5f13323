"""XLSX workbooks: one sheet as rows of text, dates in ISO form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.connectors.files.content import say_names
from regulars.connectors.files.converted import ConvertedRows, Row
from regulars.connectors.files.dialect import guess_header
from regulars.errors import NotFoundError, SourceError, suggest
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

    from regulars.connectors.protocol import RejectedLine

__all__ = ["SheetRows", "find_table", "find_width", "look_at", "open_sheet", "write_cell"]

_LOOK_ROWS = 400
_SIGNIFICANT_DIGITS = 15


def open_sheet(
    path: Path, sheet: str | int | None, *, name: str
) -> tuple[CalamineSheet, tuple[Wording, ...]]:
    """The chosen sheet of a workbook, or its first that is not empty, and what was decided."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        return _choose(workbook, sheet, name)
    except PasswordError as error:
        raise SourceError(
            en=f"{name} is protected with a password. Save a copy without one.",
            ru=f"{name} защищён паролем. Сохраните копию без пароля.",
        ) from error
    except CalamineError as error:
        raise SourceError(
            en=f"{name} is not a readable XLSX workbook ({error})."
            " Open it in a spreadsheet program and save it again; nothing was loaded.",
            ru=f"{name} не читается как книга XLSX ({error}). Откройте её в табличном редакторе и "
            "сохраните заново; ничего не загружено.",
        ) from error


def _choose(
    workbook: CalamineWorkbook, sheet: str | int | None, where: str
) -> tuple[CalamineSheet, tuple[Wording, ...]]:
    names = workbook.sheet_names
    if sheet is not None:
        return workbook.get_sheet_by_name(_find_sheet(names, sheet, where)), ()
    for name in names:
        found = workbook.get_sheet_by_name(name)
        if found.height:
            return found, (_note_sheet(name, names),)
    raise SourceError(
        en=f"{where} holds no cells; its sheets are {say_names(names)}. Check the export.",
        ru=f"В {where} нет ни одной ячейки; листы: {say_names(names, 'ru')}. Проверьте выгрузку.",
    )


def _find_sheet(names: list[str], sheet: str | int, where: str) -> str:
    if sheet in names:
        return str(sheet)
    if str(sheet).isdecimal() and 1 <= int(sheet) <= len(names):
        return names[int(sheet) - 1]
    hint, hint_ru = suggest(str(sheet), names)
    raise NotFoundError(
        en=f"{where} has no sheet '{sheet}'.{hint} Its sheets are {say_names(names)};"
        f" choose one by name, or by number from 1 to {len(names)}.",
        ru=f"В {where} нет листа «{sheet}».{hint_ru} Листы: {say_names(names, 'ru')};"
        f" выберите по имени или по номеру от 1 до {len(names)}.",
    )


def _note_sheet(name: str, names: list[str]) -> Wording:
    if len(names) == 1:
        return Wording(en=f"Sheet: '{name}'.", ru=f"Лист: «{name}».")
    rest = say_names([other for other in names if other != name])
    return Wording(
        en=f"Sheet: '{name}', the first that is not empty; there are also {rest}.",
        ru=f"Лист: «{name}», первый непустой; есть ещё {rest}.",
    )


class SheetRows(ConvertedRows):
    """The rows of one sheet beneath its header; rows without any value are left out."""

    def __init__(
        self, sheet: CalamineSheet, names: Sequence[str], folder: Path, *, skipped_rows: int
    ) -> None:
        super().__init__(names, folder)
        self._sheet = sheet
        self._skipped = skipped_rows

    def iterate(self) -> Generator[Row | RejectedLine]:
        """Every row as text."""
        width = len(self.names)
        for number, cells in enumerate(self._sheet.iter_rows()):
            row = [write_cell(cell) for cell in cells[:width]]
            if number >= self._skipped and any(cell is not None for cell in row):
                yield row + [None] * (width - len(row))


def look_at(sheet: CalamineSheet) -> list[list[str]]:
    """The first rows as text, an empty cell as an empty text."""
    looked: list[list[str]] = []
    for cells in sheet.iter_rows():
        looked.append([write_cell(cell) or "" for cell in cells])
        if len(looked) >= _LOOK_ROWS:
            break
    return looked


def find_table(rows: list[list[str]], *, has_header: bool | None) -> tuple[int, bool, list[str]]:
    """How many rows stand before the table, whether it has a header, and its first row.

    Rows with at most one value are titles when others have more.
    """
    filled = [sum(1 for cell in row if cell) for row in rows]
    fewest = 2 if max(filled, default=0) > 1 else 1
    skipped = next((place for place, count in enumerate(filled) if count >= fewest), 0)
    table = rows[skipped:]
    guessed = guess_header([row for row in table if any(row)])
    return skipped, guessed if has_header is None else has_header, table[0] if table else []


def find_width(sheet: CalamineSheet, first: list[str]) -> int:
    """How many columns there are, without empty ones at the right that formatting left behind."""
    if first and first[-1]:
        return max(len(first), sheet.width)
    return max((_last_filled(row) for row in sheet.iter_rows()), default=0)


def _last_filled(cells: Sequence[object]) -> int:
    width = len(cells)
    while width and cells[width - 1] in ("", None):
        width -= 1
    return width


def write_cell(cell: object) -> str | None:
    """A cell as text: numbers as a spreadsheet shows them in full, dates in ISO form.

    Examples
    --------
    >>> [write_cell(cell) for cell in (8.0, 0.1 + 0.2, True, dt.date(2020, 1, 5), "")]
    ['8', '0.3', 'true', '2020-01-05', None]
    """
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return _write_number(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, dt.timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)


def _write_number(number: float) -> str:
    # A spreadsheet keeps 15 digits; more are the rounding of binary fractions.
    text = format(Decimal(f"{number:.{_SIGNIFICANT_DIGITS}g}"), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
