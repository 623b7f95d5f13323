"""The checks of single rows during a load; a row that one of them keeps out is rejected."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from regulars.ingest.rejection import reject_rows
from regulars.lake.column_types import kind_of
from regulars.lake.sql import list_columns, quote_name
from regulars.quality.screening import Bounds, list_watched, may_find

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from regulars.conditions.literals import Kind
    from regulars.ingest.canonical import Moment
    from regulars.quality import Check, Finding
    from regulars.quality.screening import Limit
    from regulars.schema.contract import Contract

__all__ = ["check_rows"]

_COLUMNS_A_QUERY = 250


def check_rows(
    checks: Sequence[Check],
    relation: str,
    contract: Contract,
    moment: Moment,
    connection: DuckDBPyConnection,
) -> tuple[Finding, ...]:
    """Run the checks of single rows over `relation`; mark the rows that a check keeps out.

    Ibis takes as long to import as a hundred thousand rows to load: it is left alone where the bounds of
    the columns prove that nothing can be found.
    """
    own = [check for check in checks if check.table == contract.name and check.looks_at_single_rows]
    kinds = list_kinds(relation, connection)
    bounds = measure_bounds(relation, list_watched(own, kinds), kinds, connection)
    doubtful = [check for check in own if may_find(check, kinds, bounds, as_of=moment.now)]
    if not doubtful:
        return ()
    import ibis

    from regulars.quality import rejection_reason, run_checks

    backend = ibis.duckdb.from_connection(connection)
    table = backend.table(relation)
    findings = run_checks(
        {contract.name: table}, doubtful, contracts={contract.name: contract}, as_of=moment.now
    )
    if any(finding.action == "quarantine" for finding in findings):
        reason = rejection_reason(doubtful, table, moment.now, contract=contract)
        reject_rows(backend.compile(table.select("source_row", reason=reason)), connection)
    return tuple(findings)


def list_kinds(relation: str, connection: DuckDBPyConnection) -> dict[str, Kind]:
    """Column → what its values are."""
    return {name: kind_of(found) for name, found in list_columns(connection, relation).items()}


def measure_bounds(
    relation: str,
    names: Sequence[str],
    kinds: Mapping[str, Kind],
    connection: DuckDBPyConnection,
) -> dict[str, Bounds]:
    """The bounds of columns; those of texts are not looked for."""
    bounds: dict[str, Bounds] = {}
    for start in range(0, len(names), _COLUMNS_A_QUERY):
        chunk = names[start : start + _COLUMNS_A_QUERY]
        asked = ["count(*)"]
        for name in chunk:
            column = quote_name(name)
            is_bounded = kinds[name] in _READERS
            ends = (f"min({column})", f"max({column})") if is_bounded else ("NULL", "NULL")
            asked.append(f"count({column})")
            # As text: what the driver makes of days without end and of time zones is not wanted.
            asked += (f"CAST({end} AS VARCHAR)" for end in ends)
        row = connection.execute(f"SELECT {', '.join(asked)} FROM {relation}").fetchone() or ()
        for place, name in enumerate(chunk):
            present, low, high = row[1 + 3 * place : 4 + 3 * place]
            bounds[name] = _make_bounds(kinds[name], row[0], present, (low, high))
    return bounds


def _make_bounds(
    kind: Kind, rows: int, present: int, ends: tuple[str | None, str | None]
) -> Bounds:
    low, high = (_read_limit(kind, end) for end in ends)
    # NaN counts as missing, and the engine sorts it behind every number.
    has_nan = kind == "float" and present > 0 and high is None
    return Bounds(kind, present > 0, present < rows or has_nan, low, high)


def _read_limit(kind: str, text: str | None) -> Limit | None:
    """An end as a value; None where it is none that can be compared with."""
    if text is None or kind not in _READERS:
        return None
    try:
        value = _READERS[kind](text)
    except (ValueError, InvalidOperation):
        return None
    return value if value == value else None


def _read_instant(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


_READERS: dict[str, Callable[[str], Limit]] = {
    "integer": int,
    "float": float,
    "decimal": Decimal,
    "date": dt.date.fromisoformat,
    "instant": _read_instant,
}
