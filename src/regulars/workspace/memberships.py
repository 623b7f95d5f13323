"""The verb `segment refresh`: members are looked up, and who entered or left is written down."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from filelock import FileLock, Timeout

from regulars.errors import ConflictError, UnknownNameError
from regulars.lake import LoadRecord
from regulars.lake.storage import storage_guard
from regulars.segments.rules.definition import order_segments
from regulars.workspace.as_of import choose_as_of
from regulars.workspace.erase import finish_erasure
from regulars.workspace.membership_log import CHANGES, REFRESHES, open_membership_log
from regulars.workspace.membership_refresh import RefreshedSegment, Refreshing
from regulars.workspace.rule_sources import open_rule_sources
from regulars.workspace.runs import make_id
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    import pyarrow as pa

    from regulars.progress import Progress
    from regulars.schema.wording import Language
    from regulars.segments.rules.definition import SegmentDefinition
    from regulars.workspace.folder import Workspace
    from regulars.workspace.membership_log import MembershipLog, Refresh

__all__ = ["RefreshedSegment", "append_rows", "be_only_refresher", "refresh_segments"]

_MOST_TRIES = 3


def refresh_segments(
    workspace: Workspace,
    names: Sequence[str] = (),
    *,
    as_of: date | None = None,
    is_due_only: bool = False,
    language: Language = "en",
    progress: Progress,
) -> tuple[RefreshedSegment, ...]:
    """Look up the members of segments and write down who entered and who left.

    Segments that these stand on are looked up first. Where nothing has happened since the last time
    nothing is looked up; and only those customers are asked again whose answer may have turned.

    Parameters
    ----------
    workspace
        Whose segments.
    names
        Which ones; all of the workspace's own, and those that were looked up before, if none: then
        one whose rule cannot be asked is noted, and does not stop the others.
    as_of
        First day that must not be seen; as `segment count` chooses it if None.
    is_due_only
        Leave out those whose time has not come: each says how often it is looked up.
    language
        Of the stages.
    progress
        Told of each segment.

    Raises
    ------
    UnknownNameError
        When there is no such segment.
    ConflictError
        When other processes refresh or erase all the time.
    """
    finish_erasure(workspace, language=language, progress=progress)
    for _ in range(_MOST_TRIES):
        done = _try_refresh(workspace, names, as_of, is_due_only, speak(language), progress)
        if done is not None:
            return done
    raise ConflictError(
        en=f"Customers were erased from {workspace.folder} {_MOST_TRIES} times while the members of"
        " segments were looked up. Refresh again when that has ended.",
        ru=f"Пока искали состав сегментов, из {workspace.folder} {_MOST_TRIES} раза стирали клиентов. "
        "Обновите сегменты, когда это закончится.",
    )


def _try_refresh(
    workspace: Workspace,
    names: Sequence[str],
    as_of: date | None,
    is_due_only: bool,  # noqa: FBT001 - handed on
    say: Callable[..., str],
    progress: Progress,
) -> tuple[RefreshedSegment, ...] | None:
    """Look up and write; None when somebody was erased meanwhile."""
    import duckdb

    told_on = choose_as_of(workspace, as_of).day
    with be_only_refresher(workspace):
        loads = workspace.lake.list_loads()
        try:
            with (
                open_rule_sources(workspace, as_of=as_of) as (sources, day),
                open_membership_log(workspace) as log,
                Refreshing(workspace, sources, log, day=day, told_on=told_on) as refreshing,
            ):
                chosen = _choose(workspace, log, names, is_due_only=is_due_only)
                with progress.stage(say("refresh"), total=len(chosen)) as stage:
                    for segment in chosen:
                        # Who names one wants to know at once; by the clock the others go on.
                        (refreshing.refresh if names else refreshing.refresh_if_possible)(segment)
                        stage.advance()
                        progress.check()
                is_written = _write(workspace, refreshing, read=loads[-1].load_id)
        except duckdb.IOException:
            # An erasure deletes the files that hold somebody, also under those who read them.
            if not _find_erasure(workspace, since=loads[-1].load_id):
                raise
            return None
    return tuple(refreshing.done) if is_written else None


def _find_erasure(workspace: Workspace, *, since: str) -> bool:
    """Whether customers were erased after a load."""
    loads = workspace.lake.list_loads()
    place = next(n for n, one in enumerate(loads) if one.load_id == since)
    return any(one.action == "erasure" for one in loads[place + 1 :])


def _choose(
    workspace: Workspace, log: MembershipLog, names: Sequence[str], *, is_due_only: bool
) -> tuple[SegmentDefinition, ...]:
    """The segments to look up, those first that others stand on."""
    known = workspace.segments.read_all()
    for name in names:
        if name not in known:
            raise UnknownNameError("segment", name, known, ru="сегмента")
    followed = {one.segment for one in log.refreshes} & set(known)
    asked = list(names) or [
        name for name in known if name in workspace.segments.list() or name in followed
    ]
    if is_due_only:
        now = datetime.now(ZoneInfo(workspace.settings.time_zone))
        asked = [name for name in asked if known[name].is_due(_find_last(log, name), now=now)]
    ordered: dict[str, SegmentDefinition] = {}
    for name in asked:
        for segment in (*order_segments(known[name].rule, known, name=name), known[name]):
            ordered.setdefault(segment.name, segment)
    return tuple(ordered.values())


def _find_last(log: MembershipLog, name: str) -> datetime | None:
    made = log.list_refreshes(name)
    return made[-1].known_at if made else None


@contextmanager
def be_only_refresher(workspace: Workspace) -> Iterator[None]:
    """Wait until no other process looks up or chooses members."""
    seconds = workspace.settings.lock_wait_seconds
    with storage_guard(workspace.folder):
        try:
            lock = FileLock(workspace.folder / ".refreshing.lock", timeout=seconds)
            lock.acquire()
        except Timeout as error:
            raise ConflictError(
                en=f"Another command is refreshing the segments of {workspace.folder}; waited"
                f" {seconds:g} s. Run this command again when the other one has ended.",
                ru=f"Другая команда обновляет сегменты в {workspace.folder}; ждали {seconds:g} с. "
                "Повторите команду, когда та закончит.",
            ) from error
    try:
        yield
    finally:
        lock.release()


def _write(workspace: Workspace, refreshing: Refreshing, *, read: str) -> bool:
    """Write what was found; False when somebody was erased meanwhile, who may be in it."""
    import pyarrow as pa

    if not refreshing.made:
        return True
    tables = {CHANGES: pa.concat_tables(refreshing.changes), REFRESHES: _tabulate(refreshing.made)}
    return append_rows(workspace, tables, now=refreshing.now, kind="refresh", read=read)


def append_rows(
    workspace: Workspace, tables: Mapping[str, pa.Table], *, now: datetime, kind: str, read: str
) -> bool:
    """Append rows about customers to tables of the lake, all or none.

    Parameters
    ----------
    workspace
        Whose lake.
    tables
        What to append, by the name of the table; an empty one is left out.
    now
        The moment.
    kind
        What is written, for the list of loads.
    read
        The load after which the lake was read.

    Returns
    -------
    bool
        False, and nothing is written, when customers were erased since: they may be in the rows.
    """
    counts = {name: {"inserted": len(rows)} for name, rows in tables.items() if len(rows)}
    with workspace.open_scratch() as scratch, workspace.open_connection(scratch) as connection:
        begun = workspace.lake.begin(
            make_id(now),
            connection=connection,
            now=now,
            wait_seconds=workspace.settings.lock_wait_seconds,
        )
        with begun as load:
            if _find_erasure(workspace, since=read):
                load.abandon()
                return False
            for name in counts:
                connection.register("regulars_rows", tables[name])
                load.append(name, "regulars_rows")
                connection.unregister("regulars_rows")
            load.commit(LoadRecord(source="segments", kind=kind, action="segments", tables=counts))
    return True


def _tabulate(made: Sequence[Refresh]) -> pa.Table:
    import pyarrow as pa

    return pa.Table.from_pylist([asdict(one) for one in made])
