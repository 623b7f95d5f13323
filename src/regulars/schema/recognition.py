"""Recognise a foreign file: its kind, and what each of its columns is."""

from collections.abc import Collection, Sequence
from collections.abc import Mapping as MappingABC

from regulars.schema.column_names import make_column_name
from regulars.schema.contract import Role
from regulars.schema.mapping import ColumnMapping, Mapping
from regulars.schema.shapes import SourceColumn

__all__ = ["KINDS", "recognize", "suggest_columns"]

KINDS: tuple[str, ...] = ("customers", "purchases")


def recognize(
    columns: Sequence[SourceColumn],
    *,
    kind: str | None = None,
    overrides: MappingABC[str, str] | None = None,
    id_column: str | None = None,
    outcome: str | None = None,
    drop: Collection[str] = (),
    day_first: bool | None = None,
) -> Mapping:
    """What the source is and how its columns become ours."""
    mapped = tuple(
        ColumnMapping(
            source=column.name,
            target=make_column_name(column.name),
            role=Role.TEXT,
            type="string",
        )
        for column in columns
    )
    return Mapping(kind=kind or "customers", columns=mapped).with_overrides(overrides or {})


def suggest_columns(columns: Sequence[SourceColumn]) -> tuple[str, ...]:
    """Names for the columns of a file without a header, from the shapes of the values."""
    return tuple(f"column_{number}" for number, _ in enumerate(columns, start=1))
