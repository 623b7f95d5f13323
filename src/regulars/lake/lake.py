"""The lake: a folder of Delta Lake tables, and the loads that made them."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.errors import InvalidParameterError, NotFoundError
from regulars.lake.delta import has_table
from regulars.lake.erasure import Erasure, Traces, erase_within, find_traces, name_erasure
from regulars.lake.load_log import LOADS, create_loads, read_loads
from regulars.lake.lock import hold_writer_lock
from regulars.lake.records import LoadRecord, Recovery
from regulars.lake.recovery import recover
from regulars.lake.snapshot import Snapshot, take_snapshot
from regulars.lake.storage import storage_guard
from regulars.lake.tombstones import read_tombstones
from regulars.lake.transaction import LoadTransaction
from regulars.lake.upkeep import Compaction, Vacuum, compact_within, name_compaction, vacuum_files

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Lake"]

_LOAD_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")


@dataclass(frozen=True)
class Lake:
    """The tables of one workspace, with all their loads.

    Make one with `Lake.create` or `Lake.open`.

    Attributes
    ----------
    folder
        Where it is.
    on_step
        Called with the name of each step of a load; for tests of what a dying process leaves.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from tempfile import TemporaryDirectory
    >>> import duckdb
    >>> from regulars.schema.contract import get_contract
    >>> connection = duckdb.connect()
    >>> _ = connection.execute(
    ...     "CREATE TABLE bought AS SELECT '17' AS customer_id, 'A1' AS"
    ...     " purchase_id, TIMESTAMP '2026-01-09 12:00' AS purchased_at, 9.5::DECIMAL(18,4) AS amount"
    ... )
    >>> folder = TemporaryDirectory()
    >>> lake = Lake.create(Path(folder.name))
    >>> with lake.begin(
    ...     "first", connection=connection, now=datetime(2026, 1, 10, tzinfo=UTC)
    ... ) as load:
    ...     result = load.upsert(get_contract("purchases"), "bought")
    ...     versions = load.commit(LoadRecord(source="shop.csv", kind="purchases", rows_in=1))
    >>> result.inserted, lake.snapshot().row_count("purchases")
    (1, 1)
    >>> folder.cleanup()
    """

    folder: Path
    on_step: Callable[[str], None] | None = None

    @classmethod
    def create(cls, folder: Path, *, on_step: Callable[[str], None] | None = None) -> "Lake":
        """Make a lake in `folder`, or open the one that is there."""
        with storage_guard(folder):
            folder.mkdir(parents=True, exist_ok=True)
        with hold_writer_lock(folder, wait_seconds=60):
            if not has_table(folder / LOADS):
                create_loads(folder)
        return cls.open(folder, on_step=on_step)

    @classmethod
    def open(cls, folder: Path, *, on_step: Callable[[str], None] | None = None) -> "Lake":
        """The lake in `folder`; raises `NotFoundError` when there is none."""
        absolute = folder.absolute()
        if not has_table(absolute / LOADS):
            raise NotFoundError(
                en=f"There is no lake in {folder}: it has no folder '{LOADS}' with a log."
                " Make one with Lake.create, or `regulars init` for a workspace.",
                ru=f"В {folder} нет озера данных: нет папки «{LOADS}» с журналом. Создайте его через "
                "Lake.create, а рабочую папку — командой regulars init.",
            )
        return cls(absolute, on_step)

    def begin(
        self,
        load_id: str,
        *,
        connection: "DuckDBPyConnection",
        now: datetime,
        known_at: datetime | None = None,
        source_sha256: str = "",
        mapping_sha256: str = "",
        wait_seconds: float = 600.0,
        on_wait: Callable[[], None] | None = None,
    ) -> LoadTransaction:
        """A load, to be used with `with`: takes the writer lock and takes back dead loads first.

        Parameters
        ----------
        load_id
            A name that no load has yet: letters, digits, `_`, `.`, `-`.
        connection
            DuckDB, where the rows to load are.
        now
            The moment of the load, with a time zone.
        known_at
            Since when what the rows change counts as known: the day that the source describes.
            The moment of the load when None.
        source_sha256, mapping_sha256
            Of the content, and of how it is read: the same content read otherwise corrects what
            it had brought.
        wait_seconds
            How long to wait while another process writes.
        on_wait
            Called once when it has to wait.
        """
        if not _LOAD_ID.fullmatch(load_id):
            raise InvalidParameterError(
                en=f"A load id has letters, digits, '_', '.' and '-', 80 at most; got '{load_id}'.",
                ru="Имя загрузки состоит из букв, цифр, «_», «.» и «-», не длиннее 80 знаков; "
                f"получено «{load_id}».",
            )
        return LoadTransaction(
            self.folder,
            load_id,
            connection,
            now,
            wait_seconds=wait_seconds,
            on_wait=on_wait,
            on_step=self.on_step,
            known_at=known_at,
            source_sha256=source_sha256,
            mapping_sha256=mapping_sha256,
        )

    def snapshot(self, *, load_id: str | None = None, at: datetime | None = None) -> Snapshot:
        """The tables as the latest load left them, or as they were earlier.

        Parameters
        ----------
        load_id
            As this load left them.
        at
            As they were known at this moment.
        """
        if load_id is not None and at is not None:
            raise InvalidParameterError(
                en="Give a load_id or a moment `at`, not both.",
                ru="Укажите либо load_id, либо момент at, но не оба сразу.",
            )
        loads = read_loads(self.folder)
        chosen: LoadRecord | None
        if load_id is not None:
            chosen = _find(loads, load_id, self.folder)
        elif at is not None:
            chosen = _find_at(loads, at)
        else:
            chosen = loads[-1] if loads else None
        return take_snapshot(self.folder, loads, chosen)

    def list_loads(self) -> list[LoadRecord]:
        """Every complete load, first to last."""
        return list(read_loads(self.folder))

    def recover(self, *, wait_seconds: float = 600.0) -> Recovery:
        """Take back what dead loads left; every load does that first by itself."""
        with hold_writer_lock(self.folder, wait_seconds=wait_seconds):
            return recover(self.folder).recovery

    def find_customers(self, ids: Iterable[str], *, connection: "DuckDBPyConnection") -> Traces:
        """Where customers are found: what `erase_customers` would take out."""
        return find_traces(self.folder, ids, connection)

    def read_tombstones(self) -> frozenset[str]:
        """The keyed hashes of those who were erased and not readmitted."""
        loads = read_loads(self.folder)
        return read_tombstones(self.folder, loads[-1].versions) if loads else frozenset()

    def erase_customers(
        self,
        ids: Iterable[str],
        *,
        connection: "DuckDBPyConnection",
        now: datetime,
        tombstones: Iterable[str] = (),
        wait_seconds: float = 600.0,
    ) -> Erasure:
        """Take customers out of every table and every version; their rows are gone from the disk.

        Earlier loads can still be looked at: they show everybody else.

        Parameters
        ----------
        ids
            Values of `customer_id`.
        connection
            DuckDB, which rewrites the files that hold them.
        now
            The moment of the erasure, with a time zone.
        tombstones
            Keyed hashes of the ids, kept in the table `erased`, so that a source which still has
            these customers can be told from a new one.
        wait_seconds
            How long to wait while another process writes.
        """
        begun = self.begin(
            name_erasure(), connection=connection, now=now, wait_seconds=wait_seconds
        )
        with begun as load:
            return erase_within(load, ids, tombstones)

    def compact(
        self,
        *,
        connection: "DuckDBPyConnection",
        now: datetime,
        least_files: int = 8,
        wait_seconds: float = 600.0,
    ) -> Compaction:
        """Join the small files that many loads left: at least `least_files` of one partition."""
        if least_files < 2:
            raise InvalidParameterError(
                en=f"least_files must be 2 or more; got {least_files}.",
                ru=f"least_files должно быть не меньше 2; получено {least_files}.",
            )
        begun = self.begin(
            name_compaction(), connection=connection, now=now, wait_seconds=wait_seconds
        )
        with begun as load:
            return compact_within(load, least_files=least_files)

    def vacuum(
        self,
        *,
        now: datetime,
        retention_days: int = 30,
        keep: Collection[str] = (),
        wait_seconds: float = 600.0,
    ) -> Vacuum:
        """Delete data files that only loads older than the retention refer to.

        Parameters
        ----------
        now
            The moment from which the retention counts back.
        retention_days
            Every state of the lake within so many days stays readable.
        keep
            Ids of older loads that stay readable too: those that runs were pinned to.
        wait_seconds
            How long to wait while another process writes.
        """
        with hold_writer_lock(self.folder, wait_seconds=wait_seconds):
            recover(self.folder)
            return vacuum_files(self.folder, retention_days=retention_days, now=now, keep=keep)


def _find(loads: tuple[LoadRecord, ...], load_id: str, folder: Path) -> LoadRecord:
    for load in loads:
        if load.load_id == load_id:
            return load
    last, last_ru = " It has no loads yet.", " Загрузок в нём ещё не было."
    if loads:
        latest = loads[-1].load_id
        last, last_ru = f" The latest is '{latest}'.", f" Последняя — «{latest}»."
    raise NotFoundError(
        en=f"The lake {folder} has no load '{load_id}'.{last}",
        ru=f"В озере {folder} нет загрузки «{load_id}».{last_ru}",
    )


def _find_at(loads: tuple[LoadRecord, ...], at: datetime) -> LoadRecord | None:
    if at.tzinfo is None:
        raise InvalidParameterError(
            en=f"`at` must be a time with a time zone; got {at.isoformat()} without one.",
            ru=f"at должно быть временем с часовым поясом; получено {at.isoformat()} без него.",
        )
    known = [load for load in loads if load.loaded_at is not None and load.loaded_at <= at]
    return known[-1] if known else None
