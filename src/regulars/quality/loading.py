"""Reading checks: those that come with Regulars, and the user's own TOML."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from regulars.conditions import load_condition
from regulars.errors import DefinitionError, suggest
from regulars.quality.check import AnyCheck, Check
from regulars.schema.definition_files import list_packaged, read_entries
from regulars.schema.foreign_words import say_value_error

__all__ = ["load_checks", "read_checks"]

_ADAPTER: TypeAdapter[Check] = TypeAdapter(AnyCheck)
_MODELS: dict[str, type[Check]] = {
    model.model_fields["kind"].default: model for model in get_args(get_args(AnyCheck)[0])
}


def load_checks(
    definitions: Mapping[str, str] | None = None, *, tables: Iterable[str] | None = None
) -> tuple[Check, ...]:
    """The built-in checks, with the user's added, replaced or switched off by name.

    Parameters
    ----------
    definitions
        Name of the file → its TOML text: `definitions/check/*.toml` of a workspace.
    tables
        Only the checks of these tables; None for all.

    Returns
    -------
    tuple of Check
        Those that are enabled, by table and name.

    Raises
    ------
    DefinitionError
        Naming the file, the check, what was found, what is allowed and the nearest name.

    Examples
    --------
    >>> own = '''
    ... name = "age_is_impossible"
    ... table = "customers"
    ... severity = "error"
    ... kind = "range"
    ... columns = ["age"]
    ... minimum = 0
    ... maximum = 120
    ... meaning = { en = "Nobody has this age", ru = "Такого возраста не бывает" }
    ... '''
    >>> [check.name for check in load_checks({"age.toml": own}) if check.table == "customers"][0]
    'age_is_impossible'
    """
    by_name = {check.name: check for check in _builtin_checks()}
    read_from: dict[str, str] = {}
    for file, text in (definitions or {}).items():
        for check in read_checks(text, file=file):
            if check.name in read_from:
                raise DefinitionError(
                    en=f"{file}: check '{check.name}' is already defined in {read_from[check.name]}. "
                    "Give one of the two another name.",
                    ru=f"{file}: проверка «{check.name}» уже определена в {read_from[check.name]}. Дайте "
                    "одной из двух другое имя.",
                )
            read_from[check.name] = file
            by_name[check.name] = check
    wanted = None if tables is None else set(tables)
    chosen = [
        check
        for check in by_name.values()
        if check.is_enabled and (wanted is None or check.table in wanted)
    ]
    return tuple(sorted(chosen, key=lambda check: (check.table, check.name)))


def read_checks(text: str, *, file: str) -> tuple[Check, ...]:
    """The checks of one TOML text: one at its top, or several as `[[checks]]`."""
    entries = read_entries(text, file=file, plural="checks")
    return tuple(_read_check(entry, file=file) for entry in entries)


@cache
def _builtin_checks() -> tuple[Check, ...]:
    found = [
        check
        for name, text in list_packaged("regulars.quality", "checks")
        for check in read_checks(text, file=name)
    ]
    # A company's tables need not have every column that a built-in check knows.
    return tuple(check.model_copy(update={"if_missing": "skip"}) for check in found)


def _read_check(entry: dict[str, Any], *, file: str) -> Check:
    # One text for both languages: the place in the file, as TOML has it.
    where = f"{file}, {entry.get('name', '[check]')}"
    _check_kind(entry, where=where)
    values = dict(entry)
    if entry["kind"] == "rows" and "condition" in entry:
        values["condition"] = load_condition(entry["condition"], where=f"{where}.condition")
    try:
        return _ADAPTER.validate_python(values)
    except ValidationError as error:
        model = _MODELS[entry["kind"]]
        en, ru = _word(error.errors()[0], model)
        raise DefinitionError(en=f"{where}: {en}", ru=f"{where}: {ru}") from error


def _check_kind(entry: dict[str, Any], *, where: str) -> None:
    kind = entry.get("kind")
    if kind in _MODELS:
        return
    hint, hint_ru = suggest(str(kind), _MODELS)
    found, found_ru = (
        ("'kind' is missing", "не указан kind")
        if kind is None
        else (f"there is no kind '{kind}'", f"вида «{kind}» нет")
    )
    names = ", ".join(_MODELS)
    raise DefinitionError(
        en=f"{where}: {found}.{hint} Choose from: {names}.",
        ru=f"{where}: {found_ru}.{hint_ru} Выберите из: {names}.",
    )


def _word(problem: ErrorDetails, model: type[Check]) -> tuple[str, str]:
    """One problem of validation as a sentence: what was found, what is allowed."""
    # The first part of the place is the tag of the union: the kind.
    place = ".".join(str(part) for part in problem["loc"][1:])
    leaf = str(problem["loc"][-1])
    allowed = tuple(name for name in model.model_fields)
    if problem["type"] == "extra_forbidden":
        kind, hints = model.model_fields["kind"].default, suggest(leaf, allowed)
        return (
            f"'{place}' is not a field of kind '{kind}'.{hints[0]} It has: {', '.join(allowed)}.",
            f"поля «{place}» у вида «{kind}» нет.{hints[1]} Есть: {', '.join(allowed)}.",
        )
    if problem["type"] == "missing":
        return (
            f"'{place}' is missing. Add a line '{leaf} = …'.",
            f"не хватает «{place}». Добавьте строку {leaf} = …",
        )
    if problem["type"] == "literal_error":
        return _word_choice(place, problem)
    said, found = say_value_error(problem), problem["input"]
    if problem["type"] == "value_error":
        return f"{said.en}.", f"{said.ru}."
    return f"'{place}' is {found!r}: {said.en}.", f"«{place}» = {found!r}: {said.ru}."


def _word_choice(place: str, problem: ErrorDetails) -> tuple[str, str]:
    choices = str(problem.get("ctx", {}).get("expected", ""))
    names = [name.strip(" '") for name in choices.replace(" or ", ",").split(",")]
    found, hints = problem["input"], suggest(str(problem["input"]), names)
    return (
        f"'{place}' is {found!r}.{hints[0]} Choose from: {', '.join(names)}.",
        f"«{place}» = {found!r}.{hints[1]} Выберите из: {', '.join(names)}.",
    )
