"""A short rule for each segment that a clusterer found: readable, with what it catches and what it misses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from regulars.conditions import All, Between, Compare, In, IsMissing
from regulars.errors import QualityError
from regulars.features import FeatureTable
from regulars.segments.clauses import Clause, ClauseColumns, are_whole, encode_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regulars.conditions import Rule

__all__ = ["Fidelity", "ShortRule", "tell_segments"]

_FEWEST_MEMBERS = 5
"""Bounds around fewer customers would describe persons."""

_SAMPLE = 20_000
_BEAM = 5
_WORTH_A_CLAUSE = 0.01
_WORTH_ROUNDING = 0.005
_TELLS, _HINTS = 0.9, 0.7
_MOST_DIGITS = 6

_State = tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How a rule and a segment cover each other.

    Attributes
    ----------
    members
        Customers of the segment.
    found
        Customers for whom the rule holds.
    both
        Customers who are both.
    customers
        All customers.
    """

    members: int
    found: int
    both: int
    customers: int

    @property
    def precision(self) -> float:
        """Share of those for whom the rule holds who are in the segment; 0 for nobody."""
        return self.both / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Share of the segment for whom the rule holds; 0 for an empty one."""
        return self.both / self.members if self.members else 0.0

    @property
    def share(self) -> float:
        """Share of all customers for whom the rule holds."""
        return self.found / self.customers if self.customers else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.both / (self.found + self.members) if self.found + self.members else 0.0

    @property
    def verdict(self) -> Literal["tells", "hints", "fails"]:
        """Whether the rule stands for the segment (F1 of 0.9), gives an idea of it (0.7), or fails."""
        if self.f1 >= _TELLS:
            return "tells"
        return "hints" if self.f1 >= _HINTS else "fails"


@dataclass(frozen=True, slots=True)
class ShortRule:
    """The best short rule that there is for a segment.

    Attributes
    ----------
    segment
        Its number.
    rule
        What may be saved as a segment by itself; None for a segment of fewer than five customers.
    fidelity
        On the customers it was learnt from.
    """

    segment: int
    rule: Rule | None
    fidelity: Fidelity


def tell_segments(
    features: FeatureTable,
    segment: NDArray[np.int64],
    *,
    most_clauses: int = 3,
    random_state: int = 0,
) -> tuple[ShortRule, ...]:
    """For each segment the rule of a few clauses that agrees with it best.

    A rule is a conjunction: every clause holds. Clauses are looked for one after the other, keeping
    the five best beginnings (beam search), by the F1 of the rule against the segment; one more
    clause has to raise it by 0.01. Bounds are then rounded as far as that costs no more than 0.005.

    Parameters
    ----------
    features
        One row per customer. Whatever is missing fulfils no clause but "is missing".
    segment
        Number of the segment of each customer, 0 for none; shape (n_customers,).
    most_clauses
        At least 1.
    random_state
        Of the sample of 20,000 customers that bounds are looked for on; fidelity is of all.

    Returns
    -------
    tuple of ShortRule
        One per number above 0 that occurs, in order.

    Raises
    ------
    QualityError
        When all customers are in one segment, or there is no feature.

    Notes
    -----
    The search is that of CN2 and PRIM, with F1 as what is maximized: Clark, P., Niblett, T. (1989).
    The CN2 induction algorithm. Machine Learning 3, 261-283, doi:10.1007/BF00116835; Friedman, J. H.,
    Fisher, N. I. (1999). Bump hunting in high-dimensional data. Statistics and Computing 9, 123-143,
    doi:10.1023/A:1008894516817.

    Examples
    --------
    >>> from datetime import date
    >>> import pyarrow as pa
    >>> from regulars.conditions import read_condition
    >>> from regulars.features import AsOf, Feature, FeatureTable
    >>> from regulars.schema.wording import Wording
    >>> words = Wording(en="visits", ru="визитов")
    >>> rows = pa.table({"customer_id": [f"{n:02}" for n in range(20)], "visits": np.arange(20.0)})
    >>> visits = Feature("visits", words, None, "numeric")
    >>> table = FeatureTable(rows, (visits,), AsOf(date(2026, 1, 1)))
    >>> told = tell_segments(table, np.where(np.arange(20) < 12, 1, 2))
    >>> [read_condition(one.rule, "en") for one in told]
    ['visits is under 12', 'visits is at least 12']
    >>> told[0].fidelity.precision, told[0].fidelity.recall, told[0].fidelity.share
    (1.0, 1.0, 0.6)
    """
    numbers = [int(one) for one in np.unique(segment[segment > 0])]
    if len(numbers) < 2 and bool((segment > 0).all()):
        raise QualityError(
            en="All customers are in one segment: there is nothing to tell it apart from.",
            ru="Все клиенты в одном сегменте: отличать его не от чего.",
        )
    if not features.features:
        raise QualityError(
            en="There is no feature that a rule could compare.",
            ru="Нет ни одного признака, который могло бы сравнить правило.",
        )
    rows = np.arange(len(segment))
    if len(rows) > _SAMPLE:
        rows = np.sort(np.random.default_rng(random_state).choice(rows, _SAMPLE, replace=False))
    table = features.table if len(rows) == len(segment) else features.table.take(rows)
    sample = encode_columns(FeatureTable(table, features.features, features.as_of))
    return tuple(
        _tell(number, features, segment == number, sample, segment[rows] == number, most_clauses)
        for number in numbers
    )


def _tell(
    number: int,
    features: FeatureTable,
    is_member: NDArray[np.bool_],
    sample: ClauseColumns,
    is_sampled: NDArray[np.bool_],
    most_clauses: int,
) -> ShortRule:
    members, customers = int(is_member.sum()), len(is_member)
    clauses: _State = ()
    if members >= _FEWEST_MEMBERS and is_sampled.any():
        clauses = _round(_search(sample, is_sampled, most_clauses), sample, is_sampled)
    if not clauses:
        return ShortRule(number, None, Fidelity(members, 0, 0, customers))
    used = [sample.name_of(one.column) for one in clauses]
    seen = features.drop(name for name in features.names if name not in used)
    rule = _write_rule(clauses, sample, seen)
    holds = _hold(clauses, sample, seen)
    fidelity = Fidelity(members, int(holds.sum()), int((holds & is_member).sum()), customers)
    return ShortRule(number, rule, fidelity)


def _hold(clauses: _State, columns: ClauseColumns, features: FeatureTable) -> NDArray[np.bool_]:
    """For whom the clauses hold among all customers, whose levels are more than the sample's."""
    everybody = encode_columns(features)
    holds = np.ones(len(features), dtype=bool)
    for clause in clauses:
        place = everybody.names.index(columns.name_of(clause.column))
        known = everybody.levels[place] or ()
        codes = tuple(known.index(level) for level in columns.read_levels(clause))
        holds &= everybody.hold([replace(clause, column=place, levels=codes)])
    return holds


def _search(columns: ClauseColumns, is_member: NDArray[np.bool_], most_clauses: int) -> _State:
    """The clauses of the best rule."""
    beam: list[_State] = [()]
    best: _State = ()
    reached = 0.0
    for _ in range(most_clauses):
        grown: dict[tuple[str, ...], tuple[float, _State]] = {}
        for state in beam:
            for score, clause in columns.propose(columns.hold(state), is_member):
                clauses = _simplify((*state, clause))
                grown.setdefault(tuple(sorted(map(repr, clauses))), (score, clauses))
        ranked = sorted(grown.values(), key=lambda one: (-round(one[0], 9), repr(one[1])))[:_BEAM]
        if not ranked or ranked[0][0] < reached + _WORTH_A_CLAUSE:
            break
        reached, best = ranked[0]
        beam = [state for _, state in ranked]
    return best


def _simplify(clauses: _State) -> _State:
    """Without the looser of two bounds on the same side."""
    kept: dict[object, Clause] = {}
    for one in clauses:
        # A later clause was chosen among those for whom the earlier hold: it is the tighter one.
        kept[(one.column, one.kind)] = one
    return tuple(kept.values())


def _round(clauses: _State, columns: ClauseColumns, is_member: NDArray[np.bool_]) -> _State:
    """The same with bounds of as few digits as hardly cost anything."""
    least = _score(clauses, columns, is_member) - _WORTH_ROUNDING
    rounded = list(clauses)
    for place, clause in enumerate(clauses):
        if clause.bound is None:
            continue
        for digits in range(1, _MOST_DIGITS + 1):
            bound = columns.round_bound(clause, digits)
            rounded[place] = clause.move(bound)
            if _score(tuple(rounded), columns, is_member) >= least:
                break
        else:
            rounded[place] = clause
    return tuple(rounded)


def _score(clauses: _State, columns: ClauseColumns, is_member: NDArray[np.bool_]) -> float:
    holds = columns.hold(clauses)
    return 2 * int((holds & is_member).sum()) / int(holds.sum() + is_member.sum())


def _write_rule(clauses: _State, columns: ClauseColumns, features: FeatureTable) -> Rule:
    """The clauses as conditions, two bounds on one column of whole numbers as one."""
    bounds = {(one.column, one.kind): one for one in clauses}
    parts: list[Rule] = []
    for clause in clauses:
        low, high = bounds.get((clause.column, "from")), bounds.get((clause.column, "below"))
        if low is None or high is None or not _is_whole(columns.name_of(clause.column), features):
            parts.append(_write_clause(clause, columns))
        elif clause is low:
            parts.append(_write_between(low, high, columns))
    return parts[0] if len(parts) == 1 else All(conditions=tuple(parts))


def _is_whole(name: str, features: FeatureTable) -> bool:
    column = features.table.column(name)
    return are_whole(np.asarray(column.to_numpy(), np.float64))


def _write_between(low: Clause, high: Clause, columns: ClauseColumns) -> Rule:
    """Of whole numbers: at least one and below another are between two."""
    name = columns.name_of(low.column)
    return Between(column=name, between=(_plain(low.bound), _plain((high.bound or 0.0) - 1)))


def _write_clause(clause: Clause, columns: ClauseColumns) -> Rule:
    name = columns.name_of(clause.column)
    if clause.kind == "missing":
        return IsMissing(column=name, is_missing=True)
    if clause.kind == "levels":
        levels = columns.read_levels(clause)
        if len(levels) == 1:
            return Compare(column=name, op="=", value=levels[0])
        return In(column=name, values=levels)
    return Compare(
        column=name, op=">=" if clause.kind == "from" else "<", value=_plain(clause.bound)
    )


def _plain(number: float | None) -> int | float:
    value = float(number or 0.0)
    return int(value) if value.is_integer() else value
