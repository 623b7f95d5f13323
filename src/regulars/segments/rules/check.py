"""What is wrong with a rule for the customers there are, and how much hangs on its bounds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, TypeGuard

from regulars.conditions import (
    All,
    Between,
    Bought,
    Compare,
    Did,
    Had,
    Not,
    Occasion,
    read_condition,
)
from regulars.conditions import Any as AnyOf
from regulars.conditions.tree import list_leaves
from regulars.errors import suggest
from regulars.features.rows import CUSTOMER
from regulars.schema.wording import Wording, format_share
from regulars.segments.rules.compile import compile_rule
from regulars.segments.rules.flaws import RuleFlaw, find_written_flaws

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from regulars.conditions import Rule
    from regulars.features import AsOf
    from regulars.segments.rules.compile import CompiledRule, RuleSources

__all__ = ["BoundFlips", "RuleCheck", "check_rule", "say_extreme"]

_STEP = 0.05
_TOUCHY = 0.1
_ALIKE = 0.9
_MOST_VALUES = 1_000

_NOBODY = Wording(
    en="The rule holds for nobody. Look at its clauses one by one.",
    ru="Правило не выполняется ни для кого. Посмотрите на условия по одному.",
)
_EVERYBODY = Wording(
    en="The rule holds for everybody, so it sets no one apart.",
    ru="Правило выполняется для всех, то есть никого не выделяет.",
)


@dataclass(frozen=True, slots=True)
class BoundFlips:
    """How many customers change sides when one bound is moved.

    Attributes
    ----------
    clause
        In which the bound stands.
    bound
        As it is.
    below, above
        Customers who enter or leave when it is 5 % lower, and 5 % higher; bounds of whole numbers
        are rounded.
    """

    clause: Rule
    bound: float
    below: int
    above: int

    @property
    def most(self) -> int:
        """The greater of the two."""
        return max(self.below, self.above)


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """What is wrong with a rule.

    Attributes
    ----------
    customers, members
        Who were asked, and for whom it holds.
    flaws
        In the order of how they follow: from the rule alone first.
    bounds
        Of every number in the rule.
    """

    customers: int
    members: int
    flaws: tuple[RuleFlaw, ...]
    bounds: tuple[BoundFlips, ...]


def check_rule(rule: Rule, sources: RuleSources, *, as_of: AsOf) -> RuleCheck:
    """Look for clauses that contradict, repeat or add nothing, and for bounds on which much hangs.

    Parameters
    ----------
    rule
        What is asked.
    sources
        What it is computed from; with the segments in `memberships` it is compared.
    as_of
        First day that must not be seen.

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> import ibis, pyarrow
    >>> from regulars.conditions import load_rule
    >>> from regulars.features import AsOf
    >>> from regulars.segments.rules import RuleSources
    >>> rows = {"customer_id": ["1"], "occurred_at": [datetime(2026, 1, 8, tzinfo=UTC)]}
    >>> events = ibis.memtable(pyarrow.table(rows | {"name": ["call"]}))
    >>> rule = load_rule({"did": "cal"}, where="example")
    >>> checked = check_rule(rule, RuleSources({"events": events}), as_of=AsOf(date(2026, 1, 10)))
    >>> [flaw.message.en for flaw in checked.flaws][-1]
    "Nothing is called 'cal'. Did you mean 'call'?"
    """
    compiled = compile_rule(rule, sources, as_of=as_of)
    condition = compiled.lowered.condition
    leaves = list(zip(list_leaves(rule), list_leaves(condition), strict=True))
    moves = [
        move
        for number, (leaf, own) in enumerate(leaves)
        for move in _list_moves(number, own, is_whole=_is_whole(leaf, own, compiled))
    ]
    numbers = _measure(compiled, [own for _, own in leaves], moves)
    customers, members = numbers["customers"], numbers["members"]
    names = sources.names
    flaws = [*find_written_flaws(rule, condition, names=names), *say_extreme(customers, members)]
    for number, (leaf, own) in enumerate(leaves):
        said, holding = _say(leaf, names), numbers[f"leaf_{number}"]
        if customers and not holding:
            message = Wording(en=f"Nobody: {said.en}.", ru=f"Ни для кого не верно: {said.ru}.")
            flaws.append(RuleFlaw("nobody", message, 0))
            flaws += _find_unknown(leaf, own, compiled, sources)
        elif customers and holding == customers:
            message = Wording(en=f"Everybody: {said.en}.", ru=f"Верно для всех: {said.ru}.")
            flaws.append(RuleFlaw("everybody", message, customers))
    bounds = tuple(
        BoundFlips(leaves[move.leaf][0], move.bound, numbers[f"below_{n}"], numbers[f"above_{n}"])
        for n, move in enumerate(moves)
    )
    flaws += [_say_touchy(one, names) for one in bounds if one.most > _TOUCHY * members > 0]
    flaws += _find_twins(compiled, sources, members)
    return RuleCheck(customers, members, tuple(flaws), bounds)


def say_extreme(customers: int, members: int) -> tuple[RuleFlaw, ...]:
    """That a rule holds for nobody, or for everybody; nothing where it tells customers apart."""
    if members == 0:
        return (RuleFlaw("nobody", _NOBODY, 0),)
    if members == customers:
        return (RuleFlaw("everybody", _EVERYBODY, members),)
    return ()


@dataclass(frozen=True, slots=True)
class _Move:
    """One bound of a leaf, and the leaf with that bound lower and higher."""

    leaf: int
    bound: float
    below: Rule
    above: Rule


def _is_whole(leaf: Rule, own: Rule, compiled: CompiledRule) -> bool:
    """Whether the leaf compares whole numbers, whose bounds are moved to whole numbers."""
    if isinstance(leaf, Did | Had | Bought | Occasion):
        return True
    return isinstance(own, Compare | Between) and compiled.table[own.column].type().is_integer()


def _list_moves(number: int, own: Rule, *, is_whole: bool) -> Iterator[_Move]:
    """Bounds of 0 have no share to be moved by."""

    def shift(bound: float, share: float) -> float:
        return round(bound * (1 + share)) if is_whole else bound * (1 + share)

    if isinstance(own, Compare) and _is_number(own.value):
        at = own.value
        below, above = (own.model_copy(update={"value": shift(at, s)}) for s in (-_STEP, _STEP))
        yield _Move(number, at, below, above)
    if not isinstance(own, Between):
        return
    for place, bound in enumerate(own.between):
        if _is_number(bound):
            sides = []
            for share in (-_STEP, _STEP):
                ends = list(own.between)
                ends[place] = shift(bound, share)
                sides.append(own.model_copy(update={"between": tuple(ends)}))
            yield _Move(number, bound, *sides)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and value != 0


def _measure(
    compiled: CompiledRule, leaves: Sequence[Rule], moves: Sequence[_Move]
) -> dict[str, int]:
    """How many customers each leaf holds for, and how many change sides with each bound: one query."""
    condition = compiled.lowered.condition
    tests = {f"leaf_{number}": compiled.test(leaf) for number, leaf in enumerate(leaves)}
    for number, move in enumerate(moves):
        for side, leaf in (("below", move.below), ("above", move.above)):
            moved = _replace(condition, count(), move.leaf, leaf)
            tests[f"{side}_{number}"] = compiled.test(moved) != compiled.holds
    marked = compiled.table.select(members=compiled.holds, **tests)
    sums = {name: marked[name].sum() for name in ("members", *tests)}
    row = marked.aggregate(customers=marked.count(), **sums).to_pyarrow().to_pylist()[0]
    return {name: int(value or 0) for name, value in row.items()}


def _replace(node: Rule, numbers: Iterator[int], place: int, leaf: Rule) -> Rule:
    """The tree with another leaf at a place; leaves are numbered in the order written."""
    if isinstance(node, All | AnyOf):
        parts = tuple(_replace(part, numbers, place, leaf) for part in node.conditions)
        return type(node)(conditions=parts)
    if isinstance(node, Not):
        return Not(condition=_replace(node.condition, numbers, place, leaf))
    return leaf if next(numbers) == place else node


def _say(leaf: Rule, names: Mapping[str, Wording]) -> Wording:
    en, ru = (read_condition(leaf, language, names=names) for language in ("en", "ru"))
    return Wording(en=en, ru=ru)


def _say_touchy(flips: BoundFlips, names: Mapping[str, Wording]) -> RuleFlaw:
    said = _say(flips.clause, names)
    message = Wording(
        en=f"Much hangs on a bound: {flips.most} customers change sides when it moves by 5 %:"
        f" {said.en}.",
        ru=f"Многое зависит от границы: если сдвинуть её на 5 %, сторону меняют {flips.most} кл.:"
        f" {said.ru}.",
    )
    return RuleFlaw("touchy", message, flips.most)


def _find_unknown(
    leaf: Rule, own: Rule, compiled: CompiledRule, sources: RuleSources
) -> list[RuleFlaw]:
    """Whether a leaf names an event or a value that no row has, with the nearest that some have."""
    if isinstance(leaf, Did):
        wanted, column = leaf.did, sources.tables["events"]["name"]
    elif isinstance(own, Compare) and isinstance(own.value, str) and own.op == "=":
        wanted, column = own.value, compiled.table[own.column]
        if not column.type().is_string():
            return []
    else:
        return []
    values = column.name("value").as_table().distinct().limit(_MOST_VALUES).to_pyarrow()
    known = [value for value in values.column(0).to_pylist() if value is not None]
    if wanted in known:
        return []
    hint, hint_ru = suggest(wanted, known)
    message = Wording(
        en=f"Nothing is called '{wanted}'.{hint}", ru=f"Ничего с именем «{wanted}» нет.{hint_ru}"
    )
    return [RuleFlaw("unknown_value", message)]


def _find_twins(compiled: CompiledRule, sources: RuleSources, members: int) -> list[RuleFlaw]:
    """Segments with nearly the same members, by the Jaccard similarity of the two sets."""
    found = []
    for slug, table in sources.memberships.items():
        other = table.select(CUSTOMER).distinct()
        size = int(other.count().to_pyarrow().as_py())
        both = compiled.members.semi_join(other, CUSTOMER)
        shared = int(both.count().to_pyarrow().as_py()) if members and size else 0
        share = shared / max(members + size - shared, 1)
        if share >= _ALIKE:
            message = Wording(
                en=f"Nearly the same customers as in segment '{slug}': of all who are in one of the"
                f" two, {format_share(share, 'en')} are in both.",
                ru=f"Почти те же клиенты, что в сегменте «{slug}»: из всех, кто есть хотя бы в"
                f" одном, в обоих — {format_share(share, 'ru')}.",
            )
            found.append(RuleFlaw("near_duplicate", message, shared))
    return found
