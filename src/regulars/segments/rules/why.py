"""Why a customer is in a segment or is not, clause by clause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.conditions import (
    All,
    Not,
    Occasion,
    Score,
    explain_condition,
    read_condition,
)
from regulars.conditions import Any as AnyOf
from regulars.conditions.behavior import RuleLeaf
from regulars.conditions.reading import Phrase, join_phrases
from regulars.conditions.words import INVERSE, read_value
from regulars.errors import NotFoundError
from regulars.features.rows import CUSTOMER
from regulars.schema.wording import Language, Wording, pluralize
from regulars.segments.rules.changes import Change, find_nearest_change
from regulars.segments.rules.compile import compile_rule, list_customers

if TYPE_CHECKING:
    from datetime import datetime

    from regulars.conditions import Rule
    from regulars.features import AsOf
    from regulars.segments.rules.compile import RuleSources

__all__ = ["MembershipReason", "ReasonClause", "explain_membership"]

_NEVER = Wording(en="never", ru="ни разу")
_UNKNOWN = Wording(en="not known", ru="нет данных")
_NO_SCORE = Wording(en="no score", ru="оценки нет")
_BECAUSE_IN = Wording(en="In the segment: {}.", ru="В сегменте: {}.")
_BECAUSE_OUT = Wording(en="Not in the segment: {}.", ru="Не в сегменте: {}.")


@dataclass(frozen=True, slots=True)
class ReasonClause:
    """One part of a rule for one customer.

    Attributes
    ----------
    sentence
        What is asked, in words.
    holds
        Whether it is true of the customer.
    found
        What the customer has, in words; None for `all`, `any` and `not`.
    value
        The same as it is compared.
    parts
        Of `all`, `any` and `not`.
    """

    sentence: str
    holds: bool
    found: str | None = None
    value: object = None
    parts: tuple[ReasonClause, ...] = ()


@dataclass(frozen=True, slots=True)
class MembershipReason:
    """Why a customer belongs to a segment, or does not.

    Attributes
    ----------
    customer_id
        Whose.
    is_member
        Whether the rule holds.
    sentence
        What decided, in words.
    clause
        The tree of the rule with the customer's values.
    changes
        What would have to be otherwise for the answer to turn, in words: the fewest clauses, and of
        as few the nearest.
    """

    customer_id: str
    is_member: bool
    sentence: str
    clause: ReasonClause
    changes: tuple[str, ...]


def explain_membership(
    rule: Rule,
    sources: RuleSources,
    customer_id: str,
    *,
    as_of: AsOf,
    language: Language = "en",
) -> MembershipReason:
    """Why a customer belongs to the segment of a rule, or does not.

    Parameters
    ----------
    rule
        What is asked.
    sources
        What it is computed from.
    customer_id
        Of whom.
    as_of
        First day that must not be seen.
    language
        Of the sentences.

    Raises
    ------
    NotFoundError
        When nothing was known of the customer before `as_of`.

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> import ibis, pyarrow
    >>> from regulars.conditions import load_rule
    >>> from regulars.features import AsOf
    >>> from regulars.segments.rules import RuleSources
    >>> rows = {"customer_id": ["1"], "purchased_at": [datetime(2026, 1, 8, tzinfo=UTC)]}
    >>> sources = RuleSources({"purchases": ibis.memtable(pyarrow.table(rows))})
    >>> rule = load_rule({"bought": {}, "at_least": 3, "within_days": 30}, where="example")
    >>> why = explain_membership(rule, sources, "1", as_of=AsOf(date(2026, 1, 10)))
    >>> why.sentence
    'Not in the segment: had at most 2 purchases in the last 30 days (1).'
    >>> why.changes
    ('had at least 3 purchases in the last 30 days (now 1: 2 more)',)
    """
    everybody = list_customers(sources.tables, as_of=as_of)
    alone = everybody.filter(everybody[CUSTOMER] == customer_id)
    compiled = compile_rule(rule, sources, as_of=as_of, customers=alone)
    rows = compiled.table.to_pyarrow().to_pylist()
    if not rows:
        raise NotFoundError(
            en=f"Nothing was known of that customer before {as_of.day}. Check the id, or look at a"
            " later day.",
            ru=f"До {as_of.day} об этом клиенте ничего не было известно. Проверьте идентификатор или "
            "возьмите более поздний день.",
        )
    telling = _Telling(rows[0], language, as_of.instant, sources.names)
    lowered = compiled.lowered.condition
    clause, phrase = telling.explain(rule, lowered)
    changes = find_nearest_change(rule, lowered, rows[0], as_of=as_of.instant)
    begin = _BECAUSE_IN if clause.holds else _BECAUSE_OUT
    return MembershipReason(
        customer_id,
        clause.holds,
        begin.to(language).format(phrase.text),
        clause,
        tuple(telling.say_change(change) for change in changes),
    )


class _Telling:
    """Tells of one customer, node by node."""

    def __init__(
        self,
        row: Mapping[str, object],
        language: Language,
        as_of: datetime,
        names: Mapping[str, Wording],
    ) -> None:
        self._row, self._language, self._as_of, self._names = row, language, as_of, names

    def explain(self, rule: Rule, lowered: Rule) -> tuple[ReasonClause, Phrase]:
        sentence = self._read(rule)
        if isinstance(rule, Not) and isinstance(lowered, Not):
            part, phrase = self.explain(rule.condition, lowered.condition)
            return ReasonClause(sentence, not part.holds, parts=(part,)), phrase
        if isinstance(rule, All | AnyOf) and isinstance(lowered, All | AnyOf):
            pairs = zip(rule.conditions, lowered.conditions, strict=True)
            told = [self.explain(part, own) for part, own in pairs]
            truths = [part.holds for part, _ in told]
            holds = all(truths) if isinstance(rule, All) else any(truths)
            # One failure decides "all", one success decides "any"; else every part had to agree.
            deciding = [phrase for part, phrase in told if part.holds == holds]
            parts = tuple(part for part, _ in told)
            return (
                ReasonClause(sentence, holds, parts=parts),
                join_phrases(deciding, "and", self._language),
            )
        return self._explain_leaf(rule, lowered, sentence)

    def _explain_leaf(
        self, rule: Rule, lowered: Rule, sentence: str
    ) -> tuple[ReasonClause, Phrase]:
        explained = explain_condition(
            lowered, self._row, language=self._language, as_of=self._as_of, names=self._names
        )
        found = self._say_value(rule, explained.value)
        clause = ReasonClause(sentence, explained.holds, found, explained.value)
        if not isinstance(rule, RuleLeaf):
            return clause, Phrase(explained.sentence)
        said = self._say_fact(rule, explained.value, holds=explained.holds)
        # Yes and no are said by the sentence itself.
        is_said = isinstance(explained.value, bool)
        return clause, Phrase(said if is_said else f"{said} ({found})")

    def _say_fact(self, rule: RuleLeaf, value: object, *, holds: bool) -> str:
        """What is true of the customer: the leaf or its opposite, without what is not the case."""
        if holds:
            return self._read(rule)
        if isinstance(rule, Occasion) and value is None:
            return self._read(Not(condition=rule.behavior))
        if isinstance(rule, Occasion | Score) and value is not None:
            return self._read(rule.model_copy(update={"op": INVERSE[rule.op]}))
        return self._read(Not(condition=rule))

    def say_change(self, change: Change) -> str:
        """What would have to be true, what is, and how far it is from there."""
        wanted = change.clause if change.wanted else Not(condition=change.clause)
        now = self._say_value(change.clause, change.value)
        begin = "now" if self._language == "en" else "сейчас"
        return f"{self._read(wanted)} ({begin} {now}{self._say_distance(change)})"

    def _say_distance(self, change: Change) -> str:
        if change.target is None or not isinstance(change.value, int | float):
            return ""
        missing = change.target - float(change.value)
        if not missing:
            return ""
        amount = read_value(_plain(round(abs(missing), 6)), self._language)
        if self._language == "en":
            return f": {amount} {'more' if missing > 0 else 'less'}"
        return f": ещё {amount}" if missing > 0 else f": на {amount} меньше"

    def _read(self, rule: Rule) -> str:
        return read_condition(rule, self._language, names=self._names)

    def _say_value(self, rule: Rule, value: object) -> str:
        if value is None or value != value:
            missing = _NEVER if isinstance(rule, Occasion) else _UNKNOWN
            return (_NO_SCORE if isinstance(rule, Score) else missing).to(self._language)
        if isinstance(rule, Occasion) and isinstance(value, float):
            if self._language == "en":
                return f"{pluralize(int(value), 'en', 'day', 'days')} ago"
            return f"{pluralize(int(value), 'ru', 'день', 'дня', 'дней')} назад"
        if isinstance(value, bool):
            return Wording(en="yes" if value else "no", ru="да" if value else "нет").to(
                self._language
            )
        return read_value(_plain(value), self._language)


def _plain(value: object) -> object:
    """A whole number as one: counts are kept as floats."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
