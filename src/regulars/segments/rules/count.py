"""How many customers a rule holds for: clause by clause, exactly or by a sample."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING

from regulars.conditions import Any as AnyOf
from regulars.errors import InvalidParameterError
from regulars.features.rows import CUSTOMER
from regulars.segments.rules.compile import compile_rule, list_customers, list_who

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis

    from regulars.conditions import Rule
    from regulars.features import AsOf
    from regulars.segments.rules.compile import CompiledRule, RuleSources

__all__ = ["BUCKETS", "ClauseCount", "SegmentCount", "choose_buckets", "count_members"]

BUCKETS = 64
"""Into so many equal parts the customers are dealt by a hash of their ids."""
_Z = 1.96


@dataclass(frozen=True, slots=True)
class ClauseCount:
    """How many customers one part of a rule holds for.

    Attributes
    ----------
    clause
        As it stands in the rule.
    members
        Customers for whom it holds by itself.
    together
        Customers for whom it and all clauses before it hold; with `any` at the top, it or any of
        those before it.
    """

    clause: Rule
    members: int
    together: int


@dataclass(frozen=True, slots=True)
class SegmentCount:
    """How many customers a rule holds for.

    Attributes
    ----------
    customers
        All who were asked: known before `as_of`.
    members
        For whom the rule holds; an estimate where only some were asked.
    low, high
        Between them the number lies with 95 % confidence; both equal `members` in an exact count.
    sampled
        How many customers were looked at.
    clauses
        The parts that `all` or `any` joins at the top of the rule.
    preview
        The first members by id, as many as were wanted.
    """

    customers: int
    members: int
    low: int
    high: int
    sampled: int
    clauses: tuple[ClauseCount, ...]
    preview: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether every customer was looked at."""
        return self.sampled == self.customers

    @property
    def share(self) -> float | None:
        """Members among all customers, 0 to 1; None without customers."""
        return self.members / self.customers if self.customers else None


def choose_buckets(customers: ibis.Table, buckets: int) -> ibis.Table:
    """Whole customers of the first so many of the 64 buckets, in which the lake keeps them, too."""
    if not 1 <= buckets <= BUCKETS:
        raise InvalidParameterError(
            en=f"A sample takes 1 to {BUCKETS} buckets of customers, found {buckets}.",
            ru=f"В выборке от 1 до {BUCKETS} долей клиентов, указано {buckets}.",
        )
    first = customers[CUSTOMER].cast("string").hexdigest("md5").substr(0, 2)
    wanted = [f"{byte:02x}" for byte in range(256) if byte % BUCKETS < buckets]
    return customers.filter(first.isin(wanted))


def count_members(
    rule: Rule,
    sources: RuleSources,
    *,
    as_of: AsOf,
    buckets: int | None = None,
    preview: int = 0,
) -> SegmentCount:
    """How many customers a rule holds for.

    Parameters
    ----------
    rule
        What is asked.
    sources
        What it is computed from.
    as_of
        First day that must not be seen.
    buckets
        Look at the customers of so many of 64 buckets only; None for all of them.
    preview
        So many members are named.

    Raises
    ------
    InvalidParameterError, UnknownNameError, UnknownColumnError
        As `compile_rule` does.

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> import ibis, pyarrow
    >>> from regulars.conditions import load_rule
    >>> from regulars.features import AsOf
    >>> from regulars.segments.rules import RuleSources
    >>> moments = [datetime(2026, 1, 8, tzinfo=UTC), datetime(2025, 10, 1, tzinfo=UTC)]
    >>> rows = {"customer_id": ["1", "2"], "purchased_at": moments, "amount": [30.0, 20.0]}
    >>> sources = RuleSources({"purchases": ibis.memtable(pyarrow.table(rows))})
    >>> rule = load_rule({"bought": {}, "within_days": 30}, where="example")
    >>> count = count_members(rule, sources, as_of=AsOf(date(2026, 1, 10)), preview=5)
    >>> count.members, count.customers, count.preview
    (1, 2, ('1',))
    """
    chosen = None
    who = list_who(sources.tables, as_of=as_of)
    everybody = list_customers(sources.tables, as_of=as_of, who=who)
    if buckets is not None and buckets < BUCKETS:
        chosen = _choose(everybody, sources, buckets, as_of=as_of, who=who)
    compiled = compile_rule(rule, sources, as_of=as_of, customers=chosen)
    found = _count(compiled)
    if preview:
        ids = compiled.members.order_by(CUSTOMER).limit(preview).to_pyarrow()
        found = replace(found, preview=tuple(ids.column(0).to_pylist()))
    if chosen is None:
        return found
    if who or sources.buckets is None:
        customers = int(everybody.count().to_pyarrow().as_py())
    else:
        customers = round(found.sampled * BUCKETS / (buckets or BUCKETS))
    return _scale(found, customers)


def _choose(
    everybody: ibis.Table, sources: RuleSources, buckets: int, *, as_of: AsOf, who: Sequence[str]
) -> ibis.Table:
    """The customers of some buckets; the others are left out before their rows become customers."""
    if not who:
        # Of very many rows, to find the few customers first costs less.
        return choose_buckets(everybody, buckets)
    rows = {name: choose_buckets(sources.tables[name], buckets) for name in who}
    return list_customers(rows, as_of=as_of, who=who)


def _count(compiled: CompiledRule) -> SegmentCount:
    table, joins_any = compiled.table, isinstance(compiled.rule, AnyOf)
    tests = [compiled.test(lowered) for _, lowered in compiled.clauses]
    marks = {f"clause_{number}": test for number, test in enumerate(tests)}
    marked = table.select(holds=compiled.holds, **marks)
    sums = {"customers": marked.count(), "members": marked["holds"].sum()}
    together = None
    for name in marks:
        own = marked[name]
        if together is not None:
            own = together | own if joins_any else together & own
        together = own
        sums |= {name: marked[name].sum(), f"with_{name}": together.sum()}
    row = marked.aggregate(**sums).to_pyarrow().to_pylist()[0]
    numbers = {name: int(value or 0) for name, value in row.items()}
    clauses = tuple(
        ClauseCount(clause, numbers[name], numbers[f"with_{name}"])
        for name, (clause, _) in zip(marks, compiled.clauses, strict=True)
    )
    count, members = numbers["customers"], numbers["members"]
    return SegmentCount(count, members, members, members, count, clauses)


def _scale(found: SegmentCount, customers: int) -> SegmentCount:
    """From the customers looked at to all of them, with Wilson's interval.

    Its width is corrected for how large a part of all was looked at (Cochran, Sampling Techniques,
    1977, 2.6): a sample of nearly everybody knows nearly everything.
    """
    sampled = found.sampled
    if not sampled:
        return replace(found, customers=customers, high=customers)
    factor, share = customers / sampled, found.members / sampled
    z2 = _Z * _Z * (customers - sampled) / max(customers - 1, 1)
    center = (share + z2 / (2 * sampled)) / (1 + z2 / sampled)
    spread = sqrt(z2 * (share * (1 - share) / sampled + z2 / (4 * sampled**2))) / (1 + z2 / sampled)
    members = round(found.members * factor)
    return replace(
        found,
        customers=customers,
        members=members,
        low=max(found.members, min(members, int((center - spread) * customers))),
        high=min(customers, max(members, round((center + spread) * customers))),
        clauses=tuple(
            replace(one, members=round(one.members * factor), together=round(one.together * factor))
            for one in found.clauses
        ),
    )
