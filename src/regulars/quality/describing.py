"""Describing a table: its state, computed in a few passes whatever the number of columns."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from regulars.progress import Progress, Silent
from regulars.quality.check import Check
from regulars.quality.distributions import MOST_BARS, draw_bars, list_values
from regulars.quality.examples import plain_value
from regulars.quality.measures import MOST_EXACT_ROWS, Figures, measure_columns
from regulars.quality.row_tests import RowTest, build_row_tests
from regulars.quality.state import ColumnState, Outliers, TableState
from regulars.quality.table_tests import LAKE_COLUMNS
from regulars.schema.contract import Column, Contract, Role, list_contracts

if TYPE_CHECKING:
    import ibis.expr.datatypes as dt
    import ibis.expr.types as ir

__all__ = ["describe_table"]

_EXAMPLES = 5


def describe_table(
    table: "ir.Table",
    contract: Contract | Sequence[Column] | None = None,
    *,
    as_of: datetime,
    checks: Iterable[Check] = (),
    name: str | None = None,
    progress: Progress | None = None,
) -> TableState:
    """The state of a table: completeness, uniqueness, validity, timeliness, distributions.

    Parameters
    ----------
    table
        What to describe.
    contract
        Its contract, or its columns: gives roles and meanings, and only these columns are
        described. Without it every column is, and roles follow from types.
    as_of
        The moment from which lag is measured, with its time zone.
    checks
        Checks of single rows of this table: they decide validity and consistency.
    name
        How the table is called; the contract's name if not given.
    progress
        Told of every pass; asked whether to stop.

    Returns
    -------
    TableState
        Exact up to a million rows; above that distinct counts and quartiles are estimates.

    Examples
    --------
    >>> import ibis
    >>> import pyarrow as pa
    >>> people = ibis.memtable(
    ...     pa.table({"customer_id": ["1", "2", "3"], "income": [30.0, None, 50.0]})
    ... )
    >>> state = describe_table(people, as_of=datetime(2026, 1, 10, tzinfo=UTC), name="profiles")
    >>> state.customer_count, state.get_column("income").median
    (3, 40.0)
    """
    columns = _columns_of(table, contract)
    names = [column.name for column in columns]
    whole = contract if isinstance(contract, Contract) else None
    row_count = int(table.count().to_pyarrow().as_py())
    tests = build_row_tests(checks, table, as_of, contract=whole)
    described = {column.name: column for column in columns if column.role is not Role.PERSONAL}
    told = progress or Silent()
    with told.stage("Describing", total=3) as stage:
        figures = measure_columns(table, names, row_count=row_count, failing=_failing(tests))
        stage.advance()
        told.check()
        drawn = [each for each in described.values() if _is_drawn(each, table, figures)]
        bars = draw_bars(table, [each.name for each in drawn], figures)
        stage.advance()
        told.check()
        # Where each of many values is different, none is frequent.
        listed = [
            each
            for each, column in described.items()
            if column not in drawn
            and (
                figures[each].distinct < figures[each].present
                or figures[each].distinct <= MOST_BARS
            )
        ]
        values = list_values(table, listed, figures)
    checked = _checked_columns(tests)
    states = tuple(
        _to_state(
            column,
            figures[column.name],
            row_count=row_count,
            type_name=str(table[column.name].type()).removeprefix("!"),
            as_of=as_of,
            checked=checked.get(column.name, frozenset()),
            bars=bars.get(column.name, ()),
            values=values.get(column.name, ()),
        )
        for column in columns
    )
    called = name or (whole.name if whole else "table")
    return _to_table_state(called, states, _time_column(called, whole, states), row_count)


def _columns_of(
    table: "ir.Table", contract: Contract | Sequence[Column] | None
) -> tuple[Column, ...]:
    if contract is None:
        return tuple(
            _guess_column(name, table[name].type())
            for name in table.columns
            if name not in LAKE_COLUMNS
        )
    columns = contract.columns if isinstance(contract, Contract) else tuple(contract)
    return tuple(column for column in columns if column.name in table.columns)


def _guess_column(name: str, dtype: "dt.DataType") -> Column:
    from regulars.schema.wording import Wording

    role = Role.CATEGORY
    if name == "customer_id" or name.endswith("_id"):
        role = Role.ID
    elif dtype.is_numeric() and not dtype.is_boolean():
        role = Role.NUMERIC
    elif dtype.is_temporal():
        role = Role.DATE
    return Column(name=name, type="string", meaning=Wording(en=name, ru=name), role=role)


def _failing(
    tests: Sequence[RowTest],
) -> "dict[str, tuple[ir.BooleanValue | None, ir.BooleanValue | None]]":
    """Column → (breaks a check of its own, breaks a check together with others)."""
    alone: dict[str, list[ir.BooleanValue]] = {}
    together: dict[str, list[ir.BooleanValue]] = {}
    for test in tests:
        target = alone if len(test.columns) == 1 else together
        for column in test.columns:
            target.setdefault(column, []).append(test.failing)
    return {
        name: (
            reduce(or_, alone[name]) if name in alone else None,
            reduce(or_, together[name]) if name in together else None,
        )
        for name in {*alone, *together}
    }


def _checked_columns(tests: Sequence[RowTest]) -> dict[str, frozenset[str]]:
    """Column → which of validity and consistency something checks."""
    checked: dict[str, frozenset[str]] = {}
    for test in tests:
        kind = "validity" if len(test.columns) == 1 else "consistency"
        for column in test.columns:
            checked[column] = checked.get(column, frozenset()) | {kind}
    return checked


def _is_drawn(column: Column, table: "ir.Table", figures: Mapping[str, Figures]) -> bool:
    """Whether bars say more than the list of the most frequent values."""
    dtype, found = table[column.name].type(), figures[column.name]
    if column.role is Role.ID:
        return False
    if dtype.is_date() or dtype.is_timestamp():
        return True
    return dtype.is_numeric() and not dtype.is_boolean() and found.distinct > MOST_BARS


def _to_state(
    column: Column,
    found: Figures,
    *,
    row_count: int,
    type_name: str,
    as_of: datetime,
    checked: frozenset[str],
    bars: tuple,  # type: ignore[type-arg]
    values: tuple,  # type: ignore[type-arg]
) -> ColumnState:
    present = found.present
    is_checked = "validity" in checked or found.infinite > 0
    invalid = found.invalid + found.infinite if is_checked else None
    inconsistent = found.inconsistent if "consistency" in checked else None
    is_shown = column.role is not Role.PERSONAL
    quantiles = found.quantiles if is_shown else {}
    return ColumnState(
        name=column.name,
        type=type_name,
        role=column.role,
        meaning=column.meaning if column.meaning.en != column.name else None,
        row_count=row_count,
        missing_count=row_count - present,
        completeness=present / row_count if row_count else 1.0,
        distinct_count=found.distinct,
        is_distinct_approximate=row_count > MOST_EXACT_ROWS,
        uniqueness=found.distinct / present if present else 1.0,
        invalid_count=invalid,
        validity=_share_left(invalid, present),
        inconsistent_count=inconsistent,
        consistency=_share_left(inconsistent, row_count),
        minimum=_edge(found.minimum) if is_shown else None,
        maximum=_edge(found.maximum) if is_shown else None,
        mean=found.mean if is_shown else None,
        median=quantiles.get(0.5),
        first_quartile=quantiles.get(0.25),
        third_quartile=quantiles.get(0.75),
        lag_days=_lag(found.maximum, as_of),
        outliers=_outliers(found) if is_shown and column.role is not Role.ID else None,
        bars=bars,
        values=values,
        examples=tuple(each.value for each in values[:_EXAMPLES]),
    )


def _to_table_state(
    name: str, states: tuple[ColumnState, ...], time_column: str | None, row_count: int
) -> TableState:
    by_name: Mapping[str, ColumnState] = {state.name: state for state in states}
    customers = by_name.get("customer_id")
    time = by_name.get(time_column or "")
    return TableState(
        name=name,
        row_count=row_count,
        customer_count=customers.distinct_count if customers else None,
        oldest=str(time.minimum) if time and time.minimum is not None else None,
        newest=str(time.maximum) if time and time.maximum is not None else None,
        lag_days=time.lag_days if time else None,
        completeness=_mean([state.completeness for state in states]) or 1.0,
        validity=_mean([state.validity for state in states]),
        consistency=_mean([state.consistency for state in states]),
        columns=states,
    )


def _time_column(name: str, contract: Contract | None, states: Sequence[ColumnState]) -> str | None:
    """The column that dates the rows: the contract's, or the only date there is."""
    known = {each.name: each for each in list_contracts()}
    used = contract or known.get(name)
    if used is not None and used.time_column in {state.name for state in states}:
        return used.time_column
    dates = [state.name for state in states if state.role is Role.DATE]
    return dates[0] if len(dates) == 1 else None


def _mean(shares: Sequence[float | None]) -> float | None:
    known = [share for share in shares if share is not None]
    return sum(known) / len(known) if known else None


def _share_left(bad: int | None, whole: int) -> float | None:
    if bad is None:
        return None
    return (whole - bad) / whole if whole else 1.0


def _edge(value: object) -> float | str | None:
    plain = plain_value(value)
    return plain if isinstance(plain, float | str) else None


def _lag(newest: object, as_of: datetime) -> float | None:
    if not isinstance(newest, date):
        return None
    if not isinstance(newest, datetime):
        newest = datetime.combine(newest, datetime.min.time(), tzinfo=as_of.tzinfo)
    moment = newest if newest.tzinfo else newest.replace(tzinfo=UTC)
    return round((as_of - moment).total_seconds() / 86400, 3)


def _outliers(found: Figures) -> Outliers | None:
    if found.fences is None or found.tukey is None:
        return None
    return Outliers(found.fences[0], found.fences[1], found.tukey, found.robust_z)
