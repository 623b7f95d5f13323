"""Which rows of a load are new, changed or known already: the plan of one table's next version.

Everything is a query; only counts and names of files come to Python.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from regulars.lake.delta import DataFile, TableVersion
from regulars.lake.parquet import scan_files, select_columns
from regulars.lake.records import UpsertResult
from regulars.lake.shapes import TableShape
from regulars.lake.sql import (
    fetch_counts,
    name_scratch,
    quote_name,
    quote_names,
    quote_text,
)
from regulars.lake.staging import Staged, render_instant

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Plan", "Planner"]

_FILE = "lake_file"
_ROW = "file_row_number"
# A comparison of more columns than this is one of two structs: the parser limits long chains.
_MOST_COMPARED_SINGLY = 200


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
    """

    queries: tuple[str, ...]
    rewritten: tuple[DataFile, ...]
    result: UpsertResult


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
    changed_at
        Since when a change of a state is known.
    """

    connection: "DuckDBPyConnection"
    shape: TableShape
    staged: Staged
    target: TableVersion | None
    load_id: str
    changed_at: datetime
    _scratch: list[tuple[str, str]] = field(default_factory=list)

    def plan(self) -> Plan:
        """Compare, and say what to write."""
        keyed, loose, result = self._split()
        queries: list[str] = []
        rewritten: tuple[DataFile, ...] = ()
        if not self._has_rows:
            queries += [self._render_new(source) for source in (keyed, loose) if source]
            inserted = self.staged.row_count - result.unchanged - result.conflicts
            return Plan(tuple(queries), (), _add(result, inserted=inserted))
        if keyed:
            query, rewritten, found = self._compare_by_key(keyed)
            queries += query
            result = _add(result, found.inserted, found.updated, found.unchanged)
        if loose:
            query, found = self._compare_whole(loose, is_keyed_table=bool(self.shape.key))
            queries += query
            result = _add(result, found.inserted, found.updated, found.unchanged)
        return Plan(tuple(queries), rewritten, result)

    def plan_append(self) -> Plan:
        """All rows are new."""
        rows = self._render_new(self.staged.view)
        return Plan((rows,), (), UpsertResult(inserted=self.staged.row_count))

    def plan_replacement(self, column: str) -> Plan:
        """All rows are new, and those of the table with the same value in `column` go."""
        rows = self._render_new(self.staged.view)
        result = UpsertResult(inserted=self.staged.row_count)
        if not self._has_rows:
            return Plan((rows,), (), result)
        name = quote_name(column)
        gone = self._create(
            "gone",
            f"SELECT {_FILE}, {_ROW} FROM {self._stored}"
            f" WHERE {name} IN (SELECT {name} FROM {self.staged.view})",
        )
        kept, rewritten = self._rewrite(gone)
        return Plan((rows, *kept), rewritten, result)

    def drop_scratch(self) -> None:
        """Forget the temporary tables, except that of the conflicts."""
        for kind, name in reversed(self._scratch):
            self.connection.execute(f"DROP {kind} IF EXISTS {name}")
        self._scratch.clear()

    # What is compared ------------------------------------------------------------------------

    @property
    def _has_rows(self) -> bool:
        return self.target is not None and bool(self.target.files)

    @cached_property
    def _stored(self) -> str:
        """A view of the table's rows with the columns of the staged ones, and where each is."""
        assert self.target is not None  # noqa: S101 - asked only when there are rows
        return self._view_of(self.target.files)

    def _view_of(self, files: Iterable[DataFile]) -> str:
        target = self.target
        assert target is not None  # noqa: S101 - asked only when there are rows
        rows = scan_files(
            target.folder,
            [file.path for file in files],
            is_uneven=target.is_uneven,
            more=f", filename = {quote_text(_FILE)}, file_row_number = true",
        )
        added = {column.name for column in self.staged.added}
        old = [column for column in self.staged.columns if column.name not in added]
        chosen = [select_columns(self.connection, rows, old, is_uneven=target.is_uneven)]
        chosen += [
            f"CAST(NULL AS {column.type}) AS {quote_name(column.name)}"
            for column in self.staged.added
        ]
        view = name_scratch("stored")
        self.connection.execute(
            f"CREATE TEMP VIEW {view} AS SELECT {', '.join(chosen)}, known_at, load_id,"
            f" {_FILE}, {_ROW} FROM {rows}"
        )
        self._scratch.append(("VIEW", view))
        return view

    def _create(self, purpose: str, query: str, *, kind: str = "TABLE") -> str:
        name = name_scratch(purpose)
        self.connection.execute(f"CREATE TEMP {kind} {name} AS {query}")
        self._scratch.append((kind, name))
        return name

    def _render_new(self, source: str) -> str:
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
        loose = None
        if with_key < self.staged.row_count:
            loose = self._create(
                "loose", f"SELECT * FROM {view} WHERE NOT ({has_key})", kind="VIEW"
            )
        if not with_key:
            return None, loose, UpsertResult()
        keyed = view
        if loose:
            keyed = self._create("keyed", f"SELECT * FROM {view} WHERE {has_key}", kind="VIEW")
        if not repeated:
            return keyed, loose, UpsertResult()
        once, result = self._settle_repeated(keyed)
        return once, loose, result

    def _settle_repeated(self, keyed: str) -> tuple[str, UpsertResult]:
        """Of rows with one key the last counts; the others agree with it or are conflicts."""
        keys = quote_names(self.shape.key)
        repeated = self._create(
            "repeated",
            f"SELECT *, row_number() OVER (PARTITION BY {keys} ORDER BY source_row DESC) AS lake_place"
            f" FROM {keyed} WHERE ({keys}) IN"
            f" (SELECT ({keys}) FROM {keyed} GROUP BY {keys} HAVING count(*) > 1)",
        )
        same = self._render_same("one", "last", self.staged.compared)
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
        once = self._create(
            "once",
            f"SELECT * FROM {keyed} AS s ANTI JOIN {repeated} AS r USING ({keys})"
            f" UNION ALL SELECT * EXCLUDE (lake_place) FROM {repeated} WHERE lake_place = 1",
            kind="VIEW",
        )
        return once, result

    def _compare_by_key(self, source: str) -> tuple[list[str], tuple[DataFile, ...], UpsertResult]:
        keys = self.shape.key
        stored = self._latest_versions() if self.shape.is_state else self._stored
        on = " AND ".join(f"s.{quote_name(k)} = t.{quote_name(k)}" for k in keys)
        compared = [
            name
            for name in self.staged.compared
            if name not in keys and name in self.staged.provided
        ]
        content = ", ".join(
            # A source that does not have a column says nothing about it.
            f"{'s' if name in self.staged.provided else 't'}.{quote_name(name)}"
            for name in self.staged.names
        )
        changes = self._create(
            "changes",
            f"SELECT {content}, {self._render_known_at()} AS known_at, t.{_FILE}, t.{_ROW}"
            f" FROM {source} AS s LEFT JOIN {stored} AS t ON {on}"
            f" WHERE t.{_FILE} IS NULL OR NOT ({self._render_same('s', 't', compared)})",
        )
        total, inserted, updated = fetch_counts(
            self.connection,
            f"SELECT (SELECT count(*) FROM {source}), count(*) FILTER ({_FILE} IS NULL),"
            f" count({_FILE}) FROM {changes}",
        )
        result = UpsertResult(inserted, updated, total - inserted - updated)
        queries = [self._render_new(changes)] if inserted + updated else []
        if self.shape.is_state or not updated:
            return queries, (), result
        gone = self._create(
            "gone", f"SELECT {_FILE}, {_ROW} FROM {changes} WHERE {_FILE} IS NOT NULL"
        )
        kept, rewritten = self._rewrite(gone)
        return queries + kept, rewritten, result

    def _render_known_at(self) -> str:
        moment = render_instant(self.changed_at)
        if self.shape.is_state:
            # Versions of one key have an order, even when the clock stood still or went back.
            later = f"greatest({moment}, t.known_at + INTERVAL 1 MICROSECOND)"
            return f"CASE WHEN t.{_FILE} IS NULL THEN s.known_at ELSE {later} END"
        return f"CASE WHEN t.{_FILE} IS NULL THEN s.known_at ELSE t.known_at END"

    def _latest_versions(self) -> str:
        keys = quote_names(self.shape.key)
        return (
            f"(SELECT t.* FROM {self._stored} AS t JOIN (SELECT {keys}, max(known_at) AS known_at"
            f" FROM {self._stored} GROUP BY {keys}) AS latest USING ({keys}, known_at))"
        )

    def _compare_whole(
        self, source: str, *, is_keyed_table: bool
    ) -> tuple[list[str], UpsertResult]:
        """Rows without a key: as many of each content as the table does not have yet."""
        (total,) = fetch_counts(self.connection, f"SELECT count(*) FROM {source}")
        candidates = self._filter_candidates(source, is_keyed_table=is_keyed_table)
        (comparable,) = fetch_counts(
            self.connection, f"SELECT count(*) FROM {self._stored} WHERE {candidates}"
        )
        if not comparable:
            return [self._render_new(source)], UpsertResult(inserted=total)
        compared = quote_names(self.staged.compared)
        others = [name for name in self.staged.names if name not in self.staged.compared]
        kept = "".join(
            f", any_value({quote_name(name)}) FILTER (lake_here = 1) AS {quote_name(name)}"
            for name in others
        )
        chosen = quote_names((*self.staged.compared, *others))
        surplus = self._create(
            "surplus",
            f"SELECT {compared}{kept}, min(known_at) FILTER (lake_here = 1) AS known_at,"
            f" CAST(2 * sum(lake_here) - count(*) AS BIGINT) AS lake_more FROM"
            f" (SELECT {chosen}, known_at, 1 AS lake_here FROM {source} UNION ALL"
            f" SELECT {chosen}, known_at, 0 AS lake_here FROM {self._stored} WHERE {candidates})"
            f" GROUP BY {compared} HAVING 2 * sum(lake_here) > count(*)",
        )
        (inserted,) = fetch_counts(self.connection, f"SELECT sum(lake_more) FROM {surplus}")
        result = UpsertResult(inserted=inserted, unchanged=total - inserted)
        copies = f"(SELECT *, unnest(range(lake_more)) AS lake_copy FROM {surplus})"
        return ([self._render_new(copies)] if inserted else []), result

    def _filter_candidates(self, source: str, *, is_keyed_table: bool) -> str:
        """Which stored rows can equal one of the source: those of its time, without a key."""
        conditions = ["true"]
        if is_keyed_table:
            missing = (f"{quote_name(name)} IS NULL" for name in self.shape.key)
            conditions.append(f"({' OR '.join(missing)})")
        time = self.shape.time_column
        if time and time in self.staged.provided:
            name = quote_name(time)
            row = self.connection.execute(
                f"SELECT CAST(min({name}) AS VARCHAR), CAST(max({name}) AS VARCHAR),"
                f" count(*) FILTER ({name} IS NULL) FROM {source}"
            ).fetchone()
            if row and row[0] is not None and not row[2]:
                conditions.append(f"{name} BETWEEN {quote_text(row[0])} AND {quote_text(row[1])}")
        return " AND ".join(conditions)

    def _rewrite(self, gone: str) -> tuple[list[str], tuple[DataFile, ...]]:
        """The rows that stay of the files which lose some, and those files."""
        assert self.target is not None  # noqa: S101 - rows can only go from a table
        rows = self.connection.execute(f"SELECT DISTINCT {_FILE} FROM {gone}").fetchall()
        names = {str(row[0]) for row in rows}
        files = tuple(
            file for file in self.target.files if str(self.target.folder / file.path) in names
        )
        if not files:
            return [], ()
        kept = (
            f"SELECT {quote_names(self.staged.names)}, known_at, load_id"
            f" FROM {self._view_of(files)} AS t ANTI JOIN {gone} AS g USING ({_FILE}, {_ROW})"
        )
        return [kept], files

    def _render_same(self, one: str, other: str, names: Iterable[str]) -> str:
        quoted = [quote_name(name) for name in names]
        if not quoted:
            return "true"
        if len(quoted) > _MOST_COMPARED_SINGLY:
            left = ", ".join(f"{one}.{name}" for name in quoted)
            right = ", ".join(f"{other}.{name}" for name in quoted)
            return f"row({left}) IS NOT DISTINCT FROM row({right})"
        return " AND ".join(f"{one}.{name} IS NOT DISTINCT FROM {other}.{name}" for name in quoted)


def _add(
    result: UpsertResult, inserted: int = 0, updated: int = 0, unchanged: int = 0
) -> UpsertResult:
    return UpsertResult(
        result.inserted + inserted,
        result.updated + updated,
        result.unchanged + unchanged,
        result.conflicts,
        result.conflicts_relation,
    )
