"""From an open source to a committed load, or to the answer that it was loaded already."""

from __future__ import annotations

import hashlib
import logging
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from regulars.errors import InvalidParameterError
from regulars.ingest.canonical import Moment
from regulars.ingest.erased import Tombstones
from regulars.ingest.load import Destination, Orders, load_prepared
from regulars.ingest.personal import confirm_completed
from regulars.ingest.prepare import prepare_load
from regulars.ingest.repeat import repeat_load
from regulars.workspace.erase import finish_erasure
from regulars.workspace.load_request import TableReading
from regulars.workspace.numbering import refuse_second_numbering
from regulars.workspace.runs import make_id
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from duckdb import DuckDBPyConnection

    from regulars.connectors.protocol import Source
    from regulars.ingest.result import LoadResult
    from regulars.lake import LoadRecord
    from regulars.progress import Progress
    from regulars.quality import Check
    from regulars.workspace.folder import Workspace
    from regulars.workspace.load_request import Request

__all__ = ["load_source"]

_log = logging.getLogger(__name__)


def load_source(
    workspace: Workspace,
    source: Source,
    request: Request,
    find_sha256: Callable[[], str],
    connection: DuckDBPyConnection,
    progress: Progress,
) -> LoadResult:
    """Load what an open source holds.

    Parameters
    ----------
    workspace
        Where to.
    source
        Where the rows come from.
    request
        How it was asked for.
    find_sha256
        Gives the fingerprint of the source; it may have to be waited for, so it is asked for late.
    connection
        DuckDB, on which the rows are staged.
    progress
        Told of each stage.
    """
    say = speak(request.language)
    finish_erasure(workspace, language=request.language, progress=progress)
    checks = workspace.read_checks()
    asked_sha256 = _say_how(request, workspace.settings.time_zone, checks)
    last = _find_repeat(workspace, find_sha256, asked_sha256)
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
        source_sha256=find_sha256(),
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
    return workspace.lake.snapshot().list_texts(table)


def _choose_orders(workspace: Workspace, request: Request, name: str) -> Orders:
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


def _say_how(request: Request, zone: str, checks: tuple[Check, ...]) -> str:
    """A fingerprint of all that decides what the same bytes become: wishes, zone, checks."""
    told = "\n".join([request.sha256(), zone, *(check.model_dump_json() for check in checks)])
    return hashlib.sha256(told.encode()).hexdigest()


def _find_repeat(
    workspace: Workspace, find_sha256: Callable[[], str], request: str
) -> LoadRecord | None:
    """The last load, if it was of the very same bytes, read the same way, and nothing came since."""
    loads = [load for load in workspace.lake.list_loads() if load.action in ("load", "erasure")]
    tables: set[str] = set()
    for load in reversed(loads):
        if load.mapping_sha256 == request and load.source_sha256 == find_sha256():
            return None if tables & set(load.tables) else load
        tables |= set(load.tables)
    return None
