"""Conditions from JSON, TOML or tables, and errors that name the place."""

import json
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any as AnyType
from typing import TypeAlias

from pydantic import BaseModel, TypeAdapter, ValidationError

from regulars.conditions.tree import (
    KEYS,
    LARGEST_DEPTH,
    TAG_OF_KEY,
    All,
    Any,
    AsOfPlusDays,
    Between,
    Compare,
    Condition,
    In,
    IsMissing,
    Not,
    TextMatch,
)
from regulars.errors import DefinitionError, RegularsError, find_nearest, suggest

__all__ = ["condition_to_dict", "explain_definition_error", "load_condition"]

Both: TypeAlias = tuple[str, str]
"""The same words in English and in Russian."""
_ADAPTER: TypeAdapter[Condition] = TypeAdapter(Condition)
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


def condition_to_dict(condition: Condition) -> dict[str, AnyType]:
    """The table form of `condition`, ready for JSON and for TOML.

    Examples
    --------
    >>> condition_to_dict(Compare(column="age", op=">", value=120))
    {'column': 'age', 'op': '>', 'value': 120}
    """
    return condition.model_dump(mode="json", by_alias=True, exclude_defaults=True)


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


def explain_definition_error(error: ValidationError, *, where: str) -> DefinitionError:
    """What a validation found, as sentences: place, what was found, what is allowed.

    Works for any pydantic model; knows more about conditions.
    """
    entries = [dict(entry) for entry in error.errors() if not _is_consequence(dict(entry))]
    # The members of a union each complain; in our words they say the same.
    sentences = list(dict.fromkeys(_describe_one(entry, where) for entry in entries))
    shown = sentences[:_MOST_SENTENCES]
    return DefinitionError(en=" ".join(en for en, _ in shown), ru=" ".join(ru for _, ru in shown))


def _is_consequence(entry: Mapping[str, AnyType]) -> bool:
    # A list whose parts were refused counts as short, though it was not.
    return entry["type"] == "too_short" and bool(entry["input"])


def _describe_one(entry: Mapping[str, AnyType], where: str) -> Both:
    place = _place(entry["loc"])
    subject = f"{where}: {place}" if place else where
    describe = _DESCRIPTIONS.get(entry["type"], _describe_other)
    en, ru = describe(entry)
    return f"{subject}: {en}", f"{subject}: {ru}"


def _place(loc: Iterable[str | int]) -> str:
    text = ""
    for step in loc:
        if isinstance(step, int):
            text += f"[{step + 1}]"
        elif not step.startswith("<") and step not in _SCALARS:
            text += f".{step}" if text else step
    return text


def _describe_unknown_condition(entry: Mapping[str, AnyType]) -> Both:
    found = entry["input"]
    keys = ", ".join(f"'{key}'" for key in KEYS)
    if not isinstance(found, Mapping):
        return (
            f"a condition is a table, found {_show(found)}. Give a table with one of: {keys}.",
            f"условие — это таблица, а здесь {_show(found)}. Дайте таблицу с одним из: {keys}.",
        )
    hints = [suggest(str(key), KEYS) for key in found if find_nearest(str(key), KEYS)]
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
    model = _MODEL_OF_TAG.get(tags[-1])
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
    least = entry["ctx"]["min_length"]
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


_MODEL_OF_TAG: dict[str, type[BaseModel]] = {
    **dict(
        zip(
            TAG_OF_KEY.values(),
            (All, Any, Not, Between, In, IsMissing, TextMatch, Compare),
            strict=True,
        )
    ),
    "<days>": AsOfPlusDays,
}
_DESCRIPTIONS = {
    "union_tag_not_found": _describe_unknown_condition,
    "extra_forbidden": _describe_extra,
    "missing": _describe_missing,
    "literal_error": _describe_literal,
    "value_error": _describe_value,
    "too_short": _describe_short,
}
