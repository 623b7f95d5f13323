"""What the lake must know about a table to store it: its columns' types, its key, its time."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from regulars.lake.column_types import CONTRACT_TYPES, StoredColumn
from regulars.schema.contract import Contract, Role

__all__ = ["ERASED", "QUARANTINE", "SYSTEM_SHAPES", "TableShape", "shape_of"]

QUARANTINE = "quarantine"
ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableShape:
    """One table, seen by the lake.

    Attributes
    ----------
    name
        Its folder.
    declared
        DuckDB types of the columns that are known beforehand, in order.
    personal
        Columns that may not enter the lake.
    derived
        Columns computed from others and the company's time zone: no content of their own.
    key, time_column, is_bucketed, is_state
        As in the contract.
    skipped
        Columns of a relation that guide the load and are not stored.
    """

    name: str
    declared: Mapping[str, str] = field(default_factory=dict)
    personal: frozenset[str] = frozenset()
    derived: frozenset[str] = frozenset()
    key: tuple[str, ...] = ()
    time_column: str | None = None
    is_bucketed: bool = False
    is_state: bool = False
    skipped: frozenset[str] = frozenset()

    @property
    def columns(self) -> tuple[StoredColumn, ...]:
        """The declared columns."""
        return tuple(StoredColumn(name, kind) for name, kind in self.declared.items())


def shape_of(contract: Contract) -> TableShape:
    """The shape of a canonical table."""
    stored = [column for column in contract.columns if column.role is not Role.PERSONAL]
    return TableShape(
        name=contract.name,
        declared={column.name: CONTRACT_TYPES[column.type] for column in stored},
        personal=frozenset(set(contract.column_names) - {column.name for column in stored}),
        derived=frozenset(_list_derived(contract)),
        key=contract.key,
        time_column=contract.time_column,
        is_bucketed=contract.is_bucketed,
        is_state=contract.temporal == "state",
        skipped=frozenset({"source_row"}),
    )


def _list_derived(contract: Contract) -> set[str]:
    own = set(contract.column_names)
    derived: set[str] = set()
    for column in contract.columns:
        if column.type == "instant":
            stem = column.name.removesuffix("_at")
            derived |= {f"{stem}_on", f"{stem}_hour"} - own
    return derived


def _declare(name: str, **types: str) -> TableShape:
    return TableShape(
        name=name, declared={column: CONTRACT_TYPES[kind] for column, kind in types.items()}
    )


SYSTEM_SHAPES = {
    QUARANTINE: _declare(
        QUARANTINE,
        source="string",
        table="string",
        source_row="integer",
        reason="string",
        column="string",
        raw="string",
        customer_id="string",
        quarantined_at="instant",
    ),
    ERASED: _declare(ERASED, tombstone="string", erased_at="instant"),
    "rewrites": _declare("rewrites", table="string", path="string", replaced_by="string"),
}
