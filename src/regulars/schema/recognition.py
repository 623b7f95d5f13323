"""Recognise a foreign file: its kind, and what each of its columns is."""

from collections.abc import Collection, Sequence
from collections.abc import Mapping as MappingABC
from dataclasses import replace

from regulars.errors import SchemaError, UnknownColumnError, UnknownNameError
from regulars.schema.column_mapping import ColumnMapping, Outcome
from regulars.schema.contract import Role, get_contract
from regulars.schema.header_names import suggest_columns
from regulars.schema.kinds import KINDS, Guess, guess_kind
from regulars.schema.mapping import Mapping
from regulars.schema.measured import (
    Measured,
    Reading,
    is_time_of_day,
    measure_columns,
    read_as,
)
from regulars.schema.name_matching import build_index
from regulars.schema.outcomes import check_outcome_is_told, find_outcome, take_outcome
from regulars.schema.profile_recognition import is_personal_id, map_profile
from regulars.schema.shapes import SourceColumn
from regulars.schema.table_recognition import TableMatch, map_table, match_table
from regulars.schema.unnamed_columns import find_returning_number
from regulars.schema.wording import Wording

__all__ = ["KINDS", "recognize", "suggest_columns"]

_SAID = Wording(en="you said so", ru="указано вами")
_TELLS_OUTCOME = Wording(
    en="the outcome is a column of it, as you said", ru="вы назвали в нём столбец с исходом"
)
_SURE_NAME = 0.9
_CUSTOMER_IDS = ("customer_id", "related_customer_id", "counterpart_id")

_MOST_CLASSES = 12
"""A column of more numbers has no classes that anybody would tell apart one by one."""


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
    """What the source is and how its columns become ours.

    Works on the sample alone; the same columns always give the same mapping.

    Parameters
    ----------
    columns
        The source's columns, each with a sample of its values.
    kind
        `customers` for a flat file or the name of a table; None to guess.
    overrides
        A person's corrections, source column → `target[:type[:format]]`.
    id_column
        The source column that identifies the customer; None to find it.
    outcome
        `column` or `column=value`; None to take it only by the rule of one dictionary name.
    drop
        Source columns to leave out.
    day_first
        The order in dates such as 01/02/2020; None leaves it to the values.

    Returns
    -------
    Mapping
        One entry per source column, with confidence and evidence.

    Raises
    ------
    UnknownNameError
        There is no such kind; names the nearest.
    UnknownColumnError
        A named column is not in the source.
    InvalidParameterError
        The outcome's value is not in its column.
    SchemaError
        A column that the kind cannot do without was not found; says what to type.

    Examples
    --------
    >>> columns = [
    ...     SourceColumn("customerID", values=["7590-VHVEG", "5575-GNVDE", "3668-QPYBK"]),
    ...     SourceColumn("MonthlyCharges", values=["29.85", "56.95", "53.85"]),
    ...     SourceColumn("Churn", values=["No", "No", "Yes"]),
    ... ]
    >>> mapping = recognize(columns)
    >>> mapping.kind, mapping.id_column, mapping.outcome.positive
    ('customers', 'customerID', 'Yes')
    """
    if kind is not None and kind not in KINDS:
        raise UnknownNameError("kind", kind, KINDS, ru="вида данных")
    said = dict(overrides or {})
    _check_names(columns, [*said, *drop, *([id_column] if id_column else [])])
    measured, is_day_first, order_note = measure_columns(columns, day_first=day_first)
    guess = (
        _follow_wish(kind, measured, said)
        if kind
        else guess_kind(measured, id_column=id_column, drop=drop)
    )
    if kind is None and guess.kind != "customers" and _names_column(outcome, columns):
        # Only a file with a row per customer has a column that tells the outcome.
        guess = Guess("customers", 1.0, _TELLS_OUTCOME)
    mapped = _map_columns(measured, guess, id_column=id_column, drop=drop)
    wish = outcome or next((name for name, to in said.items() if to == Role.OUTCOME), None)
    found, outcome_note = _find_outcome(measured, guess.kind, wish, drop)
    counts = {one.name: one.shape.distinct_count for one in measured}
    for column in mapped:
        if found is not None and column.source == found.column:
            check_outcome_is_told(column, counts[column.source])
    mapping = Mapping(
        kind=guess.kind,
        columns=tuple(_mark_outcome(column, found, counts[column.source]) for column in mapped),
        outcome=found,
        day_first=is_day_first,
        confidence=guess.confidence,
        evidence=guess.evidence,
    ).with_overrides(said)
    _check_required(mapping)
    by_name = {one.name: one for one in measured}
    mapping = _join_time(_read_again(mapping, said, by_name), by_name)
    notes = [order_note, outcome_note, _say_id(mapping, by_name), _say_orders(mapping)]
    notes += _say_epochs(mapping, by_name)
    return mapping.model_copy(
        update={
            "id_is_personal": _has_personal_ids(mapping, by_name),
            "notes": tuple(note for note in notes if note),
        }
    )


def _check_names(columns: Sequence[SourceColumn], asked: Sequence[str]) -> None:
    names = [column.name for column in columns]
    for name in asked:
        if name not in names:
            raise UnknownColumnError(name, names, where="The source", ru="В источнике")


def _names_column(outcome: str | None, columns: Sequence[SourceColumn]) -> bool:
    """Whether `COLUMN` or `COLUMN=VALUE` names one of the columns."""
    return outcome is not None and any(
        one.name in (outcome, outcome.rpartition("=")[0]) for one in columns
    )


def _follow_wish(kind: str, measured: Sequence[Measured], said: MappingABC[str, str]) -> Guess:
    """The kind a person named; of purchases without a time only the items can be kept."""
    guess = Guess(kind, 1.0, _SAID)
    if kind != "purchases" or any(to.startswith("purchased_at") for to in said.values()):
        return guess
    match = match_table(measured, kind)
    has_items = any(name in match.columns for name in ("product_id", "product_name"))
    if "purchased_at" in match.columns or not has_items or "purchase_id" not in match.columns:
        return guess
    has_moment = any(one.shape.is_date for one in measured)
    return guess if has_moment else Guess("purchase_items", 1.0, _SAID)


def _map_columns(
    measured: Sequence[Measured], guess: Guess, *, id_column: str | None, drop: Collection[str]
) -> list[ColumnMapping]:
    if guess.kind == "customers":
        return map_profile(measured, id_column=id_column, drop=drop, repeating=guess.customer)
    match = guess.match or _match_said(measured, guess.kind, id_column=id_column, drop=drop)
    return map_table(measured, match, id_column=id_column, drop=drop)


def _match_said(
    measured: Sequence[Measured], kind: str, *, id_column: str | None, drop: Collection[str]
) -> TableMatch:
    """How the columns fill the table that a person named: its customer may have the barest of names."""
    match = match_table(measured, kind, id_column=id_column, drop=drop)
    contract = get_contract(kind)
    is_open = id_column is None and "customer_id" not in match.columns
    if not is_open or contract.temporal != "fact" or "customer_id" not in contract.column_names:
        return match
    taken = {found.position for found in match.columns.values()}
    taken |= {place for place, one in enumerate(measured) if one.name in drop}
    moment = match.columns.get(contract.time_column or "")
    found = find_returning_number(measured, taken, moment.position if moment else None)
    if found is None:
        return match
    columns = match.columns | {"customer_id": found[0]}
    return replace(match, columns=columns, unnamed=match.unnamed | {"customer_id": found[1]})


def _find_outcome(
    measured: Sequence[Measured], kind: str, wish: str | None, drop: Collection[str]
) -> tuple[Outcome | None, Wording | None]:
    if wish:
        taken = take_outcome(measured, wish)
        said = taken.evidence
        note = Wording(
            en=f"Outcome: '{taken.column}': {said.en}.", ru=f"Исход: «{taken.column}»: {said.ru}."
        )
        return taken, note
    if kind != "customers":
        return None, None
    return find_outcome([one for one in measured if one.name not in drop])


def _mark_outcome(column: ColumnMapping, outcome: Outcome | None, n_values: int) -> ColumnMapping:
    if outcome is None or column.source != outcome.column:
        return column
    is_number = column.role is Role.NUMERIC and n_values > _MOST_CLASSES
    if is_number and outcome.positive is None:
        # So many numbers are no classes: the number itself is what is asked for.
        return column.model_copy(update={"role": Role.OUTCOME, "evidence": outcome.evidence})
    # The text of the source is kept: `outcome.positive` is compared with it.
    update: dict[str, object] = {
        "role": Role.OUTCOME,
        "type": "string",
        "format": None,
        "decimal": ".",
    }
    update |= {"thousands": None, "unit": None, "evidence": outcome.evidence}
    return ColumnMapping.model_validate(column.model_dump() | update)


def _read_again(
    mapping: Mapping, said: MappingABC[str, str], by_name: MappingABC[str, Measured]
) -> Mapping:
    """A correction without a format leaves it to the values how the column is read."""
    silent = {source for source, wish in said.items() if wish.count(":") < 2}
    units = {one.name: one.unit for one in get_contract(mapping.table).columns}
    columns = tuple(
        column.model_copy(update=dict(_read(column, by_name[column.source], units)))
        if column.source in silent
        else column
        for column in mapping.columns
    )
    return mapping.model_copy(update={"columns": columns})


def _read(column: ColumnMapping, measured: Measured, units: MappingABC[str, str | None]) -> Reading:
    unit = units.get(column.target)
    return read_as(measured, column.type, is_id=column.role is Role.ID, unit=unit)


def _join_time(mapping: Mapping, by_name: MappingABC[str, Measured]) -> Mapping:
    """The mapping with the time of the day read beside the day, when they stand in two columns."""
    contract = mapping.contract
    moment = mapping.find_target(contract.time_column or "")
    if moment is None or moment.type != "instant" or by_name[moment.source].shape.date.has_time:
        return mapping
    index = build_index(contract.name)
    known = {*contract.column_names} - {moment.target}
    times = [
        column
        for column in mapping.columns
        if column.target not in known
        and not (column.role is Role.IGNORED and column.is_given)
        and is_time_of_day(by_name[column.source])
        and index.match(column.source).get(moment.target, 0.0) >= _SURE_NAME
    ]
    if len(times) != 1:
        return mapping
    time = times[0]
    said = Wording(
        en=f"the time of the day of '{moment.source}'",
        ru=f"время того же момента: «{moment.source}»",
    )
    changed = {
        moment.source: moment.model_copy(update={"time_source": time.source}),
        time.source: time.model_copy(
            update={"role": Role.IGNORED, "type": "string", "format": None, "evidence": said}
        ),
    }
    columns = tuple(changed.get(column.source, column) for column in mapping.columns)
    return mapping.model_copy(update={"columns": columns})


def _check_required(mapping: Mapping) -> None:
    if mapping.kind == "customers":
        return  # rows without an id are numbered
    for column in get_contract(mapping.kind).columns:
        if column.is_required and mapping.find_target(column.name) is None:
            names = ", ".join(f"'{one.source}'" for one in mapping.columns[:30])
            raise SchemaError(
                en=f"Kind '{mapping.kind}' needs a column for {column.name}"
                f" ({column.meaning.en.lower()}), and none of the names tells it."
                f" The source has: {names}. Say which: --map 'COLUMN={column.name}',"
                " or choose another --kind.",
                ru=f"Для вида «{mapping.kind}» нужен столбец {column.name} "
                f"({column.meaning.ru.lower()}), а по именам его не узнать. В источнике: {names}. "
                f"Укажите: --map 'СТОЛБЕЦ={column.name}' — или выберите другой --kind.",
            )


def _has_personal_ids(mapping: Mapping, by_name: MappingABC[str, Measured]) -> bool:
    found = (mapping.find_target(name) for name in _CUSTOMER_IDS)
    return any(column is not None and is_personal_id(by_name[column.source]) for column in found)


def _say_id(mapping: Mapping, by_name: MappingABC[str, Measured]) -> Wording | None:
    if mapping.kind != "customers":
        return None
    if mapping.id_column is None:
        return Wording(
            en="No column identifies the customer, so the rows are numbered;"
            " if one does, say --id COLUMN.",
            ru="Ни один столбец не обозначает клиента, поэтому строки пронумерованы;"
            " если такой столбец есть, укажите --id СТОЛБЕЦ.",
        )
    shape = by_name[mapping.id_column].shape
    if shape.is_unique or shape.present_count < 2:
        return None
    return Wording(
        en=f"'{mapping.id_column}' repeats: the last row of each customer counts. If a row is"
        " something that happened, say --kind (purchases, events …).",
        ru=f"«{mapping.id_column}» повторяется: у каждого клиента считается последняя строка. Если"
        " строка — это то, что произошло, укажите --kind (purchases, events …).",
    )


def _say_orders(mapping: Mapping) -> Wording | None:
    if mapping.has_unnumbered_orders:
        return Wording(
            en="The orders have no number: what one customer bought at one moment counts as one"
            ' order. If a column has their numbers: --map "COLUMN=purchase_id".',
            ru="У заказов нет номеров: всё, что клиент купил в один момент, считается одним заказом."
            ' Если номера есть в столбце: --map "СТОЛБЕЦ=purchase_id".',
        )
    if mapping.kind != "purchase_items" or mapping.find_target("purchased_at"):
        return None
    return Wording(
        en="The orders have no time, so only their items are kept (purchase_items): they tell what"
        " is bought together, not when or how often a customer buys.",
        ru="У заказов нет времени, поэтому хранятся только их позиции (purchase_items): по ним"
        " видно, что покупают вместе, но не когда и не как часто покупает клиент.",
    )


def _say_epochs(mapping: Mapping, by_name: MappingABC[str, Measured]) -> list[Wording]:
    return [
        Wording(
            en=f"'{column.source}' holds numbers that are no dates of our time: they are read as"
            " seconds since 1970, so only differences between them mean something.",
            ru=f"В «{column.source}» числа, которые не похожи на даты нашего времени: они читаются"
            " как секунды с 1970 года, смысл имеют только разности.",
        )
        for column in mapping.columns
        if column.format == "epoch_seconds"
        and by_name[column.source].shape.date.format != "epoch_seconds"
    ]
