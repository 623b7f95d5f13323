"""The canonical tables as contracts: what a column is called, holds and means."""

from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from regulars.errors import UnknownColumnError, UnknownNameError
from regulars.schema.definition_files import list_packaged, parse_toml
from regulars.schema.wording import Wording

__all__ = [
    "Column",
    "ColumnType",
    "Contract",
    "Role",
    "Whole",
    "get_contract",
    "list_contracts",
]

ColumnType = Literal["string", "integer", "float", "decimal", "boolean", "date", "instant"]
"""`decimal` is decimal(18,4), for money; `instant` a UTC timestamp; `date` a company-local day."""


class Role(StrEnum):
    """What a column is for."""

    ID = "id"
    NUMERIC = "numeric"
    CATEGORY = "category"
    DATE = "date"
    TEXT = "text"
    OUTCOME = "outcome"
    PERSONAL = "personal"
    IGNORED = "ignored"


class Column(BaseModel):
    """One column of a contract.

    Attributes
    ----------
    name
        snake_case; the suffix tells the kind (`_id`, `_at`, `_on`, `_days`, `_count`, `_amount`).
    type
        How it is stored.
    meaning
        What it says, in both languages.
    role
        What it is for; *personal* columns go to the vault and never to the lake.
    unit
        "day", "currency", "share" …; None for names and categories.
    is_required
        A row without it is quarantined.
    is_settled
        Of a state: it holds from the beginning. What may change, or tells of the end, is not
        known since the beginning.
    allowed
        The values a category may take; None when free.
    aliases
        Names it bears in foreign files, English and Russian, lower case, spaces for separators.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    type: ColumnType
    meaning: Wording
    role: Role
    unit: str | None = None
    is_required: bool = False
    is_settled: bool = True
    allowed: tuple[str, ...] | None = None
    aliases: tuple[str, ...] = ()


class Whole(BaseModel):
    """What rows are parts of: the order of an order's lines.

    Attributes
    ----------
    column
        Rows with one value here belong together.
    number
        Counts the parts, where the source does that.
    likeness
        Without a number a part is known again by the first of these columns that has a value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    number: str
    likeness: tuple[str, ...]


class Contract(BaseModel):
    """One canonical table.

    Attributes
    ----------
    name
        Plural noun; also the name of the table in the lake.
    meaning
        One row per what.
    temporal
        `fact`: happened once, has `time_column`. `state`: keeps versions by `known_at`.
    key
        The natural key; empty when rows have none (then the whole row and its occurrence is the key).
    whole
        What the rows are parts of, when they are told together; None when each stands for itself.
    time_column
        For a fact the instant at which it happened; for a state the day from which its first
        version is known. None when there is none.
    end_column
        Of a state: the day on which it ended, and everything of it was settled.
    is_observed
        Of a state: `time_column` says when the row was true, and not when it began.
    is_bucketed
        Partitioned by a hash of `customer_id` and sorted by customer and time.
    told_by
        A file must fill all columns of one of these groups; any will do when empty.
    columns
        In order. The lake adds `known_at`, `load_id`, `attributes` (JSON of the source's other
        columns) and, for each instant `x_at`, `x_on` and `x_hour` in company time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    meaning: Wording
    temporal: Literal["fact", "state"]
    key: tuple[str, ...] = ()
    whole: Whole | None = None
    time_column: str | None = None
    end_column: str | None = None
    is_observed: bool = False
    is_bucketed: bool = False
    told_by: tuple[tuple[str, ...], ...] = ()
    columns: tuple[Column, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check_names(self) -> "Contract":
        names = self.column_names
        if len(set(names)) != len(names):
            raise ValueError(f"table {self.name}: a column is named twice")
        told = [*self.key, *filter(None, (self.time_column, self.end_column))]
        if self.whole:
            told += [self.whole.column, self.whole.number, *self.whole.likeness]
        for name in told:
            if name not in names:
                raise ValueError(f"table {self.name}: {name} is named and is not a column")
        return self

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def get_column(self, name: str) -> Column:
        """The column called `name`; raises `UnknownColumnError`."""
        for column in self.columns:
            if column.name == name:
                return column
        raise UnknownColumnError(
            name, self.column_names, where=f"Table '{self.name}'", ru=f"В таблице «{self.name}»"
        )


@cache
def list_contracts() -> tuple[Contract, ...]:
    """Every canonical table, in the order of the files' names."""
    return tuple(
        Contract.model_validate(_name_customers(parse_toml(text, where=name)))
        for name, text in list_packaged("regulars.schema", "tables")
    )


def _name_customers(table: dict[str, Any]) -> dict[str, Any]:
    """The table with the names that customers bear in any of them: a client, a guest, a patient."""
    names = resources.files("regulars.schema").joinpath("customer_names.txt").read_text("utf-8")
    for column in table["columns"]:
        if column["name"] == "customer_id":
            column["aliases"] = [*names.split("\n")[:-1], *column.get("aliases", [])]
    return table


def get_contract(name: str) -> Contract:
    """The contract of the table `name`; raises `UnknownNameError`.

    Examples
    --------
    >>> get_contract("purchases").time_column
    'purchased_at'
    """
    contracts = {contract.name: contract for contract in list_contracts()}
    if name not in contracts:
        raise UnknownNameError("table", name, contracts, ru="таблицы")
    return contracts[name]
