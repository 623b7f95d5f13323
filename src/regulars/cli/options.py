"""Options that several commands share, and how their text becomes values."""

from __future__ import annotations

import inspect
import shlex
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from regulars.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from regulars.workspace import Workspace

__all__ = [
    "ColumnNames",
    "Day",
    "Delimiter",
    "Drop",
    "Encoding",
    "Header",
    "IdColumn",
    "Kind",
    "Language",
    "LanguageOption",
    "Layout",
    "MapOption",
    "Outcome",
    "OutputFormat",
    "Quote",
    "Readmit",
    "Sheet",
    "WorkspaceOption",
    "choose_language",
    "find_workspace",
    "parse_overrides",
    "read_delimiter",
    "read_text",
    "refuse_both",
    "say_command",
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
_OF_THIS_MACHINE = ("out", "format", "no_input")

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
        show_default=False,
        help='Correct a column: `--map "SOURCE=TARGET[:TYPE[:FORMAT]]"`; may be given again.',
    ),
]
Drop = Annotated[
    str | None, Parameter(help="Source columns to leave out, with commas between them.")
]
Readmit = Annotated[
    str | None,
    Parameter(
        help="Ids of customers who were erased and have agreed to be kept again, with commas."
    ),
]
ColumnNames = Annotated[
    str | None,
    Parameter(help="Names for a file without a header line, with commas between them."),
]
Kind = Annotated[
    str | None,
    Parameter(
        help="What the rows are: customers (a flat file), purchases, events, interactions, feedback,"
        " relations, subscriptions, tariffs, payments, products, deals, leads … Found out if not said."
    ),
]
IdColumn = Annotated[str | None, Parameter(help="The source column with the customer's id.")]
Outcome = Annotated[
    str | None, Parameter(help="The column that says who left: `COLUMN` or `COLUMN=VALUE`.")
]
Sheet = Annotated[str | None, Parameter(help="Name or number of a workbook's sheet.")]
Delimiter = Annotated[str | None, Parameter(help="Between the columns of a text file.")]
Quote = Annotated[
    str | None,
    Parameter(help='Around a text that holds the delimiter; `"` in most files.'),
]
Encoding = Annotated[str | None, Parameter(help="Of a text file, such as `cp1251`.")]
Header = Annotated[
    bool | None,
    Parameter(help="Whether the first line names the columns; found out if not said."),
]
Layout = Annotated[
    Literal["auto", "table", "baskets"],
    Parameter(help="`baskets` for one basket of products a line."),
]


def refuse_both(workspace: Path | None) -> None:
    """Raise `InvalidParameterError` when a workspace is named beside files, which have their own."""
    if workspace is None:
        return
    raise InvalidParameterError(
        en="Files are looked at in a workspace of their own. To take them together with what is in"
        f" {workspace}, load them there: regulars load FILE --workspace {workspace}; then leave the"
        " files out.",
        ru="Файлы рассматриваются в собственной рабочей папке. Чтобы взять их вместе с тем, что есть"
        f" в {workspace}, загрузите их туда: regulars load ФАЙЛ --workspace {workspace}; затем"
        " вызовите команду без файлов.",
    )


def choose_language(asked: Language | None) -> Language:
    """The language asked for, else that of the environment; for verbs without a workspace."""
    from regulars.settings import load_settings

    return asked or load_settings(None).language


def find_workspace(named: Path | None, asked: Language | None) -> tuple[Workspace, Language]:
    """The workspace to work on and the language to speak.

    When that of `REGULARS_HOME` is taken although the current folder is one, it is said.
    """
    from regulars.workspace import Workspace

    home = Workspace.find(named)
    language = asked or home.settings.language
    if named is None and home.is_beside_another:
        said = {
            "en": f"Using the workspace of REGULARS_HOME, {home.folder}, and not the current folder.",
            "ru": f"Рабочая папка взята из REGULARS_HOME: {home.folder}, а не текущая.",
        }[language]
        sys.stderr.write(f"{said}\n")
    return home, language


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


def say_command(
    verb: Callable[..., object], given: Mapping[str, object], *, is_exact: bool = False
) -> str:
    """The command line that calls `verb` with what was given; what is as by default is left out.

    Where a file lies and where results go is left out, too: the one who repeats it has other folders.
    An exact one has them, to be typed as it stands.

    Examples
    --------
    >>> def analyze(file, /, *, map_=(), header=None, seed=0, out=None):
    ...     pass
    >>> given = {"file": ("in/a b.csv",), "map_": ("A=b",), "header": False, "seed": 0, "out": "x"}
    >>> say_command(analyze, given)
    "regulars analyze 'a b.csv' --map A=b --no-header"
    >>> say_command(analyze, given, is_exact=True)
    "regulars analyze 'in/a b.csv' --map A=b --no-header --out x"
    """
    words = ["regulars", verb.__name__]
    for name, parameter in inspect.signature(verb).parameters.items():
        value = given[name]
        if parameter.kind is parameter.POSITIONAL_ONLY:
            words += [str(one) if is_exact else Path(str(one)).name for one in _list(value)]
        elif value != parameter.default and (is_exact or name not in _OF_THIS_MACHINE):
            words += _say_option(name.strip("_").replace("_", "-"), value)
    return shlex.join(words)


def _say_option(name: str, value: object) -> list[str]:
    if isinstance(value, bool):
        return [f"--{name}" if value else f"--no-{name}"]
    return [word for one in _list(value) for word in (f"--{name}", str(one))]


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, tuple) else [value]


def read_text(file: Path) -> str:
    """What a file of options holds.

    Raises
    ------
    InvalidParameterError
        When it cannot be read.
    """
    from regulars.schema.foreign_words import say_system_error
    from regulars.schema.wording import Wording

    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        not_text = Wording(en="it is not UTF-8", ru="это не UTF-8")
        why = say_system_error(error) if isinstance(error, OSError) else not_text
        raise InvalidParameterError(
            en=f"'{file}' cannot be read: {why.en}. Name a text file that is there.",
            ru=f"«{file}» не прочитать: {why.ru}. Назовите существующий текстовый файл.",
        ) from error
