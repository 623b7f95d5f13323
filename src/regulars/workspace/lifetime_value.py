"""What the customers of a workspace are worth: purchases out of the lake, models, groups, a file."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regulars.errors import InvalidParameterError, NotFoundError, UnknownColumnError
from regulars.features.rows import CUSTOMER, see
from regulars.lake.shapes import name_past
from regulars.predictions.lifetime_value import (
    Horizon,
    LifetimeValue,
    PurchaseHistory,
    estimate_lifetime_value,
    sum_up_purchases,
    value_groups,
)
from regulars.predictions.lifetime_value.notices import say_several_currencies
from regulars.schema.contract import get_contract
from regulars.workspace.rule_sources import open_rule_sources, read_mappings
from regulars.workspace.tables import list_canonical
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import ibis
    import pyarrow as pa
    from numpy.typing import NDArray

    from regulars.features import AsOf
    from regulars.predictions.lifetime_value import GroupValue
    from regulars.progress import Progress
    from regulars.schema.mapping import Mapping as SourceMapping
    from regulars.schema.wording import Language
    from regulars.workspace.folder import Workspace

__all__ = [
    "CustomerValues",
    "has_returning_buyers",
    "list_values",
    "tells_contracts",
    "tells_no_history",
    "value_customers",
]

_PURCHASES = "purchases"
_TOLD_BY = ("customers", "profiles", "purchases", "purchase_items")
"""Where a column that groups customers is looked for, in this order."""
_MOST_GROUPS = 200
_INTERNAL = frozenset({CUSTOMER, "known_at", "load_id", "bucket", "attributes", "row_key"})


@dataclass(frozen=True, slots=True, eq=False)
class CustomerValues:
    """What the customers of a workspace are worth.

    Attributes
    ----------
    found
        Models, and the figures of every customer.
    history
        What they were learnt from, and what became of every row.
    groups
        Of the column that was asked for; None when none was.
    currency
        Of the money; None where nothing says, or there are several.
    as_of
        First day that was not seen.
    seconds
        That the models took, without reading.
    """

    found: LifetimeValue
    history: PurchaseHistory
    groups: tuple[GroupValue, ...] | None
    currency: str | None
    as_of: AsOf
    seconds: float


def value_customers(
    workspace: Workspace,
    *,
    horizon: Horizon | None = None,
    by: str | None = None,
    as_of: date | None = None,
    language: Language = "en",
    progress: Progress,
) -> CustomerValues:
    """What every customer of a workspace is expected to bring: see `estimate_lifetime_value`.

    Parameters
    ----------
    workspace
        Whose lake.
    horizon
        Over which time, at which discount and margin; a year at 10 % by default.
    by
        A column of customers or purchases, by our name or the source's, whose groups are valued; that
        of purchases as of the first one.
    as_of
        First day that must not be seen; by default that of `analyze`.
    language
        Of the stages.
    progress
        Told of each stage.

    Raises
    ------
    NotFoundError
        When no purchases were loaded, or none before `as_of` names a customer.
    UnknownColumnError
        When there is no column `by`.
    QualityError
        As `estimate_lifetime_value`.
    """
    say = speak(language)
    asked = horizon or Horizon()
    with open_rule_sources(workspace, as_of=as_of) as (sources, day):
        tables = sources.tables
        _check_purchases(tables)
        with progress.stage(say("purchases")):
            history = sum_up_purchases(
                tables[_PURCHASES], as_of=day, superseded=tables.get(name_past(_PURCHASES))
            )
            groups = None
            if by is not None:
                told = _read_groups(tables, read_mappings(workspace), by, day)
                groups = _align(told, history.purchases.customer_ids, by)
    currency, is_one = _name_currency(history.counts.currencies, workspace.settings.currency)
    started = time.monotonic()
    with progress.stage(say("value")):
        found = estimate_lifetime_value(
            history.purchases if is_one else history.purchases.without_amounts(),
            horizon=asked,
            earlier=history.earlier,
            later_counts=history.later_counts,
            checked_days=history.checked_days,
            why_no_money=None if is_one else say_several_currencies(history.counts.currencies),
        )
        grouped = None if groups is None else value_groups(found, groups)
    return CustomerValues(found, history, grouped, currency, day, time.monotonic() - started)


def tells_contracts(workspace: Workspace) -> bool:
    """Whether subscriptions were loaded and no purchases: customers pay as long as they stay."""
    loaded = list_canonical(workspace.lake.snapshot())
    return "subscriptions" in loaded and _PURCHASES not in loaded


def tells_no_history(workspace: Workspace) -> bool:
    """Whether there are neither purchases nor subscriptions, so that nothing says what was paid when."""
    return not {"subscriptions", _PURCHASES} & set(list_canonical(workspace.lake.snapshot()))


def has_returning_buyers(workspace: Workspace) -> bool:
    """Whether some customer has bought more than once."""
    with open_rule_sources(workspace) as (sources, _):
        bought = sources.tables[_PURCHASES]
        named = bought.filter(bought["customer_id"].notnull())
        return bool((named.count() > named["customer_id"].nunique()).to_pyarrow().as_py())


def _check_purchases(tables: Mapping[str, ibis.Table]) -> None:
    if _PURCHASES in tables:
        return
    loaded = ", ".join(name for name in tables if not name.startswith("superseded_"))
    raise NotFoundError(
        en="Lifetime value is learnt from purchases: one row for each, with customer, date and, where known,"
        f" amount. Loaded here: {loaded}. If these rows are purchases, say so, and which column names"
        " the customer: --kind purchases --id COLUMN.",
        ru="Пожизненная ценность считается по покупкам: строка на каждую, с клиентом, датой и, если"
        f" известна, суммой. Загружено: {loaded}. Если эти строки — покупки, скажите об этом и назовите столбец"
        " клиента: --kind purchases --id СТОЛБЕЦ.",
    )


def _name_currency(found: Sequence[str], default: str | None) -> tuple[str | None, bool]:
    """The one currency of all amounts, and whether there is but one; "" stands for those without."""
    named = {one or default or "" for one in found} or {default or ""}
    return (named.pop() or None, True) if len(named) == 1 else (None, False)


def _read_groups(
    tables: Mapping[str, ibis.Table], mappings: Sequence[SourceMapping], by: str, as_of: AsOf
) -> pa.Table:
    """One row per customer with the value of a column, called `name`."""
    own = [one for each in mappings for one in each.columns if one.target != CUSTOMER]
    targets = {one.source.casefold(): one.target for one in own}
    target = targets.get(by.casefold(), by)
    offered = [one.source for one in own]
    for table in _TOLD_BY:
        columns = tables[table].columns if table in tables else ()
        is_kept_whole = target in targets.values() and "attributes" in columns
        if (target in columns and target not in _INTERNAL) or is_kept_whole:
            return _read_column(tables, table, target, as_of)
        offered += [name for name in columns if name not in _INTERNAL]
    offered = [name for name in dict.fromkeys(offered) if name != CUSTOMER]
    raise UnknownColumnError(
        by,
        offered,
        where="What is known of customers and purchases",
        ru="Среди сведений о клиентах и покупках",
    )


def _read_column(
    tables: Mapping[str, ibis.Table], table: str, column: str, as_of: AsOf
) -> pa.Table:
    contract = get_contract(table)
    seen = see(tables[table], contract, as_of=as_of, superseded=tables.get(name_past(table)))
    value = seen[column] if column in seen.columns else seen["attributes"].cast("json")[column].str
    named = seen.select(
        customer_id=seen[CUSTOMER], value=value.cast("string"), at=_when(seen, table)
    )
    named = named.filter(named[CUSTOMER].notnull() & named["value"].notnull())
    # Of customers the state that was known last; of purchases the one they came by.
    first = named["value"].argmin(named["at"])
    kept = first if contract.temporal == "fact" else named["value"].argmax(named["at"])
    return named.group_by(CUSTOMER).aggregate(name=kept).to_pyarrow()


def _when(seen: ibis.Table, table: str) -> ibis.Value:
    import ibis

    time_column = get_contract(table).time_column
    if get_contract(table).temporal == "fact" and time_column in seen.columns:
        return seen[time_column]
    return seen["known_at"] if "known_at" in seen.columns else ibis.literal(0)


def _align(told: pa.Table, ids: pa.Array | None, by: str) -> NDArray[np.object_]:
    import pyarrow.compute as pc

    kinds = pc.count_distinct(told["name"]).as_py()
    if kinds > _MOST_GROUPS:
        raise InvalidParameterError(
            en=f"--by {by}: the column has {kinds:,} different values, and customers are valued in at most"
            f" {_MOST_GROUPS} groups. Choose a column such as a channel or a region.",
            ru=f"--by {by}: в столбце разных значений {kinds}, а групп может быть не больше {_MOST_GROUPS}."
            " Возьмите столбец вроде канала или региона.",
        )
    place = pc.index_in(ids, value_set=told[CUSTOMER].combine_chunks())
    names = told["name"].combine_chunks().take(place)
    return np.array(names.to_pylist(), dtype=object)


def list_values(values: CustomerValues) -> pa.Table:
    """One row per customer, the most valuable first.

    Returns
    -------
    Table
        `customer_id`; `purchase_count`, `active_span_days`, `tenure_days`, `mean_amount`; then
        `alive_probability`, `expected_purchases`, `expected_amount` (the basket), `lifetime_value` with
        `lifetime_value_low` and `lifetime_value_high`, `currency`, `horizon_days`, `as_of`. Money is
        missing where none is known; then the bounds are those of the expected purchases.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    found, bought = values.found, values.found.purchases
    low, high = found.worth.bounds()
    is_money = found.value is not None
    what = "lifetime_value" if is_money else "expected_purchases"
    size = len(bought)
    nothing = pa.nulls(size, pa.float64())
    table = pa.table(
        {
            CUSTOMER: bought.customer_ids,
            "purchase_count": bought.repeat_purchase_count + 1,
            "active_span_days": bought.active_span_days,
            "tenure_days": bought.tenure_days,
            "mean_amount": nothing
            if bought.mean_amount is None
            else pa.array(bought.mean_amount, from_pandas=True),
            "alive_probability": found.forecast.alive_probability.values,
            "expected_purchases": found.forecast.purchases.values,
            "expected_amount": nothing if found.basket is None else found.basket,
            "lifetime_value": nothing if found.value is None else found.value.values,
            f"{what}_low": low,
            f"{what}_high": high,
            "currency": pa.array([values.currency], pa.string()).take(
                pa.array(np.zeros(size, dtype=np.int64))
            ),
            "horizon_days": np.full(size, found.horizon.days),
            "as_of": pa.array([values.as_of.day]).take(pa.array(np.zeros(size, dtype=np.int64))),
        }
    )
    return table.take(
        pc.sort_indices(table, sort_keys=[(what, "descending"), (CUSTOMER, "ascending")])
    )
