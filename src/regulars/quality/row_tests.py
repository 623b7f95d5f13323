"""Checks of single rows as Ibis booleans: many of them are one pass over a table."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING

from regulars.conditions import compile_condition, list_columns
from regulars.errors import InvalidParameterError
from regulars.quality.check import (
    Check,
    DatesCheck,
    RangeCheck,
    RowsCheck,
    TextCheck,
    VocabularyCheck,
)
from regulars.quality.check_columns import find_columns, require_columns
from regulars.quality.texts import is_faulty
from regulars.schema.contract import Contract, get_contract, list_contracts

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = [
    "RowTest",
    "build_row_tests",
    "moment_like",
    "rejection_reason",
    "row_check_expressions",
]


@dataclass(frozen=True)
class RowTest:
    """One check on one column: `failing` is True for a bad row, never NULL."""

    check: Check
    column: str | None
    columns: tuple[str, ...]
    failing: "ir.BooleanValue"


def row_check_expressions(
    checks: Iterable[Check],
    table: "ir.Table",
    as_of: datetime,
    *,
    contract: Contract | None = None,
) -> list[tuple[Check, "ir.BooleanValue"]]:
    """Each check of single rows with its boolean over `table`: True for a bad row, never NULL.

    Parameters
    ----------
    checks
        The checks of this table; those that need more than one row are passed over.
    table
        Rows under canonical names, staged or stored.
    as_of
        The moment that "in the future" is measured from, with its time zone.
    contract
        The contract of the table, for `vocabulary = "contract"`; found by name if not given.

    Returns
    -------
    list of (Check, boolean expression)
        In the order of `checks`, one entry a check.
    """
    expressions: dict[str, tuple[Check, ir.BooleanValue]] = {}
    for test in build_row_tests(checks, table, as_of, contract=contract):
        name = test.check.name
        seen = expressions.get(name)
        expressions[name] = (test.check, seen[1] | test.failing if seen else test.failing)
    return list(expressions.values())


def rejection_reason(
    checks: Iterable[Check],
    table: "ir.Table",
    as_of: datetime,
    *,
    contract: Contract | None = None,
) -> "ir.StringValue | None":
    """Name of the first quarantine check that a row fails, NULL for a good row.

    None when no check of `checks` quarantines, so that the caller can leave the pass out.
    """
    import ibis

    strict = [check for check in checks if check.action == "quarantine"]
    expressions = row_check_expressions(strict, table, as_of, contract=contract)
    if not expressions:
        return None
    branches = [(failing, check.name) for check, failing in expressions]
    return ibis.cases(*branches, else_=ibis.null("string"))


def build_row_tests(
    checks: Iterable[Check],
    table: "ir.Table",
    as_of: datetime,
    *,
    contract: Contract | None = None,
) -> list[RowTest]:
    """Every check of single rows as tests, one for each column that it looks at."""
    if as_of.tzinfo is None:
        raise InvalidParameterError(
            en=f"as_of is {as_of.isoformat()} without a time zone. Give it one, for example "
            "datetime(2026, 1, 10, tzinfo=UTC).",
            ru=f"У as_of = {as_of.isoformat()} нет часового пояса. Укажите его, например "
            "datetime(2026, 1, 10, tzinfo=UTC).",
        )
    tests: list[RowTest] = []
    for check in checks:
        tests.extend(_tests_of(check, table, as_of, contract))
    return tests


def moment_like(column: "ir.Value", moment: datetime) -> "ir.Value":
    """`moment` as a literal that compares with a date or instant column."""
    import ibis

    dtype = column.type()
    if dtype.is_date():
        return ibis.literal(moment.date(), type="date")
    utc = moment.astimezone(UTC)
    if dtype.timezone is None:
        return ibis.literal(utc.replace(tzinfo=None), type="timestamp")
    return ibis.literal(utc, type="timestamp('UTC')")


def _tests_of(
    check: Check, table: "ir.Table", as_of: datetime, contract: Contract | None
) -> list[RowTest]:
    match check:
        case RowsCheck():
            return _rows_tests(check, table, as_of)
        case RangeCheck():
            return _range_tests(check, table)
        case DatesCheck():
            return _dates_tests(check, table, as_of)
        case VocabularyCheck():
            return _vocabulary_tests(check, table, contract)
        case TextCheck():
            return _text_tests(check, table)
    return []


def _rows_tests(check: RowsCheck, table: "ir.Table", as_of: datetime) -> list[RowTest]:
    columns = tuple(list_columns(check.condition))
    if not require_columns(check, table.columns, columns):
        return []
    column = check.column or (columns[0] if columns else None)
    failing = compile_condition(check.condition, table, as_of=as_of)
    return [RowTest(check, column, columns, failing)]


def _range_tests(check: RangeCheck, table: "ir.Table") -> list[RowTest]:
    tests = []
    for name in find_columns(check, table.columns, check.columns):
        column = table[name]
        if not column.type().is_numeric():
            continue
        sides = []
        if check.minimum is not None:
            sides.append(column < check.minimum)
        if check.maximum is not None:
            sides.append(column > check.maximum)
        tests.append(RowTest(check, name, (name,), _never_null(reduce(or_, sides))))
    return tests


def _dates_tests(check: DatesCheck, table: "ir.Table", as_of: datetime) -> list[RowTest]:
    tests = []
    for name in find_columns(check, table.columns, check.columns):
        column = table[name]
        if not column.type().is_temporal() or column.type().is_time():
            continue
        sides = []
        if check.not_before is not None:
            first = datetime.combine(check.not_before, datetime.min.time(), tzinfo=UTC)
            sides.append(column < moment_like(column, first))
        if check.most_days_ahead is not None:
            last = as_of + timedelta(days=check.most_days_ahead)
            sides.append(column > moment_like(column, last))
        tests.append(RowTest(check, name, (name,), _never_null(reduce(or_, sides))))
    return tests


def _vocabulary_tests(
    check: VocabularyCheck, table: "ir.Table", contract: Contract | None
) -> list[RowTest]:
    if not require_columns(check, table.columns, (check.column,)):
        return []
    allowed = _vocabulary(check, contract)
    if not allowed:
        return []
    column = table[check.column]
    failing = _never_null(column.notin(allowed))
    return [RowTest(check, check.column, (check.column,), failing)]


def _text_tests(check: TextCheck, table: "ir.Table") -> list[RowTest]:
    if not require_columns(check, table.columns, (check.column,)):
        return []
    column = table[check.column]
    if not column.type().is_string():
        return []
    failing = reduce(or_, (is_faulty(column, fault) for fault in check.faults))
    return [RowTest(check, check.column, (check.column,), failing)]


def _never_null(failing: "ir.BooleanValue") -> "ir.BooleanValue":
    import ibis

    return failing.coalesce(ibis.literal(value=False))


def _vocabulary(check: VocabularyCheck, contract: Contract | None) -> tuple[str, ...]:
    if check.vocabulary == "given":
        return check.values
    if check.vocabulary == "currency":
        return _currencies()
    known = {each.name for each in list_contracts()}
    used = contract or (get_contract(check.table) if check.table in known else None)
    if used is None or check.column not in used.column_names:
        return ()
    return used.get_column(check.column).allowed or ()


@cache
def _currencies() -> tuple[str, ...]:
    """ISO 4217 codes, those no longer in use included: old purchases have them."""
    from babel.numbers import list_currencies

    return tuple(sorted(list_currencies()))
