"""What is wrong with a rule as it is written: clauses that contradict, repeat, or add nothing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal

from regulars.conditions import All, Not, read_condition
from regulars.conditions import Any as AnyOf
from regulars.schema.wording import Wording
from regulars.segments.rules.spans import span_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from regulars.conditions import Rule

__all__ = ["FlawKind", "RuleFlaw", "find_written_flaws"]

FlawKind = Literal[
    "contradiction", "duplicate", "dead", "always", "nobody", "everybody", "unknown_value",
    "touchy", "near_duplicate",
]  # fmt: skip

_CONTRADICTION = Wording(
    en="Nobody can satisfy both: {one}; and: {other}.",
    ru="Оба условия сразу не выполнит никто: {one}; и: {other}.",
)
_ALWAYS = Wording(
    en="One or the other is true of everybody: {one}; or: {other}.",
    ru="Одно из двух верно для всех: {one}; или: {other}.",
)
_DUPLICATE = Wording(
    en="It is said twice: {one}. Leave one out.", ru="Сказано дважды: {one}. Уберите одно."
)
_DEAD = Wording(
    en="It changes nothing: {one}. The clause beside it decides: {other}.",
    ru="Ничего не меняет: {one}. Решает соседнее условие: {other}.",
)


@dataclass(frozen=True, slots=True)
class RuleFlaw:
    """One thing that is wrong, or odd, with a rule.

    Attributes
    ----------
    kind
        `contradiction`, `duplicate`, `dead` and `always` follow from how the rule is written; the
        others from the customers there are.
    message
        What it is and what to do.
    customers
        How many it is about, where they were counted.
    """

    kind: FlawKind
    message: Wording
    customers: int | None = None


def find_written_flaws(
    rule: Rule, lowered: Rule, *, names: Mapping[str, Wording] | None = None
) -> tuple[RuleFlaw, ...]:
    """What follows from the rule alone, whoever the customers are.

    Parameters
    ----------
    rule, lowered
        The rule, and the same tree about columns.
    names
        What columns are called in words.
    """

    def say(clause: Rule) -> Wording:
        return Wording(
            en=read_condition(clause, "en", names=names),
            ru=read_condition(clause, "ru", names=names),
        )

    return tuple(_walk(rule, lowered, say))


def _walk(rule: Rule, lowered: Rule, say: Callable[[Rule], Wording]) -> Iterator[RuleFlaw]:
    if isinstance(rule, Not) and isinstance(lowered, Not):
        yield from _walk(rule.condition, lowered.condition, say)
    if isinstance(rule, All | AnyOf) and isinstance(lowered, All | AnyOf):
        pairs = list(zip(rule.conditions, lowered.conditions, strict=True))
        for first, second in combinations(pairs, 2):
            found = _compare(first, second, say, joins_all=isinstance(rule, All))
            if found is not None:
                yield found
        for part, own in pairs:
            yield from _walk(part, own, say)


def _compare(
    first: tuple[Rule, Rule],
    second: tuple[Rule, Rule],
    say: Callable[[Rule], Wording],
    *,
    joins_all: bool,
) -> RuleFlaw | None:
    (one, own), (other, others) = first, second
    if own == others:
        return _make("duplicate", _DUPLICATE, say(one), say(other))
    if own == Not(condition=others) or others == Not(condition=own):
        if joins_all:
            return _make("contradiction", _CONTRADICTION, say(one), say(other))
        return _make("always", _ALWAYS, say(one), say(other))
    spans = span_of(own), span_of(others)
    if spans[0] is None or spans[1] is None or spans[0][0] != spans[1][0]:
        return None
    left, right = spans[0][1], spans[1][1]
    if joins_all and left.meet(right).is_empty:
        return _make("contradiction", _CONTRADICTION, say(one), say(other))
    # With "all" the wider of the two lets through what the other stops anyway; with "any" the
    # narrower one adds nothing.
    if left.is_within(right):
        dead, alive = (other, one) if joins_all else (one, other)
        return _make("dead", _DEAD, say(dead), say(alive))
    if right.is_within(left):
        dead, alive = (one, other) if joins_all else (other, one)
        return _make("dead", _DEAD, say(dead), say(alive))
    return None


def _make(kind: FlawKind, message: Wording, one: Wording, other: Wording) -> RuleFlaw:
    return RuleFlaw(
        kind,
        Wording(
            en=message.en.format(one=one.en, other=other.en),
            ru=message.ru.format(one=one.ru, other=other.ru),
        ),
    )
