"""Cleaning of columns and tables where they are: currencies, reasons of returns, texts."""

import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from regulars.errors import UnknownColumnError
from regulars.quality.texts import normalize_text

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["categorize_return_reason", "clean_text", "convert_currency", "list_return_reasons"]

_ENTITIES = {"&nbsp;": " ", "&quot;": '"', "&#39;": "'", "&lt;": "<", "&gt;": ">", "&amp;": "&"}


def convert_currency(
    table: "ir.Table",
    rates: "ir.Table",
    *,
    to: str,
    amount: str = "amount",
    currency: str = "currency",
    on: str | None = None,
) -> "ir.Table":
    """`table` with `<amount>_converted`, the amount in the currency `to`.

    Parameters
    ----------
    table
        Rows with an amount and its currency (ISO 4217).
    rates
        One row per currency, and day if they change: `currency`, `rate` (how much of `to` one
        unit costs) and, when `on` is given, `valid_on` (the first day of that rate).
    to
        The currency to convert into; needs no rate.
    amount, currency
        Names of the columns of `table`.
    on
        The date or instant of `table` that decides which rate applies; None for rates without
        days.

    Returns
    -------
    Table
        The same rows; NULL where no rate is known for the currency on that day.

    Examples
    --------
    >>> import ibis
    >>> import pyarrow as pa
    >>> paid = ibis.memtable(pa.table({"amount": [10.0, 10.0], "currency": ["EUR", "RUB"]}))
    >>> rates = ibis.memtable(pa.table({"currency": ["EUR"], "rate": [100.0]}))
    >>> converted = convert_currency(paid, rates, to="RUB").order_by("currency")
    >>> converted.amount_converted.to_pyarrow().to_pylist()
    [1000.0, 10.0]
    """
    import ibis

    for name in (amount, currency, *([on] if on else [])):
        if name not in table.columns:
            raise UnknownColumnError(
                name, table.columns, where="The table to convert", ru="В пересчитываемой таблице"
            )
    for name in ("currency", "rate", *(["valid_on"] if on else [])):
        if name not in rates.columns:
            raise UnknownColumnError(
                name, rates.columns, where="The table of rates", ru="В таблице курсов"
            )
    wanted = rates.select(_currency=rates.currency, _rate=rates.rate)
    if on is None:
        joined = table.left_join(wanted, table[currency] == wanted._currency)  # noqa: SLF001 - a column
    else:
        window = ibis.window(group_by=rates.currency, order_by=rates.valid_on)
        first = rates.valid_on.cast("date")
        spans = rates.select(
            _currency=rates.currency,
            _rate=rates.rate,
            _from=first,
            _until=first.lead().over(window),
        )
        day = table[on].cast("date")
        joined = table.left_join(
            spans,
            [
                table[currency] == spans["_currency"],
                day >= spans["_from"],
                spans["_until"].isnull() | (day < spans["_until"]),
            ],
        )
    rate = (joined[currency] == to).ifelse(ibis.literal(1.0), joined["_rate"].cast("float64"))
    converted = joined[amount].cast("float64") * rate
    return joined.select(*table.columns, **{f"{amount}_converted": converted})


def clean_text(column: "ir.StringValue") -> "ir.StringValue":
    """Texts without markup, links, control characters and needless spaces; NULL when nothing is left.

    Examples
    --------
    >>> import ibis
    >>> clean_text(
    ...     ibis.literal("<b>Всё&nbsp;плохо</b>  http://spam.example/1")
    ... ).to_pyarrow().as_py()
    'Всё плохо'
    """
    text = column.cast("string").re_replace(r"<[^<>]{1,200}>", " ")
    for entity, character in _ENTITIES.items():
        text = text.replace(entity, character)
    text = text.re_replace(r"(?i)\b(https?://|www\.)\S+", " ")
    text = text.re_replace(r"[\x00-\x1F\x7F\x{200B}\x{FEFF}]+", " ")
    return text.re_replace(r"[\s\x{00A0}]+", " ").strip().nullif("")


def categorize_return_reason(column: "ir.StringValue") -> "ir.StringValue":
    """The category of a reason written in free words, Russian or English.

    Returns
    -------
    StringValue
        One of `list_return_reasons()`; `other` when no word is known, NULL when nothing is said.

    Examples
    --------
    >>> import ibis
    >>> categorize_return_reason(ibis.literal("Не подошёл размер")).to_pyarrow().as_py()
    'wrong_size'
    """
    import ibis

    text = normalize_text(column)
    branches = [
        # Where a word begins is said by the space: \b knows Latin letters only.
        (text.re_search(rf"(^| )({'|'.join(stems)})"), category)
        for category, stems in _reasons().items()
    ]
    said = text.nullif("").notnull()
    return said.ifelse(ibis.cases(*branches, else_="other"), ibis.null("string"))


def list_return_reasons() -> tuple[str, ...]:
    """The categories, in the order in which they are tried."""
    return (*_reasons(), "other")


@cache
def _reasons() -> dict[str, tuple[str, ...]]:
    text = (resources.files("regulars.quality") / "return_reasons.toml").read_text(encoding="utf-8")
    return {category: tuple(stems) for category, stems in tomllib.loads(text).items()}
