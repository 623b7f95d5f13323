"""Parts of a whole (the lines of an order) beside those that are stored.

A part is known again by its number, else by what it is of (the product). With numbers, a part
takes the place of the one with its number. Without, a whole that comes with any of its parts
again has been told anew: its parts take the place of all that are stored. A whole that comes
with none of them is continued.
"""

from typing import TYPE_CHECKING

from regulars.lake.comparison import (
    LAKE_FILE,
    LAKE_ROW,
    Comparison,
    count_rows,
    list_texts,
    select_stale,
)
from regulars.lake.facts import render_correction_at
from regulars.lake.sql import fetch_counts, quote_name, quote_names, quote_text

if TYPE_CHECKING:
    from regulars.lake.upsert import Planner
    from regulars.schema.contract import Whole

__all__ = ["compare_wholes"]


def compare_wholes(planner: "Planner", source: str) -> Comparison:
    """Rows that are parts of a whole."""
    whole = planner.shape.whole
    assert whole is not None  # noqa: S101 - asked only of tables of parts
    column = quote_name(whole.column)
    stored = planner.create(
        "parts",
        f"SELECT * FROM {planner.stored} WHERE {column} IN (SELECT {column} FROM {source})",
    )
    total, known = fetch_counts(
        planner.connection,
        f"SELECT (SELECT count(*) FROM {source}), (SELECT count(*) FROM {stored})",
    )
    if not known and not planner.telling.is_read_otherwise:
        return Comparison((planner.render_new(source),), count_rows(total))
    told = _judge_wholes(planner, whole, source, stored)
    pairs = _pair_parts(planner, whole, source, stored, told)
    return _gather(planner, pairs, source, total)


def _judge_wholes(planner: "Planner", whole: "Whole", source: str, stored: str) -> str:
    """One row per whole that comes again: is it numbered, complete, outdated."""
    telling = planner.telling
    column, part = quote_name(whole.column), _render_part(planner, whole, numbered=False)
    is_complete = {
        "auto": "NOT is_numbered AND shares_part",
        "whole": "true",
        "parts": "false",
    }[planner.wholes]
    newer = list_texts(telling.newer)
    # Further parts contradict nothing, whenever they are told of.
    may_contradict = "is_numbered" if planner.wholes == "parts" else "true"
    number = quote_name(whole.number)
    has_number = number if whole.number in planner.staged.provided else "NULL"
    return planner.create(
        "wholes",
        f"SELECT *, {is_complete} AS is_complete,"
        f" has_newer AND {may_contradict} AS is_outdated FROM (SELECT {column},"
        f" bool_and(lake_number IS NOT NULL) AS is_numbered,"
        f" count(DISTINCT lake_part) FILTER (lake_here) + count(DISTINCT lake_part)"
        f" FILTER (NOT lake_here) > count(DISTINCT lake_part) AS shares_part,"
        f" bool_or(NOT lake_here AND load_id IN ({newer})) AS has_newer"
        f" FROM (SELECT {column}, true AS lake_here, {has_number} AS lake_number,"
        f" {part} AS lake_part, NULL AS load_id FROM {source} WHERE {column} IS NOT NULL"
        f" UNION ALL SELECT {column}, false, {number}, {part}, load_id FROM {stored})"
        f" GROUP BY {column} HAVING bool_or(NOT lake_here))",
    )


def _render_part(planner: "Planner", whole: "Whole", *, numbered: bool) -> str:
    """SQL of what a part is known again by; the same for all where the source tells nothing."""
    provided = planner.staged.provided
    if numbered:
        return f"CAST({quote_name(whole.number)} AS VARCHAR)"
    names = [f"CAST({quote_name(n)} AS VARCHAR)" for n in whole.likeness if n in provided]
    return f"coalesce({', '.join([*names, quote_text('')])})"


def _pair_parts(planner: "Planner", whole: "Whole", source: str, stored: str, told: str) -> str:
    """Every part of the source and of the wholes it tells of, and its counterpart.

    Columns `lake_here`, `lake_pair` ('same', 'part' or missing), the places of the stored ones,
    and what is known of the whole.
    """
    staged = planner.staged
    column = quote_name(whole.column)
    names = quote_names(staged.names)
    compared = quote_names(n for n in staged.compared if n in staged.provided)
    again = list_texts(planner.telling.again | planner.beside)
    # Somebody says that the file continues wholes: only what itself had brought is known of it.
    may_pair = (
        f"(lake_here OR coalesce(is_numbered, false) OR load_id IN ({again}))"
        if planner.wholes == "parts"
        else "true"
    )
    part = (
        f"CASE WHEN is_numbered THEN {_render_part(planner, whole, numbered=True)}"
        f" ELSE {_render_part(planner, whole, numbered=False)} END"
    )
    return planner.create(
        "pairs",
        f"WITH both_sides AS (SELECT {names}, source_row, known_at, NULL AS load_id, true AS lake_here,"
        f" NULL AS {LAKE_FILE}, NULL AS {LAKE_ROW} FROM {source} UNION ALL SELECT {names}, NULL,"
        f" known_at, load_id, false, {LAKE_FILE}, {LAKE_ROW} FROM {stored}),"
        f" judged AS (SELECT b.*, w.* EXCLUDE ({column}), {part} AS lake_part,"
        f" {may_pair} AS lake_may_pair FROM both_sides AS b LEFT JOIN {told} AS w USING ({column})),"
        f" ranked AS (SELECT *, row_number() OVER (PARTITION BY {compared}, lake_may_pair, lake_here"
        f" ORDER BY source_row, {LAKE_FILE}, {LAKE_ROW}) AS lake_copy FROM judged),"
        f" matched AS (SELECT *, count(*) OVER (PARTITION BY {compared}, lake_may_pair, lake_copy) > 1"
        f" AS lake_is_same FROM ranked)"
        f" SELECT *, row_number() OVER (PARTITION BY {column}, lake_part, lake_is_same, lake_may_pair,"
        f" lake_here ORDER BY source_row, {LAKE_FILE}, {LAKE_ROW}) AS lake_place FROM matched",
    )


def _gather(planner: "Planner", pairs: str, source: str, total: int) -> Comparison:
    """What is written and what goes, of the pairs."""
    whole = planner.shape.whole
    assert whole is not None  # noqa: S101 - asked only of tables of parts
    column = quote_name(whole.column)
    keeps = "true" if planner.keeps_past else "false"
    # What newer loads told of stays; a continued whole has no counterparts.
    changes = planner.create(
        "changes",
        f"SELECT {planner.render_content()}, s.lake_is_known, t.{LAKE_FILE}, t.{LAKE_ROW},"
        f" CASE WHEN t.{LAKE_FILE} IS NULL THEN s.known_at ELSE {render_correction_at(planner)} END"
        f" AS known_at FROM (SELECT *, coalesce(NOT is_numbered AND NOT is_complete, false)"
        f" AS lake_is_known FROM {pairs}"
        f" WHERE lake_here AND NOT lake_is_same AND NOT coalesce(is_outdated, false)) AS s"
        f" LEFT JOIN (SELECT * FROM {pairs} WHERE NOT lake_here AND NOT lake_is_same"
        f" AND lake_may_pair AND (is_complete OR is_numbered)) AS t"
        f" ON s.{column} = t.{column} AND s.lake_part = t.lake_part AND s.lake_place = t.lake_place",
    )
    gone = planner.create(
        "gone",
        f"SELECT {LAKE_FILE}, {LAKE_ROW}, {keeps} AS lake_is_corrected"
        f" FROM {changes} WHERE {LAKE_FILE} IS NOT NULL UNION"
        f" SELECT {LAKE_FILE}, {LAKE_ROW}, {keeps} FROM {pairs}"
        f" WHERE NOT lake_here AND NOT lake_is_same AND NOT is_outdated"
        f" AND (is_complete OR ({_render_replaced(planner)}))"
        f" UNION {select_stale(planner, source, [whole.column])}",
    )
    inserted, updated, continued, gone_count, outdated = fetch_counts(
        planner.connection,
        f"SELECT count(*) FILTER ({LAKE_FILE} IS NULL), count({LAKE_FILE}),"
        f" count(*) FILTER ({LAKE_FILE} IS NULL AND lake_is_known), (SELECT count(*) FROM {gone}),"
        f" (SELECT count(*) FROM {pairs} WHERE lake_here AND NOT lake_is_same AND is_outdated)"
        f" FROM {changes}",
    )
    result = count_rows(
        inserted,
        updated,
        total - inserted - updated,
        removed=gone_count - updated,
        continued=continued,
        outdated=outdated,
    )
    queries = (planner.render_new(changes),) if inserted + updated else ()
    return Comparison(queries, result, gone if gone_count else None)


def _render_replaced(planner: "Planner") -> str:
    """SQL that is true for stored parts that this very content had brought, read otherwise."""
    if not planner.telling.is_read_otherwise:
        return "false"
    return f"load_id IN ({list_texts(planner.telling.again)})"
