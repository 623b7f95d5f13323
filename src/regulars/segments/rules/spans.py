"""Which values a leaf lets through, so that leaves about one column can be held against each other."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from regulars.conditions import Between, Compare, In

if TYPE_CHECKING:
    from regulars.conditions import Rule

__all__ = ["Span", "span_of"]


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers between two ends, or the listed texts.

    Attributes
    ----------
    low, high
        The ends; a number with whether it belongs to the span, as `(number, 0)` where it does and
        one step inside (`(number, 1)` at the low end, `(number, -1)` at the high one) where not.
    texts
        Of texts, those that are let through; None for numbers.
    """

    low: tuple[float, int] = (-inf, 0)
    high: tuple[float, int] = (inf, 0)
    texts: frozenset[str | bool] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is let through."""
        return self.low > self.high if self.texts is None else not self.texts

    def meet(self, other: Span) -> Span:
        """What both let through; a text is no number."""
        if self.texts is not None and other.texts is not None:
            return Span(texts=self.texts & other.texts)
        if self.texts is not None or other.texts is not None:
            return Span(texts=frozenset())
        return Span(max(self.low, other.low), min(self.high, other.high))

    def is_within(self, other: Span) -> bool:
        """Whether the other lets through all that this one does."""
        return self.meet(other) == self


def span_of(leaf: Rule) -> tuple[str, Span] | None:
    """Column and span of a leaf; None where it compares no plain value."""
    if isinstance(leaf, Between):
        low, high = (_number(bound) for bound in leaf.between)
        if low is None or high is None:
            return None
        return leaf.column, Span((low, 0), (high, 0))
    if isinstance(leaf, In):
        texts = frozenset(value for value in leaf.values if isinstance(value, str))
        return (leaf.column, Span(texts=texts)) if texts == {*leaf.values} else None
    if not isinstance(leaf, Compare):
        return None
    if leaf.op == "=" and isinstance(leaf.value, str | bool):
        return leaf.column, Span(texts=frozenset([leaf.value]))
    number = _number(leaf.value)
    spans = {
        "=": lambda at: Span((at, 0), (at, 0)),
        ">": lambda at: Span(low=(at, 1)),
        ">=": lambda at: Span(low=(at, 0)),
        "<": lambda at: Span(high=(at, -1)),
        "<=": lambda at: Span(high=(at, 0)),
    }
    if number is None or leaf.op not in spans:
        return None
    return leaf.column, spans[leaf.op](number)


def _number(bound: object) -> float | None:
    is_number = isinstance(bound, int | float) and not isinstance(bound, bool)
    return float(bound) if is_number else None  # type: ignore[arg-type]
