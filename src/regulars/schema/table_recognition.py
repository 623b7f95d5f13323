"""A file of one canonical table: purchases, events, payments and the rest."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from regulars.schema.assignment import Assignment, assign_columns
from regulars.schema.column_mapping import ColumnMapping
from regulars.schema.contract import Column, Role, get_contract
from regulars.schema.measured import Measured, describe_distinct, read_as
from regulars.schema.name_matching import NameIndex, build_index
from regulars.schema.profile_recognition import (
    hold_people,
    ignore_column,
    map_attribute,
    map_id,
    name_attributes,
    number_personal,
)
from regulars.schema.unnamed_columns import fill_unnamed
from regulars.schema.wording import Wording

__all__ = ["TableMatch", "map_table", "match_table"]

# One order or one of its lines: the same words (total, quantity, discount) mean either.
_OF_THE_ORDER = ("amount", "item_count", "discount_amount")
_OF_A_LINE = ("product_id", "product_name")


@dataclass(frozen=True, slots=True)
class TableMatch:
    """How a file fits one table.

    Attributes
    ----------
    kind
        The table.
    columns
        Canonical column → the foreign column that fills it.
    index
        The canonical columns that were looked for.
    unnamed
        Of `columns`, those that no name tells → why they are filled all the same.
    """

    kind: str
    columns: dict[str, Assignment]
    index: NameIndex
    unnamed: dict[str, Wording] = field(default_factory=dict)


def match_table(
    measured: Sequence[Measured],
    kind: str,
    *,
    id_column: str | None = None,
    drop: Collection[str] = (),
) -> TableMatch:
    """Which foreign columns fill the columns of the table `kind`."""
    exclude = {place for place, one in enumerate(measured) if one.name in drop}
    exclude |= {place for place, one in enumerate(measured) if one.name == id_column}
    without = {"customer_id"} if id_column else set()
    match = _match_names(measured, kind, exclude, without)
    unnamed = fill_unnamed(
        measured, get_contract(kind), match.columns, exclude=exclude, without=without
    )
    return replace(
        match,
        columns=match.columns | {name: found for name, (found, _) in unnamed.items()},
        unnamed={name: why for name, (_, why) in unnamed.items()},
    )


def _match_names(
    measured: Sequence[Measured], kind: str, exclude: Collection[int], without: Collection[str]
) -> TableMatch:
    if kind != "purchases":
        index = build_index(kind)
        chosen = assign_columns(measured, index, exclude=exclude, without=without)
        return TableMatch(kind, chosen, index)
    index = build_index("purchases", "purchase_items")
    lines = assign_columns(measured, index, exclude=exclude, without={*without, *_OF_THE_ORDER})
    is_lines = any(lines[name].name_score >= 0.75 for name in _OF_A_LINE if name in lines)
    if is_lines or {"unit_price", "quantity"} <= lines.keys():
        return TableMatch(kind, lines, index)
    orders = build_index("purchases")
    chosen = assign_columns(measured, orders, exclude=exclude, without=without)
    return TableMatch(kind, chosen, orders)


def map_table(
    measured: Sequence[Measured],
    match: TableMatch,
    *,
    id_column: str | None,
    drop: Collection[str],
) -> list[ColumnMapping]:
    """What each column of the file becomes, in order."""
    chosen = {found.position: found for found in match.columns.values()}
    names = _name_others(measured, match)
    is_of_people = hold_people(measured)
    columns = []
    for position, (one, name) in enumerate(zip(measured, names, strict=True)):
        if one.name in drop:
            columns.append(ignore_column(one, name))
        elif one.name == id_column:
            columns.append(map_id(one, "customer_id", 1.0, is_said=True))
        elif position in chosen:
            found = chosen[position]
            columns.append(_map_canonical(one, match, found))
        else:
            columns.append(map_attribute(one, name, is_of_people=is_of_people))
    return number_personal(columns)


def _name_others(measured: Sequence[Measured], match: TableMatch) -> list[str]:
    """Own names that cannot be mistaken for canonical columns of the table."""
    known = {*match.index.columns, *match.columns}
    return [f"{name}_in_source" if name in known else name for name in name_attributes(measured)]


def _map_canonical(measured: Measured, match: TableMatch, found: Assignment) -> ColumnMapping:
    column = match.index.columns[found.target]
    evidence = match.unnamed.get(column.name) or _say_name(measured, column)
    if column.role is Role.ID:
        mapped = map_id(measured, column.name, found.score)
        return mapped.model_copy(update={"evidence": evidence})
    reading = read_as(measured, column.type, unit=column.unit)
    if column.type == "instant" and measured.shape.date.share < 0.5 and measured.shape.present:
        reading["format"] = "epoch_seconds"
    return ColumnMapping(
        source=measured.name,
        target=column.name,
        role=column.role,
        type=column.type,
        confidence=round(found.score, 2),
        evidence=evidence,
        **reading,
    )


def _say_name(measured: Measured, column: Column) -> Wording:
    distinct = describe_distinct(measured)
    meaning_en, meaning_ru = column.meaning.en, column.meaning.ru
    return Wording(
        en=f"the name '{measured.name}' means: {_lower(meaning_en)}; {distinct.en}",
        ru=f"название «{measured.name}» означает: {_lower(meaning_ru)}; {distinct.ru}",
    )


def _lower(text: str) -> str:
    """The first letter small, unless the word is an abbreviation."""
    return text[:1].lower() + text[1:] if not text[1:2].isupper() else text
