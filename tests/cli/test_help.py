"""What `--help` prints, in both languages."""

import re
import tomllib
from importlib.resources import files

import pytest
from help_pages import LANGUAGES, VERBS, golden_of, render_help

from regulars.cli.app import app
from regulars.cli.russian_help import say_text, say_value

RUSSIAN = tomllib.loads(files("regulars.cli").joinpath("help_ru.toml").read_text("utf-8"))
OPTIONS_OF_CYCLOPTS = ("--help", "-h", "--version")


def list_commands(command):
    """A command and those beneath it."""
    yield command
    for name in command:
        yield from () if name in OPTIONS_OF_CYCLOPTS else list_commands(command[name])


def list_arguments():
    """The options and arguments of every command."""
    return [
        argument
        for command in list_commands(app)
        if command.default_command
        for argument in command.assemble_argument_collection(parse_docstring=True)
        # What several commands have together is no option itself.
        if argument.show
    ]


def list_texts():
    """What the help says of commands and options, paragraph by paragraph."""
    helps = [command.help.partition("Parameters\n")[0] for command in list_commands(app)]
    helps += [app[name].help for name in OPTIONS_OF_CYCLOPTS]
    helps += [app.help_epilogue, *(argument.parameter.help for argument in list_arguments())]
    paragraphs = [part for text in helps for part in re.split(r"\n\s*\n", text.strip())]
    return {" ".join(part.split()) for part in paragraphs}


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verb", VERBS)
def test_help_is_as_approved(verb, language):
    golden = golden_of(verb, language).read_text(encoding="utf-8")

    assert render_help(verb, language) == golden


def test_every_command_is_in_the_help():
    names = {name for name in app if not name.startswith("-")}

    assert {verb.split()[0] for verb in VERBS if verb} == names


def test_every_text_has_russian_words():
    assert [text for text in list_texts() if say_text(text) == text] == []


def test_every_russian_text_is_of_a_text_that_is_said():
    assert {one["en"] for one in RUSSIAN["text"]} - list_texts() == set()


def test_what_stands_for_a_value_is_a_russian_word():
    places = [one.name for one in list_arguments() if not one.name.startswith("-")]

    assert {place for place in places if say_value(place) == place} == {"ID"}


def test_the_language_of_the_settings_is_that_of_the_help(desk, monkeypatch):
    monkeypatch.setenv("REGULARS_LANGUAGE", "ru")

    russian = desk.run("segment")
    english = desk.run("load", "--help", "--lang", "en")

    assert russian.out.startswith("Использование: regulars segment КОМАНДА")
    assert english.out.startswith("Usage: regulars load [OPTIONS] SOURCE")


def test_the_language_of_the_workspace_is_that_of_the_help(desk):
    settings = desk.workspace / "regulars.toml"
    settings.write_text(settings.read_text("utf-8") + 'language = "ru"\n', encoding="utf-8")

    asked = desk.run("check", "--help", "-w", desk.workspace)

    assert asked.out.startswith("Использование: regulars check [ПАРАМЕТРЫ]")
