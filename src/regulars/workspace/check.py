"""The verb `check`: the data state of what is loaded, before anything is made of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from regulars.errors import NotFoundError
from regulars.lake import storage_guard
from regulars.progress import InnerProgress
from regulars.quality import describe_table, run_checks
from regulars.quality.finding import has_errors, sort_findings
from regulars.schema.column_labels import label_column
from regulars.schema.contract import Column, Role, get_contract, list_contracts
from regulars.schema.mapping import Mapping as SourceMapping
from regulars.workspace.erase import finish_erasure
from regulars.workspace.tables import list_canonical, open_tables
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import ibis

    from regulars.lake import LoadRecord
    from regulars.progress import Progress
    from regulars.quality import Finding, TableState
    from regulars.schema.wording import Language
    from regulars.workspace.folder import Workspace

__all__ = ["DataState", "check_data", "write_data_state"]


@dataclass(frozen=True, slots=True)
class DataState:
    """What the lake holds and what is wrong with it.

    Attributes
    ----------
    tables
        State of each table, by name.
    findings
        Of all checks, gravest first.
    load_id
        The load after which the lake was looked at.
    """

    tables: tuple[TableState, ...]
    findings: tuple[Finding, ...]
    load_id: str | None

    @property
    def has_errors(self) -> bool:
        """Whether a finding is of severity error."""
        return has_errors(self.findings)

    def add(self, while_loading: Iterable[Finding]) -> DataState:
        """The same with what was found while loading; of the tables as they are, it goes before."""
        found = {
            (one.table, one.check, one.column): one for one in [*while_loading, *self.findings]
        }
        return replace(self, findings=tuple(sort_findings(list(found.values()))))


def check_data(
    workspace: Workspace,
    *,
    tables: tuple[str, ...] = (),
    language: Language = "en",
    progress: Progress,
) -> DataState:
    """The data state of a workspace.

    Parameters
    ----------
    workspace
        Whose lake.
    tables
        Only these; all that hold rows by default.
    language
        Of the stages.
    progress
        Told of each stage.

    Raises
    ------
    NotFoundError
        When nothing was loaded yet.
    UnknownNameError
        When there is no such table.
    """
    finish_erasure(workspace, language=language, progress=progress)
    snapshot = workspace.lake.snapshot()
    if not list_canonical(snapshot):
        raise NotFoundError(
            en=f"Workspace '{workspace.folder}' holds no data yet. Load some: regulars load FILE.",
            ru=f"В рабочей папке «{workspace.folder}» ещё нет данных. Загрузите их: regulars load "
            "ФАЙЛ.",
        )
    as_of, say = datetime.now(UTC), speak(language)
    scratching = workspace.open_scratch(may_be_elsewhere=True)
    with scratching as scratch, workspace.open_engine(scratch) as backend:
        opened = open_tables(snapshot, backend, tables=tables, before=as_of + timedelta(days=1))
        described = _described_columns(workspace.lake.list_loads(), opened)
        checks = workspace.read_checks()
        states = []
        with progress.stage(say("describe"), total=len(opened)) as stage:
            for name, table in opened.items():
                states.append(
                    describe_table(
                        table,
                        described[name],
                        name=name,
                        as_of=as_of,
                        checks=[check for check in checks if check.table == name],
                        progress=InnerProgress(stage, progress),
                    )
                )
                progress.check()
        contracts = {contract.name: contract for contract in list_contracts()}
        with progress.stage(say("look"), total=1) as stage:
            findings = run_checks(
                opened,
                checks,
                contracts=contracts,
                as_of=as_of,
                progress=InnerProgress(stage, progress),
            )
    return DataState(tuple(states), tuple(findings), snapshot.load_id)


def write_data_state(state: DataState, file: Path, *, title: str, language: Language) -> None:
    """Write the data state as one HTML page."""
    from regulars.report.assemble import report_findings, report_tables
    from regulars.report.html import render_data_state_html
    from regulars.report.parts import DataPart

    page = render_data_state_html(
        DataPart(
            rows_in=0,
            rows_loaded=0,
            rows_inserted=0,
            rows_updated=0,
            rows_unchanged=0,
            rows_quarantined=0,
            tables=report_tables(state.tables),
            findings=report_findings(state.findings),
        ),
        title=title,
        language=language,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    with storage_guard(file.parent):
        file.write_text(page, encoding="utf-8")


def _described_columns(
    loads: Iterable[LoadRecord], opened: Mapping[str, ibis.Table]
) -> dict[str, tuple[Column, ...]]:
    """The columns worth describing: those that some load filled, as it understood them."""
    filled: dict[str, dict[str, Column]] = {name: {} for name in opened}
    for load in loads:
        if load.action != "load":
            continue
        mapping = SourceMapping.from_toml(load.mapping, where=f"the mapping of load {load.load_id}")
        for name in load.tables:
            if name in filled:
                filled[name].update(_columns_of(mapping, name))
    return {
        name: tuple(column for column in columns.values() if column.name in opened[name].columns)
        for name, columns in filled.items()
    }


def _columns_of(mapping: SourceMapping, table: str) -> dict[str, Column]:
    contract = get_contract(table)
    if table == "profiles":
        return {
            column.target: Column(
                name=column.target,
                type=column.type,
                role=column.role,
                meaning=contract.get_column(column.target).meaning
                if column.target in contract.column_names
                else label_column(column.source),
            )
            for column in (*mapping.columns, *mapping.derived)
            if column.role not in (Role.PERSONAL, Role.IGNORED)
        }
    targets = {column.target for column in mapping.columns}
    if mapping.has_items:
        # Orders are summed up from their items.
        targets |= {"line_amount", "amount", "item_count"}
    return {column.name: column for column in contract.columns if column.name in targets}
