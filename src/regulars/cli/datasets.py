"""`regulars datasets`: well-known data sets on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from regulars.cli.console import print_json, print_text
from regulars.cli.options import Language, LanguageOption, OutputFormat, choose_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from regulars.connectors.datasets import DatasetState

__all__ = ["datasets"]


def datasets(
    action: Literal["list", "verify", "locate"] = "list",
    name: str | None = None,
    /,
    *,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """List the data sets that Regulars knows, verify their files, or say where one lies.

    They are looked for in `REGULARS_DATASETS`, else in `../shared/data`; nothing is downloaded.

    Parameters
    ----------
    action
        `list` says what is there, `verify` leaves with 1 when a file is missing or changed,
        `locate NAME` prints the folder of one set.
    name
        Of one data set; all by default.
    format
        A table, or one JSON object.
    """
    language = choose_language(lang)
    from regulars.workspace.datasets import find_known_datasets

    states = find_known_datasets(name)
    is_complete = all(state.is_verified for state in states)
    if action == "locate":
        for state in states:
            if state.present:
                print_text(str(state.path))
        return 0 if any(state.present for state in states) else 1
    if format == "json":
        print_json(
            {
                "datasets": [
                    {
                        "name": state.dataset.name,
                        "path": str(state.path) if state.present else None,
                        "is_verified": state.is_verified,
                        "files": state.files,
                    }
                    for state in states
                ]
            }
        )
    else:
        print_text(_render(states, language))
    return 1 if action == "verify" and not is_complete else 0


_HEADINGS = {"en": ("Data set", "State", "What it is"), "ru": ("Набор", "Состояние", "Что это")}
_STATES = {
    "en": {"whole": "✓ verified", "part": "! incomplete or changed", "none": "- not here"},
    "ru": {"whole": "✓ проверен", "part": "! неполон или изменён", "none": "- здесь нет"},
}


def _render(states: Sequence[DatasetState], lang: Language) -> Table:
    from rich.table import Table

    table = Table(*_HEADINGS[lang], box=None, pad_edge=False, header_style="bold")
    for state in states:
        found = "whole" if state.is_verified else "part" if state.present else "none"
        table.add_row(state.dataset.name, _STATES[lang][found], state.dataset.meaning.to(lang))
    return table
