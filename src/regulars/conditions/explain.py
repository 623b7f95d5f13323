"""Why a condition holds for one row, or does not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from regulars.conditions.behavior import RuleLeaf
from regulars.conditions.literals import (
    OPERATORS,
    Fitted,
    Kind,
    check_order,
    check_same_kind,
    check_text,
    check_whole,
    fit,
    fold_case,
    kind_of_value,
)
from regulars.conditions.patterns import translate_pattern
from regulars.conditions.reading import Leaf, Names, Phrase, join_phrases, read_fact
from regulars.conditions.tree import (
    All,
    Any,
    Between,
    Bound,
    Compare,
    Condition,
    In,
    IsMissing,
    Not,
    TextMatch,
    refuse_leaf,
)
from regulars.conditions.words import read_value
from regulars.errors import UnknownColumnError
from regulars.schema.wording import Language

__all__ = ["Explanation", "explain_condition"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a condition holds for one row, and why.

    Attributes
    ----------
    holds
        The same truth as the compiled condition has for this row.
    sentence
        What is true of the row and decides it: "age is over 120 (131)".
    value
        What the row has in the column; None for `all`, `any` and `not`.
    parts
        The same for each part of `all`, `any` and `not`; empty for the rest.
    """

    holds: bool
    sentence: str
    value: object = None
    parts: tuple["Explanation", ...] = ()


def explain_condition(
    condition: Condition,
    row: Mapping[str, object],
    *,
    language: Language = "en",
    as_of: datetime | None = None,
    names: Names | None = None,
) -> Explanation:
    """Why `condition` holds for `row`, or does not.

    Parameters
    ----------
    condition
        What is asked.
    row
        Values by column, as Arrow gives them (None and NaN are missing).
    language
        Of the sentences.
    as_of
        As in `compile_condition`.
    names
        What the columns are called in words.

    Raises
    ------
    UnknownColumnError
        The row has no such column.
    InvalidParameterError
        A value of the condition does not fit the value of the row.

    Examples
    --------
    >>> from regulars.conditions import load_condition
    >>> aged = load_condition({"column": "age", "op": ">", "value": 120}, where="example")
    >>> explain_condition(aged, {"age": 35})
    Explanation(holds=False, sentence='age is at most 120 (35)', value=35, parts=())
    """
    explained, _ = _Explainer(row, language, as_of, names or {}).explain(condition)
    return explained


_Comparison = Compare | Between | In | TextMatch


class _Explainer:
    """Explains every node for one row."""

    def __init__(
        self,
        row: Mapping[str, object],
        language: Language,
        as_of: datetime | None,
        names: Names,
    ) -> None:
        self._row = row
        self._language = language
        self._as_of = as_of
        self._names = names

    def explain(self, condition: Condition) -> tuple[Explanation, Phrase]:
        if isinstance(condition, RuleLeaf):
            raise refuse_leaf(condition)
        if isinstance(condition, Not):
            part, phrase = self.explain(condition.condition)
            return Explanation(not part.holds, part.sentence, parts=(part,)), phrase
        if isinstance(condition, All | Any):
            return self._explain_parts(condition)
        return self._explain_leaf(condition)

    def _explain_parts(self, condition: All | Any) -> tuple[Explanation, Phrase]:
        explained = [self.explain(part) for part in condition.conditions]
        of_all = isinstance(condition, All)
        truths = [part.holds for part, _ in explained]
        holds = all(truths) if of_all else any(truths)
        # One failure decides "all", one success decides "any"; else every part had to agree.
        deciding = [phrase for part, phrase in explained if part.holds == holds]
        phrase = join_phrases(deciding, "and", self._language)
        parts = tuple(part for part, _ in explained)
        return Explanation(holds, phrase.text, parts=parts), phrase

    def _explain_leaf(self, condition: Leaf) -> tuple[Explanation, Phrase]:
        value = self._get(condition.column)
        if isinstance(condition, IsMissing):
            holds = (kind_of_value(value) == "missing") == condition.is_missing
            phrase = read_fact(condition, self._language, self._names, holds=holds)
            return Explanation(holds, phrase.text, value), phrase
        gap = self._find_gap(condition)
        if gap is not None:
            missing = IsMissing(column=gap, is_missing=True)
            phrase = read_fact(missing, self._language, self._names, holds=True)
            return Explanation(holds=False, sentence=phrase.text, value=value), phrase
        holds = self._test(condition, value)
        phrase = self._read(condition, value, holds=holds)
        return Explanation(holds, phrase.text, value), phrase

    def _find_gap(self, condition: Leaf) -> str | None:
        columns = [condition.column]
        if isinstance(condition, Compare) and condition.other is not None:
            columns.append(condition.other)
        gaps = [name for name in columns if kind_of_value(self._get(name)) == "missing"]
        return gaps[0] if gaps else None

    def _read(self, condition: Leaf, value: object, *, holds: bool) -> Phrase:
        phrase = read_fact(condition, self._language, self._names, holds=holds)
        is_said = isinstance(condition, Compare) and holds and condition.op == "="
        if is_said or isinstance(value, bool):
            return phrase
        return Phrase(f"{phrase.text} ({read_value(value, self._language)})", phrase.joint)

    def _test(self, condition: _Comparison, value: object) -> bool:
        kind = kind_of_value(value)
        if isinstance(condition, TextMatch):
            check_text(kind, condition.column, condition.text)
            return _match(condition, str(value))
        if isinstance(condition, In):
            fitted = [self._fit(one, kind, condition.column) for one in condition.values]
            check_whole(fitted, kind, condition.column)
            return any(_compare("=", value, one) for one in fitted)
        if isinstance(condition, Between):
            low, high = condition.between
            return self._test_side(condition.column, ">=", value, low) and self._test_side(
                condition.column, "<=", value, high
            )
        return self._test_comparison(condition, value, kind)

    def _test_comparison(self, condition: Compare, value: object, kind: Kind) -> bool:
        if condition.other is None:
            assert condition.value is not None  # noqa: S101 - the model demands one of the two
            return self._test_side(condition.column, condition.op, value, condition.value)
        other = self._get(condition.other)
        check_same_kind((condition.column, kind), (condition.other, kind_of_value(other)))
        check_order(condition.op, condition.column, kind)
        return _compare(condition.op, value, other)

    def _test_side(self, column: str, op: str, value: object, literal: Bound) -> bool:
        kind = kind_of_value(value)
        check_order(op, column, kind)
        return _compare(op, value, self._fit(literal, kind, column))

    def _fit(self, value: Bound, kind: Kind, column: str) -> Fitted:
        return fit(value, kind, column=column, as_of=self._as_of)

    def _get(self, column: str) -> object:
        if column not in self._row:
            raise UnknownColumnError(column, self._row, where="The row", ru="В строке")
        return self._row[column]


def _compare(op: str, left: object, right: object) -> bool:
    sides = [_as_compared(left), _as_compared(right)]
    if any(isinstance(side, float) for side in sides):
        # As the engines do: beside a float every number is one.
        sides = [float(side) if isinstance(side, int | Decimal) else side for side in sides]
    return bool(OPERATORS[op](*sides))


def _as_compared(value: object) -> object:
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


def _match(condition: TextMatch, text: str) -> bool:
    wanted = condition.value
    if condition.text == "matches":
        return _search(text, translate_pattern(wanted), ignore_case=condition.ignore_case)
    if condition.ignore_case:
        text, wanted = fold_case(text), fold_case(wanted)
    if condition.text == "contains":
        return wanted in text
    return text.startswith(wanted) if condition.text == "starts_with" else text.endswith(wanted)


def _search(text: str, pattern: str, *, ignore_case: bool) -> bool:
    import pyarrow as pa
    import pyarrow.compute as pc

    # Arrow's RE2 and not Python's `re`: linear time whatever the pattern, and DuckDB's own reading.
    found = pc.match_substring_regex(pa.array([text]), pattern, ignore_case=ignore_case)
    return bool(found[0].as_py())
