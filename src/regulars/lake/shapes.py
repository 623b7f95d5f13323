"""What the lake must know about a table to store it: its columns' types, its key, its time."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from regulars.lake.column_types import CONTRACT_TYPES, StoredColumn
from regulars.schema.contract import Contract, Role, Whole

__all__ = ["ERASED", "QUARANTINE", "SYSTEM_SHAPES", "TableShape", "name_past", "shape_of"]

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
    key, whole, time_column, is_bucketed, is_fact, is_state
        As in the contract; tables of our own are neither facts nor states.
    is_observed
        Of a state: its time says when a row was true, not when what it is about began.
    unsettled
        Of a state: columns that may have changed since its beginning.
    skipped
        Columns of a relation that guide the load and are not stored.
    """

    name: str
    declared: Mapping[str, str] = field(default_factory=dict)
    personal: frozenset[str] = frozenset()
    derived: frozenset[str] = frozenset()
    key: tuple[str, ...] = ()
    whole: Whole | None = None
    time_column: str | None = None
    is_bucketed: bool = False
    is_fact: bool = False
    is_state: bool = False
    is_observed: bool = False
    unsettled: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()

    @property
    def columns(self) -> tuple[StoredColumn, ...]:
        """The declared columns."""
        return tuple(StoredColumn(name, kind) for name, kind in self.declared.items())

    def is_unsettled(self, name: str) -> bool:
        """Whether a state that began long ago may not always have had what this column says.

        Nobody knows that of a column of the source's own.
        """
        return not self.is_observed and (name in self.unsettled or name not in self.declared)


def name_past(table: str) -> str:
    """The table beside `table` that keeps what its facts said before they were corrected."""
    return f"superseded_{table}"


def shape_of(contract: Contract) -> TableShape:
    """The shape of a canonical table."""
    stored = [column for column in contract.columns if column.role is not Role.PERSONAL]
    return TableShape(
        name=contract.name,
        declared={column.name: CONTRACT_TYPES[column.type] for column in stored},
        personal=frozenset(set(contract.column_names) - {column.name for column in stored}),
        derived=frozenset(_list_derived(contract)),
        key=contract.key,
        whole=contract.whole,
        time_column=contract.time_column,
        is_bucketed=contract.is_bucketed,
        is_fact=contract.temporal == "fact",
        is_state=contract.temporal == "state",
        is_observed=contract.is_observed,
        unsettled=frozenset(column.name for column in stored if not column.is_settled),
        skipped=frozenset({"source_row", "end_known_at"}),
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
    "membership_changes": _declare(
        "membership_changes",
        customer_id="string",
        segment="string",
        rule_version="string",
        effective_on="date",
        entered="boolean",
        reason="string",
    ),
    "segment_refreshes": _declare(
        "segment_refreshes",
        segment="string",
        rule_version="string",
        effective_on="date",
        told_on="date",
        data_load_id="string",
        made_by="string",
        inputs="string",
    ),
    "manual_memberships": _declare(
        "manual_memberships",
        customer_id="string",
        segment="string",
        choice="string",
        effective_on="date",
        until_on="date",
        decided_by="string",
    ),
    ERASED: _declare(ERASED, tombstone="string", erased_at="instant", readmitted_at="instant"),
    "rewrites": _declare("rewrites", table="string", path="string", replaced_by="string"),
}
