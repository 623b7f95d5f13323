"""One load: tables are written one after the other, and seen together when it is complete."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from regulars.errors import ConflictError, InvalidParameterError, StorageError
from regulars.lake.column_types import LAKE_COLUMNS, StoredColumn
from regulars.lake.delta import (
    DataFile,
    StaleVersionError,
    TableVersion,
    create_table,
    open_table,
)
from regulars.lake.load_log import append_load, read_loads
from regulars.lake.lock import hold_writer_lock
from regulars.lake.parquet import RowWriter
from regulars.lake.records import LoadRecord, Recovery, UpsertResult
from regulars.lake.recovery import recover
from regulars.lake.shapes import QUARANTINE, SYSTEM_SHAPES, TableShape, name_past, shape_of
from regulars.lake.sql import list_columns
from regulars.lake.staging import Origin, Staged, render_instant, stage
from regulars.lake.storage import storage_guard
from regulars.lake.telling import Telling, tell
from regulars.lake.upsert import Plan, Planner, WholeRule
from regulars.schema.contract import Contract

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["LoadTransaction"]

_MOST_TRIES = 5
_OURS = {*(column.name for column in LAKE_COLUMNS), "bucket"}


@dataclass
class LoadTransaction:
    """A load that is under way; made by `Lake.begin`, used with `with`.

    Leaving the block without `commit` takes everything back.

    Attributes
    ----------
    folder
        The lake.
    load_id
        Written into every row.
    connection
        Where the relations are; it computes, within its own memory limit.
    now
        The moment of the load, UTC.
    wait_seconds, on_wait
        How long to wait for another writer, and what to call once when it must.
    on_step
        Called with the name of each step that a dying process could leave behind.
    known_at
        Since when what changes is known; `now` when None.
    source_sha256, mapping_sha256
        Of the content, and of how it is read.
    recovery
        What had to be taken back before this load could begin.
    """

    folder: Path
    load_id: str
    connection: "DuckDBPyConnection"
    now: datetime
    wait_seconds: float = 600.0
    on_wait: Callable[[], None] | None = None
    on_step: Callable[[str], None] | None = None
    known_at: datetime | None = None
    source_sha256: str = ""
    mapping_sha256: str = ""
    recovery: Recovery = field(default_factory=Recovery)
    telling: Telling = field(init=False)
    _versions: dict[str, int] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)
    _is_open: bool = False

    def __enter__(self) -> Self:
        render_instant(self.now)
        render_instant(self.known_at or self.now)
        with ExitStack() as stack:
            stack.enter_context(
                hold_writer_lock(self.folder, wait_seconds=self.wait_seconds, on_wait=self.on_wait)
            )
            recovered = recover(self.folder)
            if self.load_id in recovered.load_ids:
                raise ConflictError(
                    en=f"The lake {self.folder} already has a load '{self.load_id}'."
                    " Give this one another id.",
                    ru=f"В озере {self.folder} уже есть загрузка «{self.load_id}». Дайте этой другое "
                    "имя.",
                )
            self.recovery = recovered.recovery
            self.telling = tell(
                read_loads(self.folder),
                now=self.now,
                known_at=self.known_at,
                source_sha256=self.source_sha256,
                mapping_sha256=self.mapping_sha256,
            )
            self._versions = dict(recovered.versions)
            self._stack = stack.pop_all()
        self._is_open = True
        self._step("begun")
        return self

    def __exit__(self, kind: type[BaseException] | None, *details: object) -> None:
        try:
            if self._is_open:
                self._is_open = False
                self._roll_back(is_failing=kind is not None)
        finally:
            self._stack.close()

    def upsert(
        self,
        contract: Contract,
        relation: str,
        *,
        wholes: WholeRule = "auto",
        beside: frozenset[str] = frozenset(),
        origin: Origin | None = None,
    ) -> UpsertResult:
        """Bring the rows of a relation into the table of `contract`.

        Parameters
        ----------
        contract
            The table.
        relation
            What stands after FROM: a table or view of the connection with the contract's columns,
            any further columns, `known_at` and `source_row`. It is read several times, so a table
            is better than a view of a file.
        wholes
            For parts of a whole (lines of an order) that has parts already: `whole` when the
            relation has all of its parts, `parts` when it continues it; `auto` finds out.
        beside
            Loads whose parts may be among those that continue a whole.
        origin
            What the relation is worked out from: rows that are all new are sorted as that.

        Returns
        -------
        UpsertResult
            How many rows were new, changed, known already, or contradicted.
        """

        def plan(planner: Planner) -> Plan:
            planner.wholes, planner.beside, planner.origin = wholes, beside, origin
            return planner.plan()

        return self._change(shape_of(contract), relation, plan)

    def append(self, table: str, relation: str) -> int:
        """Add all rows of a relation to a table; returns how many."""
        shape = SYSTEM_SHAPES.get(table) or TableShape(name=table)
        if table == QUARANTINE:
            relation = self._stamp(relation, "quarantined_at")
        return self._change(shape, relation, Planner.plan_append).inserted

    def commit(self, record: LoadRecord) -> Mapping[str, int]:
        """End the load: from now on everybody sees all of it. Returns the version of every table."""
        self._check_open()

        def complete(latest: LoadRecord | None) -> LoadRecord:
            versions = dict(latest.versions) if latest else {}
            for table, version in self._versions.items():
                versions[table] = max(version, versions.get(table, version))
            moments = [self.now, *([latest.loaded_at] if latest and latest.loaded_at else [])]
            return replace(
                record,
                load_id=self.load_id,
                loaded_at=max(moments),
                told_at=self.telling.told_at,
                versions=versions,
                sequence=latest.sequence + 1 if latest else 1,
            )

        self._step("before loads")
        for _ in range(_MOST_TRIES):
            try:
                written = append_load(self.folder, complete)
            except StaleVersionError:
                continue
            self._is_open = False
            self._step("after loads")
            return written.versions
        raise _explain_race(self.folder)

    def abandon(self) -> None:
        """End the load without keeping anything of it."""
        self._check_open()
        self._is_open = False
        self._roll_back(is_failing=False)

    def render_now(self) -> str:
        """SQL of the moment of the load."""
        return render_instant(self.now)

    def commit_files(self, table: str, added: list[DataFile], removed: list[DataFile]) -> None:
        """Exchange files of a table; for upkeep, which writes them itself."""
        self._check_open()
        target = open_table(self.folder / table)
        if target is None:
            raise StorageError(
                en=f"The lake {self.folder} has no table '{table}' any more.",
                ru=f"В озере {self.folder} больше нет таблицы «{table}».",
            )
        self._versions[table] = target.commit(added, removed, load_id=self.load_id)
        self._step(f"committed {table}")

    # -------------------------------------------------------------------------------------------

    def _change(
        self, shape: TableShape, relation: str, make_plan: Callable[[Planner], Plan]
    ) -> UpsertResult:
        self._check_open()
        with storage_guard(self.folder):
            for _ in range(_MOST_TRIES):
                try:
                    plan = self._try_change(shape, relation, make_plan)
                except StaleVersionError:
                    # Somebody without our lock was faster: what is new must be found out again.
                    self._step(f"stale {shape.name}")
                else:
                    self._keep_past(shape, plan.superseded)
                    return plan.result
        raise _explain_race(self.folder / shape.name)

    def _try_change(
        self, shape: TableShape, relation: str, make_plan: Callable[[Planner], Plan]
    ) -> Plan:
        target = open_table(self.folder / shape.name)
        stored = None
        if target is not None:
            stored = [column for column in target.columns if column.name not in _OURS]
        known_from = None
        is_dated = shape.is_fact or (shape.is_state and not shape.is_observed)
        if is_dated and not self.telling.is_history(shape.name):
            known_from = self.telling.told_at
        staged = stage(
            self.connection,
            relation,
            shape=shape,
            stored=stored,
            now=self.now,
            told_at=self.telling.told_at,
            known_from=known_from,
        )
        planner = Planner(self.connection, shape, staged, target, self.load_id, self.telling)
        try:
            plan = make_plan(planner)
            self._write(shape, staged, target, plan)
        finally:
            planner.drop_scratch()
            self.connection.execute(f"DROP VIEW IF EXISTS {staged.view}")
        return plan

    def _keep_past(self, shape: TableShape, superseded: str | None) -> None:
        """Put what facts said before they were corrected beside their table."""
        if superseded is None:
            return
        past = TableShape(
            name=name_past(shape.name),
            declared=shape.declared,
            derived=shape.derived,
            time_column=shape.time_column,
            is_bucketed=shape.is_bucketed,
        )
        self._change(past, superseded, Planner.plan_append)
        self.connection.execute(f"DROP TABLE {superseded}")

    def _write(
        self, shape: TableShape, staged: Staged, target: TableVersion | None, plan: Plan
    ) -> None:
        columns = (*staged.columns, *LAKE_COLUMNS)
        # What is missing in every row need not be written: it takes as long as what is there.
        there = staged.provided | _OURS if plan.is_only_new else {one.name for one in columns}
        written = tuple(column for column in columns if column.name in there)
        is_bucketed = shape.is_bucketed if target is None else target.is_bucketed
        writer = RowWriter(self.connection, self.folder / shape.name, self.load_id, written)
        added = self._write_files(writer, staged, plan, is_bucketed=is_bucketed)
        try:
            if target is None:
                stored = (*columns, StoredColumn("bucket", "INTEGER")) if is_bucketed else columns
                self._make_table(shape.name, stored, added, is_bucketed=is_bucketed)
            elif staged.widened:
                self._step(f"written {shape.name}")
                every = (*columns, StoredColumn("bucket", "INTEGER")) if is_bucketed else columns
                self._versions[shape.name] = target.rewrite(added, every, load_id=self.load_id)
                self._step(f"committed {shape.name}")
            elif added or plan.rewritten:
                self._exchange(shape.name, target, staged.added, added, plan.rewritten)
            else:
                self._versions[shape.name] = target.version
        except StaleVersionError:
            for file in added:
                (self.folder / shape.name / file.path).unlink()
            raise

    def _make_table(
        self,
        table: str,
        columns: tuple[StoredColumn, ...],
        added: list[DataFile],
        *,
        is_bucketed: bool,
    ) -> None:
        self._step(f"written {table}")
        self._versions[table] = create_table(
            self.folder / table,
            columns,
            added,
            load_id=self.load_id,
            is_bucketed=is_bucketed,
        )
        self._step(f"committed {table}")

    def _exchange(
        self,
        table: str,
        target: TableVersion,
        new_columns: tuple[StoredColumn, ...],
        added: list[DataFile],
        removed: tuple[DataFile, ...],
    ) -> None:
        self._step(f"written {table}")
        if new_columns:
            target = target.add_columns(new_columns, load_id=self.load_id)
            self._step(f"evolved {table}")
        self._versions[table] = target.commit(added, removed, load_id=self.load_id)
        self._step(f"committed {table}")

    def _write_files(
        self, writer: RowWriter, staged: Staged, plan: Plan, *, is_bucketed: bool
    ) -> list[DataFile]:
        if not plan.queries:
            return []
        rows = " UNION ALL ".join(plan.queries)
        if not is_bucketed:
            return writer.write(rows)
        if plan.origin is not None:
            return writer.write_derived(plan.origin, staged.values)
        customers = [f"SELECT customer_id FROM ({query})" for query in plan.queries]
        # By time only when files are joined: it takes as long as a sixth of the reading, and no
        # query is faster for it.
        return writer.write_buckets(rows, customers=customers, is_new=not plan.rewritten)

    def _stamp(self, relation: str, column: str) -> str:
        if column in list_columns(self.connection, relation):
            return relation
        return f"(SELECT *, {render_instant(self.now)} AS {column} FROM {relation})"

    def _roll_back(self, *, is_failing: bool) -> None:
        try:
            recover(self.folder)
        except StorageError:
            # The first error tells what is wrong; the next command takes back what is left.
            if not is_failing:
                raise

    def _check_open(self) -> None:
        if not self._is_open:
            raise InvalidParameterError(
                en=f"The load '{self.load_id}' is not under way: it has ended, or `with` is missing.",
                ru=f"Загрузка «{self.load_id}» не идёт: она завершена, или пропущено with.",
            )

    def _step(self, name: str) -> None:
        if self.on_step is not None:
            self.on_step(name)


def _explain_race(folder: Path) -> ConflictError:
    return ConflictError(
        en=f"Another program wrote to {folder} {_MOST_TRIES} times while this load was trying to."
        " Nothing of this load was kept. Stop the other program and run the load again.",
        ru=f"Другая программа писала в {folder} {_MOST_TRIES} раз, пока это пыталась сделать "
        "загрузка. Ничего из неё не сохранено. Остановите ту программу и повторите "
        "загрузку.",
    )
