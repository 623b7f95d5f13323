"""What conformed rows are worked out from, narrow enough to be sorted quickly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.ingest.rejection import select_fit
from regulars.ingest.staging import READ_VALUES
from regulars.lake.sql import fetch_counts, quote_text
from regulars.lake.staging import Origin
from regulars.schema.contract import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from regulars.ingest.staging import Survey
    from regulars.schema.contract import Contract

__all__ = ["find_origin"]

_HEAD_ROWS = 2_000
_FEW_VALUES = 20
_MOST_VALUES = 100


def find_origin(
    values: str,
    surveys: Sequence[Survey],
    contract: Contract,
    names: Sequence[str],
    connection: DuckDBPyConnection,
) -> Origin | None:
    """The read values that the fit rows are made of; None where there are no buckets to sort into.

    Parameters
    ----------
    values
        The select list of `conformed`.
    surveys
        The columns that were read.
    contract
        The table that the rows go to.
    names
        Its columns of `conformed`.
    connection
        Where the rows are.
    """
    stored = {
        survey.column.mapping.target: survey.column
        for survey in surveys
        if survey.column.mapping.role not in (Role.PERSONAL, Role.IGNORED)
    }
    customer = stored.pop("customer_id", None)
    if customer is None or not contract.is_bucketed:
        return None
    texts = [one.read for name, one in stored.items() if one.is_text and name in names]
    choices = _list_choices(texts, connection)
    replaced = ", ".join(f"CAST({text} AS {choice}) AS {text}" for text, choice in choices.items())

    def derive(rows: str, further: str) -> str:
        conformed = f"(SELECT {values}, {further} FROM {rows})"
        return select_fit([*names, further], connection, rows=conformed)

    return Origin(
        f"(SELECT * REPLACE ({replaced}) FROM {READ_VALUES})" if replaced else READ_VALUES,
        customer.read,
        derive,
    )


def _list_choices(texts: Sequence[str], connection: DuckDBPyConnection) -> dict[str, str]:
    """Columns of few different texts, each with an ENUM of them: a byte a row in place of sixteen."""
    if not texts:
        return {}
    head = f"(SELECT {', '.join(texts)} FROM {READ_VALUES} LIMIT {_HEAD_ROWS})"
    asked = ", ".join(f"count(DISTINCT {text})" for text in texts)
    counts = fetch_counts(connection, f"SELECT {asked} FROM {head}")
    choices = {}
    for text, count in zip(texts, counts, strict=True):
        if not 0 < count <= _FEW_VALUES:
            continue
        found = connection.execute(
            f"SELECT DISTINCT {text} FROM {READ_VALUES} WHERE {text} IS NOT NULL"
            f" LIMIT {_MOST_VALUES + 1}"
        ).fetchall()
        if len(found) <= _MOST_VALUES:
            listed = ", ".join(quote_text(value) for (value,) in sorted(found))
            choices[text] = f"ENUM ({listed})"
    return choices
