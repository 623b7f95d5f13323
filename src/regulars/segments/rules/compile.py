"""Rules as one Ibis expression: a row per customer, with every column that the rule compares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from regulars.conditions import All, compile_condition, list_columns
from regulars.conditions import Any as AnyOf
from regulars.errors import NotFoundError, UnknownNameError
from regulars.features import FeatureSpace, compile_features, find_features, load_features
from regulars.features.building import check_found
from regulars.features.cuts import make_bound
from regulars.features.rows import CUSTOMER, see
from regulars.schema.contract import get_contract
from regulars.segments.rules.columns import list_customer_columns, name_customer_columns
from regulars.segments.rules.lowering import LoweredRule, lower_rule
from regulars.segments.rules.sequences import compile_sequence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis

    from regulars.conditions import Rule
    from regulars.features import AsOf, FeatureDefinition
    from regulars.schema.wording import Wording

__all__ = ["CompiledRule", "RuleSources", "compile_rule", "list_customers", "list_who", "only_of"]

WHO = ("profiles", "customers")


@dataclass(frozen=True, slots=True)
class RuleSources:
    """What rules are computed from.

    Attributes
    ----------
    tables
        Canonical tables by name, all rows and versions that there are; under `superseded_NAME` what
        facts said before they were corrected.
    definitions
        The features that there are; None takes the library.
    aliases
        Column of `profiles` by what the file itself called it.
    memberships
        By segment a table with the `customer_id` of its members.
    scores
        By name a table of `customer_id` and `value`.
    own_names
        What columns of `profiles` are called in words.
    buckets
        The tables of what happened hold the customers of the first so many of 64 buckets only; None
        for everybody.
    """

    tables: Mapping[str, ibis.Table]
    definitions: Sequence[FeatureDefinition] | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    memberships: Mapping[str, ibis.Table] = field(default_factory=dict)
    scores: Mapping[str, ibis.Table] = field(default_factory=dict)
    own_names: Mapping[str, Wording] = field(default_factory=dict)
    buckets: int | None = None

    @property
    def features(self) -> Sequence[FeatureDefinition]:
        """The features that there are."""
        return load_features() if self.definitions is None else self.definitions

    @property
    def names(self) -> dict[str, Wording]:
        """What columns and features are called in words."""
        return name_customer_columns(self.features, self.own_names, self.aliases)


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule over the customers of some tables; nothing is computed yet.

    Attributes
    ----------
    rule
        What is asked.
    lowered
        The same as a condition on columns.
    table
        One row per customer: `customer_id` and every column that the rule compares.
    as_of
        First day that is not seen.
    """

    rule: Rule
    lowered: LoweredRule
    table: ibis.Table
    as_of: AsOf

    @property
    def holds(self) -> ibis.Value:
        """Whether the customer belongs to the segment, for each row of `table`; never null."""
        return self.test(self.lowered.condition)

    @property
    def members(self) -> ibis.Table:
        """The customers who belong to the segment: `customer_id`."""
        return self.table.filter(self.holds).select(CUSTOMER)

    @property
    def clauses(self) -> tuple[tuple[Rule, Rule], ...]:
        """The parts that `all` or `any` joins at the top: each as written, and lowered."""
        if isinstance(self.rule, All | AnyOf) and isinstance(self.lowered.condition, All | AnyOf):
            lowered = self.lowered.condition.conditions
            return tuple(zip(self.rule.conditions, lowered, strict=True))
        return ((self.rule, self.lowered.condition),)

    def test(self, condition: Rule) -> ibis.Value:
        """A lowered condition over the rows of `table`."""
        return compile_condition(condition, self.table, as_of=self.as_of.instant)


def compile_rule(
    rule: Rule, sources: RuleSources, *, as_of: AsOf, customers: ibis.Table | None = None
) -> CompiledRule:
    """A rule over the customers.

    Parameters
    ----------
    rule
        What is asked.
    sources
        What it is computed from.
    as_of
        First day that must not be seen.
    customers
        Whom it is asked of: `customer_id`, each once. None for all who were known before `as_of`.

    Raises
    ------
    UnknownNameError, UnknownColumnError
        When the rule names a column, feature, table, segment or score that is not there.
    InvalidParameterError
        When a value does not fit its column.

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> import ibis, pyarrow
    >>> from regulars.conditions import load_rule
    >>> from regulars.features import AsOf
    >>> moments = [datetime(2026, 1, 8, tzinfo=UTC), datetime(2025, 10, 1, tzinfo=UTC)]
    >>> rows = {"customer_id": ["1", "2"], "purchased_at": moments, "amount": [30.0, 20.0]}
    >>> sources = RuleSources({"purchases": ibis.memtable(pyarrow.table(rows))})
    >>> rule = load_rule({"bought": {}, "within_days": 30}, where="example")
    >>> compiled = compile_rule(rule, sources, as_of=AsOf(date(2026, 1, 10)))
    >>> compiled.members.to_pyarrow().to_pylist()
    [{'customer_id': '1'}]
    """
    tables = dict(sources.tables)
    definitions = sources.features
    columns = list_customer_columns(tables, definitions, aliases=sources.aliases)
    lowered = lower_rule(rule, tables, columns=columns, as_of=as_of)
    features = _choose_features(lowered, definitions, tables)
    asked = list_customers(tables, as_of=as_of) if customers is None else customers
    is_own = all(one.customer == CUSTOMER for one in features)
    # Tables that hold some buckets only have left out the others already.
    if customers is not None and is_own and sources.buckets is None:
        tables = {name: only_of(table, customers) for name, table in tables.items()}
    wide = asked.select(CUSTOMER)
    if features:
        wide = compile_features(tables, features, dates=[as_of], customers=asked)
    wide = _attach_own(wide, lowered, tables, as_of)
    for name, (steps, within_days) in lowered.sequences.items():
        ids = compile_sequence(steps, tables, as_of=as_of, within_days=within_days)
        wide = _attach_flag(wide, name, ids)
    for name, slug in lowered.members.items():
        ids = _get(sources.memberships, slug, "stored segment", "сохранённого сегмента")
        wide = _attach_flag(wide, name, ids.select(CUSTOMER).distinct())
    for name, score in lowered.scores.items():
        if not sources.scores:
            raise _explain_no_scores(score, as_of)
        values = _get(sources.scores, score, "score", "оценки")
        wide = _attach(wide, values.select(CUSTOMER, **{name: values["value"].cast("float64")}))
    compiled = CompiledRule(rule, lowered, wide, as_of)
    # Composed once here, so that a value that does not fit its column is told at once.
    compiled.test(lowered.condition)
    needed = dict.fromkeys([CUSTOMER, *list_columns(lowered.condition)])
    return CompiledRule(rule, lowered, wide.select(*needed), as_of)


def list_customers(
    tables: Mapping[str, ibis.Table], *, as_of: AsOf, who: Sequence[str] | None = None
) -> ibis.Table:
    """All customers who were known before `as_of`: `customer_id`, each once.

    A file of customers says who they are; where none was known by then, whoever has a row in any
    table.

    Parameters
    ----------
    tables
        Canonical tables by name.
    as_of
        First day that must not be seen.
    who
        What `list_who` says of these tables, where it was asked already.

    Raises
    ------
    NotFoundError
        When none of the tables has customers.
    """
    import ibis

    names = (list_who(tables, as_of=as_of) if who is None else who) or [
        name
        for name, table in tables.items()
        if CUSTOMER in table.columns and not name.startswith("superseded_")
    ]
    if not names:
        raise NotFoundError(
            en="None of the tables says anything about customers. Load one that does.",
            ru="Ни одна таблица ничего не говорит о клиентах. Загрузите такую, где они есть.",
        )
    listed = []
    for name in names:
        seen = _see_anybody(tables[name], name, as_of)
        seen = seen.filter(seen[CUSTOMER].notnull())
        listed.append(seen.select(**{CUSTOMER: seen[CUSTOMER].cast("string")}))
    return listed[0].distinct() if len(listed) == 1 else ibis.union(*listed, distinct=True)


def list_who(tables: Mapping[str, ibis.Table], *, as_of: AsOf) -> list[str]:
    """The tables that said before `as_of` who the customers are."""
    return [name for name in WHO if name in tables and _is_told(tables[name], as_of)]


def _is_told(table: ibis.Table, as_of: AsOf) -> bool:
    if "known_at" not in table.columns:
        return True
    bound = make_bound(as_of.day, as_of.zone, table["known_at"])
    return bool((table["known_at"] < bound).any().to_pyarrow().as_py())


def _see_anybody(table: ibis.Table, name: str, as_of: AsOf) -> ibis.Table:
    if get_contract(name).temporal == "fact":
        return see(table, get_contract(name), as_of=as_of)
    if "known_at" not in table.columns:
        return table
    # Which version counts is nothing to whether there is one.
    return table.filter(table["known_at"] < make_bound(as_of.day, as_of.zone, table["known_at"]))


def _choose_features(
    lowered: LoweredRule,
    definitions: Sequence[FeatureDefinition],
    tables: Mapping[str, ibis.Table],
) -> list[FeatureDefinition]:
    """Definitions of everything that is compared and has to be built."""
    features = list(lowered.questions.values())
    if lowered.features:
        space = FeatureSpace(name="rule", features=tuple(lowered.features))
        needed, names = space.choose(definitions)
        check_found(find_features(needed, tables), needed, names, tables)
        features += needed
    return features


def only_of(table: ibis.Table, customers: ibis.Table) -> ibis.Table:
    """The rows of some customers; a table that is not about customers as it is."""
    if CUSTOMER not in table.columns:
        return table
    return table.semi_join(customers, table[CUSTOMER].cast("string") == customers[CUSTOMER])


def _attach_own(
    wide: ibis.Table, lowered: LoweredRule, tables: Mapping[str, ibis.Table], as_of: AsOf
) -> ibis.Table:
    for name in dict.fromkeys(lowered.own.values()):
        seen = see(tables[name], get_contract(name), as_of=as_of)
        columns = [column for column, table in lowered.own.items() if table == name]
        wide = _attach(wide, seen.select(CUSTOMER, *columns))
    return wide


def _attach(wide: ibis.Table, other: ibis.Table) -> ibis.Table:
    """The columns of a table with one row per customer, beside the rest."""
    names = [name for name in other.columns if name != CUSTOMER]
    named = other.select(
        other_customer=other[CUSTOMER].cast("string"), **{n: other[n] for n in names}
    )
    joined = wide.left_join(named, wide[CUSTOMER] == named["other_customer"])
    return joined.select(*wide.columns, *names)


def _attach_flag(wide: ibis.Table, name: str, ids: ibis.Table) -> ibis.Table:
    import ibis

    joined = _attach(wide, ids.mutate(**{name: ibis.literal(True)}))  # noqa: FBT003 - the value itself
    return joined.mutate(**{name: joined[name].fill_null(False)})  # noqa: FBT003 - as above


def _explain_no_scores(score: str, as_of: AsOf) -> NotFoundError:
    return NotFoundError(
        en=f"The rule asks for the score '{score}', and nobody was scored by {as_of.day}. Scores come"
        " from an analysis of the same file or workspace: regulars analyze.",
        ru=f"Правило спрашивает об оценке «{score}», а до {as_of.day} никто не оценён. Оценки"
        " появляются после анализа того же файла или рабочей папки: regulars analyze.",
    )


def _get(tables: Mapping[str, ibis.Table], name: str, noun: str, ru: str) -> ibis.Table:
    if name not in tables:
        raise UnknownNameError(noun, name, tables, ru=ru)
    return tables[name]
