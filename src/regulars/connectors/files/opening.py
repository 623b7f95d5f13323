"""Open any file that Regulars reads, finding out by its content what it is."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from regulars.connectors.files.baskets import find_basket_delimiter
from regulars.connectors.files.content import Content, locate
from regulars.connectors.files.delimited import NOTE_TWO_ROWS, DelimitedText, note_rows_above
from regulars.connectors.files.dialect import Dialect, Preset, sniff
from regulars.connectors.files.encodings import check_encoding
from regulars.connectors.files.formats import Format, find_format
from regulars.connectors.files.json_rows import JsonRows
from regulars.connectors.files.line_tables import BASKET_COLUMNS, AlignedText, Baskets
from regulars.connectors.files.lines import TextFile
from regulars.connectors.files.naming import check_given_names, generate_names, make_names
from regulars.connectors.files.parquet import ParquetColumns
from regulars.connectors.files.source import FileSource, Reading
from regulars.connectors.files.workbook import (
    SheetRows,
    find_table,
    find_width,
    look_at,
    open_sheet,
)
from regulars.connectors.files.xml_dump import XmlDump
from regulars.errors import InvalidParameterError, SourceError, StorageError, UnknownNameError
from regulars.schema.foreign_words import say_system_error
from regulars.schema.wording import Wording

__all__ = ["Layout", "open_file"]

Layout = Literal["auto", "table", "baskets"]

_HEAD_BYTES = 1 << 16
_BASKETS_FOUND = Wording(
    en="The lines are of many lengths and the same values stand at different places in them, so"
    " they were taken for baskets. If they are a table, say --layout table.",
    ru="Строки разной длины, и одни и те же значения стоят в них на разных местах, поэтому они"
    " приняты за корзины. Если это таблица, укажите --layout table.",
)


@dataclass(frozen=True, slots=True)
class _Request:
    """What a person asked for; None is found out."""

    sheet: str | int | None
    columns: tuple[str, ...] | None
    delimiter: str | None
    quote: str | None
    encoding: str | None
    has_header: bool | None
    layout: Layout

    def options(self) -> dict[str, object]:
        """What changes the reading, for the fingerprint."""
        return {
            "sheet": self.sheet,
            "delimiter": self.delimiter,
            "quote": self.quote,
            "encoding": self.encoding,
            "has_header": self.has_header,
            "layout": None if self.layout == "auto" else self.layout,
        }


@dataclass(frozen=True, slots=True)
class _Opened:
    reading: Reading
    has_header: bool = True
    notes: tuple[Wording, ...] = ()
    is_baskets: bool = False


def open_file(
    path: str | Path,
    *,
    work_folder: Path,
    sheet: str | int | None = None,
    columns: Sequence[str] | None = None,
    delimiter: str | None = None,
    quote: str | None = None,
    encoding: str | None = None,
    has_header: bool | None = None,
    layout: Layout = "auto",
) -> FileSource:
    r"""Open a file as a source of rows, whatever of the known formats it has.

    Text with any delimiter or aligned by spaces, XLSX, Parquet, JSON (lines or an array) and the
    XML of phpMyAdmin, each also inside gzip or zip. The format is found by content.

    Parameters
    ----------
    path
        The file; ``archive.zip::member`` for one file of a zip.
    work_folder
        Where working copies may be written; `close` removes them.
    sheet
        Of a workbook: the sheet's name, or its number from 1.
    columns
        Names for all columns, in their order: for a file without a header, or instead of it.
    delimiter
        One character; a space means columns aligned by spaces.
    quote
        The quote character; an empty text when quotes mean nothing.
    encoding
        As Python names it: utf-8, cp1251, utf-16.
    has_header
        Whether the first record holds the names.
    layout
        `baskets`: each line lists the products of one basket.

    Returns
    -------
    FileSource
        A `Source`; the caller closes it.

    Examples
    --------
    >>> import tempfile, duckdb
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = Path(folder, "clients.csv").write_text("id;spent\n007;1,50\n008\n")
    >>> source = open_file(folder / "clients.csv", work_folder=folder)
    >>> connection = duckdb.connect()
    >>> connection.execute(f"SELECT * FROM {source.scan(connection)}").fetchall()
    [('007', '1,50')]
    >>> [(line.line_number, line.reason) for line in source.rejected_lines(connection)]
    [(3, 'too_few_columns')]
    """
    request = _Request(
        sheet,
        tuple(columns) if columns is not None else None,
        delimiter,
        quote,
        check_encoding(encoding) if encoding else None,
        has_header,
        layout,
    )
    _check(request)
    content = locate(path)
    found = find_format(content.head(_HEAD_BYTES), name=content.name)
    _refuse_foreign_options(request, found, content.name)
    folder = _make_folder(work_folder)
    try:
        opened = _OPENERS[found](content, folder, request)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return FileSource(
        content,
        opened.reading,
        folder,
        has_header=opened.has_header,
        options=request.options(),
        notes=opened.notes,
        is_baskets=opened.is_baskets,
    )


def _make_folder(work_folder: Path) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="source-", dir=work_folder))
    except OSError as error:
        raise StorageError(
            en=f"Nothing can be written in the work folder {work_folder}: {say_system_error(error).en}."
            " Choose another, or change its permissions.",
            ru=f"В рабочую папку {work_folder} нельзя писать: {say_system_error(error).ru}. Выберите другую "
            "или измените права.",
        ) from error


def _check(request: _Request) -> None:
    if request.layout not in get_args(Layout):
        raise UnknownNameError("layout", request.layout, get_args(Layout), ru="вида раскладки")
    _check_sign("delimiter", request.delimiter, ru="Разделитель")
    # An empty quote says that quotes mean nothing.
    _check_sign("quote", request.quote or None, ru="Кавычка")


def _check_sign(what: str, sign: str | None, *, ru: str) -> None:
    if sign is not None and (len(sign) != 1 or not sign.isascii() or sign in "\r\n\\"):
        raise InvalidParameterError(
            en=f"The {what} must be one character of ASCII, and no line end; got {sign!r}.",
            ru=f"{ru} — это один знак ASCII и не конец строки; получено {sign!r}.",
        )


def _refuse_foreign_options(request: _Request, found: Format, name: str) -> None:
    if request.sheet is not None and found != "workbook":
        raise InvalidParameterError(
            en=f"{name} has no sheets: it is {found}, not a workbook. Leave out the sheet.",
            ru=f"В {name} нет листов: это {found}, а не книга Excel. Не указывайте лист.",
        )


def _open_text(content: Content, folder: Path, request: _Request) -> _Opened:
    file = TextFile(content, folder, request.encoding)
    text = file.head().decode("utf-8", "replace")
    if not text.strip():
        raise SourceError(
            en=f"{content.name} holds nothing but blank lines. Check the export that made it.",
            ru=f"В {content.name} нет ничего, кроме пустых строк. Проверьте выгрузку, из которой "
            "он получен.",
        )
    if request.layout == "baskets":
        return _open_baskets(file, request, request.delimiter or find_basket_delimiter(text) or ",")
    dialect = sniff(text, Preset(request.delimiter, request.quote, request.has_header))
    if _may_be_baskets(request) and dialect.is_doubtful:
        delimiter = find_basket_delimiter(text)
        if delimiter:
            return _open_baskets(file, request, delimiter, notes=(_BASKETS_FOUND,))
    names, notes = _choose_names(dialect, request.columns, content.name)
    has_names = dialect.has_header or request.columns is not None
    reading = (
        AlignedText(file, dialect, names)
        if dialect.is_aligned
        else DelimitedText(file, dialect, names)
    )
    return _Opened(reading, has_header=has_names, notes=notes + _note_doubts(dialect))


def _may_be_baskets(request: _Request) -> bool:
    """Whether a person left it open what the lines are."""
    said = (request.columns, request.delimiter, request.has_header)
    return request.layout == "auto" and all(one is None for one in said)


def _open_baskets(
    file: TextFile, request: _Request, delimiter: str, *, notes: tuple[Wording, ...] = ()
) -> _Opened:
    names: tuple[str, ...] = BASKET_COLUMNS
    if request.columns is not None:
        names = check_given_names(
            request.columns, count=len(names), where=file.content.name, first=names
        )
    return _Opened(Baskets(file, delimiter, names), notes=notes, is_baskets=True)


def _choose_names(
    dialect: Dialect, given: Sequence[str] | None, where: str
) -> tuple[tuple[str, ...], tuple[Wording, ...]]:
    first = dialect.first_record
    if given is not None:
        return check_given_names(given, count=len(first), where=where, first=first), ()
    if dialect.has_header:
        return make_names(first)
    return generate_names(len(first)), (_note_no_header(first),)


def _note_no_header(first: Sequence[str]) -> Wording:
    cells = ", ".join(first[:6]) + (", …" if len(first) > 6 else "")
    return Wording(
        en=f"No header: the first line ({cells}) looks like the others.",
        ru=f"Заголовка нет: первая строка ({cells}) похожа на остальные.",
    )


def _note_doubts(dialect: Dialect) -> tuple[Wording, ...]:
    if dialect.has_header and dialect.record_count == 1:
        return (
            Wording(
                en="Only a header was found: there are no rows.",
                ru="Найден только заголовок: строк с данными нет.",
            ),
        )
    if dialect.is_single and any("," in cell for cell in dialect.first_record):
        return (
            Wording(
                en="Lines have different numbers of values, so each was taken as one column."
                " If each line lists the products of a basket, say --layout baskets;"
                " otherwise name the delimiter.",
                ru="В строках разное число значений, поэтому каждая взята как один столбец."
                " Если каждая строка — товары одной корзины, укажите --layout baskets;"
                " иначе назовите разделитель.",
            ),
        )
    return ()


def _open_workbook(content: Content, folder: Path, request: _Request) -> _Opened:
    sheet, notes = open_sheet(content.unpacked(folder), request.sheet, name=content.name)
    table = find_table(look_at(sheet), has_header=request.has_header)
    skipped, has_header = table.skipped, table.has_header
    width = find_width(sheet, table.first)
    first = table.first[:width] + [""] * (width - len(table.first))
    if request.columns is not None:
        names = check_given_names(
            request.columns, count=len(first), where=f"Sheet '{sheet.name}'", first=first
        )
    elif has_header:
        names, changes = make_names(first)
        notes += changes
    else:
        names = generate_names(len(first))
        notes += (_note_no_header(first),)
    titles = skipped - (table.header_rows - 1)
    if titles:
        notes += (note_rows_above(titles, has_header=has_header),)
    if table.header_rows > 1:
        notes += (NOTE_TWO_ROWS,)
    reading = SheetRows(sheet, names, folder, skipped_rows=skipped + has_header)
    has_names = has_header or request.columns is not None
    return _Opened(reading, has_header=has_names, notes=notes)


def _open_parquet(content: Content, folder: Path, request: _Request) -> _Opened:
    path = content.unpacked(folder)
    return _Opened(ParquetColumns(path, name=content.name, columns=request.columns))


def _open_json(content: Content, folder: Path, request: _Request) -> _Opened:
    _refuse_columns(request, content.name, "JSON")
    return _Opened(JsonRows(TextFile(content, folder, request.encoding)))


def _open_xml(content: Content, folder: Path, request: _Request) -> _Opened:
    _refuse_columns(request, content.name, "XML")
    return _Opened(XmlDump(content, folder))


def _refuse_columns(request: _Request, name: str, what: str) -> None:
    if request.columns is not None:
        raise InvalidParameterError(
            en=f"{name} is {what}, whose fields have names. Leave out the columns.",
            ru=f"{name} — это {what}, у полей которого есть имена. Уберите имена столбцов.",
        )


_OPENERS: Mapping[Format, Callable[[Content, Path, _Request], _Opened]] = {
    "text": _open_text,
    "workbook": _open_workbook,
    "parquet": _open_parquet,
    "json": _open_json,
    "xml": _open_xml,
}
