"""Options that several commands share, and how their text becomes values."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from regulars.errors import InvalidParameterError

__all__ = [
    "ColumnNames",
    "Day",
    "Drop",
    "Language",
    "LanguageOption",
    "MapOption",
    "OutputFormat",
    "WorkspaceOption",
    "choose_language",
    "parse_overrides",
    "read_delimiter",
    "split_names",
]

OutputFormat = Literal["table", "json"]
Language = Literal["en", "ru"]
LanguageOption = Annotated[
    Language | None,
    Parameter(
        name="--lang",
        help="Language of what is printed and written; by default that of the settings"
        " (`language`, `REGULARS_LANGUAGE`).",
    ),
]
Day = date

WorkspaceOption = Annotated[
    Path | None,
    Parameter(
        name=["--workspace", "-w"],
        help="The workspace folder; default: `REGULARS_HOME`, else the current folder.",
    ),
]
MapOption = Annotated[
    tuple[str, ...],
    Parameter(
        name="--map",
        negative=(),
        help='Correct a column: `--map "SOURCE=TARGET[:TYPE[:FORMAT]]"`; may be given again.',
    ),
]
Drop = Annotated[
    str | None, Parameter(help="Source columns to leave out, with commas between them.")
]
ColumnNames = Annotated[
    str | None,
    Parameter(help="Names for a file without a header line, with commas between them."),
]


def choose_language(asked: Language | None) -> Language:
    """The language asked for, else that of the environment; for verbs without a workspace."""
    from regulars.settings import load_settings

    return asked or load_settings(None).language


def split_names(text: str | None) -> tuple[str, ...]:
    """The names in a comma-separated option.

    Examples
    --------
    >>> split_names("a, b,c")
    ('a', 'b', 'c')
    >>> split_names(None)
    ()
    """
    return tuple(name.strip() for name in text.split(",") if name.strip()) if text else ()


def parse_overrides(entries: tuple[str, ...]) -> dict[str, str]:
    """`SOURCE=TARGET…` entries as a dictionary.

    Raises
    ------
    InvalidParameterError
        When an entry has no `=`.

    Examples
    --------
    >>> parse_overrides(("Дата=purchased_at:instant:%d.%m.%Y",))
    {'Дата': 'purchased_at:instant:%d.%m.%Y'}
    """
    overrides: dict[str, str] = {}
    for entry in entries:
        source, sign, target = entry.partition("=")
        if not sign or not source.strip() or not target.strip():
            raise InvalidParameterError(
                en=f"--map '{entry}' is not of the form SOURCE=TARGET[:TYPE[:FORMAT]]."
                ' For example: --map "Invoice Date=purchased_at:instant:%d.%m.%Y".',
                ru=f'--map «{entry}» не имеет вида ИСТОЧНИК=ЦЕЛЬ[:ТИП[:ФОРМАТ]]. Например: --map "Дата '
                'заказа=purchased_at:instant:%d.%m.%Y".',
            )
        overrides[source.strip()] = target.strip()
    return overrides


def read_delimiter(text: str | None) -> str | None:
    r"""The delimiter as it stands in the file: a tab cannot be typed on a command line.

    Examples
    --------
    >>> read_delimiter("tab"), read_delimiter(";")
    ('\t', ';')
    """
    return "\t" if text in ("\\t", "tab") else text
