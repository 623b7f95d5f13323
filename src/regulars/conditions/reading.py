"""Conditions as sentences a person reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from regulars.conditions.behavior import Occasion, Rows, RuleLeaf, table_of
from regulars.conditions.behavior_words import read_behavior
from regulars.conditions.tree import (
    All,
    Any,
    AsOfPlusDays,
    Between,
    Compare,
    In,
    IsMissing,
    Not,
    Rule,
    TextMatch,
)
from regulars.conditions.words import (
    INVERSE,
    TEXT_PHRASES,
    compare_with_column,
    compare_with_value,
    is_time,
    quote_text,
    read_value,
)
from regulars.schema.contract import list_contracts
from regulars.schema.wording import Language, Wording, pluralize

__all__ = ["Phrase", "join_phrases", "read_condition", "read_fact"]

Leaf = Compare | Between | In | IsMissing | TextMatch
Names = Mapping[str, Wording]

_AND = Wording(en="and", ru="и")
_OR = Wording(en="or", ru="или")
_IS_MISSING = Wording(en="is missing", ru="отсутствует")
_IS_PRESENT = Wording(en="is known", ru="имеется")
_ANY_CASE = Wording(en=" (in upper or lower case)", ru=" (без учёта регистра)")
_PARTS = {
    "on": Wording(en="the day", ru="день"),
    "hour": Wording(en="the hour of the day", ru="час суток"),
    "weekday": Wording(en="the day of the week (Monday is 1)", ru="день недели (понедельник — 1)"),
}
_MOST_LISTED = 6
_LISTED_OF_MANY = 3


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words, and the conjunction at their top level: brackets go where two of them meet."""

    text: str
    joint: Literal["and", "or"] | None = None


def read_condition(condition: Rule, language: Language, *, names: Names | None = None) -> str:
    """`condition` as a sentence, without a capital and a full stop.

    It says exactly what is computed: an opposite is read as the opposite of its parts, and says
    so where a missing value counts as well.

    Parameters
    ----------
    condition
        What to read: a condition about a row, or the rule of a segment.
    language
        "en" or "ru".
    names
        What the columns are called in words; the others keep their own names.

    Examples
    --------
    >>> from regulars.conditions import load_condition
    >>> aged = load_condition({"column": "age", "op": ">", "value": 120}, where="example")
    >>> read_condition(aged, "en")
    'age is over 120'
    >>> read_condition(aged, "ru", names={"age": Wording(en="Age", ru="Возраст")})
    'возраст больше 120'
    >>> read_condition(Not(condition=aged), "en")
    'age is missing or is at most 120'

    >>> from regulars.conditions import load_rule
    >>> often = load_rule({"did": "call", "at_least": 3, "within_days": 30}, where="example")
    >>> read_condition(often, "en")
    'had at least 3 "call" events in the last 30 days'
    >>> read_condition(often, "ru")
    'за последние 30 дней было не менее 3 событий «call»'
    """
    return _read(condition, language, names or {}, positive=True).text


def _read(condition: Rule, language: Language, names: Names, *, positive: bool) -> Phrase:
    if isinstance(condition, RuleLeaf):
        return _read_behavior(condition, language, holds=positive)
    if isinstance(condition, Not):
        return _read(condition.condition, language, names, positive=not positive)
    if isinstance(condition, All | Any):
        parts = [_read(part, language, names, positive=positive) for part in condition.conditions]
        # The opposite of "all" is "any of the opposites".
        joint: Literal["and", "or"] = "and" if isinstance(condition, All) == positive else "or"
        return join_phrases(parts, joint, language)
    if positive or isinstance(condition, IsMissing):
        return read_fact(condition, language, names, holds=positive)
    fact = read_fact(condition, language, names, holds=False)
    gaps = [
        f"{name} {_IS_MISSING.to(language)}" for name in _call_columns(condition, names, language)
    ]
    return _or_missing(condition, fact, gaps, language)


def _read_behavior(leaf: RuleLeaf, language: Language, *, holds: bool) -> Phrase:
    rows = leaf.behavior if isinstance(leaf, Occasion) else leaf
    where = ""
    if isinstance(rows, Rows) and rows.where is not None:
        where = read_condition(rows.where, language, names=_name_columns(rows))
    text, joint = read_behavior(leaf, language, where=where, holds=holds)
    return Phrase(text, joint)


def _name_columns(rows: Rows) -> Names:
    """What the columns of the rows are called, by the contract of their table."""
    tables = {contract.name: contract for contract in list_contracts()}
    contract = tables.get(table_of(rows))
    if contract is None:
        return {}
    stems = [c.name.removesuffix("_at") for c in contract.columns if c.type == "instant"]
    parts = {f"{stem}_{part}": words for stem in stems for part, words in _PARTS.items()}
    return parts | {column.name: column.meaning for column in contract.columns}


def _or_missing(condition: Leaf, fact: Phrase, gaps: list[str], language: Language) -> Phrase:
    parts = [Phrase(gap) for gap in gaps]
    if len(gaps) == 1 and fact.joint is None:
        # One subject is enough: "age is missing or is at most 120".
        subject = gaps[0].removesuffix(_IS_MISSING.to(language))
        parts.append(Phrase(fact.text.removeprefix(subject).removeprefix("— ")))
    else:
        parts.append(fact)
    return join_phrases(parts, "or", language)


def join_phrases(
    parts: Sequence[Phrase], joint: Literal["and", "or"], language: Language
) -> Phrase:
    """Parts joined by "and" or "or", with brackets around what the other one joins."""
    if len(parts) == 1:
        return parts[0]
    texts = [f"({part.text})" if part.joint not in (None, joint) else part.text for part in parts]
    word = (_AND if joint == "and" else _OR).to(language)
    # Commas shorten a plain list; a part that has its own would blur where the next begins.
    plain = len(parts) > 2 and not any("," in text or "(" in text for text in texts)
    if plain and all(part.joint is None for part in parts):
        return Phrase(f"{', '.join(texts[:-1])} {word} {texts[-1]}", joint)
    return Phrase(f" {word} ".join(texts), joint)


def read_fact(condition: Leaf, language: Language, names: Names, *, holds: bool) -> Phrase:
    """What is true of a present value when `condition` holds, or does not."""
    subject = _call_column(condition.column, names, language)
    predicate = _predicate(condition, language, names, holds=holds)
    return Phrase(f"{subject} {predicate.text}", predicate.joint)


def _call_columns(condition: Leaf, names: Names, language: Language) -> list[str]:
    columns = [condition.column]
    if isinstance(condition, Compare) and condition.other is not None:
        columns.append(condition.other)
    return [_call_column(column, names, language) for column in columns]


def _call_column(column: str, names: Names, language: Language) -> str:
    if column not in names:
        return column
    words = names[column].to(language)
    is_acronym = words[1:2].isupper()
    return words if is_acronym else words[:1].lower() + words[1:]


def _predicate(condition: Leaf, language: Language, names: Names, *, holds: bool) -> Phrase:
    if isinstance(condition, IsMissing):
        is_missing = condition.is_missing == holds
        return Phrase((_IS_MISSING if is_missing else _IS_PRESENT).to(language))
    if isinstance(condition, TextMatch):
        words = TEXT_PHRASES[language][condition.text][0 if holds else 1]
        suffix = _ANY_CASE.to(language) if condition.ignore_case else ""
        return Phrase(words.format(quote_text(condition.value, language)) + suffix)
    if isinstance(condition, In):
        return _predicate_of_list(condition, language, holds=holds)
    if isinstance(condition, Between):
        return _predicate_of_bounds(condition, language, holds=holds)
    return _predicate_of_comparison(condition, language, names, holds=holds)


def _predicate_of_comparison(
    condition: Compare, language: Language, names: Names, *, holds: bool
) -> Phrase:
    op = condition.op if holds else INVERSE[condition.op]
    if condition.other is not None:
        of_times = condition.column.endswith(("_at", "_on")) or condition.other.endswith(
            ("_at", "_on")
        )
        other = _call_column(condition.other, names, language)
        return Phrase(compare_with_column(op, other, language, of_times=of_times))
    assert condition.value is not None  # noqa: S101 - the model demands one of the two
    return Phrase(compare_with_value(op, condition.value, language))


def _predicate_of_bounds(condition: Between, language: Language, *, holds: bool) -> Phrase:
    low, high = condition.between
    if any(isinstance(bound, AsOfPlusDays) for bound in condition.between):
        first, second, joint = (">=", "<=", _AND) if holds else ("<", ">", _OR)
        text = (
            f"{compare_with_value(first, low, language)} {joint.to(language)}"
            f" {compare_with_value(second, high, language)}"
        )
        return Phrase(text, "and" if holds else "or")
    of_times = is_time(low) and is_time(high)
    words = _BOUNDS[language][of_times, holds]
    return Phrase(words.format(read_value(low, language), read_value(high, language)))


_BOUNDS: dict[Language, dict[tuple[bool, bool], str]] = {
    "en": {
        (False, True): "is from {} to {}",
        (False, False): "is outside {} to {}",
        (True, True): "is from {} to {}",
        (True, False): "is not from {} to {}",
    },
    "ru": {
        (False, True): "от {} до {}",
        (False, False): "вне пределов от {} до {}",
        (True, True): "с {} по {}",
        (True, False): "не с {} по {}",
    },
}


def _predicate_of_list(condition: In, language: Language, *, holds: bool) -> Phrase:
    values = condition.values
    if len(values) == 1:
        return Phrase(compare_with_value("=" if holds else "!=", values[0], language))
    if len(values) > _MOST_LISTED:
        return _predicate_of_long_list(values, language, holds=holds)
    shown = [read_value(value, language) for value in values]
    if holds:
        listing = f"{', '.join(shown[:-1])} {_OR.to(language)} {shown[-1]}"
        return Phrase(("— " if language == "ru" else "is ") + listing, "or")
    if language == "ru":
        return Phrase("— " + ", ".join(f"ни {text}" for text in shown))
    if len(shown) == 2:
        return Phrase(f"is neither {shown[0]} nor {shown[1]}")
    return Phrase(f"is none of {', '.join(shown)}")


def _predicate_of_long_list(
    values: Sequence[bool | float | str], language: Language, *, holds: bool
) -> Phrase:
    shown = ", ".join(read_value(value, language) for value in values[:_LISTED_OF_MANY])
    if language == "ru":
        count = pluralize(len(values), "ru", "значения", "значений", "значений")
        return Phrase(f"— {'одно' if holds else 'ни одно'} из {count} ({shown}…)")
    return Phrase(f"is {'one' if holds else 'none'} of {len(values)} values ({shown}…)")
