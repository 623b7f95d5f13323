"""The second half of a load: from a staged source to a committed version of the lake."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from regulars.ingest.canonical import CONFORMED, PERSONAL_PREFIX, Moment, build_conformed
from regulars.ingest.contradictions import refuse_contradictions
from regulars.ingest.erased import Tombstones, blank_lines, reject_erased
from regulars.ingest.orders import ORDERS, sum_up_orders
from regulars.ingest.origin import find_origin
from regulars.ingest.personal import (
    count_personal_of_nobody,
    keep_personal,
    replace_personal_ids,
    settle_dead_loads,
)
from regulars.ingest.privacy_findings import find_privacy
from regulars.ingest.rejection import (
    QUARANTINED,
    count_rejections,
    gather_quarantine,
    reject_rows,
    reject_unreadable,
    select_fit,
)
from regulars.ingest.repeat import write_findings
from regulars.ingest.repeats import find_mixed_orders, find_personal_of_nobody, find_repeats
from regulars.ingest.result import LoadResult, TableCounts
from regulars.ingest.row_checks import check_rows
from regulars.lake import LoadRecord
from regulars.lake.delta import open_table
from regulars.lake.parquet import scan_files
from regulars.quality import Reconciliation
from regulars.quality.finding import sort_findings
from regulars.schema.contract import get_contract

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from regulars.connectors.protocol import Source
    from regulars.ingest.prepare import Prepared
    from regulars.ingest.staging import Survey
    from regulars.lake import Lake, LoadTransaction, UpsertResult
    from regulars.lake.staging import Origin
    from regulars.lake.upsert import WholeRule
    from regulars.progress import Progress
    from regulars.quality import Check, Finding
    from regulars.schema.contract import Contract
    from regulars.schema.mapping import Mapping
    from regulars.vault import FileVault

__all__ = ["Destination", "Orders", "load_prepared"]

_FIT = "fit_rows"


@dataclass(frozen=True, slots=True)
class Orders:
    """How orders are meant that are here already and come again, line by line.

    Attributes
    ----------
    meant
        `whole` when the source has all of their lines, `parts` when it has further ones; `auto`
        to find out.
    beside
        Loads whose lines a source of parts may bring again.
    """

    meant: WholeRule = "auto"
    beside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Destination:
    """Where rows go, and what they must pass.

    Attributes
    ----------
    lake, vault
        Figures, and personal values.
    make_pseudonyms
        Ids that are personal → their keyed hashes.
    checks
        Checks of all tables; those of single rows run during a load.
    tombstones
        Who was erased and may not come back.
    wait_seconds
        How long to wait for another load to finish.
    on_wait
        Called when there is one.
    """

    lake: Lake
    vault: FileVault
    make_pseudonyms: Callable[[pa.Array], pa.ChunkedArray]
    checks: tuple[Check, ...]
    tombstones: Tombstones
    wait_seconds: float
    on_wait: Callable[[], None]


def load_prepared(
    prepared: Prepared,
    source: Source,
    destination: Destination,
    *,
    load_id: str,
    source_sha256: str,
    request_sha256: str,
    cursor: str | None = None,
    orders: Orders | None = None,
    moment: Moment,
    connection: DuckDBPyConnection,
    progress: Progress,
    say: Callable[[str], str],
) -> LoadResult:
    """Conform, check and commit a staged source.

    Either everything is committed, or the lake and the vault are as before.

    Parameters
    ----------
    prepared
        The staged rows and how to read them.
    source
        Where they came from.
    destination
        Where they go.
    load_id, source_sha256, request_sha256
        Of this load; of its content; of how it was asked for.
    cursor
        The column that an incremental source goes on by.
    orders
        How orders are meant that are here already and come again, line by line.
    moment
        When this happens.
    connection
        DuckDB, on which the rows are staged.
    progress
        Told of each stage.
    say
        Stage code → words in the person's language.
    """
    mapping = prepared.mapping
    contract = get_contract("purchase_items" if mapping.has_items else mapping.table)
    with progress.stage(say("conform")):
        values = build_conformed(
            mapping, prepared.surveys, contract, moment=moment, connection=connection
        )
        reject_unreadable(prepared.surveys, contract, connection)
        replace_personal_ids(mapping, destination.make_pseudonyms, connection)
        kept_away = destination.tombstones.list_kept_away()
        is_blanked = reject_erased(kept_away, destination.tombstones.make, connection)
    with progress.stage(say("check")):
        findings = find_privacy(mapping, prepared.surveys, connection)
        fit = select_fit(_list_columns(connection), connection)
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {_FIT} AS {fit}")
        findings += check_rows(destination.checks, _FIT, contract, moment, connection)
    lines = [*source.rejected_lines(connection), *prepared.staged.totals]
    progress.check()
    with (
        progress.stage(say("commit")),
        destination.lake.begin(
            load_id,
            connection=connection,
            now=moment.now,
            known_at=moment.known_at,
            source_sha256=source_sha256,
            mapping_sha256=request_sha256,
            wait_seconds=destination.wait_seconds,
            on_wait=destination.on_wait,
        ) as transaction,
    ):
        completed = {load.load_id for load in destination.lake.list_loads()}
        settle_dead_loads(destination.vault, completed)
        erased_meanwhile = destination.tombstones.list_kept_away() - kept_away
        is_blanked |= reject_erased(erased_meanwhile, destination.tombstones.make, connection)
        lines = blank_lines(lines, kept_away | erased_meanwhile, destination.tombstones.make)
        keep_personal(destination.vault, load_id, connection)
        # What was replaced in `conformed` is not in what it was worked out from.
        is_derived = not mapping.id_is_personal and not is_blanked
        written = _write_rows(
            transaction,
            contract,
            mapping,
            orders or Orders(),
            partial(find_origin, values, prepared) if is_derived else None,
            connection,
        )
        tables, upserted = written.tables, written.upserted
        refuse_contradictions(mapping, contract, upserted, prepared.staged.row_count, source)
        reasons = gather_quarantine(mapping, lines, source=source, connection=connection)
        if reasons:
            transaction.append("quarantine", QUARANTINED)
        destination.tombstones.readmit(transaction, connection)
        result = LoadResult(
            load_id=load_id,
            source=source.name,
            source_sha256=source_sha256,
            mapping=mapping,
            rows=Reconciliation(
                prepared.staged.row_count + len(lines),
                inserted=upserted.inserted,
                updated=upserted.updated,
                unchanged=upserted.unchanged,
                quarantined=sum(reasons.values()),
            ),
            tables=tables,
            findings=tuple(sort_findings([*prepared.findings, *findings, *written.findings])),
            quarantine_reasons=reasons,
            notes=(*source.notes, *mapping.notes),
            rows_without_customer=_count_without_customer(prepared.surveys, connection),
            cursor_value=source.cursor_value(),
        )
        transaction.commit(_record(result, request_sha256, cursor))
    destination.vault.confirm(load_id)
    return result


@dataclass(frozen=True, slots=True)
class _Written:
    """What became of the fit rows."""

    tables: dict[str, TableCounts]
    upserted: UpsertResult
    findings: tuple[Finding, ...]


def _write_rows(
    transaction: LoadTransaction,
    contract: Contract,
    mapping: Mapping,
    orders: Orders,
    find: Callable[[Contract, Sequence[str], DuckDBPyConnection], Origin | None] | None,
    connection: DuckDBPyConnection,
) -> _Written:
    """Bring the fit rows into their table, and what is derived from them into its own."""
    names = _list_columns(connection)
    fit = select_fit(names, connection)
    if contract.name == "purchase_items":
        # What says something of the whole order goes with the orders.
        others = set(get_contract("purchases").column_names) - set(contract.column_names)
        names = [name for name in names if name not in others]
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {_FIT} AS {select_fit(names, connection)}")
    upserted = transaction.upsert(
        contract,
        _FIT,
        wholes=orders.meant,
        beside=orders.beside,
        origin=find(contract, names, connection) if find else None,
    )
    if upserted.conflicts_relation:
        reject_rows(f"SELECT source_row, reason FROM {upserted.conflicts_relation}", connection)
    tables = {contract.name: _count(upserted)}
    findings = find_repeats(contract.name, upserted, orders=orders.meant)
    findings += find_personal_of_nobody(contract.name, count_personal_of_nobody(connection))
    items = open_table(transaction.folder / contract.name) if mapping.has_items else None
    if items is not None and items.files:
        paths = [file.path for file in items.files]
        stored = scan_files(items.folder, paths, items.columns)
        summed = sum_up_orders(stored, fit, connection)
        findings += find_mixed_orders(summed)
        tables["purchases"] = _count(transaction.upsert(get_contract("purchases"), ORDERS))
    return _Written(tables, upserted, tuple(findings))


def _list_columns(connection: DuckDBPyConnection) -> list[str]:
    """The columns of `conformed` that are not personal."""
    described = connection.execute(f"DESCRIBE {CONFORMED}").fetchall()
    return [str(row[0]) for row in described if not str(row[0]).startswith(PERSONAL_PREFIX)]


def _count(upserted: UpsertResult) -> TableCounts:
    return TableCounts(upserted.inserted, upserted.updated, upserted.unchanged)


def _count_without_customer(surveys: Sequence[Survey], connection: DuckDBPyConnection) -> int:
    """Loaded rows that belong to no known customer."""
    for survey in surveys:
        if survey.column.mapping.target == "customer_id":
            if not survey.missing or not count_rejections(connection):
                return survey.missing or 0
            fit = select_fit(["customer_id"], connection)
            row = connection.execute(
                f"SELECT count(*) FROM ({fit}) WHERE customer_id IS NULL"
            ).fetchone()
            return int(row[0]) if row else 0
    return 0


def _record(result: LoadResult, request_sha256: str, cursor: str | None) -> LoadRecord:
    rows = result.rows
    return LoadRecord(
        source=result.source,
        kind=result.mapping.kind,
        source_sha256=result.source_sha256,
        mapping_sha256=request_sha256,
        mapping=result.mapping.to_toml(),
        rows_in=rows.rows_in,
        rows_inserted=rows.inserted,
        rows_updated=rows.updated,
        rows_unchanged=rows.unchanged,
        rows_quarantined=rows.quarantined,
        tables={name: counts.to_dict() for name, counts in result.tables.items()},
        findings=write_findings(result),
        cursor_value=f"{cursor}={result.cursor_value}" if cursor and result.cursor_value else "",
    )
