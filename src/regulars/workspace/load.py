"""The verb `load`: a file, or a table of a database, becomes rows of the lake."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from regulars import __version__
from regulars.errors import InvalidParameterError
from regulars.ingest.canonical import Moment
from regulars.ingest.erased import Tombstones
from regulars.ingest.load import Destination, Orders, load_prepared
from regulars.ingest.personal import confirm_completed
from regulars.ingest.prepare import Wishes, prepare_load
from regulars.ingest.repeat import repeat_load
from regulars.workspace.erase import finish_erasure
from regulars.workspace.numbering import refuse_second_numbering
from regulars.workspace.runs import make_id
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from regulars.connectors.files import Layout
    from regulars.connectors.protocol import Source
    from regulars.ingest.result import LoadResult
    from regulars.lake import LoadRecord
    from regulars.progress import Progress
    from regulars.quality import Check
    from regulars.schema.wording import Language
    from regulars.workspace.folder import Workspace

__all__ = ["FileReading", "TableReading", "load_file", "load_table", "request_sha256"]

_log = logging.getLogger(__name__)


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
class _Request:
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
    request = _Request(wishes or Wishes(), known_on, language, readmit, read)
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
            return _load(workspace, source, request, connection, progress)
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

    request = _Request(wishes or Wishes(), known_on, language, readmit, reading)
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
            return _load(workspace, source, request, connection, progress)
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


def _load(
    workspace: Workspace,
    source: Source,
    request: _Request,
    connection: DuckDBPyConnection,
    progress: Progress,
) -> LoadResult:
    say = speak(request.language)
    finish_erasure(workspace, language=request.language, progress=progress)
    checks = workspace.read_checks()
    source_sha256 = source.fingerprint()
    asked_sha256 = _say_how(request, workspace.settings.time_zone, checks)
    last = _find_repeat(workspace, source_sha256, asked_sha256)
    if last is not None:
        # It may have died right after its last commit, before the vault heard of it.
        confirm_completed(workspace.vault, {last.load_id})
        return repeat_load(last, source)
    with progress.stage(say("read", name=source.name)):
        prepared = prepare_load(
            source,
            request.wishes,
            connection=connection,
            find_saved=workspace.find_mapping,
            list_texts=lambda table: _list_texts(workspace, table),
            zone=workspace.settings.time_zone,
        )
    refuse_second_numbering(workspace.lake.list_loads(), prepared.mapping, source)
    destination = Destination(
        lake=workspace.lake,
        vault=workspace.vault,
        make_pseudonyms=workspace.master_key.pseudonyms,
        checks=checks,
        tombstones=Tombstones(
            read=workspace.lake.read_tombstones,
            make=workspace.master_key.tombstones,
            readmitted=_find_readmitted(workspace, request.readmit),
        ),
        wait_seconds=workspace.settings.lock_wait_seconds,
        on_wait=lambda: _log.warning("load.waiting"),
    )
    result = load_prepared(
        prepared,
        source,
        destination,
        load_id=make_id(datetime.now(UTC)),
        source_sha256=source_sha256,
        request_sha256=asked_sha256,
        cursor=request.reading.cursor if isinstance(request.reading, TableReading) else None,
        orders=_choose_orders(workspace, request, source.name),
        moment=_make_moment(workspace.settings.time_zone, request.known_on),
        connection=connection,
        progress=progress,
        say=say,
    )
    workspace.save_mapping(prepared.mapping)
    return result


def _list_texts(workspace: Workspace, table: str) -> list[str]:
    import pyarrow as pa

    snapshot = workspace.lake.snapshot()
    if table not in snapshot.tables:
        return []
    return [one.name for one in snapshot.schema(table) if pa.types.is_string(one.type)]


def _choose_orders(workspace: Workspace, request: _Request, name: str) -> Orders:
    """How order lines are meant: what is new in a table of a database continues its orders."""
    reading, meant = request.reading, request.wishes.orders
    if meant == "auto" and isinstance(reading, TableReading) and not reading.is_full:
        loads = workspace.lake.list_loads()
        before = [load.load_id for load in loads if load.source == name and load.cursor_value]
        if reading.cursor is not None and before:
            return Orders("parts", frozenset(before))
    return Orders(meant)


def _find_readmitted(workspace: Workspace, ids: tuple[str, ...]) -> frozenset[str]:
    """The tombstones of the customers who may be kept again.

    Raises
    ------
    InvalidParameterError
        When one of them was not erased, or is readmitted already.
    """
    if not ids:
        return frozenset()
    key, erased = workspace.master_key, workspace.lake.read_tombstones()
    found: set[str] = set()
    for place, one in enumerate(ids, start=1):
        marks = {key.tombstone(one), key.tombstone(key.pseudonym(one))} & erased
        if not marks:
            raise InvalidParameterError(
                en=f"Customer {place} of those to readmit was not erased. Check the id, with its"
                " leading zeros; nothing was loaded.",
                ru=f"Клиент № {place} из тех, кого разрешено вернуть, не был стёрт. Проверьте id"
                " вместе с нулями в начале; ничего не загружено.",
            )
        found |= marks
    return frozenset(found)


def _make_moment(zone: str, known_on: date | None) -> Moment:
    now = datetime.now(UTC)
    if known_on is None:
        return Moment(now=now, zone=zone)
    midnight = datetime.combine(known_on, time(), tzinfo=ZoneInfo(zone))
    return Moment(now=now, zone=zone, known_at=midnight.astimezone(UTC))


def _say_how(request: _Request, zone: str, checks: tuple[Check, ...]) -> str:
    """A fingerprint of all that decides what the same bytes become: wishes, zone, checks."""
    told = "\n".join([request.sha256(), zone, *(check.model_dump_json() for check in checks)])
    return hashlib.sha256(told.encode()).hexdigest()


def _find_repeat(workspace: Workspace, source: str, request: str) -> LoadRecord | None:
    """The last load, if it was of the very same bytes, read the same way, and nothing came since."""
    loads = [load for load in workspace.lake.list_loads() if load.action in ("load", "erasure")]
    tables: set[str] = set()
    for load in reversed(loads):
        if load.source_sha256 == source and load.mapping_sha256 == request:
            return None if tables & set(load.tables) else load
        tables |= set(load.tables)
    return None
