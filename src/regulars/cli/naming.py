"""A file without a header: what its columns hold is shown, and names are asked for."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from regulars.errors import InvalidParameterError, suggest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regulars.cli.options import Language
    from regulars.errors import UnnamedColumnsError

__all__ = ["ask_for_names", "ask_for_outcome", "is_terminal", "rename"]

_WORDS = {
    "en": {
        "bare": "{source} has no line with the names of its columns. This is what they hold:",
        "name": "Name",
        "values": "Values",
        "names": "Enter takes these names; 3=age renames one; or all names with commas; q stops.",
        "outcome": "Which column says who left? 5 or 5=yes, where “yes” means left; Enter if none.",
    },
    "ru": {
        "bare": "В {source} нет строки с именами столбцов. Вот что в них лежит:",
        "name": "Имя",
        "values": "Значения",
        "names": "Enter — взять эти имена; 3=возраст — переименовать один; или все имена через "
        "запятую; q — прервать.",
        "outcome": "Какой столбец говорит, кто ушёл? 5 или 5=да, где «да» значит «ушёл»; Enter — "
        "никакой.",
    },
}
_CHANGE = re.compile(r"(\d+)\s*=\s*(.+)")


def is_terminal() -> bool:
    """Whether somebody can be asked: a person types, and sees what is asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask_for_names(error: UnnamedColumnsError, language: Language) -> tuple[str, ...] | None:
    """The names that a person gives to the columns; None when they would rather stop."""
    names: tuple[str, ...] = error.proposed
    _show(error, names, language)
    while True:
        answer = _ask(_WORDS[language]["names"])
        if answer is None or answer.casefold() == "q":
            return None
        if not answer:
            return names
        try:
            names = rename(names, answer)
        except InvalidParameterError as wrong:
            _tell(wrong.to(language))
        else:
            _show(error, names, language)


def ask_for_outcome(names: Sequence[str], language: Language) -> str | None:
    """`COLUMN` or `COLUMN=VALUE` as a person says it; None when no column tells."""
    while True:
        answer = _ask(_WORDS[language]["outcome"])
        if not answer:
            return None
        place, sign, value = (part.strip() for part in answer.partition("="))
        try:
            name = names[_find_place(names, place)]
        except InvalidParameterError as wrong:
            _tell(wrong.to(language))
        else:
            return f"{name}{sign}{value}"


def rename(names: Sequence[str], answer: str) -> tuple[str, ...]:
    """The names after what a person typed: `3=age` for one of them, or all with commas.

    Raises
    ------
    InvalidParameterError
        When there are too few or too many, or one stands twice.

    Examples
    --------
    >>> rename(("code", "quantity"), "2=age")
    ('code', 'age')
    >>> rename(("code", "quantity"), "plan, age")
    ('plan', 'age')
    """
    changed = list(names)
    given = [part.strip() for part in answer.split(",") if part.strip()]
    changes = [_CHANGE.fullmatch(part) for part in given]
    if any(changes):
        for part, change in zip(given, changes, strict=True):
            if change is None:
                raise InvalidParameterError(
                    en=f"'{part}' is not of the form NUMBER=NAME.",
                    ru=f"«{part}» не имеет вида НОМЕР=ИМЯ.",
                )
            changed[_find_place(names, change[1])] = change[2].strip()
    else:
        changed = given
    if len(changed) != len(names):
        raise InvalidParameterError(
            en=f"There are {len(names)} columns and {len(changed)} names.",
            ru=f"Столбцов {len(names)}, а имён {len(changed)}.",
        )
    twice = next((name for name in changed if changed.count(name) > 1), None)
    if twice is not None:
        raise InvalidParameterError(
            en=f"The name '{twice}' stands twice.", ru=f"Имя «{twice}» стоит дважды."
        )
    return tuple(changed)


def _find_place(names: Sequence[str], said: str) -> int:
    """Where a column is that was said by its number, from 1 on, or its name."""
    if said in names:
        return list(names).index(said)
    if said.isdecimal() and 1 <= int(said) <= len(names):
        return int(said) - 1
    hint, hint_ru = suggest(said, names)
    raise InvalidParameterError(
        en=f"There is no column '{said}'.{hint} They have the numbers 1 to {len(names)}.",
        ru=f"Столбца «{said}» нет.{hint_ru} Их номера — от 1 до {len(names)}.",
    )


def _show(error: UnnamedColumnsError, names: Sequence[str], language: Language) -> None:
    from rich.console import Console
    from rich.table import Table

    words = _WORDS[language]
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    table.add_column("#", justify="right")
    table.add_column(words["name"], no_wrap=True)
    table.add_column(words["values"], overflow="ellipsis", no_wrap=True)
    for number, (name, values) in enumerate(zip(names, error.examples, strict=True), start=1):
        table.add_row(str(number), name, ", ".join(values))
    console = Console(stderr=True, highlight=False, markup=False)
    console.print(words["bare"].format(source=error.source), table, sep="\n")


def _ask(question: str) -> str | None:
    """What is typed; None at the end of the input (Ctrl-D)."""
    # Not by `input`: what is asked must not stand among the results.
    sys.stderr.write(f"{question}\n> ")
    sys.stderr.flush()
    line = sys.stdin.readline()
    return line.strip() if line else None


def _tell(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
