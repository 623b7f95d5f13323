"""Conditions from JSON, TOML or tables, and errors that name the place."""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any as AnyType
from typing import TypeAlias

from pydantic import BaseModel, TypeAdapter, ValidationError

from regulars.conditions.behavior import Goods
from regulars.conditions.tree import (
    CLASS_OF_TAG,
    KEYS,
    LARGEST_DEPTH,
    RULE_KEYS,
    AsOfPlusDays,
    Condition,
    Rule,
)
from regulars.errors import DefinitionError, RegularsError, find_nearest, suggest

__all__ = [
    "condition_to_dict",
    "explain_definition_error",
    "load_condition",
    "load_rule",
    "version_of",
]

Both: TypeAlias = tuple[str, str]
"""The same words in English and in Russian."""
_ADAPTER: TypeAdapter[Condition] = TypeAdapter(Condition)
_RULE_ADAPTER: TypeAdapter[Rule] = TypeAdapter(Rule)
_VERSION_LENGTH = 12
_MOST_SHOWN = 60
_MOST_SENTENCES = 5
_SCALARS = ("bool", "int", "float", "str")


def load_condition(definition: str | Mapping[str, object], *, where: str) -> Condition:
    """The condition that a text (JSON or TOML) or a table says.

    Parameters
    ----------
    definition
        JSON text (begins with a brace), TOML text, or the table as Python reads it.
    where
        The place, for the start of a message: "checks/age.toml, check 'age'".

    Raises
    ------
    DefinitionError
        It says something that is not allowed; the message names the place in the tree, what was
        found, what is allowed, and the nearest of it.

    Examples
    --------
    >>> load_condition('{"column": "age", "op": ">", "value": 120}', where="example")
    Compare(column='age', op='>', value=120, other=None)
    """
    table = _read_text(definition, where=where) if isinstance(definition, str) else definition
    _check_depth(table, where=where)
    try:
        return _ADAPTER.validate_python(table)
    except ValidationError as error:
        raise explain_definition_error(error, where=where) from error


def load_rule(definition: str | Mapping[str, object], *, where: str) -> Rule:
    """The rule about customers that a text (JSON or TOML) or a table says.

    Parameters
    ----------
    definition, where
        As in `load_condition`.

    Raises
    ------
    DefinitionError
        As in `load_condition`.

    Examples
    --------
    >>> rule = load_rule('{"did": "call", "at_least": 3, "within_days": 30}', where="example")
    >>> rule.did, rule.least, rule.within_days
    ('call', 3, 30)
    """
    table = _read_text(definition, where=where) if isinstance(definition, str) else definition
    _check_depth(table, where=where)
    try:
        return _RULE_ADAPTER.validate_python(table)
    except ValidationError as error:
        raise explain_definition_error(error, where=where, keys=RULE_KEYS) from error


def version_of(rule: Rule) -> str:
    """Twelve hexadecimal digits that follow from what the rule says, and not from how it is written.

    Examples
    --------
    >>> once = load_rule('{"did": "call", "at_least": 1}', where="example")
    >>> version_of(once) == version_of(load_rule('did = "call"', where="example"))
    True
    """
    text = json.dumps(condition_to_dict(rule), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_VERSION_LENGTH]


def condition_to_dict(condition: Rule) -> dict[str, AnyType]:
    """The table form of `condition`, ready for JSON and for TOML.

    Examples
    --------
    >>> from regulars.conditions import Compare
    >>> condition_to_dict(Compare(column="age", op=">", value=120))
    {'column': 'age', 'op': '>', 'value': 120}
    """
    plain = condition.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return _order(plain)


def _order(table: dict[str, AnyType]) -> dict[str, AnyType]:
    """With what a condition is about before how much of it, as a person would write it."""
    return {key: _order_value(table[key]) for key in sorted(table, key=_LATER.index)}


def _order_value(value: object) -> object:
    if isinstance(value, list):
        return [_order_value(part) for part in value]
    return _order(value) if isinstance(value, dict) else value


def _read_text(text: str, *, where: str) -> Mapping[str, object]:
    try:
        table = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise DefinitionError(
            en=f"{where}: the text is neither JSON nor TOML: {error}.",
            ru=f"{where}: текст — ни JSON, ни TOML: {error}.",
        ) from error
    except RecursionError as error:
        raise _explain_depth(where) from error
    return table


def _explain_depth(where: str) -> DefinitionError:
    return DefinitionError(
        en=f"{where}: conditions are nested deeper than {LARGEST_DEPTH} levels. Flatten them: parts"
        " of 'all' and 'any' may stand side by side.",
        ru=f"{where}: условия вложены глубже {LARGEST_DEPTH} уровней. Упростите их: части all и any"
        " могут стоять рядом.",
    )


def _check_depth(table: object, *, where: str) -> None:
    # Looked at before pydantic does, so that a hostile text cannot exhaust the stack. A level of
    # conditions is a table and, for most, a list; one more each for the bounds of the last.
    deepest = 2 * LARGEST_DEPTH + 2
    waiting = [(1, table)]
    while waiting:
        depth, value = waiting.pop()
        if depth > deepest:
            raise _explain_depth(where)
        waiting.extend((depth + 1, child) for child in _children(value))


def _children(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list | tuple) else ()


def explain_definition_error(
    error: ValidationError, *, where: str, keys: Sequence[str] = KEYS
) -> DefinitionError:
    """What a validation found, as sentences: place, what was found, what is allowed.

    Works for any pydantic model; knows more about conditions.

    Parameters
    ----------
    error
        What pydantic refused.
    where
        The place, for the start of each sentence.
    keys
        By which the kinds of conditions that are allowed there are told apart.
    """
    listed = [dict(entry) for entry in error.errors()]
    entries = [entry for entry in listed if not _is_consequence(entry)] or listed
    # The members of a union each complain; in our words they say the same.
    sentences = list(dict.fromkeys(_describe_one(entry, where, keys) for entry in entries))
    shown = sentences[:_MOST_SENTENCES]
    return DefinitionError(en=" ".join(en for en, _ in shown), ru=" ".join(ru for _, ru in shown))


def _is_consequence(entry: Mapping[str, AnyType]) -> bool:
    # A list whose parts were refused counts as short, though it was not.
    return entry["type"] == "too_short" and bool(entry["input"])


def _describe_one(entry: Mapping[str, AnyType], where: str, keys: Sequence[str]) -> Both:
    place = _place(entry["loc"])
    subject = f"{where}: {place}" if place else where
    if entry["type"] == "union_tag_not_found":
        # Of rows only those of one table are asked, whatever the rule around them.
        en, ru = _describe_unknown_condition(entry, KEYS if "where" in entry["loc"] else keys)
    else:
        en, ru = _DESCRIPTIONS.get(entry["type"], _describe_other)(entry)
    return f"{subject}: {en}", f"{subject}: {ru}"


def _place(loc: Iterable[str | int]) -> str:
    text = ""
    for step in loc:
        if isinstance(step, int):
            text += f"[{step + 1}]"
        elif not step.startswith("<") and step not in _SCALARS:
            text += f".{step}" if text else step
    return text


def _describe_unknown_condition(entry: Mapping[str, AnyType], allowed: Sequence[str]) -> Both:
    found = entry["input"]
    keys = ", ".join(f"'{key}'" for key in allowed)
    if not isinstance(found, Mapping):
        return (
            f"a condition is a table, found {_show(found)}. Give a table with one of: {keys}.",
            f"условие — это таблица, а здесь {_show(found)}. Дайте таблицу с одним из: {keys}.",
        )
    hints = [suggest(str(key), allowed) for key in found if find_nearest(str(key), allowed)]
    hint, hint_ru = hints[0] if hints else ("", "")
    names = ", ".join(f"'{key}'" for key in found)
    return (
        f"no kind of condition has these keys: {names or 'nothing'}.{hint} Say one of: {keys}.",
        f"условий с такими ключами нет: {names or 'пусто'}.{hint_ru} Укажите один из: {keys}.",
    )


def _describe_extra(entry: Mapping[str, AnyType]) -> Both:
    key = str(entry["loc"][-1])
    allowed = _allowed_keys(entry["loc"])
    hint, hint_ru = suggest(key, allowed)
    listing = f" Allowed here: {', '.join(allowed)}." if allowed else ""
    listing_ru = f" Здесь можно: {', '.join(allowed)}." if allowed else ""
    return (
        f"the key '{key}' is not allowed.{hint}{listing}",
        f"ключ «{key}» здесь не допускается.{hint_ru}{listing_ru}",
    )


def _allowed_keys(loc: Iterable[str | int]) -> tuple[str, ...]:
    tags = [step for step in loc if isinstance(step, str) and step.startswith("<")]
    if not tags:
        return ()
    model = Goods if tuple(loc)[-2] == "bought" else _MODEL_OF_TAG.get(tags[-1])
    if model is None:
        return ()
    fields = model.model_fields.items()
    return tuple(field.serialization_alias or name for name, field in fields)


def _describe_missing(entry: Mapping[str, AnyType]) -> Both:
    found = _show(entry["input"])
    return f"the key is missing. Found: {found}.", f"ключа нет. Есть: {found}."


def _describe_literal(entry: Mapping[str, AnyType]) -> Both:
    expected = entry["ctx"]["expected"]
    found = entry["input"]
    names = [name.strip("' ") for name in expected.replace(" or ", ", ").split(", ")]
    hint, hint_ru = suggest(str(found), names)
    return (
        f"{_show(found)} is not allowed.{hint} Choose from: {', '.join(names)}.",
        f"{_show(found)} не допускается.{hint_ru} Выберите из: {', '.join(names)}.",
    )


def _describe_value(entry: Mapping[str, AnyType]) -> Both:
    refused = entry["ctx"]["error"]
    return f"{refused}.", f"{refused.ru if isinstance(refused, RegularsError) else refused}."


def _describe_short(entry: Mapping[str, AnyType]) -> Both:
    least, found = entry["ctx"]["min_length"], len(entry["input"])
    if found:
        return (
            f"the list has {found}. Give {least} or more.",
            f"в списке только {found}. Нужно не меньше {least}.",
        )
    return f"the list is empty. Give {least} or more.", f"список пуст. Нужно не меньше {least}."


def _describe_other(entry: Mapping[str, AnyType]) -> Both:
    found = _show(entry["input"])
    if entry["loc"] and entry["loc"][-1] in _SCALARS:
        return (
            f"a value is a number, a text, true or false, found {found}.",
            f"значение — это число, текст, true или false, а здесь {found}.",
        )
    message = entry["msg"]
    return (
        f"{message[0].lower()}{message[1:]}, found {found}.",
        f"значение не подходит: {found} ({message}).",
    )


def _show(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


_MODEL_OF_TAG: dict[str, type[BaseModel]] = {**CLASS_OF_TAG, "<days>": AsOfPlusDays}
_LATER = (
    "all", "any", "not", "did", "did_not", "had", "bought", "spent", "first", "last", "sequence",
    "segment", "score", "category", "product", "column", "text", "op", "value", "other", "in",
    "is_missing", "ignore_case", "as_of_plus_days", "days_ago", "on", "where", "at_least",
    "at_most", "between", "within_days",
)  # fmt: skip
_DESCRIPTIONS = {
    "extra_forbidden": _describe_extra,
    "missing": _describe_missing,
    "literal_error": _describe_literal,
    "value_error": _describe_value,
    "too_short": _describe_short,
}
