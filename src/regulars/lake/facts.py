"""Facts of a load beside those of a table: new, corrected, known already, or older than these."""

from typing import TYPE_CHECKING

from regulars.lake.comparison import (
    LAKE_FILE,
    LAKE_ROW,
    Comparison,
    count_rows,
    list_texts,
    select_stale,
)
from regulars.lake.sql import fetch_counts, quote_name, quote_names, quote_text
from regulars.lake.staging import render_instant

if TYPE_CHECKING:
    from regulars.lake.upsert import Planner

__all__ = ["compare_facts", "compare_loose", "render_correction_at", "render_late"]


def compare_facts(planner: "Planner", source: str) -> Comparison:
    """Rows with a key: another content corrects the stored one, unless that was told later."""
    keys, staged, telling = planner.shape.key, planner.staged, planner.telling
    on = " AND ".join(f"s.{quote_name(k)} = t.{quote_name(k)}" for k in keys)
    compared = [n for n in staged.compared if n not in keys and n in staged.provided]
    is_same = planner.render_same("s", "t", compared)
    # The same fact told of an earlier day was known earlier.
    kind = (
        f"CASE WHEN t.{LAKE_FILE} IS NULL THEN 'inserted'"
        f" WHEN {is_same} THEN CASE WHEN s.known_at < t.known_at THEN 'earlier' ELSE 'same' END"
        f" WHEN t.load_id IN ({list_texts(telling.newer)}) THEN 'outdated' ELSE 'updated' END"
    )
    known_at = (
        f"CASE lake_kind WHEN 'updated' THEN {render_correction_at(planner)} ELSE s.known_at END"
    )
    changes = planner.create(
        "changes",
        f"SELECT {planner.render_content()}, {kind} AS lake_kind, {known_at} AS known_at,"
        f" t.{LAKE_FILE}, t.{LAKE_ROW} FROM {source} AS s LEFT JOIN {planner.stored} AS t ON {on}"
        f" WHERE lake_kind <> 'same'",
    )
    total, inserted, updated, earlier, outdated, late = fetch_counts(
        planner.connection,
        f"SELECT (SELECT count(*) FROM {source}), count(*) FILTER (lake_kind = 'inserted'),"
        f" count(*) FILTER (lake_kind = 'updated'), count(*) FILTER (lake_kind = 'earlier'),"
        f" count(*) FILTER (lake_kind = 'outdated'),"
        f" count(*) FILTER (lake_kind = 'inserted' AND {render_late(planner)}) FROM {changes}",
    )
    gone, stale = None, 0
    if updated or earlier or telling.is_read_otherwise:
        gone = planner.create(
            "gone",
            f"SELECT {LAKE_FILE}, {LAKE_ROW}, {_say(planner.keeps_past)} AND lake_kind = 'updated'"
            f" AS lake_is_corrected FROM {changes} WHERE lake_kind IN ('updated', 'earlier')"
            f" UNION ALL {select_stale(planner, source, keys)}",
        )
        (stale,) = fetch_counts(
            planner.connection, f"SELECT count(*) - {updated + earlier} FROM {gone}"
        )
    result = count_rows(
        inserted,
        updated,
        total - inserted - updated,
        removed=stale,
        outdated=outdated,
        late=late,
    )
    written = f"(SELECT * FROM {changes} WHERE lake_kind <> 'outdated')"
    queries = (planner.render_new(written),) if inserted + updated + earlier else ()
    return Comparison(queries, result, gone)


def render_correction_at(planner: "Planner") -> str:
    """SQL of the instant since when a correction `s` of the stored fact `t` is known.

    A table's history, and a new reading of what it was made of, have no past that anybody saw:
    they are corrected as if they had never said otherwise.
    """
    if planner.keeps_past:
        return f"greatest({render_instant(planner.telling.told_at)}, t.known_at)"
    is_timed = planner.shape.time_column in planner.staged.provided
    return "s.known_at" if is_timed else "t.known_at"


def compare_loose(planner: "Planner", source: str, *, is_keyed_table: bool) -> Comparison:
    """Rows without a key: as many of each content as the table does not have yet."""
    (total,) = fetch_counts(planner.connection, f"SELECT count(*) FROM {source}")
    is_again = planner.telling.is_read_otherwise
    candidates = _filter_candidates(planner, source, is_keyed_table=is_keyed_table)
    staged = planner.staged
    unsaid = [name for name in staged.compared if name not in staged.provided]
    counts = ["count(*)", *(f"count({quote_name(name)})" for name in unsaid)]
    comparable, *filled = fetch_counts(
        planner.connection, f"SELECT {', '.join(counts)} FROM {planner.stored} WHERE {candidates}"
    )
    if not comparable:
        late = _count_late(planner, source)
        return Comparison((planner.render_new(source),), count_rows(total, late=late))
    # Of what neither says anything all rows are alike, and each column costs memory for each row.
    silent = {name for name, count in zip(unsaid, filled, strict=True) if not count}
    # What is read again may have become known at another time: that makes another row of it.
    compared = quote_names(name for name in staged.compared if name not in silent)
    compared += ", known_at" if is_again else ""
    others = [name for name in staged.names if name not in staged.compared]
    others += [] if is_again else ["known_at"]
    kept = "".join(
        f", any_value({quote_name(name)}) FILTER (lake_here = 1) AS {quote_name(name)}"
        for name in others
    )
    blank = "".join(
        f", CAST(NULL AS {column.type}) AS {quote_name(column.name)}"
        for column in staged.columns
        if column.name in silent
    )
    chosen = quote_names((*(name for name in staged.names if name not in silent), "known_at"))
    surplus = planner.create(
        "surplus",
        f"SELECT {compared}{kept}{blank},"
        f" CAST(2 * sum(lake_here) - count(*) AS BIGINT) AS lake_more FROM"
        f" (SELECT {chosen}, 1 AS lake_here FROM {source} UNION ALL"
        f" SELECT {chosen}, 0 AS lake_here FROM {planner.stored} WHERE {candidates})"
        f" GROUP BY {compared} HAVING 2 * sum(lake_here) > count(*)",
    )
    (more,) = fetch_counts(planner.connection, f"SELECT sum(lake_more) FROM {surplus}")
    copies = f"(SELECT *, unnest(range(lake_more)) AS lake_copy FROM {surplus})"
    queries = (planner.render_new(copies),) if more else ()
    if is_again:
        gone, count = _take_back(planner, source, compared)
        updated = min(count, more)
        result = count_rows(more - updated, updated, total - more, removed=count - updated)
        return Comparison(queries, result, gone)
    return Comparison(queries, count_rows(more, 0, total - more, late=_count_late(planner, copies)))


def _take_back(planner: "Planner", source: str, compared: str) -> tuple[str | None, int]:
    """What earlier loads of this content wrote and the content, as it is read now, does not have."""
    gone = planner.create(
        "gone",
        f"SELECT {LAKE_FILE}, {LAKE_ROW}, false AS lake_is_corrected FROM"
        f" (SELECT *, sum(lake_here) OVER (PARTITION BY {compared}) AS lake_wanted,"
        f" row_number() OVER (PARTITION BY {compared}, lake_here) AS lake_place FROM"
        f" (SELECT {compared}, 1 AS lake_here, NULL AS {LAKE_FILE}, NULL AS {LAKE_ROW} FROM {source}"
        f" UNION ALL SELECT {compared}, 0, {LAKE_FILE}, {LAKE_ROW} FROM {planner.stored}"
        f" WHERE load_id IN ({list_texts(planner.telling.again)})))"
        " WHERE lake_here = 0 AND lake_place > lake_wanted",
    )
    (count,) = fetch_counts(planner.connection, f"SELECT count(*) FROM {gone}")
    return (gone if count else None), count


def _filter_candidates(planner: "Planner", source: str, *, is_keyed_table: bool) -> str:
    """Which stored rows can equal one of the source: those of its time, without a key."""
    conditions = ["true"]
    if is_keyed_table:
        missing = (f"{quote_name(name)} IS NULL" for name in planner.shape.key)
        conditions.append(f"({' OR '.join(missing)})")
    time = planner.shape.time_column
    if time and time in planner.staged.provided and not planner.telling.is_read_otherwise:
        name = quote_name(time)
        row = planner.connection.execute(
            f"SELECT CAST(min({name}) AS VARCHAR), CAST(max({name}) AS VARCHAR),"
            f" count(*) FILTER ({name} IS NULL) FROM {source}"
        ).fetchone()
        if row and row[0] is not None and not row[2]:
            conditions.append(f"{name} BETWEEN {quote_text(row[0])} AND {quote_text(row[1])}")
    return " AND ".join(conditions)


def render_late(planner: "Planner") -> str:
    """SQL that is true for a row of a time that earlier loads told of already."""
    time, told = planner.shape.time_column, planner.telling.find_last(planner.shape.name)
    if not planner.is_news or told is None or time not in planner.staged.provided:
        return "false"
    return f"CAST({quote_name(time or '')} AS TIMESTAMPTZ) < {render_instant(told)}"


def _count_late(planner: "Planner", rows: str) -> int:
    condition = render_late(planner)
    if condition == "false":
        return 0
    (late,) = fetch_counts(planner.connection, f"SELECT count(*) FROM {rows} WHERE {condition}")
    return late


def _say(is_so: bool) -> str:  # noqa: FBT001 - a value for SQL
    return "true" if is_so else "false"
