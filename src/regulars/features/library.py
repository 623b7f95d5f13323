"""Reading features: those that come with Regulars, and the user's own TOML."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from regulars.conditions import load_condition
from regulars.errors import DefinitionError, suggest
from regulars.features.definition import AGGREGATES, FeatureDefinition, list_known_columns
from regulars.schema.contract import get_contract, list_contracts
from regulars.schema.definition_files import list_packaged, read_entries
from regulars.schema.foreign_words import say_value_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic_core import ErrorDetails

__all__ = ["load_features", "read_features"]

_HEADER = re.compile(r"^\s*\[\[\s*features\s*\]\]")
_CONDITIONS = ("where", "among")
_SINGLE = ("column", "times", "customer")
_FIELDS = tuple(FeatureDefinition.model_fields)
_MOST_LISTED = 40


def load_features(
    definitions: Mapping[str, str] | None = None, *, tables: Iterable[str] | None = None
) -> tuple[FeatureDefinition, ...]:
    """The built-in library, with the user's features added, replaced or switched off by name.

    Parameters
    ----------
    definitions
        Name of the file → its TOML text: `definitions/feature/*.toml` of a workspace.
    tables
        Only the features of these tables, and what is made of those; None for all.

    Returns
    -------
    tuple of FeatureDefinition
        Those that are enabled: the library's first, in the order of its files.

    Raises
    ------
    DefinitionError
        Naming the file, the line, what was found, what is allowed and the nearest name.

    Examples
    --------
    >>> own = '''
    ... name = "night_calls"
    ... table = "events"
    ... aggregate = "count"
    ... where = { column = "occurred_hour", op = "<", value = 6 }
    ... windows = [30]
    ... meaning = { en = "calls at night", ru = "ночных звонков" }
    ... '''
    >>> load_features({"night.toml": own}, tables=["events"])[-1].feature_names
    ('night_calls_30d',)
    """
    by_name = {feature.name: feature for feature in _read_library()}
    read_from: dict[str, str] = {}
    for file, text in (definitions or {}).items():
        for feature in read_features(text, file=file):
            if feature.name in read_from:
                other = read_from[feature.name]
                raise DefinitionError(
                    en=f"{file}: feature '{feature.name}' is already defined in {other}."
                    " Give one of the two another name.",
                    ru=f"{file}: признак «{feature.name}» уже определён в {other}."
                    " Дайте одному из двух другое имя.",
                )
            read_from[feature.name] = file
            by_name[feature.name] = feature
    enabled = {name: feature for name, feature in by_name.items() if feature.is_enabled}
    _check_names(enabled.values(), read_from)
    if tables is None:
        return _drop_orphans(enabled.values())
    wanted = set(tables)
    return _drop_orphans(
        feature for feature in enabled.values() if feature.is_derived or feature.table in wanted
    )


def read_features(text: str, *, file: str) -> tuple[FeatureDefinition, ...]:
    """The features of one TOML text: one at its top, or several as `[[features]]`.

    Raises
    ------
    DefinitionError
        Naming the file, the line, what was found, what is allowed and the nearest name.
    """
    entries = read_entries(text, file=file, plural="features")
    starts = _find_starts(text) or [0]
    return tuple(
        _read_one(entry, _Place(file, text.splitlines(), starts, number))
        for number, entry in enumerate(entries)
    )


def list_of(feature: FeatureDefinition, window_days: int | None) -> tuple[str, str]:
    """The full names of the two features that a ratio or a difference over one window is made of.

    Names that no window fits are left as they are: they are meant in full.
    """
    first, second = feature.of or ("", "")
    if window_days is None:
        return first, second
    suffix = f"_{window_days}d"
    ends = re.compile(r"_\d+d$")
    return (
        first if ends.search(first) else first + suffix,
        second if ends.search(second) else second + suffix,
    )


@cache
def _read_library() -> tuple[FeatureDefinition, ...]:
    return tuple(
        feature
        for name, text in list_packaged("regulars.features", "definitions")
        for feature in read_features(text, file=name)
    )


class _Place:
    """Where in a file one feature stands."""

    def __init__(self, file: str, lines: list[str], starts: list[int], number: int) -> None:
        self._file, self._lines = file, lines
        self._start = starts[number] if number < len(starts) else 0
        following = starts[number + 1 : number + 2]
        self._end = following[0] if following else len(lines)

    def at(self, key: str) -> str:
        """File and line of `key`, or of where the feature begins."""
        pattern = re.compile(rf"^\s*(\[+\s*)?[\"']?{re.escape(key)}[\"']?\s*(=|\.|\])")
        for number in range(self._start, self._end):
            if pattern.match(self._lines[number]):
                return f"{self._file}, line {number + 1}"
        return f"{self._file}, line {self._start + 1}"


def _find_starts(text: str) -> list[int]:
    return [number for number, line in enumerate(text.splitlines()) if _HEADER.match(line)]


def _read_one(entry: dict[str, Any], place: _Place) -> FeatureDefinition:
    name = str(entry.get("name", "?"))
    _check_keys(entry, place, name)
    _check_aggregate(entry, place, name)
    values = dict(entry)
    for key in _CONDITIONS:
        if key in entry:
            where = f"{place.at(key)}, feature '{name}', {key}"
            values[key] = load_condition(entry[key], where=where)
    try:
        feature = FeatureDefinition.model_validate(values)
    except ValidationError as error:
        problem = error.errors()[0]
        key = str(problem["loc"][0]) if problem["loc"] else "name"
        raise _refuse(place.at(key), name, _word(problem)) from error
    _check_table(feature, place)
    return feature


def _refuse(where: str, name: str, problem: tuple[str, str]) -> DefinitionError:
    en, ru = problem
    where_ru = where.replace(", line ", ", строка ")
    return DefinitionError(
        en=f"{where}, feature '{name}': {en}", ru=f"{where_ru}, признак «{name}»: {ru}"
    )


def _offer(name: str, allowed: Iterable[str]) -> tuple[str, str]:
    """The nearest name and all that are allowed, as sentences."""
    listed = list(allowed)
    hint, hint_ru = suggest(name, listed)
    shown = ", ".join(listed[:_MOST_LISTED])
    return f"{hint} Choose from: {shown}.", f"{hint_ru} Выберите из: {shown}."


def _check_keys(entry: dict[str, Any], place: _Place, name: str) -> None:
    # Before what is missing is told: a slip in a key leaves the right one missing too.
    for key in entry:
        if key not in _FIELDS:
            raise _refuse(place.at(key), name, _say_unknown(key, key, _FIELDS))


def _say_unknown(shown: str, key: str, allowed: Iterable[str]) -> tuple[str, str]:
    en, ru = _offer(key, allowed)
    return f"'{shown}' is not a key of a feature.{en}", f"ключа «{shown}» у признака нет.{ru}"


def _check_aggregate(entry: dict[str, Any], place: _Place, name: str) -> None:
    found = entry.get("aggregate")
    if found in AGGREGATES:
        return
    en, ru = _offer(str(found), AGGREGATES)
    what = ("'aggregate' is missing", "не указан aggregate")
    if found is not None:
        what = (f"there is no aggregate '{found}'", f"способа «{found}» нет")
    raise _refuse(place.at("aggregate"), name, (f"{what[0]}.{en}", f"{what[1]}.{ru}"))


def _word(problem: ErrorDetails) -> tuple[str, str]:
    """One problem of validation as a sentence: what was found, what is allowed."""
    name = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return _say_unknown(name, str(problem["loc"][-1]), ("en", "ru"))
    if problem["type"] == "missing":
        return (
            f"'{name}' is missing. Add a line '{name} = …'.",
            f"не хватает «{name}». Добавьте строку {name} = …",
        )
    said, found = say_value_error(problem), problem["input"]
    if problem["type"] == "value_error":
        return f"{said.en}.", f"{said.ru}."
    return f"'{name}' is {found!r}: {said.en}.", f"«{name}» = {found!r}: {said.ru}."


def _check_table(feature: FeatureDefinition, place: _Place) -> None:
    """Raise when the table or a column is not in the contracts."""
    if feature.is_derived:
        return
    for key, table in (("table", feature.table), ("lookup", feature.lookup)):
        names = [contract.name for contract in list_contracts()]
        if table and table not in names:
            en, ru = _offer(table, names)
            problem = (f"there is no table '{table}'.{en}", f"таблицы «{table}» нет.{ru}")
            raise _refuse(place.at(key), feature.name, problem)
    # A flat file has columns of its own, which no contract knows.
    if feature.table == "profiles":
        return
    known = _list_known(feature)
    for column in feature.list_columns():
        if column not in known:
            keys = (key for key in _SINGLE if getattr(feature, key) == column)
            en, ru = _offer(column, known)
            problem = (
                f"table '{feature.table}' has no column '{column}'.{en}",
                f"в таблице «{feature.table}» нет столбца «{column}».{ru}",
            )
            raise _refuse(place.at(next(keys, "where")), feature.name, problem)


def _list_known(feature: FeatureDefinition) -> list[str]:
    """Columns that the feature may name."""
    known = list(list_known_columns(feature.contract))
    if feature.lookup:
        looked_up = list_known_columns(get_contract(feature.lookup))
        known += [f"{feature.lookup}.{name}" for name in looked_up]
    return known


def _check_names(features: Iterable[FeatureDefinition], read_from: Mapping[str, str]) -> None:
    """Raise when two features would have columns of one name, or one is made of nothing known."""
    owners: dict[str, str] = {}
    listed = list(features)
    for feature in listed:
        for name in feature.feature_names:
            if name in owners:
                file = read_from.get(feature.name, "the library")
                raise DefinitionError(
                    en=f"{file}: feature '{feature.name}' makes a column '{name}', and so does"
                    f" '{owners[name]}'. Rename one of the two.",
                    ru=f"{file}: признак «{feature.name}» даёт столбец «{name}», и признак"
                    f" «{owners[name]}» тоже. Переименуйте один из двух.",
                )
            owners[name] = feature.name
    plain = [name for feature in listed if not feature.is_derived for name in feature.feature_names]
    for feature in listed:
        for part in list_parts(feature):
            if part not in plain and feature.name in read_from:
                file, (hint, hint_ru) = read_from[feature.name], suggest(part, plain)
                raise DefinitionError(
                    en=f"{file}: feature '{feature.name}' is made of '{part}', and no feature that"
                    f" is made of rows is called so.{hint}",
                    ru=f"{file}: признак «{feature.name}» сделан из «{part}», а такого признака,"
                    f" сделанного из строк, нет.{hint_ru}",
                )


def list_parts(feature: FeatureDefinition) -> list[str]:
    """Full names of the features that a ratio or a difference is made of."""
    if not feature.is_derived:
        return []
    return [part for days in feature.windows or (None,) for part in list_of(feature, days)]


def _drop_orphans(features: Iterable[FeatureDefinition]) -> tuple[FeatureDefinition, ...]:
    """Without the ratios and differences whose parts are switched off or of another table."""
    listed = list(features)
    plain = {name for feature in listed if not feature.is_derived for name in feature.feature_names}
    return tuple(feature for feature in listed if plain.issuperset(list_parts(feature)))
