"""`--help` in Russian: the pages of Cyclopts with the texts of `help_ru.toml`."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from cyclopts.help import DefaultFormatter, HelpEntry, HelpPanel, InlineText
from cyclopts.help.specs import get_default_parameter_columns
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cyclopts.help import ColumnSpec
    from rich.console import Console, ConsoleOptions

__all__ = ["RussianHelp", "say_text", "say_value"]

_PARAGRAPHS = re.compile(r"\n\s*\n")
_VALUE = re.compile(r"\b[A-Z][A-Z_]*\b")


def say_text(text: str) -> str:
    """A text of the help in Russian, paragraph by paragraph; one that is not known stays.

    Examples
    --------
    >>> say_text("Make a workspace.")
    'Создать рабочую папку.'
    """
    known = _read()["text"]
    squeezed = (" ".join(part.split()) for part in _PARAGRAPHS.split(text))
    return "\n\n".join(known.get(part, part) for part in squeezed)


def say_value(names: str) -> str:
    """What stands for values, in Russian; the names of options stay.

    Examples
    --------
    >>> say_value("regulars load [OPTIONS] SOURCE...")
    'regulars load [ПАРАМЕТРЫ] ИСТОЧНИК...'
    """
    known = _read()["values"]
    return _VALUE.sub(lambda found: known.get(found[0], found[0]), names)


@cache
def _read() -> Mapping[str, Mapping[str, str]]:
    read = tomllib.loads(files("regulars.cli").joinpath("help_ru.toml").read_text("utf-8"))
    return {**read, "text": {one["en"]: one["ru"] for one in read["text"]}}


def _say_word(word: str) -> str:
    return _read()["words"].get(word, word)


class RussianHelp:
    """Shows the parts of a help page in Russian; Cyclopts asks it for each of them."""

    def render_usage(self, console: Console, _options: ConsoleOptions, usage: object) -> None:
        """Print how the command is written."""
        console.print(Text(f"{_say_word('Usage')}: {say_value(str(usage))}", style="bold"))

    def render_description(
        self, console: Console, _options: ConsoleOptions, description: object
    ) -> None:
        """Print what the command does."""
        console.print(_translate(description, is_alone=True))

    def __call__(self, console: Console, options: ConsoleOptions, panel: HelpPanel) -> None:
        """Print a box of commands or of options."""
        columns = _choose_columns if panel.format == "parameter" else None
        said = panel.copy(
            title=_say_word(str(panel.title)),
            entries=[_say_entry(entry) for entry in panel.entries],
        )
        DefaultFormatter(column_specs=columns)(console, options, said)


def _translate(shown: Any, *, is_alone: bool = False) -> InlineText:  # noqa: ANN401 - whatever Rich can show
    # Cyclopts keeps the text within Rich's Markdown, which keeps it as it was written.
    written = getattr(getattr(shown, "primary_renderable", None), "markup", "")
    return InlineText.from_format(say_text(written), format="markdown", force_empty_end=is_alone)


def _say_entry(entry: HelpEntry) -> HelpEntry:
    return entry.copy(
        description=_translate(entry.description),
        metavar=entry.metavar and say_value(entry.metavar),
        positional_label=entry.positional_label and say_value(entry.positional_label),
    )


def _choose_columns(
    console: Console, options: ConsoleOptions, entries: list[HelpEntry]
) -> tuple[ColumnSpec, ...]:
    *others, description = get_default_parameter_columns(console, options, entries)
    return (*others, description.copy(renderer=_describe))


def _describe(entry: HelpEntry) -> InlineText:
    """The description of an option with its choices and its default, as Cyclopts has them."""
    described: InlineText = entry.description
    if entry.choices:
        listed = ", ".join(entry.choices)
        described.append(Text(f"[{_say_word('choices')}: {listed}]", "cyclopts.choices"))
    if entry.default is not None:
        default = f"[{_say_word('default')}: {_say_word(entry.default)}]"
        described.append(Text(default, "cyclopts.default"))
    if entry.required:
        described.append(Text(f"[{_say_word('required')}]", "cyclopts.required"))
    return described
