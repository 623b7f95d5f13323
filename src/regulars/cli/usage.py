"""Which language the person of a command line reads, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args, get_origin

from cyclopts import (
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    RepeatArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
)

from regulars.errors import RegularsError, suggest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cyclopts import App
    from cyclopts.argument import Argument, Token

    from regulars.cli.options import Language

__all__ = ["explain_usage", "find_language"]


def find_language(arguments: Sequence[str]) -> Language:
    """The language of a command line that failed, perhaps before it was understood.

    That of `--lang`, else of the settings: of the workspace it names, else of the current folder.

    Examples
    --------
    >>> find_language(["load", "clients.csv", "--lang", "ru"])
    'ru'
    """
    asked = _find_option(arguments, "--lang")
    if asked in ("en", "ru"):
        return "ru" if asked == "ru" else "en"
    from regulars.settings import load_settings

    folder = _find_option(arguments, "--workspace") or _find_option(arguments, "-w")
    try:
        home = None if folder else load_settings(None).home
        return load_settings(Path(folder) if folder else home or Path.cwd()).language
    except (RegularsError, OSError):
        # The settings themselves may be what is wrong.
        return "en"


def _find_option(arguments: Sequence[str], name: str) -> str | None:
    for place, argument in enumerate(arguments):
        if argument.startswith(f"{name}="):
            return argument.partition("=")[2]
        if argument == name and place + 1 < len(arguments):
            return arguments[place + 1]
    return None


def explain_usage(error: CycloptsError, app: App, language: Language) -> str:
    """What is wrong with a command line, in a sentence."""
    if language == "ru":
        return _explain_in_russian(error, app)
    if isinstance(error, UnusedCliTokensError):
        return f"Too much in the command: {' '.join(error.unused_tokens or ())}."
    return str(error)


def _explain_in_russian(error: CycloptsError, app: App) -> str:
    match error:
        case UnknownCommandError(unused_tokens=[token, *_]) if token.startswith("-"):
            return f"Параметра {token} здесь нет: сначала команда, потом её параметры."
        case UnknownCommandError(unused_tokens=[token, *_]):
            names = [name for name in error.app or app if not name.startswith("-")]
            return f"Команды «{token}» нет.{suggest(token, names)[1]} Есть: {', '.join(names)}."
        case UnknownOptionError(token=token):
            option = token.keyword or token.value
            names = [name for argument in error.argument_collection for name in argument.names]
            return f"Параметра {option} нет.{suggest(option, names)[1]}"
        case MissingArgumentError(argument=argument) if argument is not None:
            return f"Не хватает значения: {error.keyword or _say_name(argument)}."
        case RepeatArgumentError(token=token):
            return f"Параметр {token.keyword or token.value} указан не один раз."
        case UnusedCliTokensError(unused_tokens=tokens):
            return f"Лишнее в команде: {' '.join(tokens or ())}."
        case CoercionError(token=token, argument=argument) if token and argument:
            return _explain_value(token, argument, error.target_type)
    return f"Команда записана неверно: {error}"


def _say_name(argument: Argument) -> str:
    """An option as it is typed, or what stands in its place, as the help has it."""
    if argument.name.startswith("-"):
        return argument.name
    from regulars.cli.russian_help import say_value

    return say_value(argument.name.upper())


def _explain_value(token: Token, argument: Argument, wanted: type | None) -> str:
    name = token.keyword or f"аргумента {_say_name(argument)}"
    sentence = f"Значение «{token.value}» не подходит для {name}."
    if get_origin(wanted) is not Literal:
        kinds = {
            "bool": "Нужно true или false.",
            "date": "День пишется так: ГГГГ-ММ-ДД.",
            "int": "Нужно целое число.",
        }
        kind = kinds.get(getattr(wanted, "__name__", ""))
        return f"{sentence} {kind}" if kind else sentence
    choices = [str(choice) for choice in get_args(wanted)]
    return f"{sentence}{suggest(token.value, choices)[1]} Выберите из: {', '.join(choices)}."
