"""How the columns of one foreign file become ours: shown, corrected, saved and found again."""

import hashlib
import json
from collections.abc import Iterable
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from regulars.errors import SchemaError, UnknownColumnError
from regulars.schema.column_mapping import ColumnMapping, Outcome
from regulars.schema.contract import Contract, Role, get_contract
from regulars.schema.corrections import correct_columns
from regulars.schema.foreign_words import say_toml_error, say_value_error
from regulars.schema.wording import Language, Wording, format_share

__all__ = [
    "ColumnMapping",
    "Mapping",
    "MappingLine",
    "Outcome",
    "describe_type",
    "make_columns_key",
]

ROLE_WORDS = {
    Role.ID: Wording(en="identifier", ru="идентификатор"),
    Role.NUMERIC: Wording(en="number", ru="число"),
    Role.CATEGORY: Wording(en="category", ru="категория"),
    Role.DATE: Wording(en="date", ru="дата"),
    Role.TEXT: Wording(en="text", ru="текст"),
    Role.OUTCOME: Wording(en="outcome", ru="исход"),
    Role.PERSONAL: Wording(en="personal, to the vault", ru="личное, в сейф"),
    Role.IGNORED: Wording(en="not used", ru="не используется"),
}


@dataclass(frozen=True, slots=True)
class MappingLine:
    """One line of the mapping as a person reads it."""

    source: str
    target: str
    role: str
    type: str
    confidence: str
    evidence: str


class Mapping(BaseModel):
    """How one source becomes rows of a canonical table.

    Attributes
    ----------
    kind
        "customers" for a flat file, else the name of a canonical table.
    columns
        One per source column, in the order of the source; ignored ones included.
    outcome
        What is to be predicted, if the file knows it.
    day_first
        How dates such as 01/02/2020 are read.
    id_is_personal
        The customers' ids are phones, e-mails or documents: replace them by a keyed hash.
    confidence, evidence
        How sure the kind is, and why; 1 when it was given.
    notes
        What a person should know before loading.

    Examples
    --------
    >>> column = ColumnMapping(source="Client", target="customer_id", role="id", type="string")
    >>> mapping = Mapping(kind="customers", columns=(column,))
    >>> mapping.table, mapping.id_column
    ('profiles', 'Client')
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    columns: tuple[ColumnMapping, ...]
    outcome: Outcome | None = None
    day_first: bool = True
    id_is_personal: bool = False
    confidence: float = Field(default=1.0, ge=0.0, le=1.0)
    evidence: Wording = Wording(en="", ru="")
    notes: tuple[Wording, ...] = ()

    @property
    def table(self) -> str:
        """The table the rows go to: `profiles` for kind customers, else the kind itself."""
        return "profiles" if self.kind == "customers" else self.kind

    @property
    def contract(self) -> Contract:
        """The contract of `table`."""
        return get_contract(self.table)

    @property
    def id_column(self) -> str | None:
        """The source column with the customer's id; None when the rows must be numbered."""
        found = self.find_target("customer_id")
        return found.source if found else None

    @property
    def has_items(self) -> bool:
        """A purchases file with a row per item: orders must be summed up from `purchase_items`."""
        targets = {"product_id", "product_name", "unit_price", "line_amount", "line_number"}
        return self.kind == "purchases" and any(
            column.target in targets and column.role is not Role.IGNORED for column in self.columns
        )

    @property
    def has_unnumbered_orders(self) -> bool:
        """Lines of orders without a number: what a customer bought at one moment is one order."""
        told = [self.find_target(name) for name in ("customer_id", "purchased_at")]
        return self.has_items and all(told) and self.find_target("purchase_id") is None

    @property
    def canonical(self) -> tuple[ColumnMapping, ...]:
        """Columns that fill a column of the contract (of the items too when `has_items`)."""
        known = set(self.contract.column_names)
        if self.has_items:
            known |= set(get_contract("purchase_items").column_names)
        return tuple(c for c in self._kept if c.target in known)

    @property
    def attributes(self) -> tuple[ColumnMapping, ...]:
        """Columns kept under their own name: profile columns, or the JSON `attributes`."""
        canonical = self.canonical
        return tuple(c for c in self._kept if c not in canonical and c.role is not Role.PERSONAL)

    @property
    def personal(self) -> tuple[ColumnMapping, ...]:
        """Columns that go to the vault."""
        return self.list_role(Role.PERSONAL)

    @property
    def derived(self) -> tuple[ColumnMapping, ...]:
        """What is kept of a personal column: the year of a full date of birth."""
        birth = self.find_target("birth_on")
        is_day = birth is not None and birth.type in ("date", "instant")
        if self.table != "profiles" or not is_day or self.find_target("birth_year"):
            return ()
        evidence = Wording(
            en="the year of the date that goes to the vault",
            ru="год из даты, которая уходит в сейф",
        )
        return (
            ColumnMapping(
                source="birth_year",
                target="birth_year",
                role=Role.NUMERIC,
                type="integer",
                confidence=birth.confidence if birth else 1.0,
                evidence=evidence,
            ),
        )

    @property
    def _kept(self) -> tuple[ColumnMapping, ...]:
        return tuple(c for c in self.columns if c.role is not Role.IGNORED)

    def list_role(self, role: Role) -> tuple[ColumnMapping, ...]:
        """The columns of one role, in order."""
        return tuple(column for column in self.columns if column.role is role)

    def find_target(self, target: str) -> ColumnMapping | None:
        """The column that fills `target`, or None."""
        for column in self.columns:
            if column.target == target and column.role is not Role.IGNORED:
                return column
        return None

    def get_source(self, source: str) -> ColumnMapping:
        """What becomes of the source column; raises `UnknownColumnError`."""
        for column in self.columns:
            if column.source == source:
                return column
        names = (column.source for column in self.columns)
        raise UnknownColumnError(source, names, where="The source", ru="В источнике")

    def columns_key(self) -> str:
        """The key under which the mapping is found again for a file with the same columns."""
        return make_columns_key(column.source for column in self.columns)

    def describe(self, language: Language) -> list[MappingLine]:
        """The mapping as lines for the terminal, one per source column."""
        return [
            MappingLine(
                source=column.source,
                target="" if column.role is Role.IGNORED else column.target,
                role=ROLE_WORDS[column.role].to(language),
                type="" if column.role is Role.IGNORED else describe_type(column),
                confidence=format_share(column.confidence, language),
                evidence=column.evidence.to(language),
            )
            for column in (*self.columns, *self.derived)
        ]

    def with_overrides(self, overrides: MappingABC[str, str]) -> "Mapping":
        """The mapping with a person's corrections.

        Parameters
        ----------
        overrides
            Source column → `target[:type[:format]]`. The target is a column of the table, a new
            name, a role word (`id numeric category date text outcome personal`) to keep the name,
            or `ignored`. The format of a number is an example: `1 234,56`.

        Examples
        --------
        >>> column = ColumnMapping(source="Дата", target="дата", role="text", type="string")
        >>> mapping = Mapping(kind="purchases", columns=(column,))
        >>> mapping.with_overrides({"Дата": "purchased_at:instant:%d.%m.%Y"}).columns[0].format
        '%d.%m.%Y'
        """
        columns, outcome = correct_columns(self.columns, self.outcome, overrides, kind=self.kind)
        return self.model_copy(update={"columns": columns, "outcome": outcome})

    def to_toml(self) -> str:
        """The mapping as a TOML document a person can edit; `from_toml` reads it back."""
        import tomlkit

        plain = self.model_dump(mode="json", exclude_none=True)
        columns = plain.pop("columns")
        if not columns:
            plain["columns"] = []
        return tomlkit.dumps(plain) + "".join(_dump_column(column) for column in columns)

    @classmethod
    def from_toml(cls, text: str, *, where: str) -> "Mapping":
        """The mapping that `to_toml` wrote.

        Parameters
        ----------
        text
            The document.
        where
            Which file it is, for the error.

        Raises
        ------
        SchemaError
            Not TOML, or not a mapping; says which entry and what is allowed.
        """
        import tomllib

        try:
            mapping = cls.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise SchemaError(
                en=f"{where} is not valid TOML: {say_toml_error(error).en}. Correct it, or delete it and load again.",
                ru=f"{where} — неверный TOML: {say_toml_error(error).ru}. Исправьте или удалите его и загрузите снова.",
            ) from error
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place, said = ".".join(str(part) for part in first["loc"]), say_value_error(first)
            raise SchemaError(
                en=f"{where} is not a mapping: {place}: {said.en}. Correct that entry.",
                ru=f"{where} — не соответствие столбцов: {place}: {said.ru}. Исправьте запись.",
            ) from error
        get_contract(mapping.table)
        return mapping


def describe_type(column: ColumnMapping) -> str:
    """Type and format of a column, as a person reads them: `decimal (1,234.5)`."""
    is_unit = column.unit is not None and column.format != "clock"
    details = [column.unit if is_unit else column.format] if column.format else []
    if column.decimal == "," or column.thousands:
        details.append(f"1{column.thousands or ''}234{column.decimal}5")
    return f"{column.type} ({', '.join(filter(None, details))})" if any(details) else column.type


def _dump_column(column: MappingABC[str, object]) -> str:
    """One [[columns]] table; tomlkit takes seconds for the thousands that a wide file has."""
    lines = ["", "[[columns]]"]
    for name, value in column.items():
        if isinstance(value, dict):
            inner = ", ".join(f"{key} = {_dump_value(part)}" for key, part in value.items())
            lines.append(f"{name} = {{ {inner} }}")
        else:
            lines.append(f"{name} = {_dump_value(value)}")
    return "\n".join(lines) + "\n"


def _dump_value(value: object) -> str:
    # A JSON string is a TOML basic string, but for DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def make_columns_key(names: Iterable[str]) -> str:
    """A key of the set of column names, whatever their order.

    Examples
    --------
    >>> make_columns_key(["b", "a"]) == make_columns_key(["a", "b"])
    True
    """
    joined = "\x1f".join(sorted(names))
    return hashlib.sha256(joined.encode("utf-8")).hexdigest()[:16]
