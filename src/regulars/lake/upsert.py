"""Which rows of a load are new, changed or known already: the plan of one table's next version.

Everything is a query; only counts and names of files come to Python.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from regulars.errors import SchemaError
from regulars.lake.column_types import LAKE_COLUMNS, StoredColumn, as_text
from regulars.lake.comparison import LAKE_FILE, LAKE_ROW, Comparison
from regulars.lake.delta import DataFile, TableVersion
from regulars.lake.facts import compare_facts, compare_loose
from regulars.lake.parquet import scan_files
from regulars.lake.records import UpsertResult
from regulars.lake.shapes import TableShape
from regulars.lake.sql import (
    fetch_counts,
    name_scratch,
    quote_name,
    quote_names,
    quote_text,
)
from regulars.lake.staging import Origin, Staged, render_instant
from regulars.lake.states import compare_versions, open_versions
from regulars.lake.telling import Telling
from regulars.lake.wholes import compare_wholes

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["UNTIL", "Plan", "Planner", "WholeRule"]

UNTIL = "until_at"
"""Of a superseded fact: the instant up to which it was what we knew."""

WholeRule = Literal["auto", "whole", "parts"]
"""How a whole is meant that comes again: found out, complete, or continued."""

# A comparison of more columns than this is one of two structs: the parser limits long chains.
_MOST_COMPARED_SINGLY = 200
_MOST_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Plan:
    """What the next version of a table is made of.

    Attributes
    ----------
    queries
        Each gives rows to write: content columns, `known_at`, `load_id`.
    rewritten
        Files of the table that the written rows replace.
    result
        What became of the rows of the load.
    superseded
        A temporary table of the facts that the written rows correct; None when the past is not
        kept.
    is_only_new
        Whether the rows to write are the source's alone: nothing in them is from the table.
    origin
        What the rows to write are worked out from, where they are those of the load as they are.
    """

    queries: tuple[str, ...]
    rewritten: tuple[DataFile, ...]
    result: UpsertResult
    superseded: str | None = None
    is_only_new: bool = False
    origin: Origin | None = None


@dataclass
class Planner:
    """Compares staged rows with a table.

    Attributes
    ----------
    connection
        Where both are queried.
    shape
        Key, time and kind of the table.
    staged
        The rows of the load.
    target
        The table as it is; None when there is none yet.
    load_id
        Written into the rows.
    telling
        When what the load tells was so.
    wholes
        How a whole is meant that comes again.
    beside
        Loads whose parts may be among those that continue a whole.
    origin
        What the staged rows are worked out from.
    """

    connection: "DuckDBPyConnection"
    shape: TableShape
    staged: Staged
    target: TableVersion | None
    load_id: str
    telling: Telling
    wholes: WholeRule = "auto"
    beside: frozenset[str] = frozenset()
    origin: Origin | None = None
    _scratch: list[tuple[str, str]] = field(default_factory=list)

    def plan(self) -> Plan:
        """Compare, and say what to write."""
        plan = self._compare()
        is_whole = plan.queries == (self.render_new(self.staged.view),)
        return replace(plan, origin=self.origin) if is_whole else plan

    def _compare(self) -> Plan:
        keyed, loose, result = self._split()
        result = replace(result, widened=self._list_widened())
        if not self.has_rows:
            inserted = self.staged.row_count - result.unchanged - result.conflicts
            result = _add(result, UpsertResult(inserted=inserted))
            return Plan(self._render_first(keyed, loose), (), result, is_only_new=True)
        found = []
        if keyed:
            compare = compare_versions if self.shape.is_state else compare_facts
            found.append(compare(self, keyed))
        if loose and self.shape.whole:
            found.append(compare_wholes(self, loose))
        elif loose:
            found.append(compare_loose(self, loose, is_keyed_table=bool(self.shape.key)))
        is_only_new = not keyed and not self.shape.whole
        return self._join(found, result, is_only_new=is_only_new)

    def _render_first(self, keyed: str | None, loose: str | None) -> tuple[str, ...]:
        queries = (self.render_new(loose),) if loose else ()
        if keyed and self.shape.is_state:
            return (*open_versions(self, keyed, is_first=True), *queries)
        return (self.render_new(keyed), *queries) if keyed else queries

    def _join(
        self, found: Iterable[Comparison], result: UpsertResult, *, is_only_new: bool
    ) -> Plan:
        queries: list[str] = []
        gone: list[str] = []
        for each in found:
            queries += each.queries
            gone += [each.gone] if each.gone else []
            result = _add(result, each.result)
        if not gone and not self.staged.widened:
            return Plan(tuple(queries), (), result, is_only_new=is_only_new)
        none = f"SELECT {LAKE_FILE}, {LAKE_ROW}, false AS lake_is_corrected FROM {self.stored}"
        places = " UNION ALL ".join([f"{none} WHERE false", *(f"FROM {one}" for one in gone)])
        every = self.create("every_gone", places)
        kept, rewritten = self.rewrite(every)
        superseded = None
        if self.keeps_past:
            # Not dropped with the rest: it is written when the table's own rows are.
            superseded = name_scratch("superseded")
            self.connection.execute(
                f"CREATE TEMP TABLE {superseded} AS SELECT {quote_names(self.staged.names)},"
                f" known_at, {render_instant(self.telling.told_at)} AS {UNTIL} FROM {self.stored}"
                f" JOIN {every} USING ({LAKE_FILE}, {LAKE_ROW}) WHERE lake_is_corrected"
            )
        return Plan((*queries, *kept), rewritten, result, superseded)

    def plan_append(self) -> Plan:
        """All rows are new."""
        rows = self.render_new(self.staged.view)
        return Plan((rows,), (), UpsertResult(inserted=self.staged.row_count))

    def drop_scratch(self) -> None:
        """Forget the temporary tables, except that of the conflicts."""
        for kind, name in reversed(self._scratch):
            self.connection.execute(f"DROP {kind} IF EXISTS {name}")
        self._scratch.clear()

    # What is compared ------------------------------------------------------------------------

    @property
    def keeps_past(self) -> bool:
        """Whether what a fact said before it was corrected is kept for questions about then."""
        return self.shape.is_fact and self.is_news

    @property
    def is_news(self) -> bool:
        """Whether somebody may have asked already for what the load adds or corrects."""
        is_history = self.telling.is_history(self.shape.name)
        return not is_history and not self.telling.is_read_otherwise

    @property
    def has_rows(self) -> bool:
        """Whether the table has any."""
        return self.target is not None and bool(self.target.files)

    @cached_property
    def stored(self) -> str:
        """A view of the table's rows with the columns of the staged ones, and where each is."""
        assert self.target is not None  # noqa: S101 - asked only when there are rows
        return self._view_of(self.target.files)

    def _view_of(self, files: Iterable[DataFile]) -> str:
        target = self.target
        assert target is not None  # noqa: S101 - asked only when there are rows
        widened = self.staged.widened
        before = [replace(one, type=widened.get(one.name, one.type)) for one in self.staged.columns]
        rows = scan_files(
            target.folder,
            [file.path for file in files],
            (*before, *LAKE_COLUMNS),
            more=f", filename = {quote_text(LAKE_FILE)}",
        )
        chosen = ", ".join(self._widen(column) for column in self.staged.columns)
        view = name_scratch("stored")
        self.connection.execute(
            f"CREATE TEMP VIEW {view} AS SELECT {chosen}, known_at, load_id,"
            f" {LAKE_FILE}, {LAKE_ROW} FROM {rows}"
        )
        self._scratch.append(("VIEW", view))
        return view

    def _list_widened(self) -> tuple[tuple[str, str, str], ...]:
        """What gets another type; raises `SchemaError` when a number would not survive that."""
        after = {column.name: column.type for column in self.staged.columns}
        widened = tuple((one, kind, after[one]) for one, kind in self.staged.widened.items())
        for name, _, kind in widened:
            if kind != "DOUBLE" or not self.has_rows:
                continue
            number = quote_name(name)
            (lost,) = fetch_counts(
                self.connection,
                f"SELECT count(*) FROM {self.stored} WHERE abs({number}) > {_MOST_EXACT}",
            )
            if lost:
                raise SchemaError(
                    en=f"Column '{name}' of table '{self.shape.name}' holds whole numbers too long to"
                    " stand beside fractions without loss. Load it under another name:"
                    f' --map "{name}={name}_2".',
                    ru=f"В столбце «{name}» таблицы «{self.shape.name}» целые числа слишком длинны,"
                    " чтобы хранить рядом с ними дробные без потерь. Загрузите его под другим именем:"
                    f' --map "{name}={name}_2".',
                )
        return widened

    def _widen(self, column: StoredColumn) -> str:
        name, before = quote_name(column.name), self.staged.widened.get(column.name)
        if before is None:
            return name
        is_text = column.type == "VARCHAR"
        value = as_text(name, before) if is_text else f"CAST({name} AS {column.type})"
        return f"{value} AS {name}"

    def create(self, purpose: str, query: str, *, kind: str = "TABLE") -> str:
        """A temporary table or view, dropped when the plan is carried out."""
        name = name_scratch(purpose)
        self.connection.execute(f"CREATE TEMP {kind} {name} AS {query}")
        self._scratch.append((kind, name))
        return name

    def render_content(self) -> str:
        """The columns of `s`; what its source does not have is as it stands in `t`."""
        return ", ".join(
            f"{'s' if name in self.staged.provided else 't'}.{quote_name(name)}"
            for name in self.staged.names
        )

    def render_new(self, source: str) -> str:
        """A query of rows to write."""
        return (
            f"SELECT {quote_names(self.staged.names)}, known_at,"
            f" {quote_text(self.load_id)} AS load_id FROM {source}"
        )

    # Rows with a key, and rows without -------------------------------------------------------

    def _split(self) -> tuple[str | None, str | None, UpsertResult]:
        """Rows with a full key, once each; rows without; and what became of the repeated ones."""
        view = self.staged.view
        if not self.shape.key:
            return None, view, UpsertResult()
        has_key = " AND ".join(f"{quote_name(name)} IS NOT NULL" for name in self.shape.key)
        keys = quote_names(self.shape.key)
        with_key, repeated = fetch_counts(
            self.connection,
            f"SELECT coalesce(sum(n), 0), count(*) FILTER (n > 1) FROM"
            f" (SELECT count(*) AS n FROM {view} WHERE {has_key} GROUP BY {keys})",
        )
        if not with_key:
            return None, view, UpsertResult()
        loose = None
        if with_key < self.staged.row_count:
            loose = self.create("loose", f"SELECT * FROM {view} WHERE NOT ({has_key})", kind="VIEW")
        keyed = view
        if loose:
            keyed = self.create("keyed", f"SELECT * FROM {view} WHERE {has_key}", kind="VIEW")
        if not repeated:
            return keyed, loose, UpsertResult()
        once, result = self._settle_repeated(keyed)
        return once, loose, result

    def _settle_repeated(self, keyed: str) -> tuple[str, UpsertResult]:
        """Of rows with one key the last counts; the others agree with it or are conflicts."""
        keys = quote_names(self.shape.key)
        repeated = self.create(
            "repeated",
            f"SELECT *, row_number() OVER (PARTITION BY {keys} ORDER BY source_row DESC) AS lake_place"
            f" FROM {keyed} WHERE ({keys}) IN"
            f" (SELECT ({keys}) FROM {keyed} GROUP BY {keys} HAVING count(*) > 1)",
        )
        same = self.render_same("one", "last", self.staged.compared)
        on = " AND ".join(f"one.{quote_name(k)} = last.{quote_name(k)}" for k in self.shape.key)
        conflicts = name_scratch("conflicts")
        self.connection.execute(
            f"CREATE TEMP TABLE {conflicts} AS SELECT one.source_row,"
            f" 'another row with the same key says otherwise; the last one counts' AS reason"
            f" FROM {repeated} AS one JOIN {repeated} AS last ON {on}"
            f" WHERE one.lake_place > 1 AND last.lake_place = 1 AND NOT ({same})"
        )
        (losers,) = fetch_counts(
            self.connection, f"SELECT count(*) FROM {repeated} WHERE lake_place > 1"
        )
        (contradicted,) = fetch_counts(self.connection, f"SELECT count(*) FROM {conflicts}")
        if not contradicted:
            self.connection.execute(f"DROP TABLE {conflicts}")
        result = UpsertResult(
            unchanged=losers - contradicted,
            conflicts=contradicted,
            conflicts_relation=conflicts if contradicted else None,
        )
        once = self.create(
            "once",
            f"SELECT * FROM {keyed} AS s ANTI JOIN {repeated} AS r USING ({keys})"
            f" UNION ALL SELECT * EXCLUDE (lake_place) FROM {repeated} WHERE lake_place = 1",
            kind="VIEW",
        )
        return once, result

    def rewrite(self, gone: str) -> tuple[list[str], tuple[DataFile, ...]]:
        """The rows that stay of the files which lose some, and those files.

        When a column gets another type these are all files.
        """
        assert self.target is not None  # noqa: S101 - rows can only go from a table
        rows = self.connection.execute(f"SELECT DISTINCT {LAKE_FILE} FROM {gone}").fetchall()
        names = {str(row[0]) for row in rows}
        files = tuple(
            file
            for file in self.target.files
            if self.staged.widened or str(self.target.folder / file.path) in names
        )
        if not files:
            return [], ()
        kept = (
            f"SELECT {quote_names(self.staged.names)}, known_at, load_id"
            f" FROM {self._view_of(files)} AS t ANTI JOIN {gone} AS g USING ({LAKE_FILE}, {LAKE_ROW})"
        )
        return [kept], files

    def render_same(self, one: str, other: str, names: Iterable[str]) -> str:
        """SQL that is true where two rows have the same in these columns."""
        quoted = [quote_name(name) for name in names]
        if not quoted:
            return "true"
        if len(quoted) > _MOST_COMPARED_SINGLY:
            left = ", ".join(f"{one}.{name}" for name in quoted)
            right = ", ".join(f"{other}.{name}" for name in quoted)
            return f"row({left}) IS NOT DISTINCT FROM row({right})"
        return " AND ".join(f"{one}.{name} IS NOT DISTINCT FROM {other}.{name}" for name in quoted)


def _add(result: UpsertResult, more: UpsertResult) -> UpsertResult:
    counts = {
        one.name: getattr(result, one.name) + getattr(more, one.name)
        for one in fields(UpsertResult)
        if one.name != "conflicts_relation"
    }
    return replace(result, **counts)
