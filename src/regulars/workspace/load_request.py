"""How a load is asked for: what a person said about a source, and its fingerprint."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from regulars import __version__
from regulars.ingest.wishes import Wishes

if TYPE_CHECKING:
    from datetime import date

    from regulars.connectors.files import Layout
    from regulars.schema.wording import Language

__all__ = ["FileReading", "Request", "TableReading", "request_sha256"]


@dataclass(frozen=True, slots=True)
class FileReading:
    """How a file is to be split into rows; what is None is found out.

    Attributes
    ----------
    sheet
        Name or number of a workbook's sheet.
    columns
        Names for the columns of a file without a header.
    delimiter, quote, encoding
        Of a text file.
    has_header
        Whether the first line names the columns.
    layout
        `baskets`: one basket of products a line.
    """

    sheet: str | None = None
    columns: tuple[str, ...] | None = None
    delimiter: str | None = None
    quote: str | None = None
    encoding: str | None = None
    has_header: bool | None = None
    layout: Layout = "auto"


@dataclass(frozen=True, slots=True)
class TableReading:
    """What to read of a database: a table or a query; with a cursor, only what is new.

    Attributes
    ----------
    table, query
        One of the two.
    cursor
        A column that only grows (a time of change, a number): the next load goes on from its
        greatest value.
    is_full
        Read everything although an earlier load has a cursor value.
    """

    table: str | None = None
    query: str | None = None
    cursor: str | None = None
    is_full: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """One load as it was asked for."""

    wishes: Wishes
    known_on: date | None
    language: Language
    readmit: tuple[str, ...] = ()
    reading: FileReading | TableReading = field(default_factory=FileReading)

    def sha256(self) -> str:
        """A fingerprint of everything that decides what the same bytes become."""
        day = self.known_on.isoformat() if self.known_on else ""
        told = [request_sha256(self.wishes, self.reading), day, *sorted(self.readmit)]
        return hashlib.sha256(" ".join(told).encode()).hexdigest()


def request_sha256(wishes: Wishes, reading: FileReading | TableReading) -> str:
    """A fingerprint of everything that a person said about how a source is read."""
    said = {"wishes": asdict(wishes), "reading": asdict(reading), "version": __version__}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
