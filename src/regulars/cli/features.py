"""`regulars features`: which features there are, and what one is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from regulars.cli.console import print_json, print_text
from regulars.cli.options import (
    Language,
    LanguageOption,
    OutputFormat,
    WorkspaceOption,
    choose_language,
    find_workspace,
)
from regulars.errors import InvalidParameterError, NotFoundError, UnknownNameError

if TYPE_CHECKING:
    from pathlib import Path

    from rich.table import Table

    from regulars.features import FeatureDefinition

__all__ = ["features"]

_HEADINGS = {
    "en": ("Feature", "Table", "What it says"),
    "ru": ("Признак", "Таблица", "Что говорит"),
}


def features(
    action: Literal["list", "show"] = "list",
    name: str | None = None,
    /,
    *,
    table: str | None = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """List the features, built-in ones and those of the workspace, or show what one is made of.

    Parameters
    ----------
    action
        `list`, or `show NAME`.
    name
        Of one feature, with or without its window.
    table
        Only features of this table.
    format
        A table, or one JSON object.
    """
    known, language = _find_features(workspace, lang)
    chosen = [one for one in known if table is None or one.table == table]
    if table is not None and not chosen:
        tables = dict.fromkeys(one.table for one in known if one.table)
        raise UnknownNameError("table with features", table, tables, ru="таблицы с признаками")
    if action == "show":
        print_json(_get_feature(known, name).model_dump(mode="json", exclude_defaults=True))
    elif format == "json":
        shown = [one.model_dump(mode="json", exclude_defaults=True) for one in chosen]
        print_json({"features": shown})
    else:
        print_text(_render(chosen, language))
    return 0


def _find_features(
    workspace: Path | None, lang: Language | None
) -> tuple[tuple[FeatureDefinition, ...], Language]:
    from regulars.features import load_features

    try:
        home, language = find_workspace(workspace, lang)
    except NotFoundError:
        if workspace is not None:
            raise
        # The library can be looked at before there is any workspace.
        return load_features(), choose_language(lang)
    return home.read_features(), language


def _get_feature(known: tuple[FeatureDefinition, ...], name: str | None) -> FeatureDefinition:
    if name is None:
        raise InvalidParameterError(
            en="Which feature? Name one: regulars features show NAME.",
            ru="Какой признак? Назовите его: regulars features show ИМЯ.",
        )
    for one in known:
        if name in (one.name, *one.feature_names):
            return one
    raise UnknownNameError("feature", name, [one.name for one in known], ru="признака")


def _render(shown: list[FeatureDefinition], language: Language) -> Table:
    from rich.table import Table

    table = Table(*_HEADINGS[language], box=None, pad_edge=False, header_style="bold")
    for one in shown:
        for days in one.windows or (None,):
            table.add_row(one.name_of(days), one.table, one.meaning_of(days).to(language))
    return table
