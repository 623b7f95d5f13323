"""Settings of a workspace: defaults, then `regulars.toml`, then `REGULARS_*`, then arguments.

Only the workspace and the command line read them; everything below receives plain values.
"""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from regulars.errors import (
    DefinitionError,
    InvalidParameterError,
    RegularsError,
    suggest,
)
from regulars.schema.definition_files import read_text_file
from regulars.schema.foreign_words import say_toml_error, say_value_error
from regulars.schema.wording import Language

__all__ = [
    "ENVIRONMENT_ONLY",
    "SETTINGS_FILE",
    "Settings",
    "check_time_zone",
    "find_key_folder",
    "load_settings",
]

SETTINGS_FILE = "regulars.toml"
_PREFIX = "REGULARS_"
ENVIRONMENT_ONLY = ("home", "master_key", "key_folder")
_MEMORY = re.compile(r"\d+(\.\d+)?\s?([KMGT]i?B)", re.IGNORECASE)


def check_time_zone(name: str) -> None:
    """Raise `InvalidParameterError` unless `name` is an IANA time zone.

    Examples
    --------
    >>> check_time_zone("Europe/Moskow")
    Traceback (most recent call last):
        ...
    regulars.errors.InvalidParameterError: 'Europe/Moskow' is no time zone. Did you mean ...
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        hint, hint_ru = suggest(name, available_timezones())
        raise InvalidParameterError(
            en=f"'{name}' is no time zone.{hint} Give an IANA name, such as Europe/Moscow.",
            ru=f"Часового пояса «{name}» нет.{hint_ru} Укажите имя IANA, например Europe/Moscow.",
        ) from error


class Settings(BaseModel):
    """What a company sets once; `load_settings` reads it.

    Examples
    --------
    >>> Settings(time_zone="Europe/Samara").time_zone
    'Europe/Samara'
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    time_zone: str = Field(
        default="UTC",
        description="The company's time zone, an IANA name such as `Europe/Moscow`; days begin"
        " and end by it.",
    )
    currency: str | None = Field(
        default=None,
        description="The currency of amounts that name none, an ISO 4217 code such as `RUB`.",
    )
    language: Language = Field(
        default="en", description="The language of reports and of the terminal: `en` or `ru`."
    )
    memory_limit: str | None = Field(
        default=None,
        description="The most memory the engine takes, such as `2GB`; beyond it, it works on disk."
        " When not set, four fifths of the machine's memory.",
    )
    threads: int | None = Field(
        default=None,
        ge=1,
        description="How many threads the engine uses. When not set, one for each core.",
    )
    retention_days: int = Field(
        default=30,
        ge=0,
        description="How many days old versions of tables are kept, for time travel and for"
        " `reproduce`; an erasure does not wait.",
    )
    lock_wait_seconds: float = Field(
        default=60.0,
        ge=0,
        description="How many seconds to wait while another process writes to the workspace.",
    )
    datasets: Path | None = Field(
        default=None,
        description="The folder of the real data sets that `regulars datasets` lists.",
    )
    gate_ranking: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="A model is promoted only when the lower end of the interval of its ROC-AUC is above"
        " this.",
    )
    gate_calibration: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="The largest calibration error of a model that is promoted: mean distance between"
        " what was said and what came.",
    )
    gate_recall_gap: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="The largest difference in recall between groups by sex, age or region that chance"
        " hardly makes (equal opportunity); 1 refuses nothing.",
    )
    gate_calibration_gap: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="The same of calibration within groups: mean probability less the share that came.",
    )
    gate_contacted_gap: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="The same of the share contacted (demographic parity). By default it refuses nothing:"
        " groups that leave more often are contacted more often.",
    )
    gate_false_alarms_gap: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="The same of the share contacted among those without the outcome. By default it"
        " refuses nothing.",
    )
    gate_twin_flips: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="The largest share of customers of whom it depends on their group alone whether they"
        " are contacted; 1 refuses nothing.",
    )
    home: Path | None = Field(
        default=None,
        description="The workspace that commands work on when none is named by `--workspace`; it goes"
        " before the current folder, and a command that passes over a workspace there says so.",
    )
    master_key: SecretStr | None = Field(
        default=None,
        description="The master key of the vault, 32 bytes in base64. When not set, the file"
        " `keys/master` of the workspace, or the one that `keys/name` names in `key_folder`.",
    )
    key_folder: Path | None = Field(
        default=None,
        description="The folder of the keys of workspaces that lie beside a report: `analyze` never"
        " leaves a key where its results are. When not set, `regulars/keys` in the user's own"
        " configuration folder (`$XDG_CONFIG_HOME`, `~/.config`, `%APPDATA%`).",
    )

    @field_validator("time_zone")
    @classmethod
    def _check_time_zone(cls, name: str) -> str:
        check_time_zone(name)
        return name

    @field_validator("currency")
    @classmethod
    def _check_currency(cls, code: str | None) -> str | None:
        if code is None:
            return None
        from babel.numbers import list_currencies

        if code.upper() in list_currencies():
            return code.upper()
        raise InvalidParameterError(
            en=f"'{code}' is no currency. Give an ISO 4217 code, such as RUB or EUR.",
            ru=f"Валюты «{code}» нет. Укажите код ISO 4217, например RUB или EUR.",
        )

    @field_validator("memory_limit")
    @classmethod
    def _check_memory(cls, limit: str | None) -> str | None:
        if limit is None or _MEMORY.fullmatch(limit.strip()):
            return limit and limit.strip()
        raise InvalidParameterError(
            en=f"'{limit}' is no amount of memory. Give a number and a unit, as in 2GB.",
            ru=f"«{limit}» — не объём памяти. Укажите число и единицу, например 2GB.",
        )


def load_settings(folder: Path | None = None, **overrides: object) -> Settings:
    """The settings that hold in a workspace.

    Parameters
    ----------
    folder
        Where `regulars.toml` is looked for; None reads no file. A missing file is no error.
    overrides
        Arguments by the name of a setting; they go before everything else, None counts as not
        given.

    Raises
    ------
    DefinitionError
        A key is unknown or a value not allowed; the message names the file and the line, or the
        variable, and the nearest key.
    StorageError
        The file cannot be read.

    Examples
    --------
    >>> load_settings(language="ru").language
    'ru'
    """
    path = folder / SETTINGS_FILE if folder is not None else None
    text = _read(path)
    from_file = _parse(path, text)
    from_environment = _read_environment()
    from_arguments = {name: value for name, value in overrides.items() if value is not None}
    _refuse_secrets(path, text, from_file)
    _refuse_misspelt_variables()
    places = _Places(path, text, from_environment, from_arguments)
    try:
        return Settings(**{**from_file, **from_environment, **from_arguments})
    except ValidationError as error:
        sentences = [_describe(dict(entry), places) for entry in error.errors(include_input=False)]
        # Without its cause: pydantic would print the values, and one of them is a key.
        raise DefinitionError(
            en=" ".join(en for en, _ in sentences), ru=" ".join(ru for _, ru in sentences)
        ) from None


def find_key_folder(settings: Settings) -> Path:
    """Where the keys of workspaces lie that have none of their own folder."""
    if settings.key_folder is not None:
        return settings.key_folder
    # Empty counts as not set, as the XDG base directory specification says.
    chosen = os.environ.get("XDG_CONFIG_HOME") or os.environ.get("APPDATA")  # noqa: TID251 - as above
    return (Path(chosen) if chosen else Path.home() / ".config") / "regulars" / "keys"


def _read(path: Path | None) -> str:
    return "" if path is None or not path.exists() else read_text_file(path)


def _parse(path: Path | None, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(
            en=f"{path}: this is not TOML: {say_toml_error(error).en}. Write a key, an equals sign and a value on each"
            ' line, as in: language = "ru"',
            ru=f"{path}: это не TOML: {say_toml_error(error).ru}. В каждой строке пишите ключ, знак равенства и "
            'значение, например: language = "ru"',
        ) from error


def _read_environment() -> dict[str, str]:
    """Name of a setting → its variable's text; empty counts as not set."""
    found = {name: os.environ.get(_PREFIX + name.upper()) for name in Settings.model_fields}  # noqa: TID251 - this is where settings come from
    return {name: text for name, text in found.items() if text}


def _refuse_secrets(path: Path | None, text: str, from_file: Mapping[str, object]) -> None:
    for name in ENVIRONMENT_ONLY:
        if name in from_file:
            raise DefinitionError(
                en=f"{path}{_find_line(text, name)}: '{name}' is not read from a file. Set"
                f" {_PREFIX}{name.upper()} in the environment and delete the line.",
                ru=f"{path}{_find_line(text, name, 'строка')}: «{name}» не читается из файла. Задайте "
                f"{_PREFIX}{name.upper()} в окружении и удалите эту строку.",
            )


def _refuse_misspelt_variables() -> None:
    known = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields}
    for name in os.environ:  # noqa: TID251 - this is where settings come from
        if name.startswith(_PREFIX) and name not in known:
            # All of them are ours: one that did nothing would be believed to do something.
            hint, hint_ru = suggest(name, known)
            listed = ", ".join(sorted(known))
            raise DefinitionError(
                en=f"The environment variable {name} is no setting.{hint} There are: {listed}.",
                ru=f"Переменная окружения {name} — не настройка.{hint_ru} Есть: {listed}.",
            )


class _Places:
    """Where the value of a key came from, in the words of a message."""

    def __init__(
        self,
        path: Path | None,
        text: str,
        from_environment: Mapping[str, object],
        from_arguments: Mapping[str, object],
    ) -> None:
        self._path = path
        self._text = text
        self._from_environment = from_environment
        self._from_arguments = from_arguments

    def describe(self, name: str) -> tuple[str, str]:
        if name in self._from_arguments:
            return f"The argument {name}", f"Аргумент {name}"
        if name in self._from_environment:
            return f"{_PREFIX}{name.upper()}", f"{_PREFIX}{name.upper()}"
        found, found_ru = (_find_line(self._text, name, word) for word in ("line", "строка"))
        return f"{self._path}{found}: {name}", f"{self._path}{found_ru}: {name}"


def _find_line(text: str, name: str, word: str = "line") -> str:
    wanted = re.compile(rf"""\s*(\[+\s*)?["']?{re.escape(name)}["']?\s*[\].=]""")
    for number, line in enumerate(text.splitlines(), start=1):
        if wanted.match(line):
            return f", {word} {number}"
    return ""


def _describe(entry: Mapping[str, Any], places: _Places) -> tuple[str, str]:
    name = str(entry["loc"][0]) if entry["loc"] else "settings"
    place, place_ru = places.describe(name)
    en, ru = _DESCRIPTIONS.get(entry["type"], _describe_other)(name, entry)
    return f"{place}: {en}", f"{place_ru}: {ru}"


def _describe_other(name: str, entry: Mapping[str, Any]) -> tuple[str, str]:
    said = say_value_error(entry)
    return f"{said.en}.", f"{said.ru}."


def _describe_unknown(name: str, entry: Mapping[str, Any]) -> tuple[str, str]:
    names = tuple(key for key in Settings.model_fields if key not in ENVIRONMENT_ONLY)
    hint, hint_ru = suggest(name, names)
    return (
        f"there is no such setting.{hint} The settings are: {', '.join(names)}.",
        f"такой настройки нет.{hint_ru} Настройки: {', '.join(names)}.",
    )


def _describe_refused(name: str, entry: Mapping[str, Any]) -> tuple[str, str]:
    refused = entry["ctx"]["error"]
    return str(refused), refused.ru if isinstance(refused, RegularsError) else str(refused)


_DESCRIPTIONS: dict[str, Callable[[str, Mapping[str, Any]], tuple[str, str]]] = {
    "extra_forbidden": _describe_unknown,
    "value_error": _describe_refused,
}
