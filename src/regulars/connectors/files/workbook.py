"""XLSX workbooks: one sheet as rows of text, dates in ISO form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.connectors.files.beginning import (
    find_beginning,
    find_upper_header,
    guess_header,
    join_headers,
)
from regulars.connectors.files.content import say_names
from regulars.connectors.files.converted import ConvertedRows, Row
from regulars.errors import NotFoundError, SourceError, suggest
from regulars.schema.wording import Wording, pluralize

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook, SheetMetadata

    from regulars.connectors.protocol import RejectedLine

__all__ = ["SheetRows", "find_table", "find_width", "look_at", "open_sheet", "write_cell"]

_LOOK_ROWS = 400
_SIGNIFICANT_DIGITS = 15
_FULL_SHARE = 0.5


def open_sheet(
    path: Path, sheet: str | int | None, *, name: str
) -> tuple[CalamineSheet, tuple[Wording, ...]]:
    """The chosen sheet of a workbook, or the one with the largest table, and what was decided."""
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
    filled = [found for found in map(workbook.get_sheet_by_name, names) if found.height]
    if not filled:
        raise SourceError(
            en=f"{where} holds no cells; its sheets are {say_names(names)}. Check the export.",
            ru=f"В {where} нет ни одной ячейки; листы: {say_names(names, 'ru')}. Проверьте выгрузку.",
        )
    visible = {one.name for one in workbook.sheets_metadata if _is_shown(one)}
    looks = [_look(found, is_visible=found.name in visible) for found in filled]
    best = max(looks, key=lambda look: (look.is_visible, look.is_table, look.cell_count))
    if not best.is_table:
        best = looks[0]
    return best.sheet, (_note_sheet(best, looks, names),)


@dataclass(frozen=True, slots=True)
class _Look:
    """What one sheet looks like from its first rows.

    Attributes
    ----------
    sheet
        The sheet.
    is_visible
        Whether a person who opens the workbook sees it.
    row_count, column_count
        Of the table on it, its header not counted; 0 rows when there is none.
    header
        The first row of the table.
    """

    sheet: CalamineSheet
    is_visible: bool
    row_count: int
    column_count: int
    header: tuple[str, ...]

    @property
    def is_table(self) -> bool:
        """Whether there are several columns with something in most of their rows."""
        return self.row_count > 0

    @property
    def cell_count(self) -> int:
        """The size of the table."""
        return self.row_count * self.column_count


def _is_shown(metadata: SheetMetadata) -> bool:
    return str(metadata.visible).endswith("Visible")


def _look(sheet: CalamineSheet, *, is_visible: bool) -> _Look:
    rows = look_at(sheet)
    table = find_table(rows, has_header=None)
    above, first = table.skipped + table.has_header, table.first
    width = sum(1 for cell in first if cell)
    body = [row for row in rows[above:] if any(row)]
    full = sum(1 for row in body if sum(1 for cell in row if cell) >= max(2, width / 2))
    is_table = width > 1 and full > 0 and full >= _FULL_SHARE * len(body)
    last = sheet.end[0] if sheet.end else 0
    row_count = last + 1 - above if is_table else 0
    return _Look(sheet, is_visible, row_count, width, tuple(first))


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


def _note_sheet(best: _Look, looks: list[_Look], names: list[str]) -> Wording:
    """Which sheet is read and why, and which others there are."""
    name = best.sheet.name
    if len(names) == 1:
        return Wording(en=f"Sheet: '{name}'.", ru=f"Лист: «{name}».")
    tables = [one for one in looks if one.is_table and one is not best]
    why, why_ru = _say_why(best, tables)
    others = [other for other in names if other != name]
    if tables:
        doubt, doubt_ru = _say_doubt(best, tables)
    else:
        doubt = f" There are also {say_names(others)}, without a table."
        doubt_ru = f" Есть ещё {say_names(others, 'ru')}, таблиц на них нет."
    return Wording(
        en=f"Sheet: '{name}', {why}.{doubt} --sheet chooses another.",
        ru=f"Лист: «{name}», {why_ru}.{doubt_ru} Другой лист выбирает --sheet.",
    )


def _say_why(best: _Look, tables: list[_Look]) -> tuple[str, str]:
    if not best.is_table:
        return "the first that is not empty", "первый непустой"
    if not tables:
        return "the only one with a table", "единственный с таблицей"
    rows = pluralize(best.row_count, "en", "row", "rows")
    rows_ru = pluralize(best.row_count, "ru", "строка", "строки", "строк")
    return f"the largest table ({rows})", f"самая большая таблица ({rows_ru})"


def _say_doubt(best: _Look, tables: list[_Look]) -> tuple[str, str]:
    """The other tables; when their columns are the same they are parts of one."""
    names = [one.sheet.name for one in tables]
    if any(one.header == best.header for one in tables):
        parts = [one.sheet.name for one in tables if one.header == best.header]
        return (
            f" The same columns are on {say_names(parts)}: load each of them too.",
            f" Те же столбцы на листах {say_names(parts, 'ru')}: загрузите и каждый из них.",
        )
    return (
        f" Tables are also on {say_names(names)}.",
        f" Таблицы есть и на {say_names(names, 'ru')}.",
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
            self.line_number = number + 1
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


@dataclass(frozen=True, slots=True)
class TableStart:
    """Where the table of a sheet begins.

    Attributes
    ----------
    skipped
        Rows before its header, or before its first row; the upper one of two headers included.
    has_header
        Whether its first row holds names.
    first
        The names, or its first row.
    header_rows
        Rows over which the names are spread.
    """

    skipped: int
    has_header: bool
    first: list[str]
    header_rows: int = 1


def find_table(rows: list[list[str]], *, has_header: bool | None) -> TableStart:
    """Where the table begins among the first rows of a sheet."""
    skipped = find_beginning(rows)
    if has_header is not False:
        skipped, upper = find_upper_header(rows, skipped)
        if upper:
            return TableStart(
                skipped, has_header=True, first=join_headers(upper, rows[skipped]), header_rows=2
            )
    table = rows[skipped:]
    guessed = guess_header([row for row in table if any(row)])
    is_header = guessed if has_header is None else has_header
    return TableStart(skipped, is_header, table[0] if table else [])


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
