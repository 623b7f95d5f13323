"""A flat file: one row per customer, every column a profile column under its own name."""

from collections.abc import Collection, Sequence

from regulars.schema.column_mapping import ColumnMapping
from regulars.schema.column_names import RESERVED_NAMES, make_column_name, make_unique, split_words
from regulars.schema.column_roles import (
    POST_WORDS,
    classify_column,
    find_personal_field,
    is_row_number,
    is_sure_of_people,
    needs_company,
)
from regulars.schema.contract import Role
from regulars.schema.measured import Measured, describe_distinct, read_as
from regulars.schema.name_matching import ID_WORDS, build_index
from regulars.schema.personal_shapes import find_personal_shape
from regulars.schema.unnamed_columns import find_repeating_customer
from regulars.schema.wording import Wording

__all__ = [
    "find_id",
    "hold_people",
    "ignore_column",
    "is_personal_id",
    "map_attribute",
    "map_id",
    "map_profile",
    "name_attributes",
    "number_personal",
]

_OTHERS = (
    *("interactions", "purchases", "products", "events", "web_goals", "tariffs", "payments"),
    *("returns", "deals", "leads", "carts"),
)
_LEAST_ROWS = 10  # fewer do not show that a column identifies
_MOST_KINDS = 20  # of so few values "client" may be the kind of a client
_SURE_NAME = 0.9
_LEAST_SHARE = 0.02
"""A name that has the words of an id among others ("account type no") identifies only where the values
differ: fifty rows a customer are more versions than a file of customers has."""
_COUNTING = frozenset({"number", "num", "count", "total"})
_ID_SHAPES = ("phone", "email", "passport", "tax_number", "card_number", "full_name")
_BARE_NAMES = frozenset({("id",), ("ид",), ("код",), ("account",), ("customer",), ("client",)})
# One who is contacted, where people are told of beside; else a contact that was made.
_CONTACT_IDS = frozenset({("contact", "id"), ("contact", "no"), ("id", "контакта")})
_BARE_NAMES |= frozenset({("user",), ("клиент",), ("subscriber",), ("uid",)})


def map_profile(
    measured: Sequence[Measured],
    *,
    id_column: str | None,
    drop: Collection[str],
    repeating: str | None = None,
) -> list[ColumnMapping]:
    """What each column of a flat file becomes, in order.

    Parameters
    ----------
    measured
        The columns.
    id_column
        The one that a person called the customer's id.
    drop
        Those to leave out.
    repeating
        The one that tells customers although they come again and again.
    """
    found = (id_column, 1.0) if id_column else find_id(measured)
    if found is None and repeating is not None:
        found = (repeating, 0.5)
    # Several rows of one customer are numbered; whose they are has to be known all the same.
    owner = find_repeating_customer(measured) if found is None else None
    observed = _find_observed_at(measured, drop)
    names = name_attributes(measured)
    is_of_people = hold_people(measured)
    columns = []
    for one, name in zip(measured, names, strict=True):
        if one.name in drop:
            columns.append(ignore_column(one, name))
        elif found and one.name == found[0]:
            columns.append(map_id(one, "customer_id", found[1], is_said=id_column is not None))
        elif one is owner and one.shape.distinct_count > _MOST_KINDS:
            columns.append(map_id(one, name, 0.5))
        elif one.name == observed:
            columns.append(_map_observed_at(one))
        else:
            columns.append(map_attribute(one, name, is_of_people=is_of_people))
    return number_personal(columns)


def name_attributes(measured: Sequence[Measured]) -> tuple[str, ...]:
    """Own names for the columns, none of them one that the lake gives."""
    own = (make_column_name(one.name) for one in measured)
    return make_unique(own, taken=RESERVED_NAMES)


def number_personal(columns: list[ColumnMapping]) -> list[ColumnMapping]:
    """Two phones become phone and phone_2 of the vault."""
    kept = [column for column in columns if column.role is Role.PERSONAL]
    others = [column.target for column in columns if column.role is not Role.PERSONAL]
    names = iter(make_unique((column.target for column in kept), taken=others))
    return [
        column.model_copy(update={"target": next(names)})
        if column.role is Role.PERSONAL
        else column
        for column in columns
    ]


def ignore_column(measured: Measured, name: str) -> ColumnMapping:
    """A column that a person dropped."""
    return ColumnMapping(
        source=measured.name,
        target=name,
        role=Role.IGNORED,
        type="string",
        evidence=Wording(en="you dropped it", ru="исключён вами"),
    )


def map_id(
    measured: Measured, target: str, confidence: float, *, is_said: bool = False
) -> ColumnMapping:
    """A column with identifiers; 17850.0 of a spreadsheet is the id 17850."""
    distinct = describe_distinct(measured)
    name = measured.name
    said = Wording(en=f"you said so; {distinct.en}", ru=f"указано вами; {distinct.ru}")
    found = Wording(
        en=f"the name '{name}' means an identifier; {distinct.en}",
        ru=f"название «{name}» означает идентификатор; {distinct.ru}",
    )
    return ColumnMapping(
        source=name,
        target=target,
        role=Role.ID,
        type="string",
        confidence=round(confidence, 2),
        evidence=said if is_said else found,
        **read_as(measured, "string", is_id=True),
    )


def is_personal_id(measured: Measured) -> bool:
    """The ids are themselves phones, e-mails, documents or names."""
    return find_personal_shape(measured.shape.present, fields=_ID_SHAPES) is not None


def hold_people(measured: Sequence[Measured]) -> bool:
    """Whether some column can belong to nothing but people, where another one depends on that."""
    return any(map(needs_company, measured)) and any(map(is_sure_of_people, measured))


def map_attribute(measured: Measured, name: str, *, is_of_people: bool = False) -> ColumnMapping:
    """A column that keeps its own name, or goes to the vault."""
    if not measured.is_empty:
        personal = find_personal_field(measured, is_of_people=is_of_people)
        if personal:
            field, confidence, evidence = personal
            type_name = build_index("customers").columns[field].type
            return ColumnMapping(
                source=measured.name,
                target=field,
                role=Role.PERSONAL,
                type=type_name,
                confidence=round(confidence, 2),
                evidence=evidence,
                **read_as(measured, type_name),
            )
    role, type_name, confidence, evidence = classify_column(measured)
    return ColumnMapping(
        source=measured.name,
        target=name,
        role=role,
        type=type_name,
        confidence=confidence,
        evidence=evidence,
        **read_as(measured, type_name),
    )


def _find_observed_at(measured: Sequence[Measured], drop: Collection[str]) -> str | None:
    index = build_index("profiles")
    for one in measured:
        is_moment = one.shape.is_date and one.name not in drop
        if is_moment and index.match(one.name).get("observed_at", 0.0) >= 0.9:
            return one.name
    return None


def _map_observed_at(measured: Measured) -> ColumnMapping:
    return ColumnMapping(
        source=measured.name,
        target="observed_at",
        role=Role.DATE,
        type="instant",
        confidence=0.9,
        evidence=Wording(
            en="the name means the day the file was made for",
            ru="название означает день, на который сделан файл",
        ),
        **read_as(measured, "instant"),
    )


def find_id(measured: Sequence[Measured]) -> tuple[str, float] | None:
    """The column that identifies the customer and how sure that is; None when rows have none.

    The name decides. Without a name a column of codes that never repeat may do; a number that
    merely never repeats (what each customer spent) never does.
    """
    index = build_index("profiles")
    candidates = []
    for position, one in enumerate(measured):
        score = index.match(one.name).get("customer_id", 0.0)
        if score >= 0.6 and _may_identify(one, score):
            is_bare = split_words(one.name) in _BARE_NAMES
            rank = (one.shape.is_unique, score, not is_bare, -position)
            candidates.append((rank, one.name, score))
    if candidates:
        rank, name, score = max(candidates)
        return name, score if rank[0] else score * 0.8
    if any(index.match(one.name).get("customer_id", 0.0) >= _SURE_NAME for one in measured):
        return None  # it is there, and it does not identify the rows
    return _find_nameless_id(measured)


def _may_identify(measured: Measured, score: float) -> bool:
    shape = measured.shape
    if shape.row_count == 0:
        return True
    if shape.is_date or measured.is_empty or is_row_number(measured):
        return False
    if shape.is_number and not measured.is_whole:
        return False
    few = shape.row_count > _LEAST_ROWS and shape.distinct_count < 3
    # "ID" or "client" over a handful of values is a code of something else.
    share = shape.distinct_count / max(shape.present_count, 1)
    if score < _SURE_NAME and share < _LEAST_SHARE:
        return False
    # "Customer number" names one, "number of customer service calls" counts.
    if score < 1.0 and shape.is_number and split_words(measured.name)[0] in _COUNTING:
        return False
    is_bare = split_words(measured.name) in _BARE_NAMES
    return not few and (not is_bare or share > 0.9 or shape.distinct_count > shape.present_count)


def _find_nameless_id(measured: Sequence[Measured]) -> tuple[str, float] | None:
    has_people = any(split_words(one.name) in _CONTACT_IDS for one in measured) and any(
        map(is_sure_of_people, measured)
    )
    unique = [
        one
        for one in measured
        if one.shape.is_unique
        and one.shape.present_count == one.shape.row_count >= _LEAST_ROWS
        and not one.shape.is_date
        and not one.shape.number.is_clock
        and find_personal_field(one) is None
        and not is_row_number(one)
    ]
    named = [one for one in unique if _is_named_id(one)]
    if len(named) == 1:
        return named[0].name, 0.7
    coded = [
        one
        for one in unique
        if not one.shape.is_number
        and all(_is_code(value) for value in one.shape.present)
        and not _identifies_another(one.name, has_people=has_people)
    ]
    if not named and len(coded) == 1:
        return coded[0].name, 0.6
    return None


def _is_named_id(measured: Measured) -> bool:
    words = set(split_words(measured.name))
    is_whole = not measured.shape.is_number or measured.shape.number.is_whole
    is_named = bool(words & ID_WORDS) and is_whole and not words & {"of", *POST_WORDS}
    return is_named and not _identifies_another(measured.name)


def _identifies_another(name: str, *, has_people: bool = False) -> bool:
    """The id of a campaign or a product is not that of a customer; a contract's may be."""
    if has_people and split_words(name) in _CONTACT_IDS:
        return False
    others = build_index(*_OTHERS)
    scores = others.match(name)
    for one in ("customer_id", "account_id"):
        scores.pop(one, None)
    return any(
        score >= 0.95 and others.columns[target].role is Role.ID for target, score in scores.items()
    )


def _is_code(value: str) -> bool:
    return " " not in value and len(value) <= 64 and any(letter.isdigit() for letter in value)
