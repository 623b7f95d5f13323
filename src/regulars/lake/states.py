"""Versions of states: since when each is known, and what was not known at its beginning."""

from dataclasses import replace
from typing import TYPE_CHECKING

from regulars.lake.comparison import (
    LAKE_FILE,
    LAKE_ROW,
    Comparison,
    count_rows,
    list_texts,
    select_stale,
)
from regulars.lake.facts import render_late
from regulars.lake.sql import fetch_counts, quote_name, quote_names
from regulars.lake.staging import render_instant

if TYPE_CHECKING:
    from regulars.lake.upsert import Planner

__all__ = ["compare_versions", "open_versions"]

_TICK = "INTERVAL 1 MICROSECOND"


def compare_versions(planner: "Planner", source: str) -> Comparison:
    """Each row beside the version in force on the day it tells of.

    A row of an earlier day than the stored ones becomes an earlier version: it does not undo
    what is known since.
    """
    keys, staged, shape = planner.shape.key, planner.staged, planner.shape
    compared = [n for n in staged.compared if n not in keys and n in staged.provided]
    named = quote_names(keys)
    telling = planner.telling
    again = list_texts(telling.again if telling.is_read_otherwise else ())
    told = (
        "known_at"
        if shape.is_observed
        else f"greatest({render_instant(telling.told_at)}, known_at)"
    )
    # By the clock alone a load is never older than what is here, even if the clock went back.
    in_force = (
        "t.known_at < s.lake_told_at + INTERVAL 1 SECOND"
        if shape.is_observed or telling.is_said
        else "true"
    )
    changes = planner.create(
        "changes",
        f"WITH told AS (SELECT *, {told} AS lake_told_at FROM {source}),"
        f" seen AS (SELECT {quote_names(keys, prefix='s.')},"
        f" max(t.known_at) FILTER ({in_force}) AS in_force_at, max(t.known_at) AS last_at,"
        f" bool_and(coalesce(t.load_id IN ({again}), false)) AS is_own"
        f" FROM told AS s JOIN {planner.stored} AS t USING ({named}) GROUP BY ALL)"
        f" SELECT {planner.render_content()}, s.end_known_at,"
        f" seen.is_own IS NULL OR seen.is_own AS lake_is_first, seen.is_own IS NULL AS lake_is_new,"
        f" {_render_overtaking(planner)} AS lake_is_overtaking,"
        f" CASE WHEN lake_is_first THEN s.known_at WHEN t.{LAKE_FILE} IS NULL THEN s.lake_told_at"
        f" ELSE greatest(s.lake_told_at, t.known_at + {_TICK}) END AS known_at"
        f" FROM told AS s LEFT JOIN seen USING ({named}) LEFT JOIN {planner.stored} AS t"
        f" ON {' AND '.join(f's.{quote_name(k)} = t.{quote_name(k)}' for k in keys)}"
        f" AND t.known_at = seen.in_force_at"
        f" WHERE t.{LAKE_FILE} IS NULL OR NOT ({planner.render_same('s', 't', compared)})",
    )
    is_late = "false" if shape.is_observed else render_late(planner)
    total, inserted, updated, replaced, late, overtaking = fetch_counts(
        planner.connection,
        f"SELECT (SELECT count(*) FROM {source}), count(*) FILTER (lake_is_new),"
        f" count(*) FILTER (NOT lake_is_new),"
        f" count(*) FILTER (lake_is_first AND NOT lake_is_new),"
        f" count(*) FILTER (lake_is_new AND {is_late}), count(*) FILTER (lake_is_overtaking)"
        f" FROM {changes}",
    )
    gone, removed = None, 0
    if telling.is_read_otherwise:
        (removed,) = fetch_counts(
            planner.connection, f"SELECT count(*) FROM ({select_stale(planner, source, keys)})"
        )
    if replaced or removed:
        gone = planner.create(
            "gone",
            f"SELECT {LAKE_FILE}, {LAKE_ROW}, false AS lake_is_corrected FROM {planner.stored}"
            f" WHERE ({named}) IN (SELECT ({named}) FROM {changes}"
            f" WHERE lake_is_first AND NOT lake_is_new)"
            f" UNION ALL {select_stale(planner, source, keys)}",
        )
    queries = open_versions(planner, changes) if inserted or updated else ()
    result = count_rows(inserted, updated, total - inserted - updated, removed=removed, late=late)
    return Comparison(queries, replace(result, overtaking=overtaking), gone)


def _render_overtaking(planner: "Planner") -> str:
    """SQL that is true of a change that becomes the last thing known, though later days are told of.

    A later source that said the same as before left no trace on the row, so it cannot be told
    whether this change was taken back by then.
    """
    shape, telling = planner.shape, planner.telling
    if telling.is_read_otherwise or not (shape.is_observed or telling.is_said):
        return "false"
    last = None if shape.is_observed else telling.find_last(shape.name)
    newest = f"(SELECT max(known_at) FROM {planner.stored})"
    if last is not None:
        newest = f"greatest({newest}, {render_instant(last)})"
    return f"coalesce(seen.last_at = seen.in_force_at AND s.lake_told_at < {newest}, false)"


def open_versions(planner: "Planner", changes: str, *, is_first: bool = False) -> tuple[str, ...]:
    """The rows to write for changed states.

    A state that began before it was told of is known since its beginning, but not what may have
    changed since: how it ended, its status. So it gets two versions.

    Parameters
    ----------
    planner
        Shape and columns.
    changes
        Rows with `known_at`, `end_known_at` and `lake_is_first`.
    is_first
        All are first versions: there is no `lake_is_first`.
    """
    unsettled = [n for n in planner.staged.names if n in planner.staged.provided]
    unsettled = [n for n in unsettled if planner.shape.is_unsettled(n)]
    rows = f"(SELECT *, true AS lake_is_first FROM {changes})" if is_first else changes
    if not unsettled:
        return (planner.render_new(rows),)
    told = render_instant(planner.telling.told_at)
    known = " OR ".join(f"{quote_name(name)} IS NOT NULL" for name in unsettled)
    marked = (
        f"(SELECT * REPLACE (CASE WHEN lake_has_two THEN lake_whole_at ELSE known_at END AS known_at),"
        f" known_at AS lake_first_at FROM (SELECT *,"
        f" least({told}, coalesce(end_known_at, {told})) AS lake_end_at,"
        f" greatest(known_at + {_TICK}, lake_end_at) AS lake_whole_at,"
        f" lake_is_first AND known_at < {told} AND ({known}) AS lake_has_two FROM {rows}))"
    )
    types = {column.name: column.type for column in planner.staged.columns}
    blank = ", ".join(f"CAST(NULL AS {types[n]}) AS {quote_name(n)}" for n in unsettled)
    first = (
        f"(SELECT * REPLACE ({blank}, lake_first_at AS known_at) FROM {marked} WHERE lake_has_two)"
    )
    return (planner.render_new(marked), planner.render_new(first))
