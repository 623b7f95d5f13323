"""The nearest change that would move a customer into a segment, or out of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from regulars.conditions import All, Between, Compare, Not, explain_condition
from regulars.conditions import Any as AnyOf
from regulars.conditions.words import INVERSE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from regulars.conditions import Rule

__all__ = ["Change", "find_nearest_change"]

Number = int | float | Decimal
_FAR = 1.0
"""How far a value is from what it is not compared with by size: as far as from nothing to all."""


@dataclass(frozen=True, slots=True)
class Change:
    """One clause that would have to turn.

    Attributes
    ----------
    clause
        The leaf of the rule.
    lowered
        The same about a column.
    wanted
        Whether it is to hold.
    value
        What the customer has.
    target
        The nearest value that does it; None where there is no such number.
    distance
        From the value to the target, as a share of the bound.
    """

    clause: Rule
    lowered: Rule
    wanted: bool
    value: object
    target: float | None
    distance: float


def find_nearest_change(
    rule: Rule, lowered: Rule, row: Mapping[str, object], *, as_of: datetime
) -> tuple[Change, ...]:
    """The fewest clauses, and of as few the nearest, that together turn the answer for a customer.

    Parameters
    ----------
    rule, lowered
        The rule, and the same tree about columns.
    row
        What the customer has in them.
    as_of
        The instant at which the first unseen day begins.
    """
    search = _Search(row, as_of)
    return search.turn(rule, lowered, wanted=not search.holds(lowered))


class _Search:
    def __init__(self, row: Mapping[str, object], as_of: datetime) -> None:
        self._row, self._as_of = row, as_of

    def holds(self, lowered: Rule) -> bool:
        return explain_condition(lowered, self._row, as_of=self._as_of).holds

    def turn(self, rule: Rule, lowered: Rule, *, wanted: bool) -> tuple[Change, ...]:
        if self.holds(lowered) == wanted:
            return ()
        if isinstance(rule, Not) and isinstance(lowered, Not):
            return self.turn(rule.condition, lowered.condition, wanted=not wanted)
        if isinstance(rule, All | AnyOf) and isinstance(lowered, All | AnyOf):
            parts = [
                self.turn(part, own, wanted=wanted)
                for part, own in zip(rule.conditions, lowered.conditions, strict=True)
            ]
            if isinstance(rule, All) == wanted:
                # Every part has to agree.
                return tuple(change for part in parts for change in part)
            return min(parts, key=_effort)
        return (self._turn_leaf(rule, lowered, wanted=wanted),)

    def _turn_leaf(self, clause: Rule, lowered: Rule, *, wanted: bool) -> Change:
        column = getattr(lowered, "column", "")
        value = self._row.get(column)
        bound, target = _find_target(lowered, value, wanted=wanted)
        distance = _FAR
        if target is not None and isinstance(value, Number):
            distance = abs(target - float(value)) / max(abs(bound), 1.0)
        return Change(clause, lowered, wanted, value, target, distance)


def _effort(changes: tuple[Change, ...]) -> tuple[int, float]:
    return len(changes), sum(change.distance for change in changes)


def _find_target(lowered: Rule, value: object, *, wanted: bool) -> tuple[float, float | None]:
    """The bound that is nearest, and the nearest value on the wanted side of it."""
    if isinstance(value, bool) or not isinstance(value, Number):
        return 0.0, None
    number = float(value)
    is_whole = number.is_integer()
    if isinstance(lowered, Between):
        low, high = (_as_number(bound) for bound in lowered.between)
        if low is None or high is None:
            return 0.0, None
        if wanted:
            nearest = low if number < low else high
            return nearest, nearest
        is_lower = number - low < high - number
        bound, side = (low, "<") if is_lower else (high, ">")
        return bound, _step_over(bound, side, is_whole=is_whole)
    asked = _as_number(lowered.value) if isinstance(lowered, Compare) else None
    if asked is None or not isinstance(lowered, Compare):
        return 0.0, None
    op = lowered.op if wanted else INVERSE[lowered.op]
    return asked, _step_over(asked, op, is_whole=is_whole)


def _step_over(bound: float, op: str, *, is_whole: bool) -> float:
    """The value nearest to `bound` for which `op` holds."""
    if op in (">", "!="):
        return bound + 1.0 if is_whole else math.nextafter(bound, math.inf)
    if op == "<":
        return bound - 1.0 if is_whole else math.nextafter(bound, -math.inf)
    return bound


def _as_number(bound: object) -> float | None:
    if isinstance(bound, bool) or not isinstance(bound, int | float):
        return None
    return float(bound)
