"""The XML that phpMyAdmin exports: a `table` element a row, a `column` element a cell."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from regulars.connectors.files.content import Content
from regulars.connectors.files.converted import ConvertedRows, Row
from regulars.connectors.files.naming import make_names
from regulars.connectors.protocol import RejectedLine
from regulars.errors import SourceError
from regulars.schema.wording import Wording

__all__ = ["XmlDump"]

_ROOT = "pma_xml_export"


class XmlDump(ConvertedRows):
    """The rows of the first table of such an export; the text NULL is a missing value."""

    def __init__(self, content: Content, folder: Path) -> None:
        self._content = content
        first = next(self._rows(), None)
        if first is None:
            raise SourceError(
                en=f"{content.name} is XML, of which only exports of phpMyAdmin are read"
                f" (<{_ROOT}> with <table> and <column>), and it has no such rows."
                " Export the table as CSV.",
                ru=f"{content.name} — XML, а из XML читаются только выгрузки phpMyAdmin (<{_ROOT}> с "
                "<table> и <column>); таких строк в нём нет. Выгрузите таблицу в CSV.",
            )
        self._table = first.get("name")
        self._keys = [str(cell.get("name")) for cell in first]
        super().__init__(make_names(self._keys)[0], folder)

    @property
    def notes(self) -> tuple[Wording, ...]:
        """Which table was read."""
        return (
            Wording(
                en=f"XML export of phpMyAdmin, table '{self._table}'.",
                ru=f"XML-выгрузка phpMyAdmin, таблица «{self._table}».",
            ),
        )

    def iterate(self) -> Generator[Row | RejectedLine]:
        """Every row of the table."""
        for row in self._rows():
            if row.get("name") == self._table:
                cells = {cell.get("name"): cell.text for cell in row}
                yield [_read_cell(cells.get(key)) for key in self._keys]

    def _rows(self) -> Iterator[ET.Element]:
        try:
            with self._content.open() as stream:
                # Expat limits how far entities may expand, and no external one is fetched.
                events = ET.iterparse(stream, events=("start", "end"))  # noqa: S314 - see above
                _, root = next(events)
                if root.tag != _ROOT:
                    return
                for event, element in events:
                    if event == "end" and element.tag == "table":
                        yield element
                        element.clear()
        except ET.ParseError as error:
            raise SourceError(
                en=f"{self._content.name} is damaged XML ({error}). Export it again as CSV.",
                ru=f"{self._content.name} — повреждённый XML ({error}). Выгрузите заново в CSV.",
            ) from error


def _read_cell(text: str | None) -> str | None:
    return None if text is None or text == "NULL" else text
