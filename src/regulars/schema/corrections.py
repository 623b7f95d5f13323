"""A person's corrections of a mapping: `--map "Дата=purchased_at:instant:%d.%m.%Y"`."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import cast, get_args

from regulars.errors import InvalidParameterError, UnknownColumnError, UnknownNameError
from regulars.schema.column_mapping import ColumnMapping, Outcome
from regulars.schema.column_names import make_column_name
from regulars.schema.contract import Column, ColumnType, Role, get_contract
from regulars.schema.date_shapes import NAMED_DATE_FORMATS
from regulars.schema.number_shapes import measure_numbers
from regulars.schema.wording import Wording

__all__ = ["correct_columns"]

_SAID = Wording(en="you said so", ru="указано вами")
_NAME = re.compile(r"[^\W\d]\w*")
_ROLE_TYPES: dict[Role, ColumnType] = {
    Role.ID: "string",
    Role.CATEGORY: "string",
    Role.TEXT: "string",
    Role.OUTCOME: "string",
    Role.PERSONAL: "string",
}
_TYPE_ROLES: dict[str, Role] = {
    "integer": Role.NUMERIC,
    "float": Role.NUMERIC,
    "decimal": Role.NUMERIC,
}
_TYPE_ROLES |= {"date": Role.DATE, "instant": Role.DATE, "boolean": Role.CATEGORY}


def correct_columns(
    columns: Sequence[ColumnMapping],
    outcome: Outcome | None,
    overrides: Mapping[str, str],
    *,
    kind: str,
) -> tuple[tuple[ColumnMapping, ...], Outcome | None]:
    """The columns with the corrections, and the outcome if it is still one.

    The last correction to claim a target has it.

    Parameters
    ----------
    columns
        One per source column.
    outcome
        What is to be predicted, so far.
    overrides
        Source column → `target[:type[:format]]`.
    kind
        Of the mapping; its table says which targets there are.

    Raises
    ------
    UnknownColumnError
        The source has no such column.
    UnknownNameError
        No such type, or a target with a slip of the finger.
    InvalidParameterError
        A name or a format that cannot be one.
    """
    corrected = {column.source: column for column in columns}
    for source, wish in overrides.items():
        if source not in corrected:
            raise UnknownColumnError(source, corrected, where="The source", ru="В источнике")
        changed = _correct_column(kind, corrected[source], wish)
        corrected = {
            name: changed if name == source else _yield_target(column, changed)
            for name, column in corrected.items()
        }
        if outcome and outcome.column == source and changed.role is not Role.OUTCOME:
            outcome = None
    return tuple(corrected.values()), outcome


def _yield_target(column: ColumnMapping, winner: ColumnMapping) -> ColumnMapping:
    """A column that held the target a person gave to another one goes back to its own name."""
    if column.target != winner.target or Role.IGNORED in (column.role, winner.role):
        return column
    own = make_column_name(column.source)
    name = f"{own}_2" if own == winner.target else own
    said = Wording(
        en=f"'{winner.source}' took {winner.target}", ru=f"{winner.target} теперь «{winner.source}»"
    )
    return column.model_copy(update={"target": name, "evidence": said})


def _correct_column(kind: str, column: ColumnMapping, wish: str) -> ColumnMapping:
    target, _, rest = wish.partition(":")
    type_name, _, pattern = rest.partition(":")
    target = target.strip()
    if target in ("", "-", Role.IGNORED):
        update = {"role": Role.IGNORED, "confidence": 1.0, "evidence": _SAID}
        return column.model_copy(update=update)
    stored = _check_type(type_name.strip()) if type_name.strip() else None
    name, role, kept_as = _resolve_target(kind, column, target)
    chosen = stored or kept_as or _ROLE_TYPES.get(role, column.type)
    if role is Role.NUMERIC and chosen not in ("integer", "float", "decimal"):
        chosen = "float"
    if role is Role.DATE and chosen not in ("date", "instant"):
        chosen = "date"
    if stored and kept_as is None and role not in _ROLE_TYPES:
        role = _TYPE_ROLES.get(stored, role)
    update = {"target": name, "role": role, "type": chosen, "confidence": 1.0, "evidence": _SAID}
    update |= _read_format(chosen, pattern, column)
    return ColumnMapping.model_validate(column.model_dump() | update)


def _check_type(name: str) -> ColumnType:
    if name not in get_args(ColumnType):
        raise UnknownNameError("type", name, get_args(ColumnType), ru="типа")
    return cast(ColumnType, name)


def _resolve_target(
    kind: str, column: ColumnMapping, target: str
) -> tuple[str, Role, ColumnType | None]:
    """Name, role and type of what the person called the target."""
    if target in {role.value for role in Role}:
        role = Role(target)
        own = "customer_id" if role is Role.ID else _own_name(kind, column)
        return own, role, None
    known = _list_targets(kind)
    if target in known:
        return target, known[target].role, known[target].type
    _check_new_name(kind, target, known)
    role = column.role if column.role is not Role.IGNORED else Role.CATEGORY
    return target, role, None


def _own_name(kind: str, column: ColumnMapping) -> str:
    is_canonical = column.target in get_contract(_name_table(kind)).column_names
    return make_column_name(column.source) if is_canonical else column.target


def _name_table(kind: str) -> str:
    return "profiles" if kind == "customers" else kind


def _list_targets(kind: str) -> dict[str, Column]:
    names = [_name_table(kind)]
    names += {"purchases": ["purchase_items"], "customers": ["customers"]}.get(kind, [])
    columns: dict[str, Column] = {}
    for name in names:
        for column in get_contract(name).columns:
            columns.setdefault(column.name, column)
    return columns


def _check_new_name(kind: str, target: str, known: dict[str, Column]) -> None:
    allowed = (*known, *(role.value for role in Role))
    if not _NAME.fullmatch(target):
        raise InvalidParameterError(
            en=f"'{target}' cannot be the name of a column: use letters, digits and _,"
            " with a letter first.",
            ru=f"«{target}» не может быть именем столбца: нужны латинские буквы, цифры и _, первой "
            "— буква.",
        )
    # A name so close to a known one is a slip of the finger, not a new attribute.
    if get_close_matches(target.casefold(), allowed, n=1, cutoff=0.8):
        table = _name_table(kind)
        raise UnknownNameError(
            f"column of table {table}", target, allowed, ru=f"в таблице {table} столбца"
        )


def _read_format(
    type_name: ColumnType, pattern: str, column: ColumnMapping
) -> dict[str, str | None]:
    if not pattern:
        is_same = type_name == column.type
        return {} if is_same else {"format": _keep_format(type_name, column)}
    if type_name in ("date", "instant"):
        _check_date_format(pattern)
        return {"format": pattern}
    if type_name in ("integer", "float", "decimal"):
        shape = measure_numbers([pattern], comma_is_decimal=True)
        if not shape.share:
            raise InvalidParameterError(
                en=f"'{pattern}' is not an example of a number: write one as the file does,"
                " such as 1 234,56.",
                ru=f"«{pattern}» — не пример числа: напишите число так, как оно записано в файле, "
                "например 1 234,56.",
            )
        read, unit = shape.choose_format(column.unit)
        marks = {"decimal": shape.decimal, "thousands": shape.thousands}
        return {"format": read, "unit": unit, **marks}
    return {"format": pattern}


def _keep_format(type_name: ColumnType, column: ColumnMapping) -> str | None:
    """A date read as an instant keeps its pattern; other changes of type start afresh."""
    both_dates = {type_name, column.type} <= {"date", "instant"}
    both_numbers = {type_name, column.type} <= {"integer", "float", "decimal"}
    return column.format if both_dates or both_numbers else None


def _check_date_format(pattern: str) -> None:
    if "%" not in pattern and pattern not in NAMED_DATE_FORMATS:
        names = ", ".join(NAMED_DATE_FORMATS)
        raise InvalidParameterError(
            en=f"'{pattern}' is not a format of dates: use a pattern such as %d.%m.%Y, or {names}.",
            ru=f"«{pattern}» — не формат даты: напишите шаблон, например %d.%m.%Y, или одно из: "
            f"{names}.",
        )
