"""`regulars predict card`: everything that has to be known about a model, on one page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from regulars.cli.options import LanguageOption, WorkspaceOption, find_workspace
from regulars.cli.predict_promote import RunArgument
from regulars.errors import InvalidParameterError, StorageError
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from regulars.workspace.cards import CardFormat

__all__ = ["card"]

_WRITTEN = Wording(en="The card is in {file}.", ru="Карточка записана: {file}.")
_FORMATS: dict[str, CardFormat] = {".md": "md", ".html": "html", ".htm": "html"}


def card(
    run: RunArgument = "latest",
    /,
    *,
    out: Annotated[
        Path | None,
        Parameter(
            help="Where to write: a name in .md or .html; Markdown on the terminal if not said."
        ),
    ] = None,
    class_number: Annotated[
        int | None,
        Parameter(name="--class", help="Of an outcome of several classes which, from 1."),
    ] = None,
    workspace: WorkspaceOption = None,
    lang: LanguageOption = None,
) -> int:
    """Write the card of a model: what it is for, its data, figures, fairness, risks and signature."""
    from regulars.cli.console import print_lines
    from regulars.schema.foreign_words import say_system_error
    from regulars.workspace.cards import write_card

    home, language = find_workspace(workspace, lang)
    text = write_card(
        home, run, class_number=class_number, form=_choose_form(out), language=language
    )
    if out is None:
        print_lines(text.rstrip("\n"))
        return 0
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        why = say_system_error(error)
        raise StorageError(
            en=f"'{out}' cannot be written: {why.en}. Choose another file: --out.",
            ru=f"«{out}» не удаётся записать: {why.ru}. Выберите другой файл: --out.",
        ) from error
    print_lines(_WRITTEN.to(language).format(file=out))
    return 0


def _choose_form(out: Path | None) -> CardFormat:
    if out is None:
        return "md"
    if out.suffix.lower() not in _FORMATS:
        raise InvalidParameterError(
            en=f"'{out}' ends in '{out.suffix}', and a card is Markdown or HTML. Name a file in .md or .html.",
            ru=f"«{out}» кончается на «{out.suffix}», а карточка бывает Markdown или HTML. Назовите файл .md "
            "или .html.",
        )
    return _FORMATS[out.suffix.lower()]
