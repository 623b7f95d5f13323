"""What each customer brings, in words what that is, and in which currency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regulars.errors import SchemaError
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regulars.features import FeatureTable
    from regulars.quality.state import TableState
    from regulars.schema.mapping import Mapping

__all__ = ["Money", "find_currency", "read_money"]

_TOTAL = ("frequency", "mean_amount")
_FEE = "subscription_fee"
_BOUGHT = Wording(en="all purchases so far", ru="все покупки до даты отсчёта")
_PAID = Wording(
    en="the fee of the subscriptions going on, for one billing period",
    ru="плата за действующие подписки за один расчётный период",
)
_PRICED = frozenset({"purchases", "purchase_items", "payments", "subscriptions"})


@dataclass(frozen=True, slots=True, eq=False)
class Money:
    """What customers bring.

    Attributes
    ----------
    amounts
        Of each customer, NaN where not known, shape (n_customers,).
    meaning
        What is counted, to be put after "brings:".
    """

    amounts: NDArray[np.float64]
    meaning: Wording


def read_money(
    features: FeatureTable, mappings: Sequence[Mapping], column: str | None
) -> Money | None:
    """What each customer brings: a named column, else the sum of purchases, else the fee.

    Parameters
    ----------
    features
        One row per customer.
    mappings
        How the sources were read.
    column
        A numeric column of a file, as the file calls it; None for what the customer bought so far,
        or pays a period for the subscriptions going on.

    Returns
    -------
    Money or None
        None where nothing tells.

    Raises
    ------
    SchemaError
        When the named column is not there or is no number.
    """

    def amounts_of(name: str) -> NDArray[np.float64]:
        return np.asarray(features.table.column(name).to_numpy(), dtype=np.float64)

    if column is not None:
        name = _find_numeric(features, mappings, column)
        said = Wording(en=f"the column “{column}”", ru=f"столбец «{column}»")
        return Money(amounts_of(name), said)
    if set(_TOTAL) <= set(features.names):
        count, mean = (amounts_of(name) for name in _TOTAL)
        return Money(np.where(count == 0, 0.0, count * mean), _BOUGHT)
    if _FEE in features.names:
        return Money(amounts_of(_FEE), _PAID)
    return None


def find_currency(tables: Sequence[TableState], *, default: str | None) -> str | None:
    """The one currency of all amounts; None where there are several, or nothing says.

    Parameters
    ----------
    tables
        The state of all tables.
    default
        Of amounts that name none: the workspace's `currency`.
    """
    columns = [
        column
        for table in tables
        if table.name in _PRICED
        for column in table.columns
        if column.name == "currency"
    ]
    named = {str(found.value) for column in columns for found in column.values}
    # Amounts beside an empty currency are of the workspace's.
    if default is not None and (not named or any(column.missing_count for column in columns)):
        named.add(default)
    return named.pop() if len(named) == 1 else None


def _find_numeric(features: FeatureTable, mappings: Sequence[Mapping], column: str) -> str:
    targets = [
        found.target for mapping in mappings for found in mapping.columns if found.source == column
    ]
    for name in (*targets, column):
        if name in features.names and features.get_feature(name).kind == "numeric":
            return name
    numbers = [feature.name for feature in features.features if feature.kind == "numeric"]
    raise SchemaError(
        en=f"--money '{column}' is no column of numbers. There are: {', '.join(numbers)}.",
        ru=f"--money «{column}»: такого числового столбца нет. Есть: {', '.join(numbers)}.",
    )
