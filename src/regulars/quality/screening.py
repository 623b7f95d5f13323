"""Checks of single rows that the bounds of their columns answer, without a look at the rows.

In most files most checks find nothing, and the least and the greatest value of a column prove it: what
lies between 2024-01-01 and 2024-10-27 is not in the future. Only what the bounds leave open is computed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from regulars.conditions.behavior import RuleLeaf
from regulars.conditions.leaves import Between, Bound, Compare, In, IsMissing, TextMatch
from regulars.conditions.literals import (
    Fitted,
    Kind,
    check_order,
    check_same_kind,
    check_text,
    check_whole,
    fit,
)
from regulars.conditions.tree import All, Any, Condition, Not, list_columns, refuse_leaf
from regulars.quality.check import (
    Check,
    DatesCheck,
    RangeCheck,
    RowsCheck,
    TextCheck,
    VocabularyCheck,
)
from regulars.quality.check_columns import find_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Bounds", "Limit", "list_watched", "may_find"]

Limit: TypeAlias = int | float | Decimal | dt.date

_NUMBERS: tuple[Kind, ...] = ("integer", "float", "decimal")
_TIMES: tuple[Kind, ...] = ("date", "instant")
_NOT_NUMBERS: tuple[Kind, ...] = ("string", "missing", *_TIMES)
_NOT_TIMES: tuple[Kind, ...] = ("string", "missing", "boolean", *_NUMBERS)
_ANYTHING = (True, True)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is known of a whole column.

    Attributes
    ----------
    kind
        Of its values.
    has_values, has_missing
        Whether any row has one; whether any row lacks one (NaN counts as missing).
    lowest, highest
        No value lies outside of them; None when that is not known. Instants carry a time zone.
    """

    kind: Kind
    has_values: bool
    has_missing: bool
    lowest: Limit | None = None
    highest: Limit | None = None


def list_watched(checks: Iterable[Check], kinds: Mapping[str, Kind]) -> tuple[str, ...]:
    """The columns that checks of single rows look at, of a table whose columns are of these kinds."""
    watched: dict[str, None] = {}
    for check in checks:
        watched.update(dict.fromkeys(_list_own(check, kinds)))
    return tuple(name for name in watched if name in kinds)


def _list_own(check: Check, kinds: Mapping[str, Kind]) -> Sequence[str]:
    match check:
        case RowsCheck():
            return list_columns(check.condition)
        case RangeCheck() | DatesCheck():
            passed_over = _NOT_NUMBERS if isinstance(check, RangeCheck) else _NOT_TIMES
            found = find_columns(check, tuple(kinds), check.columns)
            return [name for name in found if kinds[name] not in passed_over]
        case VocabularyCheck() | TextCheck():
            return (check.column,)
    return ()


def may_find(
    check: Check, kinds: Mapping[str, Kind], bounds: Mapping[str, Bounds], *, as_of: dt.datetime
) -> bool:
    """Whether a check of single rows could find one; False is a proof that it finds none.

    Parameters
    ----------
    check
        Of this table.
    kinds
        Every column of the table → what its values are.
    bounds
        Of those that `list_watched` names.
    as_of
        The moment of the check, with its time zone.

    Raises
    ------
    InvalidParameterError, UnknownColumnError
        As the check itself does when it does not fit the table.

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> from regulars.quality import load_checks
    >>> early = next(one for one in load_checks() if one.name == "events_before_1990")
    >>> day = datetime(2024, 1, 1, tzinfo=UTC)
    >>> within = Bounds("instant", True, False, day, day)
    >>> may_find(early, {"occurred_at": "instant"}, {"occurred_at": within}, as_of=day)
    False
    """
    own = _list_own(check, kinds)
    if any(name not in kinds for name in own):
        # Skipped, or refused in words when it is computed.
        return check.if_missing != "skip"
    match check:
        case RowsCheck():
            return _weigh(check.condition, bounds, as_of)[0]
        case RangeCheck():
            return any(_may_leave(bounds[name], check.minimum, check.maximum) for name in own)
        case DatesCheck():
            return any(_may_be_misdated(bounds[name], check, as_of) for name in own)
        case VocabularyCheck():
            return bounds[check.column].has_values
    return True


def _may_leave(column: Bounds, first: Limit | None, last: Limit | None) -> bool:
    """Whether a value may lie below `first` or above `last`."""
    if not column.has_values:
        return False
    if column.lowest is None or column.highest is None:
        return True
    below = first is not None and column.lowest < first  # type: ignore[operator]
    above = last is not None and column.highest > last  # type: ignore[operator]
    return below or above


def _may_be_misdated(column: Bounds, check: DatesCheck, as_of: dt.datetime) -> bool:
    first = last = None
    if check.not_before is not None:
        first = dt.datetime.combine(check.not_before, dt.time(), tzinfo=dt.UTC)
    if check.most_days_ahead is not None:
        last = as_of + dt.timedelta(days=check.most_days_ahead)
    if column.kind == "date":
        days = first and first.date(), last and last.date()
        return _may_leave(column, *days)
    return _may_leave(column, first, last)


# Conditions: what may come out for some row ------------------------------------------------------


def _weigh(
    condition: Condition, bounds: Mapping[str, Bounds], as_of: dt.datetime
) -> tuple[bool, bool]:
    """Whether a condition may be true of some row, and whether it may be false of some row."""
    if isinstance(condition, All | Any):
        weighed = [_weigh(part, bounds, as_of) for part in condition.conditions]
        hold, fail = ([pair[side] for pair in weighed] for side in (0, 1))
        if isinstance(condition, All):
            return all(hold), any(fail)
        return any(hold), all(fail)
    if isinstance(condition, Not):
        may_hold, may_fail = _weigh(condition.condition, bounds, as_of)
        return may_fail, may_hold
    if isinstance(condition, RuleLeaf):
        raise refuse_leaf(condition)
    return _weigh_leaf(condition, bounds, as_of)


def _weigh_leaf(
    condition: Compare | Between | In | IsMissing | TextMatch,
    bounds: Mapping[str, Bounds],
    as_of: dt.datetime,
) -> tuple[bool, bool]:
    column = bounds[condition.column]
    if isinstance(condition, IsMissing):
        pair = column.has_missing, column.has_values
        return pair if condition.is_missing else pair[::-1]
    if isinstance(condition, TextMatch):
        check_text(column.kind, condition.column, condition.text)
        return column.has_values, True
    if isinstance(condition, In):
        return _weigh_list(condition, column, as_of)
    return _weigh_comparison(condition, bounds, as_of)


def _weigh_comparison(
    condition: Compare | Between, bounds: Mapping[str, Bounds], as_of: dt.datetime
) -> tuple[bool, bool]:
    column = bounds[condition.column]
    if isinstance(condition, Compare) and condition.other is not None:
        other = bounds[condition.other]
        check_same_kind((condition.column, column.kind), (condition.other, other.kind))
        check_order(condition.op, condition.column, column.kind)
        return column.has_values and other.has_values, True
    if column.kind == "missing":
        return False, True
    weighed = []
    for op, value in _list_sides(condition):
        check_order(op, condition.column, column.kind)
        fitted = fit(value, column.kind, column=condition.column, as_of=as_of)
        weighed.append(_weigh_values(op, column, fitted))
    return all(pair[0] for pair in weighed), any(pair[1] for pair in weighed)


def _list_sides(condition: Compare | Between) -> list[tuple[str, Bound]]:
    if isinstance(condition, Between):
        low, high = condition.between
        return [(">=", low), ("<=", high)]
    return [] if condition.value is None else [(condition.op, condition.value)]


def _weigh_list(condition: In, column: Bounds, as_of: dt.datetime) -> tuple[bool, bool]:
    if column.kind == "missing":
        return False, True
    fitted = [
        fit(value, column.kind, column=condition.column, as_of=as_of) for value in condition.values
    ]
    check_whole(fitted, column.kind, condition.column)
    return any(_weigh_values("=", column, value)[0] for value in fitted), True


def _weigh_values(op: str, column: Bounds, value: Fitted) -> tuple[bool, bool]:
    """A column's values beside one value: may one be, and may one not be, in `op` to it."""
    if not column.has_values:
        return False, True
    low, high = column.lowest, column.highest
    if low is None or high is None or column.kind not in (*_NUMBERS, *_TIMES):
        return _ANYTHING
    if isinstance(value, float):
        # As the engines compare: beside a fraction, whole numbers are floats.
        low, high = float(low), float(high)  # type: ignore[arg-type]
    may_be_below, may_be_above = low < value, high > value  # type: ignore[operator]
    may_equal = low <= value <= high  # type: ignore[operator]
    may_hold, may_fail = {
        "=": (may_equal, may_be_below or may_be_above),
        "!=": (may_be_below or may_be_above, may_equal),
        "<": (may_be_below, may_equal or may_be_above),
        "<=": (may_equal or may_be_below, may_be_above),
        ">": (may_be_above, may_equal or may_be_below),
        ">=": (may_equal or may_be_above, may_be_below),
    }[op]
    return may_hold, may_fail or column.has_missing
