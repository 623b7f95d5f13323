"""Open any file that Regulars reads, finding out by its content what it is."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from regulars.connectors.files.content import locate
from regulars.connectors.files.delimited import DelimitedText
from regulars.connectors.files.dialect import Preset, sniff
from regulars.connectors.files.encodings import check_encoding, find_encoding
from regulars.connectors.files.lines import clean_head
from regulars.connectors.files.naming import check_given_names, generate_names, make_names
from regulars.connectors.files.source import FileSource
from regulars.schema.wording import Wording

__all__ = ["Layout", "open_file"]

Layout = Literal["auto", "table", "baskets"]
_HEAD_BYTES = 1 << 20


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
    """Open a file as a source of rows."""
    folder = Path(tempfile.mkdtemp(prefix="source-", dir=work_folder))
    content = locate(path)
    said_encoding = check_encoding(encoding) if encoding else None
    head = content.head(_HEAD_BYTES)
    found = said_encoding or find_encoding(head[: head.rfind(b"\n") + 1] or head)
    text = clean_head(content, found, _HEAD_BYTES).decode("utf-8", "replace")
    dialect = sniff(text, Preset(delimiter, quote, has_header))
    if columns is not None:
        names = check_given_names(
            columns,
            count=len(dialect.first_record),
            where=content.name,
            first=dialect.first_record,
        )
        changes: tuple[Wording, ...] = ()
    elif dialect.has_header:
        names, changes = make_names(dialect.first_record)
    else:
        names, changes = generate_names(len(dialect.first_record)), ()
    reading = DelimitedText(
        content, dialect, names, encoding=found, is_encoding_said=bool(encoding), folder=folder
    )
    return FileSource(
        content,
        reading,
        folder,
        has_header=dialect.has_header,
        options={"delimiter": delimiter, "encoding": encoding},
        notes=changes,
    )
