"""`regulars erase`: a person asks to be forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from regulars.cli.console import open_progress, print_json, print_text
from regulars.cli.options import (
    Language,
    LanguageOption,
    OutputFormat,
    WorkspaceOption,
    find_workspace,
)
from regulars.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regulars.workspace.erase import ErasureReport

__all__ = ["erase"]


def erase(
    id: Annotated[tuple[str, ...], Parameter(negative=())],
    /,
    *,
    yes: Annotated[bool, Parameter(negative=())] = False,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Erase customers from every table and version, the vault and the results; it cannot be undone.

    They stay away: a later load leaves their rows out with the reason `erased`, unless
    `load --readmit ID` says that they have agreed.

    Parameters
    ----------
    id
        Ids of customers, as the source has them.
    yes
        Erase. Without it, what would be erased is shown and nothing is done.
    dry_run
        Show what would be erased and leave with 0.
    format
        A table, or one JSON object.
    """
    from getpass import getuser

    from regulars.workspace.erase import erase_customers

    if yes and dry_run:
        raise InvalidParameterError(
            en="--yes erases and --dry-run only looks. Give one of the two.",
            ru="--yes стирает, а --dry-run только смотрит. Укажите что-то одно.",
        )
    home, language = find_workspace(workspace, lang)
    with open_progress(language) as progress:
        report = erase_customers(
            home,
            id,
            reader=f"cli:{getuser()}",
            is_rehearsal=not yes,
            language=language,
            progress=progress,
        )
    if format == "json":
        print_json(report.to_dict())
    else:
        print_text(*_tell(report, language))
    if report.is_done or dry_run:
        return 0
    raise InvalidParameterError(
        en="Nothing was erased. Look at the counts and give --yes to erase.",
        ru="Ничего не стёрто. Посмотрите на числа и добавьте --yes, чтобы стереть.",
    )


_WORDS = {
    "en": {
        "done": "Erased {customers}.",
        "look": "To be erased: {customers}.",
        "before": "Erased before: {customers}.",
        "older": "Earlier versions of these tables are rewritten, too.",
        "vault": "personal values in the vault, with their keys",
        "rewritten": "rewritten without them",
        "removed": "removed; `regulars analyze` makes it anew",
        "beyond": "What no command can reach:",
        "load": "Erasure {load}",
    },
    "ru": {
        "done": "Стёрто: {customers}.",
        "look": "Будет стёрто: {customers}.",
        "before": "Стёрто раньше: {customers}.",
        "older": "Прежние версии этих таблиц тоже переписываются.",
        "vault": "личные данные в сейфе вместе с ключами",
        "rewritten": "переписывается без них",
        "removed": "удаляется; новый создаст regulars analyze",
        "beyond": "До чего не дотянется ни одна команда:",
        "load": "Стирание {load}",
    },
}


def _tell(report: ErasureReport, language: Language) -> Iterator[str]:
    from regulars.quality.numbers import format_units

    words = _WORDS[language]
    here = report.customers - report.already_erased
    if here:
        yield words["done" if report.is_done else "look"].format(
            customers=format_units(here, language, "customer")
        )
    if report.already_erased:
        yield words["before"].format(
            customers=format_units(report.already_erased, language, "customer")
        )
    yield from _tell_places(report, language)
    yield words["beyond"]
    yield from (f"  - {beyond.to(language)}" for beyond in report.not_reached)
    if report.load_id:
        yield words["load"].format(load=report.load_id)


def _tell_places(report: ErasureReport, language: Language) -> Iterator[str]:
    from regulars.quality.numbers import format_units

    words = _WORDS[language]
    for table, rows in report.rows.items():
        yield f"  {table}: {format_units(rows, language, 'row')}"
    if report.rows:
        yield f"  {words['older']}"
    if report.personal_documents:
        yield f"  {words['vault']}: {format_units(report.personal_documents, language, 'customer')}"
    for name, fate in report.files.items():
        yield f"  {name}: {words[fate]}"
