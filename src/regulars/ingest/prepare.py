"""The first half of a load: the source's rows lie staged, and it is settled how to read them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from regulars.errors import RegularsError, SchemaError, UnnamedColumnsError
from regulars.ingest.readings import find_readings
from regulars.ingest.recognition import describe_columns
from regulars.ingest.rereading import reread_columns
from regulars.ingest.settling import settle_types
from regulars.ingest.staging import (
    MOST_AHEAD,
    Staged,
    Survey,
    stage_head,
    stage_source,
    survey_columns,
)
from regulars.schema.contract import Role, get_contract
from regulars.schema.recognition import recognize, suggest_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from duckdb import DuckDBPyConnection

    from regulars.connectors.protocol import Source
    from regulars.ingest.wishes import Wishes
    from regulars.quality import Finding
    from regulars.schema.contract import Contract
    from regulars.schema.mapping import ColumnMapping, Mapping
    from regulars.schema.shapes import SourceColumn

__all__ = ["Prepared", "prepare_load"]

_HEAD_ROWS = 1_000
_EXAMPLES = 4


@dataclass(frozen=True, slots=True)
class Prepared:
    """A staged source and how it will be read.

    Attributes
    ----------
    staged
        Where its rows are.
    mapping
        How its columns are read.
    surveys
        For each column that is read, how much of it is there.
    is_saved
        The mapping was found among the saved ones.
    findings
        What cannot be read as it seemed, or is read otherwise than in earlier files.
    """

    staged: Staged
    mapping: Mapping
    surveys: tuple[Survey, ...]
    is_saved: bool
    findings: tuple[Finding, ...] = ()


def prepare_load(
    source: Source,
    wishes: Wishes,
    *,
    connection: DuckDBPyConnection,
    find_saved: Callable[[tuple[str, ...], str | None], Mapping | None],
    list_texts: Callable[[str], Collection[str]] = lambda _: (),
    zone: str = "UTC",
) -> Prepared:
    """Stage `source` and settle how its columns are read.

    Parameters
    ----------
    source
        Where the rows come from.
    wishes
        What a person said.
    connection
        DuckDB, on which the rows are staged.
    find_saved
        Given the source's columns and the kind wished for, the mapping saved for them.
    list_texts
        Table → its columns that are stored as text.
    zone
        The company's time zone (IANA): instants become days by it.

    Raises
    ------
    UnnamedColumnsError
        When the source has no header and nobody named its columns.
    SchemaError
        When the mapping cannot be read into the table, or lacks what the table must have.
    """
    saved = find_saved(source.columns, wishes.kind) if wishes.is_empty else None
    likely = saved or _guess(source, wishes, zone, connection)
    read = _list_read(likely) if likely else ()
    staged = stage_source(source, connection, read, zone=zone)
    described = () if saved and source.has_header else describe_columns(staged, connection)
    if not source.has_header:
        raise UnnamedColumnsError(
            source.name,
            suggest_columns(described),
            examples=[_list_examples(column) for column in described],
        )
    if saved is not None:
        mapping = _learn_more(saved, staged, connection)
    else:
        mapping = _recognize(described, wishes)
    _check_required(mapping, source.name)
    contract = get_contract("purchase_items" if mapping.has_items else mapping.table)
    mapping = _keep_text(mapping, contract, list_texts(contract.name))
    surveys = survey_columns(_list_read(mapping), staged, connection)
    told: tuple[Finding, ...] = ()
    if saved is not None:
        mapping, surveys, told = reread_columns(mapping, surveys, staged, connection)
    mapping, surveys, findings = settle_types(
        mapping, surveys, staged, source, contract, connection
    )
    return Prepared(
        staged=staged,
        mapping=mapping,
        surveys=surveys,
        is_saved=saved is not None,
        findings=(*told, *findings, *find_readings(surveys, staged, mapping.table)),
    )


def _list_examples(column: SourceColumn) -> tuple[str, ...]:
    """The first different values of a column."""
    present = (value for value in column.values if value)
    return tuple(islice(dict.fromkeys(present), _EXAMPLES))


def _keep_text(mapping: Mapping, contract: Contract, texts: Collection[str]) -> Mapping:
    """The mapping, with columns read as text that are stored as text, whatever this file holds."""
    if contract.name != "profiles":
        return mapping
    kept = (Role.PERSONAL, Role.IGNORED, Role.OUTCOME)
    update: dict[str, object] = {"type": "string", "format": None, "decimal": "."}
    update |= {"thousands": None, "unit": None, "role": Role.CATEGORY}
    columns = tuple(
        column.model_copy(update=update)
        if column.target in texts
        and column.type != "string"
        and column.role not in kept
        and column.target not in contract.column_names
        else column
        for column in mapping.columns
    )
    return mapping.model_copy(update={"columns": columns})


def _guess(
    source: Source, wishes: Wishes, zone: str, connection: DuckDBPyConnection
) -> Mapping | None:
    """The mapping that the first rows suggest; None when they suggest none."""
    if not source.has_header or len(source.columns) > MOST_AHEAD:
        return None
    staged = stage_head(source, _HEAD_ROWS, connection, zone=zone)
    if staged is None:
        return None
    try:
        return _recognize(describe_columns(staged, connection), wishes)
    except RegularsError:
        # All rows may say otherwise; and if they do not, they are the ones to name.
        return None


def _recognize(described: Sequence[SourceColumn], wishes: Wishes) -> Mapping:
    return recognize(
        described,
        kind=wishes.kind,
        overrides=wishes.overrides,
        id_column=wishes.id_column,
        outcome=wishes.outcome,
        drop=wishes.drop,
        day_first=wishes.day_first,
    )


def _list_read(mapping: Mapping) -> tuple[ColumnMapping, ...]:
    return tuple(column for column in mapping.columns if column.role is not Role.IGNORED)


def _learn_more(saved: Mapping, staged: Staged, connection: DuckDBPyConnection) -> Mapping:
    """The saved mapping, with columns recognised that were empty when it was saved.

    Otherwise a column that is filled from the second file on would be left out for ever.
    """
    waiting = {column.source for column in saved.columns if column.is_left_out_for_now}
    if not waiting:
        return saved
    contract = get_contract("purchase_items" if saved.has_items else saved.table)
    required = {column.name for column in contract.columns if column.is_required}
    said = {
        column.source: column.target
        for column in saved.columns
        if column.target in required and column.role is not Role.IGNORED
    }
    found = recognize(describe_columns(staged, connection), kind=saved.kind, overrides=said)
    taken = {column.target for column in saved.columns if column.role is not Role.IGNORED}
    learnt = {
        column.source: column
        for column in found.columns
        if column.source in waiting and column.target not in taken
    }
    outcome = saved.outcome
    if outcome is None and found.outcome is not None and found.outcome.column in learnt:
        outcome = found.outcome
    columns = tuple(learnt.get(column.source, column) for column in saved.columns)
    return saved.model_copy(update={"columns": columns, "outcome": outcome})


def _check_required(mapping: Mapping, source_name: str) -> None:
    contract = get_contract("purchase_items" if mapping.has_items else mapping.table)
    for column in contract.columns:
        is_given = contract.name == "profiles" or mapping.find_target(column.name) is not None
        is_given |= column.name == "purchase_id" and mapping.has_unnumbered_orders
        if column.is_required and not is_given:
            sources = ", ".join(one.source for one in mapping.columns[:20])
            raise SchemaError(
                en=f"{source_name} as {mapping.kind} has no column for '{column.name}'"
                f" ({column.meaning.en.lower()}). Its columns: {sources}."
                f' Say which one it is: --map "COLUMN={column.name}", or choose another --kind.',
                ru=f"Чтобы загрузить {source_name} как {mapping.kind}, нужен столбец «{column.name}» "
                f"({column.meaning.ru.lower()}), а его нет. Столбцы файла: {sources}. Укажите "
                f'нужный: --map "СТОЛБЕЦ={column.name}" — или выберите другой --kind.',
            )
    _check_told(mapping, source_name)


def _check_told(mapping: Mapping, source_name: str) -> None:
    """Raise `SchemaError` when the file does not tell what rows of its kind are about."""
    groups = mapping.contract.told_by
    filled = {column.target for column in mapping.columns if column.role is not Role.IGNORED}
    if not groups or any(set(group) <= filled for group in groups):
        return
    ways = "; ".join(" + ".join(group) for group in groups)
    found = ", ".join(
        f"{column.source} → {column.target}"
        for column in mapping.columns[:20]
        if column.target in filled
    )
    raise SchemaError(
        en=f"{source_name} as {mapping.kind} lacks columns: needed are {ways}. Found: {found}."
        ' Say which column is what: --map "COLUMN=customer_id", or choose another --kind.',
        ru=f"Чтобы загрузить {source_name} как {mapping.kind}, не хватает столбцов; нужны {ways}."
        f' Найдено: {found}. Укажите, какой столбец что значит: --map "СТОЛБЕЦ=customer_id", — или'
        " выберите другой --kind.",
    )
