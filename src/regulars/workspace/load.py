"""The verb `load`: a file, or a table of a database, becomes rows of the lake."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from regulars.ingest.wishes import Wishes
from regulars.workspace.load_request import FileReading, Request, TableReading, request_sha256

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from regulars.ingest.result import LoadResult
    from regulars.progress import Progress
    from regulars.schema.wording import Language
    from regulars.workspace.folder import Workspace

__all__ = ["FileReading", "TableReading", "load_file", "load_table", "request_sha256"]


def load_file(
    workspace: Workspace,
    path: Path | str,
    *,
    wishes: Wishes | None = None,
    reading: FileReading | None = None,
    known_on: date | None = None,
    readmit: tuple[str, ...] = (),
    language: Language = "en",
    progress: Progress,
) -> LoadResult:
    """Load one file into the lake of `workspace`.

    Parameters
    ----------
    workspace
        Where to.
    path
        The file; `archive.zip::member` for one of several in an archive.
    wishes
        What a person said about its columns.
    reading
        How to split it into rows.
    known_on
        Day (company time) that the file describes; None for today.
    readmit
        Ids of customers who were erased and have agreed to be kept again.
    language
        Of the stages.
    progress
        Told of each stage.

    Returns
    -------
    LoadResult
        What became of every row.
    """
    from regulars.connectors.files import open_file

    read = reading or FileReading()
    request = Request(wishes or Wishes(), known_on, language, readmit, read)
    with workspace.open_scratch() as scratch, workspace.open_connection(scratch) as connection:
        source = open_file(
            path,
            sheet=read.sheet,
            columns=read.columns,
            delimiter=read.delimiter,
            quote=read.quote,
            has_header=read.has_header,
            encoding=read.encoding,
            layout=read.layout,
            work_folder=scratch,
        )
        try:
            # Hashing leaves the interpreter alone: meanwhile the rest of the program is imported.
            with ThreadPoolExecutor(max_workers=1) as pool:
                hashing = pool.submit(source.fingerprint)
                from regulars.workspace.load_source import load_source

                return load_source(workspace, source, request, hashing.result, connection, progress)
        finally:
            source.close()


def load_table(
    workspace: Workspace,
    url: str,
    *,
    wishes: Wishes | None = None,
    reading: TableReading,
    known_on: date | None = None,
    readmit: tuple[str, ...] = (),
    language: Language = "en",
    progress: Progress,
) -> LoadResult:
    """Load a table or a query of a database, whole or only what is new since the last load.

    Parameters are those of `load_file`; `url` names the database, `reading` what to read of it.
    """
    from regulars.connectors.sql import open_database
    from regulars.workspace.load_source import load_source

    request = Request(wishes or Wishes(), known_on, language, readmit, reading)
    with workspace.open_scratch() as scratch, workspace.open_connection(scratch) as connection:
        source = open_database(
            url,
            table=reading.table,
            query=reading.query,
            cursor=reading.cursor,
            work_folder=scratch,
        )
        since = None if reading.is_full else _find_cursor(workspace, source.name, reading)
        if since is not None:
            source.close()
            source = open_database(
                url,
                table=reading.table,
                query=reading.query,
                cursor=reading.cursor,
                since=since,
                work_folder=scratch,
            )
        try:
            return load_source(workspace, source, request, source.fingerprint, connection, progress)
        finally:
            source.close()


def _find_cursor(workspace: Workspace, name: str, reading: TableReading) -> str | None:
    """Where the last load of the same table ended, if it had the same cursor."""
    if reading.cursor is None:
        return None
    for load in reversed(workspace.lake.list_loads()):
        column, _, value = load.cursor_value.partition("=")
        if load.source == name and column == reading.cursor and value:
            return value
    return None
