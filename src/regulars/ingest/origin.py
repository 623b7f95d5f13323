"""What conformed rows are worked out from, narrow enough to be sorted quickly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.ingest.rejection import select_fit
from regulars.ingest.staging import READ_VALUES, read_texts
from regulars.lake.sql import quote_text
from regulars.lake.staging import Origin
from regulars.schema.contract import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from regulars.ingest.conform import Conformed
    from regulars.ingest.prepare import Prepared
    from regulars.schema.contract import Contract

__all__ = ["find_origin"]


def find_origin(
    values: str,
    prepared: Prepared,
    contract: Contract,
    names: Sequence[str],
    connection: DuckDBPyConnection,
) -> Origin | None:
    """The read values that the fit rows are made of; None where there are no buckets to sort into.

    Parameters
    ----------
    values
        The select list of `conformed`.
    prepared
        The staged rows, and the columns that were read.
    contract
        The table that the rows go to.
    names
        Its columns of `conformed`.
    connection
        Where the rows are.
    """
    stored = {
        survey.column.mapping.target: survey.column
        for survey in prepared.surveys
        if survey.column.mapping.role not in (Role.PERSONAL, Role.IGNORED)
    }
    customer = stored.pop("customer_id", None)
    if customer is None or not contract.is_bucketed:
        return None
    texts = [one for name, one in stored.items() if one.is_cheap and name in names]
    choices = _list_choices(texts, prepared.staged.few, connection)
    replaced = ", ".join(f"CAST({text} AS {choice}) AS {text}" for text, choice in choices.items())
    # A file of an ENUM would hold all of its values, those of customers in other files too: of one who
    # is erased later, too.
    plain = ", ".join(f"CAST({text} AS VARCHAR) AS {text}" for text in choices)

    def derive(rows: str, further: str) -> str:
        texts = f"(SELECT * REPLACE ({plain}) FROM {rows})" if plain else rows
        conformed = f"(SELECT {values}, {further} FROM {texts})"
        return select_fit([*names, further], connection, rows=conformed)

    return Origin(
        f"(SELECT * REPLACE ({replaced}) FROM {READ_VALUES})" if replaced else READ_VALUES,
        customer.read,
        derive,
    )


def _list_choices(
    texts: Sequence[Conformed], few: Mapping[str, Sequence[str]], connection: DuckDBPyConnection
) -> dict[str, str]:
    """Columns of few texts, each with an ENUM of its values: a byte a row in place of sixteen."""
    choices = {}
    for one in texts:
        values = read_texts(few.get(one.mapping.source, ()), connection)
        if values:
            choices[one.read] = f"ENUM ({', '.join(map(quote_text, values))})"
    return choices
