"""A few rows to show beside a finding: the same ones whatever the order, nothing personal."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from regulars.schema.contract import Contract, Role

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["MASK", "choose_columns", "mask_personal", "plain_value", "show_value", "take_examples"]

MASK = "***"
_MOST_ROWS = 5
_MOST_COLUMNS = 10
_LONGEST_TEXT = 80
# Free text may quote what the vault keeps: addresses, phones, documents, cards.
_PERSONAL_TEXT = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+"
    r"|(?<!\d)(?!\d{4}-\d\d-\d\d)\+?\d(?:[\s()-]{0,2}\d){9,}"
)


def take_examples(
    rows: "ir.Table", columns: Iterable[str], *, contract: Contract | None
) -> tuple[Mapping[str, object], ...]:
    """Up to five of `rows`, by the order of their values; personal columns masked."""
    shown = [name for name in columns if name in rows.columns]
    if not shown:
        return ()
    ordered = rows.select(*shown).order_by(shown).limit(_MOST_ROWS)
    personal = _personal_columns(contract)
    return tuple(
        {name: show_value(value, is_personal=name in personal) for name, value in row.items()}
        for row in ordered.to_pyarrow().to_pylist()
    )


def choose_columns(
    table: "ir.Table", about: Iterable[str], *, contract: Contract | None
) -> tuple[str, ...]:
    """The columns that make an example readable: what it is about, its key, who, when, the rest."""
    wanted = [*about]
    if contract is not None:
        wanted += [*contract.key, "customer_id"]
        wanted += [contract.time_column] if contract.time_column else []
        wanted += contract.column_names
    wanted += ["customer_id", *table.columns]
    known = dict.fromkeys(name for name in wanted if name in table.columns)
    return tuple(known)[:_MOST_COLUMNS]


def show_value(value: object, *, is_personal: bool = False) -> object:
    """`value` as JSON can hold it: masked, or with what looks personal in a text masked."""
    if value is None:
        return None
    if is_personal:
        return MASK
    if isinstance(value, str):
        text = mask_personal(value) if " " in value or "@" in value else value
        return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
    return plain_value(value)


def mask_personal(text: str) -> str:
    """`text` with what looks like a phone, a document or an e-mail in it masked.

    Examples
    --------
    >>> mask_personal("call +7 916 123-45-67, not before 2024-05-06")
    'call ***, not before 2024-05-06'
    """
    return _PERSONAL_TEXT.sub(MASK, text)


def plain_value(value: object) -> object:
    """`value` as JSON can hold it: ISO dates, numbers for decimals."""
    if isinstance(value, dt.datetime):
        moment = value if value.tzinfo is None else value.astimezone(dt.UTC)
        return moment.replace(tzinfo=None).isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bool | int | float | str) or value is None:
        return value
    return str(value)


def _personal_columns(contract: Contract | None) -> frozenset[str]:
    if contract is None:
        return frozenset()
    names = [column.name for column in contract.columns if column.role is Role.PERSONAL]
    # Near duplicates show a second spelling beside the first.
    return frozenset([*names, *(f"{name}_too" for name in names)])
