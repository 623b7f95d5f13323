"""Members of a segment on a later day: only those are asked again whose answer may have turned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from regulars.conditions import Between, Compare, Condition, In, Occasion, compile_condition
from regulars.conditions import list_columns as list_row_columns
from regulars.conditions.leaves import AsOfPlusDays
from regulars.conditions.tree import list_leaves
from regulars.features.cuts import make_bound
from regulars.features.library import list_parts
from regulars.features.rows import CUSTOMER, with_columns
from regulars.schema.contract import get_contract
from regulars.segments.rules.columns import list_customer_columns
from regulars.segments.rules.compile import compile_rule, list_customers, list_who, only_of
from regulars.segments.rules.lowering import lower_rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    import ibis

    from regulars.conditions import Rule
    from regulars.features import AsOf, FeatureDefinition
    from regulars.segments.rules.compile import RuleSources
    from regulars.segments.rules.lowering import LoweredRule, Step

__all__ = ["find_touched", "refresh_members"]

_SINCE = frozenset({"days_since_first", "days_since_last"})


@dataclass(frozen=True, slots=True)
class _Edge:
    """Rows whose passing of a bound may turn an answer: those of some days, of one table.

    Attributes
    ----------
    table, customer
        Whose rows, and which column says so.
    where
        Only these rows; None for all.
    windows
        So many days before the day of the calculation rows fall out.
    turns
        At so many days since the row an answer turns.
    """

    table: str
    customer: str = CUSTOMER
    where: Condition | None = None
    windows: tuple[int, ...] = ()
    turns: tuple[float, ...] = ()


class _EverybodyMoves(Exception):  # noqa: N818 - an answer, not an error
    """Raised inside, when time alone may turn the answer of anybody."""


def refresh_members(
    rule: Rule,
    sources: RuleSources,
    members: ibis.Table,
    *,
    before: AsOf,
    as_of: AsOf,
    changed: ibis.Table | None = None,
) -> ibis.Table:
    """The members on a later day, from those of an earlier one: the same as if all were asked.

    Parameters
    ----------
    rule
        What is asked.
    sources
        What it is computed from, as it is now.
    members
        Who belonged on the earlier day: `customer_id`.
    before
        The first day that was not seen then.
    as_of
        The first day that must not be seen now; the same day or a later one, in the same zone.
    changed
        `customer_id` of those whose rows were added or corrected since, or who entered or left a
        segment, or got another score, that the rule speaks of. None for nobody.

    Returns
    -------
    Table
        `customer_id`, each once. Whom to ask is looked up at once; the answers are not yet computed.
    """
    import ibis

    touched = find_touched(rule, sources, before=before, as_of=as_of)
    if touched is None:
        return compile_rule(rule, sources, as_of=as_of).members
    if changed is not None:
        touched = ibis.union(touched, changed.select(CUSTOMER), distinct=True)
    # Held at once: every part of what follows would look them up anew.
    backend = next(iter(sources.tables.values())).get_backend()
    held = ibis.memtable(backend.to_pyarrow(touched))
    names = list_who(sources.tables, as_of=as_of) or sources.tables
    rows = {name: only_of(sources.tables[name], held) for name in names}
    asked = ibis.memtable(backend.to_pyarrow(list_customers(rows, as_of=as_of)))
    found = compile_rule(rule, sources, as_of=as_of, customers=asked).members
    kept = members.select(CUSTOMER).anti_join(held, CUSTOMER)
    return ibis.union(kept, found)


def find_touched(
    rule: Rule, sources: RuleSources, *, before: AsOf, as_of: AsOf
) -> ibis.Table | None:
    """The customers whose answer time alone may have turned; None where it may be anybody's.

    A row turns an answer when it enters (it happened, or became known, since), when it falls out of
    a window, or when the days since it reach a bound. Those are rows of a few days, which are looked
    up by their time; their customers are more than have really turned, never fewer.

    Parameters
    ----------
    rule, sources, before, as_of
        As in `refresh_members`.
    """
    import ibis

    definitions = sources.features
    columns = list_customer_columns(sources.tables, definitions, aliases=sources.aliases)
    lowered = lower_rule(rule, sources.tables, columns=columns, as_of=as_of)
    try:
        edges = [*_list_edges(rule, lowered, definitions), *_list_base(sources, before, as_of)]
    except _EverybodyMoves:
        return None
    if before.day == as_of.day:
        # No time has passed: nothing entered, and nothing fell out.
        return _nobody()
    by_source: dict[tuple[str, str], dict[_Edge, None]] = {}
    for edge in edges:
        by_source.setdefault((edge.table, edge.customer), {})[edge] = None
    found = [_find_rows(list(some), sources, before, as_of) for some in by_source.values()]
    return found[0].distinct() if len(found) == 1 else ibis.union(*found, distinct=True)


def _nobody() -> ibis.Table:
    import ibis
    import pyarrow as pa

    return ibis.memtable(pa.table({CUSTOMER: pa.array([], pa.string())}))


def _list_base(sources: RuleSources, before: AsOf, as_of: AsOf) -> Iterator[_Edge]:
    """Tables that say who the customers are: whoever is new in them has not been asked."""
    who = list_who(sources.tables, as_of=as_of)
    if who != list_who(sources.tables, as_of=before):
        raise _EverybodyMoves
    for name, table in sources.tables.items():
        is_plain = CUSTOMER in table.columns and not name.startswith("superseded_")
        if name in who or (not who and is_plain):
            yield _Edge(name)


def _list_edges(
    rule: Rule, lowered: LoweredRule, definitions: Iterable[FeatureDefinition]
) -> Iterator[_Edge]:
    leaves = list(zip(list_leaves(rule), list_leaves(lowered.condition), strict=True))
    if any(_counts_days(leaf) for pair in leaves for leaf in pair):
        raise _EverybodyMoves
    owners = {name: one for one in definitions for name in one.feature_names}
    made = {name: one for one in lowered.questions.values() for name in one.feature_names}
    for leaf, own in leaves:
        for column in list_row_columns(own):
            if column in made:
                yield _edge_of(made[column], _list_turns(leaf, own))
            elif column in lowered.features:
                yield from _list_feature_edges(owners[column], own, owners)
    yield from (_Edge(table) for table in lowered.own.values())
    for steps, _ in lowered.sequences.values():
        yield from map(_edge_of_step, steps)


def _edge_of_step(step: Step) -> _Edge:
    if step.lookup or (step.where is not None and _counts_days(step.where)):
        raise _EverybodyMoves
    windows = () if step.within_days is None else (step.within_days,)
    return _Edge(step.table, where=step.where, windows=windows)


def _list_turns(leaf: Rule, own: Rule) -> tuple[float, ...]:
    """At how many days since a row the answer of a leaf turns; a fixed day never does."""
    is_fixed = isinstance(leaf, Occasion) and leaf.on is not None
    if is_fixed or not (isinstance(leaf, Occasion) or _is_about_column(leaf)):
        return ()
    if isinstance(own, Compare) and isinstance(own.value, int | float):
        return (float(own.value),)
    if isinstance(own, Between):
        return tuple(float(bound) for bound in own.between if isinstance(bound, int | float))
    if isinstance(own, In):
        return tuple(float(value) for value in own.values if isinstance(value, int | float))
    return ()


def _is_about_column(leaf: Rule) -> bool:
    return isinstance(leaf, Compare | Between | In)


def _list_feature_edges(
    feature: FeatureDefinition, own: Rule, owners: dict[str, FeatureDefinition]
) -> Iterator[_Edge]:
    if feature.is_derived:
        for part in list_parts(feature):
            if owners[part].aggregate in _SINCE:
                raise _EverybodyMoves
            yield from _list_feature_edges(owners[part], own, owners)
        return
    turns = _list_turns(own, own) if feature.aggregate in _SINCE else ()
    compares_two = isinstance(own, Compare) and own.other is not None
    if feature.aggregate in _SINCE and (compares_two or not turns):
        raise _EverybodyMoves
    yield _edge_of(feature, turns)


def _edge_of(feature: FeatureDefinition, turns: tuple[float, ...]) -> _Edge:
    conditions = (feature.where, feature.among)
    if feature.lookup or feature.aggregate == "years_since":
        # What is looked up, or the year, moves for many at once.
        raise _EverybodyMoves
    if any(_counts_days(condition) for condition in conditions if condition is not None):
        raise _EverybodyMoves
    windows = feature.windows
    if feature.aggregate == "trend":
        windows = (*windows, *(2 * days for days in windows))
    # Of a share the rows beside `where` count, too.
    where = None if feature.aggregate == "share" else feature.where
    return _Edge(feature.table, feature.customer, where, windows, turns)


def _counts_days(condition: Rule) -> bool:
    """Whether a condition speaks of days before or after the day of the calculation."""
    bounds: list[object] = []
    for leaf in list_leaves(condition):
        if isinstance(leaf, Compare):
            bounds.append(leaf.value)
        elif isinstance(leaf, Between):
            bounds += leaf.between
    return any(isinstance(bound, AsOfPlusDays) for bound in bounds)


def _find_rows(
    edges: Sequence[_Edge], sources: RuleSources, before: AsOf, as_of: AsOf
) -> ibis.Table:
    """Customers of the rows that enter, fall out, or reach a bound between the two days: one scan."""
    import ibis

    one, zone = edges[0], as_of.zone
    table, contract = sources.tables[one.table], get_contract(one.table)
    is_state, time = contract.temporal == "state", contract.time_column
    wheres = [] if is_state else [edge.where for edge in edges if edge.where is not None]
    named = [name for where in wheres for name in list_row_columns(where)]
    rows = with_columns(table, dict.fromkeys(named), table=one.table, zone=zone)
    entering = [name for name in ("known_at", str(time)) if name in rows.columns]
    if is_state:
        # A version hides days that lie ahead, and shows them when they have come.
        kinds = table.schema().items()
        entering = [name for name, kind in kinds if kind.is_date() or kind.is_timestamp()]
    tests = []
    for edge in edges:
        spans = [(name, before.day, as_of.day) for name in entering]
        if time is not None and time in rows.columns:
            spans += [(time, first, last) for first, last in _list_days(edge, before, as_of)]
        passing = [_lies_within(rows[name], first, last, zone) for name, first, last in spans]
        if not passing:
            continue
        test = ibis.or_(*passing)
        if edge.where is not None and not is_state:
            test &= compile_condition(edge.where, rows, as_of=as_of.instant)
        tests.append(test)
    kept = rows.filter(ibis.or_(*tests)) if tests else rows.limit(0)
    kept = kept.filter(kept[one.customer].notnull())
    return kept.select(**{CUSTOMER: kept[one.customer].cast("string")})


def _list_days(edge: _Edge, before: AsOf, as_of: AsOf) -> Iterator[tuple[date, date]]:
    for days in edge.windows:
        yield before.day - timedelta(days=days), as_of.day - timedelta(days=days)
    for turn in edge.turns:
        if abs(turn) <= _LONGEST:
            # A day more on each side: whether the bound itself belongs is the comparison's matter.
            first = before.day - timedelta(days=int(turn) + 2)
            yield first, as_of.day - timedelta(days=int(turn) - 2)


_LONGEST = 100_000


def _lies_within(column: ibis.Column, first: date, last: date, zone: str) -> ibis.Value:
    return (column >= make_bound(first, zone, column)) & (column < make_bound(last, zone, column))
