"""From what a rule asks about a customer to columns that can be computed, and conditions on them.

A question of behavior is a feature without a name of its own: how many calls in the last 30 days.
So rules are computed by what computes features, and compared by what compares columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from regulars.conditions import (
    All,
    Between,
    Bought,
    Compare,
    Condition,
    Did,
    Had,
    In,
    IsMissing,
    Member,
    Not,
    Occasion,
    Sequence,
    Spent,
    TextMatch,
)
from regulars.conditions import Any as AnyOf
from regulars.conditions.behavior import Rows, table_of
from regulars.errors import UnknownNameError
from regulars.features import AsOf, FeatureDefinition
from regulars.schema.contract import get_contract, list_contracts
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis

    from regulars.conditions import Rule
    from regulars.conditions.behavior import RuleLeaf
    from regulars.segments.rules.columns import CustomerColumns

__all__ = ["LoweredRule", "Step", "lower_rule"]

_NOT_RETURNED = {
    name: Not(condition=Compare(column=name, op="<", value=0))
    for name in ("amount", "quantity", "line_amount")
}
_TURNED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_MEANING = Wording(en="a clause of a rule", ru="условие правила")


@dataclass(frozen=True, slots=True)
class Step:
    """Rows of one table.

    Attributes
    ----------
    table
        Its name.
    where
        Which of its rows; None for all.
    lookup
        A table of states whose key the rows bear, as of a feature.
    within_days
        Only rows of so many days before `as_of`.
    """

    table: str
    where: Condition | None = None
    lookup: str | None = None
    within_days: int | None = None


@dataclass(slots=True)
class LoweredRule:
    """A rule as a condition on columns, and how the columns are made.

    Attributes
    ----------
    condition
        The rule with every leaf as a leaf about a column: the same tree.
    questions
        What has to be counted and summed, as features.
    features
        Names of the features of the library that are compared.
    own
        Columns of `profiles` and `customers` that are compared, with the table of each.
    sequences
        Steps and days, by the column that says whether they happened.
    members
        Segments, by the column that says whether the customer is in it.
    scores
        Names of scores, by column.
    """

    condition: Rule
    questions: dict[str, FeatureDefinition] = field(default_factory=dict)
    features: dict[str, None] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    sequences: dict[str, tuple[tuple[Step, ...], int | None]] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    scores: dict[str, str] = field(default_factory=dict)


def lower_rule(
    rule: Rule, tables: Mapping[str, ibis.Table], *, columns: CustomerColumns, as_of: AsOf
) -> LoweredRule:
    """What has to be computed for a rule.

    Parameters
    ----------
    rule
        What is asked.
    tables
        Canonical tables by name.
    columns
        What a column of the rule may be.
    as_of
        First day that must not be seen.

    Raises
    ------
    UnknownNameError
        When a table is not there, or a column is neither a customer's own nor a feature.
    """
    lowering = _Lowering(rule, tables, columns, as_of)
    lowering.found.condition = lowering.lower(rule)
    return lowering.found


class _Lowering:
    """Lowers node by node; what is asked twice is computed once."""

    def __init__(
        self,
        rule: Rule,
        tables: Mapping[str, ibis.Table],
        columns: CustomerColumns,
        as_of: AsOf,
    ) -> None:
        self._tables, self._columns, self._as_of = tables, columns, as_of
        self._names: dict[object, str] = {}
        self.found = LoweredRule(rule)

    def lower(self, node: Rule) -> Rule:
        if isinstance(node, All):
            return All(conditions=tuple(map(self.lower, node.conditions)))
        if isinstance(node, AnyOf):
            return AnyOf(conditions=tuple(map(self.lower, node.conditions)))
        if isinstance(node, Not):
            return Not(condition=self.lower(node.condition))
        if isinstance(node, Compare | Between | In | IsMissing | TextMatch):
            return self._lower_column(node)
        return self._lower_leaf(node)

    def _lower_leaf(self, leaf: RuleLeaf) -> Rule:
        if isinstance(leaf, Did | Had | Bought):
            return self._lower_count(leaf)
        if isinstance(leaf, Spent):
            column = self._ask(self._find_rows(leaf), "sum", column="amount")
            return Compare(column=column, op=leaf.spent, value=leaf.value)
        if isinstance(leaf, Occasion):
            return self._lower_occasion(leaf)
        if isinstance(leaf, Sequence):
            return self._lower_sequence(leaf)
        name = self._name(leaf if isinstance(leaf, Member) else ("score", leaf.score))
        if isinstance(leaf, Member):
            self.found.members[name] = leaf.segment
            return Compare(column=name, op="=", value=True)
        self.found.scores[name] = leaf.score
        return Compare(column=name, op=leaf.op, value=leaf.value)

    def _lower_column(self, leaf: Compare | Between | In | IsMissing | TextMatch) -> Rule:
        renamed: dict[str, Any] = {"column": self._take_column(leaf.column)}
        if isinstance(leaf, Compare) and leaf.other is not None:
            renamed["other"] = self._take_column(leaf.other)
        return leaf.model_copy(update=renamed)

    def _take_column(self, name: str) -> str:
        table, column = self._columns.find(name)
        if table is None:
            self.found.features[column] = None
        elif table:
            self.found.own[column] = table
        return column

    def _lower_count(self, leaf: Did | Had | Bought) -> Rule:
        step, least, most = self._find_rows(leaf), leaf.least, leaf.at_most
        # Several lines of one order are one purchase; whether there is any needs no such care.
        asks_how_many = least > 1 or most not in (None, 0)
        has_orders = "purchase_id" in self._tables[step.table].columns
        if step.table == "purchase_items" and asks_how_many and has_orders:
            column = self._ask(step, "distinct", column="purchase_id")
        else:
            column = self._ask(step, "count")
        if most is None:
            return Compare(column=column, op=">=", value=least)
        if least == 0:
            return Compare(column=column, op="<=", value=most)
        return Between(column=column, between=(least, most))

    def _lower_occasion(self, leaf: Occasion) -> Rule:
        aggregate = "days_since_last" if leaf.first is None else "days_since_first"
        column = self._ask(self._find_rows(leaf.behavior), aggregate)
        if leaf.on is None:
            return Compare(column=column, op=leaf.op, value=leaf.days_ago)
        # The later the day, the fewer days have passed since.
        passed = (self._as_of.day - leaf.on).days
        return Compare.model_validate({"column": column, "op": _TURNED[leaf.op], "value": passed})

    def _lower_sequence(self, leaf: Sequence) -> Rule:
        steps = tuple(map(self._find_rows, leaf.sequence))
        name = self._name(("sequence", steps, leaf.within_days))
        self.found.sequences[name] = (steps, leaf.within_days)
        return Compare(column=name, op="=", value=True)

    def _ask(self, step: Step, aggregate: str, *, column: str | None = None) -> str:
        """The column that answers it, which is made if nobody asked before."""
        name = self._name((step, aggregate, column))
        windows = () if step.within_days is None else (step.within_days,)
        question = FeatureDefinition.model_validate(
            {
                "name": name,
                "table": step.table,
                "aggregate": aggregate,
                "column": column,
                "where": step.where,
                "lookup": step.lookup,
                "windows": windows,
                "meaning": _MEANING,
            }
        )
        self.found.questions[name] = question
        return question.feature_names[0]

    def _name(self, asked: object) -> str:
        if asked not in self._names:
            self._names[asked] = f"asked_{len(self._names) + 1}"
        return self._names[asked]

    def _find_rows(self, rows: Rows) -> Step:
        table = self._check_table(table_of(rows))
        parts = [rows.where, self._between(table, rows)]
        lookup = None
        if isinstance(rows, Did):
            parts.insert(0, Compare(column="name", op="=", value=rows.did))
        if isinstance(rows, Bought | Spent):
            present = self._tables[table].columns
            parts += [test for name, test in _NOT_RETURNED.items() if name in present]
        if isinstance(rows, Bought) and not rows.bought.is_anything:
            goods, lookup = self._find_goods(rows)
            parts = [*goods, *parts]
        tests = tuple(part for part in parts if part is not None)
        where = None if not tests else tests[0] if len(tests) == 1 else All(conditions=tests)
        return Step(table, where, lookup, rows.within_days)

    def _check_table(self, table: str) -> str:
        if table in self._tables and "customer_id" in self._tables[table].columns:
            return table
        of_customers = [c.name for c in list_contracts() if "customer_id" in c.column_names]
        if table not in of_customers:
            raise UnknownNameError(
                "table of customers' rows", table, of_customers, ru="таблицы с записями о клиентах"
            )
        present = [name for name in of_customers if name in self._tables]
        raise UnknownNameError("loaded table", table, present, ru="загруженной таблицы")

    def _find_goods(self, rows: Bought) -> tuple[list[Condition], str | None]:
        """What tells the goods: columns of the items, or of their products where those are loaded."""
        items = self._tables["purchase_items"].columns
        has_products = "products" in self._tables and "product_id" in items
        products = self._tables["products"].columns if has_products else ()
        asked = (
            (rows.bought.category, ("category",)),
            (rows.bought.product, ("product_id", "product_name")),
        )
        found: list[Condition] = []
        lookup = None
        for wanted, columns in asked:
            if wanted is None:
                continue
            places = [name for name in columns if name in items]
            looked_up = [f"products.{name}" for name in columns if name in products]
            looked_up = [name for name in looked_up if name != "products.product_id"]
            lookup = "products" if looked_up else lookup
            # What is nowhere is asked of the items all the same, which then say what they have.
            named = (*places, *looked_up) or columns[:1]
            tests = [Compare(column=name, op="=", value=wanted) for name in named]
            found.append(tests[0] if len(tests) == 1 else AnyOf(conditions=tuple(tests)))
        return found, lookup

    def _between(self, table: str, rows: Rows) -> Condition | None:
        if rows.between is None:
            return None
        first, last = rows.between
        time = str(get_contract(table).time_column)
        if get_contract(table).get_column(time).type == "date":
            return Between(column=time, between=(first.isoformat(), last.isoformat()))
        begins = AsOf(first, self._as_of.zone).instant
        ends = AsOf(last + timedelta(days=1), self._as_of.zone).instant
        return All(
            conditions=(
                Compare.model_validate({"column": time, "op": ">=", "value": begins}),
                Compare.model_validate({"column": time, "op": "<", "value": ends}),
            )
        )
